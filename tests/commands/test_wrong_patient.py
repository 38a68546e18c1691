"""The wrong patient: conditions and plan revisions are moved or struck by compliance, and nothing is deleted."""

from typing import Any

import pytest

from commands.catalog import CATALOG
from commands.intents.care_plan import RecordPlanCopy, SignCarePlan
from commands.intents.patient import AttestRisk
from commands.intents.wrong_patient import MoveCondition, MovePlanRevision, StrikeCondition, StrikePlanRevision
from ledger.streams.base import ERASED, SEALED
from ledger.streams.care_plan import PlanElement, PlanRevisionMoved, PlanRevisionStruck, PlanWords
from ledger.streams.merging import PatientsMerged
from ledger.streams.patient import ConditionRecorded, ConditionWords, DeathRecorded
from ledger.streams.wrong_patient import ConditionMoved, ConditionStruck
from ledger.terms.people import Role
from tests.commands.world import (
    ADA,
    ADMIN,
    COMPLIANCE,
    CONDITIONS,
    NURSE,
    OTHER_PATIENT,
    OTHER_PRACTICE,
    PATIENT,
    PRACTICE,
    assigned,
    known,
    on,
    patient,
    person,
    plan,
    utc,
)
from tests.gwt import Given, opaque

CONDITION = CONDITIONS[0]
SITE_COMPLIANCE = opaque("st", 41)
TEXT = ConditionWords(description="Seen on the film of 3 May.")
PLAN_TEXT = PlanWords(elements=(PlanElement(element="goals", text="Walk a mile."),))


def recorded(**changes: Any) -> ConditionRecorded:
    whole: dict[str, Any] = {
        "patient": PATIENT,
        "condition": CONDITION,
        "icd10": "E11.9",
        "onset_on": on("2020-05-03"),
        "expected_12_months": True,
        "words": TEXT,
    }
    return ConditionRecorded(**{**whole, **changes})


def world() -> Given:
    """Two patients of one practice; a condition and a plan in the record of the first."""
    planned = plan().model_copy(update={"words": PLAN_TEXT, "conditions": (CONDITION,)})
    return known().and_(patient(OTHER_PATIENT, "10043"), assigned(OTHER_PATIENT), recorded(), planned).by(COMPLIANCE)


def move(to: str = OTHER_PATIENT, **changes: Any) -> MoveCondition:
    return MoveCondition(
        **{"patient": PATIENT, "condition": CONDITION, "to_patient": to, "reason": "The film was another's.", **changes}
    )


def strike(**changes: Any) -> StrikeCondition:
    whole = {"patient": PATIENT, "condition": CONDITION, "reason": "entered_in_error", "evidence": "Letter."}
    return StrikeCondition(**{**whole, **changes})


# --- move_condition ---------------------------------------------------------------------------------------------


def test_a_condition_is_moved_whole_in_one_fact_of_both_patients() -> None:
    event = world().when(move()).event

    assert (OTHER_PATIENT, PATIENT, "E11.9") == (event.patient, event.from_patient, event.icd10)
    assert {f"patient/{PATIENT}", f"patient/{OTHER_PATIENT}"} == set(event.tags())


def test_its_words_are_sealed_anew_under_the_right_patient_and_the_reason_under_the_wrong_one() -> None:
    event = world().when(move()).event

    assert (TEXT, "The film was another's.") == (event.words, event.reason.reason)
    assert {"words": f"{OTHER_PATIENT}/2020", "reason": f"{PATIENT}/2020"} == {
        s.field: s.scope for s in event.sealing()
    }


def test_a_condition_without_words_is_moved_without_words() -> None:
    bare = known().and_(patient(OTHER_PATIENT, "10043"), recorded(words=SEALED)).by(COMPLIANCE)

    assert SEALED is bare.when(move()).event.words


def test_a_condition_whose_words_were_erased_is_moved_without_words() -> None:
    bare = known().and_(patient(OTHER_PATIENT, "10043"), recorded(words=ERASED)).by(COMPLIANCE)

    assert SEALED is bare.when(move()).event.words


def test_after_the_move_the_right_patient_has_the_condition_and_the_wrong_one_does_not() -> None:
    moved = world().then(move())
    wrong, right = (moved.state(f"patient/{who}") for who in (PATIENT, OTHER_PATIENT))

    assert (None, CONDITION) == (wrong.condition(CONDITION), right.condition(CONDITION).event.condition)


def test_a_condition_that_was_moved_back_holds_again() -> None:
    back = world().then(move()).then(move(PATIENT, patient=OTHER_PATIENT))

    assert CONDITION == back.state(f"patient/{PATIENT}").condition(CONDITION).event.condition


def test_the_same_move_again_is_unchanged() -> None:
    assert (len(world().facts) + 1,) == world().again(move()).unchanged


def test_a_condition_that_is_not_there_is_not_moved() -> None:
    unknown = world().when(move(condition=CONDITIONS[1])).refusal

    assert "no_such_condition" == unknown.code
    assert unknown.remedy.startswith("Look the condition up in the patient's history")


@pytest.mark.parametrize("to", [PATIENT, opaque("pt", 3)])
def test_a_condition_is_not_moved_to_its_own_patient(to: str) -> None:
    third = opaque("pt", 3)
    one = world().and_(patient(third, "10044"), PatientsMerged(patient=PATIENT, merged=third))

    assert "moved_to_itself" == one.when(move(to)).refused


def test_a_condition_that_was_struck_is_not_moved() -> None:
    assert "already_struck" == world().then(strike()).when(move()).refused


def test_nothing_is_moved_into_a_practice_out_of_reach() -> None:
    officer = person(SITE_COMPLIANCE, Role.COMPLIANCE, PRACTICE)
    apart = known().and_(*officer, patient(OTHER_PATIENT, "10043"), assigned(OTHER_PATIENT, OTHER_PRACTICE), recorded())

    assert "not_in_this_practice" == apart.by(SITE_COMPLIANCE).when(move()).refused


@pytest.mark.parametrize("actor", [NURSE, ADMIN, ADA])
def test_only_compliance_moves_and_strikes(actor: str) -> None:
    commands = (move(), strike(), move_plan(), strike_plan())

    assert ["capacity_missing"] * 4 == [world().by(actor).when(command).refused for command in commands]


def test_a_condition_in_the_record_of_a_merged_patient_is_moved_from_there() -> None:
    third = opaque("pt", 3)
    one = world().and_(patient(third, "10044"), PatientsMerged(patient=third, merged=PATIENT))

    assert PATIENT == one.when(move(patient=third)).event.from_patient


# --- strike_condition -------------------------------------------------------------------------------------------


def test_a_struck_condition_holds_no_longer_and_stays_on_record() -> None:
    struck = world().then(strike())

    assert None is struck.state(f"patient/{PATIENT}").condition(CONDITION)
    assert recorded() in [fact.event for fact in struck.facts]


def test_the_evidence_of_a_strike_is_sealed() -> None:
    event = world().when(strike()).event

    assert "Letter." == event.words.evidence
    assert "Letter" not in event.model_dump_json()


def test_a_strike_again_is_unchanged() -> None:
    assert (len(world().facts) + 1,) == world().again(strike()).unchanged


def test_a_condition_that_is_not_there_is_not_struck() -> None:
    assert "no_such_condition" == world().when(strike(condition=CONDITIONS[1])).refused


def test_a_condition_that_was_moved_is_not_struck() -> None:
    assert "already_struck" == world().then(move()).when(strike()).refused


def test_no_risk_is_attested_for_a_struck_condition() -> None:
    risk = AttestRisk(patient=PATIENT, on=on("2026-03-31"), conditions=(CONDITION,))

    assert "no_such_condition" == world().then(strike()).by(ADA).when(risk).refused


def test_a_struck_condition_is_recorded_anew_when_it_is_said_again() -> None:
    again = world().and_(ConditionStruck(patient=PATIENT, condition=CONDITION, reason="entered_in_error"))
    held = again.and_(recorded(condition=CONDITIONS[1])).state(f"patient/{PATIENT}").conditions

    assert [CONDITIONS[1]] == [learned.event.condition for learned in held]


# --- move_plan_revision -----------------------------------------------------------------------------------------


def move_plan(to: str = OTHER_PATIENT, **changes: Any) -> MovePlanRevision:
    return MovePlanRevision(
        **{"patient": PATIENT, "revision": 1, "to_patient": to, "reason": "Wrong chart.", **changes}
    )


def strike_plan(**changes: Any) -> StrikePlanRevision:
    whole = {"patient": PATIENT, "revision": 1, "reason": "wrong_patient", "evidence": "Wrong chart."}
    return StrikePlanRevision(**{**whole, **changes})


def test_a_revision_gets_the_next_number_of_the_right_plan_and_waits_for_a_signature() -> None:
    theirs = plan().model_copy(update={"patient": OTHER_PATIENT})
    then = world().and_(theirs, recorded(patient=OTHER_PATIENT)).when(move_plan())

    assert (2, 1, {"revision": "2"}) == (then.event.revision, then.event.from_revision, then.ids)
    assert ["plan_waits_for_signature"] == then.codes


def test_a_moved_revision_says_what_it_said_under_the_right_patients_key() -> None:
    event = world().when(move_plan()).event

    assert (PLAN_TEXT, utc("2026-01-05T16:00"), NURSE) == (event.words, event.revised_at, event.author)
    assert {"words": f"{OTHER_PATIENT}/2026", "reason": f"{PATIENT}/2026"} == {
        s.field: s.scope for s in event.sealing()
    }


def test_a_moved_revision_that_names_conditions_of_the_wrong_patient_says_so() -> None:
    assert ["condition_not_on_record", "plan_waits_for_signature"] == world().when(move_plan()).codes


def test_a_moved_revision_keeps_its_number_where_it_was_and_is_no_plan_there() -> None:
    moved = world().then(move_plan())
    wrong, right = (moved.state(f"care_plan/{who}").revision(1) for who in (PATIENT, OTHER_PATIENT))

    assert (OTHER_PATIENT, None) == (wrong.taken_out.to, right.taken_out)


def test_the_same_move_of_a_revision_again_is_unchanged() -> None:
    assert (len(world().facts) + 1,) == world().again(move_plan()).unchanged


def test_a_revision_that_is_not_there_is_neither_moved_nor_struck() -> None:
    commands = (move_plan(revision=2), strike_plan(revision=2))

    assert ["revision_unknown"] * 2 == [world().when(command).refused for command in commands]


def test_a_revision_is_not_moved_to_its_own_patient() -> None:
    assert "moved_to_itself" == world().when(move_plan(PATIENT)).refused


def test_a_revision_that_was_struck_is_not_moved() -> None:
    assert "already_struck" == world().then(strike_plan()).when(move_plan()).refused


def test_no_plan_is_moved_behind_the_death_of_the_right_patient() -> None:
    dead = world().and_(DeathRecorded(patient=OTHER_PATIENT, on=on("2025-12-31")))

    assert "after_death" == dead.when(move_plan()).refused


def test_no_plan_is_moved_into_a_practice_out_of_reach() -> None:
    officer = person(SITE_COMPLIANCE, Role.COMPLIANCE, PRACTICE)
    apart = known().and_(*officer, patient(OTHER_PATIENT, "10043"), assigned(OTHER_PATIENT, OTHER_PRACTICE), plan())

    assert "not_in_this_practice" == apart.by(SITE_COMPLIANCE).when(move_plan()).refused


# --- strike_plan_revision ---------------------------------------------------------------------------------------


def test_a_struck_revision_keeps_its_number() -> None:
    struck = world().then(strike_plan())

    assert isinstance(struck.facts[-1].event, PlanRevisionStruck)
    assert (1, None) == (len(struck.state(f"care_plan/{PATIENT}").revisions), _taken_out(struck).to)


def _taken_out(ledger: Given) -> Any:
    return ledger.state(f"care_plan/{PATIENT}").revision(1).taken_out


def test_a_strike_of_a_revision_again_is_unchanged() -> None:
    assert (len(world().facts) + 1,) == world().again(strike_plan()).unchanged


def test_a_revision_that_was_moved_is_not_struck() -> None:
    assert "already_struck" == world().then(move_plan()).when(strike_plan()).refused


def test_a_struck_revision_is_not_signed() -> None:
    assert (
        "already_struck" == world().then(strike_plan()).by(ADA).when(SignCarePlan(patient=PATIENT, revision=1)).refused
    )


def test_a_copy_of_a_struck_revision_is_kept_with_a_notice() -> None:
    copy = RecordPlanCopy(
        patient=PATIENT, revision=1, given_at=utc("2026-02-01T15:00"), given_to="patient", channel="paper"
    )

    assert ["copy_of_struck_revision"] == world().then(strike_plan()).by(NURSE).when(copy).codes


# --- both -------------------------------------------------------------------------------------------------------


def test_moves_wait_until_what_they_open_is_durable() -> None:
    alone = {name for name, entry in CATALOG.items() if entry.is_alone}

    assert {"merge_patients", "move_condition", "move_plan_revision"} <= alone


def test_a_fact_of_two_patients_seals_one_part_for_each() -> None:
    facts = (world().when(move()).event, world().when(move_plan()).event)

    assert all(isinstance(event, ConditionMoved | PlanRevisionMoved) for event in facts)
    assert [2, 2] == [len({sealing.subject for sealing in event.sealing()}) for event in facts]
