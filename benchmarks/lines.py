"""The input of every measurement: lines of `submit` for a company of any size, the same bytes in every run.

A seed decides lengths and words; outside names decide who is meant, so that the ids which a ledger draws do not matter.
Each nurse has twenty-five patients and sees one after the other in slots of fifteen minutes, every working day of 2025.
"""

import random
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import orjson

SEED: Final = 20_250_301
SOURCE: Final = "ehr"
PATIENTS_A_NURSE: Final = 25
OPENED_AT: Final = datetime(2024, 12, 2, 20, tzinfo=UTC)
ZONE: Final = "America/Chicago"

_SYLLABLES: Final = ("ba", "co", "di", "fe", "gu", "ha", "jo", "ki", "lu", "me", "no", "pa", "ri", "so", "tu", "ve")
_MBI_LETTERS: Final = "ACDEFGHJKMNPQRTUVWXY"
_ACTIVITIES: Final = ("phone_call", "portal_message", "caregiver_call", "patient_education")
_SOURCE_LINE: Final = {"system": SOURCE}


def working_days(year: int = 2025) -> list[date]:
    """Monday to Friday of a year."""
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    return [day for day in days if day.year == year and day.weekday() < 5]


def evening_of(day: date) -> datetime:
    """When the deliveries of a day come in."""
    return datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=23)


def line(
    key: str, command: str, data: dict[str, Any], *, actor: str | None = None, source: dict[str, Any] | None = None
) -> bytes:
    """One line as bytes; with an actor it comes from the source, without one from the login."""
    said: dict[str, Any] = {"v": 1, "key": key, "command": command}
    if actor is not None:
        said |= {"actor": {"id": staff(actor)}, "source": source or _SOURCE_LINE}
    return orjson.dumps(said | {"data": data})


def patient(number: int) -> dict[str, str]:
    """How the outside names a patient."""
    return {"system": "mrn", "value": f"M{number:07d}"}


def staff(name: str) -> dict[str, str]:
    """How the outside names somebody who works here."""
    return {"system": "hr", "value": name}


def nurse_of(number: int) -> str:
    """The nurse of a patient."""
    return f"nurse-{number // PATIENTS_A_NURSE:04d}"


def npi(number: int) -> str:
    """A number with the check digit of an NPI."""
    body = f"1{number:08d}"
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in body[::-2])
    return f"{body}{-(24 + doubled + sum(int(digit) for digit in body[-2::-2])) % 10}"


def mbi(number: int) -> str:
    """A number of the shape of an MBI, another one for each patient."""
    parts = []
    for base in (10, 20, 20, 10, 20, 20):
        number, part = divmod(number, base)
        parts.append(part)
    ones, second, first, digit, middle, letter = parts
    letters = _MBI_LETTERS
    return f"1{letters[letter]}{digit}0{letters[middle]}{digit}0{letters[first]}{letters[second]}{digit}{ones}"


# --- setting up -----------------------------------------------------------------------------------------------------


def company() -> list[bytes]:
    """The source and the practice; the practice's id is in the answer to the last line."""
    practice = {"name": "Lakeside Primary Care", "tin": "123456789", "npi": npi(90), "zone": ZONE}
    return [
        line("source", "register_source", {"system": SOURCE, "trusted_for_acts": True}),
        line("practice", "register_practice", practice),
    ]


def people(practice: str, patients: int) -> Iterator[bytes]:
    """The practice's capabilities, a practitioner, an integration, and a nurse for every twenty-five patients."""
    for capability, edition in (("cehrt_year", 2015), ("access_24x7", None)):
        data = {"practice": practice, "capability": capability, "from_on": "2024-12-01", "edition_year": edition}
        yield line(f"capability-{capability}", "attest_capability", {k: v for k, v in data.items() if v is not None})
    yield _staff("doctor", practice, "practitioner", credential="md", npi=npi(1))
    yield _staff("integration", practice, "integration", is_person=False)
    for number in range(-(-patients // PATIENTS_A_NURSE)):
        yield _staff(nurse_of(number * PATIENTS_A_NURSE), practice, "clinical_staff", credential="rn")


def chart(practice: str, number: int) -> Iterator[bytes]:
    """Everything that a patient's month may rest on: registration to designation, complete."""
    who, doctor, key = {"patient": patient(number)}, staff("doctor"), f"p{number}"
    identifiers = [patient(number), {"system": "mbi", "value": mbi(number)}]
    demographics = {"given": words(2, f"g{number}"), "family": words(3, f"f{number}"), "born_on": "1948-05-17"}
    registered = {"identifiers": identifiers, "demographics": demographics, "practice": practice}
    yield line(f"{key}-registered", "register_patient", registered, actor="integration")
    for code in ("I10", "E11.9"):
        data = who | {"icd10": code, "onset_on": "2019-06-01", "expected_12_months": True}
        yield line(f"{key}-{code}", "record_condition", data, actor="doctor")
    visit = who | {"on": "2024-11-04", "code": "99214", "practitioner": doctor, "ccm_discussed": True}
    yield line(f"{key}-visit", "record_visit", visit, actor="doctor")
    covered = who | {"payer": "medicare", "kind": "medicare_ffs", "from_on": "2020-01-01"}
    yield line(f"{key}-coverage", "record_coverage", covered, actor="integration")
    risk = who | {"on": "2024-12-02", "statement": words(15, f"r{number}")}
    yield line(f"{key}-risk", "attest_risk", risk, actor="doctor")
    yield consent(number, "2024-12-02")
    yield care_plan(number, 0, length=2_000, at="2024-11-05T15:00:00Z")
    yield line(f"{key}-signed", "sign_care_plan", who | {"revision": 1}, actor="doctor")
    copied = who | {"revision": 1, "given_at": "2024-11-06T15:00:00Z", "given_to": "patient", "channel": "portal"}
    yield line(f"{key}-copied", "record_plan_copy", copied, actor="doctor")
    designated = who | {"practitioner": doctor, "programme": "CCM", "side": "practitioner", "from_month": "2024-12"}
    yield line(f"{key}-designated", "designate_practitioner", designated, actor="doctor")


def _staff(name: str, practice: str, role: str, **more: Any) -> bytes:
    roles = [{"role": role, "practice": practice, "from_on": "2024-01-01"}]
    data = {"name": name, "identifiers": [staff(name)], "roles": roles, "work_country": "US"} | more
    return line(f"staff-{name}", "register_staff", data)


# --- what is delivered ----------------------------------------------------------------------------------------------


def time_entry(number: int, day: date) -> bytes:
    """The one entry of a patient on a day: eight to fourteen minutes in the patient's own slot, half a kilobyte."""
    chance = random.Random(f"{SEED}/{number}/{day}")
    slot = timedelta(hours=14, minutes=15 * (number % PATIENTS_A_NURSE))
    start = datetime.combine(day, datetime.min.time(), UTC) + slot
    end = start + timedelta(seconds=chance.randrange(8 * 60, 14 * 60))
    nurse = nurse_of(number)
    row = f"{number}-{day}"
    data = {
        "patient": patient(number),
        "performer": staff(nurse),
        "start": start.isoformat().replace("+00:00", "Z"),
        "end": end.isoformat().replace("+00:00", "Z"),
        "activity": chance.choice(_ACTIVITIES),
        "description": words(chance.randrange(20, 90), row),
        "capture": "asserted_timer",
        "work_country": "US",
        "contact": {"with_whom": "patient", "two_way": True, "channel": "phone", "outcome": "reached"},
    }
    source = {"system": SOURCE, "id": row, "recorded_at": data["end"]}
    return line(f"t-{row}", "log_time", data, actor=nurse, source=source)


def consent(number: int, on: str) -> bytes:
    """A complete consent."""
    items = {"availability": True, "cost_sharing": True, "one_practitioner": True, "right_to_stop": True}
    data = {
        "patient": patient(number),
        "programme": "CCM",
        "occurred_at": f"{on}T15:30:00Z",
        "method": "verbal",
        "obtained_by": staff("doctor"),
        "practitioner": staff("doctor"),
        "given_by": "self",
        "items": items,
        "evidence": {"kind": "contemporaneous_note", "pointer": words(12, f"c{number}{on}")},
    }
    return line(f"c-{number}-{on}", "record_consent", data, actor="doctor")


def care_plan(number: int, revision: int, *, length: int, at: str) -> bytes:
    """A whole care plan of about `length` bytes."""
    groups = ("problem_list", "goals", "interventions", "medications")
    elements = [{"element": g, "text": words(length // 20, f"{g}{number}.{revision}")} for g in groups]
    data = {
        "patient": patient(number),
        "revised_at": at,
        "author": staff("doctor"),
        "elements": elements,
        "intervention_owners": True,
        "goals": 4,
        "review_on": "2025-11-03",
        "medications_reviewed": True,
    }
    return line(f"plan-{number}-{revision}", "revise_care_plan", data, actor="doctor")


def day_of_time(day: date, patients: Iterable[int]) -> Iterator[bytes]:
    """One entry a patient on a day."""
    return (time_entry(number, day) for number in patients)


def mixed(day: date, patients: Iterable[int]) -> Iterator[bytes]:
    """Nine time entries in ten deliveries, the others care plans of two to six kilobytes (8 %) and consents (2 %)."""
    for place, number in enumerate(patients):
        match place % 50:
            case 7:
                yield consent(number, day.isoformat())
            case 3 | 16 | 29 | 42:
                yield care_plan(number, 1, length=2_000 + place % 5 * 1_000, at=f"{day}T16:00:00Z")
            case _:
                yield time_entry(number, day)


def words(count: int, seed: str) -> str:
    """So many made-up words, of about five letters with their space; the same ones for the same seed."""
    chance = random.Random(seed)
    return " ".join("".join(chance.choices(_SYLLABLES, k=2)) for _ in range(max(count, 1)))
