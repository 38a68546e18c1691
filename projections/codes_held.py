"""Which programmes' families hold a code, by the rules of two editions: a quantity of one code is law of these alone.

Promise: a programme is left out only where no family of it has the code on any day asked about, by neither edition and
by no payer's exception; of names in which no such code stands nothing is said. G0506, which rides on the claim of a
visit, is CCM's. Not promised: that a month of the programme would bill the code.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final, NamedTuple

from ledger.judging.extra_planning import CODE as BESIDE_A_VISIT
from ledger.judging.other_families import FAMILIES_OF
from ledger.rulebook import Quantity, Rulebook
from ledger.rulebook.views import base_name
from ledger.terms.people import Programme

_FAMILIES: Final = ".families."
_IN_FAMILY: Final = ("base", "addon")
_APCM_LEVEL: Final = "level"


class _Held(NamedTuple):
    """A code of a family, on these days."""

    programmes: frozenset[Programme]
    first: date
    last: date


class CodesHeld:
    """The codes of all families by the days on which they hold them."""

    def __init__(self, books: Iterable[Rulebook]) -> None:
        self._held: dict[str, list[_Held]] = {}
        for book in books:
            exceptions = (quantity for each in book.exceptions for quantity in each.quantities)
            for quantity in (*book.quantities.values(), *exceptions):
                self._take(quantity)
        ccm_alone = _Held(frozenset((Programme.CCM,)), date.min, date.max)
        self._held.setdefault(BESIDE_A_VISIT, []).append(ccm_alone)

    def held_by(self, name: str, first: date, last: date) -> frozenset[Programme] | None:
        """Whose months a quantity of this name may touch on these days; None where it is no quantity of one code."""
        code = next((part for part in base_name(name).split(".") if part in self._held), None)
        if code is None:
            return None
        near = (held.programmes for held in self._held[code] if held.first <= last and first <= held.last)
        return frozenset[Programme]().union(*near)

    def _take(self, quantity: Quantity) -> None:
        programmes = frozenset(_programmes_of(quantity.name))
        for reading in quantity.readings if programmes else ():
            if isinstance(reading.value, str) and not reading.is_absent:
                held = _Held(programmes, reading.effective, reading.until or date.max)
                self._held.setdefault(reading.value, []).append(held)


def _programmes_of(name: str) -> Iterator[Programme]:
    """The programmes among whose families the one is whose code a quantity of this name says."""
    _, told, what = base_name(name).partition(_FAMILIES)
    family, _, kind = what.rpartition("_")
    for programme, families in FAMILIES_OF.items() if told else ():
        is_level = family == _APCM_LEVEL and kind.isdigit() and programme is Programme.APCM
        if is_level or (kind in _IN_FAMILY and family in families):
            yield programme
