"""What the database says comes out in the ledger's own words."""

import sqlite3

import pytest
from eventsourcing.persistence import OperationalError, PersistenceError

from ledger.store.connection import Ledger
from ledger.store.fsck import verify
from ledger.store.sqlite import recorder
from ledger.store.sqlite.errors import named, naming_errors
from ledger.store.sqlite.recorder import LedgerConnection
from ledger.streams.base import Appended
from ledger.terms.errors import LedgerDamaged, LedgerError, NotALedger, OutcomeUnknown, StoreUnavailable
from tests.store.sample import NOON, assigned, folder_of, proposal, registered, reported, sqlite_of


def sqlite_error(code: int, kind: type[sqlite3.Error] = sqlite3.OperationalError) -> sqlite3.Error:
    error = kind("as SQLite says it")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("code", "expected", "words"),
    [
        (sqlite3.SQLITE_BUSY, StoreUnavailable, "locked for too long"),
        (sqlite3.SQLITE_LOCKED, StoreUnavailable, "locked for too long"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, StoreUnavailable, "locked for too long"),
        (sqlite3.SQLITE_FULL, StoreUnavailable, "full"),
        (sqlite3.SQLITE_READONLY, StoreUnavailable, "cannot be opened for writing"),
        (sqlite3.SQLITE_CANTOPEN, StoreUnavailable, "cannot be opened for writing"),
        (sqlite3.SQLITE_NOTADB, NotALedger, "no SQLite database"),
        (sqlite3.SQLITE_CORRUPT, LedgerDamaged, "damaged"),
        (sqlite3.SQLITE_IOERR_FSYNC, OutcomeUnknown, "disk failed"),
        (sqlite3.SQLITE_ERROR, StoreUnavailable, "as SQLite says it"),
    ],
)
def test_every_trouble_has_its_own_words(code: int, expected: type[LedgerError], words: str) -> None:
    error = named(sqlite_error(code))

    assert type(error) is expected
    assert words in str(error)


def test_an_error_of_the_base_library_speaks_of_its_cause() -> None:
    error = OperationalError("wrapped")
    error.__cause__ = sqlite_error(sqlite3.SQLITE_FULL)

    with pytest.raises(StoreUnavailable, match="full"), naming_errors():
        raise error


def test_an_error_of_the_base_library_without_a_cause_is_named_too() -> None:
    with pytest.raises(StoreUnavailable), naming_errors():
        raise PersistenceError("pool is gone")


def test_a_ledger_locked_for_too_long_is_unavailable_and_nothing_is_recorded(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "ATTEMPTS", 2)
    sqlite_of(ledger).execute("PRAGMA busy_timeout = 1")
    other = sqlite3.connect(folder_of(ledger) / "ledger.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreUnavailable, match="locked for too long"):
        ledger.append([proposal(registered())])

    other.execute("ROLLBACK")
    other.close()
    assert ledger.refresh() == 0


def test_a_full_disk_loses_nothing_and_the_ledger_goes_on_once_there_is_room(ledger: Ledger) -> None:
    ledger.append([proposal(registered())])
    database = sqlite_of(ledger)
    pages = database.execute("PRAGMA page_count").fetchone()[0]
    database.execute(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(StoreUnavailable, match="full"):
        ledger.append([proposal(*(reported() for _ in range(100)))])

    database.execute("PRAGMA max_page_count = 1000000")
    assert ledger.refresh() == 1
    assert ledger.append([proposal(assigned())])[0] == Appended((2,), NOON)


def test_a_commit_that_fails_leaves_no_transaction_open(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(connection: LedgerConnection) -> None:
        raise sqlite_error(sqlite3.SQLITE_IOERR)

    with monkeypatch.context() as patch:
        patch.setattr(LedgerConnection, "commit", fail)
        with pytest.raises(OutcomeUnknown, match="same key"):
            ledger.append([proposal(registered(), key="k")])

    assert ledger.append([proposal(registered(), key="k")])[0] == Appended((1,), NOON)


def test_a_statement_that_fails_under_the_lock_rolls_the_group_back(ledger: Ledger) -> None:
    sqlite_of(ledger).execute("DROP TABLE command_keys")

    with pytest.raises(LedgerDamaged):
        ledger.append([proposal(registered(), key="k")])

    assert ledger.refresh() == 0


def test_a_crash_between_statements_leaves_the_ledger_as_it_was(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.append([proposal(registered())])
    before = verify(ledger).root
    monkeypatch.setattr("ledger.store.sqlite.append.INSERT_EVENT", "INSERT INTO nowhere VALUES (?)")

    with pytest.raises(LedgerDamaged, match="is gone"):
        ledger.append([proposal(assigned())])

    assert verify(ledger).root == before


def test_facts_that_somebody_removed_are_told_as_damage_when_the_next_one_comes(ledger: Ledger) -> None:
    ledger.append([proposal(registered(), key="k")])
    connection = sqlite_of(ledger)
    connection.execute("DROP TRIGGER stored_events_no_delete")
    connection.execute("DELETE FROM stored_events")

    with pytest.raises(LedgerDamaged, match="contradict each other"):
        ledger.append([proposal(registered(), key="another")])


def test_a_body_that_somebody_made_a_text_is_told_as_damage(ledger: Ledger) -> None:
    ledger.append([proposal(registered(), key="k")])
    connection = sqlite_of(ledger)
    connection.execute("DROP TRIGGER stored_events_no_update")
    connection.execute("UPDATE stored_events SET state = 'words'")

    with pytest.raises(LedgerDamaged):
        ledger.follow(0, 10)
