"""The parts of relative values: work, practice expense, malpractice; together they are the total of a code.

Work is shipped; practice expense and malpractice come with a profile of one's own (additions.py), and a locality's
indices weigh them (CCM-RATE-11). Promise: an index of one for every part gives the national amount, within the rounding
of the published total. Not promised: that parts are on file.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import product
from typing import Final, NamedTuple

from ledger.rulebook.reading import Quantity, Reading
from ledger.rulebook.sites import Sites
from ledger.rulebook.spans import spans_of

_PFS: Final = "medicare.pfs."
_HALF_A_HUNDREDTH: Final = Decimal("0.005")
"""Totals are published in hundredths."""
_SITES: Final = {"rvu_nonfacility": "rvu_pe_nonfacility", "rvu_facility": "rvu_pe_facility"}
"""The total of each site, and the part that is the site's own."""
TOTALS_OF: Final = {"rvu_pe_nonfacility": ("rvu_nonfacility",), "rvu_pe_facility": ("rvu_facility",)} | {
    "rvu_mp": ("rvu_nonfacility", "rvu_facility")
}
"""The parts that a profile may bring, each with the totals of which it is one."""
RULE: Final = "CCM-RATE-11"
"""The rule that they carry out."""
_part: Final = re.compile(rf"medicare\.pfs\.({'|'.join(TOTALS_OF)})\.([A-Z0-9][0-9]{{4}})").fullmatch


class Part(NamedTuple):
    """A quantity that is a part of the relative values of a code."""

    table: str
    """Such as rvu_mp."""
    code: str

    @property
    def totals(self) -> tuple[str, ...]:
        """The names of the totals that it is a part of."""
        return tuple(f"{_PFS}{table}.{self.code}" for table in TOTALS_OF[self.table])


def part_named(name: str) -> Part | None:
    """The part that a quantity's name spells; None where it is none that a profile may bring."""
    found = _part(name)
    return Part(found[1], found[2]) if found else None


def add_up(parts: Iterable[Decimal], total: Decimal) -> bool:
    """Whether parts come to a total, within the rounding of the total."""
    return abs(sum(parts, Decimal(0)) - total) <= _HALF_A_HUNDREDTH


def check_parts(quantities: Mapping[str, Quantity], sites: Sites) -> None:
    """Notes the days on which the three parts of a code are on file and do not come to its total."""
    for name in quantities:
        part = part_named(name)
        if part is None or part.table == "rvu_mp":
            continue
        total = next(each for each, own in _SITES.items() if own == part.table)
        tables = (part.table, "rvu_work", "rvu_mp", total)
        for own, work, malpractice, whole in _together(quantities, [f"{_PFS}{each}.{part.code}" for each in tables]):
            _check_sum(own, (work, malpractice), whole, sites)


def _together(quantities: Mapping[str, Quantity], names: list[str]) -> Iterator[tuple[Reading, ...]]:
    """The readings of several quantities that hold together on some day."""
    for spans in product(*(spans_of(quantities.get(name)) for name in names)):
        if max(span.first for span in spans) <= min(span.last for span in spans):
            yield tuple(span.reading for span in spans)


def _check_sum(own: Reading, others: tuple[Reading, ...], whole: Reading, sites: Sites) -> None:
    values = [each.value for each in (own, *others) if isinstance(each.value, Decimal)]
    if isinstance(whole.value, Decimal) and not add_up(values, whole.value):
        summed = " + ".join(str(value) for value in values)
        named = ", ".join(f"{each.name} at {sites.where(each)}" for each in others)
        sites.fault(
            own,
            f"With {named} this comes to {summed} = {sum(values)}, and the total {whole.name} is {whole.value}.",
            "Take all parts from the file and the year of the total.",
        )
