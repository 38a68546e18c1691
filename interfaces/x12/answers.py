"""What a file of a payer's answers says: the command that each answer becomes, and the money of each payment.

Promise: the key of an answer is made of the payment and its place in it, never of the file, so that the same payment in
another file is known; amounts are added up as the file gives them, and nothing is rounded.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from interfaces.importing.reading import CommandDict
from interfaces.x12.values import ZERO
from ledger.terms.digests import row_digest

CommandData = dict[str, Any]
PREDETERMINED: Final = "25"
"""The payer's status of a claim that it only put a price on: nothing was adjudicated, and nothing is paid."""
_KEY_DIGITS: Final = 40


class Answer(NamedTuple):
    """One answer about one claim: where it stands in the file, and the data of its command."""

    place: int
    """The number of its segment, or of its line."""
    key: str
    row: str
    """The source's own id of the answer: payer, payment, number of the claim, and which one of these."""
    command: str
    data: CommandData
    paid: Decimal = ZERO

    def line(self, source: str) -> CommandDict:
        """The answer as a line of `submit`."""
        about = {"system": source, "id": self.row}
        return {"v": 1, "key": self.key, "command": self.command, "source": about, "data": self.data}


class ProviderAdjustment(NamedTuple):
    """Money that a payment adds or keeps back beside its claims: its reason, and what it takes off."""

    place: int
    reason: str
    amount: Decimal
    """Above zero: less is paid."""


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment: what it comes to, and what it is made of."""

    place: int
    payer: str
    number: str
    on: date
    amount: Decimal
    said: tuple[Answer, ...]
    """Everything that it says of claims."""
    provider_adjustments: tuple[ProviderAdjustment, ...] = ()

    @property
    def answers(self) -> tuple[Answer, ...]:
        """What it pays, denies and takes back: what is recorded."""
        return tuple(each for each in self.said if each.data.get("payer_status") != PREDETERMINED)

    @property
    def predetermined(self) -> tuple[int, ...]:
        """The places of what it only put a price on: no remittance."""
        return tuple(each.place for each in self.said if each.data.get("payer_status") == PREDETERMINED)

    @property
    def of_claims(self) -> Decimal:
        """What its claims are paid, reversals being below zero."""
        return sum((each.paid for each in self.answers), ZERO)

    @property
    def held_back(self) -> Decimal:
        """What is kept back beside its claims; below zero where something is added."""
        return sum((each.amount for each in self.provider_adjustments), ZERO)

    @property
    def difference(self) -> Decimal:
        """What is paid beyond what its claims and adjustments come to: zero where it balances."""
        return self.amount - (self.of_claims - self.held_back)


class Rejected(NamedTuple):
    """A whole batch, or all claims of a biller in it, that the payer turned away without naming one."""

    place: int
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnswerFile:
    """Everything that one file says."""

    answers: tuple[Answer, ...]
    payments: tuple[Payment, ...] = ()
    rejected: tuple[Rejected, ...] = ()


@dataclass
class Numbering:
    """Keys of answers within one payment: the first, second, ... answer about a claim number in it."""

    payer: str
    number: str
    _met: Counter[str] = field(default_factory=Counter)

    def next_of(self, control_number: str, kind: str) -> tuple[str, str]:
        """Key and row id of the next answer about that claim."""
        ordinal = self._met[control_number]
        self._met[control_number] += 1
        # A number of another system's claim may speak of a patient: the key is a digest of it.
        digest = row_digest(kind, self.payer, self.number, control_number).hex()[:_KEY_DIGITS]
        return f"{kind}:{digest}:{ordinal}", f"{self.payer}/{self.number}/{control_number}/{ordinal}"
