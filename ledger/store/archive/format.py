"""The file of an archive: magic, blocks, records (docs/archive.md).

archive = magic (19 bytes) || u8 version || block *
block   = u8 section || u32 length || u32 CRC-32 of section, length and payload || payload
payload = zlib of records;  record = u32 length || bytes;  every number is big-endian

Promise: blocks come back as they were written, in order; a block that is cut short or changed is refused with the byte
at which it starts, and a section that this program does not know is passed over where the file says that it may be.
Not promised: what the records mean (records.py), or that they agree with each other (checking.py).
"""

import struct
import zlib
from collections.abc import Iterator
from enum import IntEnum, StrEnum
from hashlib import sha256
from typing import BinaryIO, Final, NamedTuple

from ledger.store.body import variable
from ledger.terms.errors import LedgerDamaged, NeedsNewerProgram

MAGIC: Final = b"ccm-ledger archive\n"
VERSION: Final = 1
HEAD: Final = MAGIC + bytes([VERSION])
BLOCK_BYTES: Final = 4 * 2**20
"""A block ends behind the record that reaches this: one block is one transaction of an import."""
UNPACKED_MAX: Final = 2**28
OPTIONAL: Final = 0x80
"""Sections from here on may be passed over by a program that does not know them."""

_BLOCK: Final = struct.Struct(">BII")
_START: Final = struct.Struct(">BI")
_U32: Final = struct.Struct(">I")
_FASTEST: Final = 1
_WHOLE_COPY: Final = "Fetch the archive again from where it is kept, and compare its size and digest."


class Section(IntEnum):
    """What the records of a block are. In this order they stand in the file."""

    LEDGER = 1
    STREAMS = 2
    FACTS = 3
    KEYS = 4
    READING_SETS = 5
    REFUSALS = 6
    DATA_KEYS = 7
    CHECKPOINTS = 8
    """Reserved: a program that cannot keep checkpoints must not lose them."""
    TRAILER = 127


class Reason(StrEnum):
    """Why an archive is refused. A reason never changes its meaning."""

    ANOTHER_LEDGER = "another_ledger"
    BYTES_CHANGED = "bytes_changed"
    COUNTS_DIFFER = "counts_differ"
    CUT_SHORT = "cut_short"
    DIGEST_DIFFERS = "digest_differs"
    HEADER_DIFFERS = "header_differs"
    KEY_DANGLES = "key_dangles"
    LEAF_DIFFERS = "leaf_differs"
    NOT_AN_ARCHIVE = "not_an_archive"
    NOT_A_PREFIX = "not_a_prefix"
    ORDER_BROKEN = "order_broken"
    POSITION_GAP = "position_gap"
    READING_SET_DIFFERS = "reading_set_differs"
    RECORD_MALFORMED = "record_malformed"
    ROOT_DIFFERS = "root_differs"
    STREAM_GAP = "stream_gap"
    TIME_RUNS_BACK = "time_runs_back"


class ArchiveRefused(LedgerDamaged):
    """What stands in an archive, or would stand in it, is no whole ledger: why, and at which fact or byte."""

    def __init__(
        self,
        reason: Reason,
        words: str,
        *,
        position: int | None = None,
        byte: int | None = None,
        behind: int | None = None,
        remedy: str = _WHOLE_COPY,
    ) -> None:
        places = (("position", position), ("byte", byte), ("behind position", behind))
        where = ", ".join(f"{name} {value}" for name, value in places if value is not None)
        super().__init__(f"The archive is refused: {reason.value}{where and f' ({where})'}. {words}", remedy)
        self.reason = reason
        self.words = words
        self.position = position
        """The fact that is not what it should be, where it is one."""
        self.byte = byte
        """Where the block of the file starts that is not what it should be."""
        self.behind = behind
        """The last fact that was whole."""


class Block(NamedTuple):
    """A block as it lies in the file: its section, the byte at which it starts, its payload, still packed."""

    section: int
    at: int
    payload: bytes

    def records(self) -> Iterator[bytes]:
        """The records in it; ArchiveRefused where they cannot be unpacked."""
        raw = _unpacked(self)
        at, end = 0, len(raw)
        while at < end:
            start = at + _U32.size
            at = start + int.from_bytes(raw[at:start], "big")
            if at > end:
                raise ArchiveRefused(Reason.RECORD_MALFORMED, "A record ends outside its block.", byte=self.at)
            yield raw[start:at]


class BlockWriter:
    """Writes records into blocks behind each other; the sections in their order."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = sha256()
        self._section: int = Section.LEDGER
        self._pieces: list[bytes] = []
        self._size = 0
        self._write(HEAD)

    def put(self, section: int, record: bytes) -> None:
        """Write one record of a section."""
        if section != self._section:
            self.flush()
            self._section = section
        self._pieces.append(variable(record))
        self._size += len(record)
        if self._size >= BLOCK_BYTES:
            self.flush()

    def flush(self) -> None:
        """End the block, where one is begun."""
        if self._pieces:
            self._write(packed(self._section, b"".join(self._pieces)))
            self._pieces.clear()
            self._size = 0

    def digest(self) -> bytes:
        """The SHA-256 of everything up to the end of the last block."""
        assert not self._pieces, "the block is ended before it is digested"
        return self._digest.digest()

    def _write(self, data: bytes) -> None:
        self._digest.update(data)
        self._file.write(data)


def packed(section: int, raw: bytes) -> bytes:
    """The bytes of one block."""
    # Half of a body is ciphertext; the names of streams, the clear parts and the envelopes repeat each other.
    payload = zlib.compress(raw, _FASTEST)
    start = _START.pack(section, len(payload))
    return start + _U32.pack(zlib.crc32(payload, zlib.crc32(start))) + payload


class BlockReader:
    """Reads the blocks of a file up to its trailer, which is the last."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = sha256()
        self._at = 0

    def blocks(self) -> Iterator[Block]:
        """Every block that this program knows, in order; the trailer last, and nothing behind it.

        Raises ArchiveRefused, or NeedsNewerProgram for a section that must be known.
        """
        self._digest.update(self._head())
        last = 0
        while True:
            block, whole = self._block()
            if not block.section & OPTIONAL:
                _check_section(block, last)
                last = block.section
                yield block
            if block.section == Section.TRAILER:
                break
            self._digest.update(whole)
        if self._file.read(1):
            raise ArchiveRefused(Reason.BYTES_CHANGED, "Bytes follow the end of the archive.", byte=self._at)

    def digest(self) -> bytes:
        """The SHA-256 of everything before the block that was yielded last."""
        return self._digest.digest()

    def _head(self) -> bytes:
        head = self._file.read(len(HEAD))
        if not head or not HEAD.startswith(head[: len(MAGIC)]):
            raise ArchiveRefused(
                Reason.NOT_AN_ARCHIVE, "The file is no archive of a ledger.", byte=0, remedy="Name another file."
            )
        if len(head) < len(HEAD):
            raise ArchiveRefused(Reason.CUT_SHORT, "The file ends inside its first line.", byte=0)
        self._at = len(HEAD)
        if head[-1] > VERSION:
            raise NeedsNewerProgram(
                f"The archive has format {head[-1]}; this program knows formats up to {VERSION}.",
                "Install a newer version of ccm-ledger.",
            )
        if head[-1] != VERSION:
            raise ArchiveRefused(Reason.BYTES_CHANGED, "There is no such format of archives.", byte=len(MAGIC))
        return head

    def _block(self) -> tuple[Block, bytes]:
        at = self._at
        start = self._take(_BLOCK.size, at)
        section, length, crc = _BLOCK.unpack(start)
        payload = self._take(length, at)
        if zlib.crc32(payload, zlib.crc32(start[: _START.size])) != crc:
            raise ArchiveRefused(Reason.BYTES_CHANGED, "A block changed after it was written.", byte=at)
        return Block(section, at, payload), start + payload

    def _take(self, count: int, block_at: int) -> bytes:
        # Never more than there is: a length that was changed must not ask for gigabytes of memory.
        data = self._file.read(count)
        if len(data) != count:
            raise ArchiveRefused(Reason.CUT_SHORT, "The file ends inside a block.", byte=block_at)
        self._at += count
        return data


def _check_section(block: Block, last: int) -> None:
    if block.section not in Section.__members__.values() or block.section == Section.CHECKPOINTS:
        raise NeedsNewerProgram(
            f"The archive has a section {block.section}, which this program does not know and may not leave out.",
            "Install a newer version of ccm-ledger.",
        )
    if block.section < last or (last == 0) != (block.section == Section.LEDGER):
        raise ArchiveRefused(Reason.ORDER_BROKEN, "The sections are not in their order.", byte=block.at)


def _unpacked(block: Block) -> bytes:
    packer = zlib.decompressobj()
    try:
        raw = packer.decompress(block.payload, UNPACKED_MAX)
    except zlib.error as error:
        raise ArchiveRefused(Reason.RECORD_MALFORMED, "A block cannot be unpacked.", byte=block.at) from error
    if not packer.eof or packer.unused_data:
        raise ArchiveRefused(Reason.RECORD_MALFORMED, "A block is longer or shorter than it says.", byte=block.at)
    return raw
