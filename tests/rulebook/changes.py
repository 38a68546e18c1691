"""The smallest changes to a rulebook: one value or one date of one quantity, and everything else as it was.

Numbers move by one (decimals by one in the last digit), dates by one day, yes turns to no, a word to another one, a
list loses each element in turn and gains one. The border between two dated values moves as a whole: a file in which it
did not would not load. Promise: a change is a new Rulebook, built from the same readings, without reading a file again.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from ledger.rulebook import Quantity, Reading, Rulebook, Value
from ledger.rulebook.units import EFFECTS

_DAY: Final = timedelta(days=1)
_OTHER_WORD: Final = {"text": "Something else is said.", "code": "00000"}
_ADDED: Final = {"codes": "00000"}


class Change(NamedTuple):
    """One change: of which quantity, to what, and the quantity as it would then be."""

    name: str
    what: str
    is_of_date: bool
    quantity: Quantity

    def applied(self, book: Rulebook) -> Rulebook:
        """The rulebook with this one change."""
        return Rulebook((book.quantities | {self.name: self.quantity}).values(), book.sources)


def changes_of(quantity: Quantity) -> Iterator[Change]:
    """Every smallest change of a quantity."""
    for nth, reading in enumerate(quantity.readings):
        for value in other_values(reading.value, reading.unit):
            what = f"{_shown(reading.value)} from {reading.effective} becomes {_shown(value)}"
            yield _change(quantity, what, {nth: replace(reading, value=value)})
        yield from _dates(quantity, nth, reading)


def other_values(value: Value, unit: str) -> Iterator[Value]:
    """The values that are nearest to a value of a unit."""
    match value:
        case bool():
            yield not value
        case int():
            yield from (near for near in (value - 1, value + 1) if near >= 0)
        case Decimal():
            step = Decimal(1).scaleb(int(value.as_tuple().exponent))
            yield from (value - step, value + step)
        case str() if unit == "effect":
            yield from (effect for effect in EFFECTS if effect != value)
        case str():
            yield _OTHER_WORD.get(unit, "something_else")
        case _:
            yield from (tuple(word for word in value if word != left_out) for left_out in value)
            yield (*value, _ADDED.get(unit, "something_else"))


def _dates(quantity: Quantity, nth: int, reading: Reading) -> Iterator[Change]:
    before = quantity.readings[nth - 1] if nth else None
    for step in (-_DAY, _DAY):
        begins = reading.effective + step
        moved = {nth: replace(reading, effective=begins)}
        if before is not None:
            moved[nth - 1] = replace(before, until=begins - _DAY)
        yield _change(quantity, f"{_shown(reading.value)} begins on {begins}", moved, is_of_date=True)
    if nth + 1 == len(quantity.readings) and reading.until is not None:
        for step in (-_DAY, _DAY):
            ends = reading.until + step
            moved = {nth: replace(reading, until=ends)}
            yield _change(quantity, f"{_shown(reading.value)} ends on {ends}", moved, is_of_date=True)


def _change(quantity: Quantity, what: str, moved: dict[int, Reading], *, is_of_date: bool = False) -> Change:
    readings = tuple(moved.get(nth, reading) for nth, reading in enumerate(quantity.readings))
    return Change(quantity.name, what, is_of_date, replace(quantity, readings=readings))


def _shown(value: Value) -> str:
    return f"[{', '.join(value)}]" if isinstance(value, tuple) else str(value)


def months_of(day: date) -> str:
    """The care month of a day."""
    return f"{day:%Y-%m}"
