"""The people and facts that the tests of commands start from: the fixture of ccm-rules, section 14.

One practice in Chicago with Dr Ada (MD), a nurse, a medical assistant, a front desk, a biller; a second practice with
Dr Bo (NP); an administrator, a compliance officer and an integration for all of the ledger.
"""

from datetime import UTC, date, datetime
from typing import Any

from ledger.streams.base import Event
from ledger.streams.care_plan import CarePlanCopyGiven, CarePlanRevised, CarePlanSigned
from ledger.streams.consent import ConsentRecorded, ItemsAffirmed
from ledger.streams.designation import PractitionerDesignated
from ledger.streams.patient import (
    ConditionRecorded,
    CoverageRecorded,
    DeathRecorded,
    IdentifierLink,
    PatientRegistered,
    PracticeAssigned,
    RiskAttested,
    VisitRecorded,
)
from ledger.streams.practice import CapabilityAttested, PracticeRegistered
from ledger.streams.staff import RoleGranted, StaffLink, StaffRegistered
from ledger.terms.people import Programme, Role, Side
from tests.gwt import Given, given, opaque, token

PATIENT, OTHER_PATIENT = opaque("pt", 1), opaque("pt", 2)
PRACTICE, OTHER_PRACTICE = opaque("pr", 1), opaque("pr", 2)
ADA, BO, NURSE, ASSISTANT, DESK, BILLER, ADMIN, COMPLIANCE, FEED, PSYCHOLOGIST, SITE_ADMIN, AUDITOR = (
    opaque("st", number) for number in range(1, 13)
)
STRANGER = opaque("st", 30)
CONDITIONS = opaque("cd", 1), opaque("cd", 2)
CONSENT, DESIGNATION = opaque("cs", 1), opaque("dg", 1)
MRN, MBI = "10042", "1EG4TE5MK73"
ALL = {"availability": True, "cost_sharing": True, "one_practitioner": True, "right_to_stop": True}
SINCE = date(2024, 1, 1)


def utc(text: str) -> datetime:
    """An instant, written without its zone, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def on(text: str) -> date:
    """A date."""
    return date.fromisoformat(text)


def practice(which: str = PRACTICE, zone: str = "America/Chicago", tin: str = "361234567") -> PracticeRegistered:
    """A practice."""
    name = f"Practice {tin[-1]}"
    return PracticeRegistered(
        practice=which, name=name, tin=tin, zone=zone, link=token("#practice", f"{tin}\n{name.casefold()}")
    )


def person(
    who: str,
    role: Role | None,
    where: str | None,
    credential: str | None = None,
    npi: str | None = None,
    *,
    is_person: bool = True,
) -> tuple[Event, ...]:
    """A staff member with one role."""
    links = (StaffLink(system="npi", token=token("npi", npi)),) if npi else ()
    registered = StaffRegistered(
        staff=who, credential=credential, npi=npi, is_person=is_person, work_country="US", links=links
    )
    return (registered, RoleGranted(staff=who, role=role, practice=where, from_on=SINCE)) if role else (registered,)


def people() -> tuple[Event, ...]:
    """Everybody."""
    return (
        *person(ADA, Role.PRACTITIONER, PRACTICE, "md", "1234567893"),
        *person(BO, Role.PRACTITIONER, OTHER_PRACTICE, "np", "1558598797"),
        *person(NURSE, Role.CLINICAL_STAFF, PRACTICE, "rn"),
        *person(ASSISTANT, Role.CLINICAL_STAFF, PRACTICE, "cma"),
        *person(DESK, Role.FRONT_DESK, PRACTICE),
        *person(BILLER, Role.BILLER, PRACTICE),
        *person(ADMIN, Role.ADMINISTRATOR, None),
        *person(COMPLIANCE, Role.COMPLIANCE, None),
        *person(FEED, Role.INTEGRATION, None, is_person=False),
        *person(PSYCHOLOGIST, Role.PRACTITIONER, PRACTICE, "psyd"),
        *person(SITE_ADMIN, Role.ADMINISTRATOR, PRACTICE),
        *person(AUDITOR, Role.AUDITOR, None),
    )


def patient(who: str = PATIENT, mrn: str = MRN) -> PatientRegistered:
    """A patient known by a record number."""
    return PatientRegistered(patient=who, links=(IdentifierLink(system="mrn", token=token("mrn", mrn)),))


def assigned(who: str = PATIENT, where: str = PRACTICE, since: date = SINCE) -> PracticeAssigned:
    """A patient's practice."""
    return PracticeAssigned(patient=who, practice=where, from_on=since)


def consent(**changes: Any) -> ConsentRecorded:
    """A complete verbal consent of 2026-01-05, 09:00 in Chicago, that names Dr Ada."""
    whole: dict[str, Any] = {
        "patient": PATIENT,
        "consent": CONSENT,
        "programme": Programme.CCM,
        "occurred_at": utc("2026-01-05T15:00"),
        "method": "verbal",
        "obtained_by": NURSE,
        "practitioner": ADA,
        "given_by": "self",
        "items": ItemsAffirmed(**ALL),
        "evidence": "contemporaneous_note",
    }
    return ConsentRecorded(**{**whole, **changes})


def designated(who: str = ADA, where: str = PRACTICE, **changes: Any) -> PractitionerDesignated:
    """Dr Ada bills CCM from January 2026 on."""
    whole: dict[str, Any] = {
        "patient": PATIENT,
        "designation": DESIGNATION,
        "practitioner": who,
        "practice": where,
        "programme": Programme.CCM,
        "side": Side.PRACTITIONER,
        "from_month": "2026-01",
    }
    return PractitionerDesignated(**{**whole, **changes})


def died(text: str) -> DeathRecorded:
    """The patient's death."""
    return DeathRecorded(patient=PATIENT, on=on(text))


def plan(number: int = 1) -> CarePlanRevised:
    """A whole care plan of 2026-01-05."""
    return CarePlanRevised(
        patient=PATIENT,
        revision=number,
        revised_at=utc("2026-01-05T16:00"),
        author=NURSE,
        elements=("problem_list", "goals", "interventions", "medications"),
        intervention_owners=True,
        conditions=CONDITIONS,
        goals=2,
        review_on=on("2026-12-01"),
    )


def office() -> Given:
    """Two practices and everybody who works there; no patient."""
    two = practice(OTHER_PRACTICE, "America/New_York", "751234562")
    return given(practice(), two, *people())


def known() -> Given:
    """A patient of the Chicago practice of whom nothing else is known."""
    return office().and_(patient(), assigned())


def enrolled() -> Given:
    """The patient with everything that a month of CCM rests on, and Dr Ada as billing practitioner."""
    conditions = (("E11.9", CONDITIONS[0]), ("I10", CONDITIONS[1]))
    return known().and_(
        *(
            ConditionRecorded(patient=PATIENT, condition=which, icd10=code, onset_on=SINCE, expected_12_months=True)
            for code, which in conditions
        ),
        RiskAttested(patient=PATIENT, practitioner=ADA, on=on("2026-01-05"), conditions=CONDITIONS),
        VisitRecorded(
            patient=PATIENT,
            visit=opaque("vs", 1),
            on=on("2025-12-10"),
            code="G0439",
            practitioner=ADA,
            ccm_discussed=True,
        ),
        CoverageRecorded(
            patient=PATIENT, coverage=opaque("cv", 1), payer="medicare", kind="medicare_ffs", from_on=SINCE
        ),
        consent(),
        plan(),
        CarePlanSigned(patient=PATIENT, revision=1, practitioner=ADA, signed_at=utc("2026-01-05T17:00")),
        CarePlanCopyGiven(
            patient=PATIENT, revision=1, given_at=utc("2026-01-05T18:00"), given_to="patient", channel="portal"
        ),
        designated(),
        CapabilityAttested(
            practice=PRACTICE, capability="cehrt_year", edition_year=2025, attested_by=ADMIN, from_on=SINCE
        ),
        CapabilityAttested(practice=PRACTICE, capability="access_24x7", attested_by=ADMIN, from_on=SINCE),
        at=utc("2026-01-05T19:00"),
    )
