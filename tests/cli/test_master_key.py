"""The master key on the command line: in a file or in the environment, and rotated from one to another."""

from pathlib import Path

import pytest

from interfaces.cli.main import main
from ledger.store.connection import exists
from tests.cli.conftest import World, in_a_folder

KEY = "00112233445566778899aabbccddeeff" * 2
OTHER_KEY = "ff" * 32


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An environment that names neither a ledger nor a key, and a place for one."""
    for name in ("CCM_LEDGER", "CCM_LEDGER_KEY_FILE", "CCM_LEDGER_MASTER_KEY", "CCM_LEDGER_ROUTES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


def said(capsys: pytest.CaptureFixture[str]) -> str:
    """Everything that was written, to either stream."""
    captured = capsys.readouterr()
    return captured.out + captured.err


def test_a_ledger_is_made_and_opened_with_the_key_of_the_environment(
    alone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CCM_LEDGER_MASTER_KEY", KEY)

    assert main(["init", "--ledger", str(alone / "ledger")]) == 0
    assert main(["verify", "--ledger", str(alone / "ledger")]) == 0

    shown = said(capsys)
    assert "Its key is in CCM_LEDGER_MASTER_KEY." in shown
    assert KEY not in shown
    assert not (alone / "config").exists()


def test_another_key_in_the_environment_is_the_wrong_key_and_is_not_shown(
    alone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CCM_LEDGER_MASTER_KEY", KEY)
    main(["init", "--ledger", str(alone / "ledger")])
    monkeypatch.setenv("CCM_LEDGER_MASTER_KEY", OTHER_KEY)

    assert main(["verify", "--ledger", str(alone / "ledger")]) == 3

    shown = said(capsys)
    assert "does not open this ledger's vault" in shown
    assert OTHER_KEY not in shown


@pytest.mark.parametrize("text", ["abcd", "zz" * 32, "ab" * 33])
def test_what_is_no_key_in_the_environment_is_refused_and_not_shown(
    alone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    monkeypatch.setenv("CCM_LEDGER_MASTER_KEY", text)

    assert main(["init", "--ledger", str(alone / "ledger")]) == 3

    shown = said(capsys)
    assert "CCM_LEDGER_MASTER_KEY does not hold one key of 64 hexadecimal digits" in shown
    assert text not in shown
    assert not exists(alone / "ledger")


def test_a_key_and_a_key_file_in_one_environment_are_refused(
    alone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CCM_LEDGER_MASTER_KEY", KEY)
    monkeypatch.setenv("CCM_LEDGER_KEY_FILE", str(alone / "a.key"))

    assert main(["init", "--ledger", str(alone / "ledger")]) == 3

    assert "are both set" in said(capsys)


def test_a_key_file_that_is_named_stands_before_the_key_of_the_environment(
    alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CCM_LEDGER_MASTER_KEY", KEY)
    words = ["--ledger", str(alone / "ledger"), "--key-file", str(alone / "a.key")]

    assert main(["init", *words]) == 0

    monkeypatch.delenv("CCM_LEDGER_MASTER_KEY")
    assert main(["verify", *words]) == 0


def test_a_rotation_makes_the_new_key_file_and_the_old_one_opens_nothing(world: World, tmp_path: Path) -> None:
    new_file = tmp_path / "new.key"

    done = world.process("master-key", "rotate", "--new-key-file", str(new_file), "--json")

    assert done.code == 0
    assert done.json["generation"] == 2
    assert done.json["keys"] > 2
    assert new_file.stat().st_mode & 0o777 == 0o600
    assert world.process("verify", "--key-file", str(new_file)).code == 0
    refused = world.process("verify")
    assert (refused.code, done.json["key_id"] in refused.err) == (3, True)


def test_a_rotation_asked_for_again_goes_on_where_it_ended(world: World, tmp_path: Path) -> None:
    words = ("master-key", "rotate", "--new-key-file", str(tmp_path / "new.key"))
    world.process(*words)

    again = world.process(*words)

    assert again.code == 0
    assert "nothing was to be done" in again.out


@in_a_folder
def test_a_new_key_file_inside_the_ledgers_folder_is_refused(world: World) -> None:
    done = world.process("master-key", "rotate", "--new-key-file", str(world.folder / "new.key"))

    assert (done.code, "inside the ledger's folder" in done.err) == (3, True)
    assert not (world.folder / "new.key").exists()


def test_a_wrong_old_key_rotates_nothing(world: World, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.key"
    wrong.write_text(OTHER_KEY)
    wrong.chmod(0o600)

    done = world.process("master-key", "rotate", "--key-file", str(wrong), "--new-key-file", str(tmp_path / "new.key"))

    assert (done.code, "does not open this ledger's vault" in done.err) == (3, True)
    assert not (tmp_path / "new.key").exists()
    assert world.process("verify").code == 0
