"""What SQLite itself can do with rows as long as ours: the noise ruler and the ceiling of every append."""

import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Final, Self

_TABLE: Final = "CREATE TABLE row (id INTEGER PRIMARY KEY, body BLOB NOT NULL)"
_INSERT: Final = "INSERT INTO row (body) VALUES (?)"


class Ruler:
    """A file with one table, as durable as the ledger: WAL, flushed at every commit."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA page_size = 8192")
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute(_TABLE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def one_by_one(self, count: int, length: int) -> None:
        """So many commits of one row each."""
        body = bytes(length)
        for _ in range(count):
            self._connection.execute(_INSERT, (body,))

    def at_once(self, count: int, length: int) -> None:
        """So many rows in one commit."""
        body = bytes(length)
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(_INSERT, ((body,) for _ in range(count)))
        self._connection.execute("COMMIT")
