"""Charts of made-up patients as FHIR R4 bundles, and the mapping file that goes with them.

Warts are included, as real charts have them: a social security number, a resolved condition, a practitioner with an
impossible NPI, a visit type without a billing code, a date without a day.
"""

from typing import Any, Final

import orjson

from interfaces.simulator.dice import Dice
from interfaces.simulator.people import FAMILY, GIVEN, mbi

_SNOMED: Final = "http://snomed.info/sct"
_CHRONIC: Final[tuple[tuple[str, str, str], ...]] = (
    ("38341003", "Hypertension", "I10"),
    ("44054006", "Type 2 diabetes", "E11.9"),
    ("55822004", "Hyperlipidemia", "E78.5"),
    ("53741008", "Coronary heart disease", "I25.10"),
    ("88805009", "Chronic congestive heart failure", "I50.9"),
    ("185086009", "Chronic obstructive bronchitis", "J44.9"),
    ("49436004", "Atrial fibrillation", "I48.91"),
    ("64859006", "Osteoporosis", "M81.0"),
)
_ACUTE: Final = (("444814009", "Viral sinusitis"), ("10509002", "Acute bronchitis"))
_VISITS: Final = (("185349003", "Encounter for check up"), ("390906007", "Follow-up encounter"))

MAPPING: Final = (
    "# The simulated practices' charts: SNOMED CT codes of chronic conditions in ICD-10-CM.\n"
    '[source]\nsystem = "ehr"\npatient_id = "fhir"\n\n[conditions.snomed]\n'
    + "".join(f'"{code}" = {{ icd10 = "{icd10}", chronic = true }} # {name}\n' for code, name, icd10 in _CHRONIC)
)


def chart(dice: Dice, number: int) -> bytes:
    """One patient's bundle. Every eighth has one chronic condition only, every twelfth is dead."""
    patient = _patient(dice, number)
    practitioner: dict[str, Any] = {
        "resourceType": "Practitioner",
        "id": dice.uuid(),
        "identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": str(dice.below(900) + 10)}],
        "name": [{"family": dice.pick(FAMILY), "given": [dice.pick(GIVEN)]}],
    }
    resources = [patient, practitioner]
    chronic = 1 if number % 8 == 7 else dice.between(2, 4)
    first = dice.below(len(_CHRONIC))
    for step in range(chronic):
        code, name, _ = _CHRONIC[(first + step) % len(_CHRONIC)]
        resources.append(_condition(dice, patient["id"], code, name, f"{dice.between(2012, 2023)}-{_month_day(dice)}"))
    code, name = dice.pick(_ACUTE)
    resources.append(_condition(dice, patient["id"], code, name, "2024-02-05", abated="2024-02-19"))
    resources += [_encounter(dice, patient["id"], practitioner["id"]) for _ in range(dice.between(1, 4))]
    entries = [
        {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource, "request": _request(resource)}
        for resource in resources
    ]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    return orjson.dumps(bundle, option=orjson.OPT_INDENT_2)


def _request(resource: dict[str, Any]) -> dict[str, str]:
    return {"method": "POST", "url": resource["resourceType"]}


def _month_day(dice: Dice) -> str:
    return f"{dice.between(1, 12):02d}-{dice.between(1, 28):02d}"


def _typed(code: str, system: str, value: str) -> dict[str, Any]:
    kind = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": code}]}
    return {"type": kind, "system": system, "value": value}


def _patient(dice: Dice, number: int) -> dict[str, Any]:
    patient: dict[str, Any] = {
        "resourceType": "Patient",
        "id": dice.uuid(),
        "meta": {"versionId": "1", "lastUpdated": "2025-11-28T15:00:00Z"},
        "identifier": [
            _typed("MR", "https://charts.example/mrn", f"MR-{100_000 + number}"),
            _typed("MC", "http://hl7.org/fhir/sid/us-mbi", mbi(dice)),
            _typed("SS", "http://hl7.org/fhir/sid/us-ssn", f"999-{dice.between(10, 99)}-{dice.between(1000, 9999)}"),
        ],
        "name": [{"use": "official", "family": dice.pick(FAMILY), "given": [dice.pick(GIVEN)]}],
        "telecom": [{"system": "phone", "value": f"555-01{dice.below(100):02d}"}],
        "gender": dice.pick(("female", "male")),
        "birthDate": f"{dice.between(1934, 1959)}-{_month_day(dice)}",
        "address": [{"line": [f"{dice.between(1, 99)} Sample Street"], "city": "Northfield", "state": "IL"}],
    }
    if number % 12 == 11:
        patient["deceasedDateTime"] = "2025-06-17T21:10:00-05:00"
    return patient


def _condition(dice: Dice, patient: str, code: str, name: str, onset: str, abated: str | None = None) -> dict[str, Any]:
    condition: dict[str, Any] = {
        "resourceType": "Condition",
        "id": dice.uuid(),
        "clinicalStatus": {"coding": [{"code": "resolved" if abated else "active"}]},
        "verificationStatus": {"coding": [{"code": "confirmed"}]},
        "code": {"coding": [{"system": _SNOMED, "code": code, "display": name}], "text": name},
        "subject": {"reference": f"urn:uuid:{patient}"},
        # One onset in ten is remembered by its year only.
        "onsetDateTime": onset[:4] if dice.chance(10) else onset,
    }
    if abated:
        condition["abatementDateTime"] = abated
    return condition


def _encounter(dice: Dice, patient: str, practitioner: str) -> dict[str, Any]:
    code, name = dice.pick(_VISITS)
    on = f"{dice.between(2022, 2024)}-{_month_day(dice)}"
    return {
        "resourceType": "Encounter",
        "id": dice.uuid(),
        "status": "finished" if dice.chance(95) else "cancelled",
        "class": {"code": "AMB"},
        "type": [{"coding": [{"system": _SNOMED, "code": code, "display": name}], "text": name}],
        "subject": {"reference": f"urn:uuid:{patient}"},
        "participant": [{"individual": {"reference": f"urn:uuid:{practitioner}"}}],
        "period": {"start": f"{on}T15:00:00Z", "end": f"{on}T15:25:00Z"},
    }
