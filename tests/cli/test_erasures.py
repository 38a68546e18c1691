"""`erase` and `hold` on the command line: asked for, approved, carried out; what is shown of an erased record."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import MONTH, Ran, World

LATER, SEEN, OVER = "2038-01-04T12:00:00Z", "2038-01-05T12:00:00Z", "2038-03-01T12:00:00Z"


pytestmark = pytest.mark.usefixtures("in_this_process")


@pytest.fixture
def dan(world: World) -> str:
    """Another compliance officer."""
    staff = {"name": "Dan Dale", "is_person": True, "roles": [{"role": "compliance", "from_on": "2025-01-01"}]}
    line = world.line("register_staff", staff, key="dan", actor={"id": world.ids["admin"]})
    ran = world.process("submit", "-", "--json", given=line.encode())
    found: str = json.loads(ran.out.splitlines()[0])["ids"]["staff"]
    return found


def say(world: World, *words: str, by: str, clock: str = LATER) -> Ran:
    """A step with its reason."""
    return world.process(*words, "--clock", clock, "--as", by, given=b"As agreed.")


def asked(world: World) -> str:
    """Everything is to go; the id of the erasure."""
    cora, patient = world.ids["cora"], world.ids["patient"]
    ran = say(world, "erase", "request", patient, "--all-years", "--identity", "--json", by=cora)
    assert ran.code == 0, ran
    erasure: str = json.loads(ran.out.splitlines()[0])["ids"]["erasure"]
    return erasure


def erased(world: World, dan: str) -> str:
    erasure = asked(world)
    assert say(world, "erase", "approve", world.ids["patient"], erasure, by=dan, clock=SEEN).code == 0
    ran = world.process("erase", "run", "--clock", OVER, "--as", world.ids["cora"])
    assert ran.code == 0, ran
    return erasure


def shown(world: World, *words: str) -> str:
    ran = world.process(*words, "--as", world.ids["cora"])
    assert ran.code == 0, ran
    return ran.out


@pytest.mark.slow
def test_an_erased_record_shows_its_facts_and_none_of_its_words(world: World, dan: str) -> None:
    patient = world.ids["patient"]
    before = shown(world, "history", patient, "--words")
    erased(world, dan)
    history = shown(world, "history", patient, "--words")

    assert "Went through the pill box" in before
    assert "Went through the pill box" not in history
    assert "Pat" in before
    assert "Poe" not in history
    assert "[erased: the key of these words was destroyed]" in history
    assert "Time logged" in history
    assert "Erasure done" in history
    assert "erased" in shown(world, "month", patient, MONTH)
    assert "erased" in shown(world, "verify")
    assert world.process("verify").code == 0


@pytest.mark.slow
def test_the_certificate_is_written_to_a_new_file_and_is_the_same_on_the_screen(
    world: World, dan: str, tmp_path: Path
) -> None:
    erasure, patient = erased(world, dan), world.ids["patient"]
    file = tmp_path / "certificate.json"
    shown(world, "erase", "certificate", patient, erasure, "-o", str(file))
    text = file.read_text()

    assert shown(world, "erase", "certificate", patient, erasure) == text
    assert json.loads(text)["certified"]["erasure"] == erasure
    assert "Pat" not in text
    again = world.process("erase", "certificate", patient, erasure, "-o", str(file), "--as", world.ids["cora"])
    assert again.code == 2


def test_what_is_not_done_has_no_certificate(world: World) -> None:
    ran = world.process("erase", "certificate", world.ids["patient"], asked(world), "--as", world.ids["cora"])

    assert (ran.code, "no such erasure is done" in ran.err) == (2, True)


def test_nothing_is_due_before_the_notice_is_over(world: World, dan: str) -> None:
    erasure = asked(world)
    say(world, "erase", "approve", world.ids["patient"], erasure, by=dan, clock=SEEN)
    ran = world.process("erase", "run", "--clock", "2038-02-03T12:00:00Z", "--as", world.ids["cora"])

    assert (ran.code, "No erasure is due." in ran.out) == (0, True)


def test_a_hold_stops_what_is_due_and_a_released_one_does_not(world: World, dan: str) -> None:
    patient, cora = world.ids["patient"], world.ids["cora"]
    erasure = asked(world)
    say(world, "erase", "approve", patient, erasure, by=dan, clock=SEEN)
    placed = say(world, "hold", "place", patient, "--matter", "UPIC-7", "--json", by=cora, clock=SEEN)
    hold = json.loads(placed.out.splitlines()[0])["ids"]["hold"]
    stopped = world.process("erase", "run", "--clock", OVER, "--as", cora)

    assert (stopped.code, "hold_stands" in stopped.out) == (1, True)
    assert "UPIC-7" in shown(world, "hold", "list", "--open")
    assert say(world, "hold", "release", patient, hold, by=cora, clock=OVER).code == 0
    assert "0 holds." in shown(world, "hold", "list", "--open")
    assert world.process("erase", "run", "--clock", OVER, "--as", cora).code == 0


def test_who_asks_cannot_approve(world: World) -> None:
    cora = world.ids["cora"]
    ran = say(world, "erase", "approve", world.ids["patient"], asked(world), by=cora, clock=SEEN)

    assert (ran.code, "erasure_by_one" in ran.out) == (1, True)


def test_a_withdrawn_erasure_is_not_among_the_open_ones(world: World) -> None:
    erasure, patient, cora = asked(world), world.ids["patient"], world.ids["cora"]
    before = shown(world, "erase", "list", patient, "--open")
    say(world, "erase", "withdraw", patient, erasure, by=cora, clock=SEEN)

    assert erasure in before
    assert erasure not in shown(world, "erase", "list", "--open")
    assert "withdrawn" in shown(world, "erase", "list")


def test_a_year_of_which_there_are_no_words_is_noticed(world: World) -> None:
    cora, patient = world.ids["cora"], world.ids["patient"]

    ran = say(world, "erase", "request", patient, "--year", "2026", "--year", "2019", by=cora)

    assert ran.code == 0
    assert "The record has no words of 2019: nothing of that is erased." in ran.err


def test_a_matter_that_is_no_number_is_told_what_one_is(world: World) -> None:
    ran = say(world, "hold", "place", world.ids["patient"], "--matter", "Smith case", by=world.ids["cora"])

    assert ran.code == 1
    assert "it takes the number of a case, never a name: capitals, digits" in ran.out


def test_a_step_needs_its_reason(world: World) -> None:
    patient, cora = world.ids["patient"], world.ids["cora"]
    ran = world.process("hold", "place", patient, "--clock", LATER, "--as", cora, given=b" \n")

    assert (ran.code, "No reason was given" in ran.err) == (2, True)


def test_a_read_of_the_list_is_recorded(world: World) -> None:
    asked(world)
    shown(world, "erase", "list")

    assert "erasures" in shown(world, "audit", "--patient", world.ids["patient"], "--json")
