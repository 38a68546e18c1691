"""Instants, care months and the local midnights that part them.

Promise: every instant is timezone-aware and kept in UTC, every duration is whole seconds, a month is a calendar
month in the zone of the practice (CCM-TIME-15). Not promised: the current time; it is always an argument.
"""

import calendar
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Annotated, Any, Final, NamedTuple

from pydantic import AfterValidator, AwareDatetime, StringConstraints

DAY_SECONDS: Final = 86_400
_ZERO: Final = timedelta(0)
CLOCK_DIFFERENCE: Final = timedelta(minutes=5)
"""How far a source's clock may run ahead of ours before an instant is "the future" (readings, section 1)."""


def _in_utc(instant: datetime) -> datetime:
    if instant.tzinfo is UTC:
        return instant
    # Parsed JSON brings a UTC of its own, which is only to be renamed: most instants come this way.
    return instant.replace(tzinfo=UTC) if instant.utcoffset() == _ZERO else instant.astimezone(UTC)


Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""An aware instant, kept in UTC."""

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
    """The instant cut down to its whole second, so that adjoining entries stay adjoining."""
    return instant.replace(microsecond=0)


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


def one_year_before(on: date) -> date:
    """The same day one calendar year earlier; 29 February answers with 28 February."""
    try:
        return on.replace(year=on.year - 1)
    except ValueError:
        return on.replace(year=on.year - 1, day=28)


def parse_month(text: str) -> str:
    """`text` as a care month; ValueError otherwise."""
    year, _, number = text.partition("-")
    if len(year) != 4 or len(number) != 2 or not (year + number).isascii() or not (year + number).isdigit():
        raise ValueError("a month is written YYYY-MM")
    return month_of(date(int(year), int(number), 1))


def stored_instant(instant: datetime) -> str:
    """The instant as stored: ISO 8601 in UTC, a Z, and no fraction when there is none."""
    return _in_utc(instant).isoformat().replace("+00:00", "Z")


def json_default(value: Any) -> str:
    """How instants and dates are written in canonical JSON."""
    if isinstance(value, datetime):
        return stored_instant(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no canonical JSON form")
