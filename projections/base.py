"""What a projection is, and the shapes that all of them share.

Promise: a projection is a name, a version, tables, and two steps: `apply` takes one fact in ledger order, `settle`
answers with the rows that changed. Its rows are a function of the facts up to a position and of nothing else: not of
how the facts were cut into batches, not of when it ran. Rows hold ids, dates, codes, seconds and money, never words.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, ClassVar, Final, NamedTuple, Protocol

from ledger.streams.base import EventLog, Fact

Cell = str | int | None
"""What a cell may hold. Money is its decimal text, an instant whole microseconds, a list of codes joined by spaces."""
Row = tuple[Cell, ...]
Statement = tuple[str, Sequence[Sequence[Any]]]
"""One statement and the rows of values that it is executed with."""

REBUILT: Final = "__next"
"""The suffix of the tables that a rebuild fills, until they take the place of the others."""


class Column(NamedTuple):
    """A column: its name, and whether it holds text or whole numbers."""

    name: str
    kind: str


def text(*names: str) -> tuple[Column, ...]:
    """Columns of text."""
    return tuple(Column(name, "TEXT") for name in names)


def whole(*names: str) -> tuple[Column, ...]:
    """Columns of whole numbers."""
    return tuple(Column(name, "INTEGER") for name in names)


class Table(NamedTuple):
    """A table of a read model. The first `key` columns are its primary key; `indexes` are lists of columns.

    `answers`: its rows are a function of the facts. Tables that only help the follower may hold more than is needed.
    """

    name: str
    columns: tuple[Column, ...]
    key: int
    indexes: tuple[tuple[str, ...], ...] = ()
    answers: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        """The column names in order."""
        return tuple(column.name for column in self.columns)

    def create(self, suffix: str = "") -> tuple[Statement, ...]:
        """The statements that make the empty table, without its indexes."""
        columns = ", ".join(f"{column.name} {column.kind}" for column in self.columns)
        key = ", ".join(self.names[: self.key])
        whole_key = self.key == 1 and self.columns[0].kind == "INTEGER"
        ending = "" if whole_key else " WITHOUT ROWID"
        return (
            (f"DROP TABLE IF EXISTS {self.name}{suffix}", ()),
            (f"CREATE TABLE {self.name}{suffix} ({columns}, PRIMARY KEY ({key})){ending}", ()),
        )

    def indexing(self) -> tuple[Statement, ...]:
        """The statements that make its indexes: after the rows, where there are many."""
        return tuple(
            (f"CREATE INDEX {self.name}_by_{'_'.join(columns)} ON {self.name} ({', '.join(columns)})", ())
            for columns in self.indexes
        )

    def swap(self) -> tuple[Statement, ...]:
        """The statements that put the rebuilt table in the place of this one."""
        return (
            (f"DROP TABLE IF EXISTS {self.name}", ()),
            (f"ALTER TABLE {self.name}{REBUILT} RENAME TO {self.name}", ()),
            *self.indexing(),
        )

    def put(self, rows: Sequence[Row], suffix: str = "", *, keep_first: bool = False) -> Statement:
        """The statement that inserts rows; a row with the same key is replaced, or kept."""
        marks = ", ".join("?" * len(self.columns))
        key, rest = ", ".join(self.names[: self.key]), self.names[self.key :]
        # Both databases understand this; INSERT OR REPLACE only one of them, and no faster.
        moved = ", ".join(f"{name} = excluded.{name}" for name in rest)
        then = f"UPDATE SET {moved}" if rest and not keep_first else "NOTHING"
        into = f"INSERT INTO {self.name}{suffix} ({', '.join(self.names)})"
        return f"{into} VALUES ({marks}) ON CONFLICT ({key}) DO {then}", rows

    def select(self, where: str = "", suffix: str = "") -> str:
        """The query for whole rows, in the order of the key."""
        key = ", ".join(self.names[: self.key])
        return f"SELECT {', '.join(self.names)} FROM {self.name}{suffix} {where} ORDER BY {key}"


class Changes(NamedTuple):
    """Rows of one table that came or changed; `keep_first`: a row that is there already stays as it is."""

    table: Table
    rows: Sequence[Row]
    keep_first: bool = False

    def statements(self, suffix: str) -> tuple[Statement, ...]:
        """The statements that make the change."""
        return (self.table.put(self.rows, suffix, keep_first=self.keep_first),) if self.rows else ()


class Rows(Protocol):
    """Queries over one committed state of the read models."""

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows that a query answers."""
        ...


class ReadModels(Rows, Protocol):
    """Where rows are kept, with the position that they stand for, as the store offers it."""

    def position(self, name: str) -> int | None:
        """The position that the rows of a set stand for; None where the set was never made."""
        ...

    def at_one_moment(self) -> AbstractContextManager[Rows]:
        """Several queries over one committed state."""
        ...

    def write(self, name: str, *, expected: int | None, position: int, statements: Sequence[Statement]) -> bool:
        """Execute the statements and move the set to `position`; False, and nothing done, where it is elsewhere."""
        ...

    def run(self, statements: Sequence[Statement]) -> None:
        """Execute statements that belong to no position."""
        ...

    def replace(self, name: str, *, position: int, under: tuple[str, int], statements: Sequence[Statement]) -> bool:
        """Put a rebuilt set in place, with its position; False, and nothing done, where `under` has moved on."""
        ...


class FollowedLog(EventLog, Protocol):
    """A ledger's log that can also be followed by position."""

    def follow(self, after: int, limit: int) -> Sequence[Fact]:
        """The facts after a position in ledger order, at most `limit`."""
        ...


class Projection(Protocol):
    """A read model under construction: one object for one pass over the facts."""

    name: ClassVar[str]
    version: ClassVar[int]
    tables: ClassVar[tuple[Table, ...]]

    def apply(self, fact: Fact, tags: tuple[str, ...]) -> None:
        """Take one fact, in ledger order, with the streams it belongs to."""
        ...

    def settle(self, *, due: bool) -> Iterable[Changes]:
        """The changes since the last time; where it is not yet `due`, work that is cheaper later may wait."""
        ...


def state_root(rows: Iterable[Row]) -> str:
    """SHA-256 over sorted rows, in hex: equal roots mean equal rows."""
    digest = hashlib.sha256()
    for line in sorted(json.dumps(row, separators=(",", ":"), ensure_ascii=True) for row in rows):
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()
