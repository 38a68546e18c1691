"""Publishing: the log as a folder of files that anybody may read and that any verifier of such logs understands.

The layout is that of C2SP tlog-tiles: `checkpoint`, `tile/<level>/<n>`, `tile/entries/<n>`, and `.p/<width>` behind the
name of what is not full yet; an entry is a fact's header, so a bundle's leaf hashes are those of the tile. Beside these
stands every checkpoint that was published, as `checkpoints/<size>.note`.

Promise: a file appears whole or not at all; `checkpoint` comes last, when everything that it signs is on the disk; a
folder that holds a checkpoint which this log does not begin with is left as it is. No file holds a name or a word of
anybody. Not promised: that the folder is out of the operator's hands, which makes it worth something (docs/proof.md).
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from ledger.proof.checkpoint import Checkpoint, open_checkpoint
from ledger.proof.leaf import leaf_hash
from ledger.proof.merkle import MerkleFrontier
from ledger.proof.note import BadProof
from ledger.store.checkpoints import tiles as log
from ledger.store.checkpoints.files import LogFiles, resource
from ledger.store.checkpoints.keyring import log_keys_of, verifier_of
from ledger.store.checkpoints.leaves import headers
from ledger.store.checkpoints.log_keys import log_name
from ledger.store.checkpoints.proving import Prover, State
from ledger.store.checkpoints.tiles import WIDTH, TileId
from ledger.store.connection import Ledger
from ledger.store.durable import sync_folder
from ledger.terms.errors import LedgerDamaged, StoreUnavailable

CHECKPOINT: Final = "checkpoint"
KEPT: Final = "checkpoints"
_LOCK: Final = ".publishing"
_REMEDY: Final = (
    "Nothing was published. Keep the folder as it is, stop writing, and run `ccm-ledger verify --log --checkpoint FILE`"
    " with its checkpoint."
)

_UNSIGNED: Final = (
    "Nothing was signed. Keep the folder as it is, stop writing, and run `ccm-ledger verify --tiles FOLDER` with it;"
    " if a backup was restored, restore a newer one."
)


class Published(NamedTuple):
    """What a folder shows now, and how many files were written for it."""

    size: int
    files: int


def publish(ledger: Ledger, folder: Path) -> Published:
    """Bring a folder up to the last checkpoint of the log; makes it where it is not there.

    LedgerDamaged where the folder's checkpoint and this log do not belong to one history, or tiles and facts differ;
    StoreUnavailable where the folder cannot be written.
    """
    store = ledger.engine.log_store()
    state = Prover(store).state()
    if state is None:
        return Published(0, 0)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder):
            return _Publishing(ledger, folder, state).run()
    except OSError as error:
        raise StoreUnavailable(
            f"The folder for the log cannot be written ({error.strerror}).", "Make room or name another folder."
        ) from error


def check_before_sealing(ledger: Ledger, folder: Path) -> None:
    """LedgerDamaged where the facts do not go on from what a folder shows: signing them would make a second history.

    An older state that was put back agrees with its own log; that others were shown more, the folder alone knows.
    """
    store = ledger.engine.log_store()
    shown = _shown(ledger, folder, _UNSIGNED)
    if shown is None:
        return
    state = Prover(store).state()
    if state is not None and shown.size <= state.checkpoint.size:
        root = Prover(store).root(shown.size)
    else:
        # The log is behind the folder: an archive was restored, which carries no log, or an older copy was.
        tree = MerkleFrontier()
        for first in range(0, shown.size, WIDTH):
            for header in headers(store.headers(first, min(first + WIDTH, shown.size))):
                tree.append(leaf_hash(header, b""))
        if tree.size < shown.size:
            happened = f"The folder shows a log of {shown.size} facts and this ledger has {tree.size}: it was put back."
            raise LedgerDamaged(happened, _UNSIGNED)
        root = tree.root()
    if root != shown.root:
        happened = f"This ledger does not lead to what the folder shows of its first {shown.size} facts."
        raise LedgerDamaged(happened, _UNSIGNED)


class _Publishing:
    """One bringing up to date of one folder, which nobody else writes meanwhile."""

    def __init__(self, ledger: Ledger, folder: Path, state: State) -> None:
        self._ledger = ledger
        self._store = ledger.engine.log_store()
        self._files_of = LogFiles(self._store)
        self._folder = folder
        self._state = state
        self._files = 0

    def run(self) -> Published:
        size = self._state.checkpoint.size
        shown = _shown(self._ledger, self._folder, _REMEDY)
        self._check_root(size, self._state.checkpoint.root)
        if shown is not None:
            if shown.size > size:
                raise LedgerDamaged(
                    f"The folder shows a log of {shown.size} facts and this one has {size} sealed: it was put back.",
                    _REMEDY,
                )
            self._check_root(shown.size, shown.root)
        before = 0 if shown is None else shown.size
        for tile in log.all_tiles(size, before):
            self._tile(tile, size)
        self._put(f"{KEPT}/{size}.note", self._state.note)
        self._put(CHECKPOINT, self._state.note)
        return Published(size, self._files)

    def _check_root(self, size: int, root: bytes) -> None:
        if Prover(self._store).root(size) != root:
            raise LedgerDamaged(
                f"This log has another root at {size} facts than the checkpoint that was signed: its history changed.",
                _REMEDY,
            )

    def _tile(self, tile: TileId, size: int) -> None:
        length = log.width(tile, size)
        try:
            hashes = self._files_of.tile(tile, length)
            if tile.level == 0:
                self._put(resource("entries", tile.n, length), self._files_of.entries(tile.n, hashes))
        except LedgerDamaged as error:
            raise LedgerDamaged(error.happened, _REMEDY) from error
        self._put(resource(str(tile.level), tile.n, length), hashes)
        if length == WIDTH:
            self._drop_parts(tile)

    def _drop_parts(self, tile: TileId) -> None:
        """Take away what was shown of a tile before it was full: who looks for a part is to take the whole."""
        for kind in (str(tile.level), *(("entries",) if tile.level == 0 else ())):
            parts = self._folder / (resource(kind, tile.n, WIDTH) + ".p")
            if parts.is_dir():
                for part in parts.iterdir():
                    part.unlink()
                parts.rmdir()

    def _put(self, name: str, content: bytes) -> None:
        """Write a file that appears under its name when it is whole and on the disk."""
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(path.name + ".unfinished")
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        sync_folder(path.parent)
        self._files += 1


def _shown(ledger: Ledger, folder: Path, remedy: str) -> Checkpoint | None:
    """The checkpoint that a folder shows; LedgerDamaged where it is not one that this ledger's keys signed."""
    file = folder / CHECKPOINT
    if not file.exists():
        return None
    ledger.refresh()
    keys = [verifier_of(key) for key in log_keys_of(ledger).keys]
    try:
        checkpoint, _ = open_checkpoint(file.read_bytes(), keys)
    except BadProof as error:
        raise LedgerDamaged(f"The folder shows a checkpoint of another log: {error}.", remedy) from error
    except OSError as error:
        raise StoreUnavailable(
            f"The folder for the log cannot be read ({error.strerror}).", "Check who owns it, or name another folder."
        ) from error
    if checkpoint.origin != log_name(ledger.ledger_id):
        raise LedgerDamaged("The folder shows a checkpoint of another log.", remedy)
    return checkpoint


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / _LOCK).open("wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreUnavailable(
                "Another program is publishing into this folder.", "Wait for it, or name another folder."
            ) from error
        yield
