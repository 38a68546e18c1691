"""The records of an archive: rows of a ledger as bytes, and back (docs/archive.md has them byte by byte).

Promise: decoding reverses encoding, in whichever database the row was; bytes that are no record of their section are
MalformedRecord. Not promised: that rows agree with each other; checking.py looks for that.
"""

import struct
from typing import Final

from ledger.store.archive.rows import (
    DataKeyRow,
    FactRow,
    KeyRow,
    LedgerRow,
    ReadingSetRow,
    RefusalRow,
    StreamRow,
    TagRow,
    Trailer,
)
from ledger.store.body import variable

_U32: Final = struct.Struct(">I")
_I64: Final = struct.Struct(">q")
_STREAM: Final = struct.Struct(">qq")
_FACT: Final = struct.Struct(">qq32s")
_TAG: Final = struct.Struct(">qq16sI")
_ENDS: Final = struct.Struct(">6q32s32s")
_KEEPS, _BLANK = b"\x01", b"\x00"


class MalformedRecord(ValueError):
    """The bytes are no record of this section."""


def encode_ledger(row: LedgerRow) -> bytes:
    """sized(ledger id), u32 format, sized(clock), i64 created_at, u32 vault format, sized(check value), named keys."""
    pieces = [
        variable(row.ledger_id.encode()),
        _U32.pack(row.format),
        variable(row.clock.encode()),
        _I64.pack(row.created_at),
        _U32.pack(row.vault_format),
        variable(row.check_value),
        _U32.pack(len(row.named)),
    ]
    for name, wrapped in row.named:
        pieces += (variable(name.encode()), variable(wrapped))
    return b"".join(pieces)


def decode_ledger(record: bytes) -> LedgerRow:
    """The row; MalformedRecord."""
    reader = _Reader(record)
    fields = (reader.text(), reader.u32(), reader.text(), reader.i64(), reader.u32(), reader.sized())
    named = tuple((reader.text(), reader.sized()) for _ in range(reader.u32()))
    reader.end()
    return LedgerRow(*fields, named)


def encode_stream(row: StreamRow) -> bytes:
    """i64 tag_id, i64 head, sized(tag)."""
    return _STREAM.pack(row.tag_id, row.head) + variable(row.tag.encode())


def decode_stream(record: bytes) -> StreamRow:
    """The row; MalformedRecord."""
    reader = _Reader(record)
    row = StreamRow(reader.i64(), reader.i64(), reader.text())
    reader.end()
    return row


def encode_fact(row: FactRow) -> bytes:
    """i64 position, i64 recorded_at, leaf (32), sized(topic), sized(prefix), sized(state), u32 count, tags.

    A tag is i64 tag_id, i64 seq, salt (16), sized(tag).
    """
    pieces = [
        _FACT.pack(row.position, row.recorded_at, row.leaf),
        variable(row.topic.encode()),
        variable(row.prefix),
        variable(row.state),
        _U32.pack(len(row.tags)),
    ]
    for tag_id, seq, salt, tag in row.tags:
        pieces += (_TAG.pack(tag_id, seq, salt, len(tag)), tag)
    return b"".join(pieces)


def decode_fact(record: bytes) -> FactRow:
    """The row; MalformedRecord. Written for speed: an import spends much of its time here."""
    size = int.from_bytes
    try:
        position, recorded_at, leaf = _FACT.unpack_from(record)
        at = _FACT.size + 4
        end = at + size(record[at - 4 : at], "big")
        topic = record[at:end].decode()
        at = end + 4
        end = at + size(record[end:at], "big")
        prefix = record[at:end]
        at = end + 4
        end = at + size(record[end:at], "big")
        state = record[at:end]
        at = end + 4
        tags = []
        for _ in range(size(record[end:at], "big")):
            tag_id, seq, salt, length = _TAG.unpack_from(record, at)
            at += _TAG.size
            tags.append(TagRow(tag_id, seq, salt, record[at : at + length]))
            at += length
    except (struct.error, UnicodeDecodeError) as error:
        raise MalformedRecord from error
    if at != len(record):
        raise MalformedRecord
    return FactRow(position, recorded_at, leaf, topic, prefix, state, tuple(tags))


def encode_key(row: KeyRow) -> bytes:
    """sized(token), maybe(content), sized(outcome), u32 count and an i64 per position, sized(ids)."""
    positions = struct.pack(f">I{len(row.positions)}q", len(row.positions), *row.positions)
    return b"".join(
        (
            variable(row.token.encode()),
            _maybe(row.content),
            variable(row.outcome.encode()),
            positions,
            variable(row.ids.encode()),
        )
    )


def decode_key(record: bytes) -> KeyRow:
    """The row; MalformedRecord. Written for speed: there is about one a fact."""
    size = int.from_bytes
    content = None
    try:
        at = 5 + size(record[:4], "big")
        token, flag = record[4 : at - 1].decode(), record[at - 1 : at]
        if flag == _KEEPS:
            end = at + 4 + size(record[at : at + 4], "big")
            content, at = record[at + 4 : end], end
        elif flag != _BLANK:
            raise MalformedRecord
        end = at + 4 + size(record[at : at + 4], "big")
        outcome, at = record[at + 4 : end].decode(), end
        count = size(record[at : at + 4], "big")
        if count > len(record):
            raise MalformedRecord
        positions = struct.unpack_from(f">{count}q", record, at + 4)
        at += 4 + 8 * count
        end = at + 4 + size(record[at : at + 4], "big")
        ids = record[at + 4 : end].decode()
    except (struct.error, UnicodeDecodeError) as error:
        raise MalformedRecord from error
    if end != len(record):
        raise MalformedRecord
    return KeyRow(token, content, outcome, positions, ids)


def encode_reading_set(row: ReadingSetRow) -> bytes:
    """A digest (32), sized(content)."""
    return row.digest + variable(row.content)


def decode_reading_set(record: bytes) -> ReadingSetRow:
    """The row; MalformedRecord."""
    reader = _Reader(record)
    row = ReadingSetRow(reader.take(32), reader.sized())
    reader.end()
    return row


def encode_refusal(row: RefusalRow) -> bytes:
    """sized(token), i64 position, i64 times."""
    return variable(row.token.encode()) + _STREAM.pack(row.position, row.times)


def decode_refusal(record: bytes) -> RefusalRow:
    """The row; MalformedRecord."""
    reader = _Reader(record)
    row = RefusalRow(reader.text(), reader.i64(), reader.i64())
    reader.end()
    return row


def encode_data_key(row: DataKeyRow) -> bytes:
    """sized(scope), maybe(wrapped), i64 created_at."""
    return variable(row.scope.encode()) + _maybe(row.wrapped) + _I64.pack(row.created_at)


def decode_data_key(record: bytes) -> DataKeyRow:
    """The row; MalformedRecord."""
    reader = _Reader(record)
    row = DataKeyRow(reader.text(), reader.maybe(), reader.i64())
    reader.end()
    return row


def encode_trailer(row: Trailer) -> bytes:
    """Six i64: facts, streams, keys, reading sets, refusals, data keys; then root and digest."""
    return _ENDS.pack(*row)


def decode_trailer(record: bytes) -> Trailer:
    """The row; MalformedRecord."""
    if len(record) != _ENDS.size:
        raise MalformedRecord
    return Trailer(*_ENDS.unpack(record))


def _maybe(data: bytes | None) -> bytes:
    return _BLANK if data is None else _KEEPS + variable(data)


class _Reader:
    """Takes fields off the front of a record."""

    def __init__(self, record: bytes) -> None:
        self._record = record
        self._at = 0

    def take(self, count: int) -> bytes:
        piece = self._record[self._at : self._at + count]
        if len(piece) != count:
            raise MalformedRecord
        self._at += count
        return piece

    def u32(self) -> int:
        return int.from_bytes(self.take(4), "big")

    def i64(self) -> int:
        return int.from_bytes(self.take(8), "big", signed=True)

    def sized(self) -> bytes:
        return self.take(self.u32())

    def text(self) -> str:
        try:
            return self.sized().decode()
        except UnicodeDecodeError as error:
            raise MalformedRecord from error

    def maybe(self) -> bytes | None:
        flag = self.take(1)
        if flag == _BLANK:
            return None
        if flag != _KEEPS:
            raise MalformedRecord
        return self.sized()

    def end(self) -> None:
        if self._at != len(self._record):
            raise MalformedRecord
