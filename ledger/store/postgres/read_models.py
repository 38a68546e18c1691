"""Read models in PostgreSQL: rows and the position that they stand for, in one transaction, as the ledger's projector.

Promise: as ledger/store/engine.py says; the same statements make the same rows as in SQLite. They are written once, in
the words that both databases understand; what differs is put right here: placeholders, the type of whole numbers, the
order of texts, arrays in JSON. Not promised: that the rows survive; they are recomputed from facts.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final

from psycopg import sql

from ledger.store.engine import Statement
from ledger.store.postgres.address import Address
from ledger.store.postgres.errors import naming_errors
from ledger.store.postgres.server import LedgerConnection, Server

ROWS_AT_ONCE: Final = 256
"""psycopg sends these in one go and reads the answers behind; more at once would fill both ends of the line."""
_TRACKING: Final = (
    "CREATE TABLE IF NOT EXISTS tracking"
    ' (application_name text COLLATE "C" PRIMARY KEY, notification_id bigint NOT NULL)'
)
_DEFINITIONS: Final = (
    (re.compile(r"\bINTEGER\b"), "bigint"),
    (re.compile(r"\bTEXT\b"), 'text COLLATE "C"'),
    (re.compile(r" WITHOUT ROWID\b"), ""),
)
_JSON_ARRAY: Final = "SELECT value FROM json_each(?)"


@lru_cache(maxsize=512)
def spoken(statement: str) -> str:
    """The statement as PostgreSQL understands it."""
    if statement.startswith("CREATE TABLE"):
        for pattern, word in _DEFINITIONS:
            statement = pattern.sub(word, statement)
    statement = statement.replace(_JSON_ARRAY, "SELECT jsonb_array_elements_text((?)::text::jsonb)")
    return statement.replace("%", "%%").replace("?", "%s")


class PostgresReadModels:
    """The read models of one ledger. A `name` is a set of tables with one position."""

    def __init__(self, server: Server, address: Address) -> None:
        self._server = server
        self._role = address.role("projector")
        self._schema = f"{address.schema}_models"
        with self._transaction() as models:
            models.connection.execute(_TRACKING)

    def close(self) -> None:
        """Nothing: the connections are the server's."""

    def discard(self) -> None:
        """Drop every table: the next pull makes them anew."""
        with self._transaction() as models:
            found = models.rows("SELECT tablename FROM pg_tables WHERE schemaname = ?", (self._schema,))
            for (table,) in found:
                models.connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(table)))
            models.connection.execute(_TRACKING)

    def is_whole(self) -> bool:
        """True: PostgreSQL checks its pages as it reads them, and damage is told when a question meets it."""
        return True

    def position(self, name: str) -> int | None:
        """The position that the rows of a set stand for; None where the set was never made."""
        with self._transaction() as models:
            return models.position(name)

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows that a query answers, as of one committed state."""
        with self._transaction() as models:
            return models.rows(query, values)

    @contextmanager
    def at_one_moment(self) -> Iterator["Moment"]:
        """Several queries over one committed state."""
        with self._transaction("ISOLATION LEVEL REPEATABLE READ, READ ONLY") as models:
            yield models

    def write(self, name: str, *, expected: int | None, position: int, statements: Sequence[Statement]) -> bool:
        """Execute the statements and move the set to `position`; False, and nothing done, where it is elsewhere."""
        with self._transaction() as models:
            models.alone()
            if models.position(name) != expected:
                return False
            models.run(statements)
            if expected is None or position > expected:
                models.track(name, position)
            return True

    def run(self, statements: Sequence[Statement]) -> None:
        """Execute statements that belong to no position: tables under construction, and notes on a follower."""
        with self._transaction() as models:
            models.alone()
            models.run(statements)

    def replace(self, name: str, *, position: int, under: tuple[str, int], statements: Sequence[Statement]) -> bool:
        """Put a rebuilt set in place, at a position that may be lower; False, and nothing done, where `under` moved on.

        `under` is the name and the number that the rebuild claimed with `write` before it began.
        """
        with self._transaction() as models:
            models.alone()
            if models.position(under[0]) != under[1]:
                return False
            models.run(statements)
            models.track(name, position)
            return True

    @contextmanager
    def _transaction(self, mode: str = "ISOLATION LEVEL READ COMMITTED") -> Iterator["Moment"]:
        with naming_errors(), self._server.lease(self._role) as connection, connection.transaction():
            connection.execute(f"SET TRANSACTION {mode}")
            connection.execute(sql.SQL("SET LOCAL search_path = {}, pg_temp").format(sql.Identifier(self._schema)))
            yield Moment(connection)


class Moment:
    """One transaction on the read models."""

    __slots__ = ("connection",)

    def __init__(self, connection: LedgerConnection) -> None:
        self.connection = connection

    def alone(self) -> None:
        """Wait for other writers of these read models, and let them wait."""
        self.connection.execute("LOCK TABLE tracking IN SHARE ROW EXCLUSIVE MODE")

    def position(self, name: str) -> int | None:
        """The position that the rows of a set stand for."""
        found = self.rows("SELECT notification_id FROM tracking WHERE application_name = ?", (name,))
        return int(found[0][0]) if found else None

    def track(self, name: str, position: int) -> None:
        """Let the rows of a set stand for a position."""
        self.connection.execute(
            "INSERT INTO tracking VALUES (%s, %s)"
            " ON CONFLICT (application_name) DO UPDATE SET notification_id = excluded.notification_id",
            (name, position),
        )

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows that a query answers in this state."""
        return self.connection.execute(spoken(query), values).fetchall()

    def run(self, statements: Sequence[Statement]) -> None:
        """Execute statements, each with all of its rows."""
        with self.connection.cursor() as cursor:
            for statement, rows in statements:
                text = spoken(statement)
                if not rows:
                    cursor.execute(text)
                for at in range(0, len(rows), ROWS_AT_ONCE):
                    cursor.executemany(text, rows[at : at + ROWS_AT_ONCE])
