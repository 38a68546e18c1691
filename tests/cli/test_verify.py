"""`verify` at the command line: what is found has its name, in words and in JSON, and ends with 3."""

import json
import sqlite3
from pathlib import Path

import pytest

from ledger.proof.note import NOTE_KEY, VerifierKey
from tests.cli.conftest import Run, World, in_a_folder
from tests.store.tampering import edit, tamper
from tests.verifying.forging import history


@pytest.fixture
def log_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "log.key"
    monkeypatch.setenv("CCM_LEDGER_LOG_KEY_FILE", str(file))
    return file


@pytest.fixture
def note(run_on_copy: Run, log_keys: Path, tmp_path: Path) -> Path:
    """The note of a sealed ledger, kept elsewhere."""
    assert run_on_copy("log-key", "new", actor="admin").code == 0
    assert run_on_copy("seal", "--publish", str(tmp_path / "published")).code == 0
    return tmp_path / "published" / "checkpoint"


def test_the_log_of_a_ledger_that_was_never_sealed_says_so(run: Run) -> None:
    ran = run("verify", "--log")

    assert ran.code == 0
    assert "Nothing is sealed yet: `ccm-ledger seal` signs what was recorded." in ran.out


def test_a_sealed_log_is_whole_with_everything_that_was_kept(run_on_copy: Run, note: Path, tmp_path: Path) -> None:
    archive = tmp_path / "kept.archive"
    assert run_on_copy("archive", "export", str(archive)).code == 0
    kept = ("--checkpoint", str(note), "--tiles", str(note.parent), "--archive", str(archive))
    ran = run_on_copy("verify", "--log", *kept)

    assert ran.code == 0
    assert "Every leaf, every tile and every checkpoint agrees, the ledger's own and what was kept." in ran.out
    assert "A history rewritten whole" not in ran.out


def test_verify_without_a_choice_looks_at_everything(run_on_copy: Run, note: Path) -> None:
    answer = run_on_copy("verify", "--json").json

    assert (answer["is_sound"], answer["names"], answer["read_models_differ"]) == (True, [], [])
    assert answer["log"]["sealed"] == answer["facts"]
    assert len(answer["projections"]["root"]) == 64


def test_facts_that_no_checkpoint_covers_are_told_and_are_no_damage(run_on_copy: Run, note: Path, world: World) -> None:
    assert run_on_copy("month", world.ids["patient"], "2026-01").code == 0
    ran = run_on_copy("verify", "--log")

    assert ran.code == 0
    assert "unsealed: 1 fact since " in ran.out


def test_a_fact_that_was_taken_out_is_named_deleted(run_on_copy: Run, note: Path, world: World) -> None:
    tamper(world.place, history(lambda pages: pages.pop(20)))
    ran = run_on_copy("verify", "--log")

    assert ran.code == 3
    assert "  deleted at position 21: The ledger's own tiles say otherwise: the fact is gone. (log_differs)" in ran.out
    assert "deleted" in run_on_copy("verify", "--log", "--json").json["names"]


def test_a_log_signed_anew_is_named_rewritten_by_the_kept_note(run_on_copy: Run, note: Path, world: World) -> None:
    wipe = [f"DELETE FROM {table}" for table in ("log_cosignatures", "log_checkpoints", "log_tiles")]
    tamper(world.place, history(lambda pages: pages.pop(20)), *wipe)
    assert run_on_copy("seal").code == 0

    assert run_on_copy("verify", "--log").code == 0
    ran = run_on_copy("verify", "--log", "--tiles", str(note.parent), "--json")
    assert (ran.code, ran.json["names"]) == (3, ["deleted", "rewritten"])


def test_only_what_follows_a_kept_note_is_looked_at(run_on_copy: Run, note: Path) -> None:
    assert run_on_copy("verify", "--since", str(note), "--log", "--json").json["is_sound"] is True


def test_a_receipt_is_a_kept_checkpoint_as_well(run_on_copy: Run, note: Path, tmp_path: Path) -> None:
    receipt = tmp_path / "receipt"
    assert run_on_copy("receipt", "3", "-o", str(receipt)).code == 0

    assert run_on_copy("verify", "--log", "--checkpoint", str(receipt), "--json").json["log"]["checkpoints"] == 2


def test_a_key_that_somebody_else_holds_is_not_believed(run_on_copy: Run, note: Path) -> None:
    keys = json.loads(run_on_copy("log-key", "show", "--json", actor="admin").out)["keys"]
    (own,) = [key["vkey"] for key in keys if key["kind"] == "log"]

    assert run_on_copy("verify", "--log", "--key", own).code == 0
    name = own.split("+")[0]
    stranger = VerifierKey(name, NOTE_KEY, bytes(range(32))).render()
    ran = run_on_copy("verify", "--log", "--key", stranger, "--json")
    assert (ran.code, ran.json["names"]) == (3, ["unknown_key"])


def test_keys_of_another_log_are_not_passed_over_in_silence(run_on_copy: Run, note: Path) -> None:
    keys = json.loads(run_on_copy("log-key", "show", "--json", actor="admin").out)["keys"]
    (clock,) = [key["vkey"] for key in keys if key["kind"] == "clock"]
    foreign = VerifierKey("ccm-ledger/lg_another", NOTE_KEY, bytes(range(32))).render()

    for key in (foreign, clock):
        ran = run_on_copy("verify", "--log", "--key", key)
        assert (ran.code, ran.out) == (2, "")
        assert "None of the keys named with --key is one of this ledger's log." in ran.err


@pytest.mark.parametrize("option", ["--checkpoint", "--since"])
@pytest.mark.parametrize(
    "content", [b"", b"\xff\x00", b"{}", b"a\nb\n\n\xe2\x80\x94 c AAAAAAAA\n", b"c2sp.org/tlog-proof@v1\n"]
)
def test_a_file_that_is_no_checkpoint_says_nothing_of_the_ledger(
    run: Run, tmp_path: Path, option: str, content: bytes
) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    ran = run("verify", "--log", option, str(file))

    assert (ran.code, ran.out) == (2, "")
    assert "is no signed checkpoint" in ran.err


def test_a_file_that_is_no_archive_says_nothing_of_the_ledger(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"no archive")
    ran = run("verify", "--log", "--archive", str(file))

    assert (ran.code, ran.out) == (2, "")
    assert "The file is no archive of a ledger." in ran.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--checkpoint", "nowhere"), "Kept note 1 cannot be read"),
        (("--key", "mangled"), "Key 1 cannot be read"),
        (("--tiles", "nowhere"), "There is no such folder of tiles."),
        (("--archive", "nowhere"), "There is no such archive."),
    ],
)
def test_evidence_that_is_not_there_is_wrong_usage(run: Run, words: tuple[str, ...], said: str) -> None:
    ran = run("verify", *words)

    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert "nowhere" not in ran.err


@in_a_folder
def test_a_read_model_that_drifted_is_named(run_on_copy: Run, world: World) -> None:
    run_on_copy("months", "2026-01")
    with sqlite3.connect(world.folder / "projections.db") as models:
        models.execute("UPDATE month_billing SET minutes = 500")
    models.close()
    ran = run_on_copy("verify", "--projections")

    assert ran.code == 3
    assert "projection_drift: read models that differ from the facts: month_billing." in ran.out
    assert run_on_copy("verify", "--projections", "--json").json["names"] == ["projection_drift"]


def test_two_rebuilds_have_one_state_root(run_on_copy: Run) -> None:
    first = run_on_copy("verify", "--projections", "--json").json["projections"]
    assert run_on_copy("rebuild").code == 0
    second = run_on_copy("verify", "--projections", "--json").json["projections"]

    assert first["root"] == second["root"]
    assert first["version"].startswith("month_billing@")


@in_a_folder
def test_a_ledger_out_of_an_archive_is_unsealed_and_not_rolled_back(
    run_on_copy: Run, note: Path, tmp_path: Path
) -> None:
    archive, copy = tmp_path / "kept.archive", tmp_path / "imported"
    assert run_on_copy("archive", "export", str(archive)).code == 0
    assert run_on_copy("archive", "import", str(archive), "--ledger", str(copy)).code == 0
    at = ("--ledger", str(copy), "--checkpoint", str(note))

    ran = run_on_copy("verify", "--log", *at)
    answer = run_on_copy("verify", "--log", *at, "--json").json

    assert ran.code == 0, ran.out
    assert "Nothing is sealed yet: `ccm-ledger seal` signs what was recorded." in ran.out
    assert "Every leaf agrees with the checkpoints that were kept." in ran.out
    assert "unsealed: " in ran.out
    assert (answer["names"], answer["log"]["sealed"], answer["log"]["unsealed"]) == ([], 0, answer["facts"])


def test_an_unsealed_ledger_that_is_not_the_one_that_was_sealed_is_named_all_the_same(
    run_on_copy: Run, note: Path, world: World
) -> None:
    wipe = [f"DELETE FROM {table}" for table in ("log_cosignatures", "log_checkpoints", "log_tiles")]
    tamper(world.place, history(lambda pages: pages.pop(20)), *wipe)

    answer = run_on_copy("verify", "--log", "--checkpoint", str(note), "--json").json

    assert answer["names"] == ["rolled_back"]


def test_a_fact_of_a_hold_that_cannot_be_read_keeps_no_verifier_out(run_on_copy: Run, world: World) -> None:
    said = {"patient": world.ids["patient"], "matter": "UPIC-7", "reason": "As asked."}
    line = world.line("place_hold", said, key="hold", actor={"id": world.ids["cora"]}, clock="2026-09-01T15:00:00Z")
    placed = world.process("submit", "-", "--json", given=line.encode())
    assert placed.code == 0, placed
    position = json.loads(placed.out.splitlines()[0])["positions"][0]
    tamper(world.place, edit("state", position, lambda state: state.replace(b'"matter"', b'"mutter"')))

    other = run_on_copy("month", world.ids["patient"], "2026-01")
    found = run_on_copy("verify", "--json")

    assert (other.code, "cannot be read" in other.err) == (3, True), other
    assert found.code == 3
    assert position in {each["position"] for each in found.json["findings"]}
    assert "edited" in found.json["names"]
