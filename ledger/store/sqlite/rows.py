"""Rows of `ledger.db` beside the facts: read on a connection of their own, written under the lock.

Promise: appends do not wait for a read; a write is one durable transaction. Errors are those of the store.
"""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

from ledger.store.sqlite.errors import naming_errors
from ledger.store.sqlite.recorder import LedgerConnection, LedgerDatastore


class SqliteRows:
    """The rows of one open `ledger.db`, as plain tuples."""

    def __init__(self, connection: LedgerConnection, lock: threading.RLock, datastore: LedgerDatastore) -> None:
        self._connection = connection
        self._lock = lock
        self._datastore = datastore

    def _rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._reading() as reading:
            return reading.execute(query, values).fetchall()

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with naming_errors(), self._datastore.get_connection(commit=False) as pooled:
            connection = cast(LedgerConnection, pooled).sqlite
            row_factory, connection.row_factory = connection.row_factory, None
            try:
                yield connection
            finally:
                connection.row_factory = row_factory

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Cursor]:
        with self._lock, naming_errors(), self._connection.transaction(commit=True):
            cursor = self._connection.sqlite.cursor()
            cursor.row_factory = None
            try:
                yield cursor
            finally:
                cursor.close()
