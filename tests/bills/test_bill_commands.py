"""`bill` and `verify-bill` on the command line: a claim leaves the ledger with its proofs, and is judged without it."""

import json
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from interfaces.cli.main import main
from interfaces.system import SimulatedClock, SystemIds
from ledger.store.checkpoints.proving import Prover
from ledger.store.connection import Ledger, open_ledger
from ledger.streams.base import Envelope, Proposal, Vouched
from ledger.streams.consent import ConsentRecorded
from ledger.terms.identity import accessed_tag, patient_tag
from tests.bills.forging import OWN_SEED, SignedLog
from tests.bills.test_complete_bills import mapped
from tests.checkpoints.keys import adoption, log_key, sealer, signers
from tests.cli.conftest import Ran, World
from tests.house import KEY
from tests.store.tampering import edit, tamper

LATER = datetime.fromisoformat("2026-09-01T12:00:00Z")
UNKNOWN = "cl_aaaaaaaaaaaaaaaaaaaaaaaaaa"
NAMES = ("Poe", "mrn-1", "Went through the pill box")
Run = Callable[..., Ran]


def opened(world: World) -> Ledger:
    return open_ledger(world.place, master_key=KEY, clock=SimulatedClock(LATER), ids=SystemIds())


def seal(log: Ledger) -> str:
    """Adopt the keys of the log, put a map of completeness on record and seal; the key as notes name it."""
    envelope = Envelope(authenticated_as="os:tester", actor="program", vouched=Vouched.PROGRAM, command="adopt_log_key")
    log.append([Proposal(tuple(map(adoption, signers(log))), envelope, (), clock=LATER)])
    log.refresh()
    mapped(log, LATER)
    sealer(log).seal()
    return log_key(log).verifier.render()


@pytest.fixture
def copy(world: World, tmp_path: Path) -> World:
    shutil.copytree(world.folder, tmp_path / "ledger")
    return replace(world, place=tmp_path / "ledger")


@pytest.fixture
def key(copy: World) -> str:
    """The ledger is sealed; its key."""
    with opened(copy) as log:
        return seal(log)


@pytest.fixture
def run(copy: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("CCM_LEDGER", str(copy.place))
    monkeypatch.setenv("CCM_LEDGER_KEY_FILE", str(copy.key_file))

    def ran(*words: str, actor: str = "bill") -> Ran:
        given = () if words[0] == "verify-bill" else ("--as", copy.ids[actor])
        code = main([*words, *given])
        shown = capsys.readouterr()
        return Ran(code, shown.out, shown.err)

    return ran


@pytest.fixture
def file(run: Run, copy: World, key: str, tmp_path: Path) -> Path:
    """The bill of January, with what July brought into the patient's record: another programme."""
    made = run("bill", copy.ids["january"], "--since", "--out", str(tmp_path / "bill.json"))
    assert made.code == 0, made.err
    return tmp_path / "bill.json"


def reads_of(world: World) -> list[tuple[str, bool]]:
    """(question, whether words were opened) of each read of the patient."""
    with opened(world) as log:
        log.refresh()
        events: list[Any] = [fact.event for fact in log.read(accessed_tag(world.ids["patient"]))]
    return [(event.question, event.opened_words) for event in events]


def altered(file: Path, *path: str | int, value: Any) -> Path:
    """A copy of a bill in which one place says something else."""
    whole = json.loads(file.read_text())
    at = whole
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    other = file.with_name("altered.json")
    other.write_text(json.dumps(whole))
    return other


def fact_of(file: Path, topic: str) -> int:
    """Which fact of a bill is the first one whose clear part holds a word."""
    facts = json.loads(file.read_text())["facts"]
    return next(number for number, fact in enumerate(facts) if fact["clear"] and topic in fact["clear"])


def offline(file: Path, *words: str) -> Ran:
    """The verifier that lies beside the bill, in a Python that has nothing installed."""
    command = [sys.executable, "-I", "-S", str(file.with_name("ccm-verify.pyz")), str(file), *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return Ran(done.returncode, done.stdout, done.stderr)


# --- making one -------------------------------------------------------------------------------------------------------


def test_a_bill_is_a_new_file_for_its_owner_alone_and_says_what_it_supports(
    run: Run, copy: World, key: str, tmp_path: Path
) -> None:
    made = run("bill", copy.ids["january"], "--since", "--out", str(tmp_path / "bill.json"))

    assert made.code == 0
    assert stat.S_IMODE((tmp_path / "bill.json").stat().st_mode) == 0o600
    assert "supports 99490 x1, 99439 x1." in made.out
    assert "It names nobody" in made.out
    assert key in json.loads((tmp_path / "bill.json").read_text())["keys"]


def test_the_offline_verifier_lies_beside_the_bill_and_proves_it(file: Path, key: str) -> None:
    proof = offline(file, "--key", key)

    assert (proof.code, proof.err) == (0, "")
    assert proof.out.startswith("bill.json: proven")


def test_another_file_of_the_verifiers_name_is_left_alone_and_told(
    run: Run, copy: World, key: str, tmp_path: Path
) -> None:
    (tmp_path / "ccm-verify.pyz").write_text("mine")

    made = run("bill", copy.ids["january"], "--out", str(tmp_path / "bill.json"))

    assert (made.code, (tmp_path / "ccm-verify.pyz").read_text()) == (0, "mine")
    assert "it is not ours" in made.err


def test_facts_that_are_not_those_that_were_sealed_leave_in_no_bill(
    run: Run, copy: World, key: str, tmp_path: Path
) -> None:
    tamper(copy.place, edit("state", 45, lambda state: state.replace(b'"seconds":990', b'"seconds":999')))

    made = run("bill", copy.ids["january"], "--out", str(tmp_path / "bill.json"))

    assert (made.code, (tmp_path / "bill.json").exists()) == (3, False)
    assert "The bill would not prove itself" in made.err


def test_a_bill_is_recorded_as_a_read_and_opened_words_are_told(
    run: Run, copy: World, key: str, tmp_path: Path
) -> None:
    before = len(reads_of(copy))
    run("bill", copy.ids["january"], "--out", str(tmp_path / "closed.json"))
    run("bill", copy.ids["january"], "--out", str(tmp_path / "open.json"), "--words")

    assert reads_of(copy)[before:] == [("export", False), ("export", True)]


def test_a_bill_of_a_month_whose_consent_was_found_void_since_is_not_called_supported(
    run: Run, copy: World, tmp_path: Path
) -> None:
    with opened(copy) as log:
        consents = (fact.event for fact in log.read(patient_tag(copy.ids["patient"])))
        consent = next(event.consent for event in consents if isinstance(event, ConsentRecorded))
    void = {
        "patient": copy.ids["patient"],
        "consent": consent,
        "reason": "forged",
        "evidence": "Signed by a neighbour.",
    }
    line = {"v": 1, "key": "void", "command": "invalidate_consent", "clock": "2026-08-20T12:00:00Z", "data": void}
    (tmp_path / "line").write_text(json.dumps(line))
    assert run("submit", str(tmp_path / "line"), actor="cora").code == 0
    with opened(copy) as log:
        seal(log)
    assert run("bill", copy.ids["january"], "--out", str(tmp_path / "bill.json")).code == 0

    verified = run("verify-bill", str(tmp_path / "bill.json"), "--json")
    answer = json.loads(verified.out)

    assert (verified.code, answer["supports"], answer["verdict"]) == (3, False, "as_far_as_shown")
    assert answer["unshown"] == ["ground_since"]
    void = answer["ground_later"][-1]
    assert (void["kind"], void["recorded_at"]) == ("consent_invalidated", "2026-08-20T12:00:00Z")
    assert void["is_judged"] is False

    told = run("bill", copy.ids["january"], "--out", str(tmp_path / "since.json"), "--since")
    judged = run("verify-bill", str(tmp_path / "since.json"))

    assert (told.code, judged.code) == (0, 3)
    assert "consent_invalidated, recorded 2026-08-20T12:00:00Z: judged here." in judged.out
    assert "since: What came into the month or the patient's record behind the release" in judged.out


def test_no_name_and_no_note_is_in_the_file_or_on_the_screen(run: Run, copy: World, key: str, tmp_path: Path) -> None:
    made = run("bill", copy.ids["january"], "--out", str(tmp_path / "bill.json"))
    shown = made.out + made.err + (tmp_path / "bill.json").read_text()

    # As words: three letters stand in base64 by chance.
    assert [name for name in NAMES if re.search(rf"\b{name}\b", shown)] == []


def test_a_file_is_never_overwritten_and_nothing_is_recorded_then(run: Run, copy: World, key: str, file: Path) -> None:
    before, was = reads_of(copy), file.read_bytes()

    again = run("bill", copy.ids["january"], "--out", str(file))

    assert (again.code, file.read_bytes(), reads_of(copy)) == (2, was, before)


def test_a_claim_that_no_checkpoint_covers_has_no_bill(run: Run, copy: World, tmp_path: Path) -> None:
    made = run("bill", copy.ids["january"], "--out", str(tmp_path / "bill.json"))

    assert (made.code, (tmp_path / "bill.json").exists()) == (2, False)
    assert made.err == "No checkpoint covers the claim yet. Run `ccm-ledger seal`, then ask again.\n"


def test_with_the_keys_of_the_log_at_hand_everything_is_counted_and_sealed_before(
    run: Run, copy: World, tmp_path: Path
) -> None:
    keys = ("--log-key-file", str(tmp_path / "log.keys"))
    assert run("log-key", "new", *keys, actor="admin").code == 0

    made = run("bill", copy.ids["january"], "--since", "--out", str(tmp_path / "bill.json"), *keys)
    judged = run("verify-bill", str(tmp_path / "bill.json"))

    assert (made.code, judged.code) == (0, 0), made.err
    assert "record facts of the patient in 2026-01 up to position" in judged.out
    assert "all are in the file, and 0 after them" in judged.out


def test_an_unknown_claim_has_none_either(run: Run, key: str, tmp_path: Path) -> None:
    made = run("bill", UNKNOWN, "--out", str(tmp_path / "bill.json"))

    assert (made.code, (tmp_path / "bill.json").exists()) == (1, False)
    assert "no_such_claim" in made.err


def test_who_may_not_read_about_the_patient_gets_no_file(run: Run, copy: World, key: str, tmp_path: Path) -> None:
    stranger = {
        "name": "Sid Stone",
        "work_country": "US",
        "roles": [{"role": "biller", "practice": copy.ids["other practice"], "from_on": "2025-01-01"}],
    }
    clock = "2026-10-01T12:00:00Z"
    (tmp_path / "line").write_text(
        copy.line("register_staff", stranger, key="sid", actor={"id": copy.ids["admin"]}, clock=clock)
    )
    answer = json.loads(run("submit", str(tmp_path / "line"), actor="admin").out)
    copy.ids["sid"] = answer["ids"]["staff"]

    made = run("bill", copy.ids["january"], "--out", str(tmp_path / "bill.json"), actor="sid")

    assert (made.code, (tmp_path / "bill.json").exists()) == (1, False)
    assert "not_in_this_practice" in made.err


def test_without_a_map_whoever_makes_it_is_told_that_it_will_support_only_as_far_as_shown(
    run: Run, copy: World, tmp_path: Path
) -> None:
    with opened(copy) as log:
        envelope = Envelope(
            authenticated_as="os:tester", actor="program", vouched=Vouched.PROGRAM, command="adopt_log_key"
        )
        log.append([Proposal(tuple(map(adoption, signers(log))), envelope, (), clock=LATER)])
        sealer(log).seal()

    made = run("bill", copy.ids["january"], "--out", str(tmp_path / "bill.json"))

    assert (made.code, "supports 99490 x1, 99439 x1, as far as shown." in made.out) == (0, True)
    assert "Run `completeness map`, then `seal`, and make it again." in made.out


# --- judging one ------------------------------------------------------------------------------------------------------


def test_a_bill_is_judged_without_its_ledger(run: Run, copy: World, file: Path, key: str) -> None:
    shutil.rmtree(copy.folder)

    judged = run("verify-bill", str(file), "--key", key)

    assert judged.code == 0, judged.out
    assert "The bytes are proven by a key that you named." in judged.out
    assert f"Claim {copy.ids['january']}, 2026-01 of CCM" in judged.out
    assert "supports 99490 x1, 99439 x1." in judged.out


def test_without_a_key_it_is_said_that_anybody_could_have_signed(run: Run, file: Path) -> None:
    judged = run("verify-bill", str(file))

    assert judged.code == 0
    assert "by the keys in the file itself, which anybody could write" in judged.out


def test_the_judgement_is_there_for_programs_too(run: Run, copy: World, file: Path, key: str) -> None:
    judged = run("verify-bill", str(file), "--key", key, "--json").json

    assert (judged["supports"], judged["bytes"]["is_proven"], judged["bytes"]["by"]) == (True, True, "given")
    assert judged["lines"] == [
        {"code": "99490", "units": 1, "charge": "85.00", "supported": 1},
        {"code": "99439", "units": 1, "charge": "60.00", "supported": 1},
    ]
    assert (judged["doubts"], judged["simulated"]) == ([], True)
    assert (judged["verdict"], judged["unshown"]) == ("supported", [])


def test_a_bill_without_completeness_supports_only_as_far_as_shown(run: Run, file: Path) -> None:
    other = altered(file, "completeness", value=[])

    judged = run("verify-bill", str(other))
    told = run("verify-bill", str(other), "--json").json

    assert (judged.code, offline(other).code) == (3, 0)
    assert "supports 99490 x1, 99439 x1, as far as shown." in judged.out
    assert "Left to its maker's word: of what was said of the claim since" in judged.out
    assert (told["supports"], told["verdict"]) == (False, "as_far_as_shown")
    assert (told["unshown"], told["doubts"]) == (["month_since", "claim_since"], [])


def test_a_bill_under_an_older_checkpoint_than_the_readers_supports_only_as_far_as_shown(
    run: Run, copy: World, file: Path, key: str, tmp_path: Path
) -> None:
    note = tmp_path / "newer"
    note.write_text(json.loads(file.read_text())["checkpoint"])
    same = run("verify-bill", str(file), "--key", key, "--checkpoint", str(note))
    with opened(copy) as log:
        sealer(log).seal()
        state = Prover(log.engine.log_store()).state()
        assert state is not None
        note.write_bytes(state.note)

    judged = run("verify-bill", str(file), "--key", key, "--checkpoint", str(note))
    told = run("verify-bill", str(file), "--key", key, "--checkpoint", str(note), "--json").json

    assert (same.code, judged.code) == (0, 3)
    assert "nothing came behind the checkpoint of the file; yours covers more." in judged.out
    assert (told["verdict"], told["unshown"]) == ("as_far_as_shown", ["log_since"])


def test_a_checkpoint_that_no_named_key_signed_is_wrong_usage(run: Run, file: Path, tmp_path: Path) -> None:
    note = tmp_path / "newer"
    note.write_text(json.loads(file.read_text())["checkpoint"])

    judged = run("verify-bill", str(file), "--checkpoint", str(note))

    assert (judged.code, judged.err.startswith("--checkpoint names no checkpoint:")) == (2, True)


def test_a_key_of_somebody_else_proves_nothing(run: Run, copy: World, file: Path) -> None:
    with opened(copy) as log:
        stranger = SignedLog(log.ledger_id, [], OWN_SEED).key.render()

    judged = run("verify-bill", str(file), "--key", stranger)

    assert judged.code == 3
    assert judged.out.startswith("The bytes are not proven:") or "The bytes are not proven:" in judged.out


def test_a_minute_taken_out_of_the_file_is_refused_by_both(run: Run, file: Path) -> None:
    number = fact_of(file, '"2026-01-09T15:16:30Z"')
    clear = json.loads(file.read_text())["facts"][number]["clear"]
    shorter = clear.replace("15:16:30Z", "15:14:59Z").replace('"seconds":990', '"seconds":899')
    other = altered(file, "facts", number, "clear", value=shorter)

    judged, proof = run("verify-bill", str(other)), offline(other)

    assert (judged.code, proof.code) == (3, 3)
    assert "The bytes are not proven: what is disclosed of the fact at position" in judged.out
    assert "units: 99439 is claimed x1, and the facts support x0." in judged.out


@pytest.mark.parametrize("name", ["path", "header", "tags"])
def test_whatever_else_of_a_fact_is_changed_is_refused_by_both(run: Run, file: Path, name: str) -> None:
    number = fact_of(file, '"2026-01-09T15:16:30Z"')
    whole = json.loads(file.read_text())["facts"]
    other = altered(file, "facts", number, name, value=whole[number - 1][name])

    assert (run("verify-bill", str(other)).code, offline(other).code) == (3, 3)


def test_a_bill_in_which_an_entry_is_left_out_proves_its_bytes_and_does_not_support(run: Run, file: Path) -> None:
    facts = json.loads(file.read_text())["facts"]
    number = fact_of(file, '"2026-01-09T15:16:30Z"')
    alone = altered(file, "completeness", value=[])
    other = altered(alone, "facts", value=facts[:number] + facts[number + 1 :])

    judged = run("verify-bill", str(other))

    assert (judged.code, offline(other).code) == (3, 0)
    assert "facts: Of a stream of the kind care_month, of 3 facts" in judged.out


def test_a_file_that_is_no_bill_is_told_as_such(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}")

    judged = run("verify-bill", str(tmp_path / "x.json"))

    assert judged.code == 3
    assert 'It cannot be judged: The file is no bill of the format "ccm-ledger bill 1".' in judged.out


def test_a_file_that_is_not_there_is_wrong_usage(run: Run, tmp_path: Path) -> None:
    judged = run("verify-bill", str(tmp_path / "none.json"))

    assert (judged.code, judged.err.startswith("The file cannot be read")) == (2, True)


def test_a_key_that_is_none_is_wrong_usage(run: Run, file: Path) -> None:
    judged = run("verify-bill", str(file), "--key", "nonsense")

    assert (judged.code, judged.err.startswith("--key names no key:")) == (2, True)
    assert "nonsense" not in judged.err
