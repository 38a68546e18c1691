"""The vault in its file: it is named when it is missing, its guards hold, and destroyed keys leave no bytes."""

import sqlite3
from pathlib import Path

import pytest

from ledger.store.connection import Ledger
from ledger.terms.errors import NotALedger, StoreUnavailable
from tests.store.sample import key_rows_of, new_ledger, proposal, registered
from tests.store.vaults import vault_at

SCOPE = "pt_x/2026"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a new ledger."""
    new_ledger(tmp_path / "ledger").close()
    return tmp_path / "ledger"


def test_a_missing_vault_is_named(folder: Path) -> None:
    (folder / "vault.db").unlink()

    with pytest.raises(NotALedger, match=r"vault\.db is missing"):
        vault_at(folder)


def test_a_vault_that_is_no_database_is_named(folder: Path) -> None:
    (folder / "vault.db").write_bytes(b"a letter, not a vault" * 500)

    with pytest.raises(NotALedger):
        vault_at(folder)


def test_the_bytes_of_a_destroyed_key_are_gone_from_the_file(folder: Path) -> None:
    vault = vault_at(folder)
    vault.ensure([SCOPE])
    wrapped = vault.rows.wrapped([SCOPE])[SCOPE]
    assert wrapped is not None

    vault.destroy([SCOPE])

    vault.close()
    assert wrapped not in (folder / "vault.db").read_bytes()


def test_an_erasure_that_leaves_a_copy_in_the_log_says_so(folder: Path) -> None:
    vault, reader = vault_at(folder), sqlite3.connect(folder / "vault.db", isolation_level=None)
    vault.ensure([SCOPE])
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM data_keys").fetchall()
    key_rows_of(vault).connection.execute("PRAGMA busy_timeout = 1")

    with pytest.raises(StoreUnavailable, match="still holds a copy"):
        vault.destroy([SCOPE])

    assert vault.opening(SCOPE) is None
    reader.close()
    vault.close()


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
def test_the_vault_refuses_to_replace_or_forget_keys(folder: Path, statement: str) -> None:
    vault = vault_at(folder)
    vault.ensure([SCOPE])
    vault.close()
    db = sqlite3.connect(folder / "vault.db")

    with pytest.raises(sqlite3.IntegrityError):
        db.execute(statement)
    db.close()
