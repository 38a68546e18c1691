"""How a ledger comes into being: whole or not at all, once, and never over another."""

import sqlite3
from pathlib import Path

import pytest

from ledger.store.connection import create
from ledger.store.sqlite import founding
from ledger.terms.errors import LedgerDamaged, NeedsNewerProgram, NotALedger
from ledger.terms.identity import type_of_id
from tests.store.sample import MASTER_KEY, RepeatableIds, StandingClock, new_ledger, reopened


def test_there_is_no_ledger_in_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(NotALedger, match="no ledger in"):
        reopened(tmp_path)


def test_a_ledger_is_never_made_over_another(tmp_path: Path) -> None:
    new_ledger(tmp_path / "ledger").close()

    with pytest.raises(NotALedger, match="already"):
        new_ledger(tmp_path / "ledger")


def test_a_ledger_is_never_made_beside_a_vault_that_lost_its_ledger(tmp_path: Path) -> None:
    new_ledger(tmp_path / "ledger").close()
    (tmp_path / "ledger" / "ledger.db").unlink()

    with pytest.raises(NotALedger, match=r"vault\.db"):
        new_ledger(tmp_path / "ledger")


def test_an_init_that_was_cut_short_leaves_no_ledger_and_can_be_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(founding, "_create_ledger", None)
        with pytest.raises(TypeError):
            new_ledger(tmp_path / "ledger")
    with pytest.raises(NotALedger):
        reopened(tmp_path / "ledger")

    with new_ledger(tmp_path / "ledger") as ledger:
        assert ledger.refresh() == 0
    assert sorted(path.name for path in (tmp_path / "ledger").iterdir()) == ["ledger.db", "vault.db"]


def test_a_ledger_draws_its_own_id_where_none_is_given(tmp_path: Path) -> None:
    with create(
        tmp_path / "ledger", master_key=MASTER_KEY, clock=StandingClock(), ids=RepeatableIds(), simulated=True
    ) as ledger:
        assert type_of_id.match(ledger.ledger_id)
        assert ledger.ledger_id.startswith("lg_")
        assert ledger.simulated


def test_a_ledger_of_a_later_format_asks_for_a_newer_program(tmp_path: Path) -> None:
    new_ledger(tmp_path / "ledger").close()
    _tamper(tmp_path, "UPDATE ledger_info SET format = 2")

    with pytest.raises(NeedsNewerProgram, match="format 2"):
        reopened(tmp_path / "ledger")


def test_a_ledger_that_does_not_say_who_it_is_is_damaged(tmp_path: Path) -> None:
    new_ledger(tmp_path / "ledger").close()
    _tamper(tmp_path, "DELETE FROM ledger_info")

    with pytest.raises(LedgerDamaged, match="who it is"):
        reopened(tmp_path / "ledger")


def test_a_file_that_is_no_database_is_not_a_ledger(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_bytes(b"a letter, not a ledger" * 500)

    with pytest.raises(NotALedger):
        reopened(tmp_path)


def test_closing_twice_is_closing_once(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path / "ledger")
    ledger.close()

    ledger.close()

    assert not (tmp_path / "ledger" / "ledger.db-wal").exists()


def _tamper(tmp_path: Path, statement: str) -> None:
    db = sqlite3.connect(tmp_path / "ledger" / "ledger.db", isolation_level=None)
    db.execute("DROP TRIGGER ledger_info_no_update")
    db.execute("DROP TRIGGER ledger_info_no_delete")
    db.execute(statement)
    db.close()
