"""An append that broke under way and is refused when it is sent again: nobody says that nothing was recorded."""

import threading

import psycopg
import pytest

from ledger.store.connection import Ledger
from ledger.store.postgres.address import Address
from ledger.terms.errors import LedgerDamaged, OutcomeUnknown, StoreUnavailable
from tests.postgres.servers import superuser
from tests.store.sample import assigned, proposal, registered


@pytest.mark.slow
def test_a_lock_that_is_not_had_after_a_break_leaves_the_outcome_unknown(
    ledger: Ledger, address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.append([proposal(registered())])
    append = ledger.engine._append  # type: ignore[attr-defined]
    is_first = threading.Event()

    def breaking(connection: psycopg.Connection[object], prepared: set[bytes], values: object) -> object:
        """The connection breaks once, before the answer; from then on somebody else holds the lock."""
        if not is_first.is_set():
            is_first.set()
            connection.close()
            raise psycopg.OperationalError("the connection is lost")
        raise psycopg.errors.LockNotAvailable

    monkeypatch.setattr(ledger.engine, "_append", breaking)
    with pytest.raises(OutcomeUnknown):
        ledger.append([proposal(assigned(), key="k")])
    is_first.set()
    with pytest.raises(StoreUnavailable, match="locked for too long"):
        ledger.append([proposal(assigned(), key="k")])
    monkeypatch.setattr(ledger.engine, "_append", append)

    assert len(ledger.append([proposal(assigned(), key="k")])) == 1


@pytest.mark.slow
def test_words_whose_key_is_destroyed_while_they_are_sealed_are_not_recorded(ledger: Ledger) -> None:
    ledger.append([proposal(registered())])
    sealing = ledger.vault.sealing

    def destroyed_meanwhile(scope: str) -> object:
        """Another thread of this program orders an erasure just now."""
        cipher = sealing(scope)
        ledger.vault.sealing = sealing  # type: ignore[method-assign]
        ledger.vault.destroy([scope])
        return cipher

    ledger.vault.sealing = destroyed_meanwhile  # type: ignore[method-assign, assignment]
    with pytest.raises(StoreUnavailable, match="destroyed by an erasure"):
        ledger.append([proposal(registered(), key="k")])

    assert ledger.refresh() == 1


def test_an_unfinished_ledger_takes_nothing(ledger: Ledger, address: Address) -> None:
    with superuser(address) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(f'DELETE FROM "{address.schema}".ledger_info')

    with pytest.raises(LedgerDamaged, match="does not say who it is"):
        ledger.append([proposal(registered(), key="k")])
