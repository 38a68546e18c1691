"""What went wrong when people used the command line carelessly or meant harm: each defect once, by its name."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from interfaces.cli.main import main
from tests.cli.conftest import MONTH, Run, World, in_a_folder

NOBODY = "aaaaaaaaaaaaaaaaaaaaaaaaaa"
START, END = "2026-01-12T15:00:00Z", "2026-01-12T15:10:00Z"


def shell(world: World, words: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command line with redirections, in a shell."""
    line = f"{sys.executable} -m interfaces.cli.main {words}"
    return subprocess.run(line, shell=True, capture_output=True, env=world.environment(), timeout=60, check=False)


def test_a_key_with_half_a_character_does_not_cost_the_other_lines_their_answers(world: World) -> None:
    broken = world.time("t1", START, END).replace('"t1"', '"\\ud800"')
    ran = world.process("submit", "-", given=f"{broken}\n{world.time('t2', START, END)}\n".encode())

    answers = [json.loads(line) for line in ran.out.splitlines()]
    assert [answer["outcome"] for answer in answers] == ["refused", "accepted"]
    assert ran.code == 1


def test_the_mark_at_the_beginning_of_a_utf8_file_is_no_part_of_its_first_line(world: World) -> None:
    ran = world.process("submit", "-", given=b"\xef\xbb\xbf" + world.time("t1", START, END).encode())

    assert json.loads(ran.out)["outcome"] == "accepted"


@pytest.mark.parametrize(
    "words",
    [
        ["month", f"pt_{NOBODY}", f"{MONTH}\n"],
        ["month", f"pt_{NOBODY}\n", MONTH],
        ["month", f"pt_{NOBODY}", MONTH, "--as-of", "9" * 5000],
        ["month", f"pt_{NOBODY}", MONTH, "--as-of", "0001-01-01T00:00:00+14:00"],
        ["audit", "--since", "0001-01-01T00:00:00+14:00"],
        ["audit", "--until", "9999-12-31T23:59:59-14:00"],
        ["audit", "--after", "9" * 5000],
        ["audit", "--limit", "9" * 5000],
    ],
)
def test_arguments_at_the_edge_of_what_can_be_written_are_wrong_usage_and_no_defect(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(words)

    told = capsys.readouterr().err
    assert code == 2
    assert "invalid" not in told


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["audit", "--patient", f"pt_{NOBODY}"], "no_such_patient"),
        (["audit", "--actor", f"st_{NOBODY}"], "no_such_staff"),
        (["audit", "--practice", f"pr_{NOBODY}"], "no_such_practice"),
        (["months", MONTH, "--practice", f"pr_{NOBODY}"], "no_such_practice"),
        (["readiness", "--practice", f"pr_{NOBODY}"], "no_such_practice"),
    ],
)
def test_asking_about_somebody_unknown_is_not_answered_as_if_nothing_had_happened(
    run: Run, words: list[str], code: str
) -> None:
    ran = run(*words, "--json")

    assert (ran.code, ran.out) == (1, "")
    assert json.loads(ran.err)["refusal"]["code"] == code


def test_a_misspelt_action_is_not_answered_as_if_nothing_had_been_done(run: Run) -> None:
    ran = run("audit", "--action", "month_atested")

    assert (ran.code, ran.out) == (2, "")
    assert "atested" not in ran.err


@pytest.mark.parametrize("action", ["init", "log_time", "month_attested", "read_month"])
def test_every_kind_of_word_of_the_trail_can_be_searched(run: Run, action: str) -> None:
    assert run("audit", "--action", action).code == 0


@pytest.mark.parametrize("words", ["audit", "submit /dev/null"])
def test_closed_standard_output_is_wrong_usage_and_nothing_is_recorded(world: World, words: str) -> None:
    ran = shell(world, f"{words} >&-")

    assert (ran.returncode, ran.stderr) == (
        2,
        b"Standard output is closed. Let it go to a file, a pipe or a terminal.\n",
    )


def test_closed_standard_error_does_not_change_the_exit_code(world: World) -> None:
    assert shell(world, "month nobody 2026-01 2>&-").returncode == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_answers_that_do_not_fit_on_the_disk_are_told_as_that(world: World) -> None:
    ran = shell(world, "history " + world.ids["patient"] + " --as " + world.ids["cora"] + " > /dev/full")

    assert ran.returncode == 3
    assert b"No space left on device" in ran.stderr
    assert b"not made for" not in ran.stderr


@in_a_folder
@pytest.mark.parametrize("damage", ["no database", "torn pages"])
def test_damaged_read_models_are_no_damage_to_the_facts_and_rebuild_mends_them(
    run_on_copy: Run, world: World, damage: str
) -> None:
    assert run_on_copy("audit").code == 0
    file = world.folder / "projections.db"
    for beside in ("-wal", "-shm"):
        file.with_name(file.name + beside).unlink(missing_ok=True)
    whole = file.read_bytes()
    file.write_bytes(b"hello " * 2000 if damage == "no database" else whole[:4096] + b"\x5a" * (len(whole) - 4096))

    ran = run_on_copy("audit")
    assert ran.code == 3
    assert "The file of the read models is damaged" in ran.err
    assert "rebuild" in ran.err
    assert run_on_copy("rebuild").code == 0
    assert run_on_copy("verify").code == 0


@in_a_folder
@pytest.mark.parametrize("command", ["verify", "submit -"])
def test_an_empty_ledger_file_is_told_with_what_to_do(world: World, command: str) -> None:
    for file in world.folder.glob("ledger.db*"):
        file.write_bytes(b"")
    ran = shell(world, command)

    assert ran.returncode == 3
    assert b"Restore the folder from a backup." in ran.stderr


def test_a_ledger_in_the_place_of_a_file_is_no_defect(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "ledger").write_text("a file where the folder should be")
    code = main(["init", "--ledger", str(tmp_path / "ledger"), "--key-file", str(tmp_path / "my.key")])

    told = capsys.readouterr().err
    assert code == 3
    assert (
        told == "The ledger's folder cannot be made there: File exists. Name a place that this account may write to.\n"
    )
    assert not (tmp_path / "my.key").exists()


def test_an_interrupted_import_says_so_in_json_where_json_was_asked_for(
    run_on_copy: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("projections.questions.months", interrupted)
    ran = run_on_copy("months", MONTH, "--json")

    assert (ran.code, json.loads(ran.err)["error"]["kind"]) == (130, "interrupted")
