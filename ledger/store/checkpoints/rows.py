"""What the log needs of a database: tiles, signed checkpoints, what others said of them, and facts to be sealed.

Promise: both databases keep the same bytes; a checkpoint is stored together with the tiles that it signs, or neither
is. Tiles only grow, checkpoints only follow each other, and nothing of it is ever removed: the database refuses.
Not promised: that tiles or notes are true; sealing.py makes them, `verify --log` recomputes them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol

from ledger.store.checkpoints.tiles import TileId


class StoredCheckpoint(NamedTuple):
    """A checkpoint as it was signed: its number among those of the ledger, the tree size, the note."""

    number: int
    size: int
    note: bytes
    created_at: int
    """Microseconds; the second that the ledger's own clock signed under it."""


class StoredCosignature(NamedTuple):
    """A line that a cosigner put under a checkpoint after it was signed."""

    checkpoint: int
    name: str
    key_id: bytes
    at: int
    """Microseconds; what the cosignature itself says."""
    line: bytes


class StoredTimestamp(NamedTuple):
    """A token of a time-stamping authority about a checkpoint."""

    checkpoint: int
    digest: bytes
    """SHA-256 of the token."""
    at: int
    """Microseconds; what the token itself says."""
    token: bytes


class Batch(NamedTuple):
    """Facts to be sealed and their memberships, both in the order of positions, as they are stored."""

    facts: list[tuple[Any, ...]]
    """(position, home, version, topic, state, recorded_at, prefix, leaf)."""
    members: list[tuple[Any, ...]]
    """(position, ordinal, tag, seq, salt)."""


Sign = Callable[[Mapping[TileId, bytes]], bytes]
"""Given the tiles as they were read back, answers the signed note; what it raises undoes everything."""


class LogStore(Protocol):
    """The log of one open ledger. Exceptions are those of ledger/terms/errors.py."""

    def last(self) -> tuple[int, int]:
        """The highest position and its `recorded_at` in microseconds; (0, 0) in an empty ledger."""
        ...

    def recorded_at(self, position: int) -> int | None:
        """When a fact was recorded, in microseconds; None where there is no such fact."""
        ...

    def headers(self, after: int, until: int) -> Batch:
        """The facts behind position `after` up to `until`, which must be there."""
        ...

    def latest(self) -> StoredCheckpoint | None:
        """The last checkpoint."""
        ...

    def checkpoints(self, after: int = 0) -> Iterator[StoredCheckpoint]:
        """The checkpoints behind number `after`, in order."""
        ...

    def cosignatures(self, checkpoint: int) -> list[StoredCosignature]:
        """What was put under a checkpoint, by name, key and time."""
        ...

    def timestamps(self, checkpoint: int) -> list[StoredTimestamp]:
        """The tokens about a checkpoint, by time."""
        ...

    def tile(self, level: int, n: int) -> bytes:
        """The hashes of a tile; empty where it is not stored."""
        ...

    def tiles(self, wanted: Iterable[TileId]) -> dict[TileId, bytes]:
        """Those of the tiles that are stored."""
        ...

    def seal(self, grown: Mapping[TileId, bytes], size: int, number: int, now: int, sign: Sign) -> bool:
        """Put the tiles in place, have what is read back of them signed, and keep that as checkpoint `number`.

        All of it or nothing. `sign` is given the tiles that grew and those on the edge of a log of this size.
        False, and nothing done, where there is a checkpoint of that number: another sealer was faster.
        """
        ...

    def add_cosignature(self, row: StoredCosignature) -> None:
        """Keep a cosignature; the same one again changes nothing."""
        ...

    def add_timestamp(self, row: StoredTimestamp) -> None:
        """Keep a token; the same one again changes nothing."""
        ...
