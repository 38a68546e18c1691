"""The rows of a vault in the schema beside the ledger's: wrapped keys by scope, which only its writer may read.

Promise: what `add` and `destroy` did is durable when they return; an append that sealed under a key which was destroyed
meanwhile records nothing; the table is written anew without the bytes of a destroyed key. Not promised: that the
server's own log, its backups and its standbys lost them, or the table while a transaction from before is still open:
docs/deploy.md says how long they are kept.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg.types.numeric import Int8

from ledger.store.postgres import arrays
from ledger.store.postgres.server import Lease, asked
from ledger.store.vault import Identity
from ledger.terms.errors import StoreUnavailable


class PostgresKeyRows:
    """The vault of one ledger."""

    tells_at_append = True

    def __init__(self, lease: Lease, schema: str) -> None:
        self._lease = lease
        self._vault, self._schema = f'"{schema}_vault"', f'"{schema}"'

    def identity(self) -> Identity | None:
        rows = self._rows(f"SELECT ledger_id, check_value, generation, key_id FROM {self._vault}.vault_info", ())
        return Identity._make(rows[0]) if rows else None

    def named(self, name: str) -> bytes | None:
        rows = self._rows(f"SELECT wrapped FROM {self._vault}.named_keys WHERE name = %s", (name,))
        return rows[0][0] if rows else None

    def wrapped(self, scopes: Sequence[str]) -> Mapping[str, bytes | None]:
        query = f"SELECT scope, wrapped FROM {self._vault}.data_keys WHERE scope = ANY (%s)"
        return dict(self._rows(query, (arrays.texts(scopes),)))

    def add(self, rows: Sequence[tuple[str, bytes, int]], generation: int) -> None:
        query = (
            f"INSERT INTO {self._vault}.data_keys (scope, wrapped, created_at, generation)"
            " SELECT *, %s FROM unnest(%s, %s, %s) ON CONFLICT (scope) DO NOTHING"
        )
        scopes, wrapped, created = zip(*rows, strict=True)
        self._rows(query, (Int8(generation), arrays.texts(scopes), arrays.blobs(wrapped), arrays.bigs(created)))

    def destroy(self, scopes: Sequence[str]) -> None:
        self._rows(f"SELECT {self._schema}.destroy_keys(%s)", (arrays.texts(scopes),))
        try:
            self._rows(f"SELECT {self._schema}.rewrite_keys()", ())
        except StoreUnavailable as error:
            raise StoreUnavailable(
                "The keys are destroyed, but the vault's table still holds a copy: another program kept it locked.",
                "Order the erasure again.",
            ) from error

    def destroyed(self) -> int:
        count: int = self._rows(f"SELECT destroyed FROM {self._vault}.vault_info", ())[0][0]
        return count

    def destroyed_under(self, prefix: str) -> Sequence[str]:
        end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        query = f"SELECT scope FROM {self._vault}.data_keys WHERE scope >= %s AND scope < %s AND wrapped IS NULL"
        return [scope for (scope,) in self._rows(query, (prefix, end))]

    def erasures_seen(self) -> int:
        seen: int = self._rows(f"SELECT erasures_seen FROM {self._vault}.vault_info", ())[0][0]
        return seen

    def note_erasures(self, seen: int) -> None:
        query = f"UPDATE {self._vault}.vault_info SET erasures_seen = %s WHERE erasures_seen <> %s"
        self._rows(query, (Int8(seen), Int8(seen)))

    def close(self) -> None:
        """Nothing: the connections are the engine's."""

    def _rows(self, query: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        return asked(self._lease, query, values)
