"""One example of every event of a claim's life and of a possible overpayment, for the golden vectors."""

from datetime import date
from decimal import Decimal

from ledger.streams.base import Event
from ledger.streams.claim_reasons import ClaimExplained, CompetitionSettled
from ledger.streams.claims import (
    Adjustment,
    ClaimAcknowledged,
    ClaimExported,
    ClaimLine,
    ClaimReleased,
    ClaimRemitted,
    ClaimReopened,
    ClaimWithdrawn,
    ClaimWords,
    CostShareWaived,
    RemittedLine,
)
from ledger.streams.overpayments import (
    CauseSwept,
    ClaimLostGround,
    InvestigationBegun,
    InvestigationEnded,
    LostUnits,
    OverpaymentDismissed,
    OverpaymentIdentified,
    OverpaymentNoticed,
    OverpaymentReturned,
    OverpaymentTriaged,
)
from ledger.streams.practice import ChargeAdopted
from ledger.terms.people import Programme, Side
from tests.store.sample import PATIENT, PRACTICE, TOKEN

DOCTOR = "st_bbbbbbbbbbbbbbbbbbbbbbbbbb"
CLAIM = "cl_aaaaaaaaaaaaaaaaaaaaaaaaaa"
EARLIER = "cl_bbbbbbbbbbbbbbbbbbbbbbbbbb"
OVERPAYMENT = "ov_aaaaaaaaaaaaaaaaaaaaaaaaaa"
DIGEST = "ab" * 32
WORDS = ClaimWords(reason="As agreed with the contractor.")

OF_CLAIMS: tuple[Event, ...] = (
    ChargeAdopted(practice=PRACTICE, code="99490", amount=Decimal("85.00"), from_on=date(2026, 1, 1)),
    ClaimReleased(
        patient=PATIENT,
        claim=CLAIM,
        month="2026-03",
        programme=Programme.CCM,
        side=Side.PRACTITIONER,
        practice=PRACTICE,
        practitioner=DOCTOR,
        payer="medicare",
        family="noncomplex",
        date_of_service=date(2026, 3, 31),
        service_from=date(2026, 3, 1),
        place_of_service="11",
        diagnoses=("E11.9", "I10"),
        lines=(
            ClaimLine(code="99490", units=1, charge=Decimal("85.00"), expected=Decimal("66.13")),
            ClaimLine(code="99439", units=2, charge=Decimal("120.00"), expected=Decimal("95.92"), parent="99490"),
        ),
        control_number="A" * 20,
        frequency="7",
        replaces=EARLIER,
        payer_number="ICN 2026093-001",
        attestation="at_aaaaaaaaaaaaaaaaaaaaaaaaaa",
        digest=DIGEST,
        as_of=17,
        edition="cd" * 32,
        link=TOKEN,
    ),
    ClaimExported(patient=PATIENT, claim=CLAIM, on=date(2026, 3, 31)),
    ClaimWithdrawn(patient=PATIENT, claim=CLAIM, reason="month_changed", on=date(2026, 4, 3), words=WORDS),
    ClaimAcknowledged(
        patient=PATIENT,
        claim=CLAIM,
        outcome="accepted",
        received_on=date(2026, 4, 3),
        payer_number="ICN 2026093-002",
        codes=("A1:20",),
        answer=TOKEN,
    ),
    ClaimRemitted(
        patient=PATIENT,
        claim=CLAIM,
        status="reversed",
        on=date(2026, 4, 20),
        payer_number="ICN 2026093-002",
        charge=Decimal("-85.00"),
        paid=Decimal("-52.90"),
        patient_share=Decimal("-13.23"),
        adjustments=(Adjustment(group="OA", reason="23", amount=Decimal("0.00")),),
        lines=(
            RemittedLine(
                code="99490",
                units=1,
                charge=Decimal("-85.00"),
                paid=Decimal("-52.90"),
                adjustments=(
                    Adjustment(group="CO", reason="45", amount=Decimal("-18.87")),
                    Adjustment(group="PR", reason="2", amount=Decimal("-13.23")),
                ),
                remarks=("N111",),
                adjudicated_as="99491",
            ),
        ),
        claim_remarks=("MA18",),
        payer_status="22",
        answer=TOKEN,
    ),
    ClaimReopened(patient=PATIENT, claim=CLAIM, on=date(2027, 4, 21), has_good_cause=True, words=WORDS),
    CostShareWaived(patient=PATIENT, claim=CLAIM, on=date(2026, 4, 27), document=TOKEN, words=WORDS),
    ClaimExplained(patient=PATIENT, claim=CLAIM, on=date(2027, 4, 2), about="late_filing", words=WORDS),
    CompetitionSettled(patient=PATIENT, claim=CLAIM, on=date(2026, 5, 4), outcome="other_withdrew", words=WORDS),
)

OF_OVERPAYMENTS: tuple[Event, ...] = (
    ClaimLostGround(
        patient=PATIENT, claim=CLAIM, because=(18, 21), lost=(LostUnits(code="99439", units=1),), digest_now=DIGEST
    ),
    OverpaymentNoticed(
        patient=PATIENT,
        overpayment=OVERPAYMENT,
        claim=CLAIM,
        noticed_on=date(2026, 5, 1),
        because=(18, 21),
        lost=(LostUnits(code="99439", units=1),),
        amount=Decimal("38.37"),
        patient_share=Decimal("9.59"),
        digest_now=DIGEST,
    ),
    OverpaymentTriaged(patient=PATIENT, overpayment=OVERPAYMENT, on=date(2026, 5, 2), words=WORDS),
    OverpaymentIdentified(patient=PATIENT, overpayment=OVERPAYMENT, on=date(2026, 5, 4), words=WORDS),
    OverpaymentDismissed(patient=PATIENT, overpayment=OVERPAYMENT, on=date(2026, 5, 4), words=WORDS),
    InvestigationBegun(patient=PATIENT, overpayment=OVERPAYMENT, on=date(2026, 5, 5), words=WORDS),
    InvestigationEnded(patient=PATIENT, overpayment=OVERPAYMENT, on=date(2026, 6, 5), words=WORDS),
    CauseSwept(
        patient=PATIENT,
        overpayment=OVERPAYMENT,
        on=date(2026, 6, 1),
        since_on=date(2020, 5, 4),
        searched=1204,
        found=3,
        words=WORDS,
    ),
    OverpaymentReturned(
        patient=PATIENT,
        overpayment=OVERPAYMENT,
        on=date(2026, 6, 10),
        route="voluntary_refund",
        amount=Decimal("38.37"),
        reference="CHK-1027",
        patient_share=Decimal("9.59"),
        words=WORDS,
    ),
)
