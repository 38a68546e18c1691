"""A ledger in a folder as an archive needs it: its rows read in order, and rows put into a new one as they were stored.

Promise: an import fills `ledger.db.importing` and `vault.db.importing`, which nobody opens, a transaction a block; they
get their names when everything was checked, the ledger last. Two imports never fill one folder at once.
"""

import fcntl
import os
import sqlite3
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, Final, cast

import orjson

from ledger.store.archive.format import ArchiveRefused, Reason, Section
from ledger.store.archive.rows import (
    AnyRow,
    DataKeyRow,
    FactRow,
    KeyRow,
    LedgerRow,
    ReadingSetRow,
    RefusalRow,
    StreamRow,
    Trailer,
    rows_of,
)
from ledger.store.durable import sync_folder
from ledger.store.engine import Info
from ledger.store.instants import to_micros
from ledger.store.migrate import migrate
from ledger.store.sqlite.engine import open_engine
from ledger.store.sqlite.errors import naming_errors
from ledger.store.sqlite.founding import IMPORTING, LEDGER_FILE, VAULT_FILE, read_info
from ledger.store.sqlite.key_rows import SqliteKeyRows, put_vault
from ledger.store.sqlite.recorder import INSERT_EVENT, begin_immediate, connected
from ledger.store.sqlite.snapshot import SqliteSnapshot
from ledger.store.vault import NewVault
from ledger.terms.errors import NotALedger, StoreUnavailable
from ledger.terms.ports import Clock

_FILES: Final = ("", "-wal", "-shm", "-journal")
_MEMBERS: Final = (
    "SELECT t.position, t.ordinal, t.tag_id, t.seq, t.salt, g.tag FROM event_tags t JOIN tags g ON g.tag_id = t.tag_id"
    " ORDER BY t.position, t.ordinal"
)
_VAULT: Final = "SELECT ledger_id, format, check_value FROM vault_info"


class SqliteTables(SqliteSnapshot):
    """The rows of the ledger in two open databases."""

    def __init__(self, connection: sqlite3.Connection, vault: sqlite3.Connection) -> None:
        super().__init__(connection)
        self._vault = vault
        self._first_generation = self._generation()

    @classmethod
    def of(cls, snapshot: SqliteSnapshot, vault: sqlite3.Connection) -> "SqliteTables":
        """The same moment of the ledger, with its vault beside it."""
        return cls(snapshot._connection, vault)

    def ledger(self) -> LedgerRow:
        info = read_info(self._connection)
        vault = self._vault.execute(_VAULT).fetchone()
        if vault is None or vault[0] != info.ledger_id:
            raise NotALedger("The vault belongs to another ledger.", "Restore the vault of this ledger.")
        named = self._vault.execute("SELECT name, wrapped FROM named_keys ORDER BY name").fetchall()
        # A folder has no clock of its own: on a server it becomes the server's.
        clock = "lines" if info.simulated else "server"
        return LedgerRow(info.ledger_id, info.format, clock, info.created_at, vault[1], vault[2], tuple(named))

    def rows(self, section: Section) -> Iterator[AnyRow]:
        return rows_of(self, section, members=self._rows(_MEMBERS), data_keys=self._data_keys())

    def _data_keys(self) -> Iterator[tuple[Any, ...]]:
        # Read behind the facts: whatever was sealed has its key there, and what is erased stays erased.
        yield from self._vault.execute("SELECT scope, wrapped, created_at FROM data_keys ORDER BY scope")
        # It is read a moment after the rest, and not in one transaction: an erasure must not wait for an export.
        if self._generation() != self._first_generation:
            raise StoreUnavailable("The master key was rotated during the export.", "Export the ledger again.")

    def _generation(self) -> int:
        row = self._vault.execute("SELECT generation FROM vault_info").fetchone()
        return row[0] if row else 1


class SqliteTarget:
    """A folder that is being filled."""

    def __init__(self, folder: Path, clock: Clock, opened: ExitStack) -> None:
        self._folder = folder
        self._clock = clock
        self._opened = opened
        self._ledger: sqlite3.Connection | None = None
        self._vault: SqliteKeyRows | None = None

    def begin(self, ledger: LedgerRow) -> None:
        importing, vault = self._importing(LEDGER_FILE), self._importing(VAULT_FILE)
        if not vault.exists() and (self._folder / VAULT_FILE).exists() and importing.exists():
            vault = self._folder / VAULT_FILE  # killed between the two last renames
        now = to_micros(self._clock.now())
        with naming_errors():
            self._ledger = connection = self._opened.enter_context(closing(connected(importing)))
            migrate(connection, "sqlite", now)
            if connection.execute("SELECT 1 FROM ledger_info").fetchone() is None:
                info = Info(ledger.ledger_id, ledger.format, ledger.simulated, ledger.created_at)
                connection.execute("INSERT INTO ledger_info VALUES (1, ?, ?, ?, ?)", info)
            self._vault = self._opened.enter_context(closing(SqliteKeyRows(vault, self._clock)))
            if self._vault.identity() is None:
                put_vault(vault, ledger.ledger_id, NewVault(ledger.check_value, ledger.named), self._clock)
            _check_same(self._tables().ledger(), ledger)

    def rows(self, section: Section) -> Generator[AnyRow, None, None]:
        with naming_errors():
            yield from self._tables().rows(section)

    def load(self, section: Section, rows: Sequence[AnyRow]) -> None:
        assert self._ledger is not None, "an import begins before it loads"
        assert self._vault is not None, "an import begins before it loads"
        connection = self._vault.connection if section is Section.DATA_KEYS else self._ledger
        with naming_errors():
            begin_immediate(connection)
            try:
                for statement, values in _statements(section, rows):
                    connection.executemany(statement, values)
                connection.execute("COMMIT")
            finally:
                connection.rollback()  # does nothing after a commit

    def finish(self, trailer: Trailer) -> None:
        tables = self._tables()
        assert tables.fact_count() == trailer.facts, "everything that was read was loaded"
        self._opened.close()  # the last connection clears the log away, so that each file stands alone
        if self._importing(VAULT_FILE).exists():
            self._importing(VAULT_FILE).rename(self._folder / VAULT_FILE)
        self._importing(LEDGER_FILE).rename(self._folder / LEDGER_FILE)
        sync_folder(self._folder)

    def start_over(self) -> None:
        was_importing = self._importing(LEDGER_FILE).exists()
        for name in (LEDGER_FILE, VAULT_FILE):
            for part in _FILES:
                self._folder.joinpath(name + IMPORTING + part).unlink(missing_ok=True)
        if was_importing:
            (self._folder / VAULT_FILE).unlink(missing_ok=True)

    def _importing(self, name: str) -> Path:
        return self._folder / (name + IMPORTING)

    def _tables(self) -> SqliteTables:
        assert self._ledger is not None, "an import begins before it reads"
        assert self._vault is not None, "an import begins before it reads"
        return SqliteTables(self._ledger, self._vault.connection)


@contextmanager
def source(folder: Path, clock: Clock) -> Iterator[SqliteTables]:
    """The rows of the ledger in a folder, as of one moment."""
    with ExitStack() as opened:
        engine = open_engine(folder, clock)
        opened.callback(engine.close)
        file = folder / VAULT_FILE
        if not file.is_file():
            raise NotALedger("The ledger's vault.db is missing.", "Restore it from its backup.")
        vault = opened.enter_context(closing(SqliteKeyRows(file, clock)))
        snapshot = opened.enter_context(engine.snapshot())
        assert isinstance(snapshot, SqliteSnapshot), "an engine of a folder"
        with naming_errors():
            yield SqliteTables.of(snapshot, vault.connection)


@contextmanager
def target(folder: Path, clock: Clock) -> Iterator[SqliteTarget]:
    """A folder for a new ledger; NotALedger where it holds one, StoreUnavailable where another import fills it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StoreUnavailable("Another import is filling that folder.", "Wait for it.") from error
        is_under_way = (folder / (LEDGER_FILE + IMPORTING)).exists()
        if (folder / LEDGER_FILE).exists() or ((folder / VAULT_FILE).exists() and not is_under_way):
            raise NotALedger(
                f"There is a ledger in {folder} already.",
                "Name an empty folder; an archive is never mixed into a ledger.",
            )
        with ExitStack() as opened:
            yield SqliteTarget(folder, clock, opened)
    finally:
        os.close(handle)


def _statements(section: Section, rows: Sequence[AnyRow]) -> Iterator[tuple[str, Iterator[tuple[Any, ...]]]]:
    match section:
        case Section.STREAMS:
            yield "INSERT INTO tags (tag_id, head, tag) VALUES (?, ?, ?)", cast(Iterator[StreamRow], iter(rows))
        case Section.FACTS:
            facts = cast(Sequence[FactRow], rows)
            yield INSERT_EVENT, map(_event, facts)
            yield (
                "INSERT INTO event_tags (position, ordinal, tag_id, seq, salt) VALUES (?, ?, ?, ?, ?)",
                chain.from_iterable(map(_members, facts)),
            )
        case Section.KEYS:
            keys = cast(Sequence[KeyRow], rows)
            yield (
                "INSERT INTO command_keys (token, content, outcome, positions, ids) VALUES (?, ?, ?, ?, ?)",
                ((k.token, k.content, k.outcome, orjson.dumps(k.positions).decode(), k.ids) for k in keys),
            )
        case Section.READING_SETS:
            yield (
                "INSERT INTO reading_sets (digest, content) VALUES (?, ?)",
                cast(Iterator[ReadingSetRow], iter(rows)),
            )
        case Section.REFUSALS:
            yield (
                "INSERT INTO refusal_count (token, position, count) VALUES (?, ?, ?)",
                cast(Iterator[RefusalRow], iter(rows)),
            )
        case _:
            yield (
                "INSERT INTO data_keys (scope, wrapped, created_at) VALUES (?, ?, ?)",
                cast(Iterator[DataKeyRow], iter(rows)),
            )


def _event(row: FactRow) -> tuple[Any, ...]:
    home = row.tags[0]
    return (row.position, home.tag.decode(), home.seq, row.topic, row.state, row.recorded_at, row.prefix, row.leaf)


def _members(row: FactRow) -> list[tuple[Any, ...]]:
    return [(row.position, ordinal, tag[0], tag[1], tag[2]) for ordinal, tag in enumerate(row.tags)]


def _check_same(there: LedgerRow, archived: LedgerRow) -> None:
    # On a server the clock of an unsimulated ledger has a name; a folder knows only whether it is simulated.
    if there._replace(clock="") != archived._replace(clock="") or there.simulated != archived.simulated:
        raise ArchiveRefused(
            Reason.ANOTHER_LEDGER,
            "An import of another ledger was begun there and not finished.",
            remedy="Name another place, or begin anew: --start-over.",
        )
