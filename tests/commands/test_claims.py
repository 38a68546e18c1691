"""An attested month is released to billing, once; what a claim says, what keeps it back, and how it is taken back."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from commands.intents.attesting import WithdrawAttestation
from commands.intents.care_month import LogTime
from commands.intents.claims import AdoptCharge, ReleaseClaim, WithdrawClaim
from ledger.rulebook import load_rulebook, shipped_edition
from ledger.streams.claims import ClaimAcknowledged, ClaimReleased, ClaimRemitted
from ledger.streams.practice import ChargeAdopted, PolicyAdopted
from ledger.terms.identity import claims_tag
from ledger.terms.outcome import Refused
from tests.commands.test_month_signing import MONTH, attest, worked
from tests.commands.world import ADA, BILLER, NURSE, PATIENT, PRACTICE, on, practice, utc
from tests.gwt import Given

APRIL = "2026-04-02T15:00:00+00:00"
NPI = "1245319599"


def charge(code: str = "99490", amount: str = "85.00", from_on: str = "2026-01-01") -> ChargeAdopted:
    return ChargeAdopted(practice=PRACTICE, code=code, amount=Decimal(amount), from_on=on(from_on))


def set_up(minutes: int = 25) -> Given:
    """A month with so many minutes in a practice that has an NPI and asks 85 dollars for 99490."""
    there = practice().model_copy(update={"npi": NPI})
    return worked(minutes).and_(there, charge(), charge("99439", "60.00"))


def attested(ledger: Given | None = None) -> Given:
    """The month signed by Dr Ada, and the biller on the second of April."""
    told = ledger or set_up()
    return told.by(ADA).then(attest(told)).by(BILLER).at(APRIL)


def release(**changes: Any) -> ReleaseClaim:
    return ReleaseClaim(**{"patient": PATIENT, "month": MONTH, **changes})


def claim_of(ledger: Given) -> str:
    claim: str = ledger.state(claims_tag(PATIENT)).claims[-1].event.claim
    return claim


# --- what a claim says --------------------------------------------------------------------------------------------


def test_an_attested_month_becomes_a_claim_with_its_lines_and_the_ground_that_they_rest_on() -> None:
    ledger = attested()
    event = ledger.when(release()).event

    assert isinstance(event, ClaimReleased)
    assert [(line.code, line.units, line.charge, line.expected) for line in event.lines] == [
        ("99490", 1, Decimal("85.00"), Decimal("66.13"))
    ]
    assert (event.date_of_service, event.place_of_service) == (on("2026-03-31"), "11")
    assert (event.diagnoses, event.payer, event.frequency) == (("E11.9", "I10"), "medicare", "1")
    assert (event.family, event.practitioner, event.practice) == ("noncomplex", ADA, PRACTICE)
    assert (event.attestation, event.digest) == (_signed(ledger).attestation, _signed(ledger).digest)
    assert len(event.control_number) == 20


def _signed(ledger: Given) -> Any:
    return next(fact.event for fact in reversed(ledger.facts) if fact.event.TOPIC == "month_attested")


def test_an_add_on_names_its_base_and_is_charged_for_all_of_its_units() -> None:
    event = attested(set_up(60)).when(release()).event

    assert [(line.code, line.units, line.charge, line.parent) for line in event.lines] == [
        ("99490", 1, Decimal("85.00"), None),
        ("99439", 2, Decimal("120.00"), "99490"),
    ]
    assert event.charge == Decimal("205.00")


# --- what keeps it back -------------------------------------------------------------------------------------------


def test_a_month_that_nobody_attested_is_not_released() -> None:
    attested_not = set_up().by(BILLER).at(APRIL)

    assert attested_not.when(release()).refusal.code == "month_not_attested"


def test_nor_one_whose_attestation_was_withdrawn() -> None:
    ledger = attested()
    signed = _signed(ledger).attestation
    taken = WithdrawAttestation(
        patient=PATIENT, month=MONTH, attestation=signed, reason="signed_in_error", words="Mine."
    )

    assert ledger.by(ADA).then(taken).by(BILLER).when(release()).refusal.code == "month_not_attested"


def test_nor_one_that_says_something_else_since() -> None:
    more = LogTime(
        patient=PATIENT,
        performer=NURSE,
        start=utc("2026-03-30T15:00"),
        end=utc("2026-03-30T15:20"),
        activity="phone_call",
        description="Call.",
    )
    ledger = attested().by(NURSE).then(more).by(BILLER)

    assert ledger.when(release()).refusal.code in {"attestation_stale", "month_blocked_from_release"}


def test_nor_one_that_has_not_ended_where_no_policy_lets_it() -> None:
    early = worked(25, ledger=None).and_(practice().model_copy(update={"npi": NPI}), charge())
    early = early.by(ADA).at("2026-03-31T20:00:00+00:00")
    signed = early.then(attest(early)).by(BILLER)

    assert signed.when(release()).refusal.code == "month_not_over"
    allowed = PolicyAdopted(practice=PRACTICE, policy="release_timing", value="threshold", from_on=on("2026-01-01"))
    assert isinstance(signed.and_(allowed).by(BILLER).when(release()).event, ClaimReleased)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"npi": None}, "npi_not_on_record"),
        ({}, "charge_not_adopted"),
    ],
)
def test_nor_one_that_lacks_what_a_claim_must_say(given: dict[str, Any], code: str) -> None:
    there = practice().model_copy(update={"npi": NPI, **given})
    facts = (there, charge()) if given else (there,)
    ledger = worked(25).and_(*facts)

    assert attested(ledger).when(release()).refusal.code == code


@pytest.mark.parametrize(("day", "is_late"), [("2027-03-31", False), ("2027-04-01", True)])
def test_nor_one_behind_its_filing_deadline_where_nobody_granted_an_exception(day: str, is_late: bool) -> None:
    ledger = attested().at(f"{day}T15:00:00+00:00")

    outcome = ledger.when(release()).outcome
    assert (isinstance(outcome, Refused) and outcome.code == "filing_deadline_over") == is_late
    assert isinstance(ledger.when(release(late_because="Retroactive entitlement.")).events[0], ClaimReleased)


def test_nor_one_whose_lines_do_not_go_together_by_the_law_of_the_day() -> None:
    files = dict(shipped_edition().files)
    text = files["medicare/claims.toml"].decode().replace('value = 1, cite = "HHS OIG', 'value = 0, cite = "HHS OIG')
    book = load_rulebook({**files, "medicare/claims.toml": text.encode()})
    ledger = attested()
    refusal = replace(ledger, law=(book, ledger.law[1])).when(release()).refusal

    assert refusal.code == "lines_do_not_stand"
    assert "99490 (base_codes_above_max)" in refusal.happened


# --- once ---------------------------------------------------------------------------------------------------------


def test_a_month_that_was_released_is_unchanged_when_it_is_released_again() -> None:
    ledger = attested().then(release())

    assert ledger.when(release()).unchanged == (ledger.facts[-1].position,)


def test_one_that_was_signed_anew_has_one_live_claim_still() -> None:
    ledger = attested().then(release())
    taken = WithdrawAttestation(
        patient=PATIENT, month=MONTH, attestation=_signed(ledger).attestation, reason="signed_in_error", words="Mine."
    )
    anew = attested(ledger.by(ADA).then(taken))

    assert anew.when(release()).refusal.code == "claim_is_live"


def rejected(ledger: Given) -> Given:
    answer = ClaimAcknowledged(
        patient=PATIENT, claim=claim_of(ledger), outcome="rejected", received_on=on("2026-04-03")
    )
    return ledger.and_(answer).by(BILLER)


def test_a_rejected_claim_is_sent_again_as_one_that_stands_for_it() -> None:
    ledger = rejected(attested().then(release()))
    first = claim_of(ledger)
    event = ledger.when(release(replaces=first)).event

    assert (event.replaces, event.frequency) == (first, "1")


def test_what_a_payer_denied_is_not_claimed_again_beside_it() -> None:
    ledger = attested().then(release())
    denied = ClaimRemitted(
        patient=PATIENT,
        claim=claim_of(ledger),
        status="denied",
        on=on("2026-04-20"),
        charge=Decimal("85.00"),
        paid=Decimal("0.00"),
        patient_share=Decimal("0.00"),
    )
    again = ledger.and_(denied).by(BILLER).when(release())

    assert again.unchanged


# --- taken back ---------------------------------------------------------------------------------------------------


def withdraw(claim: str) -> WithdrawClaim:
    return WithdrawClaim(patient=PATIENT, claim=claim, reason="month_changed", words="A call was struck.")


def test_a_claim_that_nobody_adjudicated_is_withdrawn_and_the_month_may_be_released_anew() -> None:
    ledger = attested().then(release())
    first = claim_of(ledger)
    taken = ledger.then(withdraw(first))

    assert taken.when(withdraw(first)).unchanged == (taken.facts[-1].position,)
    assert isinstance(taken.when(release()).event, ClaimReleased)


def test_one_that_was_paid_is_not_withdrawn() -> None:
    ledger = attested().then(release())
    paid = ClaimRemitted(
        patient=PATIENT,
        claim=claim_of(ledger),
        status="paid",
        on=on("2026-04-20"),
        charge=Decimal("85.00"),
        paid=Decimal("52.90"),
        patient_share=Decimal("13.23"),
    )
    refusal = ledger.and_(paid).by(BILLER).when(withdraw(claim_of(ledger))).refusal

    assert refusal.code == "claim_not_withdrawable"


def adopt() -> AdoptCharge:
    return AdoptCharge(practice=PRACTICE, code="99490", amount=Decimal("90.00"), from_on=on("2026-07-01"))


def test_a_charge_is_adopted_from_a_day_on_and_the_same_again_is_unchanged() -> None:
    asked = adopt()
    ledger = set_up().by(BILLER).then(asked)

    assert ledger.facts[-1].event == charge("99490", "90.00", "2026-07-01")
    assert ledger.when(asked).unchanged == (ledger.facts[-1].position,)
