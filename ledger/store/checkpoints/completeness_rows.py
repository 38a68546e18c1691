"""What the map of completeness needs of a database: the facts to be counted, and the tables of the newest map.

Promise: both databases keep the same bytes, and a map is written whole, with every bucket that it changed, or not at
all. The tables are made from facts, so losing them loses nothing. Not promised: that they are right; completing.py
holds every bucket that it reads against the root.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple, Protocol

from ledger.proof.completeness import Map
from ledger.store.completeness_map import Counted

TILE: Final = 256
"""How many hashes of buckets stand in one row."""


class MapRows(NamedTuple):
    """What is to be written of a map."""

    said: Map
    buckets: Mapping[int, bytes]
    """Those that changed; an empty one has no row."""
    tiles: Mapping[int, bytes]
    """The hashes of the buckets, 256 in a row, where any of them changed."""
    is_whole: bool
    """Whether it is everything: what the tables held before is removed."""


class CompletenessStore(Protocol):
    """The map of one open ledger. Exceptions are those of ledger/terms/errors.py."""

    def counted(self, after: int, until: int) -> list[Counted]:
        """The facts behind position `after` up to `until`, in ledger order, as a map counts them."""
        ...

    def state(self) -> Map | None:
        """What the map in the tables says; None where there is none."""
        ...

    def hashes(self) -> bytes:
        """The hashes of all buckets, in order."""
        ...

    def buckets(self, numbers: Iterable[int]) -> dict[int, bytes]:
        """Those of the buckets that have entries."""
        ...

    def write(self, expected: Map | None, rows: MapRows) -> bool:
        """Put a map in the place of the `expected` one; False, and nothing done, where another one stands there."""
        ...
