"""The recorder through which the base library's tools see a ledger, on either engine."""

from collections.abc import Iterator
from contextlib import contextmanager

from ledger.store.connection import Ledger
from ledger.store.postgres.engine import PostgresEngine
from ledger.store.postgres.recorder import LedgerDatastore as PostgresLedgerDatastore
from ledger.store.postgres.recorder import LedgerRecorder as PostgresLedgerRecorder
from ledger.store.sqlite.recorder import LedgerRecorder
from tests.store.sample import recorder_of


@contextmanager
def base_recorder(ledger: Ledger) -> Iterator[LedgerRecorder | PostgresLedgerRecorder]:
    """The recorder of an open ledger; on a server as its superuser, because the ledger's writer may not insert."""
    if not isinstance(ledger.engine, PostgresEngine):
        yield recorder_of(ledger)
        return
    with PostgresLedgerDatastore(ledger.engine.address) as datastore:
        yield PostgresLedgerRecorder(datastore)
