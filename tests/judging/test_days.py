"""The local day of an instant in the zones of the United States, told without opening a zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ledger.judging import days
from ledger.judging.days import date_in

ZONES = (*days._WITH_SUMMER_TIME, *days._ALWAYS)
HALF_HOUR = timedelta(minutes=30)


@pytest.mark.parametrize("zone", ZONES)
def test_the_local_day_is_the_one_that_the_zone_gives(zone: str) -> None:
    at, found = datetime(2025, 12, 30, tzinfo=UTC), list[datetime]()
    while at.year < 2027:
        if date_in(zone, at) != at.astimezone(ZoneInfo(zone)).date():
            found.append(at)
        at += HALF_HOUR if at.month in (3, 11) and at.day < 16 else timedelta(hours=7, minutes=30)

    assert [] == found


def test_the_evening_in_chicago_is_of_the_day_before_that_of_utc() -> None:
    assert date(2026, 3, 20) == date_in("America/Chicago", datetime(2026, 3, 21, 4, 59, tzinfo=UTC))
    assert date(2026, 3, 21) == date_in("America/Chicago", datetime(2026, 3, 21, 5, 0, tzinfo=UTC))


def test_a_zone_that_is_no_zone_of_the_united_states_gives_the_date_of_utc() -> None:
    assert date(2026, 3, 21) == date_in("Europe/Berlin", datetime(2026, 3, 21, 23, 30, tzinfo=UTC))
