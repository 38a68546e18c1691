"""How a ledger comes into being in a folder: `ledger.db` gets its name last, and files of others are left alone."""

from pathlib import Path

import pytest

from ledger.store.sqlite import founding
from ledger.terms.errors import NotALedger
from tests.store.sample import new_ledger, proposal, registered, reopened


def test_an_empty_folder_is_no_ledger(tmp_path: Path) -> None:
    with pytest.raises(NotALedger, match="no ledger in"):
        reopened(tmp_path)


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


def test_a_file_that_is_no_database_is_not_a_ledger(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_bytes(b"a letter, not a ledger" * 500)

    with pytest.raises(NotALedger):
        reopened(tmp_path)


def test_a_closed_ledger_leaves_no_log_beside_its_file(tmp_path: Path) -> None:
    new_ledger(tmp_path / "ledger").close()

    assert not (tmp_path / "ledger" / "ledger.db-wal").exists()


def test_the_same_ledger_opens_by_a_relative_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with new_ledger(tmp_path / "ledger") as ledger:
        ledger.append([proposal(registered())])
    monkeypatch.chdir(tmp_path)

    with reopened(Path("ledger")) as other:
        assert other.refresh() == 1
