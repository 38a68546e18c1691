"""Merging: two ids are one person, whoever names either speaks of the one who goes on, and it can be undone."""

from datetime import date
from typing import Any

import pytest

from commands.intents.base import OutsideName
from commands.intents.care_month import LogTime
from commands.intents.care_plan import RecordPlanCopy, SignCarePlan
from commands.intents.consent import Evidence, ItemsGiven, SupplementConsent
from commands.intents.designation import DesignatePractitioner, WithdrawDesignation
from commands.intents.patient import DemographicsGiven, LinkIdentifier, RecordCondition, RegisterPatient
from commands.intents.wrong_patient import MergePatients, UnmergePatients
from ledger.streams.care_plan import CarePlanRevised
from ledger.streams.consent import ItemsAffirmed
from ledger.streams.merging import PatientsMerged, PatientsUnmerged
from ledger.terms.people import Programme, Role, Side
from tests.commands.world import (
    ADA,
    ADMIN,
    ALL,
    BO,
    COMPLIANCE,
    DESK,
    MBI,
    MRN,
    NURSE,
    OTHER_PATIENT,
    OTHER_PRACTICE,
    PATIENT,
    PRACTICE,
    assigned,
    consent,
    designated,
    enrolled,
    known,
    patient,
    person,
    plan,
    utc,
)
from tests.gwt import Given, opaque

THIRD = opaque("pt", 3)
SITE_COMPLIANCE = opaque("st", 41)


def merge(into: str = PATIENT, merged: str = OTHER_PATIENT, **changes: Any) -> MergePatients:
    return MergePatients(**{"patient": into, "merged": merged, "evidence": "Same driver's licence.", **changes})


def unmerge(from_: str = PATIENT, merged: str = OTHER_PATIENT) -> UnmergePatients:
    return UnmergePatients(patient=from_, merged=merged, evidence="Two sisters.")


def two() -> Given:
    """Two patients of one practice, and the compliance officer who asks."""
    return known().and_(patient(OTHER_PATIENT, "10043"), assigned(OTHER_PATIENT)).by(COMPLIANCE)


def three() -> Given:
    return two().and_(patient(THIRD, "10044"), assigned(THIRD))


def merged(into: str = PATIENT, other: str = OTHER_PATIENT) -> PatientsMerged:
    return PatientsMerged(patient=into, merged=other)


# --- merge_patients ---------------------------------------------------------------------------------------------


def test_a_merge_stands_in_both_streams_with_the_evidence_under_the_key_of_each() -> None:
    event = two().when(merge()).event

    assert (f"patient/{PATIENT}", f"patient/{OTHER_PATIENT}") == event.tags()
    assert [f"{PATIENT}/identity", f"{OTHER_PATIENT}/identity"] == [each.scope for each in event.sealing()]
    assert "licence" not in event.model_dump_json()


def test_the_same_merge_again_is_unchanged() -> None:
    assert (len(two().facts) + 1,) == two().again(merge()).unchanged


def test_a_patient_is_not_merged_with_itself() -> None:
    assert "merged_with_itself" == two().when(merge(merged=PATIENT)).refused


def test_a_merge_back_is_a_merge_with_itself() -> None:
    assert "merged_with_itself" == two().and_(merged()).when(merge(OTHER_PATIENT, PATIENT)).refused


def test_who_was_merged_before_is_not_merged_into_another() -> None:
    assert "already_merged" == three().and_(merged()).when(merge(THIRD)).refused


def test_merges_make_a_chain_and_its_end_goes_on_for_all() -> None:
    chain = three().and_(merged(OTHER_PATIENT, PATIENT), merged(THIRD, OTHER_PATIENT))
    entry = LogTime(
        patient=PATIENT,
        performer=NURSE,
        start=utc("2026-03-31T15:00"),
        end=utc("2026-03-31T15:20"),
        activity="phone_call",
        description="Call.",
    )

    assert THIRD == chain.by(NURSE).when(entry).event.patient


def test_a_merge_into_a_merged_patient_is_one_into_whoever_goes_on() -> None:
    event = three().and_(merged()).when(merge(OTHER_PATIENT, THIRD)).event

    assert (PATIENT, THIRD) == (event.patient, event.merged)


def test_neither_an_administrator_nor_the_front_desk_merges() -> None:
    assert ["capacity_missing"] * 2 == [two().by(actor).when(merge()).refused for actor in (ADMIN, DESK)]


@pytest.mark.parametrize("elsewhere", [PATIENT, OTHER_PATIENT])
def test_a_compliance_officer_of_one_practice_merges_nobody_of_another(elsewhere: str) -> None:
    here = {PATIENT: PRACTICE, OTHER_PATIENT: PRACTICE} | {elsewhere: OTHER_PRACTICE}
    officer = person(SITE_COMPLIANCE, Role.COMPLIANCE, PRACTICE)
    apart = known().and_(*officer, patient(OTHER_PATIENT, "10043"))
    apart = Given(facts=tuple(f for f in apart.facts if "practice_assigned" != f.event.TOPIC))
    apart = apart.and_(*(assigned(who, where) for who, where in here.items()))

    assert "not_in_this_practice" == apart.by(SITE_COMPLIANCE).when(merge()).refused


def registered(born: str | None, mrn: str, mbi: str | None = None) -> RegisterPatient:
    names = [OutsideName(system="mrn", value=mrn), *([OutsideName(system="mbi", value=mbi)] if mbi else [])]
    told = DemographicsGiven(given="Pat", born_on=date.fromisoformat(born) if born else None)
    return RegisterPatient(identifiers=tuple(names), demographics=told, practice=PRACTICE)


def registered_two(one: RegisterPatient, other: RegisterPatient) -> tuple[Given, MergePatients]:
    first = known().by(DESK)
    ids = [first.when(one).ids["patient"], first.then(one).when(other).ids["patient"]]
    return first.then(one).then(other).by(COMPLIANCE), merge(*ids)


def test_two_dates_of_birth_are_for_review() -> None:
    ledger, command = registered_two(registered("1950-02-03", "1"), registered("1950-03-02", "2"))

    assert ["birth_dates_differ"] == ledger.when(command).codes


@pytest.mark.parametrize("other", ["1950-02-03", None])
def test_one_date_of_birth_or_an_unknown_one_is_not(other: str | None) -> None:
    ledger, command = registered_two(registered("1950-02-03", "1"), registered(other, "2"))

    assert [] == ledger.when(command).codes


def test_two_medicare_numbers_are_for_review() -> None:
    one, other = registered(None, "1", MBI), registered(None, "2", "1EG4TE5MK74")
    ledger, command = registered_two(one, other)

    assert ["mbi_differs"] == ledger.when(command).codes


def test_two_practitioners_for_one_month_are_for_review() -> None:
    both = two().and_(designated(), other_designated(from_month="2026-03"))
    then = both.when(merge())

    assert ["designations_collide"] == then.codes
    assert "2026-03" in then.notices[0].happened


@pytest.mark.parametrize(("mine", "theirs"), [("2026-02", "2026-03"), ("2026-03", "2026-02")])
def test_two_practitioners_one_after_the_other_are_not(mine: str, theirs: str) -> None:
    earlier = {"from_month": "2026-02", "until_month": "2026-02"}
    first = designated(**earlier) if mine == "2026-02" else designated(from_month=mine)
    second = other_designated(**earlier) if theirs == "2026-02" else other_designated(from_month=theirs)

    assert [] == two().and_(first, second).when(merge()).codes


def other_designated(who: str = BO, where: str = OTHER_PRACTICE, **changes: Any) -> Any:
    return designated(who, where, patient=OTHER_PATIENT, designation=opaque("dg", 2), **changes)


# --- what names the merged patient ------------------------------------------------------------------------------


def condition(who: str) -> RecordCondition:
    return RecordCondition(patient=who, icd10="I10", expected_12_months=True, description="High.")


def test_what_is_recorded_about_the_merged_patient_is_recorded_about_who_goes_on() -> None:
    event = two().and_(merged()).by(NURSE).when(condition(OTHER_PATIENT)).event

    assert PATIENT == event.patient


def test_after_an_unmerge_each_is_named_again() -> None:
    apart = two().and_(merged(), PatientsUnmerged(patient=PATIENT, merged=OTHER_PATIENT)).by(NURSE)

    assert OTHER_PATIENT == apart.when(condition(OTHER_PATIENT)).event.patient


def test_a_designation_of_either_occupies_the_month_of_both() -> None:
    one = two().and_(other_designated(ADA, PRACTICE), merged()).by(BO)
    asked = DesignatePractitioner(
        patient=PATIENT, practitioner=BO, programme=Programme.CCM, side=Side.PRACTITIONER, from_month="2026-03"
    )

    assert "month_occupied" == one.when(asked).refused


def test_what_stands_in_the_merged_record_is_changed_where_it_stands() -> None:
    one = two().and_(other_designated(ADA, PRACTICE), merged()).by(ADA)
    withdrawal = WithdrawDesignation(
        patient=PATIENT, designation=opaque("dg", 2), reason="transfer", from_month="2026-04", evidence="Moved."
    )

    assert OTHER_PATIENT == one.when(withdrawal).event.patient
    assert (
        "already_withdrawn"
        == one.then(withdrawal).when(withdrawal.model_copy(update={"from_month": "2026-05"})).refused
    )


def test_a_supplement_completes_the_consent_of_the_merged_patient() -> None:
    lacking = consent(patient=OTHER_PATIENT, items=ItemsAffirmed(**{**ALL, "cost_sharing": False}))
    supplement = SupplementConsent(
        patient=PATIENT,
        consent=lacking.consent,
        occurred_at=utc("2026-02-01T15:00"),
        obtained_by=NURSE,
        items=ItemsGiven(**ALL),
        evidence=Evidence(kind="contemporaneous_note"),
    )
    then = two().and_(lacking, merged()).by(NURSE).when(supplement)

    assert (OTHER_PATIENT, []) == (then.event.patient, then.codes)


def test_a_plan_revision_is_signed_by_its_number_in_the_plan_that_is_named() -> None:
    theirs = CarePlanRevised(**{**plan().model_dump(), "patient": OTHER_PATIENT})
    one = enrolled().and_(patient(OTHER_PATIENT, "10043"), theirs, merged()).by(ADA)
    event = one.when(SignCarePlan(patient=OTHER_PATIENT, revision=1)).event

    assert (OTHER_PATIENT, 1) == (event.patient, event.revision)


def test_a_copy_of_the_merged_patients_plan_is_one_of_that_plan() -> None:
    theirs = CarePlanRevised(**{**plan().model_dump(), "patient": OTHER_PATIENT})
    copy = RecordPlanCopy(
        patient=OTHER_PATIENT, revision=1, given_at=utc("2026-02-01T15:00"), given_to="patient", channel="paper"
    )

    assert OTHER_PATIENT == two().and_(theirs, merged()).by(NURSE).when(copy).event.patient


def test_identifiers_of_both_lead_to_one() -> None:
    names = tuple(OutsideName(system="mrn", value=value) for value in (MRN, "10043"))
    asked = RegisterPatient(identifiers=names, demographics=DemographicsGiven())

    assert "identifiers_of_two_patients" == two().by(DESK).when(asked).refused
    assert {"patient": PATIENT} == two().and_(merged()).by(DESK).when(asked).ids


def test_an_identifier_of_the_merged_patient_is_not_somebody_elses() -> None:
    asked = LinkIdentifier(patient=PATIENT, identifiers=(OutsideName(system="mrn", value="10043"),))

    assert "identifier_taken" == two().by(DESK).when(asked).refused
    assert 1 == len(two().and_(merged()).by(DESK).when(asked).unchanged)


def test_time_for_either_that_the_other_holds_already_does_not_count() -> None:
    def work(who: str) -> LogTime:
        return LogTime(
            patient=who,
            performer=NURSE,
            start=utc("2026-03-31T15:00"),
            end=utc("2026-03-31T15:20"),
            activity="phone_call",
            description="Call.",
        )

    before = enrolled().and_(patient(OTHER_PATIENT, "10043"), assigned(OTHER_PATIENT)).by(NURSE)
    one = before.then(work(OTHER_PATIENT)).and_(merged())

    assert ["time_already_covered"] == one.when(work(PATIENT)).codes


# --- unmerge_patients -------------------------------------------------------------------------------------------


def test_an_unmerge_says_what_stays_where_it_is() -> None:
    then = two().and_(merged()).when(unmerge())

    assert isinstance(then.event, PatientsUnmerged)
    assert ["stays_with_survivor"] == then.codes


def test_the_same_unmerge_again_is_unchanged() -> None:
    ledger = two().and_(merged())

    assert (len(ledger.facts) + 1,) == ledger.again(unmerge()).unchanged


def test_who_was_never_merged_is_not_unmerged() -> None:
    assert "not_merged" == two().when(unmerge()).refused


def test_the_one_who_goes_on_is_not_taken_out_of_the_other() -> None:
    assert "not_merged" == two().and_(merged()).when(unmerge(OTHER_PATIENT, PATIENT)).refused


def test_a_link_of_a_chain_is_unmerged_by_the_two_that_were_merged() -> None:
    chain = three().and_(merged(OTHER_PATIENT, PATIENT), merged(THIRD, OTHER_PATIENT))
    event = chain.when(unmerge(OTHER_PATIENT, PATIENT)).event

    assert (OTHER_PATIENT, PATIENT) == (event.patient, event.merged)
    assert "not_merged" == chain.when(unmerge(THIRD, PATIENT)).refused


def test_who_was_unmerged_may_be_merged_again() -> None:
    apart = two().and_(merged(), PatientsUnmerged(patient=PATIENT, merged=OTHER_PATIENT))

    assert isinstance(apart.when(merge()).event, PatientsMerged)


def test_a_compliance_officer_of_one_practice_unmerges_within_it_alone() -> None:
    officer = person(SITE_COMPLIANCE, Role.COMPLIANCE, OTHER_PRACTICE)

    assert "not_in_this_practice" == two().and_(*officer, merged()).by(SITE_COMPLIANCE).when(unmerge()).refused
