"""What a payer made of one claim: what was paid, left to the patient, reduced, denied, and what is still open.

Promise: to the cent, charge = paid + patient's share + reductions + denied + open + what is left over (answered beyond
the charge, or amounts that do not add up); units are paid, denied or open, each once. All answers are added up, and
those of a reversal are below zero, so that a payment that was taken back and made anew counts once; a reversal that
is heard of before what it takes back makes nothing paid. Not promised: that the payer is right.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from ledger.streams.claims import Adjustment, ClaimRemitted, RemittedLine
from ledger.streams.claims_state import Claim

ZERO: Final = Decimal("0.00")
_PATIENT: Final = "PR"
_REVERSED: Final = "reversed"

Standing = Literal["open", "paid", "denied"]
"""As the newest answer says that was not taken back. open: not adjudicated, or every answer heard of was taken back."""


class Units(NamedTuple):
    """The units of a claim by what became of them."""

    paid: int = 0
    denied: int = 0
    open: int = 0

    @property
    def billed(self) -> int:
        """All of them."""
        return self.paid + self.denied + self.open


class LineCut(NamedTuple):
    """A line of which fewer units were paid than billed."""

    code: str
    billed: int
    paid: int
    amount: Decimal
    """What of its charge counts as denied: all of it where nothing was paid, else nothing: the rest is a reduction."""
    reasons: tuple[str, ...]


class Outcome(NamedTuple):
    """What became of one claim."""

    standing: Standing
    units: Units
    charge: Decimal
    answered: Decimal
    """The charge that the payer's answers speak of, all together: nothing once all were taken back."""
    paid: Decimal
    patient_share: Decimal
    reductions: tuple[tuple[str, Decimal], ...]
    """(group and reason, amount) of what was taken off what was not denied."""
    denied: Decimal
    cuts: tuple[LineCut, ...]
    """Of a claim that was paid: its lines that were not, or not in full."""
    reasons: tuple[str, ...]
    """Of the newest answer that stands: groups with reasons, then remarks; none but of a denial or a cut."""
    reversals: int
    """How often an answer was taken back."""
    by_others: Decimal = ZERO
    """What payers behind the claim's own paid of the patient's share: beside all other amounts."""

    @property
    def reduced(self) -> Decimal:
        """All reductions."""
        return sum((amount for _, amount in self.reductions), ZERO)

    @property
    def unexplained(self) -> Decimal:
        """What of the answered charge is neither paid, the patient's, reduced nor denied."""
        return self.answered - self.paid - self.patient_share - self.reduced - self.denied

    @property
    def unanswered(self) -> Decimal:
        """What of the charge nobody has answered; below zero where more was answered than asked."""
        return self.charge - self.answered


def outcome_of(claim: Claim) -> Outcome:
    """What the payer's answers to a claim come to, and beside them what payers behind it paid."""
    found = _of_payer(claim)
    others = claim.from_others
    return found._replace(by_others=sum((each.event.paid for each in others), ZERO)) if others else found


def _of_payer(claim: Claim) -> Outcome:
    charge, heard = claim.event.charge, standing_answers(claim)
    answered = sum((each.charge for each in heard), ZERO)
    stands = _standing(heard)
    reversals = sum(1 for each in heard if each.status == _REVERSED)
    billed = Counter({line.code: 0 for line in claim.event.lines})
    for line in claim.event.lines:
        billed[line.code] += line.units
    paid, share = sum((each.paid for each in heard), ZERO), sum((each.patient_share for each in heard), ZERO)
    if stands.newest is None:
        units = Units(open=sum(billed.values()))
        off = _reductions(_adjustments(heard))
        return Outcome("open", units, charge, answered, paid, share, off, ZERO, (), (), reversals)
    if stands.newest.status == "denied":
        off, denied = _reductions(_adjustments(stands.settled)), _denied(stands.counted)
        reasons = (*stands.newest.reasons, *stands.newest.remarks)
        units = Units(denied=sum(billed.values()))
        return Outcome("denied", units, charge, answered, paid, share, off, denied, (), reasons, reversals)
    cuts = tuple(_cuts(stands.counted, billed)) if stands.newest.lines else ()
    fewer = sum(cut.billed - cut.paid for cut in cuts)
    units = Units(paid=sum(billed.values()) - fewer, denied=fewer)
    refused = {cut.code for cut in cuts if cut.amount}
    off = _reductions((*_adjustments(stands.settled), *_adjustments(stands.counted, without=refused)))
    denied = sum((cut.amount for cut in cuts), ZERO)
    reasons = tuple(dict.fromkeys(reason for cut in cuts for reason in cut.reasons))
    return Outcome("paid", units, charge, answered, paid, share, off, denied, cuts, reasons, reversals)


def standing_answers(claim: Claim) -> list[ClaimRemitted]:
    """The payer's answers without denials that a later one followed and nobody took back: a charge is answered once.

    In the order of the payer's days, as files come out of order; of one day in that of the record.
    """
    heard: list[ClaimRemitted] = [each.event for each in sorted(claim.from_payer, key=lambda each: each.event.on)]
    beyond, found = sum((each.charge for each in heard), ZERO) - claim.event.charge, list(heard)
    for each in heard[:-1]:
        if each.status == "denied" and not each.paid and not each.patient_share and 0 < each.charge <= beyond:
            found.remove(each)
            beyond -= each.charge
    return found


_Left = tuple[ClaimRemitted, Decimal]
"""An answer, with what of its charge was not taken back."""


class _Stands(NamedTuple):
    """What stands of a payer's answers, as far as they were heard of."""

    newest: ClaimRemitted | None
    """The newest answer that was not taken back; None where none is left."""
    counted: list[ClaimRemitted]
    """Answers since nothing stood, with what took some of them back: what units and denials are counted by."""
    settled: list[ClaimRemitted]
    """The others: taken back altogether, or reversals of what was not heard of yet. They count as money alone."""


def _standing(heard: list[ClaimRemitted]) -> _Stands:
    """Answer by answer, in the payer's order. A reversal may come before what it takes back, which leaves nothing."""
    standing: list[_Left] = []
    counted, settled = list[ClaimRemitted](), list[ClaimRemitted]()
    for each in heard:
        if each.status != _REVERSED:
            standing.append((each, each.charge))
            counted.append(each)
        elif (left := _left_by(each, standing)) == standing:
            settled.append(each)
        else:
            standing = left
            counted.append(each)
        if not standing:
            settled, counted = [*settled, *counted], []
    return _Stands(standing[-1][0] if standing else None, counted, settled)


def _left_by(reversal: ClaimRemitted, standing: list[_Left]) -> list[_Left]:
    """The answers that stand after a reversal.

    It takes back the newest one of which it turns every amount, otherwise as much charge as it names of earlier days,
    the newest first: several answers at once, or one in parts.
    """
    turned = (-reversal.charge, -reversal.paid, -reversal.patient_share)
    for place in range(len(standing) - 1, -1, -1):
        answer = standing[place][0]
        if (answer.charge, answer.paid, answer.patient_share) == turned:
            return [*standing[:place], *standing[place + 1 :]]
    rest, found = -reversal.charge, list[_Left]()
    for answer, left in reversed(standing):
        back = max(min(left, rest), ZERO) if answer.on < reversal.on else ZERO
        rest -= back
        if not back or back < left:
            found.append((answer, left - back))
    return found[::-1]


def _denied(counted: list[ClaimRemitted]) -> Decimal:
    """What of a denied claim counts as denied: whatever was taken off; without a reason all that was not paid."""
    taken = _reductions(_adjustments(counted))
    if taken:
        return sum((amount for _, amount in taken), ZERO)
    return sum((each.charge - each.paid - each.patient_share for each in counted), ZERO)


def _adjustments(heard: Iterable[ClaimRemitted], without: Iterable[str] = ()) -> Iterator[Adjustment]:
    """Every adjustment of claims and lines that is not the patient's share, but of lines that are left out."""
    left_out = set(without)
    for each in heard:
        own = (line.adjustments for line in each.lines if line.code not in left_out)
        for adjustments in (each.adjustments, *own):
            yield from (found for found in adjustments if found.group != _PATIENT)


def _reductions(adjustments: Iterable[Adjustment]) -> tuple[tuple[str, Decimal], ...]:
    """Amounts by group and reason, without those that came to nothing."""
    found: dict[str, Decimal] = {}
    for each in adjustments:
        name = f"{each.group}-{each.reason}"
        found[name] = found.get(name, ZERO) + each.amount
    return tuple((name, amount) for name, amount in found.items() if amount)


def _cuts(heard: list[ClaimRemitted], billed: Counter[str]) -> Iterator[LineCut]:
    """The lines of a paid claim of which not all units were paid."""
    for code, units in billed.items():
        lines = [(each.status == _REVERSED, line) for each in heard for line in each.lines if line.code == code]
        paid = sum((line.paid for _, line in lines), ZERO)
        share = sum((a.amount for _, line in lines for a in line.adjustments if a.group == _PATIENT), ZERO)
        told = sum(-line.units if is_back else line.units for is_back, line in lines if _has_money(line))
        is_paid = paid > 0 or share > 0
        counted = min(max(told, 0), units) if is_paid else 0
        if counted == units:
            continue
        off = sum((a.amount for _, line in lines for a in line.adjustments if a.group != _PATIENT), ZERO)
        newest = next((line for is_back, line in reversed(lines) if not is_back), None)
        reasons = (*(f"{a.group}-{a.reason}" for a in newest.adjustments), *newest.remarks) if newest else ()
        yield LineCut(code, units, counted, ZERO if is_paid else off, tuple(dict.fromkeys(reasons)))


def _has_money(line: RemittedLine) -> bool:
    """Whether something was paid for a line or left to the patient: units of one that was denied are none of it."""
    return bool(line.paid) or any(each.group == _PATIENT and each.amount for each in line.adjustments)
