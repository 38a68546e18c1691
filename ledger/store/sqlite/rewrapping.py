"""`vault.db` while its keys are wrapped anew under another master key: one transaction, and no old wrapping left.

Promise: as ledger/store/rotation.py says. Others may read keys meanwhile; to add or destroy one they wait.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from ledger.store.sqlite.errors import naming_errors
from ledger.store.sqlite.founding import VAULT_FILE
from ledger.store.sqlite.key_rows import IDENTITY, check_is_there, committed, emptied_log, vault_connection
from ledger.store.vault import Identity
from ledger.terms.errors import StoreUnavailable
from ledger.terms.ports import Clock


class SqliteRewrapping:
    """A transaction on `vault.db`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._generation = 0

    def identity(self) -> Identity | None:
        row = self._connection.execute(IDENTITY).fetchone()
        return Identity._make(row) if row else None

    def begin(self, identity: Identity, rotated_at: int) -> None:
        self._generation = identity.generation
        self._connection.execute(
            "UPDATE vault_info SET check_value = ?, generation = ?, key_id = ?, rotated_at = ?",
            (identity.check_value, identity.generation, identity.key_id, rotated_at),
        )

    def named(self) -> Sequence[tuple[str, bytes]]:
        return self._connection.execute("SELECT name, wrapped FROM named_keys ORDER BY name").fetchall()

    def live(self, after: str, limit: int) -> Sequence[tuple[str, bytes]]:
        query = "SELECT scope, wrapped FROM data_keys WHERE scope > ? AND wrapped IS NOT NULL ORDER BY scope LIMIT ?"
        return self._connection.execute(query, (after, limit)).fetchall()

    def put_named(self, rows: Sequence[tuple[str, bytes]]) -> None:
        self._put("UPDATE named_keys SET wrapped = ?, generation = ? WHERE name = ?", rows)

    def put(self, rows: Sequence[tuple[str, bytes]]) -> None:
        self._put("UPDATE data_keys SET wrapped = ?, generation = ? WHERE scope = ?", rows)

    def left(self) -> int:
        query = (
            "SELECT (SELECT COUNT(*) FROM data_keys WHERE wrapped IS NOT NULL AND generation <> ?1)"
            " + (SELECT COUNT(*) FROM named_keys WHERE generation <> ?1)"
        )
        count: int = self._connection.execute(query, (self._generation,)).fetchone()[0]
        return count

    def _put(self, statement: str, rows: Sequence[tuple[str, bytes]]) -> None:
        self._connection.executemany(statement, [(wrapped, self._generation, place) for place, wrapped in rows])


class SqliteVault:
    """The vault in a ledger's folder; NotALedger where there is none."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._path = folder / VAULT_FILE
        self._clock = clock
        check_is_there(self._path)

    @contextmanager
    def rewrapping(self) -> Iterator[SqliteRewrapping]:
        with naming_errors(), closing(vault_connection(self._path, self._clock)) as connection, committed(connection):
            yield SqliteRewrapping(connection)

    def clean(self) -> None:
        with naming_errors(), closing(vault_connection(self._path, self._clock)) as connection:
            # A vault that was made by another program's SQLite may have left keys behind where it split pages.
            connection.execute("VACUUM")
            if not emptied_log(connection):
                raise StoreUnavailable(
                    "The master key was rotated, but the vault's log still holds keys under the old one: another"
                    " program was reading it.",
                    "Stop the other programs and ask for the same rotation again.",
                )
