"""Sealing: the facts behind the last checkpoint, checked anew, put into the tiles, and the new root signed.

Promise: a checkpoint is signed only over facts that were recomputed from their stored bytes, over tiles that were read
back after they were written and lead to the root that is signed, and only where that log begins with the last one.
Tiles and checkpoint are stored together or not at all, so a sealer that is killed anywhere is simply started again, and
of two at once one finds that the other was faster. A cosignature is never dated before the last one, nor before the
last fact that it covers. Not promised: that anybody outside has seen a checkpoint (publishing.py, witnessing.py).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from ledger.proof.checkpoint import Checkpoint, open_checkpoint
from ledger.proof.merkle import EMPTY_ROOT
from ledger.proof.note import BadProof, Note, parse_note, render_note
from ledger.store.checkpoints import tiles as log
from ledger.store.checkpoints.keyring import Ring, log_keys_of, ring
from ledger.store.checkpoints.leaves import REMEDY, LeafCheck, stored_leaves
from ledger.store.checkpoints.log_keys import Signer, clock_name, cosigned, log_name, signed
from ledger.store.checkpoints.notes import last_said
from ledger.store.checkpoints.rows import StoredCheckpoint, StoredCosignature
from ledger.store.checkpoints.tiles import HASH_BYTES, WIDTH, MissingTile, TileId
from ledger.store.connection import Ledger
from ledger.store.instants import to_micros
from ledger.terms.errors import LedgerDamaged
from ledger.terms.ports import Clock

FACTS_AT_ONCE: Final = 65_536
"""How many facts one checkpoint covers at most behind the last one, so that catching up needs little memory."""
READ_AT_ONCE: Final = 2_048
SECOND: Final = 1_000_000


class Sealed(NamedTuple):
    """What a sealing came to."""

    number: int
    size: int
    root: bytes
    facts: int
    """How many facts were sealed now; 0 where every fact was sealed before."""
    note: bytes


class _Base(NamedTuple):
    """What the next checkpoint is put behind: the last one, and the tiles on its edge."""

    number: int
    size: int
    root: bytes
    note: bytes
    edge: Mapping[TileId, bytes]
    recorded_at: int
    """Of the last fact that is sealed."""
    said: int
    """The latest second that a cosignature of the ledger's own clock names."""


_NOTHING: Final = _Base(0, 0, EMPTY_ROOT, b"", {}, 0, 0)


class Sealer:
    """Seals one ledger with these signers; not to be shared between threads."""

    def __init__(self, ledger: Ledger, signers: Sequence[Signer], clock: Clock) -> None:
        self._ledger = ledger
        self._signers = tuple(signers)
        self._clock = clock
        self._store = ledger.engine.log_store()
        self._origin = log_name(ledger.ledger_id)
        self._check = LeafCheck(ledger.ledger_id)
        self._base = _NOTHING
        self._ring: tuple[int, Ring] | None = None

    def seal(self) -> Sealed:
        """Seal every fact that is there now, in one checkpoint or, where there are many, in several.

        LedgerDamaged (nothing more is signed) where a fact, a tile or the last checkpoint is not what it should be;
        WrongKey where the keys that should sign are not at hand; StoreUnavailable and OutcomeUnknown as ever.
        """
        # No further than what the keys are read from: a fact behind that could retire one of them.
        until = self._ledger.refresh()
        before = self._last_checkpoint().size
        while True:
            base = self._last_checkpoint()
            if base.size >= until and self._is_signed_by_all(base):
                return Sealed(base.number, base.size, base.root, base.size - before, base.note)
            self._step(base, min(max(until, base.size), base.size + FACTS_AT_ONCE))

    def heartbeat(self) -> StoredCosignature | None:
        """Let the ledger's own clock sign the last checkpoint anew: nothing was appended, and it was watched.

        None where the clock signed it this second already, or nothing is sealed yet. Raises as `seal`.
        """
        self._ledger.refresh()
        base = self._last_checkpoint()
        seconds = self._seconds(base.said, base.recorded_at)
        if not base.number or seconds <= base.said:
            return None
        text = parse_note(base.note).text
        for signer in self._ring_now().clock:
            line = cosigned(signer, text, seconds)
            row = StoredCosignature(base.number, line.name, line.key_id, seconds * SECOND, line.line()[:-1].encode())
            self._store.add_cosignature(row)
        self._base = base._replace(said=seconds)
        return row if self._ring_now().clock else None

    def _step(self, base: _Base, until: int) -> None:
        """One checkpoint more. Another sealer may have been faster: then nothing was done, and its work is the base."""
        keys = self._ring_now()
        leaves, recorded_at = self._leaves(base, until)
        grown = self._grown(base, leaves)
        seconds = self._seconds(base.said, recorded_at)
        made: list[tuple[bytes, bytes]] = []

        def sign(read_back: Mapping[TileId, bytes]) -> bytes:
            root = self._checked_root(read_back, grown, base, leaves, until)
            text = Checkpoint(self._origin, until, root).text()
            lines = [signed(each, text) for each in keys.log] + [cosigned(each, text, seconds) for each in keys.clock]
            made.append((root, render_note(Note(text, tuple(lines)))))
            return made[-1][1]

        # The row says what the clock signs, so that verification can hold one against the other.
        if self._store.seal(grown, until, base.number + 1, seconds * SECOND, sign):
            root, note = made[-1]
            known = {**base.edge, **grown}
            edge = {tile: known[tile] for tile in log.edge(until)}
            self._base = _Base(base.number + 1, until, root, note, edge, recorded_at, seconds)

    # --- what it is put behind ----------------------------------------------------------------------------------------

    def _last_checkpoint(self) -> _Base:
        """The last checkpoint, its signature and its tiles checked, and the facts still there that it covers."""
        stored = self._store.latest()
        if stored is None:
            if self._base.number:
                raise _damaged("Checkpoints that this program made are gone from the ledger.")
            return _NOTHING
        last, _ = self._store.last()
        if last < stored.size:
            raise _damaged(f"The ledger holds {last} facts, and {stored.size} were sealed: it was cut off or put back.")
        if (stored.number, stored.note) != (self._base.number, self._base.note):
            self._base = self._opened(stored)
        return self._base

    def _opened(self, stored: StoredCheckpoint) -> _Base:
        try:
            known = self._ring_now().known
            checkpoint, _ = open_checkpoint(stored.note, known)
            rows = self._store.cosignatures(stored.number)
            said = last_said(clock_name(self._ledger.ledger_id), parse_note(stored.note), rows, known)
            edge = self._store.tiles({*log.edge(stored.size), TileId(0, max(stored.size - 1, 0) // WIDTH)})
            root = log.root(lambda _: edge, stored.size)
        except BadProof as error:
            raise _damaged(f"The last checkpoint is not one that this ledger's keys signed: {error}.") from error
        except MissingTile as error:
            raise _damaged(f"The tiles are not those of the last checkpoint: {error}.") from error
        if (checkpoint.origin, checkpoint.size) != (self._origin, stored.size):
            raise _damaged("The last checkpoint is one of another log, or of another size than its row says.")
        if stored.size < self._base.size:
            raise _damaged("The last checkpoint is smaller than one that was signed before it.")
        if root != checkpoint.root:
            raise _damaged("The tiles are not those of the last checkpoint: they lead to another root.")
        if (recorded_at := self._last_sealed(stored.size, edge)) is None:
            raise _damaged(f"The fact at position {stored.size} is not the one that was sealed there.")
        return _Base(stored.number, stored.size, root, stored.note, edge, recorded_at, said)

    def _last_sealed(self, size: int, known: Mapping[TileId, bytes]) -> int | None:
        """When the last fact that is sealed was recorded; None where another one stands in its place."""
        if not size:
            return 0
        batch = self._store.headers(size - 1, size)
        at = (size - 1) % WIDTH * HASH_BYTES
        leaf = known.get(TileId(0, (size - 1) // WIDTH), b"")[at : at + HASH_BYTES]
        return batch.facts[0][5] if stored_leaves(batch) == [leaf] else None

    def _is_signed_by_all(self, base: _Base) -> bool:
        """Whether every key of the log that is in use signed the last checkpoint; a new one has not yet."""
        there = {(line.name, line.key_id) for line in parse_note(base.note).signatures} if base.number else set()
        wanted = [signer.verifier for signer in self._ring_now().log]
        return not base.number or all((key.name, key.key_id) in there for key in wanted)

    def _ring_now(self) -> Ring:
        head = self._ledger.head("ledger")
        if self._ring is None or self._ring[0] != head:
            self._ring = (head, ring(log_keys_of(self._ledger), self._signers, self._ledger.ledger_id))
        return self._ring[1]

    # --- what it is made of -------------------------------------------------------------------------------------------

    def _leaves(self, base: _Base, until: int) -> tuple[list[bytes], int]:
        """The leaves of the facts to be sealed, made anew, and when the last of them was recorded."""
        leaves: list[bytes] = []
        recorded_at = base.recorded_at
        for after in range(base.size, until, READ_AT_ONCE):
            end = min(after + READ_AT_ONCE, until)
            batch = self._store.headers(after, end)
            leaves += self._check.leaves(batch, after, end, recorded_at)
            recorded_at = batch.facts[-1][5]
        return leaves, recorded_at

    def _grown(self, base: _Base, leaves: Sequence[bytes]) -> dict[TileId, bytes]:
        try:
            return log.grown(base.edge, base.size, leaves)
        except MissingTile as error:
            raise _damaged(f"The tiles are not those of the last checkpoint: {error}.") from error

    def _checked_root(
        self,
        read_back: Mapping[TileId, bytes],
        grown: Mapping[TileId, bytes],
        base: _Base,
        leaves: Sequence[bytes],
        until: int,
    ) -> bytes:
        """The root to be signed, out of what the database holds; LedgerDamaged where that is not what was put there."""
        for tile, hashes in {**base.edge, **grown}.items():
            if tile in read_back and read_back[tile] != hashes:
                raise _damaged(f"Tile {tile.level}/{tile.n} is not what was written.")
        if b"".join(_behind(read_back, base.size, until)) != b"".join(leaves):
            raise _damaged("The tiles do not hold the leaves of the facts.")
        try:
            if (astray := log.unlinked(read_back, grown)) is not None:
                raise _damaged(f"Tile {astray.level}/{astray.n} does not lead to the one above it.")
            return log.root(lambda _: read_back, until)
        except MissingTile as error:
            raise _damaged(f"What was written cannot be read back: {error}.") from error

    def _seconds(self, said: int, recorded_at: int) -> int:
        """The second that a cosignature names now; a clock that was set back is passed over."""
        return max(to_micros(self._clock.now()) // SECOND, said, -(-recorded_at // SECOND))


def _behind(read_back: Mapping[TileId, bytes], size: int, until: int) -> Iterator[bytes]:
    """The leaves from index `size` on, as the tiles of level 0 hold them."""
    for n in range(size // WIDTH, -(-until // WIDTH)):
        start = max(size - n * WIDTH, 0)
        yield read_back.get(TileId(0, n), b"")[start * HASH_BYTES :] if n * WIDTH < until > size else b""


def _damaged(happened: str) -> LedgerDamaged:
    return LedgerDamaged(happened, REMEDY)
