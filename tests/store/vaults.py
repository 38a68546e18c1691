"""The vault of a ledger at a place, opened by itself, on either engine."""

import time
from collections.abc import Sequence
from pathlib import Path

from ledger.store.connection import Place
from ledger.store.postgres.address import Address
from ledger.store.postgres.key_rows import PostgresKeyRows
from ledger.store.postgres.server import Server
from ledger.store.sqlite.key_rows import open_vault_file
from ledger.store.vault import Vault, open_vault
from tests.postgres.servers import tamperer
from tests.store.sample import MASTER_KEY, RepeatableIds, StandingClock, ledger_id_at


class _OwnRows(PostgresKeyRows):
    """The rows of a vault on a server, with connections of their own."""

    def __init__(self, address: Address) -> None:
        self._server = Server(address)
        super().__init__(lambda: self._server.lease(address.role("writer")), address.schema)

    def close(self) -> None:
        self._server.close()


def vault_at(place: Place, *, seed: str = "a", master_key: bytes = MASTER_KEY, ledger_id: str | None = None) -> Vault:
    """The vault of the ledger at a place, opened as another process would; the caller closes it."""
    ids, clock = RepeatableIds(seed), StandingClock()
    ledger_id = ledger_id or ledger_id_at(place)
    if isinstance(place, Path):
        file = place / "vault.db"
        return open_vault_file(file, ledger_id=ledger_id, master_key=master_key, ids=ids, clock=clock)
    return open_vault(_OwnRows(place), ledger_id=ledger_id, master_key=master_key, ids=ids, clock=clock)


def kept_in_vault(place: Place, values: Sequence[bytes]) -> int:
    """How many of these values stand anywhere in the vault's files."""
    if isinstance(place, Path):
        content = b"".join(file.read_bytes() for file in sorted(place.glob("vault.db*")))
        return sum(value in content for value in values)
    with tamperer(place) as connection:
        connection.execute("CHECKPOINT")
        content = b""
        for table in ("vault_info", "named_keys", "data_keys"):
            ((file,),) = connection.execute("SELECT pg_read_binary_file(pg_relation_filepath(%s))", (table,)).fetchall()
            content += bytes(file)
    return sum(value in content for value in values)


def wait_until_alone(place: Place) -> None:
    """Wait until no transaction of before is open on the server: while one is, it keeps a destroyed key's row.

    The server's own upkeep opens some too (ANALYZE), whenever it pleases.
    """
    if isinstance(place, Path):
        return
    query = "SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_xmin IS NOT NULL"
    until = time.monotonic() + 60
    with tamperer(place) as connection:
        while connection.execute(query).fetchall() != [(0,)]:
            assert time.monotonic() < until, "some transaction stays open"
            time.sleep(0.05)
