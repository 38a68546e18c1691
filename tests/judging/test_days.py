"""Local days where no zone is known: between four and ten hours behind UTC, as anywhere in the United States."""

from datetime import date, datetime

import pytest

from ledger.judging.days import end_of, local_dates, months_before
from tests.commands.world import on, utc


@pytest.mark.parametrize(
    ("instant", "earliest", "latest"),
    [
        ("2026-03-10T03:59", "2026-03-09", "2026-03-09"),
        ("2026-03-10T04:00", "2026-03-09", "2026-03-10"),
        ("2026-03-10T09:59", "2026-03-09", "2026-03-10"),
        ("2026-03-10T10:00", "2026-03-10", "2026-03-10"),
    ],
)
def test_without_an_offset_a_moment_lies_on_one_of_two_days_at_most(instant: str, earliest: str, latest: str) -> None:
    assert (on(earliest), on(latest)) == local_dates(utc(instant), None)


def test_with_an_offset_a_moment_lies_on_one_day() -> None:
    assert (on("2026-03-09"), on("2026-03-09")) == local_dates(utc("2026-03-10T04:59"), -5 * 3600)


def test_a_day_is_over_everywhere_ten_hours_after_its_end_in_utc() -> None:
    expected: datetime = utc("2026-04-01T10:00")

    assert expected == end_of(on("2026-03-31"))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [("2026-03-31", 12, "2025-03-31"), ("2026-03-31", 1, "2026-02-28"), ("2026-01-15", 1, "2025-12-15")],
)
def test_months_earlier_is_the_same_day_where_that_month_has_it(day: str, months: int, expected: str) -> None:
    found: date = months_before(on(day), months)

    assert on(expected) == found
