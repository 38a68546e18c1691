"""Every difference of one patient's month, named: up to its release, up to its acceptance, and in its answers.

Promise: the lines of a step add up to what lies between its stages, and those of what is open or denied to that part.
A month was released as its live claim, otherwise as its newest; every other claim of it is a line.
"""

from collections.abc import Iterator
from typing import Final

from projections.claims.outcomes import ZERO
from projections.claims.reconciliation_shapes import NONE, VOID, ClaimLife, Difference, ReadyMonth, Reason, Size, Step


def differences_of(months: list[ReadyMonth], claims: list[ClaimLife]) -> Iterator[Difference]:
    """Every line of one patient's month of a programme: up to its release, then claim by claim in their order."""
    asking = sorted((life for life in claims if life.frequency != VOID), key=lambda life: life.position)
    standing = _standing(asking)
    ready = next((month for month in months if month.is_ready), None)
    for month in months:
        if month.is_ready and (standing is None or month is not ready):
            size = NONE - month.size
            yield Difference("released", "ready_not_released", month.patient, month.programme, None, size, month.why)
    for life in asking:
        later = any(other.position > life.position for other in asking)
        if life is not standing:
            yield _line(life, "released", _why_beside(life, later=later), life.size)
        elif ready is None:
            reason: Reason = "no_longer_ready" if life.is_live else _why_over(life, later=later)
            why = next((month.why for month in months), ())
            yield _line(life, "released", reason, life.size, why if life.is_live else ())
        else:
            yield from _changed(life, ready)
        if life.is_accepted:
            yield from _of_answer(life)
        else:
            yield _line(life, "accepted", _why_over(life, later=later), NONE - life.size, life.codes)
    for life in claims:
        if life.frequency == VOID:
            yield from _of_void(life)


def _standing(asking: list[ClaimLife]) -> ClaimLife | None:
    """The claim that a month was released as: the live one, otherwise the newest."""
    live = [life for life in asking if life.is_live]
    return (live or asking)[-1] if asking else None


def _why_beside(life: ClaimLife, *, later: bool) -> Reason:
    """Why there is a claim beside the one that a month was released as."""
    return "duplicate_claim" if life.is_live else _why_over(life, later=later)


def _why_over(life: ClaimLife, *, later: bool) -> Reason:
    """Why the payer does not have a claim, or has it no more."""
    match life.own_status, life.status:
        case "withdrawn", _:
            return "withdrawn"
        case "rejected", _:
            return "resent" if later else "rejected_not_resent"
        case _, "voided":
            return "voided"
        case _, "replaced":
            return "replaced"
    return "no_acknowledgment"


def _changed(life: ClaimLife, ready: ReadyMonth) -> Iterator[Difference]:
    """What the month would be released as now, where that is something else than the claim says."""
    gap = life.size - ready.size
    asked, now = dict(life.units), dict(ready.units)
    more = [f"-{code}:{units - now.get(code, 0)}" for code, units in life.units if units > now.get(code, 0)]
    fewer = [f"+{code}:{units - asked.get(code, 0)}" for code, units in ready.units if units > asked.get(code, 0)]
    if more and fewer:
        yield _line(life, "released", "other_codes_ready", gap, (*more, *fewer))
    elif more:
        yield _line(life, "released", "fewer_units_ready", gap, tuple(more))
    elif fewer:
        yield _line(life, "released", "more_units_ready", gap, tuple(fewer))
    elif gap.amount:
        yield _line(life, "released", "charge_differs", gap, ready.why)


def _of_answer(life: ClaimLife) -> Iterator[Difference]:
    """What became of a claim that the payer took."""
    outcome = life.outcome
    over = None if life.is_live else _why_over(life, later=True)
    is_open = outcome.standing == "open"
    if over is not None and (is_open or outcome.unanswered > 0):
        left = Size(int(is_open), outcome.units.open, max(outcome.unanswered, ZERO))
        yield _line(life, "answered", over, NONE - left)
    elif open_of(life) != NONE:
        reason: Reason = "answered_in_part" if not is_open else "taken_back" if outcome.reversals else "no_remittance"
        yield _line(life, "open", reason, open_of(life))
    if outcome.unanswered < 0:
        yield _line(life, "answered", "paid_beyond_charge", Size(0, 0, -outcome.unanswered))
    if outcome.unexplained:
        yield _line(life, "answered", "does_not_add_up", Size(0, 0, -outcome.unexplained), outcome.reasons)
    if outcome.standing == "denied":
        yield _line(life, "denied", "denied", denied_of(life), outcome.reasons)
    elif outcome.cuts:
        lines = tuple(f"{cut.code}:{cut.paid}/{cut.billed}" for cut in outcome.cuts)
        yield _line(life, "denied", "units_denied", denied_of(life), (*lines, *outcome.reasons))
    yield from _to_look_at(life)


_KEPT: Final[dict[str, Reason]] = {
    "withdrawn": "paid_though_withdrawn",
    "replaced": "replaced_not_taken_back",
    "voided": "voided_not_taken_back",
}


def _to_look_at(life: ClaimLife) -> Iterator[Difference]:
    """What is strange about a payment, and moves no sum."""
    outcome = life.outcome
    for each in life.overpaid:
        if each.is_open:
            says = (each.overpayment, each.status, f"{each.amount}")
            yield _line(life, "paid", "perhaps_overpaid", NONE, says)
        if each.money_back or each.share_back:
            says = (each.overpayment, f"{each.money_back}", f"{each.share_back}")
            yield _line(life, "paid", "given_back", NONE, says)
    if outcome.by_others:
        yield _line(life, "paid", "paid_by_another_payer", NONE, (f"{outcome.by_others}",))
    if outcome.standing != "paid":
        return
    if life.status in _KEPT and outcome.paid > 0:
        yield _line(life, "paid", _KEPT[life.status], NONE)
    if outcome.reversals:
        yield _line(life, "paid", "paid_anew", NONE)
    got = outcome.paid + outcome.patient_share
    if life.expected is not None and not outcome.cuts and got < life.expected:
        yield _line(life, "paid", "paid_less_than_expected", NONE, (f"{got}", f"{life.expected}"))


def _of_void(life: ClaimLife) -> Iterator[Difference]:
    """A void asks for nothing; what its answer took back is money of the claim that it voids."""
    outcome = life.outcome
    back = outcome.paid + outcome.patient_share + outcome.reduced
    if back:
        yield _line(life, "answered", "taken_back_by_void", Size(0, 0, back))
    elif life.is_waiting:
        yield _line(life, "paid", "void_not_answered", NONE)


def _line(life: ClaimLife, step: Step, reason: Reason, size: Size, says: tuple[str, ...] = ()) -> Difference:
    return Difference(step, reason, life.patient, life.programme, life.claim, size, says)


def denied_of(life: ClaimLife) -> Size:
    """What a claim adds to what was denied: itself, or lines and units of it."""
    outcome = life.outcome
    return Size(int(outcome.standing == "denied"), outcome.units.denied, outcome.denied)


def open_of(life: ClaimLife) -> Size:
    """What of an accepted claim that still stands nobody has answered."""
    if not (life.is_accepted and life.is_live):
        return NONE
    outcome = life.outcome
    return Size(int(outcome.standing == "open"), outcome.units.open, max(outcome.unanswered, ZERO))
