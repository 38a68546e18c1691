"""The vault: keys are durable first, one a scope, bound to their place, and gone when they are destroyed."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.store.connection import Ledger, open_ledger
from ledger.store.sqlite.key_rows import create_vault, open_vault_file
from ledger.store.vault import Vault
from ledger.terms.errors import LedgerDamaged, NotALedger, StoreUnavailable, WrongKey
from tests.store.sample import (
    LEDGER_ID,
    MASTER_KEY,
    RepeatableIds,
    StandingClock,
    key_rows_of,
    new_ledger,
    proposal,
    registered,
)

SCOPE = "pt_x/2026"


def vault_at(path: Path, *, seed: str = "a", master_key: bytes = MASTER_KEY, ledger_id: str = LEDGER_ID) -> Vault:
    return open_vault_file(
        path, ledger_id=ledger_id, master_key=master_key, ids=RepeatableIds(seed), clock=StandingClock()
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    create_vault(
        tmp_path / "vault.db", ledger_id=LEDGER_ID, master_key=MASTER_KEY, ids=RepeatableIds(), clock=StandingClock()
    )
    return tmp_path / "vault.db"


def seals_for(cipher: AESGCM | None, other: AESGCM | None) -> bool:
    assert cipher is not None
    assert other is not None
    return other.decrypt(b"n" * 12, cipher.encrypt(b"n" * 12, b"text", b""), b"") == b"text"


def test_another_master_key_is_the_wrong_key(path: Path) -> None:
    with pytest.raises(WrongKey):
        vault_at(path, master_key=b"x" * 32)


def test_a_ledger_does_not_open_with_another_master_key(tmp_path: Path) -> None:
    new_ledger(tmp_path / "ledger").close()

    with pytest.raises(WrongKey):
        open_ledger(tmp_path / "ledger", master_key=b"x" * 32, clock=StandingClock(), ids=RepeatableIds())


def test_the_vault_of_another_ledger_is_refused(path: Path) -> None:
    with pytest.raises(NotALedger):
        vault_at(path, ledger_id="lg_bbbbbbbbbbbbbbbbbbbbbbbbbb")


def test_a_missing_vault_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotALedger, match=r"vault\.db is missing"):
        vault_at(tmp_path / "vault.db")


def test_a_vault_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "vault.db").write_bytes(b"a letter, not a vault" * 500)

    with pytest.raises(NotALedger):
        vault_at(tmp_path / "vault.db")


def test_two_processes_that_make_the_same_key_end_with_one(path: Path) -> None:
    first, second = vault_at(path, seed="a"), vault_at(path, seed="b")

    first.ensure([SCOPE])
    second.ensure([SCOPE])

    assert seals_for(first.sealing(SCOPE), second.sealing(SCOPE))
    first.close()
    second.close()


def test_the_second_of_two_racing_inserts_reads_the_first(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = vault_at(path, seed="a"), vault_at(path, seed="b")
    # The second process looked before the first one wrote.
    stale: Iterator[dict[str, bytes | None]] = iter([{}])
    real = second.rows.wrapped

    def wrapped(scopes: Sequence[str]) -> Mapping[str, bytes | None]:
        seen = next(stale, None)
        return real(scopes) if seen is None else seen

    monkeypatch.setattr(second.rows, "wrapped", wrapped)
    first.ensure([SCOPE])

    second.ensure([SCOPE])

    assert seals_for(first.opening(SCOPE), second.opening(SCOPE))
    first.close()
    second.close()


def test_a_key_is_the_same_after_a_restart(path: Path) -> None:
    vault = vault_at(path)
    vault.ensure([SCOPE])
    cipher = vault.sealing(SCOPE)
    vault.close()

    again = vault_at(path, seed="c")

    assert seals_for(cipher, again.opening(SCOPE))
    again.close()


def test_a_scope_that_never_had_a_key_has_none_and_was_not_destroyed(path: Path) -> None:
    vault = vault_at(path)

    assert vault.opening(SCOPE) is None
    assert not vault.is_destroyed(SCOPE)
    vault.close()


def test_a_destroyed_key_leaves_its_mark_and_none_of_its_bytes(path: Path) -> None:
    vault = vault_at(path)
    vault.ensure([SCOPE])
    wrapped = vault.rows.wrapped([SCOPE])[SCOPE]
    assert wrapped is not None

    vault.destroy([SCOPE])

    assert vault.opening(SCOPE) is None
    assert vault.is_destroyed(SCOPE)
    vault.close()
    assert wrapped not in path.read_bytes()


def test_an_erasure_that_leaves_a_copy_in_the_log_says_so(path: Path) -> None:
    vault, reader = vault_at(path), sqlite3.connect(path, isolation_level=None)
    vault.ensure([SCOPE])
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM data_keys").fetchall()
    key_rows_of(vault).connection.execute("PRAGMA busy_timeout = 1")

    with pytest.raises(StoreUnavailable, match="still holds a copy"):
        vault.destroy([SCOPE])

    assert vault.opening(SCOPE) is None
    reader.close()
    vault.close()


def test_the_vault_keeps_a_bounded_number_of_keys_open(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.store.vault.OPEN_KEYS_MAX", 2)
    vault = vault_at(path)
    vault.ensure(["a", "b", "c"])

    assert len(vault._open) == 2
    assert vault.sealing("a") is not None
    vault.close()


def test_a_wrapped_key_moved_to_another_scope_does_not_open(path: Path) -> None:
    vault = vault_at(path)
    vault.ensure([SCOPE, "other"])
    vault.close()
    with sqlite3.connect(path) as db:
        db.execute("DROP TRIGGER data_keys_only_destroyed")
        db.execute("UPDATE data_keys SET wrapped = (SELECT wrapped FROM data_keys WHERE scope = 'other')")
    db.close()

    again = vault_at(path)

    with pytest.raises(LedgerDamaged):
        again.opening(SCOPE)
    again.close()


@pytest.mark.parametrize(
    "change", ["UPDATE named_keys SET wrapped = zeroblob(60) WHERE name = 'index'", "DELETE FROM named_keys"]
)
def test_a_lost_index_key_stops_the_start(path: Path, change: str) -> None:
    with sqlite3.connect(path) as db:
        db.execute("DROP TRIGGER named_keys_no_update")
        db.execute("DROP TRIGGER named_keys_no_delete")
        db.execute(change)
    db.close()

    with pytest.raises(LedgerDamaged):
        vault_at(path)


def test_keys_are_durable_before_the_facts_sealed_under_them(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.store.sqlite.engine.GroupWriter", None)  # a crash between the two commits

    with pytest.raises(TypeError):
        ledger.append([proposal(registered())])

    assert ledger.vault.opening("pt_aaaaaaaaaaaaaaaaaaaaaaaaaa/identity") is not None
    assert ledger.refresh() == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE data_keys SET wrapped = zeroblob(60)",
        "DELETE FROM data_keys",
        "UPDATE named_keys SET wrapped = zeroblob(60)",
        "DELETE FROM named_keys",
    ],
)
def test_the_vault_refuses_to_replace_or_forget_keys(path: Path, statement: str) -> None:
    vault = vault_at(path)
    vault.ensure([SCOPE])
    vault.close()
    db = sqlite3.connect(path)

    with pytest.raises(sqlite3.IntegrityError):
        db.execute(statement)
    db.close()
