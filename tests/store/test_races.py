"""Processes that want the same thing at once: one winner, no lost answer, no error; and a kill loses nothing."""

from multiprocessing.connection import Connection

import pytest

from ledger.store.connection import Ledger, Place
from ledger.store.fsck import verify
from ledger.streams.base import Appended, Moved
from ledger.terms.identity import by_tag, patient_tag
from tests.forked import started
from tests.store.sample import NURSE, PATIENT, assigned, place_of, proposal, registered, reopened, reported

ROUNDS = 25
WRITERS = 4


def race_for_one_tag(place: Place, number: int, answers: Connection) -> None:
    """In every round each process proposes the next fact of one stream, as of the same head."""
    with reopened(place, seed=f"writer {number}") as ledger:
        answers.send("ready")
        while (head := answers.recv()) is not None:
            read_set = ((patient_tag(PATIENT), head),)
            (answer,) = ledger.append([proposal(reported(), read_set=read_set, key=f"{number}/{head}")])
            answers.send(answer)


def append_without_end(place: Place, number: int, answers: Connection) -> None:
    """Append one by one and report what was acknowledged, until somebody kills the process."""
    with reopened(place, seed=f"victim {number}") as ledger:
        count = 0
        while True:
            count += 1
            (answer,) = ledger.append([proposal(reported(), key=f"{number}/{count}")])
            assert isinstance(answer, Appended)
            answers.send((f"{number}/{count}", answer.positions))


def append_all_at_once(place: Place, number: int, answers: Connection) -> None:
    """Append a fixed number of facts, as fast as the others let it."""
    with reopened(place, seed=f"crowd {number}") as ledger:
        answers.send("ready")
        answers.recv()
        for count in range(10):
            ledger.append([proposal(registered(), assigned(), key=f"{number}/{count}")])
        answers.send("done")


@pytest.mark.slow
def test_of_racing_processes_one_wins_each_round_and_the_others_are_told(ledger: Ledger) -> None:
    workers = [started(race_for_one_tag, place_of(ledger), number) for number in range(WRITERS)]
    for _, pipe in workers:
        pipe.recv()

    for head in range(ROUNDS):
        for _, pipe in workers:
            pipe.send(head)
        answers = [pipe.recv() for _, pipe in workers]

        assert sorted(type(answer).__name__ for answer in answers) == ["Appended"] + ["Moved"] * (WRITERS - 1)
        assert Moved(patient_tag(PATIENT)) in answers
    for process, pipe in workers:
        pipe.send(None)
        process.join(30)

    assert [process.exitcode for process, _ in workers] == [0] * WRITERS
    assert ledger.refresh() == ROUNDS
    assert verify(ledger).is_sound


@pytest.mark.slow
def test_sixteen_processes_wait_for_each_other_and_none_fails(ledger: Ledger) -> None:
    workers = [started(append_all_at_once, place_of(ledger), number) for number in range(16)]
    for _, pipe in workers:
        pipe.recv()
    for _, pipe in workers:
        pipe.send("go")

    done = [pipe.recv() for _, pipe in workers]
    for process, _ in workers:
        process.join(30)

    assert done == ["done"] * 16
    assert ledger.refresh() == 320
    assert ledger.head(by_tag(NURSE)) == 320
    assert verify(ledger).is_sound


@pytest.mark.slow
def test_what_was_acknowledged_survives_a_kill(ledger: Ledger) -> None:
    acknowledged: dict[str, tuple[int, ...]] = {}
    for number in range(3):
        process, pipe = started(append_without_end, place_of(ledger), number)
        acknowledged.update(pipe.recv() for _ in range(20 + 7 * number))
        process.kill()
        process.join(30)
        acknowledged.update(left_in(pipe))

    bound = {key: ledger.binding(key) for key in acknowledged}

    assert {key: binding and binding.positions for key, binding in bound.items()} == acknowledged
    assert verify(ledger).is_sound


def left_in(pipe: Connection) -> list[tuple[str, tuple[int, ...]]]:
    """What a killed process still managed to say."""
    found = []
    while pipe.poll():
        try:
            found.append(pipe.recv())
        except EOFError:
            break
    return found
