"""The vault on a server while its keys are wrapped anew under another master key, as the ledger's owner.

Promise: as ledger/store/rotation.py says. Programs go on appending; to add or destroy a key they wait. The tables are
written anew afterwards, so that no old wrapping is left in them. Not promised: that the server's own log, its backups
and its standbys lost the old wrappings: docs/deploy.md says how long they are kept.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from psycopg import errors, sql
from psycopg.types.numeric import Int8

from ledger.store.postgres import arrays, schema
from ledger.store.postgres.address import Address
from ledger.store.postgres.errors import naming_questions
from ledger.store.postgres.founding import acting_as, is_there, names_of
from ledger.store.postgres.server import LedgerConnection, Server
from ledger.store.vault import Identity
from ledger.terms.errors import NotALedger, StoreUnavailable

_TABLES: Final = ("vault_info", "named_keys", "data_keys")


class PostgresRewrapping:
    """A transaction on the vault of one ledger, which nobody else may write to until it ends."""

    def __init__(self, connection: LedgerConnection) -> None:
        self._connection = connection
        self._generation = 0
        # Not for readers: what was wrapped before is read until the commit. Who adds a key waits, and then is told.
        connection.execute("LOCK TABLE vault_info, named_keys, data_keys IN SHARE ROW EXCLUSIVE MODE")

    def identity(self) -> Identity | None:
        rows = self._rows("SELECT ledger_id, check_value, generation, key_id FROM vault_info")
        return Identity._make(rows[0]) if rows else None

    def begin(self, identity: Identity, rotated_at: int) -> None:
        self._generation = identity.generation
        self._connection.execute(
            "UPDATE vault_info SET check_value = %s, generation = %s, key_id = %s, rotated_at = %s",
            (identity.check_value, Int8(identity.generation), identity.key_id, Int8(rotated_at)),
        )

    def named(self) -> Sequence[tuple[str, bytes]]:
        return [(name, wrapped) for name, wrapped in self._rows("SELECT name, wrapped FROM named_keys ORDER BY name")]

    def live(self, after: str, limit: int) -> Sequence[tuple[str, bytes]]:
        query = "SELECT scope, wrapped FROM data_keys WHERE scope > %s AND wrapped IS NOT NULL ORDER BY scope LIMIT %s"
        return [(scope, wrapped) for scope, wrapped in self._rows(query, (after, Int8(limit)))]

    def put_named(self, rows: Sequence[tuple[str, bytes]]) -> None:
        self._put("named_keys", "name", rows)

    def put(self, rows: Sequence[tuple[str, bytes]]) -> None:
        self._put("data_keys", "scope", rows)

    def left(self) -> int:
        query = (
            "SELECT (SELECT count(*) FROM data_keys WHERE wrapped IS NOT NULL AND generation <> %s)"
            " + (SELECT count(*) FROM named_keys WHERE generation <> %s)"
        )
        count: int = self._rows(query, (Int8(self._generation), Int8(self._generation)))[0][0]
        return count

    def _put(self, table: str, column: str, rows: Sequence[tuple[str, bytes]]) -> None:
        statement = sql.SQL(
            "UPDATE {0} SET wrapped = anew.wrapped, generation = %s FROM unnest(%s, %s) AS anew (place, wrapped)"
            " WHERE {0}.{1} = anew.place"
        ).format(sql.Identifier(table), sql.Identifier(column))
        places, wrapped = zip(*rows, strict=True)
        self._connection.execute(statement, (Int8(self._generation), arrays.texts(places), arrays.blobs(wrapped)))

    def _rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return self._connection.execute(query.encode(), values, binary=True).fetchall()


class PostgresVault:
    """The vault of a ledger on a server, for a login that may act as its owner."""

    def __init__(self, address: Address) -> None:
        self._address = address

    @contextmanager
    def rewrapping(self) -> Iterator[PostgresRewrapping]:
        with self._as_owner() as connection:
            yield PostgresRewrapping(connection)

    def clean(self) -> None:
        # Once the old wrappings are nobody's to see: written anew, a table has none of them, nor free space that has.
        with self._as_owner() as connection:
            for table in _TABLES:
                index = sql.Identifier(f"{table}_pkey")
                connection.execute(sql.SQL("CLUSTER {} USING {}").format(sql.Identifier(table), index))

    @contextmanager
    def _as_owner(self) -> Iterator[LedgerConnection]:
        """One transaction as the owner of the ledger, with the vault on the search path."""
        names = names_of(self._address)
        remedy = "Ask for the same rotation again: it is done whole or not at all."
        with naming_questions(remedy=remedy), Server(self._address).connected() as connection:
            if not is_there(connection, self._address):
                raise NotALedger("The database has no ledger of that name.", "Check its name.")
            try:
                with connection.transaction(), acting_as(connection, names["owner"]):
                    if schema.pending(connection, names["schema"], "postgres"):
                        raise StoreUnavailable(
                            "The ledger's schema is older than this program.",
                            "Let an administrator run `ccm-ledger ledgers upgrade` (docs/deploy.md).",
                        )
                    path = sql.SQL(", ").join(map(sql.Identifier, (names["vault"], names["schema"], "pg_temp")))
                    connection.execute(sql.SQL("SET LOCAL search_path = {}").format(path))
                    yield connection
            except errors.InsufficientPrivilege as error:
                raise StoreUnavailable(
                    f"This login may not act as the owner of ledger {self._address.ledger}.",
                    "Let the login that made it, or an administrator of the server, rotate the key (docs/deploy.md).",
                ) from error
