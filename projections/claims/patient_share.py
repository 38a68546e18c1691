"""What a patient owes for a month: an estimate before the payer has answered, afterwards what the payer left to them.

Promise: before an answer the estimate says both ends: the percent of the allowed amount where the year's deductible is
met, and all of it where nothing is (how much is met, and how much it is, no fact and no rule here says). Afterwards
only the payer's amounts count, and only of the claim that stands: what was left of one that another stands for is
nobody's to ask for. Nothing is owed by a qualified Medicare beneficiary (CCM-PAY-03), nor of a claim whose share was
waived (CCM-PAY-02), nor before an answer, nor what a payer behind it paid, nor while the answers speak of more than was
asked for. Not promised: a bill; and what another coverage pays before it says so.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from ledger.claims.taken_back import taken_back_since
from ledger.judging.price_inputs import priced_as
from ledger.judging.prices import PricedAs, price_charges
from ledger.judging.shapes import ChargeLine, Verdict
from ledger.judging.window import is_qmb, window_of
from ledger.rulebook import Reading, Rulebook, RulesInForce
from ledger.streams.claims_state import Claim, Claims
from ledger.streams.patient_state import Patient
from ledger.streams.practice import Practice
from ledger.streams.staff import Staff
from ledger.terms.calendar import first_day, last_day
from projections.claims.outcomes import ZERO, standing_answers

Why = Literal[
    "nothing_claimed",
    "not_answered",
    "qmb",
    "to_clear_up",
    "waived",
    "refunded",
    "paid_by_another",
    "as_the_payer_says",
    "nothing_left",
]
"""Why the patient owes what they owe. nothing_claimed: no claim stands. not_answered: the payer has not, or took its
answer back. to_clear_up: its answers speak of more than was asked for, such as when a claim was paid twice. waived,
refunded, paid_by_another (a payer behind it): all of what it left. nothing_left: it left nothing to the patient."""
ShareKind = Literal["deductible", "coinsurance", "copayment", "other"]

_KINDS: Final[dict[str, ShareKind]] = {"1": "deductible", "2": "coinsurance", "3": "copayment"}
"""Reason codes of X12 for what is the patient's."""
_PATIENT: Final = "PR"
_VOID: Final = "8"
_PAYMENT: Final = "medicare.pfs.payment"


class Estimate(NamedTuple):
    """What the patient's share may come to, before the payer answers; amounts are None where no price is worked out."""

    allowed: Decimal | None
    deductible_met: Decimal | None
    """The coinsurance alone."""
    deductible_not_met: Decimal | None
    """All of the allowed amount: the most."""
    coinsurance_percent: Decimal | None
    why_not: str | None
    """Why there is no estimate."""
    reads: tuple[Reading, ...]


class Beside(NamedTuple):
    """A coverage on file for the day of service beside that of the month's payer."""

    payer: str
    kind: str
    rank: int


class PatientShare(NamedTuple):
    """What a patient owes for a month of a programme."""

    on: date
    charge: Decimal | None
    """Of the claims that stand; None where there is none."""
    paid: Decimal
    """By the payer."""
    estimate: Estimate | None
    """None once the payer has answered, and where the month bills nothing."""
    left: tuple[tuple[ShareKind, Decimal], ...]
    """What the payer left to the patient of the claim that stands, by kind."""
    share: Decimal | None
    """All of that; None before an answer."""
    waived: Decimal
    """Of that, what was waived for hardship."""
    owed: Decimal | None
    """What the patient may be billed; None: nothing may be billed yet."""
    why: Why
    is_qmb: bool
    beside: tuple[Beside, ...]
    refunded: Decimal
    """What was given back to the patient of a payment found to be too much."""
    by_others: Decimal
    """What payers behind the claim's own paid of the patient's share."""


def patient_share(
    verdict: Verdict,
    book: Rulebook,
    *,
    patient: Patient,
    practice: Practice | None,
    biller: Staff | None,
    of_all: Iterable[Claims],
) -> PatientShare:
    """The patient's share of a month, by its claims; `book` is the law of the verdict, `patient` the one who goes on.

    Reads: as price_charges; medicare.pfs.payment.qmb_is_billed (CCM-PAY-01, -02, -03).
    """
    held = [(claims, claim) for claims in of_all for claim in claims.claims if _is_of(claim, verdict)]
    live = next((claim for claims, claim in reversed(held) if claims.is_live(claim)), None)
    on = live.event.date_of_service if live is not None else verdict.date_of_service
    rules = book.in_force(on)
    answered = live is not None and live.own_status in ("paid", "denied")
    claims = [claim for _, claim in held]
    share = live.patient_share if live is not None and answered else None
    waived = share if live is not None and live.waived is not None and share is not None else ZERO
    refunded = _refunded(held)
    others = live.from_others if live is not None and answered else ()
    by_others = sum((heard.event.paid for heard in others), ZERO)
    is_unclear = live is not None and share is not None and _is_unclear(live, claims, share)
    rest = None
    if live is not None and share is not None and not is_unclear:
        rest = _rest(share - waived - _refunded_beside(held, live), live)
    never_billed = is_qmb(patient, on) and not rules.get(f"{_PAYMENT}.qmb_is_billed")
    charges = _charges(live, verdict)
    estimate = None
    if charges and not answered:
        place = live.event.place_of_service if live is not None else None
        priced = priced_as(patient, practice, biller, verdict.month, on, rules, place)
        estimate = _estimate(charges, priced, on, rules)
    return PatientShare(
        on=on,
        charge=live.event.charge if live is not None else None,
        paid=sum((claim.paid for claim in claims), ZERO),
        estimate=estimate,
        left=_left([live] if live is not None and answered else []),
        share=share,
        waived=waived,
        owed=ZERO if never_billed else rest,
        why="qmb" if never_billed else "to_clear_up" if is_unclear else _why(live, share, waived, rest),
        is_qmb=is_qmb(patient, on),
        beside=_beside(patient, verdict, on),
        refunded=refunded,
        by_others=by_others,
    )


def _rest(share: Decimal, live: Claim) -> Decimal:
    """What remains of what the payer left to the patient; a payer behind it says itself what it leaves to them."""
    others = [heard.event for heard in live.from_others]
    rest = share - sum((each.paid for each in others), ZERO)
    if sum((each.charge for each in others), ZERO) > 0:
        rest = min(rest, sum((each.patient_share for each in others), ZERO))
    return max(rest, ZERO)


def _is_of(claim: Claim, verdict: Verdict) -> bool:
    return (claim.event.month, claim.event.programme) == (verdict.month, verdict.programme)


def _is_unclear(live: Claim, claims: Iterable[Claim], share: Decimal) -> bool:
    """Whether the answers that paid or left something speak of more than was asked for, or of a share beyond it."""
    counted = (claim for claim in claims if claim.paid or claim.patient_share)
    answered = sum((each.charge for claim in counted for each in standing_answers(claim)), ZERO)
    return answered > live.event.charge or not ZERO <= share <= live.event.charge


def _why(live: Claim | None, share: Decimal | None, waived: Decimal, rest: Decimal | None) -> Why:
    if live is None:
        return "nothing_claimed"
    if share is None:
        return "not_answered"
    if rest:
        return "as_the_payer_says"
    if not share or waived:
        return "waived" if share else "nothing_left"
    return "paid_by_another" if live.from_others else "refunded"


def _charges(live: Claim | None, verdict: Verdict) -> tuple[ChargeLine, ...]:
    """The codes that are asked for: of the live claim, otherwise of the month as it stands."""
    if live is None:
        return verdict.charges
    return tuple(ChargeLine(line.code, line.units, line.expected) for line in live.event.lines)


def _estimate(charges: tuple[ChargeLine, ...], priced: PricedAs, on: date, rules: RulesInForce) -> Estimate:
    price = price_charges(charges, priced, on=on, rules=rules)
    percent = rules.get(f"{_PAYMENT}.coinsurance_percent")
    why_not = next((found.happened for found in price.notices), None) if price.allowed is None else None
    return Estimate(
        price.allowed,
        price.patient_share,
        price.allowed,
        percent if isinstance(percent, Decimal) and price.allowed is not None else None,
        why_not,
        price.reads,
    )


def _left(claims: Iterable[Claim]) -> tuple[tuple[ShareKind, Decimal], ...]:
    """What payers left to the patient, by kind; what their reasons do not explain is other."""
    found: dict[ShareKind, Decimal] = {}
    share = ZERO
    for claim in claims:
        share += claim.patient_share
        for heard in claim.from_payer:
            every = (heard.event.adjustments, *(line.adjustments for line in heard.event.lines))
            for each in (a for adjustments in every for a in adjustments if a.group == _PATIENT):
                kind = _KINDS.get(each.reason, "other")
                found[kind] = found.get(kind, ZERO) + each.amount
    found["other"] = found.get("other", ZERO) + share - sum(found.values(), ZERO)
    return tuple((kind, amount) for kind, amount in found.items() if amount)


def _beside(patient: Patient, verdict: Verdict, on: date) -> tuple[Beside, ...]:
    """Coverages on file for the day beside that of the payer, by rank."""
    window = window_of(patient, first_day(verdict.month), last_day(verdict.month))
    held = [c for c in window.on_file if c.from_on <= on and (c.until_on is None or on <= c.until_on)]
    others = [c for c in held if window.coverage is None or c.coverage != window.coverage.coverage]
    return tuple(Beside(c.payer, c.kind, c.rank) for c in sorted(others, key=lambda c: c.rank))


def _refunded_beside(held: Iterable[tuple[Claims, Claim]], live: Claim) -> Decimal:
    """What was given back to the patient of the claim and is no part yet of what the payer leaves to them less."""
    of_it = [o for claims, c in held if c is live for o in claims.overpayments if o.event.claim == c.event.claim]
    backs = [each for each in of_it if each.share_back]
    if not backs:
        return ZERO
    _, shown = taken_back_since(live, min(each.position for each in backs))
    return max(sum((each.share_back for each in backs), ZERO) - shown, ZERO)


def _refunded(held: Iterable[tuple[Claims, Claim]]) -> Decimal:
    """What was given back to the patient of payments for these claims."""
    backs = (each.share_back for cs, claim in held for each in cs.overpayments if each.event.claim == claim.event.claim)
    return sum(backs, ZERO)
