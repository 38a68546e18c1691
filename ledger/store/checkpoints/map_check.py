"""The maps of completeness on record against the facts, while a verification reads these once anyway.

Promise: of every map on record it is told whether the facts before it give its root; a fact that was withheld from a
map, or taken out since, gives another. Rows of a wrong make are passed over here: whoever reads them names them.
Not promised: which of the two is true, the map or the facts; the checkpoints over both say that.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from ledger.proof.completeness import CLASSES, Map
from ledger.store.batches import Rows
from ledger.store.checkpoints.completing import said_by
from ledger.store.completeness_map import Counted, MapRoots, Wanted, class_of
from ledger.store.connection import Ledger
from ledger.streams.completeness import CompletenessMapped
from ledger.terms.errors import LedgerDamaged, NeedsNewerProgram
from ledger.terms.identity import COMPLETENESS_TAG

_TAG: Final = -3
"""Where the tag stands in a row of a membership: before number and salt."""


class MapCheck:
    """Listens to batches of rows on their way to somebody else. Without a map it costs nothing."""

    def __init__(self, ledger: Ledger) -> None:
        self._said = dict(_maps_of(ledger))
        self._roots = MapRoots(ledger.ledger_id, (Wanted(said.up_to, said.depth) for said in self._said.values()))

    def heard(self, batches: Iterable[Rows]) -> Iterator[Rows]:
        """The same batches, of everything from the first fact on."""
        for batch in batches:
            if self._said:
                self._take(*batch)
            yield batch

    def refuted(self) -> list[tuple[int, str]]:
        """The maps that the facts do not give: position of the fact, and in words; once all rows have gone by."""
        found = self._roots.finish()
        return [
            (position, f"The facts up to position {said.up_to} give another map of completeness than this fact says.")
            for position, said in sorted(self._said.items())
            if found[Wanted(said.up_to, said.depth)] != said or said.up_to >= position
        ]

    def _take(self, facts: Iterable[tuple[Any, ...]], members: Iterable[tuple[Any, ...]]) -> None:
        """Count facts."""
        tags: dict[Any, list[str]] = {}
        for member in members:
            if isinstance(member[_TAG], str):
                tags.setdefault(member[0], []).append(member[_TAG])
        for row in facts:
            prefix, leaf = row[-2:]
            try:
                fact_class = class_of(prefix)
            except (TypeError, ValueError):
                continue
            if fact_class in CLASSES and isinstance(leaf, bytes):
                self._roots.take(Counted(row[0], fact_class, tuple(tags.get(row[0], ())), leaf))


def _maps_of(ledger: Ledger) -> Iterator[tuple[int, Map]]:
    """The maps on record and their positions, as far as they can be read."""
    try:
        for fact in ledger.read(COMPLETENESS_TAG):
            if isinstance(fact.event, CompletenessMapped):
                yield fact.position, said_by(fact.event)
    except (LedgerDamaged, NeedsNewerProgram):
        return
