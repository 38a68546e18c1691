"""What elements of X12 and cells of a remittance hold: amounts, days, counts and codes, each with one reading.

Promise: an amount is dollars and cents, exactly; what reads in two ways, or not at all, is refused with its place.
"""

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

from interfaces.x12.reading import Malformed, Segment, malformed

_AMOUNT: Final = re.compile(r"-?(?:[0-9]{1,8}(?:\.[0-9]{0,2}0*)?|\.[0-9]{1,2}0*)", re.ASCII)
_DAY: Final = re.compile(r"((?:19|20|21)[0-9]{2})([0-9]{2})([0-9]{2})", re.ASCII)
_WHOLE: Final = re.compile(r"-?([0-9]{1,6})(?:\.0*)?", re.ASCII)
_QUANTITY: Final = re.compile(r"-?(?:[0-9]{1,6}(?:\.[0-9]{0,6})?|\.[0-9]{1,6})", re.ASCII)
_CENT: Final = Decimal("0.01")
ZERO: Final = Decimal("0.00")


@lru_cache(maxsize=16_384)
def dollars(text: str) -> Decimal | None:
    """An amount of at most eight digits before the point, to the cent; None where the text is none."""
    if len(text) > 18 or not _AMOUNT.fullmatch(text):
        return None
    # What is below zero by its sign alone is zero.
    return Decimal(text).quantize(_CENT) or ZERO


@lru_cache(maxsize=4_096)
def day(text: str) -> date | None:
    """A day as CCYYMMDD; None where the calendar has no such day."""
    found = _DAY.fullmatch(text)
    if found is None:
        return None
    year, month, of_month = map(int, found.groups())
    try:
        return date(year, month, of_month)
    except ValueError:
        return None


def amount(segment: Segment, place: int) -> Decimal:
    """The amount in an element that must hold one."""
    found = dollars(segment.get(place))
    if found is None:
        raise _unreadable(segment, place, "holds no amount in dollars and cents")
    return found


def day_of(segment: Segment, place: int) -> date:
    """The day in an element that must hold one."""
    found = day(segment.get(place))
    if found is None:
        raise _unreadable(segment, place, "holds no day")
    return found


def units(segment: Segment, place: int, absent: int) -> int | str:
    """The units in an element, or what stands for it where there is none.

    A reversal may state them below zero: they are those that were taken back. A part of a unit (of a drug, or of
    anaesthesia: no claim of ours) stays as it was written, so that its own answer is refused and no other one.
    """
    text = segment.get(place)
    if not text:
        return absent
    if not _QUANTITY.fullmatch(text):
        raise _unreadable(segment, place, "holds no number of units")
    found = _WHOLE.fullmatch(text)
    return int(found[1]) if found is not None else text


def needed(segment: Segment, place: int) -> str:
    """The text of an element that must hold one, in ASCII and of at most eighty characters."""
    text = segment.get(place)
    if not text or len(text) > 80 or not text.isascii():
        raise _unreadable(segment, place, "holds nothing that can be read")
    return text


def _unreadable(segment: Segment, place: int, why: str) -> Malformed:
    return malformed(f"its element {place:02} {why}.", segment, "x12_value_unreadable")
