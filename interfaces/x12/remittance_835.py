"""835 (005010X221A1) in: payments with the claims that they are made of, as record_remittance lines.

Promise: amounts are read as they stand, reversals below zero; adjustments of a claim and of its lines are kept apart;
what does not balance is read all the same and told. A line stands under the code that was billed; what the payer made
of it stands beside. Not promised: anything about names, addresses and bank accounts: they are passed over.

A payer that pays nothing and leaves nothing to the patient has denied the claim, whether it says 4 or 1. What it only
put a price on (25) is no remittance: its place is told.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from interfaces.x12.answers import (
    PREDETERMINED,
    Answer,
    AnswerFile,
    CommandData,
    Numbering,
    Payment,
    ProviderAdjustment,
)
from interfaces.x12.reading import Kind, Segment, Transaction, malformed, transactions
from interfaces.x12.values import ZERO, amount, day_of, needed, units

REMITTANCE: Final = Kind("835", "HP", "005010X221A1", "remittances (835, 005010X221A1)")
REVERSED: Final = "22"
DENIED: Final = frozenset({"4", "23"})
"""Denied; and turned away as not this payer's claim."""
FIRST: Final = frozenset({"1", "19"})
"""Adjudicated as the first payer."""
_STATUSES: Final = frozenset({"1", "2", "3", "4", "19", "20", "21", "22", "23", PREDETERMINED})
_GROUPS: Final = frozenset({"CO", "PR", "OA", "PI", "CR"})
_PASSED_OVER: Final = frozenset(
    ["CUR", "REF", "DTM", "N1", "N3", "N4", "PER", "RDM", "LX", "TS3", "TS2", "NM1", "MIA", "AMT", "QTY"]
)

AdjustmentData = dict[str, str]


def read_remittances(content: bytes) -> AnswerFile:
    """What an 835 file says; raises Malformed."""
    payments = tuple(_Transaction(each).payment() for each in transactions(content, REMITTANCE))
    return AnswerFile(tuple(answer for each in payments for answer in each.answers), payments)


def status_of(said: str, charge: Decimal, paid: Decimal, share: Decimal) -> str:
    """paid, denied or reversed: what the payer's own code and the amounts come to."""
    if said == REVERSED:
        return "reversed"
    nothing = said in FIRST and charge > 0 and paid == 0 and share == 0
    return "denied" if said in DENIED or nothing else "paid"


@dataclass
class _Line:
    """One service line as it is read."""

    data: CommandData
    remarks: list[str] = field(default_factory=list)
    adjustments: list[AdjustmentData] = field(default_factory=list)


@dataclass
class _Claim:
    """One claim as it is read."""

    at: Segment
    number: str
    said: str
    charge: Decimal
    paid: Decimal
    share: Decimal | None
    payer_number: str | None
    adjustments: list[AdjustmentData] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    lines: list[_Line] = field(default_factory=list)
    to_patient: Decimal = ZERO

    def data(self, on: date) -> CommandData:
        """The claim as the data of record_remittance."""
        # A reversal states no share of its own: what its adjustments take back from the patient is it.
        share = self.to_patient if self.share is None or self.said == REVERSED else self.share
        data: CommandData = {
            "control_number": self.number,
            "status": status_of(self.said, self.charge, self.paid, share),
            "on": on.isoformat(),
            "charge": str(self.charge),
            "paid": str(self.paid),
            "patient_share": str(share),
            "payer_status": self.said,
            "adjustments": self.adjustments,
            "lines": [line.data for line in self.lines],
        }
        if self.payer_number is not None:
            data["payer_number"] = self.payer_number
        if self.remarks:
            data["claim_remarks"] = self.remarks
        return data


class _Transaction:
    """One transaction: a payment, its claims, and what is adjusted beside them."""

    def __init__(self, transaction: Transaction) -> None:
        self._begins = transaction.begins
        self._component = transaction.component
        self._payment: Segment | None = None
        self._trace: Segment | None = None
        self._claims: list[_Claim] = []
        self._adjusted: list[ProviderAdjustment] = []
        for segment in transaction.segments:
            self._segment(segment)

    def payment(self) -> Payment:
        """The payment with the answers about its claims."""
        bpr, trn = self._payment, self._trace
        if bpr is None or trn is None:
            raise malformed("the transaction has no BPR or no TRN.", self._begins)
        if bpr.get(3) not in ("C", "D"):
            raise malformed("it says neither credit nor debit.", bpr, "x12_value_unreadable")
        total, on = amount(bpr, 2), day_of(bpr, 16)
        payer, number = needed(trn, 3), needed(trn, 2)
        numbering = Numbering(payer, number)
        answers = []
        for claim in self._claims:
            key, row = numbering.next_of(claim.number, "835")
            answers.append(Answer(claim.at.number, key, row, "record_remittance", claim.data(on), claim.paid))
        return Payment(
            place=self._begins.number,
            payer=payer,
            number=number,
            on=on,
            amount=-total if bpr.get(3) == "D" else total,
            said=tuple(answers),
            provider_adjustments=tuple(self._adjusted),
        )

    def _segment(self, segment: Segment) -> None:
        name = segment.name
        if self._adjusted and name != "PLB":
            raise malformed("it stands behind the adjustments of the provider.", segment)
        if (self._payment is None) != (name == "BPR"):
            raise malformed("a remittance has one BPR, and begins with it.", segment)
        match name:
            case "CLP":
                self._claims.append(self._claim(segment))
            case "SVC":
                self._last(segment).lines.append(self._line(segment))
            case "CAS":
                self._adjust(segment)
            case "LQ":
                claim = self._last(segment)
                if not claim.lines:
                    raise malformed("it stands under no service line.", segment)
                if segment.get(1) == "HE":
                    claim.lines[-1].remarks.append(needed(segment, 2))
            case "MOA":
                self._last(segment).remarks += [needed(segment, n) for n in range(3, 8) if segment.get(n)]
            case "BPR":
                self._payment = segment
            case "TRN":
                if self._trace is not None or self._claims:
                    raise malformed("a remittance has one TRN, before its claims.", segment)
                self._trace = segment
            case "PLB":
                self._adjust_provider(segment)
            case _ if name not in _PASSED_OVER:
                raise malformed("a remittance has no such segment.", segment)

    def _last(self, segment: Segment) -> _Claim:
        if not self._claims:
            raise malformed("it stands under no claim.", segment)
        return self._claims[-1]

    def _claim(self, segment: Segment) -> _Claim:
        said = segment.get(2)
        if self._trace is None:
            raise malformed("no TRN stands before the claims.", segment)
        if said not in _STATUSES:
            raise malformed("its element 02 is no status of a claim.", segment, "x12_value_unreadable")
        return _Claim(
            at=segment,
            number=needed(segment, 1),
            said=said,
            charge=amount(segment, 3),
            paid=amount(segment, 4),
            share=amount(segment, 5) if segment.get(5) else None,
            payer_number=needed(segment, 7) if segment.get(7) else None,
        )

    def _line(self, segment: Segment) -> _Line:
        code = self._code(segment, 1)
        billed = self._code(segment, 6) if segment.get(6) else code
        line = _Line(
            {
                "code": billed,
                "units": units(segment, 5, absent=1),
                "charge": str(amount(segment, 2)),
                "paid": str(amount(segment, 3)),
            }
        )
        line.data["adjustments"], line.data["remarks"] = line.adjustments, line.remarks
        if billed != code:
            line.data["adjudicated_as"] = code
        return line

    def _code(self, segment: Segment, place: int) -> str:
        _, _, code = segment.get(place).partition(self._component)
        code = code.split(self._component)[0].strip()
        if not code:
            raise malformed(f"its element {place:02} names no code.", segment, "x12_value_unreadable")
        return code

    def _adjust(self, segment: Segment) -> None:
        claim, group = self._last(segment), segment.get(1)
        if group not in _GROUPS:
            raise malformed("its element 01 is no group of adjustments.", segment, "x12_value_unreadable")
        to = claim.lines[-1].adjustments if claim.lines else claim.adjustments
        for place in range(2, max(len(segment.elements), 3), 3):
            if place > 2 and not segment.get(place) and not segment.get(place + 1):
                continue
            taken = amount(segment, place + 1)
            to.append({"group": group, "reason": needed(segment, place), "amount": str(taken)})
            if group == "PR":
                claim.to_patient += taken

    def _adjust_provider(self, segment: Segment) -> None:
        for place in range(3, max(len(segment.elements), 4), 2):
            if place > 3 and not segment.get(place) and not segment.get(place + 1):
                continue
            reason = needed(segment, place).split(self._component)[0]
            self._adjusted.append(ProviderAdjustment(segment.number, reason, amount(segment, place + 1)))
