"""Copies of the log that somebody kept: the ledger's own tiles, a published folder, an archive.

Promise: each answers the old leaf hashes tile by tile, and, where it holds headers, the old headers of a few facts.
A copy that is damaged itself says so. Not promised: that a copy is true; a signed checkpoint vouches for it, or whoever
kept it does.
"""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final, Protocol

from ledger.proof.leaf import DIGEST_BYTES, MalformedHeader, blinded, decode_header, encode_tail
from ledger.store.archive.format import ArchiveRefused, BlockReader, Section
from ledger.store.archive.importing import check_archive
from ledger.store.archive.records import decode_fact
from ledger.store.archive.rows import FactRow
from ledger.store.checkpoints.files import resource
from ledger.store.checkpoints.publishing import CHECKPOINT, KEPT
from ledger.store.checkpoints.tiles import WIDTH, TileId, width
from ledger.store.fsck_fact import Verdict
from ledger.store.verifying.naming import Finding, Named

_LENGTH_BYTES: Final = 2


class Copy(Protocol):
    """Old leaf hashes."""

    words: str
    """What it is, in words that begin a sentence."""

    @property
    def size(self) -> int:
        """How many leaves it holds."""
        ...

    def tile(self, n: int) -> bytes:
        """The leaf hashes of tile n of level 0, as far as it holds them."""
        ...

    def marks(self, first: int, last: int) -> Mapping[int, bytes]:
        """The marks of the old facts at these positions (`mark_of`); empty where it holds hashes alone."""
        ...


class OwnTiles:
    """The level 0 tiles of the ledger's database, read as they are asked for, in order."""

    words = "The ledger's own tiles"

    def __init__(self, rows: Mapping[int, bytes], size: int) -> None:
        self._rows = rows
        self.size = size

    def tile(self, n: int) -> bytes:
        return self._rows.get(n, b"")[: DIGEST_BYTES * width(TileId(0, n), self.size)]

    def marks(self, first: int, last: int) -> Mapping[int, bytes]:  # noqa: ARG002 - a tile holds no header
        return {}


class PublishedFolder:
    """A folder as `seal --publish` writes it, and as any reader of C2SP tlog-tiles may have fetched it."""

    words = "The published tiles"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.size = 0
        """Set from the checkpoint in the folder, once that is known to be signed."""

    def notes(self) -> list[bytes]:
        """The folder's checkpoint, and those that were kept beside it."""
        kept = sorted((self._folder / KEPT).glob("*.note"))
        found = [path for path in (self._folder / CHECKPOINT, *kept) if path.is_file()]
        return [path.read_bytes() for path in found]

    def tile(self, n: int) -> bytes:
        hashes = width(TileId(0, n), self.size)
        return self._resource("0", n, hashes)[: DIGEST_BYTES * hashes] if hashes else b""

    def upper(self, tile: TileId) -> bytes:
        """The hashes of a tile of a higher level."""
        hashes = width(tile, self.size)
        return self._resource(str(tile.level), tile.n, hashes)[: DIGEST_BYTES * hashes]

    def marks(self, first: int, last: int) -> Mapping[int, bytes]:
        found = {}
        for n in range((first - 1) // WIDTH, (last - 1) // WIDTH + 1):
            bundle = self._resource("entries", n, width(TileId(0, n), self.size))
            for index, header in enumerate(_entries(bundle), n * WIDTH + 1):
                if first <= index <= last:
                    found[index] = mark_of_header(header)
        return found

    def _resource(self, kind: str, n: int, hashes: int) -> bytes:
        """A tile or bundle of so many, or a longer one that begins with it; empty where the folder has neither."""
        for length in (hashes, WIDTH):
            file = self._folder / resource(kind, n, length)
            if file.is_file():
                return file.read_bytes()
        return b""


class ArchivedLog:
    """The leaves of an archive, all of which is checked when it is opened."""

    words = "The archive's leaves"

    def __init__(self, file: Path) -> None:
        self._file = file
        archived = check_archive(file)
        self.ledger_id = archived.ledger.ledger_id
        self.size = archived.trailer.facts
        self.root = archived.trailer.root
        self._leaves = bytearray()
        for row in self._facts():
            self._leaves += row.leaf

    def tile(self, n: int) -> bytes:
        at = n * WIDTH * DIGEST_BYTES
        return bytes(self._leaves[at : at + WIDTH * DIGEST_BYTES])

    def marks(self, first: int, last: int) -> Mapping[int, bytes]:
        return {row.position: _mark_of_row(row) for row in self._facts() if first <= row.position <= last}

    def _facts(self) -> Iterator[FactRow]:
        with self._file.open("rb") as opened:
            for block in BlockReader(opened).blocks():
                if block.section == Section.FACTS:
                    yield from map(decode_fact, block.records())


def opened_archive(file: Path, ledger_id: str) -> ArchivedLog | Finding:
    """The archive as evidence, or why it is none."""
    try:
        archived = ArchivedLog(file)
    except ArchiveRefused as error:
        words = f"The archive is damaged itself ({error.reason.value}) and says nothing of the ledger."
        return Finding(Verdict.NOTE_DAMAGED, error.position, None, words, Named.EDITED)
    if archived.ledger_id != ledger_id:
        return Finding(Verdict.ANOTHER_LEDGER, None, None, "The archive is of another ledger.", Named.FOREIGN)
    return archived


def mark_of(prefix: bytes, tags: Iterable[bytes]) -> bytes:
    """What of a fact is the same wherever it stands: its prefix and its blinded tags, without their numbers."""
    return sha256(b"".join((prefix, *sorted(tags)))).digest()


def mark_of_header(header: bytes) -> bytes:
    """The mark of the fact whose header this is; empty where it is none."""
    try:
        _, tail = decode_header(header)
    except MalformedHeader:
        return b""
    prefix = header[: -len(encode_tail(*tail))]
    return mark_of(prefix, (tag.blinded for tag in tail.tags))


def _mark_of_row(row: FactRow) -> bytes:
    return mark_of(row.prefix, (blinded(tag.tag.decode(), tag.salt) for tag in row.tags))


def _entries(bundle: bytes) -> Iterator[bytes]:
    at = 0
    while at + _LENGTH_BYTES <= len(bundle):
        start = at + _LENGTH_BYTES
        at = start + int.from_bytes(bundle[at:start], "big")
        yield bundle[start:at]
