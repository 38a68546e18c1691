"""Read models in SQLite: rows and the position that they stand for, in one transaction.

Promise: `write` moves the rows and the tracked position together or not at all, and only from the position that the
writer started from; so two followers at once cannot mix their work. `replace` swaps a rebuilt set of tables in one
transaction: a reader sees the old set or the new one. Not promised: that the rows survive; they are recomputed from
facts, so the file is kept consistent (WAL) but not flushed at every commit, and may be dropped at any time.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from eventsourcing.persistence import IntegrityError, Tracking
from eventsourcing.sqlite import SQLiteCursor, SQLiteDatastore, SQLiteTrackingRecorder

from ledger.store.engine import Statement
from ledger.store.sqlite.errors import naming_errors
from ledger.store.sqlite.recorder import ATTEMPTS, BUSY_SECONDS, LedgerConnection, LedgerPool

FILE_NAME: Final = "projections.db"


class _Pool(LedgerPool):
    """Connections that take the lock first, like the ledger's, but do not wait for the disk at every commit."""

    def _create_connection(self) -> LedgerConnection:
        connection = super()._create_connection()
        connection.sqlite.execute("PRAGMA synchronous = NORMAL")
        connection.sqlite.row_factory = None
        return connection


class _Datastore(SQLiteDatastore):
    def __init__(self, path: Path) -> None:
        super().__init__(str(path), lock_timeout=BUSY_SECONDS, originator_id_type="text")
        self.pool = _Pool(db_name=str(path), lock_timeout=BUSY_SECONDS, pool_timeout=ATTEMPTS * BUSY_SECONDS)


class ReadModels(SQLiteTrackingRecorder):
    """The read models of one ledger. A `name` is a set of tables with one position."""

    def __init__(self, folder: Path) -> None:
        with naming_errors():
            super().__init__(_Datastore(folder / FILE_NAME))
            try:
                self.create_table()
            except IntegrityError:
                # Somebody else made the table between looking and making; it is found by now.
                self.create_table()

    def close(self) -> None:
        """Close every connection."""
        self.datastore.close()

    def is_whole(self) -> bool:
        """Whether the database finds nothing wrong in its own file."""
        return self.rows("PRAGMA quick_check(1)") == [("ok",)]

    def position(self, name: str) -> int | None:
        """The position that the rows of a set stand for; None where the set was never made."""
        with naming_errors():
            return self.max_tracking_id(name)

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows that a query answers, as of one committed state."""
        with naming_errors(), self.datastore.transaction(commit=False) as cursor:
            cursor.execute(query, values)
            return [tuple(row) for row in cursor.fetchall()]

    @contextmanager
    def at_one_moment(self) -> Iterator["Moment"]:
        """Several queries over one committed state."""
        with naming_errors(), self.datastore.transaction(commit=False) as cursor:
            yield Moment(cursor)

    def write(self, name: str, *, expected: int | None, position: int, statements: Sequence[Statement]) -> bool:
        """Execute the statements and move the set to `position`; False, and nothing done, where it is elsewhere."""
        with naming_errors(), self.datastore.transaction(commit=True) as cursor:
            if self._max_tracking_id(name, cursor) != expected:
                return False
            _execute(cursor, statements)
            if expected is None or position > expected:
                self._insert_tracking(cursor, Tracking(name, position))
            return True

    def run(self, statements: Sequence[Statement]) -> None:
        """Execute statements that belong to no position: tables under construction, and notes on a follower."""
        with naming_errors(), self.datastore.transaction(commit=True) as cursor:
            _execute(cursor, statements)

    def replace(self, name: str, *, position: int, under: tuple[str, int], statements: Sequence[Statement]) -> bool:
        """Put a rebuilt set in place, at a position that may be lower; False, and nothing done, where `under` moved on.

        `under` is the name and the number that the rebuild claimed with `write` before it began.
        """
        with naming_errors(), self.datastore.transaction(commit=True) as cursor:
            if self._max_tracking_id(under[0], cursor) != under[1]:
                return False
            _execute(cursor, statements)
            cursor.execute("DELETE FROM tracking WHERE application_name = ?", (name,))
            self._insert_tracking(cursor, Tracking(name, position))
            return True


class Moment:
    """One committed state of the read models."""

    __slots__ = ("_cursor",)

    def __init__(self, cursor: SQLiteCursor) -> None:
        self._cursor = cursor

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows that a query answers in this state."""
        self._cursor.execute(query, values)
        return [tuple(row) for row in self._cursor.fetchall()]


def _execute(cursor: SQLiteCursor, statements: Sequence[Statement]) -> None:
    for statement, rows in statements:
        if rows:
            cursor.executemany(statement, rows)
        else:
            cursor.execute(statement)
