"""Rows of an archive as PostgreSQL takes them by COPY, written straight into bytes.

Binary format of COPY: a head, then rows, then a mark; a row is its i16 count of fields and each field behind its i32
length, -1 for NULL (PostgreSQL's documentation of COPY, "Binary Format"). psycopg would write a value at a time.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, cast

from ledger.store.archive.format import Section
from ledger.store.archive.rows import AnyRow, DataKeyRow, FactRow, KeyRow, ReadingSetRow, RefusalRow, StreamRow
from ledger.store.body import variable
from ledger.store.postgres import arrays

_BEGIN: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_END: Final = b"\xff\xff"
_NULL: Final = b"\xff\xff\xff\xff"
_EVENT: Final = struct.Struct(">hiqiqiq")
_MEMBER: Final = struct.Struct(">hiqiqiqihi16s")
_TWO: Final = struct.Struct(">hiqiq")
_FIELDS: Final = struct.Struct(">h")
_BIG: Final = struct.Struct(">iq")


def content_of(section: Section, rows: Sequence[AnyRow]) -> Iterator[tuple[str, str, bytes]]:
    """(table, columns, content of a COPY) for the rows of a section; facts go into two tables."""
    for table, columns, content in _content(section, rows):
        yield table, columns, b"".join((_BEGIN, *content, _END))


def _content(section: Section, rows: Sequence[AnyRow]) -> Iterator[tuple[str, str, Iterable[bytes]]]:
    match section:
        case Section.STREAMS:
            yield "tags", "tag_id, head, tag", _streams(cast(Sequence[StreamRow], rows))
        case Section.FACTS:
            facts = cast(Sequence[FactRow], rows)
            columns = "notification_id, originator_version, recorded_at, originator_id, topic, state, prefix, leaf"
            yield "stored_events", columns, _events(facts)
            yield "event_tags", "position, tag_id, seq, ordinal, salt", _members(facts)
        case Section.KEYS:
            yield "command_keys", "token, content, outcome, positions, ids", _keys(cast(Sequence[KeyRow], rows))
        case Section.READING_SETS:
            sets = cast(Sequence[ReadingSetRow], rows)
            content = (_FIELDS.pack(2) + variable(digest) + variable(content) for digest, content in sets)
            yield "reading_sets", "digest, content", content
        case Section.REFUSALS:
            refusals = cast(Sequence[RefusalRow], rows)
            content = (_TWO.pack(3, 8, row.position, 8, row.times) + variable(row.token.encode()) for row in refusals)
            yield "refusal_count", "position, count, token", content
        case _:
            yield "data_keys", "scope, wrapped, created_at", _data_keys(cast(Sequence[DataKeyRow], rows))


def _streams(rows: Sequence[StreamRow]) -> Iterator[bytes]:
    for tag_id, head, tag in rows:
        yield _TWO.pack(3, 8, tag_id, 8, head)
        yield variable(tag.encode())


def _events(rows: Sequence[FactRow]) -> Iterator[bytes]:
    pack = _EVENT.pack
    for position, recorded_at, leaf, topic, prefix, state, tags in rows:
        _, seq, _, home = tags[0]
        yield pack(8, 8, position, 8, seq, 8, recorded_at)
        yield variable(home)
        yield variable(topic.encode())
        yield variable(state)
        yield variable(prefix)
        yield variable(leaf)


def _members(rows: Sequence[FactRow]) -> Iterator[bytes]:
    pack = _MEMBER.pack
    for row in rows:
        position = row.position
        for ordinal, (tag_id, seq, salt, _) in enumerate(row.tags):
            yield pack(5, 8, position, 8, tag_id, 8, seq, 2, ordinal, 16, salt)


def _keys(rows: Sequence[KeyRow]) -> Iterator[bytes]:
    for token, content, outcome, positions, ids in rows:
        yield _FIELDS.pack(5)
        yield variable(token.encode())
        yield _maybe(content)
        yield variable(outcome.encode())
        yield variable(arrays.bigs(positions).data)
        yield variable(ids.encode())


def _data_keys(rows: Sequence[DataKeyRow]) -> Iterator[bytes]:
    for scope, wrapped, created_at in rows:
        yield _FIELDS.pack(3)
        yield variable(scope.encode())
        yield _maybe(wrapped)
        yield _BIG.pack(8, created_at)


def _maybe(data: bytes | None) -> bytes:
    return _NULL if data is None else variable(data)
