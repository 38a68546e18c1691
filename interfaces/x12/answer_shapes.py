"""What a payer's answers say, as values to be written: acknowledgments of claims, payments with their claims.

Amounts of what is taken back are below zero. Not promised: that amounts add up; a payer's do not always.
"""

from datetime import date
from decimal import Decimal
from typing import NamedTuple


class PayerParty(NamedTuple):
    """The payer: its name and number, and its postal address."""

    name: str
    number: str
    line: str = "1 MAIN STREET"
    city: str = "BALTIMORE"
    state: str = "MD"
    zip_code: str = "21244"
    phone: str = "8005550100"


class Payee(NamedTuple):
    """The practice that is paid."""

    name: str
    npi: str


class Insured(NamedTuple):
    """The patient as the payer knows the person."""

    family: str
    given: str
    number: str


class AcknowledgedClaim(NamedTuple):
    """What is said of one claim: its codes (category and status), and whether it is taken in."""

    control_number: str
    patient: Insured
    is_accepted: bool
    codes: tuple[tuple[str, ...], ...]
    charge: Decimal
    served_on: date
    payer_number: str | None = None


class Acknowledgment(NamedTuple):
    """One acknowledgment of a batch of claims."""

    payer: PayerParty
    payee: Payee
    receiver: str
    trace: str
    batch: str
    received_on: date
    claims: tuple[AcknowledgedClaim, ...]


class Taken(NamedTuple):
    """An adjustment: group, reason, amount."""

    group: str
    reason: str
    amount: Decimal


class PaidLine(NamedTuple):
    """What becomes of one service line."""

    code: str
    units: int
    charge: Decimal
    paid: Decimal
    served_on: date
    taken: tuple[Taken, ...] = ()
    remarks: tuple[str, ...] = ()
    adjudicated_as: str | None = None


class PaidClaim(NamedTuple):
    """What becomes of one claim; `status` is the payer's code: 1, 2, 3, 4, 19, 20, 21, 22."""

    control_number: str
    status: str
    charge: Decimal
    paid: Decimal
    share: Decimal
    payer_number: str
    patient: Insured
    lines: tuple[PaidLine, ...]
    taken: tuple[Taken, ...] = ()
    remarks: tuple[str, ...] = ()


class HeldBack(NamedTuple):
    """What a payment keeps back beside its claims, such as WO: a take-back; below zero where it adds."""

    reason: str
    reference: str
    amount: Decimal


class PaymentMade(NamedTuple):
    """One payment."""

    payer: PayerParty
    payee: Payee
    number: str
    on: date
    claims: tuple[PaidClaim, ...]
    held_back: tuple[HeldBack, ...] = ()

    @property
    def amount(self) -> Decimal:
        """What it comes to."""
        paid = sum((each.paid for each in self.claims), Decimal("0.00"))
        return paid - sum((each.amount for each in self.held_back), Decimal("0.00"))
