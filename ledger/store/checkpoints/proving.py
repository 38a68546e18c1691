"""Proofs out of the tiles: that a fact is in the log, and that the log begins with an earlier one; what is unsealed.

Promise: a receipt verifies when it is handed out: its path was followed from the header, made anew from the rows,
to the signed root; the header is in it, as what the offline verifier hashes. A path costs one question for at most a
dozen tiles, however long the log is. Not promised: that the body is the one that was sealed (`verify --log`).
"""

import struct
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from ledger.proof.checkpoint import Checkpoint, TlogProof, parse_checkpoint
from ledger.proof.leaf import leaf_hash
from ledger.proof.merkle import verify_inclusion
from ledger.proof.note import parse_note
from ledger.store.checkpoints import tiles as log
from ledger.store.checkpoints.leaves import headers
from ledger.store.checkpoints.notes import whole_note
from ledger.store.checkpoints.rows import LogStore, StoredCheckpoint
from ledger.store.checkpoints.tiles import MissingTile, TileId
from ledger.store.instants import to_micros
from ledger.terms.errors import LedgerDamaged
from ledger.terms.ports import Clock

TILES_KEPT: Final = 512
_REMEDY: Final = "Stop writing, keep this disk, and run `ccm-ledger verify --log`."


class Unsealed(NamedTuple):
    """The unsealed window: what an operator could still change without any signature showing it."""

    facts: int
    seconds: int
    """How long the oldest of them has waited."""


class State(NamedTuple):
    """The last checkpoint as it is handed out."""

    number: int
    checkpoint: Checkpoint
    note: bytes
    """With everything that was put under it since."""


class Prover:
    """Proves what is in one ledger's log."""

    def __init__(self, store: LogStore) -> None:
        self._store = store
        self._kept: OrderedDict[TileId, bytes] = OrderedDict()

    def state(self) -> State | None:
        """The last checkpoint with its cosignatures; None where nothing is sealed yet."""
        stored = self._store.latest()
        return None if stored is None else self.state_of(stored)

    def state_of(self, stored: StoredCheckpoint) -> State:
        """A checkpoint with its cosignatures."""
        note = whole_note(stored, self._store.cosignatures(stored.number))
        return State(stored.number, parse_checkpoint(parse_note(note).text), note)

    def receipt(self, position: int) -> TlogProof | None:
        """The proof that the fact at a position is in the log, by the last checkpoint; None where it is not sealed yet.

        LedgerDamaged where the fact that is stored there is not the one that was sealed.
        """
        return next(self.receipts((position,)))

    def receipts(self, positions: Iterable[int]) -> Iterator[TlogProof | None]:
        """The same for several facts, by one checkpoint."""
        state = self.state()
        for position in positions:
            assert position > 0, "positions count from 1"
            yield self._receipt(position, state) if state and position <= state.checkpoint.size else None

    def inclusion(self, position: int, size: int) -> tuple[bytes, ...]:
        """The audit path of the fact at a position in the log of `size` facts, from the leaf up."""
        return self._path(size, log.inclusion(position - 1, size))

    def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        """The path that shows that the log of `new` facts begins with the one of `old`."""
        return self._path(new, log.consistency(old, new))

    def root(self, size: int) -> bytes:
        """The root that the log had at a size, as its tiles say; LedgerDamaged where they do not hold it."""
        try:
            return log.root(self._store.tiles, size)
        except MissingTile as error:
            raise _damaged(f"The log's tiles are not whole: {error}.") from error

    def unsealed(self, clock: Clock) -> Unsealed:
        """How many facts no checkpoint covers, and how long the oldest of them has waited."""
        stored = self._store.latest()
        last, _ = self._store.last()
        size = 0 if stored is None else stored.size
        since = self._store.recorded_at(size + 1) if last > size else None
        waited = 0 if since is None else max(to_micros(clock.now()) - since, 0) // 1_000_000
        return Unsealed(max(last - size, 0), waited)

    def _receipt(self, position: int, state: State) -> TlogProof:
        _, checkpoint, note = state
        path = self.inclusion(position, checkpoint.size)
        header = self._header(position)
        if not verify_inclusion(leaf_hash(header, b""), position - 1, checkpoint.size, path, checkpoint.root):
            raise _damaged(
                f"The fact at position {position} is not the one that was sealed there, or the tiles differ."
            )
        return TlogProof(position - 1, path, note, header)

    def _header(self, position: int) -> bytes:
        """The header of a fact, made anew; empty where its rows make none."""
        try:
            return next(headers(self._store.headers(position - 1, position)), b"")
        except (TypeError, AttributeError, LookupError, struct.error):
            return b""  # SQLite keeps whatever somebody put in

    def _path(self, size: int, ranges: tuple[log.Range, ...]) -> tuple[bytes, ...]:
        try:
            return tuple(log.hashes_of(lambda wanted: self._tiles(wanted, size), size, ranges))
        except MissingTile as error:
            raise _damaged(f"The log's tiles are not whole: {error}.") from error

    def _tiles(self, wanted: Iterable[TileId], size: int) -> dict[TileId, bytes]:
        """Tiles of a log of this size. A hash in a tile never changes, so those used last are asked for once."""
        kept, found, missing = self._kept, {}, []
        for tile in wanted:
            hashes = kept.get(tile, b"")
            if len(hashes) < log.HASH_BYTES * log.width(tile, size):
                missing.append(tile)
            else:
                kept.move_to_end(tile)
                found[tile] = hashes
        if missing:
            read = self._store.tiles(missing)
            kept.update(read)
            found.update(read)
            while len(kept) > TILES_KEPT:
                kept.popitem(last=False)
        return found


def _damaged(happened: str) -> LedgerDamaged:
    return LedgerDamaged(happened, _REMEDY)
