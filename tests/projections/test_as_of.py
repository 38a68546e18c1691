"""As of any position the answer is what the live answer was there: nothing that came later is in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.store.sqlite.read_models import ReadModels
from projections.follow import Follower
from projections.judged import AdoptedRulebooks
from projections.month_answer import month_answer
from projections.patient_diff import patient_diff
from projections.patient_history import history
from projections.questions import audit, months, parked_list
from projections.readiness import patients_known, readiness
from tests.projections.company import PRACTICES, an_id, happenings
from tests.projections.fake_log import FakeLog

RULEBOOKS = AdoptedRulebooks()
PATIENTS = tuple(an_id("pt", number) for number in range(1, 5))
MONTHS = ("2026-01", "2026-02", "2026-03")
FIRST_RULES = 2


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def company(seed: int, count: int = 260) -> FakeLog:
    log = FakeLog()
    for told in happenings(seed, count, patients=4):
        log.add(*told)
    return log


def moments(log: FakeLog) -> Iterator[int]:
    """Some positions, the first on which rules hold and the last among them."""
    yield from (FIRST_RULES, *range(41, len(log.facts), 67), len(log.facts))


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_a_month_as_of_a_position_is_what_it_was_there(seed: int) -> None:
    log = company(seed)
    for position in moments(log):
        for patient in PATIENTS:
            for month in MONTHS:
                log.visible = position
                live = month_answer(log, RULEBOOKS, patient, month, log.refresh())
                log.visible = None
                asked = month_answer(log, RULEBOOKS, patient, month, position)
                assert live == asked, (seed, position, patient, month)


@pytest.mark.parametrize("seed", [21, 22])
def test_a_history_and_a_difference_as_of_a_position_are_what_they_were_there(seed: int) -> None:
    log = company(seed)
    rulebook = RULEBOOKS(month_answer(log, RULEBOOKS, PATIENTS[0], MONTHS[0], FIRST_RULES).adoption)
    for position in moments(log):
        day = log.facts[position - 1].recorded_at.date()
        for patient in PATIENTS:
            between = {"since": position // 2, "until": position, "days": (day, day)}
            log.visible = position
            live = history(log, patient, with_accesses=True)
            live_diff = patient_diff(log, rulebook, patient, **between)  # type: ignore[arg-type]
            log.visible = None
            assert live == history(log, patient, as_of=position, with_accesses=True)
            assert live_diff == patient_diff(log, rulebook, patient, **between)  # type: ignore[arg-type]


def test_lists_and_the_trail_as_of_a_position_are_what_they_were_there(folder: Path) -> None:
    log = company(31)
    (folder / "whole").mkdir()
    whole = ReadModels(folder / "whole")
    Follower(log, whole).pull()
    for position in moments(log):
        place = folder / str(position)
        place.mkdir(exist_ok=True)
        log.visible = position
        then = ReadModels(place)
        Follower(log, then).pull()
        live = _asked(log, then, None)
        then.close()
        log.visible = None
        assert live == _asked(log, whole, position), position
    whole.close()


def _asked(log: FakeLog, models: ReadModels, as_of: int | None) -> list[object]:
    known = log.refresh() if as_of is None else as_of
    answers: list[object] = [
        months(log, models, RULEBOOKS, month, as_of=as_of, with_silent=True).rows for month in MONTHS
    ]
    pages = [audit(log, models, as_of=as_of, practice=practice, limit=1000) for practice in (None, *PRACTICES)]
    answers += [[(entry.row, entry.line) for entry in page.entries] for page in pages]
    answers.append(parked_list(log, as_of=as_of))
    patients = patients_known(models, PRACTICES[0], as_of=known)
    answers += [patients, readiness(log, RULEBOOKS, patients, MONTHS[1], as_of=known).patients]
    return answers
