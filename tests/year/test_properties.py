"""What holds of any history: as of a position it says what it said then, and the order of arrival changes nothing.

Nothing but where first-recorded decides: shared seconds belong to the entry that came first, and the tests say so.
"""

from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from commands.answer import Answer
from ledger.judging.shapes import Verdict
from projections.judged import AdoptedRulebooks
from projections.patient_history import history
from projections.questions import month_of
from tests.house import House
from tests.scenarios.asking import another_patient, month
from tests.scenarios.office import Furnished, copied, office_folder
from tests.year.arrivals import MONTHS, NOW, blocks_of, said
from tests.year.days import live
from tests.year.running import HAPPENINGS, opened
from tests.year.year import Door, Year

Captured = dict[tuple[int, str, str], Any]


class Noting(Door):
    """A door that notes down, now and then, what is answered right after a group of lines."""

    noted: Captured
    instants: dict[int, datetime]
    year: Year
    dice: Random

    def send_lines(self, *lines: bytes) -> list[Answer]:
        answers = super().send_lines(*lines)
        if self.dice.random() < 0.25 and self.year.watch.months:
            position, clock = self.log.refresh(), datetime.fromisoformat(self.clock)
            self.instants[position] = clock
            patient, name = self.dice.choice(sorted(self.year.watch.months))
            self.noted[position, patient, name] = answer_of(self.year.watch.verdict(patient, name))
            lines_of = history(self.log, patient)
            self.noted[position, patient, "history"] = [(line.position, line.topic, line.details) for line in lines_of]
        return answers


def answer_of(verdict: Verdict) -> tuple[Any, ...]:
    """Everything that a month answers."""
    return (verdict.digest, verdict.standing, verdict.attested, verdict.lines, verdict.missing, verdict.notices)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [3, 4])
def test_as_of_any_position_or_instant_the_answer_is_what_it_was_then(tmp_path: Path, seed: int) -> None:
    with opened(tmp_path / "ledger") as it:
        year = Year(it, seed, clients=6)
        old = year.it
        door = Noting(old.log, old.handler, old.clock, old.ids, old.count, watch=old.watch)
        door.noted, door.instants, door.year, door.dice = {}, {}, year, Random(seed)
        year.it = year.company.it = door
        live(year, HAPPENINGS, {})
        rulebooks = AdoptedRulebooks()
        for (position, patient, name), then in door.noted.items():
            if name == "history":
                lines = history(it.log, patient, as_of=position)
                assert then == [(line.position, line.topic, line.details) for line in lines]
                continue
            for as_of in (position, door.instants[position]):
                verdict = month_of(it.log, rulebooks, patient, name, as_of)
                assert then == answer_of(verdict), (position, name)

        assert len(door.noted) > 200


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    return office_folder(tmp_path_factory.mktemp("arrivals") / "ledger")


def arrived(folder: Furnished, place: Path, seed: int, order: int) -> dict[str, Any]:
    """What the months say once the blocks of a seed have arrived in some order."""
    with copied(folder, place) as it:
        it.clock = NOW
        another_patient(it, consents=False)
        blocks = blocks_of(seed)
        Random(order).shuffle(blocks)
        for block in blocks:
            block(it)
        return {name: said(month(it, name, patient="second"), it) for name in MONTHS}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_independent_facts_say_the_same_in_whatever_order_they_arrive(
    folder: Furnished, tmp_path: Path, seed: int
) -> None:
    first, *others = [arrived(folder, tmp_path / f"{order}", seed, order) for order in range(4)]

    for other in others:
        assert first == other


def test_the_orders_of_arrival_are_shown_on_months_in_which_something_counts(folder: Furnished, tmp_path: Path) -> None:
    counting = [
        sum(said_of["seconds"]) > 0
        for seed in range(12)
        for said_of in arrived(folder, tmp_path / f"{seed}", seed, 0).values()
    ]

    assert sum(counting) >= 8


def two_nurses(it: House, order: tuple[int, int]) -> tuple[int, int, int]:
    """Two nurses on one call of the patient, in some order: what counts of each, and in all."""
    works = [
        ("bea", "2026-01-20T15:00:00Z", "2026-01-20T15:20:00Z"),
        ("cal", "2026-01-20T15:10:00Z", "2026-01-20T15:30:00Z"),
    ]
    entries = {}
    for which in order:
        performer, start, end = works[which]
        answer = it.log_time(start, end, performer=it.ids[performer], actor=performer)
        entries[performer] = dict(answer.ids)["entry"]
    counted = {line.entry: line.counted for line in month(it).lines}
    return counted[entries["bea"]], counted[entries["cal"]], sum(counted.values())


def test_of_two_on_one_patient_the_first_recorded_keeps_the_shared_seconds(folder: Furnished, tmp_path: Path) -> None:
    with copied(folder, tmp_path / "one") as one, copied(folder, tmp_path / "other") as other:
        assert (1200, 600, 1800) == two_nurses(one, (0, 1))
        assert (600, 1200, 1800) == two_nurses(other, (1, 0))


def test_of_two_patients_at_once_the_first_recorded_keeps_the_shared_seconds(folder: Furnished, tmp_path: Path) -> None:
    counted = []
    for order in (("patient", "second"), ("second", "patient")):
        with copied(folder, tmp_path / order[0]) as it:
            another_patient(it)
            for who in order:
                it.log_time("2026-01-20T15:00:00Z", "2026-01-20T15:20:00Z", patient=it.ids[who])
            counted.append([month(it, patient=who).staff_seconds for who in ("patient", "second")])

    assert [[1200, 0], [0, 1200]] == counted


def test_the_first_designation_wins_and_the_order_decides_which_it_is(folder: Furnished, tmp_path: Path) -> None:
    bills = {"programme": "CCM", "side": "practitioner", "from_month": "2026-01"}
    won = []
    for order in (("ada", "dot"), ("dot", "ada")):
        with copied(folder, tmp_path / order[0]) as it:
            another_patient(it)
            whose = {"patient": it.ids["second"]}
            for who in order:
                it.send("designate_practitioner", whose | bills | {"practitioner": it.ids[who]}, actor=who)
            (standing,) = it.handler.state(f"patient/{it.ids['second']}").designations
            won.append(next(name for name in order if it.ids[name] == standing.event.practitioner))

    assert ["ada", "dot"] == won
