"""The rows of a vault in `vault.db`: wrapped keys by scope, beside the ledger and never inside it.

Promise: what `add` and `destroy` did is on the disk when they return; the bytes of a destroyed key are overwritten in
the file and in its log. Not promised: that a backup of the file was destroyed as well.
"""

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import orjson

from ledger.store.instants import to_micros
from ledger.store.masterkeys import Master
from ledger.store.migrate import migrate
from ledger.store.sqlite.errors import naming_errors
from ledger.store.sqlite.recorder import begin_immediate, connected
from ledger.store.vault import FORMAT, Identity, NewVault, Vault, new_vault, open_vault
from ledger.terms.errors import NotALedger, StoreUnavailable
from ledger.terms.ports import Clock, IdSource

IDENTITY: Final = "SELECT ledger_id, check_value, generation, key_id FROM vault_info"


class SqliteKeyRows:
    """The open `vault.db` of one ledger."""

    tells_at_append = False

    def __init__(self, path: Path, clock: Clock) -> None:
        with naming_errors():
            self.connection = vault_connection(path, clock)
        self._lock = threading.RLock()

    def identity(self) -> Identity | None:
        rows = self._rows(IDENTITY, ())
        return Identity._make(rows[0]) if rows else None

    def named(self, name: str) -> bytes | None:
        rows = self._rows("SELECT wrapped FROM named_keys WHERE name = ?", (name,))
        return rows[0][0] if rows else None

    def wrapped(self, scopes: Sequence[str]) -> Mapping[str, bytes | None]:
        query = "SELECT scope, wrapped FROM data_keys WHERE scope IN (SELECT value FROM json_each(?))"
        return dict(self._rows(query, (orjson.dumps(scopes).decode(),)))

    def add(self, rows: Sequence[tuple[str, bytes, int]], generation: int) -> None:
        statement = (
            "INSERT INTO data_keys (scope, wrapped, created_at, generation) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (scope) DO NOTHING"
        )
        with self._lock, naming_errors(), committed(self.connection):
            self.connection.executemany(statement, [(*row, generation) for row in rows])

    def destroy(self, scopes: Sequence[str]) -> None:
        names = [(scope,) for scope in scopes]
        with self._lock, naming_errors():
            with committed(self.connection):
                self.connection.executemany("UPDATE data_keys SET wrapped = NULL WHERE scope = ?", names)
            is_clean = emptied_log(self.connection)
        if not is_clean:
            raise StoreUnavailable(
                "The keys are destroyed, but the vault's log still holds a copy: another program was reading it.",
                "Stop the other programs and order the erasure again.",
            )

    def destroyed(self) -> int:
        count: int = self._rows("SELECT COUNT(*) FROM data_keys WHERE wrapped IS NULL", ())[0][0]
        return count

    def destroyed_under(self, prefix: str) -> Sequence[str]:
        # Scopes are compared by their bytes: the next name after all of these differs in the last character only.
        end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        query = "SELECT scope FROM data_keys WHERE scope >= ? AND scope < ? AND wrapped IS NULL"
        return [scope for (scope,) in self._rows(query, (prefix, end))]

    def erasures_seen(self) -> int:
        seen: int = self._rows("SELECT erasures_seen FROM vault_info", ())[0][0]
        return seen

    def note_erasures(self, seen: int) -> None:
        with self._lock, naming_errors(), committed(self.connection):
            self.connection.execute("UPDATE vault_info SET erasures_seen = ?", (seen,))

    def close(self) -> None:
        with self._lock:
            self.connection.close()

    def _rows(self, query: str, values: Sequence[str]) -> list[tuple[Any, ...]]:
        with self._lock, naming_errors():
            return self.connection.execute(query, values).fetchall()


def create_vault(path: Path, *, ledger_id: str, master_key: Master, ids: IdSource, clock: Clock) -> None:
    """Make a new vault: its check value, its index key and its digest key."""
    put_vault(path, ledger_id, new_vault(ledger_id=ledger_id, master_key=master_key, ids=ids), clock)


def put_vault(path: Path, ledger_id: str, made: NewVault, clock: Clock) -> None:
    """Make the file of a vault that holds these keys."""
    connection = vault_connection(path, clock)
    try:
        with committed(connection):
            connection.execute(
                "INSERT INTO vault_info (one, ledger_id, format, check_value, key_id) VALUES (1, ?, ?, ?, ?)",
                (ledger_id, FORMAT, made.check_value, made.key_id),
            )
            connection.executemany("INSERT INTO named_keys (name, wrapped) VALUES (?, ?)", made.named)
    finally:
        connection.close()


def open_vault_file(path: Path, *, ledger_id: str, master_key: Master, ids: IdSource, clock: Clock) -> Vault:
    """The vault in a file, open; NotALedger where the file is missing, otherwise as `open_vault`."""
    check_is_there(path)
    rows = SqliteKeyRows(path, clock)
    return open_vault(rows, ledger_id=ledger_id, master_key=master_key, ids=ids, clock=clock)


def vault_connection(path: Path, clock: Clock) -> sqlite3.Connection:
    """A connection to the file of a vault, which is migrated; what it frees is overwritten, in the file as in its log.

    From the first write on: a key that moved to another page would leave its bytes behind on the one before.
    """
    connection = connected(path)
    try:
        connection.execute("PRAGMA secure_delete = ON")
        migrate(connection, "vault", to_micros(clock.now()))
    except BaseException:
        connection.close()
        raise
    return connection


def check_is_there(path: Path) -> None:
    """NotALedger where there is no such file."""
    if not path.is_file():
        raise NotALedger(
            "The ledger's vault.db is missing.",
            "Restore it from its backup: without it no sealed words can be read.",
        )


def emptied_log(connection: sqlite3.Connection) -> bool:
    """Whether nothing is left in the vault's log now; not so while another program reads it."""
    (is_busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not is_busy


@contextmanager
def committed(connection: sqlite3.Connection) -> Iterator[None]:
    """One transaction that writes, and is undone where its block raises."""
    begin_immediate(connection)
    try:
        yield
        connection.execute("COMMIT")
    finally:
        connection.rollback()  # does nothing after a commit
