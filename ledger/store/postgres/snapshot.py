"""Everything in a ledger's schema as of one moment, row by row, and whether the schema is of the known make."""

from collections.abc import Iterator
from importlib.resources import files
from typing import Any, Final

import orjson
import psycopg

from ledger.store.engine import Unreadable
from ledger.store.postgres import schema as schemas
from ledger.store.postgres.server import LedgerConnection
from ledger.terms.errors import LedgerError

ROWS_AT_ONCE: Final = 2_000
MAKE: Final = "postgres_make.txt"
"""What the migrations leave, as `schema.make_of` writes it; a test makes it anew and compares."""
_DAMAGE: Final = ("XX", "58")
_LEAST: Final = -(2**62)
"""Somebody may have put rows in front of the first position."""


class PostgresSnapshot:
    """One repeatable-read transaction on a ledger's schema; see ledger/store/engine.py for what each part answers."""

    def __init__(self, connection: LedgerConnection, schema: str) -> None:
        self.connection = connection
        self.schema = schema
        self._cursors = 0

    def database_trouble(self) -> Iterator[str]:
        # Pages carry checksums, where the cluster was made with them; every page of the ledger is read below.
        return iter(())

    def schema_trouble(self) -> Iterator[str]:
        try:
            unapplied = schemas.pending(self.connection, self.schema, "postgres")
        except LedgerError as error:
            yield error.happened
            return
        assert not unapplied, "a ledger is migrated before it is opened"
        yield from differences(self.connection, self.schema)

    def fact_count(self) -> int:
        ((count,),) = self._rows("SELECT count(*) FROM {}.stored_events")
        return int(count)

    def facts(self, after: int = 0) -> Iterator[tuple[Any, ...]]:
        return self._rows(
            "SELECT notification_id, originator_id, originator_version, topic, state, recorded_at, prefix, leaf"
            f" FROM {{}}.stored_events WHERE notification_id > {after or _LEAST} ORDER BY notification_id"
        )

    def members(self, after: int = 0) -> Iterator[tuple[Any, ...]]:
        return self._rows(
            "SELECT t.position, t.ordinal::integer, t.tag_id, g.tag, t.seq, t.salt"
            " FROM {0}.event_tags t LEFT JOIN {0}.tags g ON g.tag_id = t.tag_id"
            f" WHERE t.position > {after or _LEAST} ORDER BY t.position, t.ordinal"
        )

    def tag_rows(self) -> Iterator[tuple[Any, ...]]:
        return self._rows(
            "SELECT t.position, t.ordinal::integer, g.tag, t.seq, t.salt"
            " FROM {0}.event_tags t LEFT JOIN {0}.tags g ON g.tag_id = t.tag_id ORDER BY t.position, t.ordinal"
        )

    def streams(self) -> Iterator[tuple[Any, ...]]:
        return self._rows("SELECT tag_id, tag, head FROM {}.tags ORDER BY tag_id")

    def numbers(self) -> Iterator[tuple[Any, ...]]:
        return self._rows("SELECT tag_id, seq, position FROM {}.event_tags ORDER BY tag_id, seq")

    def bound_keys(self) -> Iterator[tuple[Any, ...]]:
        query = "SELECT token, content, outcome, positions, ids FROM {}.command_keys ORDER BY token"
        for token, content, outcome, positions, ids in self._rows(query):
            yield token, content, outcome, positions, _loaded(ids)

    def refusals(self) -> Iterator[tuple[Any, ...]]:
        return self._rows("SELECT token, position, count FROM {}.refusal_count ORDER BY token")

    def refusal(self, token: str) -> tuple[int, int] | None:
        query = f'SELECT position, count FROM "{self.schema}".refusal_count WHERE token = %s'
        row = self.connection.execute(query, (token,)).fetchone()
        return None if row is None else (int(row[0]), int(row[1]))

    def reading_sets(self) -> Iterator[tuple[Any, ...]]:
        return self._rows("SELECT digest, content FROM {}.reading_sets ORDER BY digest")

    def has_reading_set(self, digest: bytes) -> bool:
        query = f'SELECT 1 FROM "{self.schema}".reading_sets WHERE digest = %s'
        return self.connection.execute(query, (digest,)).fetchone() is not None

    def log_tiles(self) -> Iterator[tuple[Any, ...]]:
        return self._rows("SELECT level::integer, n, hashes FROM {}.log_tiles ORDER BY level, n")

    def log_checkpoints(self) -> Iterator[tuple[Any, ...]]:
        return self._rows("SELECT number, size, note, created_at FROM {}.log_checkpoints ORDER BY number")

    def log_cosignatures(self) -> Iterator[tuple[Any, ...]]:
        columns = "checkpoint, name, key_id, at"
        return self._rows(f"SELECT {columns}, line FROM {{}}.log_cosignatures ORDER BY {columns}")

    def log_timestamps(self) -> Iterator[tuple[Any, ...]]:
        return self._rows("SELECT checkpoint, digest, at, token FROM {}.log_timestamps ORDER BY checkpoint, digest")

    def _rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        self._cursors += 1
        text = query.format(f'"{self.schema}"')
        try:
            with self.connection.cursor(f"snapshot_{self._cursors}", binary=True) as cursor:
                cursor.itersize = ROWS_AT_ONCE
                cursor.execute(text)
                yield from cursor
        except psycopg.Error as error:
            if (error.sqlstate or "")[:2] in _DAMAGE:
                raise Unreadable(f"PostgreSQL says {error.sqlstate}") from None
            raise


def differences(connection: LedgerConnection, schema: str) -> Iterator[str]:
    """In what a ledger's schema and vault are not what the migrations of this program make."""
    wanted = set(made().splitlines())
    found = set(schemas.make_of(connection, schema))
    found |= {f"vault {line}" for line in schemas.make_of(connection, f"{schema}_vault")}
    for line in sorted(wanted ^ found):
        what = "is missing" if line in wanted else "is not one that the migrations make"
        yield f"The {' '.join(line.split(' as ')[0].split()[:6])} {what}."


def made() -> str:
    """What the migrations of this program make of a ledger's schema and vault."""
    return (files("ledger.store") / "migrations" / MAKE).read_text(encoding="utf-8")


def _loaded(text: Any) -> Any:
    try:
        return orjson.loads(text)
    except (TypeError, ValueError):
        return text
