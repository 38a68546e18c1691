"""Months of PCM and APCM are signed and claimed like those of CCM, each by itself."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from commands.intents.attesting import WithdrawAttestation
from commands.intents.care_month import AttestInBatch, AttestMonth, ChooseFamily, LogTime
from commands.intents.claims import ReleaseClaim
from ledger.streams.care_month import MonthAttested
from ledger.streams.care_plan import CarePlanSigned
from ledger.streams.designation import DesignationWithdrawn
from ledger.streams.overpayments import ClaimLostGround
from ledger.streams.patient import ConditionRecorded, RiskAttested
from ledger.terms.identity import care_month_tag
from ledger.terms.people import Programme
from tests.commands.overpaid import claims, report
from tests.commands.test_claims import APRIL, NPI, charge
from tests.commands.test_month_signing import worked
from tests.commands.test_programmes import MONTH, in_pcm, pcm, spent
from tests.commands.world import ADA, BILLER, BO, DESIGNATION, NURSE, PATIENT, practice, utc
from tests.gwt import Given, opaque
from tests.reactions.given import MACHINE, machine

SIGNED = CarePlanSigned(patient=PATIENT, revision=1, practitioner=BO, signed_at=utc("2026-01-06T17:00"))
PCM, APCM, CCM = Programme.PCM, Programme.APCM, Programme.CCM


def ready_pcm(minutes: int = 30) -> Given:
    """A month of PCM with so many minutes of the staff, that Dr Bo bills and may sign."""
    failing = opaque("cd", 9)
    condition = ConditionRecorded(
        patient=PATIENT, condition=failing, icd10="I50.22", onset_on=date(2025, 1, 1), expected_months=6
    )
    risk = RiskAttested(patient=PATIENT, practitioner=BO, on=date(2026, 1, 6), conditions=(failing,))
    there = practice().model_copy(update={"npi": NPI})
    told = in_pcm(BO).and_(condition, risk, there, charge("99426", "75.00"), charge("99427", "55.00"), charge(), SIGNED)
    return spent(minutes, ledger=told)


def ready_apcm() -> Given:
    """A month of APCM of a patient with two conditions, that Dr Bo bills: nothing needs be logged."""
    there = practice().model_copy(update={"npi": NPI})
    no_ccm = DesignationWithdrawn(
        patient=PATIENT, designation=DESIGNATION, reason="patient_chose_other", from_month="2026-01"
    )
    told = in_pcm(BO, programme=APCM).and_(no_ccm, there, charge("G0557", "60.00"), SIGNED)
    return told.by(BO).at("2026-04-01T18:00:00+00:00")


def sign(ledger: Given, programme: Any = PCM, **changes: Any) -> AttestMonth:
    whole = {"patient": PATIENT, "month": MONTH, "digest": pcm(ledger, programme).digest, "programme": programme}
    return AttestMonth(**{**whole, **changes})


def release(programme: Programme = PCM) -> ReleaseClaim:
    return ReleaseClaim(patient=PATIENT, month=MONTH, programme=programme)


def attestation_of(ledger: Given) -> MonthAttested:
    return next(fact.event for fact in reversed(ledger.facts) if isinstance(fact.event, MonthAttested))


# --- signed -------------------------------------------------------------------------------------------------------


def test_a_month_of_pcm_is_signed_by_whoever_bills_it_and_says_of_which_programme_it_is() -> None:
    ledger = ready_pcm()
    event = ledger.when(sign(ledger)).event

    assert (event.programme, event.practitioner, event.family) == (PCM, BO, "pcm_staff")
    assert [(line.code, line.units) for line in event.lines] == [("99426", 1)]


def test_a_signature_for_ccm_is_stored_as_it_always_was() -> None:
    ledger = worked(20)
    event = ledger.when(sign(ledger, CCM)).event

    assert event.programme is None
    assert "programme" not in event.model_dump_json(exclude_none=True)


def test_a_fact_without_a_programme_is_one_of_ccm() -> None:
    ledger = worked(20)
    stored = ledger.when(sign(ledger, CCM)).event.model_dump()
    del stored["programme"]
    month = ledger.and_(MonthAttested(**stored)).state(care_month_tag(PATIENT, MONTH))

    assert month.standing_attestation(CCM) is not None
    assert month.standing_attestation(PCM) is None


def test_the_month_of_ccm_is_nothing_that_the_biller_of_pcm_signs() -> None:
    ledger = ready_pcm()

    assert "not_the_billing_practitioner" == ledger.when(sign(ledger, CCM)).refused
    assert "not_the_billing_practitioner" == ledger.by(ADA).when(sign(ledger)).refused


@pytest.mark.parametrize(("minutes", "code"), [(29, "below_minimum"), (30, None)])
def test_a_month_of_pcm_is_signed_from_its_own_minimum_on(minutes: int, code: str | None) -> None:
    ledger = ready_pcm(minutes)
    outcome = ledger.when(sign(ledger)).outcome

    assert getattr(outcome, "code", None) == code


def test_what_is_short_of_the_minimum_of_pcm_says_which() -> None:
    ledger = ready_pcm(29)

    assert "30" in ledger.when(sign(ledger)).refusal.happened


def test_a_month_of_apcm_is_signed_without_a_minute() -> None:
    ledger = ready_apcm()
    event = ledger.when(sign(ledger, APCM)).event

    assert (event.programme, event.staff_seconds, event.lines[0].code) == (APCM, 0, "G0557")


def test_two_programmes_of_one_month_are_each_signed_and_neither_supersedes_the_other() -> None:
    both = worked(20, ledger=ready_pcm())
    signed = both.then(sign(both, CCM)).by(BO)
    twice = signed.then(sign(signed))

    assert ("attested", "attested") == (pcm(twice, CCM).standing, pcm(twice).standing)
    assert twice.when(sign(twice)).unchanged == (twice.facts[-1].position,)


def test_the_one_is_withdrawn_and_the_other_stands() -> None:
    both = worked(20, ledger=ready_pcm())
    signed = both.then(sign(both, CCM)).by(BO)
    twice = signed.then(sign(signed))
    first = next(fact.event for fact in twice.facts if isinstance(fact.event, MonthAttested))
    taken = WithdrawAttestation(
        patient=PATIENT, month=MONTH, attestation=first.attestation, reason="signed_in_error", words="Mine."
    )
    after = twice.by(ADA).then(taken)

    assert ("ready", "attested") == (pcm(after, CCM).standing, pcm(after).standing)


def test_a_month_of_pcm_is_signed_by_itself_and_not_in_a_batch() -> None:
    ledger = ready_pcm()
    asked = AttestInBatch(patient=PATIENT, month=MONTH, digest=pcm(ledger).digest, programme=Programme.PCM)

    assert "attested_one_by_one" == ledger.when(asked).refused


# --- what comes later ---------------------------------------------------------------------------------------------


def more(programme: Programme, day: int = 12) -> LogTime:
    return LogTime(
        patient=PATIENT,
        performer=NURSE,
        programme=programme,
        start=utc(f"2026-03-{day}T15:00"),
        end=utc(f"2026-03-{day}T15:30"),
        activity="phone_call",
        description="Call.",
    )


def test_time_of_pcm_that_comes_behind_its_signature_waits_for_approval() -> None:
    ledger = ready_pcm()
    later = ledger.then(sign(ledger)).by(NURSE).then(more(PCM, day=29))
    line = pcm(later).lines[-1]

    assert (line.counted, line.notices[0].code) == (0, "raise_awaits_approval")
    assert "stale" == pcm(later).standing


def test_time_of_pcm_waits_for_nothing_where_only_the_month_of_ccm_is_signed() -> None:
    both = worked(20, ledger=ready_pcm())
    later = both.then(sign(both, CCM)).by(NURSE).then(more(PCM))

    assert 1800 == pcm(later).lines[-1].counted


def test_a_withdrawal_for_ccm_lets_nothing_raise_pcm() -> None:
    both = worked(20, ledger=ready_pcm())
    signed = both.then(sign(both, CCM)).by(BO)
    twice = signed.then(sign(signed)).by(NURSE).then(more(PCM))
    first = next(fact.event for fact in twice.facts if isinstance(fact.event, MonthAttested))
    taken = WithdrawAttestation(
        patient=PATIENT, month=MONTH, attestation=first.attestation, reason="signed_in_error", words="Mine."
    )

    assert 0 == pcm(twice.by(ADA).then(taken)).lines[-1].counted


# --- claimed ------------------------------------------------------------------------------------------------------


def test_a_signed_month_of_pcm_becomes_a_claim_of_pcm() -> None:
    ledger = ready_pcm(60)
    signed = ledger.then(sign(ledger)).by(BILLER).at(APRIL)
    event = signed.when(release()).event

    assert (event.programme, event.practitioner, event.family) == (PCM, BO, "pcm_staff")
    assert [(line.code, line.units, line.charge, line.parent) for line in event.lines] == [
        ("99426", 1, Decimal("75.00"), None),
        ("99427", 1, Decimal("55.00"), "99426"),
    ]
    assert event.attestation == attestation_of(signed).attestation


def test_a_signed_month_of_apcm_becomes_a_claim_of_one_line() -> None:
    ledger = ready_apcm()
    event = ledger.then(sign(ledger, APCM)).by(BILLER).at(APRIL).when(release(APCM)).event

    assert (event.programme, [(line.code, line.units) for line in event.lines]) == (APCM, [("G0557", 1)])


def test_a_signature_for_ccm_releases_no_claim_of_pcm() -> None:
    both = worked(20, ledger=ready_pcm())
    signed = both.then(sign(both, CCM)).by(BILLER).at(APRIL)

    assert "month_not_attested" == signed.when(release()).refused


def test_claims_of_two_programmes_live_beside_each_other() -> None:
    both = worked(20, ledger=ready_pcm())
    signed = both.then(sign(both, CCM)).by(BO)
    twice = signed.then(sign(signed)).by(BILLER).at(APRIL).then(release(CCM))

    assert twice.when(release()).event.programme is PCM


def test_a_month_of_pcm_that_says_something_else_since_is_released_once_it_is_signed_anew() -> None:
    ledger = ready_pcm()
    chosen = ledger.then(sign(ledger)).then(
        ChooseFamily(patient=PATIENT, month=MONTH, family="pcm_staff", programme=Programme.PCM)
    )

    assert "attestation_stale" == chosen.by(BILLER).at(APRIL).when(release()).refused
    anew = chosen.by(BO).then(sign(chosen)).by(BILLER).at(APRIL)
    assert anew.when(release()).event.programme is PCM


@pytest.mark.parametrize("programme", [PCM, APCM])
def test_a_claim_whose_signature_was_withdrawn_has_lost_all_of_its_ground(programme: Programme) -> None:
    begun = ready_pcm() if programme is PCM else ready_apcm()
    ledger = begun.and_(*machine())
    signed = ledger.then(sign(ledger, programme))
    released = signed.by(BILLER).at(APRIL).then(release(programme))
    taken = WithdrawAttestation(
        patient=PATIENT,
        month=MONTH,
        attestation=attestation_of(signed).attestation,
        reason="signed_in_error",
        words="Mine.",
    )
    lines = claims(released).claims[-1].event.lines

    assert released.by(MACHINE).when(report(released)).refused == "claim_stands"
    event = released.by(BO).then(taken).by(MACHINE).when(report(released)).event
    assert isinstance(event, ClaimLostGround)
    assert [(each.code, each.units) for each in event.lost] == [(line.code, line.units) for line in lines]
