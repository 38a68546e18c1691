"""Read models in PostgreSQL: rows and the position that they stand for, in one transaction, as the ledger's projector.

Promise: as ledger/store/engine.py says; the same statements make the same rows as in SQLite. They are written once, in
the words that both databases understand; what differs is put right here: placeholders, the type of whole numbers, the
order of texts, arrays in JSON. Not promised: that the rows survive; they are recomputed from facts.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from typing import Any, Final, TypeVar

from psycopg import OperationalError, sql

from ledger.store.engine import Statement
from ledger.store.postgres import arrays, founding
from ledger.store.postgres.address import Address
from ledger.store.postgres.errors import is_broken, naming_questions
from ledger.store.postgres.server import LedgerConnection, Server

ROWS_AT_ONCE: Final = 1_000
"""As many go in one statement, as arrays. `executemany` would send them ahead of its answers, which fills the line."""
_DEFINITIONS: Final = (
    (re.compile(r"\bINTEGER\b"), "bigint"),
    (re.compile(r"\bTEXT\b"), 'text COLLATE "C"'),
    (re.compile(r" WITHOUT ROWID\b"), ""),
)
_INSERT: Final = re.compile(
    r"(?P<into>INSERT INTO \w+ \((?P<columns>[\w, ]+)\)) VALUES \([?, ]+\)"
    r" (?P<conflict>ON CONFLICT \((?P<key>[\w, ]+)\) DO (?P<then>UPDATE|NOTHING).*)"
)
_USUAL: Final = "ISOLATION LEVEL READ COMMITTED"
_UNWAITED: Final = "SET LOCAL synchronous_commit = off"
"""Rows that a crash takes back come again of the facts: whoever makes them waits for no disk."""
Answer = TypeVar("Answer")
_JSON_ARRAY: Final = "SELECT value FROM json_each(?)"


@lru_cache(maxsize=512)
def spoken(statement: str) -> str:
    """The statement as PostgreSQL understands it."""
    if statement.startswith("CREATE TABLE"):
        for pattern, word in _DEFINITIONS:
            statement = pattern.sub(word, statement)
    statement = statement.replace(_JSON_ARRAY, "SELECT jsonb_array_elements_text((?)::text::jsonb)")
    return statement.replace("%", "%%").replace("?", "%s")


@lru_cache(maxsize=512)
def of_arrays(statement: str, kinds: tuple[str, ...]) -> str:
    """An insert of rows as one of arrays, by the kinds of its columns: text, bigint, or NULL in every row."""
    parts = _INSERT.fullmatch(statement)
    assert parts is not None
    columns = parts["columns"].split(", ")
    given = ", ".join(f"%s::{kind}[]" for kind in kinds if kind != "NULL")
    named = ", ".join(name for name, kind in zip(columns, kinds, strict=True) if kind != "NULL")
    chosen = ", ".join("NULL" if kind == "NULL" else f"g.{name}" for name, kind in zip(columns, kinds, strict=True))
    return f"{parts['into']} SELECT {chosen} FROM unnest({given}) AS g ({named}) {parts['conflict']}"


class PostgresReadModels:
    """The read models of one ledger. A `name` is a set of tables with one position."""

    def __init__(self, server: Server, address: Address) -> None:
        self._server = server
        self._role = address.role("projector")
        self._schema = f"{address.schema}_models"

    def close(self) -> None:
        """Nothing: the connections are the server's."""

    def discard(self) -> None:
        """Drop every table but the empty one of positions: the next pull makes them anew."""
        with self._transaction() as models:
            if not models.has_positions():
                models.connection.execute(founding.TRACKING)
            models.alone()
            models.connection.execute("DELETE FROM tracking")
            query = "SELECT tablename FROM pg_tables WHERE schemaname = ? AND tablename <> 'tracking'"
            for (table,) in models.rows(query, (self._schema,)):
                models.connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(table)))

    def is_whole(self) -> bool:
        """Whether the table of positions is there; PostgreSQL checks its pages itself as it reads them."""
        return self._asked(Moment.has_positions)

    def position(self, name: str) -> int | None:
        """The position that the rows of a set stand for; None where the set was never made."""
        return self._asked(lambda models: models.position(name))

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows that a query answers, as of one committed state."""
        return self._asked(lambda models: models.rows(query, values))

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

    def _asked(self, question: Callable[["Moment"], Answer]) -> Answer:
        """The answer to a question, which is asked once more where the connection broke."""
        with naming_questions():
            try:
                return self._answered(question)
            except OperationalError as error:
                if not is_broken(error):
                    raise
            return self._answered(question)

    def _answered(self, question: Callable[["Moment"], Answer]) -> Answer:
        with self._held(*self._begun(_USUAL)) as moment:
            return question(moment)

    @contextmanager
    def _transaction(self, mode: str = _USUAL) -> Iterator["Moment"]:
        with naming_questions(remedy="Ask again: read models are pulled from the facts."):
            try:
                begun = self._begun(mode)
            except OperationalError as error:
                if not is_broken(error):
                    raise
                # The server was started anew since the connection was used: nothing was done on it yet.
                begun = self._begun(mode)
            with self._held(*begun) as moment:
                if mode == _USUAL:
                    moment.connection.execute(_UNWAITED)
                yield moment

    @contextmanager
    def _held(self, stack: ExitStack, moment: "Moment") -> Iterator["Moment"]:
        with stack:
            yield moment

    def _begun(self, mode: str) -> tuple[ExitStack, "Moment"]:
        with ExitStack() as stack:
            connection = stack.enter_context(self._server.lease(self._role))
            stack.enter_context(connection.transaction())
            connection.execute(f"SET TRANSACTION {mode}")
            connection.execute(sql.SQL("SET LOCAL search_path = {}, pg_temp").format(sql.Identifier(self._schema)))
            return stack.pop_all(), Moment(connection)


class Moment:
    """One transaction on the read models."""

    __slots__ = ("connection",)

    def __init__(self, connection: LedgerConnection) -> None:
        self.connection = connection

    def alone(self) -> None:
        """Wait for other writers of these read models, and let them wait."""
        self.connection.execute("LOCK TABLE tracking IN SHARE ROW EXCLUSIVE MODE")

    def has_positions(self) -> bool:
        """Whether there is a table of positions."""
        return self.rows("SELECT to_regclass('tracking') IS NOT NULL") == [(True,)]

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
        for statement, rows in statements:
            if not rows:
                self.connection.execute(spoken(statement), ())
            elif parts := _INSERT.fullmatch(statement):
                width = len(parts["key"].split(", ")) if parts["then"] == "UPDATE" else None
                for at in range(0, len(rows), ROWS_AT_ONCE):
                    self._insert(statement, rows[at : at + ROWS_AT_ONCE], width)
            else:
                for row in rows:
                    self.connection.execute(spoken(statement), row)

    def _insert(self, statement: str, rows: Sequence[Sequence[Any]], key: int | None) -> None:
        """Insert rows; where the first `key` columns replace a row, the last of several in one statement counts."""
        if key is not None:
            rows = list({tuple(row[:key]): row for row in rows}.values())
        columns = [*zip(*rows, strict=True)]
        kinds = tuple(map(_kind, columns))
        values = [
            arrays.bigs(column) if kind == "bigint" else arrays.texts(column)
            for kind, column in zip(kinds, columns, strict=True)
            if kind != "NULL"
        ]
        self.connection.execute(of_arrays(statement, kinds), values)


def _kind(column: Sequence[Any]) -> str:
    first = next((value for value in column if value is not None), None)
    return "NULL" if first is None else "bigint" if isinstance(first, int) else "text"
