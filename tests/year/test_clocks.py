"""Clocks through the whole door: summer time, leap day, month ends in three zones, a nurse whom two zones share.

One company for all: client 0 in New York, 1 in Chicago, 2 in Honolulu, told everything in January 2027. Each story has
days of its own.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ledger.judging.shapes import Verdict
from tests.year.company import consent_of
from tests.year.running import opened
from tests.year.year import Kept, Year

NEW_YORK, CHICAGO, HONOLULU = 0, 1, 2


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    place: Path = tmp_path_factory.mktemp("clocks") / "ledger"
    with opened(place) as it:
        year = Year(it, seed=1, clients=3)
        year.until(datetime(2027, 1, 5, 12, tzinfo=UTC))
        yield year


def worked(year: Year, client: int, start: str, end: str, by: str = "nia") -> Kept:
    """An entry by local times of the client's office, or by times that carry their own offset."""
    whose = year.company.clients[client]
    zone = year.company.zone(whose.office)
    begins, ends = (
        datetime.fromisoformat(at)
        if "+" in at or at.count("-") > 2
        else datetime.fromisoformat(at).replace(tzinfo=zone)
        for at in (start, end)
    )
    data = year.work(whose, by, begins.astimezone(UTC), 0) | {"end": ends.astimezone(UTC).isoformat()}
    return year.log(whose, by, data)


def month(year: Year, client: int, name: str) -> Verdict:
    verdict: Verdict = year.verdict(year.company.clients[client], name)
    return verdict


def of(year: Year, kept: Kept, client: int, name: str) -> tuple[int, int, set[str]]:
    """Seconds and counted seconds of an entry in a month, and what is said of it besides lateness."""
    (line,) = [line for line in month(year, client, name).lines if line.entry == kept.entry]
    return line.seconds, line.counted, {n.code for n in line.notices} - {"recorded_very_late"}


def test_an_hour_that_summer_time_skips_is_no_hour(company: Year) -> None:
    kept = worked(company, CHICAGO, "2026-03-08 01:30", "2026-03-08 03:30", by="cal")

    assert (3600, 3600, set()) == of(company, kept, CHICAGO, "2026-03")


def test_an_hour_that_winter_time_repeats_is_two_hours(company: Year) -> None:
    whole = worked(company, CHICAGO, "2026-11-01 00:30", "2026-11-01 02:30", by="cal")

    assert (3 * 3600, 3 * 3600, set()) == of(company, whole, CHICAGO, "2026-11")


def test_the_same_clock_times_before_and_after_the_change_are_different_seconds(company: Year) -> None:
    in_summer = worked(company, NEW_YORK, "2026-11-01T01:15:00-04:00", "2026-11-01T01:45:00-04:00")
    in_winter = worked(company, NEW_YORK, "2026-11-01T01:15:00-05:00", "2026-11-01T01:45:00-05:00")

    assert (1800, 1800, set()) == of(company, in_summer, NEW_YORK, "2026-11")
    assert (1800, 1800, set()) == of(company, in_winter, NEW_YORK, "2026-11")


def test_the_last_evening_before_winter_time_is_parted_at_its_own_midnight(company: Year) -> None:
    kept = worked(company, CHICAGO, "2026-10-31 23:40", "2026-11-01 00:10", by="cal")

    assert (20 * 60, 10 * 60) == (
        of(company, kept, CHICAGO, "2026-10")[0],
        of(company, kept, CHICAGO, "2026-11")[0],
    )


def test_leap_day_ends_february_and_is_its_date_of_service(company: Year) -> None:
    client = company.company.clients[NEW_YORK]
    since = {"patient": client.id, "practice": company.company.practices[client.office], "from_on": "2024-01-01"}
    company.told("assign_practice", since, "fay")
    company.told("record_consent", consent_of(company.company, client, datetime(2024, 1, 10, 15, tzinfo=UTC)), "nia")
    kept = worked(company, NEW_YORK, "2024-02-29 23:30", "2024-03-01 00:10")
    february = month(company, NEW_YORK, "2024-02")

    assert (30 * 60, 30 * 60) == of(company, kept, NEW_YORK, "2024-02")[:2]
    assert (10 * 60, 10 * 60) == of(company, kept, NEW_YORK, "2024-03")[:2]
    assert "2024-02-29" == february.date_of_service.isoformat()
    assert "61.56" == str(february.amount), "the price of February 2024, which changed on 9 March"


def test_one_night_is_three_month_ends_in_three_zones(company: Year) -> None:
    night = ("2026-08-01T03:30:00+00:00", "2026-08-01T10:30:00+00:00")
    parted = []
    for client, by in ((NEW_YORK, "ola"), (CHICAGO, "cal"), (HONOLULU, "kai")):
        kept = worked(company, client, *night, by=by)
        parted.append([of(company, kept, client, name)[1] // 60 for name in ("2026-07", "2026-08")])

    assert [[30, 390], [90, 330], [390, 30]] == parted


def test_a_nurse_of_two_zones_counts_an_instant_once_each_entry_in_its_own_month(company: Year) -> None:
    # 04:30 to 04:50 UTC on 1 September is past midnight in New York and still August in Chicago.
    start = datetime(2026, 9, 1, 4, 30, tzinfo=UTC)
    ends = [(start + timedelta(minutes=minutes)).isoformat() for minutes in (20, 10, 30)]
    in_new_york = worked(company, NEW_YORK, start.isoformat(), ends[0], by="sha")
    in_chicago = worked(company, CHICAGO, ends[1], ends[2], by="sha")
    kept = of(company, in_new_york, NEW_YORK, "2026-09")
    given = of(company, in_chicago, CHICAGO, "2026-08")

    assert (1200, 1200, {"contested_time"}) == kept
    assert (1200, 600, {"contested_time", "performer_with_other_patient"}) == given
    assert (in_new_york.month, in_chicago.month) == ("2026-09", "2026-08")
    assert 30 * 60 == kept[1] + given[1], "ten minutes of two entries, and each second of the half hour once"


def test_the_nurse_gives_the_shared_seconds_to_the_other_zone_and_both_months_hear_of_it(company: Year) -> None:
    start = datetime(2026, 10, 1, 4, 30, tzinfo=UTC)
    end = (start + timedelta(minutes=20)).isoformat()
    in_new_york = worked(company, NEW_YORK, start.isoformat(), end, by="sha")
    in_chicago = worked(company, CHICAGO, start.isoformat(), end, by="sha")
    before = (of(company, in_new_york, NEW_YORK, "2026-10")[1], of(company, in_chicago, CHICAGO, "2026-09")[1])
    company.told("allocate_time", company.naming(in_chicago) | {"over": in_new_york.entry}, "sha")
    after = (of(company, in_new_york, NEW_YORK, "2026-10")[1], of(company, in_chicago, CHICAGO, "2026-09")[1])

    assert ((1200, 0), (0, 1200)) == (before, after)


def test_seconds_shared_around_midnight_of_utc_are_found_on_both_days(company: Year) -> None:
    midnight = datetime(2026, 6, 10, tzinfo=UTC)
    bounds = [(midnight + timedelta(minutes=minutes)).isoformat() for minutes in (-10, 10)]
    first = worked(company, NEW_YORK, bounds[0], bounds[1], by="sha")
    second = worked(company, CHICAGO, bounds[0], bounds[1], by="sha")

    assert (1200, 1200) == of(company, first, NEW_YORK, "2026-06")[:2]
    assert (1200, 0) == of(company, second, CHICAGO, "2026-06")[:2]
