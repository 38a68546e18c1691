"""The log on the command line: keys, sealing, receipts for the offline verifier, and answers that wait for them."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ledger.proof.__main__ import main as verify_offline
from ledger.proof.checkpoint import open_checkpoint
from ledger.proof.note import VerifierKey, parse_note
from tests.cli.conftest import Run, World, in_a_folder


def vkeys(run: Run) -> list[str]:
    return [key["vkey"] for key in run("log-key", "show", "--json").json["keys"]]


def test_new_keys_are_in_the_file_and_their_public_halves_on_record(run_on_copy: Run, keys: Path) -> None:
    made = run_on_copy("log-key", "new", "--json", actor="admin").json

    shown = run_on_copy("log-key", "show", "--json").json["keys"]
    assert made["keys"] == [key["vkey"] for key in shown]
    assert [(key["kind"], key["retired_at"]) for key in shown] == [("log", None), ("clock", None)]
    assert keys.stat().st_mode & 0o777 == 0o600
    private = keys.read_text().splitlines()
    assert len(private) == 2
    assert not any(line in json.dumps(shown) for line in private)


def test_new_keys_need_an_administrator(run_on_copy: Run, keys: Path) -> None:
    refused = run_on_copy("log-key", "new")

    assert refused.code == 1
    assert "capacity_missing" in refused.out
    assert run_on_copy("log-key", "show", "--json").json["keys"] == []


def test_the_same_keys_are_adopted_once(sealed: Run) -> None:
    before = vkeys(sealed)

    assert sealed("log-key", "new", actor="admin").code == 0
    assert vkeys(sealed) == before


def test_keys_of_another_file_do_not_take_over_by_themselves(sealed: Run, tmp_path: Path) -> None:
    again = sealed("log-key", "new", "--log-key-file", str(tmp_path / "other.keys"), actor="admin")

    assert again.code == 2
    assert "log-key rotate" in again.err
    assert not (tmp_path / "other.keys").exists()


def test_sealing_tells_what_it_sealed_and_then_that_nothing_is_new(sealed: Run) -> None:
    first = sealed("seal", "--json").json
    again = sealed("seal", "--json").json

    assert first["sealed"] == first["size"] > 2
    assert (first["checkpoint"], again["checkpoint"]) == (1, 1)
    assert (again["sealed"], again["root"]) == (0, first["root"])
    assert "sealed" in sealed("seal").out or "Nothing new" in sealed("seal").out


def test_the_unsealed_window_is_told(sealed: Run) -> None:
    before = sealed("seal", "--status", "--json").json
    sealed("seal")
    after = sealed("seal", "--status", "--json").json

    assert (before["checkpoint"], before["size"], before["unsealed"]["facts"] > 2) == (0, 0, True)
    assert (after["checkpoint"], after["unsealed"]) == (1, {"facts": 0, "seconds": 0})
    assert "0 facts unsealed" in sealed("seal", "--status").out


def test_sealing_without_keys_says_how_they_are_made(run_on_copy: Run, keys: Path) -> None:
    ran = run_on_copy("seal")

    assert ran.code == 3
    assert "log-key new" in ran.err


def test_a_receipt_is_verified_offline(sealed: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sealed("seal")
    file = tmp_path / "fact.tlog-proof"
    key = vkeys(sealed)[0]

    assert sealed("receipt", "3", "-o", str(file)).code == 0
    assert verify_offline([str(file), "--key", key]) == 0
    assert "the fact at position 3 is in it" in capsys.readouterr().out
    assert sealed("receipt", "3").out == file.read_text()
    assert sealed("receipt", "3", "--json").json["receipt"] == file.read_text()


def test_a_fact_that_is_not_sealed_yet_has_no_receipt(sealed: Run) -> None:
    ran = sealed("receipt", "3")

    assert (ran.code, ran.out) == (1, "")
    assert "not sealed yet" in ran.err


def test_a_position_without_a_fact_is_wrong_usage(sealed: Run) -> None:
    assert sealed("receipt", "99999").code == 2
    assert sealed("receipt", "0").code == 2


def test_one_key_takes_over_from_another(sealed: Run, tmp_path: Path) -> None:
    folder = tmp_path / "log"
    sealed("seal")
    rotated = sealed("log-key", "rotate", "--json", actor="admin").json
    sealed("seal", "--publish", str(folder))
    old, _, new = vkeys(sealed)
    both = parse_note((folder / "checkpoint").read_bytes())

    assert rotated["keys"] == [new]
    assert {VerifierKey.parse(key).key_id for key in (old, new)} <= {line.key_id for line in both.signatures}
    assert sealed("log-key", "retire", VerifierKey.parse(old).key_id.hex(), actor="admin").code == 0
    sealed("seal", "--publish", str(folder))
    alone = (folder / "checkpoint").read_bytes()
    assert VerifierKey.parse(old).key_id not in {line.key_id for line in parse_note(alone).signatures}
    assert open_checkpoint(alone, [VerifierKey.parse(new)])


def test_the_last_key_is_not_retired(sealed: Run, keys: Path) -> None:
    (log, _) = vkeys(sealed)

    refused = sealed("log-key", "retire", VerifierKey.parse(log).key_id.hex(), actor="admin")

    assert refused.code == 1
    assert "last_log_key" in refused.out
    assert len(keys.read_text().splitlines()) == 2


def test_an_answer_that_waits_for_the_seal_carries_its_receipt(
    sealed: Run, world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = tmp_path / "lines"
    given = [
        world.time("w1", "2026-01-12T15:00:00Z", "2026-01-12T15:05:00Z"),
        world.line("no_such_command", {}, key="w2"),
    ]
    lines.write_text("\n".join([*given, given[0]]))

    answers = [json.loads(line) for line in sealed("submit", str(lines), "--wait", "sealed").out.splitlines()]

    assert [answer["outcome"] for answer in answers] == ["accepted", "refused", "unchanged"]
    (receipt,) = answers[0]["receipts"]
    assert (answers[1]["receipts"], answers[2]["receipts"]) == ([], [receipt])
    (tmp_path / "receipt").write_text(receipt)
    assert verify_offline([str(tmp_path / "receipt"), "--key", vkeys(sealed)[0]]) == 0
    assert f"position {answers[0]['positions'][0]} is in it" in capsys.readouterr().out


def test_an_answer_that_waits_for_nothing_has_no_receipt(sealed: Run, world: World, tmp_path: Path) -> None:
    (tmp_path / "lines").write_text(world.time("w1", "2026-01-12T15:00:00Z", "2026-01-12T15:05:00Z"))

    assert "receipts" not in json.loads(sealed("submit", str(tmp_path / "lines")).out)


@pytest.mark.slow
def test_a_sealer_that_watches_seals_what_others_record_and_who_waits_gets_the_receipt(
    sealed: Run, world: World, keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = {**world.environment(), "CCM_LEDGER_LOG_KEY_FILE": str(keys)}
    words = ["seal", "--watch", "1", "--json", "--publish", str(tmp_path / "log")]
    with subprocess.Popen(
        [sys.executable, "-m", "interfaces.cli.main", *words], env=environment, stdout=subprocess.PIPE, text=True
    ) as watching:
        assert watching.stdout is not None
        first = json.loads(watching.stdout.readline())
        # Who records has no key of the log, and waits for the one who watches.
        monkeypatch.setenv("CCM_LEDGER_LOG_KEY_FILE", str(tmp_path / "none"))
        (tmp_path / "lines").write_text(world.time("w1", "2026-01-12T15:00:00Z", "2026-01-12T15:05:00Z"))
        answer = json.loads(sealed("submit", str(tmp_path / "lines"), "--wait", "sealed").out)
        second = json.loads(watching.stdout.readline())
        watching.terminate()

    assert first["size"] < second["size"] == answer["positions"][0]
    assert len(answer["receipts"]) == 1
    assert (tmp_path / "log" / "checkpoint").read_bytes().decode() in answer["receipts"][0]


def test_a_log_whose_keys_are_lost_goes_on_with_others(sealed: Run, keys: Path, tmp_path: Path) -> None:
    assert sealed("seal").code == 0
    lost = vkeys(sealed)
    keys.unlink()
    assert "rotate --lost" in sealed("log-key", "new", actor="admin").err
    assert "rotate --lost" in sealed("log-key", "rotate", actor="admin").err

    assert sealed("log-key", "rotate", "--lost", actor="admin").code == 0

    shown = sealed("log-key", "show", "--json").json["keys"]
    assert [key["reason"] for key in shown] == ["lost", "lost", None, None]
    assert [key["vkey"] for key in shown[:2]] == lost
    assert sealed("seal", "--json").json["checkpoint"] == 2
    # No key that was there before vouches for the new one: whoever checks must have been given both.
    assert sealed("verify", "--log", "--json").json["log"]["names"] == ["unknown_key"]
    both = [shown[0]["vkey"], shown[2]["vkey"]]
    assert sealed("verify", "--log", "--key", both[0], "--key", both[1]).code == 0


def test_only_the_key_that_is_missing_is_drawn_again(sealed: Run, keys: Path) -> None:
    log, _ = vkeys(sealed)
    keys.write_text(keys.read_text().splitlines(keepends=True)[0])

    assert sealed("log-key", "rotate", "--lost", actor="admin").code == 0

    shown = sealed("log-key", "show", "--json").json["keys"]
    assert [(key["kind"], key["reason"]) for key in shown] == [("log", None), ("clock", "lost"), ("clock", None)]
    assert shown[0]["vkey"] == log
    assert sealed("seal").code == 0


def test_keys_that_are_there_are_not_given_up(sealed: Run, keys: Path) -> None:
    before = vkeys(sealed)

    ran = sealed("log-key", "rotate", "--lost", actor="admin")

    assert ran.code == 2
    assert "holds every key" in ran.err
    assert vkeys(sealed) == before


def test_lost_keys_are_given_up_by_an_administrator_alone(sealed: Run, keys: Path) -> None:
    before = vkeys(sealed)
    keys.unlink()

    assert sealed("log-key", "rotate", "--lost").code == 1
    assert vkeys(sealed) == before


@in_a_folder
@pytest.mark.parametrize("of", [Path(), Path("log"), Path("..")])
def test_nothing_is_published_into_or_around_the_ledger_s_own_folder(sealed: Run, world: World, of: Path) -> None:
    before = sorted(world.folder.iterdir())

    ran = sealed("seal", "--publish", str(world.folder / of))

    assert (ran.code, "others may read that folder" in ran.err) == (2, True)
    assert sorted(world.folder.iterdir()) == before


@in_a_folder
def test_an_older_state_that_was_put_back_is_not_signed_behind_what_was_published(
    sealed: Run, world: World, tmp_path: Path
) -> None:
    folder = tmp_path / "published"
    shutil.copytree(world.folder, tmp_path / "older")
    assert sealed("month", world.ids["patient"], "2026-01").code == 0
    assert sealed("seal", "--publish", str(folder)).code == 0
    shutil.rmtree(world.folder)
    shutil.copytree(tmp_path / "older", world.folder)

    behind = sealed("seal", "--publish", str(folder))
    assert sealed("month", world.ids["patient"], "2026-02").code == 0
    instead = sealed("seal", "--publish", str(folder))

    assert (behind.code, instead.code) == (3, 3)
    assert "it was put back. Nothing was signed." in behind.err
    assert "does not lead to what the folder shows" in instead.err
    assert "Nothing is sealed yet" in sealed("verify", "--log").out


@in_a_folder
def test_a_restored_archive_goes_on_with_the_folder_of_its_log(sealed: Run, world: World, tmp_path: Path) -> None:
    folder, archive = tmp_path / "published", tmp_path / "kept.archive"
    assert sealed("seal", "--publish", str(folder)).code == 0
    assert sealed("archive", "export", str(archive)).code == 0
    shutil.rmtree(world.folder)
    assert sealed("archive", "import", str(archive)).code == 0

    assert sealed("seal", "--publish", str(folder)).code == 0
    assert sealed("verify", "--log", "--tiles", str(folder)).code == 0
