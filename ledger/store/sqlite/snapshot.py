"""Everything in `ledger.db` as of one moment, row by row, and what SQLite itself finds wrong with it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import orjson

from ledger.store.engine import Unreadable
from ledger.store.migrate import migrate, pending
from ledger.terms.errors import LedgerError

_SCHEMA: Final = "SELECT type || ' ' || name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
_FACTS: Final = (
    "SELECT rowid, originator_id, originator_version, topic, state, recorded_at, prefix, leaf"
    " FROM stored_events WHERE rowid > ? ORDER BY rowid"
)
_TAG_ROWS: Final = (
    "SELECT t.position, t.ordinal, g.tag, t.seq, t.salt FROM event_tags t LEFT JOIN tags g ON g.tag_id = t.tag_id"
    " ORDER BY t.position, t.ordinal"
)
_MEMBERS: Final = (
    "SELECT t.position, t.ordinal, t.tag_id, g.tag, t.seq, t.salt FROM event_tags t"
    " LEFT JOIN tags g ON g.tag_id = t.tag_id WHERE t.position > ? ORDER BY t.position, t.ordinal"
)
_LEAST: Final = -(2**63)
"""Somebody may have put rows in front of the first position."""


class SqliteSnapshot:
    """One read transaction on a ledger's file; see ledger/store/engine.py for what each part answers."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def database_trouble(self) -> Iterator[str]:
        with _readable():
            for (line,) in self._connection.execute("PRAGMA integrity_check(100)").fetchall():
                if line != "ok":
                    yield f"SQLite finds its file damaged: {line}."

    def schema_trouble(self) -> Iterator[str]:
        try:
            with _readable():
                unapplied = pending(self._connection, "sqlite")
                found = dict(self._connection.execute(_SCHEMA).fetchall())
        except Unreadable:
            raise
        except LedgerError as error:
            yield error.happened
            return
        assert not unapplied, "a ledger is migrated when it is opened"
        with _blank() as blank:
            wanted = dict(blank.execute(_SCHEMA).fetchall())
        for name in sorted(wanted.keys() | found.keys()):
            if wanted.get(name) != found.get(name):
                yield f"The {name} is not the one that the migrations make."

    def fact_count(self) -> int:
        ((count,),) = self._rows("SELECT COUNT(*) FROM stored_events")
        return int(count)

    def facts(self, after: int = 0) -> Iterator[tuple[Any, ...]]:
        return self._rows(_FACTS, (after or _LEAST,))

    def members(self, after: int = 0) -> Iterator[tuple[Any, ...]]:
        return self._rows(_MEMBERS, (after or _LEAST,))

    def tag_rows(self) -> Iterator[tuple[Any, ...]]:
        return self._rows(_TAG_ROWS)

    def streams(self) -> Iterator[tuple[Any, ...]]:
        return self._rows("SELECT tag_id, tag, head FROM tags ORDER BY tag_id")

    def numbers(self) -> Iterator[tuple[Any, ...]]:
        query = "SELECT tag_id, seq, position FROM event_tags INDEXED BY event_tags_by_tag ORDER BY tag_id, seq"
        return self._rows(query)

    def bound_keys(self) -> Iterator[tuple[Any, ...]]:
        query = "SELECT token, content, outcome, positions, ids FROM command_keys ORDER BY token"
        for token, content, outcome, positions, ids in self._rows(query):
            yield token, content, outcome, _loaded(positions), _loaded(ids)

    def refusals(self) -> Iterator[tuple[Any, ...]]:
        return self._rows("SELECT token, position, count FROM refusal_count ORDER BY token")

    def refusal(self, token: str) -> tuple[int, int] | None:
        query = "SELECT position, count FROM refusal_count WHERE token = ?"
        with _readable():
            row: tuple[int, int] | None = self._connection.execute(query, (token,)).fetchone()
        return row

    def reading_sets(self) -> Iterator[tuple[Any, ...]]:
        return self._rows("SELECT digest, content FROM reading_sets ORDER BY digest")

    def has_reading_set(self, digest: bytes) -> bool:
        query = "SELECT 1 FROM reading_sets WHERE digest = ?"
        with _readable():
            return self._connection.execute(query, (digest,)).fetchone() is not None

    def log_tiles(self) -> Iterator[tuple[Any, ...]]:
        return self._rows("SELECT level, n, hashes FROM log_tiles ORDER BY level, n")

    def log_checkpoints(self) -> Iterator[tuple[Any, ...]]:
        return self._rows("SELECT number, size, note, created_at FROM log_checkpoints ORDER BY number")

    def log_cosignatures(self) -> Iterator[tuple[Any, ...]]:
        columns = "checkpoint, name, key_id, at"
        return self._rows(f"SELECT {columns}, line FROM log_cosignatures ORDER BY {columns}")

    def log_timestamps(self) -> Iterator[tuple[Any, ...]]:
        return self._rows("SELECT checkpoint, digest, at, token FROM log_timestamps ORDER BY checkpoint, digest")

    def _rows(self, query: str, values: tuple[int, ...] = ()) -> Iterator[tuple[Any, ...]]:
        with _readable():
            yield from self._connection.execute(query, values)


@contextmanager
def _readable() -> Iterator[None]:
    """Damage to the file is something that a reader of a snapshot looks for, so it has a name of its own."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise Unreadable(str(error)) from error


@contextmanager
def _blank() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        migrate(connection, "sqlite", 0)
        yield connection
    finally:
        connection.close()


def _loaded(text: Any) -> Any:
    """The decoded list; as it is where somebody put something else in."""
    try:
        return orjson.loads(text)
    except (TypeError, ValueError):
        return text
