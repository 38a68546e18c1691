"""Examples of events of claims, billing and keys that leave out whatever may be left out: nothing of it is stored.

The rules of golden_events.py hold here too.
"""

from datetime import UTC, date, datetime
from decimal import Decimal

from ledger.streams.access import AttemptDenied, Attempts, AttemptsCounted
from ledger.streams.api_keys import ApiKeyIssued
from ledger.streams.base import Event
from ledger.streams.billing import BillingDetailsRecorded, PracticeAddress
from ledger.streams.claims import (
    ClaimAcknowledged,
    ClaimLine,
    ClaimReleased,
    ClaimRemitted,
    ClaimWords,
    CostShareWaived,
)
from ledger.streams.log_keys import LogKeyAdopted
from ledger.streams.overpayments import CauseSwept, OverpaymentNoticed
from ledger.terms.people import Programme, Side
from tests.store.sample import LEDGER_ID, PATIENT, PRACTICE, TOKEN

DOCTOR = "st_bbbbbbbbbbbbbbbbbbbbbbbbbb"
CLAIM = "cl_aaaaaaaaaaaaaaaaaaaaaaaaaa"
ATTESTATION = "at_aaaaaaaaaaaaaaaaaaaaaaaaaa"
API_KEY = "ak_aaaaaaaaaaaaaaaaaaaaaaaaaa"
OVERPAYMENT = "ov_aaaaaaaaaaaaaaaaaaaaaaaaaa"
NUMBER = "AAAAAAAAAAAAAAAAAAAA"
DIGEST, EDITION = "ab" * 32, "cd" * 32
HEARD, PAID, LATER = date(2026, 4, 4), date(2026, 4, 20), date(2026, 6, 1)
WORDS = ClaimWords(reason="The call list shows other times.")

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
    BillingDetailsRecorded(
        practice=PRACTICE,
        from_on=date(2026, 3, 31),
        name="Harbor Family Medicine",
        taxonomy="207Q00000X",
        address=PracticeAddress(line="12 Lake Street", city="Norfolk", state="VA", zip_code="235101234"),
        signatures_on_file=False,
    ),
    LogKeyAdopted(name=f"ccm-ledger/{LEDGER_ID}", kind="log", public_key=DIGEST),
    ApiKeyIssued(
        key=API_KEY, name="timer", digest=DIGEST, scopes=("append",), expires_at=datetime(2027, 3, 31, tzinfo=UTC)
    ),
    AttemptDenied(operation="month", code="not_authenticated", on=HEARD),
    AttemptsCounted(on=HEARD, seconds=60, attempts=(Attempts(operation="month", code="not_authenticated", times=1),)),
)
"""Each has a vector of its own beside that of the whole example."""
