"""One example of every event of claims and possible overpayments with all its fields filled, and the bare ones.

Bare is an example that leaves out whatever may be left out: its stored bytes hold nothing of those fields. The rules
of golden_events.py hold here too.
"""

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
from ledger.terms.people import Programme, Side
from tests.store.sample import PATIENT, PRACTICE, TOKEN

DOCTOR = "st_bbbbbbbbbbbbbbbbbbbbbbbbbb"
CLAIM = "cl_aaaaaaaaaaaaaaaaaaaaaaaaaa"
EARLIER = "cl_bbbbbbbbbbbbbbbbbbbbbbbbbb"
ATTESTATION = "at_aaaaaaaaaaaaaaaaaaaaaaaaaa"
OVERPAYMENT = "ov_aaaaaaaaaaaaaaaaaaaaaaaaaa"
NUMBER = "AAAAAAAAAAAAAAAAAAAA"
PAYERS_NUMBER = "1926 0450-A"
DIGEST, EDITION = "ab" * 32, "cd" * 32
SENT, HEARD, PAID, LATER = date(2026, 4, 2), date(2026, 4, 4), date(2026, 4, 20), date(2026, 6, 1)
WORDS = ClaimWords(reason="The call list shows other times.")
CONTRACT = Adjustment(group="CO", reason="45", amount=Decimal("18.87"))
COINSURANCE = Adjustment(group="PR", reason="2", amount=Decimal("13.23"))

OF_CLAIMS: tuple[Event, ...] = (
    ClaimReleased(
        patient=PATIENT,
        claim=CLAIM,
        month="2026-03",
        programme=Programme.CCM,
        side=Side.PRACTITIONER,
        practice=PRACTICE,
        practitioner=DOCTOR,
        payer="acme",
        family="noncomplex",
        date_of_service=date(2026, 3, 31),
        service_from=date(2026, 3, 1),
        place_of_service="11",
        diagnoses=("E11.9", "I10"),
        lines=(
            ClaimLine(code="99490", units=1, charge=Decimal("85.00"), expected=Decimal("66.13"), parent=None),
            ClaimLine(code="99439", units=2, charge=Decimal("120.00"), expected=Decimal("100.86"), parent="99490"),
        ),
        control_number=NUMBER,
        frequency="7",
        replaces=EARLIER,
        payer_number=PAYERS_NUMBER,
        attestation=ATTESTATION,
        digest=DIGEST,
        as_of=17,
        edition=EDITION,
        link=TOKEN,
    ),
    ClaimExported(patient=PATIENT, claim=CLAIM, on=date(2026, 3, 31)),
    ClaimWithdrawn(patient=PATIENT, claim=CLAIM, reason="month_changed", on=HEARD, words=WORDS),
    ClaimAcknowledged(
        patient=PATIENT,
        claim=CLAIM,
        outcome="rejected",
        received_on=HEARD,
        payer_number=PAYERS_NUMBER,
        codes=("A7:562:85", "A3"),
        answer=TOKEN,
    ),
    ClaimRemitted(
        patient=PATIENT,
        claim=CLAIM,
        status="paid",
        on=PAID,
        payer_number=PAYERS_NUMBER,
        charge=Decimal("85.00"),
        paid=Decimal("51.90"),
        patient_share=Decimal("13.23"),
        adjustments=(Adjustment(group="OA", reason="253", amount=Decimal("1.00")),),
        lines=(
            RemittedLine(
                code="99490",
                units=1,
                charge=Decimal("85.00"),
                paid=Decimal("52.90"),
                adjustments=(CONTRACT, COINSURANCE),
                remarks=("N111",),
                adjudicated_as="99487",
            ),
        ),
        claim_remarks=("MA01",),
        payer_status="1",
        answer=TOKEN,
    ),
    ClaimReopened(patient=PATIENT, claim=CLAIM, on=LATER, has_good_cause=True, words=WORDS),
    CostShareWaived(patient=PATIENT, claim=CLAIM, on=LATER, document=TOKEN, words=WORDS),
    ClaimExplained(patient=PATIENT, claim=CLAIM, on=SENT, about="late_filing", words=WORDS),
    CompetitionSettled(patient=PATIENT, claim=CLAIM, on=LATER, outcome="other_withdrew", words=WORDS),
)

OF_OVERPAYMENTS: tuple[Event, ...] = (
    ClaimLostGround(
        patient=PATIENT,
        claim=CLAIM,
        because=(17, 18),
        lost=(LostUnits(code="99490", units=1), LostUnits(code="99439", units=2)),
        digest_now=EDITION,
    ),
    OverpaymentNoticed(
        patient=PATIENT,
        overpayment=OVERPAYMENT,
        claim=CLAIM,
        noticed_on=LATER,
        because=(17, 18),
        lost=(LostUnits(code="99490", units=1),),
        amount=Decimal("52.90"),
        patient_share=Decimal("13.23"),
        digest_now=EDITION,
    ),
    OverpaymentTriaged(patient=PATIENT, overpayment=OVERPAYMENT, on=LATER, words=WORDS),
    OverpaymentIdentified(patient=PATIENT, overpayment=OVERPAYMENT, on=LATER, words=WORDS),
    OverpaymentDismissed(patient=PATIENT, overpayment=OVERPAYMENT, on=LATER, words=WORDS),
    InvestigationBegun(patient=PATIENT, overpayment=OVERPAYMENT, on=LATER, words=WORDS),
    InvestigationEnded(patient=PATIENT, overpayment=OVERPAYMENT, on=LATER, words=WORDS),
    CauseSwept(
        patient=PATIENT,
        overpayment=OVERPAYMENT,
        on=LATER,
        since_on=date(2020, 6, 1),
        searched=72,
        found=(EARLIER,),
        words=WORDS,
    ),
    OverpaymentReturned(
        patient=PATIENT,
        overpayment=OVERPAYMENT,
        on=LATER,
        route="claims_adjustment",
        amount=Decimal("52.90"),
        reference="CHK 2041/7",
        patient_share=Decimal("13.23"),
        words=WORDS,
    ),
)

BARE: tuple[Event, ...] = (
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
        place_of_service="11",
        diagnoses=(),
        lines=(ClaimLine(code="99490", units=1, charge=Decimal("85.00")),),
        control_number=NUMBER,
        attestation=ATTESTATION,
        digest=DIGEST,
        as_of=17,
        edition=EDITION,
        link=TOKEN,
    ),
    ClaimAcknowledged(patient=PATIENT, claim=CLAIM, outcome="accepted", received_on=HEARD),
    ClaimRemitted(
        patient=PATIENT,
        claim=CLAIM,
        status="reversed",
        on=PAID,
        charge=Decimal("-85.00"),
        paid=Decimal("-52.90"),
        patient_share=Decimal("-13.23"),
    ),
    CostShareWaived(patient=PATIENT, claim=CLAIM, on=LATER, words=WORDS),
    OverpaymentNoticed(
        patient=PATIENT,
        overpayment=OVERPAYMENT,
        claim=CLAIM,
        noticed_on=LATER,
        because=(),
        lost=(),
        amount=Decimal("52.90"),
        patient_share=Decimal("0.00"),
    ),
    CauseSwept(patient=PATIENT, overpayment=OVERPAYMENT, on=LATER, since_on=date(2020, 6, 1), searched=0, words=WORDS),
)
