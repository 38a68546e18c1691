"""Working days as deadlines know them: no Saturday, no Sunday, no federal holiday (CCM-CLAIM-24; 5 U.S.C. 6103).

A holiday is one word: a day of a month (`january_1`), or which weekday of it (`third_monday_of_january`,
`last_monday_of_may`). One of a fixed day is observed on the Friday where it falls on a Saturday, and on the Monday
where it falls on a Sunday. Promise: the holidays of a year are those of the rules in force on the day asked about. Not
promised: days that a President closes offices for, or that a contractor keeps beside.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Final

from ledger.rulebook.rules import Rules

HOLIDAYS: Final = "medicare.claims.federal_holidays"
_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(days=7)
_SATURDAY, _SUNDAY = 5, 6
_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_NUMBERS: Final = ("first", "second", "third", "fourth")
_of_a_day: Final = re.compile(rf"({'|'.join(_MONTHS)})_([1-9]|[12][0-9]|3[01])").fullmatch
_of_a_week: Final = re.compile(
    rf"({'|'.join((*_NUMBERS, 'last'))})_({'|'.join(_WEEKDAYS)})_of_({'|'.join(_MONTHS)})"
).fullmatch


def is_holiday_word(word: str) -> bool:
    """Whether a word names a holiday in one of the two ways, on a day that every year has."""
    fixed = _of_a_day(word)
    if fixed is None:
        return _of_a_week(word) is not None
    try:
        date(2023, _MONTHS.index(fixed[1]) + 1, int(fixed[2]))
    except ValueError:
        return False
    return True


def is_workday(on: date, rules: Rules) -> bool:
    """Whether offices are open on a day. Reads: medicare.claims.federal_holidays."""
    if on.weekday() >= _SATURDAY:
        return False
    words = rules.get(HOLIDAYS)
    # A holiday of the first of January may be observed in the year before.
    years = (on.year, on.year + 1)
    return not isinstance(words, tuple) or all(on not in holidays(year, words) for year in years)


def next_workday(on: date, rules: Rules) -> date:
    """The day itself, or the first working day behind it. Reads: medicare.claims.federal_holidays."""
    while not is_workday(on, rules):
        on += _DAY
    return on


def last_workday(on: date, rules: Rules) -> date:
    """The day itself, or the last working day before it. Reads: medicare.claims.federal_holidays."""
    while not is_workday(on, rules):
        on -= _DAY
    return on


def holidays(year: int, words: Iterable[str]) -> tuple[date, ...]:
    """The days on which holidays of a year are observed; words that name none are left out."""
    return tuple(_observed(year, words))


def _observed(year: int, words: Iterable[str]) -> Iterator[date]:
    for word in filter(is_holiday_word, words):
        if fixed := _of_a_day(word):
            on = date(year, _MONTHS.index(fixed[1]) + 1, int(fixed[2]))
            yield on - _DAY if on.weekday() == _SATURDAY else on + _DAY if on.weekday() == _SUNDAY else on
        elif moving := _of_a_week(word):
            yield _weekday_of(year, *moving.groups())


def _weekday_of(year: int, number: str, weekday: str, month: str) -> date:
    first = date(year, _MONTHS.index(month) + 1, 1)
    on = first + _DAY * ((_WEEKDAYS.index(weekday) - first.weekday()) % 7)
    if number != "last":
        return on + _WEEK * _NUMBERS.index(number)
    while (on + _WEEK).month == first.month:
        on += _WEEK
    return on
