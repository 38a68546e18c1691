"""Working days: weekends, federal holidays and the days on which they are observed; deadlines that move behind them."""

from collections.abc import Callable
from datetime import date

import pytest

from ledger.rulebook import RulesInForce
from ledger.rulebook.claims import filing_deadline
from ledger.rulebook.workdays import HOLIDAYS, holidays, is_holiday_word, is_workday, last_workday, next_workday

Law = Callable[[str], RulesInForce]


def on(text: str) -> date:
    return date.fromisoformat(text)


def test_the_holidays_of_2026_are_on_the_days_on_which_offices_close(law_on: Law) -> None:
    found = holidays(2026, law_on("2026-03-31").words(HOLIDAYS))

    assert [each.isoformat() for each in found] == [
        *("2026-01-01", "2026-01-19", "2026-02-16", "2026-05-25", "2026-06-19", "2026-07-03"),
        *("2026-09-07", "2026-10-12", "2026-11-11", "2026-11-26", "2026-12-25"),
    ]


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        ("2026-07-02", True),
        ("2026-07-03", False),  # the fourth is a Saturday
        ("2027-07-05", False),  # the fourth is a Sunday
        ("2021-12-31", False),  # New Year's Day of 2022 is a Saturday
        ("2021-06-18", False),  # Juneteenth of 2021 is a Saturday, and was law the day before
        ("2020-06-19", True),  # not yet law
        ("2026-11-26", False),
        ("2026-11-27", True),
        ("2026-05-25", False),
        ("2026-05-18", True),
        ("2026-03-28", False),
    ],
)
def test_offices_are_closed_on_weekends_and_on_holidays_where_they_are_observed(
    law_on: Law, day: str, is_open: bool
) -> None:
    assert is_workday(on(day), law_on(day)) is is_open


def test_the_next_and_the_last_working_day_pass_over_a_weekend_with_its_holiday(law_on: Law) -> None:
    law = law_on("2026-05-31")

    assert next_workday(on("2026-05-23"), law) == on("2026-05-26")
    assert last_workday(on("2026-05-25"), law) == on("2026-05-22")
    assert last_workday(on("2026-05-29"), law) == on("2026-05-29")


@pytest.mark.parametrize(
    ("served", "deadline"),
    [
        ("2024-02-29", "2025-02-28"),
        ("2024-02-28", "2025-02-28"),
        ("2027-02-28", "2028-02-28"),
        ("2023-02-28", "2024-02-28"),
        ("2025-03-13", "2026-03-13"),  # a Friday
        ("2025-03-14", "2026-03-16"),  # a Saturday
        ("2025-03-15", "2026-03-16"),  # a Sunday
        ("2025-05-23", "2026-05-26"),  # a Saturday, and the Monday behind it is Memorial Day
        ("2025-12-25", "2026-12-28"),  # Christmas, a Friday
        ("2025-12-24", "2026-12-24"),
        ("2025-11-11", "2026-11-12"),
        (
            "2020-06-18",
            "2021-06-21",
        ),  # Juneteenth observed: a holiday when the deadline came, not yet on the day served
    ],
)
def test_a_filing_deadline_on_a_weekend_or_holiday_moves_to_the_next_working_day(
    law_on: Law, served: str, deadline: str
) -> None:
    assert filing_deadline(on(served), lambda day: law_on(day.isoformat())) == on(deadline)


@pytest.mark.parametrize(
    ("word", "is_one"),
    [
        ("january_1", True),
        ("last_monday_of_may", True),
        ("february_30", False),
        ("february_29", False),
        ("fifth_monday_of_may", False),
        ("easter", False),
    ],
)
def test_a_holiday_is_a_day_that_every_year_has(word: str, is_one: bool) -> None:
    assert is_holiday_word(word) is is_one
    assert bool(holidays(2023, [word])) is is_one or not is_one
