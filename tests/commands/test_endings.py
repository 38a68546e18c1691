"""Revocation and disenrolment, told by anybody; a consent found void, and what takes these back, by compliance."""

from typing import Any

import pytest

from commands.intents.consent import Evidence, ItemsGiven, RecordConsent, RecordDecline, SupplementConsent
from commands.intents.status import (
    InvalidateConsent,
    RecordDisenrolment,
    RecordRevocation,
    RetractDisenrolment,
    RetractRevocation,
)
from ledger.streams.base import SEALED
from ledger.streams.consent import ConsentSupplemented, ItemsAffirmed
from ledger.terms.people import Programme, Role
from tests.commands.world import (
    ADA,
    ALL,
    AUDITOR,
    COMPLIANCE,
    CONSENT,
    DESK,
    FEED,
    NURSE,
    OTHER_PRACTICE,
    PATIENT,
    PRACTICE,
    consent,
    enrolled,
    known,
    on,
    person,
    utc,
)
from tests.gwt import Given, opaque

NOWHERE = {"rv": opaque("rv", 77), "ds": opaque("ds", 77), "cs": opaque("cs", 77)}
OFFICER = opaque("st", 40)
FORM = "The signature is not the patient's."


def revoke(**changes: Any) -> RecordRevocation:
    whole: dict[str, Any] = {"patient": PATIENT, "scope": (Programme.CCM,), "told_on": on("2026-03-12")}
    return RecordRevocation(**{**whole, **changes})


def disenrol(**changes: Any) -> RecordDisenrolment:
    whole = {"patient": PATIENT, "programme": Programme.CCM, "on": on("2026-03-12"), "reason": "moved_away"}
    return RecordDisenrolment(**{**whole, **changes})


def invalidate(**changes: Any) -> InvalidateConsent:
    whole = {"patient": PATIENT, "consent": CONSENT, "reason": "forged", "evidence": FORM}
    return InvalidateConsent(**{**whole, **changes})


# --- record_revocation ------------------------------------------------------------------------------------------


def test_a_revocation_is_recorded_with_its_day_and_scope() -> None:
    then = enrolled().by(DESK).when(revoke(told_to=NURSE, scope=(Programme.CCM, Programme.RPM, Programme.CCM)))

    assert (on("2026-03-12"), NURSE) == (then.event.told_on, then.event.told_to)
    assert (Programme.CCM, Programme.RPM) == then.event.scope
    assert then.event.words is SEALED
    assert then.ids["revocation"] == then.event.revocation


def test_a_revocation_says_that_it_takes_effect_at_the_end_of_its_month() -> None:
    (notice,) = enrolled().by(DESK).when(revoke()).notices

    assert "consent_revoked_in_month" == notice.code
    assert "at the end of 2026-03" in notice.happened
    assert ("medicare.ccm.consent.revocation_effective",) == notice.readings


def test_what_the_patient_said_is_sealed() -> None:
    then = enrolled().by(DESK).when(revoke(note="Too many calls."))

    assert "Too many calls." == then.event.words.note
    assert "calls" not in then.event.model_dump_json()


@pytest.mark.parametrize("who", [DESK, NURSE, ADA, FEED, AUDITOR, COMPLIANCE])
def test_anybody_may_record_a_revocation(who: str) -> None:
    assert 1 == len(enrolled().by(who).when(revoke()).events)


@pytest.mark.parametrize("told_on", ["2014-12-31", "2026-01-05", "2026-03-31", "2026-04-01"])
def test_a_revocation_of_any_day_that_has_begun_somewhere_is_taken(told_on: str) -> None:
    assert on(told_on) == enrolled().by(DESK).when(revoke(told_on=on(told_on))).event.told_on


def test_a_revocation_in_the_future_is_refused() -> None:
    assert "in_the_future" == enrolled().by(DESK).when(revoke(told_on=on("2026-04-02"))).refused


def test_a_revocation_recorded_after_its_month_says_what_it_takes() -> None:
    (notice,) = enrolled().by(DESK).when(revoke(told_on=on("2026-02-10"))).notices

    assert "revocation_recorded_late" == notice.code
    assert "at the end of 2026-02" in notice.happened


def test_a_revocation_recorded_in_the_night_after_its_month_is_not_late() -> None:
    evening = enrolled().by(DESK).at("2026-04-01T04:00:00+00:00")

    assert ["consent_revoked_in_month"] == evening.when(revoke()).codes


@pytest.mark.parametrize(
    "changes", [{"scope": (Programme.RPM,)}, {"told_on": on("2026-01-04")}, {"practitioner": DESK}]
)
def test_a_revocation_of_what_nobody_consented_to_is_kept_and_says_so(changes: dict[str, Any]) -> None:
    assert ["nothing_to_end"] == enrolled().by(DESK).when(revoke(**changes)).codes


def test_the_same_revocation_again_is_unchanged_with_its_id() -> None:
    ledger = enrolled().by(DESK)
    again = ledger.again(revoke())

    assert (len(ledger.facts) + 1,) == again.unchanged
    assert ledger.when(revoke()).ids == again.ids


def test_a_revocation_with_words_is_a_new_fact() -> None:
    assert 1 == len(enrolled().by(DESK).again(revoke(note="Said it again.")).events)


@pytest.mark.parametrize(("told_on", "expected"), [("2026-03-12", ["declined_after_consent"]), ("2026-02-12", [])])
def test_a_decline_contradicts_a_consent_until_its_revocation_took_effect(told_on: str, expected: list[str]) -> None:
    decline = RecordDecline(patient=PATIENT, programme=Programme.CCM, occurred_at=utc("2026-03-20T15:00"))

    assert expected == enrolled().by(DESK).then(revoke(told_on=on(told_on))).when(decline).codes


# --- record_disenrolment ----------------------------------------------------------------------------------------


def test_a_disenrolment_by_a_practice_that_nobody_registered_is_refused() -> None:
    unknown = enrolled().by(DESK).when(disenrol(practice=opaque("pr", 99)))

    assert "no_such_practice" == unknown.refused
    assert PRACTICE == enrolled().by(DESK).when(disenrol(practice=PRACTICE)).event.practice


def test_a_disenrolment_is_one_of_the_patients_practice_of_that_day() -> None:
    then = enrolled().by(DESK).when(disenrol(note="Moved to Ohio."))

    assert (PRACTICE, "moved_away", "Moved to Ohio.") == (then.event.practice, then.event.reason, then.event.words.note)
    assert ["disenrolled_in_month"] == then.codes
    assert then.ids["disenrolment"] == then.event.disenrolment


def test_a_disenrolment_by_a_practice_that_does_not_bill_is_kept_and_says_so() -> None:
    then = enrolled().by(DESK).when(disenrol(practice=OTHER_PRACTICE))

    assert (OTHER_PRACTICE, ["nothing_to_end"]) == (then.event.practice, then.codes)


def test_a_disenrolment_in_the_future_is_refused() -> None:
    assert "in_the_future" == enrolled().by(DESK).when(disenrol(on=on("2026-04-02"))).refused


def test_a_disenrolment_from_what_nobody_consented_to_says_so() -> None:
    assert ["nothing_to_end"] == known().by(DESK).when(disenrol()).codes


def test_the_same_disenrolment_again_is_unchanged() -> None:
    ledger = enrolled().by(DESK)
    again = ledger.again(disenrol())

    assert (len(ledger.facts) + 1,) == again.unchanged
    assert ledger.when(disenrol()).ids == again.ids


# --- invalidate_consent -----------------------------------------------------------------------------------------


def test_compliance_finds_a_consent_void_with_evidence() -> None:
    then = enrolled().by(COMPLIANCE).when(invalidate())

    assert (CONSENT, "forged", FORM) == (then.event.consent, then.event.reason, then.event.words.evidence)
    assert ["consent_invalidated"] == then.codes


@pytest.mark.parametrize("who", [ADA, NURSE, DESK, AUDITOR])
def test_nobody_else_finds_a_consent_void(who: str) -> None:
    assert "capacity_missing" == enrolled().by(who).when(invalidate()).refused


def test_compliance_of_another_practice_does_not_reach_the_patient() -> None:
    elsewhere = enrolled().and_(*person(OFFICER, Role.COMPLIANCE, OTHER_PRACTICE)).by(OFFICER)

    assert "not_in_this_practice" == elsewhere.when(invalidate()).refused


def test_a_consent_that_is_not_on_record_is_not_found_void() -> None:
    assert "no_such_consent" == enrolled().by(COMPLIANCE).when(invalidate(consent=NOWHERE["cs"])).refused


def test_nobody_voids_a_consent_that_they_obtained() -> None:
    own = known().and_(consent(obtained_by=COMPLIANCE)).by(COMPLIANCE)

    assert "not_self" == own.when(invalidate()).refused


def test_nobody_voids_a_consent_whose_supplement_they_obtained() -> None:
    supplement = ConsentSupplemented(
        patient=PATIENT,
        consent=CONSENT,
        occurred_at=utc("2026-01-06T15:00"),
        obtained_by=COMPLIANCE,
        items=ItemsAffirmed(**ALL),
        evidence="contemporaneous_note",
    )

    assert "not_self" == enrolled().and_(supplement).by(COMPLIANCE).when(invalidate()).refused


def test_a_consent_found_void_again_for_that_reason_is_unchanged() -> None:
    ledger = enrolled().by(COMPLIANCE)

    assert (len(ledger.facts) + 1,) == ledger.again(invalidate()).unchanged


def test_a_consent_found_void_again_for_another_reason_is_refused() -> None:
    void = enrolled().by(COMPLIANCE).then(invalidate())

    assert "already_taken_back" == void.when(invalidate(reason="coerced")).refused


def void() -> Given:
    return enrolled().by(COMPLIANCE).then(invalidate()).by(NURSE)


def the_consent_again(**changes: Any) -> RecordConsent:
    whole: dict[str, Any] = {
        "patient": PATIENT,
        "programme": Programme.CCM,
        "occurred_at": utc("2026-01-05T15:00"),
        "method": "verbal",
        "obtained_by": NURSE,
        "practitioner": ADA,
        "given_by": "self",
        "items": ItemsGiven(**ALL),
        "evidence": Evidence(kind="contemporaneous_note"),
    }
    return RecordConsent(**{**whole, **changes})


def test_the_words_of_a_void_consent_said_again_are_a_new_consent() -> None:
    # With a wrong patient's form in the ledger, the right form of that day must not be taken for its repeat.
    ledger = known().by(NURSE).then(the_consent_again())
    (first,) = ledger.state(f"patient/{PATIENT}").consents
    void = ledger.by(COMPLIANCE).then(invalidate(consent=first.event.consent)).by(NURSE)

    assert 1 == len(void.when(the_consent_again()).events)


def test_a_supplement_to_a_void_consent_is_kept_and_says_so() -> None:
    supplement = SupplementConsent(
        patient=PATIENT,
        consent=CONSENT,
        occurred_at=utc("2026-03-31T15:00"),
        obtained_by=NURSE,
        items=ItemsGiven(**ALL),
        evidence=Evidence(kind="contemporaneous_note"),
    )

    assert ["consent_invalidated"] == [code for code in void().when(supplement).codes if "late" not in code]


@pytest.mark.parametrize(
    ("told_on", "expected"), [("2026-03-30", ["consent_on_day_of_revocation"]), ("2026-03-29", [])]
)
def test_a_consent_of_the_day_of_a_revocation_is_told_that_it_is_no_consent_again(
    told_on: str, expected: list[str]
) -> None:
    revoked = enrolled().by(NURSE).then(revoke(told_on=on(told_on)))

    assert expected == revoked.when(the_consent_again(occurred_at=utc("2026-03-30T15:00"))).codes


# --- taking back ------------------------------------------------------------------------------------------------


def revoked() -> tuple[Given, str]:
    ledger = enrolled().by(DESK).then(revoke())
    (found,) = ledger.state(f"patient/{PATIENT}").status.revocations
    return ledger.by(COMPLIANCE), found.event.revocation


def disenrolled() -> tuple[Given, str]:
    ledger = enrolled().by(DESK).then(disenrol())
    (found,) = ledger.state(f"patient/{PATIENT}").status.disenrolments
    return ledger.by(COMPLIANCE), found.event.disenrolment


def retract_revocation(revocation: str, reason: Any = "wrong_patient") -> RetractRevocation:
    return RetractRevocation(patient=PATIENT, revocation=revocation, reason=reason, evidence="Another patient called.")


def retract_disenrolment(disenrolment: str, reason: Any = "wrong_patient") -> RetractDisenrolment:
    return RetractDisenrolment(patient=PATIENT, disenrolment=disenrolment, reason=reason, evidence="A namesake.")


def test_compliance_takes_a_revocation_back() -> None:
    ledger, revocation = revoked()
    then = ledger.when(retract_revocation(revocation))

    assert (revocation, "Another patient called.") == (then.event.revocation, then.event.words.evidence)


def test_compliance_takes_a_disenrolment_back() -> None:
    ledger, disenrolment = disenrolled()

    assert disenrolment == ledger.when(retract_disenrolment(disenrolment)).event.disenrolment


@pytest.mark.parametrize("who", [ADA, NURSE, DESK, FEED])
def test_nobody_whose_minutes_it_moves_takes_an_end_back(who: str) -> None:
    ledger, revocation = revoked()
    other, disenrolment = disenrolled()

    assert "capacity_missing" == ledger.by(who).when(retract_revocation(revocation)).refused
    assert "capacity_missing" == other.by(who).when(retract_disenrolment(disenrolment)).refused


def test_what_is_not_on_record_is_not_taken_back() -> None:
    ledger = enrolled().by(COMPLIANCE)

    assert "no_such_revocation" == ledger.when(retract_revocation(NOWHERE["rv"])).refused
    assert "no_such_disenrolment" == ledger.when(retract_disenrolment(NOWHERE["ds"])).refused


def test_an_end_is_taken_back_once() -> None:
    ledger, revocation = revoked()
    other, disenrolment = disenrolled()

    assert (len(ledger.facts) + 1,) == ledger.again(retract_revocation(revocation)).unchanged
    assert (len(other.facts) + 1,) == other.again(retract_disenrolment(disenrolment)).unchanged


def test_an_end_is_not_taken_back_for_another_reason_too() -> None:
    ledger, revocation = revoked()
    other, disenrolment = disenrolled()
    back, ended = ledger.then(retract_revocation(revocation)), other.then(retract_disenrolment(disenrolment))

    assert "already_taken_back" == back.when(retract_revocation(revocation, "entered_in_error")).refused
    assert "already_taken_back" == ended.when(retract_disenrolment(disenrolment, "entered_in_error")).refused


def test_a_revocation_said_again_after_it_was_taken_back_is_a_new_one() -> None:
    ledger, revocation = revoked()
    again = ledger.then(retract_revocation(revocation)).by(DESK).when(revoke())

    assert revocation != again.event.revocation
