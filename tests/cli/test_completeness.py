"""Maps of completeness on the command line: made every night, and a packet that proves one patient's facts are all."""

import json
from pathlib import Path

import pytest

from ledger.proof.__main__ import main as verify_offline
from tests.cli.conftest import Run, World


def test_the_map_of_now_is_put_on_record(sealed: Run) -> None:
    made = sealed("completeness", "map", "--json").json

    assert made["is_new"]
    assert made["position"] == made["up_to"] + 1
    assert made["entries"] == 2, "the patient and a month of theirs"


def test_a_map_that_nothing_came_behind_is_not_made_again(sealed: Run) -> None:
    first = sealed("completeness", "map", "--json").json
    again = sealed("completeness", "map", "--json").json

    assert again == {**first, "is_new": False}
    assert "on record already" in sealed("completeness", "map").out


def test_a_packet_proves_offline_how_many_facts_there_are_and_that_none_is_withheld(
    sealed: Run, world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "complete.json"

    made = sealed("completeness", "prove", world.ids["patient"], "-o", str(file), "--json", actor="admin").json
    code = verify_offline([str(file), "--json"])

    report = json.loads(capsys.readouterr().out)
    assert (code, report["because"]) == (0, None)
    records = next(line for line in report["proven"] if "record facts of the patient" in line)
    assert "all are in the file, and 0 after them" in records
    assert made["facts"] > 1
    assert made["behind"] == 1, "the map's own fact"


def test_a_packet_holds_headers_and_no_content(sealed: Run, world: World, tmp_path: Path) -> None:
    file = tmp_path / "complete.json"

    sealed("completeness", "prove", world.ids["patient"], "-o", str(file), actor="admin")

    whole = json.loads(file.read_text())
    at = whole["completeness"][0]["map"]
    assert whole["claim"] is None
    assert {fact["position"] for fact in whole["facts"] if fact["clear"] is not None} == {at}
    assert not any(fact["envelope"] or any(fact["parts"]) for fact in whole["facts"])


def test_a_packet_of_one_month_and_class_counts_that_alone(
    sealed: Run, world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "complete.json"

    ran = sealed(
        *("completeness", "prove", world.ids["patient"], "--month", "2026-02", "--class", "access"),
        *("-o", str(file)),
        actor="admin",
    )

    assert ran.code == 0
    assert verify_offline([str(file)]) == 0
    assert "has 0 access facts of the patient in 2026-02" in capsys.readouterr().out


def test_a_packet_from_which_a_fact_was_taken_is_refused_by_the_verifier(
    sealed: Run, world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "complete.json"
    sealed("completeness", "prove", world.ids["patient"], "-o", str(file), actor="admin")
    whole = json.loads(file.read_text())
    withheld = next(fact for fact in whole["facts"] if fact["tags"])
    whole["facts"].remove(withheld)
    file.write_text(json.dumps(whole))

    assert verify_offline([str(file)]) == 3
    assert "or others than those in the file" in capsys.readouterr().out


def test_the_read_of_a_packet_is_in_the_packet(sealed: Run, world: World, tmp_path: Path) -> None:
    one, two = tmp_path / "one.json", tmp_path / "two.json"
    patient = world.ids["patient"]

    first = sealed("completeness", "prove", patient, "--class", "access", "-o", str(one), "--json", actor="admin").json
    then = sealed("completeness", "prove", patient, "--class", "access", "-o", str(two), "--json", actor="admin").json

    assert then["facts"] == first["facts"] + 1


def test_without_the_keys_of_the_log_what_is_sealed_is_proven(
    sealed: Run, world: World, tmp_path: Path, keys: Path
) -> None:
    prove = ("completeness", "prove", world.ids["patient"], "-o", str(tmp_path / "complete.json"))
    kept = keys.read_text()
    keys.unlink()

    before = sealed(*prove, actor="admin")
    keys.write_text(kept)
    keys.chmod(0o600)
    sealed("completeness", "map")
    sealed("seal")
    keys.unlink()
    after = sealed(*prove, actor="admin")

    assert (before.code, after.code) == (2, 0)
    assert "ccm-ledger completeness map" in before.err


def test_a_patient_whom_nobody_knows_is_proven_by_nothing(sealed: Run, tmp_path: Path) -> None:
    unknown = "pt_" + "z" * 26

    ran = sealed("completeness", "prove", unknown, "-o", str(tmp_path / "complete.json"), actor="admin")

    assert ran.code == 1
    assert "no_such_patient" in ran.err
