"""Rules as a person asks for them: by name, by the beginning of a name, or by rule id.

Used by `rules show` and `rules list`. Promise: everything that the rulebook says about a quantity is in its
Description, sources spelled out. Not promised: layout; the command line draws it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from ledger.rulebook.errors import NoSuchRule
from ledger.rulebook.reading import Quantity, Reading, Value
from ledger.rulebook.rules import Rulebook
from ledger.rulebook.units import source_keys
from ledger.rulebook.views import base_name

_PREFIX: Final = "CCM-"


@dataclass(frozen=True, slots=True)
class Description:
    """A quantity, its dated readings, the one in force on the day asked about, and the sources they cite."""

    quantity: Quantity
    on: date | None
    in_force: Reading | None
    """None where no day was asked about, or where the quantity has no value on that day."""
    sources: tuple[tuple[str, str], ...]
    """(key, title and address) of every source cited."""
    exceptions: tuple[str, ...] = ()
    """The payers' exceptions to the quantity, by their own names."""

    def as_dict(self) -> dict[str, Any]:
        """The same in plain values, ready for JSON."""
        quantity = self.quantity
        return {
            "name": quantity.name,
            "says": quantity.says,
            "note": quantity.note or None,
            "unit": quantity.unit,
            "rules": list(quantity.rules),
            "file": quantity.file,
            "values": [_plain(reading) for reading in quantity.readings],
            "on": self.on.isoformat() if self.on else None,
            "in_force": _plain(self.in_force) if self.in_force else None,
            "sources": dict(self.sources),
            "exceptions": list(self.exceptions),
        }


def describe(book: Rulebook, key: str, on: date | None = None) -> tuple[Description, ...]:
    """What a rulebook says under a quantity's name, the beginning of one, or a rule id.

    A rule id may leave out its prefix: CCM-CODE-01 or CODE-01. A payer's exception is found by its own name too.
    Raises NoSuchRule with the near names and ids.
    """
    return tuple(_described(book, quantity, on) for quantity in _found(book, key))


def list_names(book: Rulebook, on: date | None = None) -> tuple[str, ...]:
    """The names of all quantities, in order; with a date, of those that have a value on it.

    In the view of a payer or a programme, the names of what stands there.
    """
    if on is not None:
        return tuple(reading.name for reading in book.in_force(on).by_name.values())
    return tuple(quantity.readings[-1].name for quantity in book.quantities.values())


def shown_value(value: Value) -> str:
    """A value as a person reads it: yes or no, words with commas, numbers as they stand in the rule file."""
    match value:
        case bool():
            return "yes" if value else "no"
        case tuple():
            return ", ".join(value)
        case _:
            return str(value)


def _found(book: Rulebook, key: str) -> tuple[Quantity, ...]:
    if key in book.quantities:
        return (book.quantities[key],)
    if own := tuple(quantity for quantity in _exceptions(book) if quantity.name == key):
        return own
    by_rule = book.by_rule
    for rule in (key.upper(), _PREFIX + key.upper()):
        if rule in by_rule:
            return by_rule[rule]
    within = tuple(quantity for name, quantity in book.quantities.items() if name.startswith(f"{key}."))
    if not within:
        short = (rule.removeprefix(_PREFIX) for rule in by_rule)
        raise NoSuchRule(key, (*book.quantities, *by_rule, *short), "in this rulebook")
    return within


def _described(book: Rulebook, quantity: Quantity, on: date | None) -> Description:
    keys = sorted({key for reading in quantity.readings for key in source_keys(reading.cite)})
    sources = tuple((key, book.sources[key]) for key in keys)
    exceptions = tuple(dict.fromkeys(e.name for e in _exceptions(book) if base_name(e.name) == quantity.name))
    return Description(quantity, on, quantity.on(on) if on else None, sources, exceptions)


def _exceptions(book: Rulebook) -> Iterator[Quantity]:
    for exception in book.exceptions:
        yield from exception.quantities


def _plain(reading: Reading) -> dict[str, Any]:
    value = list(reading.value) if isinstance(reading.value, tuple) else reading.value
    return {
        "name": reading.name,
        "effective": reading.effective.isoformat(),
        "until": reading.until.isoformat() if reading.until else None,
        "published": reading.published.isoformat() if reading.published else None,
        "value": str(value) if isinstance(value, Decimal) else value,
        "cite": reading.cite,
        "confidence": reading.confidence,
    }
