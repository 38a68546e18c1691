"""The table of other services, by date: which row a code stands in, and what the row says of one family of codes.

A row is the quantities of one file `medicare/conflicts/<row>.toml`. `codes` names the services. `effect` is what one
of them means for a month whose biller it shares as far as `scope` asks (same_npi; same_tin: the same NPI or TIN; any,
which is also what a row without it says); `other_biller_effect` is what it means otherwise (without it: the same).
`within` says what is compared: the month (also without it), the month's date of service (date), or thirty days from
the service's date (period30). `same_date_effect` and `counted_day_effect` add what a service means on the month's date
of service, and on a day on which time counts. Each effect may have an exception for one family, or for one code that
the month would bill: `effect_personal`, `same_date_effect_99427`. `payable` false: the payer pays the code to nobody,
so it stands in no way. `not_with` names services that the row's own exclude.

Promise: a code leads to at most one row on a day. Not promised: that an edition has such a table; older ones have none.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from ledger.rulebook import Reading, RulesInForce

PREFIX: Final = "medicare.conflicts."
PERIOD_DAYS: Final = 30
"""The days of a period30, the first included."""


class ConflictRow(NamedTuple):
    """One row of the table as it stands on a day."""

    name: str
    """The name under which its quantities stand, such as medicare.conflicts.tcm."""
    says: Mapping[str, Reading]
    """Its readings by the last part of their names."""

    @property
    def short(self) -> str:
        """The row's own name."""
        return self.name.removeprefix(PREFIX)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all its quantities, in order."""
        return tuple(f"{self.name}.{each}" for each in sorted(self.says))

    def word(self, quantity: str, otherwise: str) -> str:
        """A word of the row, or what holds where it has none."""
        found = self.says.get(quantity)
        return str(found.value) if found is not None else otherwise

    def words(self, quantity: str) -> tuple[str, ...]:
        """A list of the row; empty where it has none."""
        found = self.says.get(quantity)
        return found.value if found is not None and isinstance(found.value, tuple) else ()

    def effect(self, kind: str, keys: Sequence[str]) -> Reading | None:
        """An effect as it holds for the first of the codes and the family that the row makes an exception for."""
        exceptions = (self.says.get(f"{kind}_{key}") for key in keys)
        return next((found for found in exceptions if found is not None), None) or self.says.get(kind)

    @property
    def unpaid(self) -> Reading | None:
        """The reading by which the payer pays the code to nobody; None where it does."""
        found = self.says.get("payable")
        return found if found is not None and found.value is False else None


@lru_cache(maxsize=256)
def _rows(rules: RulesInForce) -> dict[str, ConflictRow]:
    held: dict[str, dict[str, Reading]] = {}
    for name in rules.by_name:
        if name.startswith(PREFIX):
            row, _, quantity = name.rpartition(".")
            held.setdefault(row, {})[quantity] = rules.reading(name)
    rows = (ConflictRow(name, says) for name, says in held.items() if "codes" in says)
    return {code: row for row in rows for code in row.words("codes")}


def row_of(rules: RulesInForce, code: str) -> ConflictRow | None:
    """The row in which a code stands by some rules; None where it stands in none."""
    return _rows(rules).get(code)
