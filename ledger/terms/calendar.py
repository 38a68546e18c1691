"""Instants, care months and the local midnights that part them.

Promise: every instant is timezone-aware and kept in UTC, every duration is whole seconds, a month is a calendar
month in the zone of the practice (CCM-TIME-15). Not promised: the current time; it is always an argument.
"""

import calendar
import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from operator import methodcaller
from typing import Annotated, Any, Final, NamedTuple

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, StringConstraints

DAY_SECONDS: Final = 86_400
_ZERO: Final = timedelta(0)
_SECOND: Final = timedelta(seconds=1)
CLOCK_DIFFERENCE: Final = timedelta(minutes=5)
"""How far a source's clock may run ahead of ours before an instant is "the future" (readings, section 1)."""
FURTHEST_WEST: Final = timedelta(hours=12)
"""How long after its end in UTC a day lasts somewhere."""


def _in_utc(instant: datetime) -> datetime:
    if instant.tzinfo is UTC:
        return instant
    # Parsed JSON brings a UTC of its own, which is only to be renamed: most instants come this way.
    return instant.replace(tzinfo=UTC) if instant.utcoffset() == _ZERO else instant.astimezone(UTC)


# Every instant of every stored fact passes here: a function of Python's own would cost a sixth of reading it.
_to_utc: Final = methodcaller("astimezone", UTC)

Instant = Annotated[AwareDatetime, AfterValidator(_to_utc)]
"""An aware instant, kept in UTC."""

YEAR_MIN: Final = 1900
YEAR_MAX: Final = 2199
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}")


def _day_by_shape(given: Any) -> Any:
    """Refuse what is no day by its shape: digits alone would be taken for seconds since 1970."""
    if type(given) is date or (isinstance(given, str) and _DAY.fullmatch(given)):
        return given
    raise ValueError("a day is written YYYY-MM-DD")


def _instant_by_shape(given: Any) -> Any:
    if isinstance(given, datetime) or (isinstance(given, str) and _INSTANT.match(given)):
        return given
    raise ValueError("an instant is written YYYY-MM-DDTHH:MM with seconds and zone")


def _of_our_time(given: date) -> date:
    if not YEAR_MIN <= given.year <= YEAR_MAX:
        raise ValueError(f"a year lies between {YEAR_MIN} and {YEAR_MAX}")
    return given


def _instant_of_our_time(given: datetime) -> datetime:
    _of_our_time(given)
    return _in_utc(given)


GivenInstant = Annotated[
    AwareDatetime,
    Field(strict=False),  # the shape is checked first, and a text that passed it is no guess
    BeforeValidator(_instant_by_shape),
    AfterValidator(_instant_of_our_time),
]
"""An instant as a sender may give it: written out, of the years 1900 to 2199; kept in UTC."""
GivenDay = Annotated[date, Field(strict=False), BeforeValidator(_day_by_shape), AfterValidator(_of_our_time)]
"""A day as a sender may give it: YYYY-MM-DD, of the years 1900 to 2199."""

CareMonth = Annotated[str, StringConstraints(pattern=r"^(19|20)\d{2}-(0[1-9]|1[0-2])$")]
"""A calendar month as YYYY-MM."""


class LocalPart(NamedTuple):
    """A piece of an interval that lies on one local date: UTC bounds, local date, UTC offset in seconds."""

    start: datetime
    end: datetime
    on: date
    offset: int


@lru_cache(maxsize=8_192)
def month_of(on: date) -> str:
    """The care month of a local date."""
    return f"{on.year:04d}-{on.month:02d}"


def first_day(month: str) -> date:
    """The first calendar day of a care month."""
    return date(int(month[:4]), int(month[5:7]), 1)


def last_day(month: str) -> date:
    """The last calendar day of a care month."""
    year, number = int(month[:4]), int(month[5:7])
    return date(year, number, calendar.monthrange(year, number)[1])


def next_month(month: str) -> str:
    """The care month after `month`."""
    return month_of(last_day(month) + timedelta(days=1))


def whole_seconds(instant: datetime) -> datetime:
    """The instant cut down to its whole second."""
    return instant.replace(microsecond=0)


def next_whole_second(instant: datetime) -> datetime:
    """The instant, or the whole second after it where it lies within one."""
    return instant if not instant.microsecond else whole_seconds(instant) + _SECOND


def within_whole_seconds(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    """The whole seconds that lie entirely within an interval: the start goes up, the end down (CCM-TIME-14).

    Adjoining intervals stay apart, and share no second. Where no whole second is left, the end is not after the start.
    """
    return next_whole_second(start), whole_seconds(end)


def epoch_seconds(instant: datetime) -> int:
    """Whole seconds since 1970-01-01T00:00:00Z."""
    return int(instant.timestamp())


def split_at_local_midnight(start: datetime, end: datetime, zone: tzinfo) -> tuple[LocalPart, ...]:
    """The interval as parts of one local date each; the month's end is one of these midnights (CCM-TIME-15).

    Durations are elapsed UTC, so a change to or from daylight-saving time neither adds nor takes a second.
    """
    parts: list[LocalPart] = []
    while True:
        local = start.astimezone(zone)
        offset = local.utcoffset()
        assert offset is not None
        tomorrow = datetime.combine(local.date() + timedelta(days=1), datetime.min.time(), tzinfo=zone)
        cut = min(end, tomorrow.astimezone(UTC))
        parts.append(LocalPart(start, cut, local.date(), int(offset.total_seconds())))
        if cut >= end:
            return tuple(parts)
        start = cut


def utc_dates(start: datetime, end: datetime) -> tuple[date, ...]:
    """The UTC dates that a half-open interval touches."""
    first = _in_utc(start).date()
    last = (_in_utc(end) - timedelta(microseconds=1)).date()
    if last <= first:
        return (first,)
    return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))


def stored_instant(instant: datetime) -> str:
    """The instant as stored: ISO 8601 in UTC, a Z, and no fraction when there is none."""
    return _in_utc(instant).isoformat().replace("+00:00", "Z")
