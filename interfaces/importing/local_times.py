"""Clock times of a source as instants: with their own offset, or in a zone that somebody named.

Promise: a clock time without offset and without zone, one that came twice and one that never came are refused; none is
guessed. Zones come from the pinned tzdata (the Zones port).
"""

import re
from datetime import UTC, date, datetime, tzinfo
from typing import Final

from interfaces.importing.reading import refused
from ledger.terms.outcome import Refused

_ISO: Final = re.compile(r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?( ?(Z|[+-]\d{2}:?\d{2}))?$")
_ISO_DAY: Final = re.compile(r"^\d{4}-\d{2}-\d{2}$")


def read_instant(text: str, form: str, zone: tzinfo | None, column: str) -> datetime | Refused:
    """The instant, in UTC, that a cell gives: `form` is iso or what strptime reads."""
    try:
        if form == "iso":
            if not (text.isascii() and _ISO.match(text)):
                return _unreadable(column)
            at = datetime.fromisoformat(text.replace(" Z", "Z"))
        else:
            at = datetime.strptime(text, form)  # noqa: DTZ007 - the zone is looked at below
        return at.astimezone(UTC) if at.tzinfo is not None else _in_zone(at, zone, column)
    except (ValueError, OverflowError):
        return _unreadable(column)


def read_day(text: str, form: str, column: str) -> date | Refused:
    """The date that a cell gives."""
    try:
        if form != "iso":
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a date has no zone
        return date.fromisoformat(text) if _ISO_DAY.match(text) and text.isascii() else _unreadable(column)
    except ValueError:
        return _unreadable(column)


def _in_zone(at: datetime, zone: tzinfo | None, column: str) -> datetime | Refused:
    if zone is None:
        return refused("timezone_required", f"The clock time in {column} has no offset, and no zone was named.")
    earlier = at.replace(tzinfo=zone, fold=0)
    later = at.replace(tzinfo=zone, fold=1)
    instant = earlier.astimezone(UTC)
    if earlier.utcoffset() == later.utcoffset():
        return instant
    # Around a change the two readings differ: both are real when the clock went back, neither when it went forward.
    if instant.astimezone(zone).replace(tzinfo=None) == at:
        return refused("local_time_ambiguous", f"The clock time in {column} came twice on that day.")
    return refused("local_time_does_not_exist", f"The clock time in {column} did not come on that day.")


def _unreadable(column: str) -> Refused:
    return refused("cell_unreadable", f"The cell in {column} is no date or time of the form that was named.")
