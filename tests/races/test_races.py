"""Sixteen processes want the same thing at the same moment: one gets it, all are answered, the ledger stays whole."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from benchmarks import lines, world
from ledger.judging.needs import gather
from ledger.judging.shapes import Verdict
from ledger.judging.verdict import judge_month
from ledger.store.fsck import verify
from ledger.terms.calendar import month_of
from ledger.terms.identity import identifier_tag, patient_tag
from tests.campaign import Campaign
from tests.races.contest import CONTESTANTS, Answer, Contest

ROUNDS = 200
"""In CI, where three races of them take a minute on two idle cores; `make soak` runs many more."""
ROUNDS_IN_SOAK = 500
DOCTORS = [f"doctor-{number:02d}" for number in range(CONTESTANTS)]
DAYS = lines.working_days()
MINUTE = 60


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> world.Place:
    """A practice with sixteen patients, sixteen doctors who bill, and a nurse who serves all sixteen patients."""
    base = tmp_path_factory.mktemp("races")
    made = world.make(base, patients=CONTESTANTS)
    with world.opened(made) as session:
        practice = _practice(session)
        roles = [{"role": "practitioner", "practice": practice, "from_on": "2024-01-01"}]
        for number, name in enumerate(DOCTORS):
            data = {"name": name, "identifiers": [lines.staff(name)], "roles": roles, "npi": lines.npi(100 + number)}
            session.accepted([lines.line(name, "register_staff", data | {"credential": "md"})])
    return made


@pytest.fixture(scope="module")
def contest(place: world.Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contest]:
    with Contest(place, tmp_path_factory.mktemp("contest") / "errors.txt") as running:
        yield running


@pytest.mark.slow
def test_one_of_sixteen_designations_for_a_month_wins(contest: Contest, place: world.Place) -> None:
    _race_designations(contest, place, ROUNDS)
    _is_sound(place)


@pytest.mark.slow
def test_sixteen_registrations_of_one_mbi_make_one_patient(contest: Contest, place: world.Place) -> None:
    _race_registrations(contest, place, ROUNDS)
    _is_sound(place)


@pytest.mark.slow
def test_the_first_of_sixteen_entries_for_a_nurses_minute_keeps_it(contest: Contest, place: world.Place) -> None:
    _race_minutes(contest, place, ROUNDS)
    _is_sound(place)


@pytest.mark.soak
def test_thousands_of_races(contest: Contest, place: world.Place, campaign: Campaign) -> None:
    chance = campaign.random
    slowest = 0.0
    for race in (_race_designations, _race_registrations, _race_minutes):
        slowest = max(slowest, race(contest, place, ROUNDS_IN_SOAK, prefix=f"soak{chance.randrange(10**9)}-"))
    _is_sound(place)
    campaign.note(rounds=3 * ROUNDS_IN_SOAK, contestants=CONTESTANTS, slowest_answer_s=round(slowest, 3))


# --- the races ------------------------------------------------------------------------------------------------------


def _race_designations(contest: Contest, place: world.Place, rounds: int, prefix: str = "") -> float:
    """Each round a patient of its own; everyone designates another doctor from the same month on."""
    slowest = 0.0
    patients = _registered(place, rounds, f"{prefix}d")
    for number, patient in enumerate(patients):
        given = []
        for doctor in DOCTORS:
            data = {"patient": patient, "practitioner": lines.staff(doctor), "programme": "CCM"}
            data |= {"side": "practitioner", "from_month": "2025-03"}
            given.append(lines.line(f"{prefix}d{number}-{doctor}", "designate_practitioner", data, actor=doctor))
        answers = contest.round(given)

        outcomes = Counter(answer["outcome"] for answer in answers)
        refusals = Counter(answer["refusal"]["code"] for answer in answers if answer["refusal"])
        assert outcomes == {"accepted": 1, "refused": CONTESTANTS - 1}, answers
        assert refusals == {"month_occupied": CONTESTANTS - 1}, answers
        slowest = max(slowest, _slowest(answers))
    with world.opened(place) as session:
        for patient in patients:
            assert len(session.handler.state(patient_tag(patient)).designations) == 1
    return slowest


def _race_registrations(contest: Contest, place: world.Place, rounds: int, prefix: str = "") -> float:
    """Each round an MBI that nobody knows; half of the contestants spell the name another way."""
    slowest = 0.0
    chance = random.Random(prefix)
    for number in range(rounds):
        mbi = {"system": "mbi", "value": lines.mbi(chance.randrange(10**8))}
        given = []
        for contestant in range(CONTESTANTS):
            demographics = {"family": "Ahlgren" if contestant % 2 else "Ahlgren-Lind", "born_on": "1950-02-11"}
            data = {"identifiers": [mbi], "demographics": demographics}
            given.append(lines.line(f"{prefix}r{number}-{contestant}", "register_patient", data, actor="integration"))
        answers = contest.round(given)

        outcomes = Counter(answer["outcome"] for answer in answers)
        assert len({answer["ids"]["patient"] for answer in answers}) == 1, answers
        # One registration, one report of the other spelling, and fourteen who said what was known by then.
        assert outcomes == {"accepted": 2, "unchanged": CONTESTANTS - 2}, answers
        slowest = max(slowest, _slowest(answers))
    return slowest


def _race_minutes(contest: Contest, place: world.Place, rounds: int, prefix: str = "") -> float:
    """Each round one minute of one nurse, claimed for sixteen patients: all is testimony, one patient's counts."""
    slowest = 0.0
    with world.opened(place) as session:
        for number in range(rounds):
            day, minute = DAYS[number % len(DAYS)], number // len(DAYS)
            start = lines.evening_of(day) - timedelta(hours=5) + timedelta(minutes=minute)
            given = [_minute(f"{prefix}m{number}", patient, start) for patient in range(CONTESTANTS)]
            answers = contest.round(given)

            positions = [answer["positions"][0] for answer in answers]
            assert Counter(answer["outcome"] for answer in answers) == {"accepted": CONTESTANTS}, answers
            assert len(set(positions)) == CONTESTANTS
            silent = [p for p, answer in zip(positions, answers, strict=True) if not _lost_seconds(answer)]
            assert silent == [min(positions)], answers
            slowest = max(slowest, _slowest(answers))
            if number % 20 == 0 or number == rounds - 1:
                _is_kept_by_the_first(session, start, answers)
    return slowest


def _is_kept_by_the_first(session: world.Opened, start: Any, answers: list[Answer]) -> None:
    """The judge says of every patient's month what the answers said: the first recorded has its sixty seconds."""
    first = min(answer["positions"][0] for answer in answers)
    for number, answer in enumerate(answers):
        verdict = _judged(session, number, month_of(start.date()))
        line = next(line for line in verdict.lines if line.entry == answer["ids"]["entry"])
        assert line.seconds == MINUTE
        assert line.counted == (MINUTE if line.position == first else 0)


# --- what they share ------------------------------------------------------------------------------------------------


def _registered(place: world.Place, count: int, prefix: str) -> list[str]:
    """So many fresh patients of the practice, by their ids."""
    with world.opened(place) as session:
        practice = _practice(session)
        given = []
        for number in range(count):
            identifiers = [{"system": "mrn", "value": f"{prefix}{number}"}]
            data = {"identifiers": identifiers, "demographics": {"family": "Berg"}, "practice": practice}
            given.append(lines.line(f"{prefix}{number}", "register_patient", data, actor="integration"))
        return [dict(answer.ids)["patient"] for answer in session.accepted(given)]


def _practice(session: world.Opened) -> str:
    (tag,) = session.log.tags_starting("practice/")
    return tag.partition("/")[2]


def _minute(key: str, patient: int, start: Any) -> bytes:
    end = start + timedelta(seconds=MINUTE)
    data = {"patient": lines.patient(patient), "performer": lines.staff(lines.nurse_of(0)), "capture": "manual"}
    data |= {"start": start.isoformat(), "end": end.isoformat(), "activity": "phone_call", "work_country": "US"}
    data |= {"description": "Called about the new inhaler."}
    return lines.line(f"{key}-{patient}", "log_time", data, actor=lines.nurse_of(0))


def _lost_seconds(answer: Answer) -> bool:
    """Whether the answer says that seconds of the entry do not count."""
    return any(notice["effect"] == "not_counted" for notice in answer["notices"])


def _judged(session: world.Opened, patient: int, month: str) -> Verdict:
    state, named = session.handler.state, lines.patient(patient)
    who = state(identifier_tag(session.log.token(named["system"], named["value"]))).subject
    law = session.handler.law(session.handler.governance())
    return judge_month(gather(who, month, state), law.rulebook, edition=law.edition, record=False)


def _slowest(answers: list[Answer]) -> float:
    return max(float(answer["seconds"]) for answer in answers)


def _is_sound(place: world.Place) -> None:
    with world.opened(place) as session:
        found = verify(session.log)
        assert found.findings == ()
        assert found.facts == session.log.refresh()
