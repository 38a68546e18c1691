"""What is asked of ledger.db, as SQL: rows out, nothing decoded here.

Promise: every query is answered by an index or by position; none gets slower as the ledger grows, apart from those
that answer with more rows.
"""

import sqlite3
from collections.abc import Sequence
from typing import Final

import orjson

from ledger.store.engine import RefusalCount, SaltedTag, Stats, StoredWhole, TagOf
from ledger.store.heads import CATCH_UP_MAX, Head, HeadCache
from ledger.store.mapper import Row
from ledger.streams.base import Bound, KeyBinding

_COLUMNS: Final = "e.rowid, e.originator_id, e.originator_version, e.topic, e.state, e.recorded_at, e.prefix"
_FOLLOW: Final = (
    f"SELECT {_COLUMNS}, e.originator_version FROM stored_events e WHERE e.rowid > ? ORDER BY e.rowid LIMIT ?"
)
_AT: Final = (
    f"SELECT {_COLUMNS}, e.originator_version FROM json_each(?) j JOIN stored_events e ON e.rowid = j.value"
    " ORDER BY e.rowid"
)
_STREAM: Final = (
    f"SELECT {_COLUMNS}, t.seq FROM event_tags t JOIN stored_events e ON e.rowid = t.position"
    " WHERE t.tag_id = ? AND t.seq > ? AND t.position <= ? ORDER BY t.seq LIMIT ?"
)
_TOGETHER: Final = (
    f"SELECT {_COLUMNS}, e.originator_version FROM stored_events e WHERE e.rowid IN (SELECT t.position"
    " FROM json_each(?) j CROSS JOIN event_tags t ON t.tag_id = j.value WHERE t.position <= ?) ORDER BY e.rowid"
)
_BODIES: Final = (
    "SELECT t.tag_id, t.position, e.topic, e.state FROM json_each(?) j CROSS JOIN event_tags t ON t.tag_id = j.value"
    " JOIN stored_events e ON e.rowid = t.position"
)
_SALTED: Final = (
    "SELECT t.position, g.tag, t.seq, t.salt FROM json_each(?) j CROSS JOIN event_tags t ON t.position = j.value"
    " JOIN tags g ON g.tag_id = t.tag_id ORDER BY t.position, t.ordinal"
)
_FOR_EVER: Final = 2**62


def heads_of(cursor: sqlite3.Cursor, tags: Sequence[str]) -> dict[str, Head]:
    """The heads of those of these streams that exist, with one query."""
    query = "SELECT tag, tag_id, head FROM tags WHERE tag IN (SELECT value FROM json_each(?))"
    rows = cursor.execute(query, (orjson.dumps(tags).decode(),)).fetchall()
    return {tag: (tag_id, head) for tag, tag_id, head in rows}


def catch_up(cursor: sqlite3.Cursor, heads: HeadCache, position: int) -> None:
    """Bring the known heads up to the highest position; asks only where something moved."""
    after = heads.position
    if position != after:
        moved = _heads_since(cursor, after) if position - after <= CATCH_UP_MAX else None
        heads.catch_up(position, after=after, moved=moved)


def _heads_since(cursor: sqlite3.Cursor, position: int) -> list[tuple[str, Head]]:
    query = "SELECT tag, tag_id, head FROM tags WHERE tag_id IN (SELECT tag_id FROM event_tags WHERE position > ?)"
    return [(tag, (tag_id, head)) for tag, tag_id, head in cursor.execute(query, (position,))]


def follow(cursor: sqlite3.Cursor, after: int, limit: int) -> list[Row]:
    """The rows behind position `after`, at most `limit`, in order."""
    return list(map(Row._make, cursor.execute(_FOLLOW, (after, limit)).fetchall()))


def stream(cursor: sqlite3.Cursor, tag_id: int, *, after: int, until: int | None, limit: int) -> list[Row]:
    """The rows of one stream behind sequence `after`, up to position `until`, at most `limit`, in order."""
    bounds = (tag_id, after, _FOR_EVER if until is None else until, limit)
    return list(map(Row._make, cursor.execute(_STREAM, bounds).fetchall()))


def together(cursor: sqlite3.Cursor, tag_ids: Sequence[int], *, until: int | None) -> list[Row]:
    """The rows of several streams up to position `until`, in ledger order, none twice."""
    bounds = (_array(tag_ids), _FOR_EVER if until is None else until)
    return list(map(Row._make, cursor.execute(_TOGETHER, bounds).fetchall()))


def bodies(cursor: sqlite3.Cursor, tag_ids: Sequence[int]) -> list[tuple[int, int, str, bytes]]:
    """(tag_id, position, topic, stored body) of several streams, in no order."""
    return cursor.execute(_BODIES, (_array(tag_ids),)).fetchall()


def at(cursor: sqlite3.Cursor, positions: Sequence[int]) -> list[Row]:
    """The rows at these positions, in order of position; positions that do not exist are left out."""
    return list(map(Row._make, cursor.execute(_AT, (_array(positions),)).fetchall()))


def disclosed(cursor: sqlite3.Cursor, positions: Sequence[int]) -> list[StoredWhole]:
    """The facts at these positions with the salts of their tags, in order of position."""
    tags: dict[int, list[SaltedTag]] = {}
    for position, tag, seq, salt in cursor.execute(_SALTED, (_array(positions),)):
        tags.setdefault(position, []).append(SaltedTag(tag, seq, salt))
    return [
        StoredWhole(
            *(row.position, row.topic, row.recorded_at, row.prefix, row.state), tuple(tags.get(row.position, ()))
        )
        for row in at(cursor, positions)
    ]


def state_at(cursor: sqlite3.Cursor, position: int) -> bytes | None:
    """The stored body at a position."""
    row = cursor.execute("SELECT state FROM stored_events WHERE rowid = ?", (position,)).fetchone()
    return row[0] if row else None


def bindings(cursor: sqlite3.Cursor, tokens: Sequence[str]) -> dict[str, KeyBinding]:
    """What keys are bound to, with one query; those that are bound to nothing are left out."""
    query = (
        "SELECT token, content, outcome, positions, ids FROM command_keys"
        " WHERE token IN (SELECT value FROM json_each(?))"
    )
    rows = cursor.execute(query, (orjson.dumps(tokens).decode(),)).fetchall()
    return {token: _bound(content, outcome, positions, ids) for token, content, outcome, positions, ids in rows}


def _bound(content: bytes | None, outcome: Bound, positions: str, ids: str) -> KeyBinding:
    return KeyBinding(
        content,
        outcome,
        tuple(orjson.loads(positions)),
        tuple((name, value) for name, value in orjson.loads(ids)),
    )


def reading_set(cursor: sqlite3.Cursor, digest: bytes) -> bytes | None:
    """The canonical bytes of a reading set."""
    row = cursor.execute("SELECT content FROM reading_sets WHERE digest = ?", (digest,)).fetchone()
    return row[0] if row else None


def tags_of(cursor: sqlite3.Cursor, position: int) -> tuple[TagOf, ...]:
    """The tags of a fact, its home stream first."""
    query = (
        "SELECT g.tag, t.seq FROM event_tags t JOIN tags g ON g.tag_id = t.tag_id"
        " WHERE t.position = ? ORDER BY t.ordinal"
    )
    return tuple(map(TagOf._make, cursor.execute(query, (position,))))


def tags_starting(cursor: sqlite3.Cursor, prefix: str) -> list[str]:
    """The streams whose name begins with `prefix`, in order of their names."""
    assert prefix, "a scan of all streams is never meant"
    # Names are compared by their bytes, so the next name after all of these differs in the last character only.
    end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
    query = "SELECT tag FROM tags WHERE tag >= ? AND tag < ? ORDER BY tag"
    return [tag for (tag,) in cursor.execute(query, (prefix, end))]


def refusal_counts(cursor: sqlite3.Cursor, after: int) -> list[RefusalCount]:
    """The counts of refusals recorded behind position `after`, in order of position."""
    query = "SELECT token, position, count FROM refusal_count WHERE position > ? ORDER BY position"
    return list(map(RefusalCount._make, cursor.execute(query, (after,))))


def position_at(cursor: sqlite3.Cursor, last: int, micros: int) -> int:
    """The highest position recorded at or before an instant: `recorded_at` never falls, so halving finds it."""
    low, high = 0, last
    while low < high:
        middle = (low + high + 1) // 2
        row = cursor.execute("SELECT recorded_at FROM stored_events WHERE rowid = ?", (middle,)).fetchone()
        if row is not None and row[0] <= micros:
            low = middle
        else:
            high = middle - 1
    return low


def stats(cursor: sqlite3.Cursor) -> Stats:
    """How much the ledger holds. Counts rows: not for every request."""
    tables = ("stored_events", "tags", "command_keys", "reading_sets", "refusal_count")
    counts = [cursor.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in tables]
    return Stats(*counts)


def _array(values: Sequence[int]) -> str:
    return orjson.dumps(list(values)).decode()
