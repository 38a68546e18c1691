"""Answers of a payer as values: clean ones, and what a test changes in them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from interfaces.x12.answer_shapes import (
    AcknowledgedClaim,
    Acknowledgment,
    HeldBack,
    Insured,
    PaidClaim,
    PaidLine,
    Payee,
    PayerParty,
    PaymentMade,
    Taken,
)
from interfaces.x12.writing import Correspondent, Head
from interfaces.x12.writing_answers import acknowledgment_277, remittance_835

HEAD = Head(
    Correspondent("ZZ", "PAYER", "PAYER"),
    Correspondent("ZZ", "SUB123", "SUB123"),
    datetime(2026, 4, 20, 6, 0, tzinfo=UTC),
    77,
    is_test=False,
)
PAYER = PayerParty("MEDICARE PART B ILLINOIS", "1366401234")
PAYEE = Payee("LAKESIDE PRIMARY CARE", "1245319599")
PAT = Insured("POE", "PAT", "1EG4TE5MK73")
NUMBER, OTHER = "ABCDEFGHIJKLMNOPQRST", "BCDEFGHIJKLMNOPQRSTU"
MARCH_END, RECEIVED, PAID_ON = date(2026, 3, 31), date(2026, 4, 3), date(2026, 4, 20)


def usd(amount: str) -> Decimal:
    return Decimal(amount)


def line(**changes: Any) -> PaidLine:
    """85 asked, 52.90 paid, 13.23 left to the patient."""
    taken = (Taken("CO", "45", usd("18.87")), Taken("PR", "2", usd("13.23")))
    whole = PaidLine("99490", 1, usd("85.00"), usd("52.90"), MARCH_END, taken)
    return whole._replace(**changes)


def claim(**changes: Any) -> PaidClaim:
    whole = PaidClaim(
        control_number=NUMBER,
        status="1",
        charge=usd("85.00"),
        paid=usd("52.90"),
        share=usd("13.23"),
        payer_number="2226100000001",
        patient=PAT,
        lines=(line(),),
    )
    return whole._replace(**changes)


def denied(**changes: Any) -> PaidClaim:
    nothing = line(paid=usd("0.00"), taken=(Taken("CO", "97", usd("85.00")),), remarks=("N111",))
    return claim(**{"status": "4", "paid": usd("0.00"), "share": usd("0.00"), "lines": (nothing,), **changes})


def reversal(**changes: Any) -> PaidClaim:
    back = tuple(each._replace(amount=-each.amount) for each in line().taken)
    lines = (line(charge=usd("-85.00"), paid=usd("-52.90"), taken=back),)
    whole = {"status": "22", "charge": usd("-85.00"), "paid": usd("-52.90"), "share": usd("-13.23"), "lines": lines}
    return claim(**{**whole, **changes})


def payment(*claims: PaidClaim, number: str = "EFT0001", held_back: tuple[HeldBack, ...] = ()) -> PaymentMade:
    return PaymentMade(PAYER, PAYEE, number, PAID_ON, claims or (claim(),), held_back)


def remittance(*payments: PaymentMade) -> str:
    return remittance_835(HEAD, payments or (payment(),))


def acknowledged(**changes: Any) -> AcknowledgedClaim:
    whole = AcknowledgedClaim(NUMBER, PAT, True, (("A2", "20", "PR"),), usd("85.00"), MARCH_END, "2226100000001")
    return whole._replace(**changes)


def turned_away(**changes: Any) -> AcknowledgedClaim:
    return acknowledged(**{"is_accepted": False, "codes": (("A7", "562", "85"),), "payer_number": None, **changes})


def acknowledgment(*claims: AcknowledgedClaim, trace: str = "ACK0001") -> str:
    said = Acknowledgment(PAYER, PAYEE, "SUB123", trace, "0001", RECEIVED, claims or (acknowledged(),))
    return acknowledgment_277(HEAD, (said,))
