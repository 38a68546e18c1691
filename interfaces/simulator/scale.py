"""Lines for measuring: many patients, many entries, little work for each line, and no faults.

Promise: at least 50,000 lines a second on one core; the same seed gives the same lines; clocks go forward; nobody is on
two patients at once as long as a patient has 44 entries a month at most.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from interfaces.simulator.dice import Dice
from interfaces.simulator.people import GIVEN, MRN_SYSTEM, STAFF_SYSTEM
from ledger.terms.calendar import stored_instant

PATIENTS_PER_NURSE: Final = 20
SOURCE: Final = "scale"
PRACTITIONER: Final = {"system": STAFF_SYSTEM, "value": "S-MD-1"}

_SLOTS_PER_DAY: Final = 32
_SLOT: Final = timedelta(minutes=15)
_OPENS: Final = time(14)
_CATEGORIES: Final = ("phone_call", "chart_review", "medication_reconciliation", "care_plan_update", "results_review")
_ITEMS: Final = {"availability": True, "cost_sharing": True, "one_practitioner": True, "right_to_stop": True}


def patient_ref(number: int) -> dict[str, str]:
    """How lines name the patient of that number."""
    return {"system": MRN_SYSTEM, "value": f"S-{number:07d}"}


def nurse_ref(number: int) -> dict[str, str]:
    """How lines name the nurse who looks after the patient of that number."""
    return {"system": STAFF_SYSTEM, "value": f"S-RN-{number // PATIENTS_PER_NURSE:05d}"}


def population_lines(patients: int, practice: str) -> Iterator[dict[str, Any]]:
    """One practitioner, the nurses, the patients of a practice, each with a complete consent of December 2025."""
    at = datetime(2025, 12, 1, 14, tzinfo=UTC)
    role = {"practice": practice, "from_on": "2025-01-01"}
    yield _line(
        "staff:md", "register_staff", _staff("Scale Practitioner", PRACTITIONER, "md", role, "practitioner"), at
    )
    for first in range(0, patients, PATIENTS_PER_NURSE):
        nurse = nurse_ref(first)
        yield _line(
            f"staff:{nurse['value']}", "register_staff", _staff("Scale Nurse", nurse, "rn", role, "clinical_staff"), at
        )
    for number in range(patients):
        who = patient_ref(number)
        person = {"given": GIVEN[number % len(GIVEN)], "family": f"Scale {number}", "born_on": "1950-01-01"}
        data = {"identifiers": [who], "demographics": person, "practice": practice}
        yield _line(f"patient:{number}", "register_patient", data, at)
        consent = {
            "patient": who,
            "programme": "CCM",
            "occurred_at": stored_instant(at),
            "method": "verbal",
            "obtained_by": nurse_ref(number),
            "practitioner": PRACTITIONER,
            "given_by": "self",
            "items": _ITEMS,
            "evidence": {"kind": "contemporaneous_note"},
        }
        yield _line(f"consent:{number}", "record_consent", consent, at)


def time_lines(seed: int, patients: int, months: Sequence[str], entries: int) -> Iterator[dict[str, Any]]:
    """`entries` timed entries of 3 to 12 minutes for each patient and month, in the order of their clocks."""
    dice = Dice(seed)
    below = dice.below
    people = [(number, patient_ref(number), nurse_ref(number)) for number in range(patients)]
    for month in months:
        opens = datetime.combine(date.fromisoformat(f"{month}-01"), _OPENS, tzinfo=UTC)
        for entry in range(entries):
            for turn in range(PATIENTS_PER_NURSE):
                slot = entry * PATIENTS_PER_NURSE + turn
                begins = opens + timedelta(days=slot // _SLOTS_PER_DAY % 28) + slot % _SLOTS_PER_DAY * _SLOT
                start, clock = stored_instant(begins), stored_instant(begins + _SLOT)
                ends = [stored_instant(begins + timedelta(minutes=minutes)) for minutes in range(3, 13)]
                for number, patient, nurse in people[turn::PATIENTS_PER_NURSE]:
                    key = f"{month}:{number}:{entry}"
                    yield {
                        "v": 1,
                        "key": key,
                        "command": "log_time",
                        "actor": {"id": nurse},
                        "source": {"system": SOURCE, "id": key, "recorded_at": clock},
                        "data": {
                            "patient": patient,
                            "performer": nurse,
                            "start": start,
                            "end": ends[below(10)],
                            "activity": _CATEGORIES[below(5)],
                            "description": "Asked about weight and swelling.",
                            "capture": "asserted_timer",
                            "work_country": "US",
                        },
                        "clock": clock,
                    }


def _staff(name: str, ref: dict[str, str], credential: str, role: dict[str, str], kind: str) -> dict[str, Any]:
    roles = [{"role": kind} | role]
    return {"name": name, "credential": credential, "work_country": "US", "identifiers": [ref], "roles": roles}


def _line(key: str, command: str, data: dict[str, Any], at: datetime) -> dict[str, Any]:
    return {"v": 1, "key": key, "command": command, "data": data, "clock": stored_instant(at)}
