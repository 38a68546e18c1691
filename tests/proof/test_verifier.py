"""The offline verifier as a program: what it says of each kind of file, and that it runs in Python alone."""

import json
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from interfaces.verifier_file import NAME, verifier_file
from ledger.proof.__main__ import main
from ledger.proof.checkpoint import Checkpoint, Consistency, TlogProof
from ledger.proof.leaf import Prefix, encode_prefix, encode_tail, leaf_hash
from tests.proof.bills import LEDGER, bill, written
from tests.proof.reference import consistency_path, inclusion_path, root
from tests.proof.signing import CLOCK, LOG, WITNESS, Signer, note

KEY = ("--key", LOG.key().render())
HEADERS = [
    encode_prefix(Prefix(LEDGER, "care_time_logged", 1, "record", bytes(32), bytes(32), ()))
    + encode_tail(index, 1_000_000, [(bytes(32), index + 1)])
    for index in range(7)
]
LEAVES = [leaf_hash(header, b"") for header in HEADERS]


def checkpoint(size: int, leaves: list[bytes] = LEAVES, origin: str = LOG.name) -> bytes:
    text = Checkpoint(origin, size, root(leaves[:size])).text()
    return note(text, LOG.signs(text), CLOCK.cosigns(text, 1_800_000_000))


def receipt(index: int, header: bytes) -> bytes:
    return TlogProof(index, tuple(inclusion_path(index, LEAVES)), checkpoint(7), header).render()


def continued(leaves: list[bytes] = LEAVES) -> bytes:
    return Consistency(4, tuple(consistency_path(4, leaves)), checkpoint(7, leaves)).render()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "receipt.tlog-proof").write_bytes(receipt(4, HEADERS[4]))
    (tmp_path / "kept.note").write_bytes(checkpoint(4))
    (tmp_path / "since.consistency").write_bytes(continued())
    (tmp_path / "claim.bill.json").write_bytes(written(bill()))
    return tmp_path


def say(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    code = main([str(one) for one in arguments])
    return code, capsys.readouterr().out


def test_a_receipt_says_which_fact_is_in_which_checkpoint(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = say(capsys, folder / "receipt.tlog-proof", *KEY)

    assert (code, said.splitlines()) == (
        0,
        [
            "receipt.tlog-proof: proven",
            f"  ccm-ledger/{LEDGER} signed a checkpoint of 7 facts",
            "  the fact at position 5 is in it",
        ],
    )


def test_a_receipt_with_the_header_of_another_fact_is_not_proven(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "receipt.tlog-proof").write_bytes(receipt(4, HEADERS[3]))

    assert say(capsys, folder / "receipt.tlog-proof", *KEY) == (
        3,
        "receipt.tlog-proof: not proven: the path does not lead from this fact to the root of the checkpoint\n",
    )


def test_a_receipt_without_its_header_is_not_proven(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tuple(inclusion_path(4, LEAVES))
    (folder / "receipt.tlog-proof").write_bytes(TlogProof(4, path, checkpoint(7)).render())

    assert say(capsys, folder / "receipt.tlog-proof", *KEY)[0] == 3


def test_a_fact_of_another_ledger_that_was_moved_into_this_log_is_not_proven(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    strange = HEADERS[0].replace(LEDGER.encode(), b"lg_" + b"z" * 26)
    moved = checkpoint(1, [leaf_hash(strange, b"")])
    (folder / "receipt.tlog-proof").write_bytes(TlogProof(0, (), moved, strange).render())

    code, said = say(capsys, folder / "receipt.tlog-proof", *KEY)

    assert code == 3
    assert "of another ledger or position" in said


def test_a_later_checkpoint_is_proven_to_continue_the_kept_one(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = say(capsys, folder / "since.consistency", "--from", folder / "kept.note", *KEY)

    assert code == 0
    assert "it continues the checkpoint that you kept: nothing was taken out" in said


@pytest.mark.parametrize("place", range(4))
def test_a_history_that_was_rewritten_does_not_continue_the_kept_checkpoint(
    folder: Path, capsys: pytest.CaptureFixture[str], place: int
) -> None:
    rewritten = [*LEAVES[:place], bytes(32), *LEAVES[place + 1 :]]
    (folder / "since.consistency").write_bytes(continued(rewritten))

    code, said = say(capsys, folder / "since.consistency", "--from", folder / "kept.note", *KEY)

    assert code == 3
    assert "history was rewritten or rolled back" in said


def test_a_proof_from_another_checkpoint_than_the_kept_one_is_not_taken(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "kept.note").write_bytes(checkpoint(3))

    code, said = say(capsys, folder / "since.consistency", "--from", folder / "kept.note", *KEY)

    assert code == 3
    assert "starts from another checkpoint" in said


def test_a_checkpoint_of_another_log_does_not_continue_the_kept_one(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = Signer("ccm-ledger/lg_zzzzzzzzzzzzzzzzzzzzzzzzzz", 5)
    text = Checkpoint(other.name, 4, root(LEAVES[:4])).text()
    (folder / "kept.note").write_bytes(note(text, other.signs(text)))

    code, said = say(
        capsys, folder / "since.consistency", "--from", folder / "kept.note", *KEY, "--key", other.key().render()
    )

    assert code == 3
    assert "starts from another checkpoint" in said


def test_a_proof_of_consistency_without_the_kept_checkpoint_proves_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert say(capsys, folder / "since.consistency", *KEY)[0] == 3


def test_a_checkpoint_alone_is_verified_by_its_signatures(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = say(capsys, folder / "kept.note", *KEY, "--key", CLOCK.key(4).render())

    assert code == 0
    assert f"ccm-ledger/{LEDGER}/clock saw it at 2027-01-15 08:00:00Z" in said
    assert say(capsys, folder / "kept.note", "--key", WITNESS.key().render())[0] == 3


def test_a_bill_is_verified_by_the_keys_in_it_and_the_answer_says_so(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = say(capsys, folder / "claim.bill.json")

    assert code == 0
    assert "  but: all this by the keys in the file itself; name the log's own with --key\n" in said


def test_the_answer_is_there_in_json_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = say(capsys, folder / "claim.bill.json", "--json", *KEY)
    answer = json.loads(said)

    assert (code, answer["verdict"], answer["because"]) == (0, "proven", None)
    assert "8 facts are in it, unchanged since" in answer["proven"]

    (folder / "claim.bill.json").write_bytes(b"{}")
    code, said = say(capsys, folder / "claim.bill.json", "--json", *KEY)
    assert (code, json.loads(said)["verdict"]) == (3, "not proven")


@pytest.mark.parametrize(
    "arguments", [["missing.note", *KEY], ["kept.note"], ["kept.note", "--key", "no key"], ["kept.note", "--no"], []]
)
def test_what_is_not_asked_rightly_is_no_verdict(
    folder: Path, arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)

    with pytest.raises(SystemExit) as stopped:
        main(arguments)

    assert stopped.value.code == 2
    assert capsys.readouterr().out == ""


# --- as one file, in a Python that has nothing else -------------------------------------------------------------------


def bare(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The verifier in an interpreter without site packages, environment or this project on its path."""
    return subprocess.run(
        [sys.executable, "-S", "-I", NAME, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def test_the_verifier_file_has_the_same_bytes_every_time_and_holds_the_proof_room_alone(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(verifier_file())

    with zipfile.ZipFile(tmp_path / NAME) as archive:
        names = archive.namelist()
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert verifier_file() == (tmp_path / NAME).read_bytes()
    assert names == sorted(names)
    assert {name.rpartition("/")[0] for name in names} == {"", "ledger", "ledger/proof"}
    assert "ledger/proof/__main__.py" in names


@pytest.mark.slow
def test_the_verifier_file_runs_in_bare_python(folder: Path) -> None:
    (folder / NAME).write_bytes(verifier_file())

    assert bare(folder, "receipt.tlog-proof", *KEY).stdout.startswith("receipt.tlog-proof: proven\n")
    assert bare(folder, "since.consistency", "--from", "kept.note", *KEY).returncode == 0
    assert bare(folder, "kept.note").returncode == 2

    (folder / "claim.bill.json").write_bytes(written(bill()).replace(b"1260", b"1261"))
    spoilt = bare(folder, "claim.bill.json")
    assert (spoilt.returncode, spoilt.stderr) == (3, "")
    assert "what is disclosed of the fact at position 3 is not what its header commits to" in spoilt.stdout


@pytest.mark.slow
def test_a_bill_is_verified_in_bare_python_in_under_two_seconds(folder: Path) -> None:
    (folder / NAME).write_bytes(verifier_file())

    before = time.monotonic()
    answer = bare(folder, "claim.bill.json", *KEY)

    assert (answer.returncode, answer.stderr) == (0, "")
    assert time.monotonic() - before < 2
