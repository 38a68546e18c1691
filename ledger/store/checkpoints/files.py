"""The log as the files that C2SP tlog-tiles names: what each of them holds, wherever it is shown.

Promise: a tile that is handed out leads to the tile above it, and an entry is the header that was sealed in its place;
anything else is LedgerDamaged. No file holds a name or a word of anybody.
"""

import re
import struct
from typing import Final, NamedTuple

from ledger.proof.leaf import leaf_hash
from ledger.store.checkpoints import tiles as log
from ledger.store.checkpoints.leaves import headers
from ledger.store.checkpoints.rows import LogStore
from ledger.store.checkpoints.tiles import HASH_BYTES, WIDTH, MissingTile, TileId
from ledger.terms.errors import LedgerDamaged

_U16: Final = struct.Struct(">H")
_REMEDY: Final = "Stop writing, keep this disk, and run `ccm-ledger verify --log`."
_NAMED: Final = re.compile(r"tile/(entries|[0-7])/((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?\Z", re.ASCII)


class Resource(NamedTuple):
    """A tile, or where `is_entries` the bundle of a tile of leaves, of so many hashes."""

    tile: TileId
    length: int
    is_entries: bool


def resource(kind: str, n: int, length: int) -> str:
    """The name of a tile (`kind` is its level), or of a bundle (`entries`), of so many.

    Its number stands in threes of digits, `x` before all but the last.
    """
    groups = [f"{n % 1000:03d}"]
    while n := n // 1000:
        groups.insert(0, f"x{n % 1000:03d}")
    part = "" if length == WIDTH else f".p/{length}"
    return f"tile/{kind}/{'/'.join(groups)}{part}"


def resource_named(name: str) -> Resource | None:
    """What a name means; None where it is no name of such a file, or not as it is written."""
    found = _NAMED.match(name)
    if found is None:
        return None
    kind, number, part = found.groups()
    n, length = int(number.replace("x", "").replace("/", "")), int(part or WIDTH)
    if length > WIDTH or resource(kind, n, length) != name:
        return None
    return Resource(TileId(0 if kind == "entries" else int(kind), n), length, kind == "entries")


class LogFiles:
    """The files of one ledger's log."""

    def __init__(self, store: LogStore) -> None:
        self._store = store

    def content(self, wanted: Resource, size: int) -> bytes | None:
        """What a file of the log of `size` facts holds; None where the log has none of that name."""
        tile, length, is_entries = wanted
        if length > log.width(tile, size):
            return None
        hashes = self.tile(tile, length)
        return self.entries(tile.n, hashes) if is_entries else hashes

    def tile(self, tile: TileId, length: int) -> bytes:
        """The first hashes of a tile."""
        stored = self._store.tiles((tile, log.parent(tile)))
        hashes = stored.get(tile, b"")[: length * HASH_BYTES]
        try:
            # What a client fetches must lead to the root; the root itself was compared before.
            if len(hashes) < length * HASH_BYTES or log.unlinked({**stored, tile: hashes}, (tile,)) is not None:
                raise MissingTile(tile)
        except MissingTile as error:
            raise LedgerDamaged(f"The log's tiles are not those that were sealed: {error}.", _REMEDY) from error
        return hashes

    def entries(self, n: int, hashes: bytes) -> bytes:
        """The headers of the facts in a tile of leaves, each behind its length; each is the one that was sealed."""
        first = n * WIDTH
        pieces: list[bytes] = []
        batch = self._store.headers(first, first + len(hashes) // HASH_BYTES)
        for at, header in enumerate(headers(batch)):
            if leaf_hash(header, b"") != hashes[at * HASH_BYTES : (at + 1) * HASH_BYTES]:
                raise LedgerDamaged(
                    f"The fact at position {first + at + 1} is not the one that was sealed there.", _REMEDY
                )
            pieces += (_U16.pack(len(header)), header)
        return b"".join(pieces)
