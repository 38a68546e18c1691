"""Instants and the local days that they may lie on, without opening a time zone.

The judge never opens a zone. Where a fact has only a UTC instant, its local date is one of at most two: those of the
zones of the United States, from four to ten hours behind UTC. Not promised: the one right date at night.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

_LEAST_BEHIND: Final = timedelta(hours=4)
_MOST_BEHIND: Final = timedelta(hours=10)
_DAY: Final = timedelta(days=1)


def earliest_date(instant: datetime) -> date:
    """The earliest local date that an instant may lie on."""
    return (instant - _MOST_BEHIND).date()


def latest_date(instant: datetime) -> date:
    """The latest local date that an instant may lie on."""
    return (instant - _LEAST_BEHIND).date()


def local_dates(instant: datetime, offset: int | None) -> tuple[date, date]:
    """The earliest and latest local date of an instant: one and the same where the UTC offset is known."""
    if offset is None:
        return earliest_date(instant), latest_date(instant)
    on = (instant + timedelta(seconds=offset)).date()
    return on, on


def end_of(on: date) -> datetime:
    """The instant by which a local day is over everywhere in the United States."""
    return datetime.combine(on + _DAY, time(tzinfo=UTC)) + _MOST_BEHIND


def counted_from(instant: datetime) -> int:
    """The first whole epoch second that lies entirely at or after an instant; nothing rounds up."""
    return int(instant.timestamp()) + (1 if instant.microsecond else 0)


def days_between(first: date, last: date) -> tuple[date, ...]:
    """The days from one to another, both among them."""
    return tuple(first + number * _DAY for number in range((last - first).days + 1))


def months_before(on: date, months: int) -> date:
    """The day `months` calendar months earlier; the 28th where that month lacks the day."""
    year, month = divmod(on.year * 12 + on.month - 1 - months, 12)
    try:
        return date(year, month + 1, on.day)
    except ValueError:
        return date(year, month + 1, 28)
