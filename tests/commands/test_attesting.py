"""An attestation taken back, a month left out of a batch, a signature that somebody answers for later."""

import pytest
from pydantic import ValidationError

from commands.intents.attesting import AttestSignature, ExceptMonth
from commands.intents.care_month import AttestInBatch, ChooseFamily
from ledger.streams.attesting import MonthExcepted
from ledger.streams.care_plan import CarePlanSigned
from ledger.streams.practice import PolicyAdopted
from tests.commands.changes import (
    MONTH,
    as_compliance,
    attested,
    correct,
    counted,
    entry_of,
    logged,
    told,
    verdict,
    withdrawal,
)
from tests.commands.test_month_signing import attest
from tests.commands.world import ADA, BO, NURSE, PATIENT, PRACTICE, PSYCHOLOGIST, SINCE, died, enrolled, known, plan
from tests.gwt import Given, opaque


def excepted(**changes: object) -> ExceptMonth:
    return ExceptMonth.model_validate({"patient": PATIENT, "month": MONTH, "reason": "One call is unclear.", **changes})


def answering(revision: int = 1) -> AttestSignature:
    return AttestSignature(patient=PATIENT, revision=revision, statement="I approved this plan on the day it was made.")


# --- withdraw_attestation ------------------------------------------------------------------------------------------


def test_the_signer_takes_an_attestation_back_and_the_month_is_open_again() -> None:
    ledger = attested(logged())
    then = ledger.by(ADA).then(withdrawal(ledger))

    assert ("attested", "ready", None) == (verdict(ledger).standing, verdict(then).standing, verdict(then).attested)


def test_compliance_takes_an_attestation_back() -> None:
    ledger = attested(logged())

    assert "signed_in_error" == as_compliance(ledger).when(withdrawal(ledger)).event.reason


def test_what_waited_for_approval_counts_once_the_attestation_is_withdrawn() -> None:
    ledger = attested(logged())
    longer = ledger.by(NURSE).then(correct(entry_of(ledger), "2026-03-10T15:00", "2026-03-10T15:50"))
    then = longer.by(ADA).then(withdrawal(longer))

    assert ([1500], [3000]) == (counted(longer), counted(then))


def test_a_month_whose_attestation_was_withdrawn_is_attested_again() -> None:
    ledger = attested(logged())
    again = attested(ledger.by(ADA).then(withdrawal(ledger)))

    assert "attested" == verdict(again).standing


def test_a_withdrawal_revives_no_attestation_that_was_superseded() -> None:
    first = attested(logged())
    second = attested(first.by(NURSE).then(correct(entry_of(first), "2026-03-10T15:00", "2026-03-10T15:24")))
    then = second.by(ADA).then(withdrawal(second))

    assert None is verdict(then).attested


def test_withdrawing_again_changes_nothing() -> None:
    ledger = attested(logged())
    command = withdrawal(ledger)

    assert (len(ledger.facts) + 1,) == ledger.by(ADA).then(command).when(command).unchanged


def test_another_practitioner_does_not_withdraw() -> None:
    ledger = attested(logged())

    assert "not_the_signer" == ledger.by(PSYCHOLOGIST).when(withdrawal(ledger)).refused
    assert "not_in_this_practice" == ledger.by(BO).when(withdrawal(ledger)).refused


def test_a_superseded_attestation_is_not_withdrawn() -> None:
    first = attested(logged())
    command = withdrawal(first)
    second = attested(first.by(NURSE).then(correct(entry_of(first), "2026-03-10T15:00", "2026-03-10T15:24")))

    assert "attestation_superseded" == second.by(ADA).when(command).refused


def test_an_attestation_that_is_not_there_is_not_withdrawn() -> None:
    ledger = attested(logged())

    assert "no_such_attestation" == ledger.by(ADA).when(withdrawal(ledger, attestation=opaque("at", 99))).refused


# --- except_month ---------------------------------------------------------------------------------------------------


def test_the_billing_practitioner_leaves_a_month_out_of_the_batch_with_the_reason() -> None:
    ledger = logged().by(ADA).at("2026-04-01T18:00:00+00:00")
    then = ledger.then(excepted())

    assert "One call is unclear." == told(then).words.reason
    assert ("ready", "ready") == (verdict(ledger).standing, verdict(then).standing)


def test_a_month_that_was_left_out_can_be_attested_later() -> None:
    ledger = logged().by(ADA).at("2026-04-01T18:00:00+00:00").then(excepted())

    assert "attested" == verdict(ledger.then(attest(ledger))).standing


def left_out() -> Given:
    return logged().by(ADA).at("2026-04-01T18:00:00+00:00").then(excepted())


def test_the_same_exception_again_is_unchanged_however_often_it_is_told() -> None:
    ledger = left_out()
    later = ledger.at("2026-04-02T18:00:00+00:00")

    assert (len(ledger.facts),) == ledger.when(excepted()).unchanged
    assert (len(ledger.facts),) == later.when(excepted()).unchanged


def test_another_reason_is_another_exception_and_the_newest_is_the_one_that_stands() -> None:
    first = left_out()
    second = first.then(excepted(reason="The plan is to be looked at."))

    assert "The plan is to be looked at." == told(second).words.reason
    assert (len(second.facts),) == second.when(excepted(reason="The plan is to be looked at.")).unchanged
    assert "One call is unclear." == second.when(excepted()).event.words.reason


def test_an_exception_stands_until_the_month_is_attested() -> None:
    ledger = left_out()
    signed = ledger.then(attest(ledger))

    assert "One call is unclear." == signed.when(excepted()).event.words.reason


def test_an_exception_of_another_practitioner_is_not_ones_own() -> None:
    others = MonthExcepted(patient=PATIENT, month=MONTH, practitioner=BO, words=told(left_out()).words)
    ledger = logged().by(ADA).at("2026-04-01T18:00:00+00:00").and_(others)

    assert ADA == ledger.when(excepted()).event.practitioner


def test_a_reason_has_the_length_of_every_other_reason() -> None:
    assert excepted(reason="x" * 20_000).reason
    with pytest.raises(ValidationError):
        excepted(reason="x" * 20_001)


def test_only_the_billing_practitioner_leaves_a_month_out() -> None:
    assert "not_the_billing_practitioner" == logged().by(PSYCHOLOGIST).when(excepted()).refused


def test_no_month_of_the_future_is_left_out() -> None:
    assert "in_the_future" == logged().by(ADA).when(excepted(month="2027-03")).refused


def test_no_month_after_death_is_left_out() -> None:
    assert "after_death" == enrolled().and_(died("2026-02-10")).by(ADA).when(excepted()).refused


# --- attest_in_batch -----------------------------------------------------------------------------------------------


def in_batch(ledger: Given, **changes: object) -> AttestInBatch:
    return AttestInBatch.model_validate({**attest(ledger).model_dump(), **changes})


def april(ledger: Given) -> Given:
    return ledger.by(ADA).at("2026-04-01T18:00:00+00:00")


def test_a_month_in_a_batch_has_a_signature_of_its_own() -> None:
    ledger = april(logged())

    assert ledger.when(attest(ledger)).event == ledger.when(in_batch(ledger)).event


def test_a_practice_may_have_each_month_attested_by_itself() -> None:
    policy = PolicyAdopted(practice=PRACTICE, policy="noncomplex_attestation", value="each", from_on=SINCE)
    ledger = april(logged().and_(policy))

    assert "attested_one_by_one" == ledger.when(in_batch(ledger)).refused


def test_a_month_of_the_practitioners_own_work_is_attested_by_itself() -> None:
    ledger = april(logged("2026-03-10T15:00", "2026-03-10T15:35", performer=ADA))
    chosen = ledger.then(ChooseFamily(patient=PATIENT, month=MONTH, family="personal"))

    assert "attested_one_by_one" == chosen.when(in_batch(chosen)).refused


def test_a_month_that_is_blocked_is_in_no_batch() -> None:
    ledger = april(unsigned())

    assert "month_not_ready" == ledger.when(in_batch(ledger)).refused
    assert ledger.when(attest(ledger)).codes == ["month_blocked"]


def test_what_attest_month_refuses_is_refused_in_a_batch() -> None:
    ledger = april(logged())

    assert "month_changed" == ledger.when(in_batch(ledger, digest="0" * 64)).refused
    assert "not_the_billing_practitioner" == ledger.by(PSYCHOLOGIST).when(in_batch(ledger)).refused


# --- attest_signature -----------------------------------------------------------------------------------------------


def unsigned() -> Given:
    """A plan that nobody signed, and time in March."""
    ledger = logged()
    kept = [fact.event for fact in ledger.facts if not isinstance(fact.event, CarePlanSigned)]
    return Given().and_(*kept, at=ledger.now).at("2026-04-01T18:00:00+00:00")


def test_a_plan_that_was_never_signed_is_answered_for_today() -> None:
    ledger = unsigned()
    assert "care_plan_not_signed" in [n.code for n in verdict(ledger).missing]
    then = ledger.by(ADA).then(answering())

    assert "care_plan_not_signed" not in [n.code for n in verdict(then).missing]
    assert "care_plan_signature_attested" in [n.code for n in verdict(then).notices]
    assert ledger.now == told(then).attested_at


def test_a_revision_that_does_not_exist_is_not_answered_for() -> None:
    assert "revision_unknown" == known().and_(plan()).by(ADA).when(answering(2)).refused


def test_nobody_answers_for_a_signature_after_the_patients_death() -> None:
    assert "after_death" == unsigned().and_(died("2026-03-20")).by(ADA).when(answering()).refused


def test_who_may_not_bill_answers_for_no_signature() -> None:
    assert "signature_not_by_practitioner" == unsigned().by(PSYCHOLOGIST).when(answering()).refused


def test_who_signed_or_answered_before_adds_nothing() -> None:
    ledger = unsigned().by(ADA)

    assert (len(ledger.facts) + 1,) == ledger.then(answering()).when(answering()).unchanged
    assert enrolled().by(ADA).at("2026-04-01T18:00:00+00:00").when(answering()).unchanged
