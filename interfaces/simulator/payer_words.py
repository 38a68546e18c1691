"""What passes between a practice's billing and a simulated payer: claims as sent, answers as given, files of answers.

Promise: a payer sees of a claim what stands here and no more, above all no name; amounts are dollars to the cent, those
of a reversal below zero, as in the facts. Not promised: any format; payer_commands.py and the X12 writers speak those.
"""

from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from ledger.streams.claims import Acknowledged, AdjustmentGroup, Frequency, PaymentStatus

FileKind = Literal["acknowledgment", "remittance"]


class LineSent(NamedTuple):
    """A code with its units and what is asked for them."""

    code: str
    units: int
    charge: Decimal


class ClaimSent(NamedTuple):
    """A claim as it leaves the practice."""

    control_number: str
    member: str
    """Whom the payer insures, by an opaque name: two charts of one person are one member."""
    served_on: date
    lines: tuple[LineSent, ...]
    frequency: Frequency = "1"
    stands_for: str | None = None
    """Of a replacement and a void: the payer's number of the claim that it stands for."""

    @property
    def charge(self) -> Decimal:
        """What all lines ask for."""
        return sum((line.charge for line in self.lines), Decimal(0))

    @property
    def month(self) -> str:
        """The month of service."""
        return f"{self.served_on:%Y-%m}"


class Off(NamedTuple):
    """What was taken off a charge, and why."""

    group: AdjustmentGroup
    reason: str
    amount: Decimal


class LineAnswer(NamedTuple):
    """What became of one line."""

    code: str
    units: int
    charge: Decimal
    paid: Decimal
    off: tuple[Off, ...] = ()
    remarks: tuple[str, ...] = ()


class AtTheDoor(NamedTuple):
    """The payer has a claim, or cannot process it."""

    control_number: str
    outcome: Acknowledged
    received_on: date
    payer_number: str | None
    codes: tuple[str, ...]


class Adjudicated(NamedTuple):
    """The payer paid, denied, or took back what it had said."""

    control_number: str
    status: PaymentStatus
    on: date
    payer_number: str
    lines: tuple[LineAnswer, ...]

    @property
    def charge(self) -> Decimal:
        """What was asked for these lines."""
        return sum((line.charge for line in self.lines), Decimal(0))

    @property
    def paid(self) -> Decimal:
        """What was paid for them."""
        return sum((line.paid for line in self.lines), Decimal(0))

    @property
    def share(self) -> Decimal:
        """What was left to the patient."""
        return sum((off.amount for line in self.lines for off in line.off if off.group == "PR"), Decimal(0))

    @property
    def reduced(self) -> Decimal:
        """What was taken off otherwise."""
        return sum((off.amount for line in self.lines for off in line.off if off.group != "PR"), Decimal(0))


Answer = AtTheDoor | Adjudicated


class AnswerFile(NamedTuple):
    """A file as it leaves the payer. The same answers sent again have another number and the same trace."""

    number: int
    kind: FileKind
    trace: str
    """The number of the payment, or of the acknowledgment's batch: with the place it names an answer for ever."""
    on: date
    """The day of the payment, or of the acknowledgment."""
    answers: tuple[Answer, ...]

    def row(self, place: int) -> str:
        """What an answer is known by, whichever file it comes in."""
        return f"{self.trace}/{place}"
