"""Numbered schema migrations, each applied once, in order, in one transaction, under its checksum.

Promise: a database is either at a migration or it is not, also after a crash; a migration whose text changed after it
was applied, or a number that this program does not know, stops the start. Facts are never rewritten by one.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from hashlib import sha256
from importlib.resources import files
from typing import Literal, NamedTuple

from ledger.terms.errors import LedgerDamaged, NeedsNewerProgram

Family = Literal["sqlite", "vault", "postgres", "control"]

_TABLE = (
    "CREATE TABLE migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 BLOB NOT NULL,"
    " applied_at INTEGER NOT NULL)"
)


class Migration(NamedTuple):
    """One reviewed file of SQL."""

    number: int
    name: str
    sql: str

    @property
    def digest(self) -> bytes:
        return sha256(self.sql.encode()).digest()


def migrations(family: Family) -> tuple[Migration, ...]:
    """The migrations of a kind of database that travel with this program, by number."""
    folder = files("ledger.store") / "migrations" / family
    found = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".sql")), key=lambda entry: entry.name)
    return tuple(
        Migration(int(entry.name.partition("_")[0]), entry.name, entry.read_text(encoding="utf-8")) for entry in found
    )


def migrate(connection: sqlite3.Connection, family: Family, applied_at: int) -> None:
    """Apply what is missing; the connection must be in autocommit mode. Raises as `pending`."""
    for migration in pending(connection, family):
        connection.execute("BEGIN IMMEDIATE")
        try:
            if migration in pending(connection, family):  # another process may have been first
                _apply(connection, migration, applied_at)
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


def pending(connection: sqlite3.Connection, family: Family) -> tuple[Migration, ...]:
    """What is not applied yet. LedgerDamaged where an applied one has another text, NeedsNewerProgram where unknown."""
    return unapplied(family, _applied(connection))


def unapplied(family: Family, applied: Sequence[tuple[int, str, bytes]]) -> tuple[Migration, ...]:
    """The migrations that come after the (number, name, sha256) that are applied; raises as `pending`."""
    known = {migration.number: migration for migration in migrations(family)}
    for number, name, digest in applied:
        if number not in known:
            raise NeedsNewerProgram(
                f"The database is at schema migration {name}, which this program does not know.",
                "Install a newer version of ccm-ledger.",
            )
        if digest != known[number].digest:
            raise LedgerDamaged(
                f"Schema migration {name} was applied with another text than the one this program carries.",
                "Find out who changed it: `verify` cannot vouch for a schema of unknown make.",
            )
    return tuple(migration for migration in known.values() if migration.number not in {row[0] for row in applied})


def _applied(connection: sqlite3.Connection) -> list[tuple[int, str, bytes]]:
    exists = connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migrations'").fetchone()
    if exists is None:
        return []
    rows = connection.execute("SELECT number, name, sha256 FROM migrations ORDER BY number").fetchall()
    return [(number, name, digest) for number, name, digest in rows]


def _apply(connection: sqlite3.Connection, migration: Migration, applied_at: int) -> None:
    if not _applied(connection) and migration.number == 1:
        connection.execute(_TABLE)
    for statement in statements(migration.sql):
        connection.execute(statement)
    connection.execute(
        "INSERT INTO migrations VALUES (?, ?, ?, ?)",
        (migration.number, migration.name, migration.digest, applied_at),
    )


def statements(sql: str) -> Iterator[str]:
    """The statements of a script one by one: `executescript` would commit before the first of them."""
    statement = ""
    for line in sql.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    assert not statement.strip(), "a migration ends with a semicolon"
