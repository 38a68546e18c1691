"""Making, checking and opening a ledger: what is wrong with it is said in words, with exit code 3."""

import json
import os
import sqlite3
import stat
from pathlib import Path
from typing import Any

import pytest

from commands.access import ask_to_read
from interfaces.bootstrap import Session
from interfaces.cli.main import main
from ledger.store.connection import Ledger
from tests.cli.conftest import Run, World, in_a_folder


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for a new ledger, and a configuration folder of its own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "configuration"))
    monkeypatch.delenv("CCM_LEDGER_KEY_FILE", raising=False)
    monkeypatch.setenv("CCM_LEDGER", str(tmp_path / "ledger"))
    return tmp_path


def test_init_makes_a_ledger_and_a_key_in_the_users_own_folder(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--name", "Some Company", "--json"]) == 0

    answer = json.loads(capsys.readouterr().out)
    key_file = Path(answer["key_file"])
    assert key_file.parent == place / "configuration" / "ccm-ledger"
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert answer["simulated"] is False
    assert main(["verify"]) == 0


def test_the_user_who_ran_init_may_act_at_once(place: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    main(["init"])
    line = {"v": 1, "key": "s1", "command": "register_source", "data": {"system": "ehr"}}
    (tmp_path / "lines").write_text(json.dumps(line))
    capsys.readouterr()

    assert main(["submit", str(tmp_path / "lines")]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["outcome"] == "accepted"
    assert "simulated" not in answer


def test_a_ledger_is_never_made_twice(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["init"])

    assert main(["init"]) == 3
    assert "There is a ledger at this place already." in capsys.readouterr().err
    assert len(list((place / "configuration" / "ccm-ledger").iterdir())) == 1


def test_a_key_inside_the_ledgers_folder_is_refused(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--key-file", str(place / "ledger" / "my.key")]) == 3
    assert not (place / "ledger").exists()


def test_a_key_file_is_never_overwritten(place: Path) -> None:
    (place / "my.key").write_text("something else")

    assert main(["init", "--key-file", str(place / "my.key")]) == 3
    assert (place / "my.key").read_text() == "something else"


def test_an_init_that_fails_leaves_no_key_behind(place: Path) -> None:
    (place / "ledger").write_text("a file where the folder should be")

    assert main(["init", "--key-file", str(place / "my.key")]) == 3
    assert not (place / "my.key").exists()


def test_no_ledger_named_is_wrong_usage(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("CCM_LEDGER", raising=False)

    assert main(["verify"]) == 2
    assert capsys.readouterr().err == (
        "No ledger is named. Name its folder: --ledger FOLDER, or set CCM_LEDGER. `ccm-ledger init` makes one.\n"
    )


def test_no_ledger_in_the_folder_ends_with_3_in_json_too(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--json"]) == 3

    told = json.loads(capsys.readouterr().err)
    assert (told["error"]["kind"], told["exit_code"]) == ("not_a_ledger", 3)


def test_another_ledgers_key_ends_with_3(run: Run, tmp_path: Path) -> None:
    other = tmp_path / "other.key"
    other.write_text("ab" * 32 + "\n")
    other.chmod(0o600)
    ran = run("verify", "--key-file", str(other))

    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith("The master key does not open this ledger's vault.")


def test_a_key_that_others_can_read_ends_with_3(run: Run, tmp_path: Path) -> None:
    other = tmp_path / "open.key"
    other.write_text("ab" * 32 + "\n")
    other.chmod(0o644)

    assert run("verify", "--key-file", str(other)).code == 3


def test_a_sound_ledger_verifies_and_says_what_that_does_not_prove(run: Run) -> None:
    ran = run("verify")

    assert ran.code == 0
    assert "Every stored byte agrees with its header, its tags, its place and its leaf." in ran.out
    assert "The read models are what a fold of the facts gives." in ran.out
    assert "Not shown by this:" in ran.out
    assert len(run("verify", "--json").json["root"]) == 64


@in_a_folder
def test_a_changed_byte_is_named_with_its_position_and_ends_with_3(run_on_copy: Run, world: World) -> None:
    _as_operator(
        world.folder / "ledger.db", "UPDATE stored_events SET state = zeroblob(length(state)) WHERE rowid = 30"
    )
    ran = run_on_copy("verify")

    assert ran.code == 3
    assert "The ledger is damaged: " in ran.out
    assert " at position 30: " in ran.out
    answer = run_on_copy("verify", "--json").json
    assert answer["is_sound"] is False
    assert 30 in {finding["position"] for finding in answer["findings"]}


@in_a_folder
def test_a_changed_read_model_is_found_and_rebuild_mends_it(run_on_copy: Run, world: World) -> None:
    run_on_copy("months", "2026-01")
    _as_operator(world.folder / "projections.db", "UPDATE month_billing SET minutes = 500")
    damaged = run_on_copy("verify", "--json")

    assert (damaged.code, damaged.json["read_models_differ"]) == (3, ["month_billing"])
    assert run_on_copy("rebuild").code == 0
    assert run_on_copy("verify").code == 0


def test_a_rebuild_stands_back_behind_whoever_serves_the_ledger(
    run_on_copy: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_to: list[tuple[int, int, int]] = []
    monkeypatch.setattr("os.setpriority", lambda *given: set_to.append(given))
    monkeypatch.setattr("os.getpriority", lambda *_: 0)

    assert run_on_copy("rebuild").code == 0
    assert set_to == [(os.PRIO_PROCESS, 0, 10)]


def test_what_others_record_during_a_verification_is_no_difference(
    run_on_copy: Run, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    pull = Session.models

    def then_somebody_reads(session: Session, progress: Any = None) -> Any:
        models = pull(session, progress)
        ask_to_read(session.handler, "month", [world.ids["patient"]])
        return models

    monkeypatch.setattr(Session, "models", then_somebody_reads)

    assert run_on_copy("verify").code == 0


@in_a_folder
def test_a_file_that_is_no_database_ends_with_3(run_on_copy: Run, world: World) -> None:
    (world.folder / "ledger.db").write_bytes(b"not a database at all, but long enough to look at" * 50)
    for beside in ("ledger.db-wal", "ledger.db-shm"):
        (world.folder / beside).unlink(missing_ok=True)
    ran = run_on_copy("verify")

    assert ran.code == 3
    assert "Traceback" not in ran.err


def test_a_program_defect_is_told_by_kind_and_place_and_never_by_content(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Ledger) -> int:
        raise KeyError("Gonzalez")

    monkeypatch.setattr(Ledger, "refresh", fail)
    ran = run("verify")

    assert (ran.code, ran.out) == (3, "")
    assert "KeyError" in ran.err
    assert "Gonzalez" not in ran.err


def _as_operator(database: Path, statement: str) -> None:
    """What somebody with the file in hand can do: take the triggers away and change a row."""
    with sqlite3.connect(database) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)
    connection.close()
