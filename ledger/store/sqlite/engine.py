"""The engine of a ledger in a folder: one connection to `ledger.db` under one lock.

Promise: as ledger/store/engine.py says. Several processes may open the folder at once; the threads of a process share
the connection. Not promised: speed for many writers; that is PostgreSQL's.
"""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import cast

from ledger.store.append import Prepared
from ledger.store.engine import Info, Placed, RefusalCount, Snapshot, Stats, StoredWhole, TagOf
from ledger.store.heads import Head, HeadCache
from ledger.store.instants import to_micros
from ledger.store.mapper import Row
from ledger.store.migrate import migrate
from ledger.store.sqlite import reading
from ledger.store.sqlite.append import GroupWriter
from ledger.store.sqlite.checkpoint_rows import SqliteLogStore
from ledger.store.sqlite.completeness_rows import SqliteCompletenessStore
from ledger.store.sqlite.erasing import blanked
from ledger.store.sqlite.errors import named, naming_errors
from ledger.store.sqlite.founding import IMPORTING, LEDGER_FILE, read_info
from ledger.store.sqlite.read_models import FILE_NAME, ReadModels
from ledger.store.sqlite.recorder import LedgerConnection, LedgerDatastore, LedgerRecorder, last_row
from ledger.store.sqlite.snapshot import SqliteSnapshot
from ledger.streams.base import KeyBinding
from ledger.terms.errors import NotALedger
from ledger.terms.ports import Clock


class SqliteEngine:
    """The open `ledger.db` of one folder."""

    is_far = False

    def __init__(self, folder: Path, recorder: LedgerRecorder, connection: LedgerConnection, info: Info) -> None:
        self.folder = folder
        self.recorder = recorder
        self.connection = connection
        self.info = info
        self._lock = threading.RLock()
        self._cursor = connection.sqlite.cursor()
        # The pool's connections answer with sqlite3.Row, which costs a name lookup a field.
        self._cursor.row_factory = None
        self._reading = _Reading(self._lock, self._cursor)

    @property
    def epoch(self) -> int:
        return 0  # a file has one life

    def append(
        self,
        group: Sequence[Prepared],
        heads: HeadCache,
        now: datetime,
        *,
        destroyed: int,  # noqa: ARG002 - the vault is asked before sealing: it is a file of this machine
        epoch: int,  # noqa: ARG002 - there is one
    ) -> Placed | None:
        with self._lock, naming_errors():
            with self.connection.transaction(commit=True):
                writer = GroupWriter(self._cursor, heads, now)
                answers = writer.place_all(group)
                writer.flush()
            writer.settle()
        return answers

    def look(self, heads: HeadCache, tokens: Sequence[str]) -> tuple[int, dict[str, KeyBinding]]:
        with self._reading as cursor:
            position, _ = last_row(cursor)
            reading.catch_up(cursor, heads, position)
            return position, reading.bindings(cursor, tokens) if tokens else {}

    def heads_of(self, tags: Sequence[str]) -> dict[str, Head]:
        with self._reading as cursor:
            return reading.heads_of(cursor, tags)

    def stream(self, tag_id: int, *, after: int, until: int | None, limit: int) -> list[Row]:
        with self._reading as cursor:
            return reading.stream(cursor, tag_id, after=after, until=until, limit=limit)

    def together(self, tag_ids: Sequence[int], *, until: int | None) -> list[Row]:
        with self._reading as cursor:
            return reading.together(cursor, tag_ids, until=until)

    def bodies(self, tag_ids: Sequence[int]) -> list[tuple[int, int, str, bytes]]:
        with self._reading as cursor:
            return reading.bodies(cursor, tag_ids)

    def follow(self, after: int, limit: int) -> list[Row]:
        with self._reading as cursor:
            return reading.follow(cursor, after, limit)

    def at(self, positions: Sequence[int]) -> list[Row]:
        with self._reading as cursor:
            return reading.at(cursor, positions)

    def state_at(self, position: int) -> bytes | None:
        with self._reading as cursor:
            return reading.state_at(cursor, position)

    def position_at(self, micros: int) -> int:
        with self._reading as cursor:
            return reading.position_at(cursor, last_row(cursor)[0], micros)

    def tags_of(self, position: int) -> tuple[TagOf, ...]:
        with self._reading as cursor:
            return reading.tags_of(cursor, position)

    def disclosed(self, positions: Sequence[int]) -> list[StoredWhole]:
        with self._reading as cursor:
            return reading.disclosed(cursor, positions)

    def tags_starting(self, prefix: str) -> list[str]:
        with self._reading as cursor:
            return reading.tags_starting(cursor, prefix)

    def reading_set(self, digest: bytes) -> bytes | None:
        with self._reading as cursor:
            return reading.reading_set(cursor, digest)

    def refusal_counts(self, after: int) -> list[RefusalCount]:
        with self._reading as cursor:
            return reading.refusal_counts(cursor, after)

    def stats(self) -> Stats:
        with self._reading as cursor:
            return reading.stats(cursor)

    def blank_contents(self, positions: Sequence[int]) -> int:
        with self._lock, naming_errors():
            return blanked(self.connection, self._cursor, positions)

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        with naming_errors(), self.recorder.datastore.get_connection(commit=False) as pooled:
            connection = cast(LedgerConnection, pooled).sqlite
            row_factory, connection.row_factory = connection.row_factory, None
            connection.execute("BEGIN")
            try:
                yield SqliteSnapshot(connection)
            finally:
                connection.rollback()
                connection.row_factory = row_factory

    def log_store(self) -> SqliteLogStore:
        return SqliteLogStore(self.connection, self._lock, self.recorder.datastore)

    def completeness_store(self) -> SqliteCompletenessStore:
        return SqliteCompletenessStore(self.connection, self._lock, self.recorder.datastore)

    def read_models(self) -> ReadModels:
        return ReadModels(self.folder)

    def discard_read_models(self) -> None:
        file = self.folder / FILE_NAME
        for part in ("", "-wal", "-shm"):
            file.with_name(file.name + part).unlink(missing_ok=True)

    def close(self) -> None:
        pool = self.recorder.datastore.pool
        with self._lock:
            if not pool.closed:
                # SQLite closes a file, and clears its log away, once no statement is open on it.
                self._cursor.close()
                pool.put_connection(self.connection)
                self.recorder.datastore.close()


def open_engine(folder: Path, clock: Clock) -> SqliteEngine:
    """The database of the ledger in a folder, migrated. Raises as `open_ledger` (connection.py)."""
    with naming_errors():
        datastore = _datastore(folder)
        try:
            connection = cast(LedgerConnection, datastore.pool.get_connection())
            migrate(connection.sqlite, "sqlite", to_micros(clock.now()))
            info = read_info(connection.sqlite)
        except BaseException:
            datastore.close()
            raise
    return SqliteEngine(folder, LedgerRecorder(datastore), connection, info)


def info_of(folder: Path) -> Info:
    """What the ledger in a folder says about itself, for which no key is needed."""
    with naming_errors():
        datastore = _datastore(folder)
        try:
            return read_info(cast(LedgerConnection, datastore.pool.get_connection()).sqlite)
        finally:
            datastore.close()


def _datastore(folder: Path) -> LedgerDatastore:
    path = folder / LEDGER_FILE
    if not path.is_file():
        if any(folder.glob(f"*{IMPORTING}")):
            raise NotALedger(
                "An import of an archive into this folder was begun and not finished.",
                "Run the same `ccm-ledger archive import` again.",
            )
        raise NotALedger(
            "There is no ledger in this folder.", "Name the folder of a ledger, or make one: `ccm-ledger init`."
        )
    if not path.stat().st_size:
        raise NotALedger(
            "The ledger.db in this folder is empty: it holds no ledger.",
            "Restore the folder from a backup. Where `init` was cut short, remove it and run `init` again.",
        )
    return LedgerDatastore(str(path.absolute()))


class _Reading:
    """The ledger's cursor under its lock, errors named. A class, as it is entered for every line of an import."""

    def __init__(self, lock: threading.RLock, cursor: sqlite3.Cursor) -> None:
        self._lock = lock
        self._cursor = cursor

    def __enter__(self) -> sqlite3.Cursor:
        self._lock.acquire()
        return self._cursor

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()
        if isinstance(error, sqlite3.Error):
            raise named(error) from error
