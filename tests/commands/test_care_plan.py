"""The care plan: whole revisions by anybody, a signature by whoever may bill, copies to the patient."""

from typing import Any

from commands.intents.care_plan import ElementGiven, RecordPlanCopy, ReviseCarePlan, SignCarePlan
from ledger.streams.care_plan import CarePlanSigned
from ledger.terms.people import Role
from tests.commands.world import (
    ADA,
    BO,
    CONDITIONS,
    NURSE,
    PATIENT,
    PRACTICE,
    PSYCHOLOGIST,
    designated,
    died,
    enrolled,
    known,
    on,
    person,
    plan,
    utc,
)
from tests.gwt import opaque

GROUPS = ("problem_list", "goals", "interventions", "medications")
SECOND = opaque("st", 40)


def revise(*groups: str, **changes: Any) -> ReviseCarePlan:
    whole: dict[str, Any] = {
        "patient": PATIENT,
        "revised_at": utc("2026-03-31T15:00"),
        "author": NURSE,
        "elements": tuple(ElementGiven(element=group, text="in words") for group in groups or GROUPS),
        "intervention_owners": True,
        "conditions": CONDITIONS,
        "review_on": on("2026-12-01"),
    }
    return ReviseCarePlan(**{**whole, **changes})


# --- revise_care_plan -------------------------------------------------------------------------------------------


def test_a_revision_gets_the_next_number_and_waits_for_a_signature() -> None:
    then = enrolled().by(NURSE).when(revise())

    assert (2, GROUPS, {"revision": "2"}) == (then.event.revision, then.event.elements, then.ids)
    assert ["plan_waits_for_signature"] == then.codes


def test_the_words_of_a_plan_are_sealed() -> None:
    then = enrolled().by(NURSE).when(revise())

    assert "in words" == then.event.words.elements[0].text
    assert "in words" not in then.event.model_dump_json()


def test_the_same_revision_again_is_another_revision_because_words_cannot_be_compared() -> None:
    assert 3 == enrolled().by(NURSE).again(revise()).event.revision


def test_a_revision_says_which_required_element_it_lacks() -> None:
    then = enrolled().by(NURSE).when(revise("problem_list", "goals", "interventions"))

    assert ["care_plan_element_missing", "plan_waits_for_signature"] == then.codes
    assert "medications" in then.notices[0].happened


def test_a_revision_without_owners_and_review_date_says_so() -> None:
    then = enrolled().by(NURSE).when(revise(intervention_owners=False, review_on=None))
    expected = ["care_plan_owners_missing", "care_plan_review_date_missing", "plan_waits_for_signature"]

    assert expected == then.codes


def test_a_revision_of_conditions_that_are_not_on_record_is_stored() -> None:
    assert "condition_not_on_record" in known().by(NURSE).when(revise()).codes


def test_a_revision_of_tomorrow_is_refused() -> None:
    assert "in_the_future" == known().by(NURSE).when(revise(revised_at=utc("2026-04-01T15:00"))).refused


def test_a_revision_after_death_is_refused() -> None:
    assert "after_death" == known().and_(died("2026-03-20")).by(NURSE).when(revise()).refused


# --- sign_care_plan ---------------------------------------------------------------------------------------------


def sign(revision: int = 1) -> SignCarePlan:
    return SignCarePlan(patient=PATIENT, revision=revision)


def test_a_signature_carries_the_present_moment() -> None:
    then = known().and_(plan()).by(ADA).when(sign())

    assert (
        CarePlanSigned(patient=PATIENT, revision=1, practitioner=ADA, signed_at=utc("2026-03-31T18:00")) == then.event
    )


def test_a_revision_that_the_actor_signed_is_unchanged() -> None:
    ledger = known().and_(plan()).by(ADA)

    assert (len(ledger.facts) + 1,) == ledger.again(sign()).unchanged


def test_a_signature_of_somebody_who_does_not_bill_the_month_is_to_be_reviewed() -> None:
    second = person(SECOND, Role.PRACTITIONER, PRACTICE, "np")
    ledger = known().and_(plan(), designated(), *second).by(SECOND)

    assert ["plan_signed_by_other"] == ledger.when(sign()).codes


def test_a_revision_that_is_not_there_is_not_signed() -> None:
    assert "revision_unknown" == known().and_(plan()).by(ADA).when(sign(2)).refused


def test_nothing_is_signed_after_death() -> None:
    assert "after_death" == known().and_(plan(), died("2026-03-20")).by(ADA).when(sign()).refused


def test_a_signature_of_a_credential_that_does_not_bill_is_refused() -> None:
    assert "signature_not_by_practitioner" == known().and_(plan()).by(PSYCHOLOGIST).when(sign()).refused


def test_a_colleague_who_signs_first_keeps_nobody_else_from_signing() -> None:
    second = person(SECOND, Role.PRACTITIONER, PRACTICE, "np")
    signed_by_colleague = known().and_(plan(), *second).by(SECOND).then(sign())

    assert ADA == signed_by_colleague.by(ADA).when(sign()).event.practitioner


def test_neither_a_nurse_nor_a_practitioner_elsewhere_signs() -> None:
    refused = [known().and_(plan()).by(actor).when(sign()).refused for actor in (NURSE, BO)]

    assert ["capacity_missing", "not_in_this_practice"] == refused


def test_death_goes_before_the_credential() -> None:
    assert "after_death" == known().and_(plan(), died("2026-03-20")).by(PSYCHOLOGIST).when(sign()).refused


# --- record_plan_copy -------------------------------------------------------------------------------------------


def copy(**changes: Any) -> RecordPlanCopy:
    whole: dict[str, Any] = {
        "patient": PATIENT,
        "revision": 1,
        "given_at": utc("2026-03-31T15:00"),
        "given_to": "caregiver",
        "channel": "mail",
        "given_by": NURSE,
    }
    return RecordPlanCopy(**{**whole, **changes})


def test_a_copy_is_recorded() -> None:
    then = known().and_(plan()).by(NURSE).when(copy())

    assert ("caregiver", NURSE, []) == (then.event.given_to, then.event.given_by, then.codes)


def test_the_same_copy_again_is_unchanged() -> None:
    ledger = known().and_(plan()).by(NURSE)

    assert (len(ledger.facts) + 1,) == ledger.again(copy()).unchanged


def test_a_copy_older_than_its_revision_is_to_be_reviewed() -> None:
    then = known().and_(plan()).by(NURSE).when(copy(given_at=utc("2026-01-02T15:00")))

    assert ["copy_before_revision"] == then.codes


def test_a_copy_of_no_revision_is_refused() -> None:
    assert "revision_unknown" == known().by(NURSE).when(copy()).refused


def test_a_copy_of_next_week_is_refused() -> None:
    assert "in_the_future" == known().and_(plan()).by(NURSE).when(copy(given_at=utc("2026-04-07T15:00"))).refused
