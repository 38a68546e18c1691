"""What contestants race for: a designation, an MBI, a nurse's minute, an idempotency key; and what must come of it.

Promise: every round of a race is asserted, whatever database the ledger lies in; a race answers with the slowest answer
of its rounds in seconds. `prefix` makes the keys and numbers of two races on one ledger differ.
"""

import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from benchmarks import lines, world
from ledger.judging.needs import gather
from ledger.judging.shapes import Verdict
from ledger.judging.verdict import judge_month
from ledger.store.fsck import verify
from ledger.store.postgres.address import Address
from ledger.terms.calendar import month_of
from ledger.terms.identity import identifier_tag, patient_tag
from tests.races.contest import Answer, Contest

DAYS: Final = lines.working_days()
MINUTE: Final = 60

Race = Callable[[Contest, int, str], float]


def ground(base: Path, address: Address | None = None, *, size: int) -> world.Place:
    """A practice with a patient and a doctor who bills for each contestant, and a nurse who serves all patients."""
    made = world.make(base, address, patients=size)
    with world.opened(made) as session:
        roles = [{"role": "practitioner", "practice": _practice(session), "from_on": "2024-01-01"}]
        for number, name in enumerate(_doctors(size)):
            data = {"name": name, "identifiers": [lines.staff(name)], "roles": roles, "npi": lines.npi(100 + number)}
            session.accepted([lines.line(name, "register_staff", data | {"credential": "md"})])
    return made


def is_sound(place: world.Place) -> None:
    """The ledger verifies, to its last fact."""
    with world.opened(place) as session:
        found = verify(session.log)
        assert found.findings == ()
        assert found.facts == session.log.refresh()


# --- the races ------------------------------------------------------------------------------------------------------


def designations(contest: Contest, rounds: int, prefix: str = "") -> float:
    """Each round a patient of its own; everyone designates another doctor from the same month on."""
    slowest = 0.0
    patients = _registered(contest.place, rounds, f"{prefix}d")
    for number, patient in enumerate(patients):
        given = []
        for doctor in _doctors(contest.size):
            data = {"patient": patient, "practitioner": lines.staff(doctor), "programme": "CCM"}
            data |= {"side": "practitioner", "from_month": "2025-03"}
            given.append(lines.line(f"{prefix}d{number}-{doctor}", "designate_practitioner", data, actor=doctor))
        answers = contest.round(given)

        outcomes = Counter(answer["outcome"] for answer in answers)
        assert outcomes == {"accepted": 1, "refused": contest.size - 1}, answers
        assert _refusals(answers) == {"month_occupied": contest.size - 1}, answers
        slowest = max(slowest, _slowest(answers))
    with world.opened(contest.place) as session:
        for patient in patients:
            assert len(session.handler.state(patient_tag(patient)).designations) == 1
    return slowest


def registrations(contest: Contest, rounds: int, prefix: str = "") -> float:
    """Each round an MBI that nobody knows; half of the contestants spell the name another way."""
    slowest = 0.0
    first = random.Random(prefix).randrange(1_000, 10_000_000)
    for number in range(rounds):
        mbi = {"system": "mbi", "value": lines.mbi(first + number)}
        given = []
        for contestant in range(contest.size):
            demographics = {"family": "Ahlgren" if contestant % 2 else "Ahlgren-Lind", "born_on": "1950-02-11"}
            data = {"identifiers": [mbi], "demographics": demographics}
            given.append(lines.line(f"{prefix}r{number}-{contestant}", "register_patient", data, actor="integration"))
        answers = contest.round(given)

        outcomes = Counter(answer["outcome"] for answer in answers)
        assert len({answer["ids"]["patient"] for answer in answers}) == 1, answers
        # One registration, one report of the other spelling; all others said what was known by then.
        assert outcomes == {"accepted": 2, "unchanged": contest.size - 2}, answers
        slowest = max(slowest, _slowest(answers))
    return slowest


def minutes(contest: Contest, rounds: int, prefix: str = "") -> float:
    """Each round one minute of one nurse, claimed for everybody's patient: all is testimony, one patient's counts."""
    slowest = 0.0
    with world.opened(contest.place) as session:
        for number in range(rounds):
            day, minute = DAYS[number % len(DAYS)], number // len(DAYS)
            start = lines.evening_of(day) - timedelta(hours=5) + timedelta(minutes=minute)
            given = [_minute(f"{prefix}m{number}", patient, start) for patient in range(contest.size)]
            answers = contest.round(given)

            positions = [answer["positions"][0] for answer in answers]
            assert Counter(answer["outcome"] for answer in answers) == {"accepted": contest.size}, answers
            assert len(set(positions)) == contest.size
            silent = [p for p, answer in zip(positions, answers, strict=True) if not _lost_seconds(answer)]
            assert silent == [min(positions)], answers
            slowest = max(slowest, _slowest(answers))
            if number % 20 == 0 or number == rounds - 1:
                _is_kept_by_the_first(session, start, answers)
    return slowest


def keys(contest: Contest, rounds: int, prefix: str = "") -> float:
    """Each round one idempotency key, on one content from everybody, or in every other round on two."""
    slowest = 0.0
    for number in range(rounds):
        key, kinds = f"{prefix}k{number}", 1 + number % 2
        numbers = [f"{key}-{contestant % kinds}" for contestant in range(contest.size)]
        answers = contest.round([_registration(key, mrn) for mrn in numbers])

        (won,) = [at for at, answer in enumerate(answers) if answer["outcome"] == "accepted"]
        for at, answer in enumerate(answers):
            assert answer["positions"] == answers[won]["positions"], answers
            assert answer["ids"] == answers[won]["ids"], answers
            if at != won and numbers[at] == numbers[won]:
                assert answer["outcome"] == "unchanged", answers
        others = sum(mrn != numbers[won] for mrn in numbers)
        assert _refusals(answers) == ({"exists_with_different_content": others} if others else {}), answers
        with world.opened(contest.place) as session:
            assert [mrn for mrn in set(numbers) if _patient_of(session, mrn)] == [numbers[won]]
            assert _patient_of(session, numbers[won]) == answers[won]["ids"]["patient"]
        slowest = max(slowest, _slowest(answers))
    return slowest


RACES: Final[tuple[Race, ...]] = (designations, registrations, minutes, keys)


def _is_kept_by_the_first(session: world.Opened, start: datetime, answers: list[Answer]) -> None:
    """The judge says of every patient's month what the answers said: the first recorded has its sixty seconds."""
    first = min(answer["positions"][0] for answer in answers)
    for number, answer in enumerate(answers):
        verdict = _judged(session, number, month_of(start.date()))
        line = next(line for line in verdict.lines if line.entry == answer["ids"]["entry"])
        assert line.seconds == MINUTE
        assert line.counted == (MINUTE if line.position == first else 0)


# --- what they share ------------------------------------------------------------------------------------------------


def _doctors(size: int) -> list[str]:
    return [f"doctor-{number:02d}" for number in range(size)]


def _registered(place: world.Place, count: int, prefix: str) -> list[str]:
    """So many fresh patients of the practice, by their ids."""
    with world.opened(place) as session:
        practice = _practice(session)
        given = [_registration(f"{prefix}{number}", f"{prefix}{number}", practice=practice) for number in range(count)]
        return [dict(answer.ids)["patient"] for answer in session.accepted(given)]


def _registration(key: str, mrn: str, **more: str) -> bytes:
    data: dict[str, Any] = {"identifiers": [{"system": "mrn", "value": mrn}], "demographics": {"family": "Berg"}}
    return lines.line(key, "register_patient", data | more, actor="integration")


def _patient_of(session: world.Opened, mrn: str) -> str | None:
    session.log.refresh()
    subject: str | None = session.handler.state(identifier_tag(session.log.token("mrn", mrn))).subject
    return subject


def _practice(session: world.Opened) -> str:
    (tag,) = session.log.tags_starting("practice/")
    return tag.partition("/")[2]


def _minute(key: str, patient: int, start: datetime) -> bytes:
    end = start + timedelta(seconds=MINUTE)
    data = {"patient": lines.patient(patient), "performer": lines.staff(lines.nurse_of(0)), "capture": "manual"}
    data |= {"start": start.isoformat(), "end": end.isoformat(), "activity": "phone_call", "work_country": "US"}
    data |= {"description": "Called about the new inhaler."}
    return lines.line(f"{key}-{patient}", "log_time", data, actor=lines.nurse_of(0))


def _lost_seconds(answer: Answer) -> bool:
    """Whether the answer says that seconds of the entry do not count."""
    return any(notice["effect"] == "not_counted" for notice in answer["notices"])


def _refusals(answers: list[Answer]) -> Counter[str]:
    return Counter(answer["refusal"]["code"] for answer in answers if answer["refusal"])


def _judged(session: world.Opened, patient: int, month: str) -> Verdict:
    state, named = session.handler.state, lines.patient(patient)
    who = state(identifier_tag(session.log.token(named["system"], named["value"]))).subject
    law = session.handler.law(session.handler.governance())
    return judge_month(gather(who, month, state), law.rulebook, edition=law.edition, record=False)


def _slowest(answers: list[Answer]) -> float:
    return max(float(answer["seconds"]) for answer in answers)
