"""Facts of claims for tests: one of each kind with amounts that add up, and a seeded stream of claims' lives."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from ledger.streams.base import Event
from ledger.streams.claims import (
    Adjustment,
    ClaimAcknowledged,
    ClaimLine,
    ClaimReleased,
    ClaimRemitted,
    ClaimReopened,
    ClaimWithdrawn,
    RemittedLine,
    control_number,
)
from ledger.streams.overpayments import (
    ClaimLostGround,
    LostUnits,
    OverpaymentDismissed,
    OverpaymentIdentified,
    OverpaymentNoticed,
    OverpaymentReturned,
    OverpaymentTriaged,
)
from ledger.terms.people import Programme, Side
from tests.projections.company import BILLER, PRACTICES, PRACTITIONERS, an_id
from tests.projections.fake_log import FakeLog, envelope

DIGEST = "0" * 64
PATIENT = an_id("pt", 1)
CLAIM = an_id("cl", 1)
ANSWERED = date(2026, 4, 20)


def released(claim: str = CLAIM, patient: str = PATIENT, **changes: Any) -> ClaimReleased:
    """March for 99490 and two units of 99439: 205 dollars asked, 162.05 expected."""
    told: dict[str, Any] = {
        "patient": patient,
        "claim": claim,
        "month": "2026-03",
        "programme": Programme.CCM,
        "side": Side.PRACTITIONER,
        "practice": PRACTICES[0],
        "practitioner": PRACTITIONERS[0],
        "payer": "medicare",
        "family": "noncomplex",
        "date_of_service": date(2026, 3, 31),
        "place_of_service": "11",
        "diagnoses": ("E11.9", "I10"),
        "lines": (
            ClaimLine(code="99490", units=1, charge=Decimal("85.00"), expected=Decimal("66.13")),
            ClaimLine(code="99439", units=2, charge=Decimal("120.00"), expected=Decimal("95.92"), parent="99490"),
        ),
        "control_number": control_number(claim),
        "attestation": an_id("at", 1),
        "digest": DIGEST,
        "as_of": 1,
        "edition": DIGEST,
        "link": "0" * 32,
    }
    return ClaimReleased(**{**told, **changes})


def acknowledged(claim: str = CLAIM, patient: str = PATIENT, outcome: Any = "accepted") -> ClaimAcknowledged:
    return ClaimAcknowledged(
        patient=patient, claim=claim, outcome=outcome, received_on=date(2026, 4, 3), codes=("A1:20",)
    )


def paid(claim: str = CLAIM, patient: str = PATIENT) -> ClaimRemitted:
    """Paid 129.64 of 205: the contract takes 42.95 off, the patient is left 32.41."""
    lines = (
        _line("99490", 1, "85.00", "52.90", "18.87", "13.23"),
        _line("99439", 2, "120.00", "76.74", "24.08", "19.18"),
    )
    return ClaimRemitted(
        patient=patient,
        claim=claim,
        status="paid",
        on=ANSWERED,
        charge=Decimal("205.00"),
        paid=Decimal("129.64"),
        patient_share=Decimal("32.41"),
        lines=lines,
    )


def reversed_again(claim: str = CLAIM, patient: str = PATIENT) -> ClaimRemitted:
    """What `paid` said, taken back to the cent."""
    return ClaimRemitted(
        patient=patient,
        claim=claim,
        status="reversed",
        on=ANSWERED,
        charge=Decimal("-205.00"),
        paid=Decimal("-129.64"),
        patient_share=Decimal("-32.41"),
        lines=(
            _line("99490", 1, "-85.00", "-52.90", "-18.87", "-13.23"),
            _line("99439", 2, "-120.00", "-76.74", "-24.08", "-19.18"),
        ),
    )


def denied(claim: str = CLAIM, patient: str = PATIENT, reason: str = "97") -> ClaimRemitted:
    """Nothing paid, all of it taken off for one reason."""
    off = Adjustment(group="CO", reason=reason, amount=Decimal("205.00"))
    return ClaimRemitted(
        patient=patient,
        claim=claim,
        status="denied",
        on=ANSWERED,
        charge=Decimal("205.00"),
        paid=Decimal("0.00"),
        patient_share=Decimal("0.00"),
        adjustments=(off,),
    )


def withdrawn(claim: str = CLAIM, patient: str = PATIENT) -> ClaimWithdrawn:
    return ClaimWithdrawn(patient=patient, claim=claim, reason="month_changed", on=date(2026, 4, 5))


def noticed(overpayment: str, claim: str = CLAIM, patient: str = PATIENT) -> OverpaymentNoticed:
    """One unit of 99439 is no longer supported."""
    return OverpaymentNoticed(
        patient=patient,
        overpayment=overpayment,
        claim=claim,
        noticed_on=date(2026, 5, 1),
        because=(3,),
        lost=(LostUnits(code="99439", units=1),),
        amount=Decimal("38.37"),
        patient_share=Decimal("9.59"),
        digest_now=DIGEST,
    )


def _line(code: str, units: int, charge: str, was_paid: str, off: str, left: str) -> RemittedLine:
    return RemittedLine(
        code=code,
        units=units,
        charge=Decimal(charge),
        paid=Decimal(was_paid),
        adjustments=(
            Adjustment(group="CO", reason="45", amount=Decimal(off)),
            Adjustment(group="PR", reason="2", amount=Decimal(left)),
        ),
    )


def told(*events: Event, log: FakeLog | None = None) -> FakeLog:
    """A log that holds these facts, behind what it held."""
    log = log or FakeLog()
    for event in events:
        log.add(event, envelope(BILLER, "record_fact"))
    return log


def lives(seed: int, count: int) -> Iterator[Event]:
    """A seeded stream: claims of a few patients, and answers and findings about them in any order."""
    chance = random.Random(seed)
    claims: list[ClaimReleased] = []
    overpayments: list[tuple[str, str]] = []
    for number in range(1, count + 1):
        if not claims or chance.random() < 0.25:
            claims.append(_another(chance, number, claims))
            yield claims[-1]
            continue
        claim = chance.choice(claims)
        if overpayments and chance.random() < 0.2:
            yield _said_of(chance, *chance.choice(overpayments))
        elif chance.random() < 0.1:
            overpayments.append((an_id("ov", number), claim.patient))
            yield noticed(overpayments[-1][0], claim.claim, claim.patient)
        else:
            yield _answer(chance, claim.claim, claim.patient)


def _another(chance: random.Random, number: int, before: list[ClaimReleased]) -> ClaimReleased:
    claim, month = an_id("cl", number), f"2026-0{chance.randrange(1, 7)}"
    if before and chance.random() < 0.4:
        stood = chance.choice(before)
        frequency = chance.choice(("1", "7", "8"))
        return released(claim, stood.patient, month=stood.month, replaces=stood.claim, frequency=frequency)
    return released(claim, an_id("pt", chance.randrange(1, 5)), month=month)


def _answer(chance: random.Random, claim: str, patient: str) -> Event:
    return chance.choice(
        (
            acknowledged(claim, patient),
            acknowledged(claim, patient, "rejected"),
            paid(claim, patient),
            reversed_again(claim, patient),
            denied(claim, patient),
            withdrawn(claim, patient),
            ClaimReopened(patient=patient, claim=claim, on=ANSWERED, has_good_cause=False),
            ClaimLostGround(patient=patient, claim=claim, because=(), lost=(), digest_now=DIGEST),
        )
    )


def _said_of(chance: random.Random, overpayment: str, patient: str) -> Event:
    on = date(2026, 5, 1) + timedelta(days=chance.randrange(60))
    kind = chance.choice((OverpaymentTriaged, OverpaymentIdentified, OverpaymentDismissed, OverpaymentReturned))
    money: dict[str, Any] = {
        "route": "other",
        "amount": Decimal("38.37"),
        "reference": "CHK-1",
        "patient_share": Decimal("9.59"),
    }
    return kind(patient=patient, overpayment=overpayment, on=on, **(money if kind is OverpaymentReturned else {}))
