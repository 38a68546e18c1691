"""What becomes of a released claim by our own doing: voided, settled against another biller, waived, placed, late."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from commands.intents.attesting import WithdrawAttestation
from commands.intents.claims import SettleCompetition, VoidClaim, WaiveCostShare
from commands.intents.wrong_patient import MergePatients
from ledger.streams.base import Event
from ledger.streams.claim_reasons import ClaimExplained
from ledger.streams.claims import ClaimAcknowledged, ClaimReleased
from ledger.streams.overpayments import ClaimLostGround, OverpaymentIdentified, OverpaymentNoticed, OverpaymentReturned
from ledger.streams.patient import CoverageRecorded
from ledger.streams.practice import Site
from ledger.terms.identity import claims_tag
from tests.commands.test_claim_answers import acknowledged, denied, paid, released
from tests.commands.test_claims import APRIL, NPI, attested, claim_of, release, set_up
from tests.commands.test_month_signing import attest
from tests.commands.test_payers import covered
from tests.commands.world import (
    ADA,
    BILLER,
    COMPLIANCE,
    OTHER_PATIENT,
    PATIENT,
    SINCE,
    assigned,
    on,
    patient,
    practice,
)
from tests.gwt import Given, opaque
from tests.profiles import law_of_acme

TAKEN = law_of_acme(("medicare.claims.replacements_taken", "true"))


def of_acme(ledger: Given | None = None) -> Given:
    """A month released to a payer that takes replacements and voids, which has it under its number; in May."""
    told = replace(covered(ledger or set_up(), "acme"), law=TAKEN)
    signed = told.by(ADA).then(attest(told)).by(BILLER).at(APRIL).then(release())
    return signed.at("2026-05-04T15:00:00+00:00")


def at_the_payer(ledger: Given | None = None) -> Given:
    told = of_acme(ledger)
    return told.then(acknowledged(told, payer_number="ACME1"))


def void(ledger: Given) -> VoidClaim:
    return VoidClaim(patient=PATIENT, claim=claim_of(ledger), words="Sent for the wrong patient.")


# --- replaced and voided --------------------------------------------------------------------------------------------


def test_a_claim_that_the_payer_has_is_replaced_under_the_payers_number() -> None:
    ledger = at_the_payer()
    first = claim_of(ledger)
    event = ledger.when(release(replaces=first)).event

    assert (event.frequency, event.replaces, event.payer_number) == ("7", first, "ACME1")
    after = ledger.then(release(replaces=first))
    claims = after.state(claims_tag(PATIENT))
    assert [claims.status(each) for each in claims.claims] == ["replaced", "released"]
    assert after.when(release(replaces=first)).unchanged == (after.facts[-1].position,)


def test_a_claim_of_which_the_payer_gave_no_number_is_neither_replaced_nor_voided_yet() -> None:
    ledger = of_acme()
    ledger = ledger.then(acknowledged(ledger))

    assert ledger.when(release(replaces=claim_of(ledger))).refused == "payer_number_not_known"
    assert ledger.when(void(ledger)).refused == "payer_number_not_known"


def test_a_claim_that_went_to_another_payer_is_not_replaced() -> None:
    ledger = at_the_payer()
    other = CoverageRecorded(
        patient=PATIENT, coverage=opaque("cv", 1), payer="medicare", kind="medicare_ffs", from_on=SINCE
    )
    moved = ledger.and_(other).by(ADA)
    anew = moved.then(attest(moved)).by(BILLER)

    assert anew.when(release(replaces=claim_of(ledger))).refused == "claim_not_replaceable"


def test_a_void_is_a_claim_of_its_own_that_names_the_one_that_it_voids_and_asks_for_nothing() -> None:
    ledger = at_the_payer()
    first = claim_of(ledger)
    event, why = ledger.when(void(ledger)).events

    assert isinstance(event, ClaimReleased)
    assert isinstance(why, ClaimExplained)
    assert (event.frequency, event.replaces, event.payer_number, why.about) == ("8", first, "ACME1", "void")
    after = ledger.then(void(ledger))
    claims = after.state(claims_tag(PATIENT))
    assert claims.live(("2026-03", "CCM", "practitioner")) is None
    assert claims.status(claims.claims[0]) == "voided"


def test_a_void_asked_for_again_is_known() -> None:
    ledger = at_the_payer()
    asked = void(ledger)
    after = ledger.then(asked)

    assert after.when(asked).unchanged == (after.facts[-2].position,)


def _rejection(claim: str) -> ClaimAcknowledged:
    return ClaimAcknowledged(patient=PATIENT, claim=claim, outcome="rejected", received_on=on("2026-05-05"))


def test_a_void_that_the_payer_rejects_leaves_the_claim_as_it_was() -> None:
    ledger = at_the_payer()
    after = ledger.then(void(ledger))
    rejected = after.and_(_rejection(claim_of(after)))
    claims = rejected.state(claims_tag(PATIENT))

    assert claims.status(claims.claims[0]) == "accepted"


def test_a_month_that_was_voided_may_be_released_anew_and_stays_one_claim_whatever_the_payer_says_later() -> None:
    ledger = at_the_payer()
    voided = ledger.then(void(ledger))
    anew = voided.then(release())
    claims = anew.and_(_rejection(claim_of(voided))).state(claims_tag(PATIENT))

    assert [claims.is_live(each) for each in claims.claims] == [False, False, True]


@pytest.mark.parametrize("payer_takes_it", [True, False])
def test_a_claim_is_voided_only_where_the_payer_has_it_and_takes_that(payer_takes_it: bool) -> None:
    ledger = of_acme() if payer_takes_it else released()
    told = ledger if payer_takes_it else ledger.then(acknowledged(ledger, payer_number="M1"))

    assert told.when(void(told)).refused == "claim_not_voidable"


# --- a competing biller ---------------------------------------------------------------------------------------------


def settle(ledger: Given, outcome: Any = "other_withdrew") -> SettleCompetition:
    return SettleCompetition(patient=PATIENT, claim=claim_of(ledger), outcome=outcome, words="Spoke with both.")


def stopped() -> Given:
    """A claim that was denied because somebody else was paid."""
    ledger = at_the_payer()
    return ledger.then(denied(ledger, "B20"))


def test_a_competing_billers_payment_stops_billing_of_the_month() -> None:
    ledger = stopped()

    assert ledger.when(release(replaces=claim_of(ledger))).refused == "competing_biller_on_record"
    assert ledger.when(release()).refused == "competing_biller_on_record"


@pytest.mark.parametrize("outcome", ["other_withdrew", "payer_erred"])
def test_until_a_person_records_how_it_was_settled(outcome: str) -> None:
    ledger = stopped()
    settled = ledger.then(settle(ledger, outcome))

    assert settled.when(release(replaces=claim_of(ledger))).event.frequency == "7"
    assert settled.when(settle(ledger, outcome)).unchanged == (settled.facts[-1].position,)


def test_a_month_that_stays_the_others_stays_stopped() -> None:
    ledger = stopped()
    settled = ledger.then(settle(ledger, "other_keeps_month"))

    assert settled.when(release(replaces=claim_of(ledger))).refused == "competing_biller_on_record"


def test_a_denial_of_the_same_kind_behind_the_settlement_stops_it_again() -> None:
    ledger = stopped()
    again = ledger.then(settle(ledger)).then(denied(ledger, "97"))

    assert again.when(release(replaces=claim_of(ledger))).refused == "competing_biller_on_record"


def test_where_nobody_else_was_paid_nothing_is_settled() -> None:
    ledger = at_the_payer()
    told = ledger.then(denied(ledger, "50"))

    assert told.when(settle(told)).refused == "no_competing_biller"


# --- the patient's share --------------------------------------------------------------------------------------------


def waive(ledger: Given, claim: str | None = None) -> WaiveCostShare:
    return WaiveCostShare(
        patient=PATIENT, claim=claim or claim_of(ledger), document="ab" * 32, words="Lost the house in a fire."
    )


def settled_claim() -> Given:
    ledger = released()
    return ledger.then(paid(ledger))


def test_a_share_is_waived_for_one_claim_with_its_document_and_words() -> None:
    ledger = settled_claim()
    event = ledger.when(waive(ledger)).event

    assert (event.claim, event.words.reason) == (claim_of(ledger), "Lost the house in a fire.")
    assert event.document is not None
    assert ledger.again(waive(ledger)).unchanged == (len(ledger.facts) + 1,)


def test_before_the_payer_says_what_the_share_is_there_is_none_to_waive() -> None:
    ledger = released()

    assert ledger.when(waive(ledger)).refused == "no_share_to_waive"


def test_a_qualified_medicare_beneficiary_is_never_billed_so_nothing_is_waived() -> None:
    ledger = settled_claim()
    qmb = CoverageRecorded(
        patient=PATIENT, coverage=opaque("cv", 2), payer="medicaid", kind="medicaid", from_on=SINCE, rank=2, qmb=True
    )

    assert ledger.and_(qmb).when(waive(ledger)).refused == "qmb_never_billed"


def test_a_second_waiver_for_one_patient_is_for_review() -> None:
    ledger = settled_claim()
    first = ledger.state(claims_tag(PATIENT)).claims[0].event
    april = first.model_copy(update={"claim": opaque("cl", 77), "month": "2026-04", "control_number": "B" * 20})
    both = ledger.then(waive(ledger)).and_(april, _paid_for(april, ledger))

    assert both.when(waive(both, april.claim)).codes == ["waived_before"]


def _paid_for(claim: ClaimReleased, ledger: Given) -> Any:
    answer = ledger.state(claims_tag(PATIENT)).claims[0].remitted[0].event
    return answer.model_copy(update={"claim": claim.claim})


# --- place and time -------------------------------------------------------------------------------------------------


def at_sites(*places: str, beside: tuple[Event, ...] = ()) -> Given:
    there = practice().model_copy(
        update={"npi": NPI, "sites": tuple(Site(name=f"Site {each}", place_of_service=each) for each in places)}
    )
    return attested(set_up().and_(there, *beside))


@pytest.mark.parametrize(
    ("places", "named", "expected"),
    [
        (("11",), None, "11"),
        (("02", "11"), None, "11"),
        (("10", "02", "22"), None, "22"),
        (("11", "19"), "19", "19"),
    ],
)
def test_the_place_of_service_is_a_site_of_the_practice_and_never_telehealth(
    places: tuple[str, ...], named: str | None, expected: str
) -> None:
    assert at_sites(*places).when(release(place_of_service=named)).event.place_of_service == expected


@pytest.mark.parametrize(
    ("places", "named", "code"),
    [
        (("11",), "19", "place_not_on_record"),
        (("11", "02"), "02", "place_not_billed"),
        (("11", "10"), "10", "place_not_billed"),
        (("02", "10"), None, "place_not_billed"),
    ],
)
def test_a_place_that_the_practice_has_not_or_that_is_never_billed_is_refused(
    places: tuple[str, ...], named: str | None, code: str
) -> None:
    assert at_sites(*places).when(release(place_of_service=named)).refused == code


@pytest.mark.parametrize(("place", "codes"), [("12", ["place_to_review"]), ("31", ["place_to_review"]), ("19", [])])
def test_home_hospital_and_nursing_facility_are_looked_at(place: str, codes: list[str]) -> None:
    assert at_sites(place).when(release()).codes == codes


@pytest.mark.parametrize(
    ("day", "codes"),
    [
        ("2027-01-24", []),
        ("2027-01-25", ["filing_deadline_near"]),
        ("2027-03-31", ["filing_deadline_near"]),
        ("2027-04-01", ["filed_late"]),
    ],
)
def test_from_three_hundred_days_on_a_claim_says_that_its_deadline_is_near(day: str, codes: list[str]) -> None:
    told = attested().at(f"{day}T15:00:00+00:00").when(release(late_because="Retroactive entitlement."))

    assert told.codes == codes


def test_why_a_claim_is_late_is_kept_with_it() -> None:
    ledger = attested().at("2027-04-01T15:00:00+00:00")
    event, why = ledger.when(release(late_because="Retroactive entitlement.")).events

    assert isinstance(event, ClaimReleased)
    assert isinstance(why, ClaimExplained)
    assert (why.claim, why.about) == (event.claim, "late_filing")


def test_the_clock_of_a_rejected_claim_keeps_running_from_the_date_of_service() -> None:
    ledger = released()
    rejected = ledger.then(acknowledged(ledger, "rejected", received_on=on("2026-04-30")))

    assert rejected.at("2027-03-31T15:00:00+00:00").when(release()).event.frequency == "1"
    assert rejected.at("2027-04-01T15:00:00+00:00").when(release()).refused == "filing_deadline_over"


@pytest.mark.parametrize(("allowed", "first"), [("true", "2026-03-01"), ("false", None)])
def test_a_line_carries_a_range_only_where_the_payers_profile_allows_it(allowed: str, first: str | None) -> None:
    law = law_of_acme(
        ("medicare.claims.date_of_service", '"date_range"'), ("medicare.claims.date_span_allowed", allowed)
    )
    told = replace(covered(set_up(), "acme"), law=law)
    event = told.by(ADA).then(attest(told)).by(BILLER).at(APRIL).when(release()).event

    assert (event.service_from, event.date_of_service) == (on(first) if first else None, on("2026-03-31"))


def test_the_deadline_of_a_range_counts_from_its_first_day() -> None:
    law = law_of_acme(
        ("medicare.claims.date_of_service", '"date_range"'), ("medicare.claims.date_span_allowed", "true")
    )
    told = replace(covered(set_up(), "acme"), law=law)
    signed = told.by(ADA).then(attest(told)).by(BILLER)

    assert isinstance(signed.at("2027-03-01T15:00:00+00:00").when(release()).event, ClaimReleased)
    assert signed.at("2027-03-02T15:00:00+00:00").when(release()).refused == "filing_deadline_over"


# --- two patients who are one ---------------------------------------------------------------------------------------


def merge() -> MergePatients:
    return MergePatients(patient=PATIENT, merged=OTHER_PATIENT, evidence="One face, one address.")


def both_billed(ledger: Given) -> Given:
    """Another patient whose month was released, and answered as that of the first was, somewhat later."""
    claims = [each.event for each in ledger.state(claims_tag(PATIENT)).claims]
    facts = [patient(OTHER_PATIENT, "10043"), assigned(OTHER_PATIENT)]
    of_claim = {"patient": OTHER_PATIENT, "claim": opaque("cl", 88)}
    facts += [claims[0].model_copy(update={**of_claim, "control_number": "C" * 20})]
    for heard in ledger.state(claims_tag(PATIENT)).claims[0].remitted:
        facts.append(heard.event.model_copy(update=of_claim))
    return ledger.and_(*facts).by(COMPLIANCE)


def test_of_two_unpaid_claims_that_a_merge_brings_together_the_later_is_one_to_withdraw() -> None:
    ledger = both_billed(released())
    told = ledger.when(merge())
    lost = told.events[1]

    assert told.codes == ["billed_twice"]
    assert isinstance(lost, ClaimLostGround)
    assert (lost.patient, lost.claim, [each.code for each in lost.lost]) == (OTHER_PATIENT, opaque("cl", 88), ["99490"])


def test_of_two_paid_ones_the_later_is_a_possible_overpayment_of_all_that_was_paid() -> None:
    ledger = both_billed(settled_claim())
    noticed = ledger.when(merge()).events[1]

    assert isinstance(noticed, OverpaymentNoticed)
    assert (noticed.amount, noticed.patient_share) == (Decimal("52.90"), Decimal("13.23"))


def _said_before(ledger: Given, amount: str, share: str) -> Given:
    """Of the later claim so much was noticed before, and went back."""
    of: dict[str, Any] = {"patient": OTHER_PATIENT, "overpayment": opaque("ov", 88)}
    money: dict[str, Any] = {"amount": Decimal(amount), "patient_share": Decimal(share)}
    noticed: dict[str, Any] = {"claim": opaque("cl", 88), "noticed_on": on("2026-05-01"), "because": (), "lost": ()}
    return ledger.and_(
        OverpaymentNoticed(**of, **money, **noticed),
        OverpaymentIdentified(**of, on=on("2026-05-01")),
        OverpaymentReturned(**of, **money, on=on("2026-05-01"), route="voluntary_refund", reference="CHK-1"),
    )


def test_what_of_it_went_back_before_the_merge_does_not_go_back_again() -> None:
    part = _said_before(both_billed(settled_claim()), "12.90", "3.23").when(merge()).events[1]
    whole = _said_before(both_billed(settled_claim()), "52.90", "13.23").when(merge())

    assert isinstance(part, OverpaymentNoticed)
    assert (part.amount, part.patient_share) == (Decimal("40.00"), Decimal("10.00"))
    assert len(whole.events) == 1


def test_a_merge_of_patients_of_whom_one_was_billed_says_nothing_of_claims() -> None:
    ledger = released().and_(patient(OTHER_PATIENT, "10043"), assigned(OTHER_PATIENT)).by(COMPLIANCE)

    assert len(ledger.when(merge()).events) == 1


def test_behind_the_merge_the_month_is_released_for_neither() -> None:
    ledger = both_billed(released())
    one = ledger.then(merge())
    signed = next(fact.event for fact in one.facts if fact.event.TOPIC == "month_attested")
    taken = WithdrawAttestation(
        patient=PATIENT,
        month="2026-03",
        attestation=signed.attestation,  # type: ignore[attr-defined]
        reason="wrong_content",
        words="Two are one.",
    )
    opened = one.by(ADA).then(taken)
    anew = opened.then(attest(opened)).by(BILLER)

    assert [anew.when(release(patient=each)).refused for each in (PATIENT, OTHER_PATIENT)] == ["claim_is_live"] * 2
