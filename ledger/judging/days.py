"""Instants and the local days that they may lie on, without opening a time zone.

The judge never opens a zone. Where a fact has only a UTC instant, its local date is one of at most two: those of the
zones of the United States, from four to ten hours behind UTC. Not promised: the one right date at night. Where the zone
of a practice is known too, the calendar of the United States gives that date (15 U.S.C. 260a, since 2007).
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Final

_LEAST_BEHIND: Final = timedelta(hours=4)
_MOST_BEHIND: Final = timedelta(hours=10)
_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)
_SUNDAY: Final = 6
_MARCH: Final = 3
_NOVEMBER: Final = 11
_EASTERN: Final = """America/New_York America/Detroit America/Kentucky/Louisville America/Kentucky/Monticello
America/Indiana/Indianapolis America/Indiana/Marengo America/Indiana/Petersburg America/Indiana/Vevay
America/Indiana/Vincennes America/Indiana/Winamac America/Indianapolis US/Eastern"""
_CENTRAL: Final = """America/Chicago America/Menominee America/Indiana/Knox America/Indiana/Tell_City
America/North_Dakota/Beulah America/North_Dakota/Center America/North_Dakota/New_Salem US/Central"""
_ALASKA: Final = "America/Anchorage America/Juneau America/Sitka America/Yakutat America/Nome US/Alaska"
_WITH_SUMMER_TIME: Final[Mapping[str, int]] = MappingProxyType(
    {
        **dict.fromkeys(_EASTERN.split(), -5),
        **dict.fromkeys(_CENTRAL.split(), -6),
        **dict.fromkeys(("America/Denver", "America/Boise", "US/Mountain"), -7),
        **dict.fromkeys(("America/Los_Angeles", "US/Pacific"), -8),
        **dict.fromkeys(_ALASKA.split(), -9),
        "America/Adak": -10,
    }
)
"""Zones of the United States by their hours from UTC in winter; in summer it is one more."""
_ALWAYS: Final[Mapping[str, int]] = MappingProxyType(
    {
        **dict.fromkeys(("America/Puerto_Rico", "America/St_Thomas"), -4),
        **dict.fromkeys(("America/Phoenix", "US/Arizona"), -7),
        **dict.fromkeys(("Pacific/Honolulu", "US/Hawaii"), -10),
        "Pacific/Pago_Pago": -11,
        **dict.fromkeys(("Pacific/Guam", "Pacific/Saipan"), 10),
    }
)
"""Those that keep one time all year."""


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


def date_in(zone: str, instant: datetime) -> date:
    """The local date of an instant in a zone of the United States; in any other zone its UTC date.

    Example: 2026-03-21T04:30Z is 20 March in America/Chicago, and 21 March in America/New_York.
    """
    hours = _WITH_SUMMER_TIME.get(zone)
    if hours is None:
        return (instant + timedelta(hours=_ALWAYS.get(zone, 0))).date()
    local = (instant + timedelta(hours=hours)).replace(tzinfo=None)
    begins = datetime.combine(_sunday(local.year, _MARCH, 2), time(2))
    ends = datetime.combine(_sunday(local.year, _NOVEMBER, 1), time(1))
    return (local + _HOUR if begins <= local < ends else local).date()


def _sunday(year: int, month: int, count: int) -> date:
    """The first Sunday of a month, or the second one ..."""
    first = date(year, month, 1)
    return first + timedelta(days=(_SUNDAY - first.weekday()) % 7 + 7 * (count - 1))


def end_of(on: date) -> datetime:
    """The instant by which a local day is over everywhere in the United States."""
    return datetime.combine(on + _DAY, time(tzinfo=UTC)) + _MOST_BEHIND


def counted_from(instant: datetime) -> int:
    """The first whole epoch second that lies entirely at or after an instant; nothing rounds up."""
    return int(instant.timestamp()) + (1 if instant.microsecond else 0)


def months_before(on: date, months: int) -> date:
    """The day `months` calendar months earlier; the 28th where that month lacks the day."""
    year, month = divmod(on.year * 12 + on.month - 1 - months, 12)
    try:
        return date(year, month + 1, on.day)
    except ValueError:
        return date(year, month + 1, 28)
