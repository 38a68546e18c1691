"""The rows of a vault in the schema beside the ledger's: wrapped keys by scope, which only its writer may read.

Promise: what `add` and `destroy` did is durable when they return; an append that sealed under a key which was destroyed
meanwhile records nothing. Not promised: that the server's own log, its backups and its standbys lost a destroyed key's
bytes: docs/deploy.md says how long they are kept.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ledger.store.postgres import arrays
from ledger.store.postgres.server import Lease, asked


class PostgresKeyRows:
    """The vault of one ledger."""

    tells_at_append = True

    def __init__(self, lease: Lease, schema: str) -> None:
        self._lease = lease
        self._vault, self._schema = f'"{schema}_vault"', f'"{schema}"'

    def identity(self) -> tuple[str, bytes] | None:
        rows = self._rows(f"SELECT ledger_id, check_value FROM {self._vault}.vault_info", ())
        return (rows[0][0], rows[0][1]) if rows else None

    def named(self, name: str) -> bytes | None:
        rows = self._rows(f"SELECT wrapped FROM {self._vault}.named_keys WHERE name = %s", (name,))
        return rows[0][0] if rows else None

    def wrapped(self, scopes: Sequence[str]) -> Mapping[str, bytes | None]:
        query = f"SELECT scope, wrapped FROM {self._vault}.data_keys WHERE scope = ANY (%s)"
        return dict(self._rows(query, (arrays.texts(scopes),)))

    def add(self, rows: Sequence[tuple[str, bytes, int]]) -> None:
        query = (
            f"INSERT INTO {self._vault}.data_keys (scope, wrapped, created_at)"
            " SELECT * FROM unnest(%s, %s, %s) ON CONFLICT (scope) DO NOTHING"
        )
        scopes, wrapped, created = zip(*rows, strict=True)
        self._rows(query, (arrays.texts(scopes), arrays.blobs(wrapped), arrays.bigs(created)))

    def destroy(self, scopes: Sequence[str]) -> None:
        self._rows(f"SELECT {self._schema}.destroy_keys(%s)", (arrays.texts(scopes),))

    def destroyed(self) -> int:
        count: int = self._rows(f"SELECT destroyed FROM {self._vault}.vault_info", ())[0][0]
        return count

    def destroyed_under(self, prefix: str) -> Sequence[str]:
        end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        query = f"SELECT scope FROM {self._vault}.data_keys WHERE scope >= %s AND scope < %s AND wrapped IS NULL"
        return [scope for (scope,) in self._rows(query, (prefix, end))]

    def close(self) -> None:
        """Nothing: the connections are the engine's."""

    def _rows(self, query: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        return asked(self._lease, query, values)
