"""The SQLite recorder: eventsourcing's, with the ledger's tables, its own positions and honest transactions.

Promise: a write takes the lock before it reads (BEGIN IMMEDIATE), waits for others instead of failing, and is on the
disk when it is acknowledged (WAL with synchronous=FULL, read back at every connect). Positions are gapless from 1.
`insert_events` and the selects keep the contract of ApplicationRecorder, so the base library's tools can read a ledger.
Not promised: `subscribe`, which SQLite has not; tags, keys and leaves for what comes in by `insert_events`: facts are
appended by append.py, and `verify` names rows that were not.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from eventsourcing.persistence import IntegrityError, OperationalError, StoredEvent
from eventsourcing.sqlite import (
    SQLiteApplicationRecorder,
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
    SQLiteTransaction,
)

from ledger.store.sqlite.errors import is_busy
from ledger.terms.errors import StoreUnavailable

BUSY_SECONDS: Final = 20
"""How long one attempt waits for another process to release the lock."""
ATTEMPTS: Final = 3
_OPENERS_MAX: Final = 50
"""How often to try again while others open the same new file at the same moment."""
CACHE_KIB: Final = 16 * 1024
CHECKPOINT_PAGES: Final = 4_000

_SETTINGS: Final = (
    # A fact is about two kilobytes: on SQLite's usual pages of four every other one would leave half a page empty.
    # Decided when a file is made, ignored afterwards.
    "PRAGMA page_size = 8192",
    f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}",
    "PRAGMA synchronous = FULL",
    # macOS only flushes its disk's cache when asked to; elsewhere these two do nothing.
    "PRAGMA fullfsync = ON",
    "PRAGMA checkpoint_fullfsync = ON",
    # Without it INSERT OR REPLACE would delete a fact and no trigger would be asked.
    "PRAGMA recursive_triggers = ON",
    f"PRAGMA cache_size = -{CACHE_KIB}",
    f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}",
)
_DURABLE: Final = (("journal_mode", "wal"), ("synchronous", 2), ("recursive_triggers", 1))


def configure(connection: sqlite3.Connection) -> None:
    """Make the connection durable and patient, and read the settings back; StoreUnavailable if one did not hold."""
    for setting in _SETTINGS:
        connection.execute(setting)
    mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
    if mode != "wal":
        connection.execute("PRAGMA journal_mode = WAL")
    for name, wanted in _DURABLE:
        found = connection.execute(f"PRAGMA {name}").fetchone()[0]
        if found != wanted:
            raise StoreUnavailable(
                f"The database does not keep {name} = {wanted} (it says {found}): what is acknowledged could be lost.",
                "Keep the ledger on a local disk: network folders and memory files cannot promise durability.",
            )


def connected(path: Path) -> sqlite3.Connection:
    """A durable connection outside any pool, in autocommit mode, which threads may share under a lock."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=BUSY_SECONDS)
    try:
        configure(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def begin_immediate(connection: sqlite3.Connection) -> None:
    """Take the write lock now, waiting for whoever holds it: a lock asked for after reading could not be waited for."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if not is_busy(error) or attempt == ATTEMPTS:
                raise
        else:
            return


class LedgerTransaction(SQLiteTransaction):
    """A transaction that takes the write lock at its beginning when it is going to commit."""

    connection: "LedgerConnection"

    def __enter__(self) -> SQLiteCursor:
        cursor = self.connection.cursor()
        try:
            if self.commit:
                begin_immediate(self.connection.sqlite)
            else:
                cursor.execute("BEGIN")
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error
        return cursor

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            super().__exit__(kind, error, trace)
        finally:
            # A commit that failed (a full disk) may leave the transaction open, and no other could begin after it.
            with suppress(sqlite3.Error):
                self.connection.sqlite.rollback()


class LedgerConnection(SQLiteConnection):
    """A connection whose write transactions take the lock first."""

    @property
    def sqlite(self) -> sqlite3.Connection:
        """The connection beneath, for statements in bulk."""
        return self._sqlite_conn

    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[SQLiteCursor]:
        with LedgerTransaction(self, commit=commit) as cursor, cursor:
            yield cursor


class LedgerPool(SQLiteConnectionPool):
    """A pool of connections that are durable, or none."""

    def _create_connection(self) -> LedgerConnection:
        for _ in range(_OPENERS_MAX):
            try:
                return self._connected()
            except sqlite3.OperationalError as error:
                if not is_busy(error):
                    raise
            self._wait_for_others()
        return self._connected()

    def _connected(self) -> LedgerConnection:
        stock = super()._create_connection()
        configure(stock._sqlite_conn)
        return LedgerConnection(stock._sqlite_conn, self.max_age)

    def _wait_for_others(self) -> None:
        """Wait until nobody writes: to change a new file to WAL is the one statement that does not wait by itself."""
        with closing(sqlite3.connect(self.db_name, isolation_level=None, timeout=BUSY_SECONDS)) as connection:
            begin_immediate(connection)
            connection.execute("ROLLBACK")


class LedgerDatastore(SQLiteDatastore):
    """The datastore of one ledger.db, with text originator ids."""

    def __init__(self, path: str) -> None:
        super().__init__(path, lock_timeout=BUSY_SECONDS, originator_id_type="text")
        self.pool = LedgerPool(db_name=path, lock_timeout=BUSY_SECONDS, pool_timeout=ATTEMPTS * BUSY_SECONDS)


class LedgerRecorder(SQLiteApplicationRecorder):
    """The application recorder of a ledger: gapless positions under the append lock."""

    datastore: LedgerDatastore

    def __init__(self, datastore: LedgerDatastore) -> None:
        super().__init__(datastore)
        columns = "originator_id, originator_version, topic, state"
        self.select_events_statement = f"SELECT {columns} FROM stored_events WHERE originator_id=? "
        self.insert_events_statement = INSERT_EVENT

    def construct_create_table_statements(self) -> list[str]:
        """None: the schema is made by migrations (migrate.py)."""
        return []

    def _insert_events(self, c: SQLiteCursor, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int]:
        position, recorded_at = last_row(c)
        rows = [
            (
                place,
                str(event.originator_id),
                event.originator_version,
                event.topic,
                event.state,
                recorded_at,
                b"",
                b"",
            )
            for place, event in enumerate(stored_events, position + 1)
        ]
        try:
            c.executemany(self.insert_events_statement, rows)
        except sqlite3.IntegrityError as error:
            raise IntegrityError(error) from error
        return [row[0] for row in rows]


INSERT_EVENT: Final = (
    "INSERT INTO stored_events"
    " (rowid, originator_id, originator_version, topic, state, recorded_at, prefix, leaf)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)


def last_row(cursor: Any) -> tuple[int, int]:
    """The highest position and its `recorded_at`; (0, 0) in an empty ledger."""
    cursor.execute("SELECT rowid, recorded_at FROM stored_events ORDER BY rowid DESC LIMIT 1")
    row = cursor.fetchone()
    return (row[0], row[1]) if row else (0, 0)
