"""What PostgreSQL itself can do with our rows: a bare commit, one statement that inserts them, and COPY.

The tables are made like the ledger's, with every index and without its guards; the rows are those of real facts of the
same run. So these are ceilings: nothing is checked, numbered or hashed.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, NamedTuple, Self

import psycopg

from ledger.store.postgres import arrays

_TABLES: Final = {
    "stored_events": "notification_id",
    "event_tags": "position",
    "command_keys": "positions[1]",
}
_ONE: Final = (
    "WITH e AS (INSERT INTO ruler.stored_events VALUES (%s, %s, %s, %s, %s, %s, %s, %s)),"
    " k AS (INSERT INTO ruler.command_keys VALUES (%s, %s, %s, %s, %s))"
    " INSERT INTO ruler.event_tags SELECT %s, * FROM unnest(%s::bigint[], %s::bigint[], %s::smallint[], %s::bytea[])"
)


class Rows(NamedTuple):
    """The rows of some facts: as values by fact, and as COPY wrote them out, by table."""

    single: tuple[tuple[Any, ...], ...]
    copied: dict[str, bytes]


class SharedRuler:
    """A connection with tables like a ledger's."""

    def __init__(self, url: str, schema: str) -> None:
        self.connection = psycopg.connect(url, autocommit=True)
        self.connection.prepare_threshold = 1
        arrays.register(self.connection)
        self._schema = schema
        run = self.connection.execute
        run("CREATE SCHEMA ruler")
        for table in _TABLES:
            run(f"CREATE TABLE ruler.{table} (LIKE {schema}.{table} INCLUDING ALL)")
        run("CREATE TABLE ruler.bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body bytea)")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def rows(self, after: int, count: int) -> Rows:
        """The rows of the facts behind a position."""
        between = (after, after + count)
        copied = {table: b"".join(self._out(table, column, *between)) for table, column in _TABLES.items()}
        run = self.connection.execute
        single = []
        for position in range(after + 1, after + count + 1):
            (event,) = run(f"SELECT * FROM {self._schema}.stored_events WHERE notification_id = %s", (position,))
            (key,) = run(
                f"SELECT * FROM {self._schema}.command_keys WHERE positions = %s::bigint[]", ([position],)
            ).fetchall()
            query = f"SELECT tag_id, seq, ordinal, salt FROM {self._schema}.event_tags WHERE position = %s"
            columns = [list(column) for column in zip(*run(query, (position,)).fetchall(), strict=True)]
            single.append((*event, *key, position, *columns))
        return Rows(tuple(single), copied)

    def bare(self, count: int, length: int) -> None:
        """So many commits of one row each, as long as a stored body."""
        body = bytes(length)
        for _ in range(count):
            self.connection.execute("INSERT INTO ruler.bare (body) VALUES (%s)", (body,), binary=True)

    def one_statement(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """So many commits of one statement that inserts all rows of a fact."""
        for values in rows:
            self.connection.execute(_ONE, values)

    def copy(self, copied: dict[str, bytes]) -> None:
        """All rows of all facts in one commit."""
        with self.connection.transaction(), self.connection.cursor() as cursor:
            for table, data in copied.items():
                with cursor.copy(f"COPY ruler.{table} FROM STDIN (FORMAT BINARY)") as into:
                    into.write(data)

    @contextmanager
    def emptied(self) -> Iterator[None]:
        """The tables are empty before and after."""
        run = self.connection.execute
        for table in _TABLES:
            run(f"TRUNCATE ruler.{table}")
        yield
        for table in _TABLES:
            run(f"TRUNCATE ruler.{table}")

    def _out(self, table: str, column: str, after: int, until: int) -> Iterator[bytes]:
        query = (
            f"SELECT * FROM {self._schema}.{table} WHERE {column} > {after} AND {column} <= {until} ORDER BY {column}"
        )
        with self.connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)") as out:
            for block in out:
                yield bytes(block)
