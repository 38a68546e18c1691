"""What a reconciliation is made of: sizes, months, claims with what became of them, and lines that name a difference.

Promise: a size is claims, units and dollars, and may be below zero; a line names one patient-month or one claim and
says by how much it makes a stage more or less. Not promised: words; the edge has them.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from projections.claims.outcomes import ZERO, Outcome

VOID: Final = "8"
"""The frequency of a claim that voids another."""

Step = Literal["released", "accepted", "answered", "open", "denied", "paid"]
"""released, accepted, answered: between a stage and the one before it. open, denied: a part of that stage, named.
paid: a claim that was paid, and is to be looked at; it moves no sum."""
Reason = Literal[
    "ready_not_released",
    "no_longer_ready",
    "fewer_units_ready",
    "more_units_ready",
    "other_codes_ready",
    "charge_differs",
    "duplicate_claim",
    "withdrawn",
    "rejected_not_resent",
    "resent",
    "replaced",
    "voided",
    "no_acknowledgment",
    "paid_beyond_charge",
    "does_not_add_up",
    "taken_back_by_void",
    "no_remittance",
    "taken_back",
    "answered_in_part",
    "denied",
    "units_denied",
    "paid_less_than_expected",
    "paid_though_withdrawn",
    "replaced_not_taken_back",
    "voided_not_taken_back",
    "paid_anew",
    "void_not_answered",
    "perhaps_overpaid",
    "given_back",
    "paid_by_another_payer",
]


@dataclass(frozen=True, slots=True)
class Size:
    """So many claims, units and dollars."""

    claims: int = 0
    units: int = 0
    amount: Decimal = ZERO

    def __add__(self, other: "Size") -> "Size":
        return Size(self.claims + other.claims, self.units + other.units, self.amount + other.amount)

    def __sub__(self, other: "Size") -> "Size":
        return Size(self.claims - other.claims, self.units - other.units, self.amount - other.amount)


NONE: Final = Size()


class ReadyMonth(NamedTuple):
    """A patient-month that may be released, or that was and may be no more."""

    patient: str
    programme: str
    practice: str | None
    is_ready: bool
    units: tuple[tuple[str, int], ...] = ()
    """(code, units)."""
    charge: Decimal = ZERO
    """What the practice asks for them, as far as it adopted charges."""
    why: tuple[str, ...] = ()
    """Of one that is not ready: what keeps it from release; of one that is: codes without a charge."""

    @property
    def size(self) -> Size:
        """What it would be released as."""
        return Size(1, sum(units for _, units in self.units), self.charge) if self.is_ready else NONE


class Overpaid(NamedTuple):
    """A possible overpayment of a claim: where it stands, how much, and what went back."""

    overpayment: str
    status: str
    is_open: bool
    amount: Decimal
    money_back: Decimal
    share_back: Decimal


class ClaimLife(NamedTuple):
    """One claim with what became of it. `patient` is who goes on after a merge."""

    claim: str
    patient: str
    programme: str
    practice: str
    position: int
    frequency: str
    status: str
    own_status: str
    is_live: bool
    is_accepted: bool
    """The payer took it, or adjudicated it."""
    units: tuple[tuple[str, int], ...]
    outcome: Outcome
    replaces: str | None = None
    """The claim that it stands for."""
    stands_for_nothing: bool = False
    """Whether it was taken back or turned away, or is a void that was denied: it stands for none after all."""
    codes: tuple[str, ...] = ()
    """Of the newest acknowledgment."""
    expected: Decimal | None = None
    """What payer and patient are expected to pay; None where it is not known."""
    overpaid: tuple[Overpaid, ...] = ()

    @property
    def is_waiting(self) -> bool:
        """Whether the payer has not adjudicated it, and may."""
        return self.own_status in ("released", "accepted")

    @property
    def size(self) -> Size:
        """What was asked for."""
        return Size(1, sum(units for _, units in self.units), self.outcome.charge)


class Difference(NamedTuple):
    """Why two stages differ, or what a part is made of: one line of a patient-month or a claim."""

    step: Step
    reason: Reason
    patient: str
    programme: str
    claim: str | None
    size: Size
    """What it adds to the stage; less where below zero."""
    says: tuple[str, ...] = ()
    """Codes: reasons of a denial or rejection, what blocks a month, lines."""
