"""Two patients who turn out to be one, and were both billed for a month: what is said of the later claim.

The claim that was released first keeps the month; of the later one it is news that another lives, whether a merge
brought them together or an answer brought one of them back to life. Promise: each pair of live claims of one month,
programme and side is told, as what a claim lost: unpaid it is to be withdrawn, paid it is a possible overpayment, and
both stand on the worklist (CCM-CLAIM-20, CCM-OVP-01; readings, 3). Not promised: that an unmerge takes it back; a
person settles what was noticed.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final, NamedTuple

from commands.deciding import Asked, States
from commands.guards import day_there
from ledger.claims.erosion import has_money, stands
from ledger.streams.base import Event
from ledger.streams.claims_state import Claim, Claims, told
from ledger.streams.overpayments import ClaimLostGround, LostUnits, OverpaymentNoticed
from ledger.terms.identity import claims_tag, patient_tag
from ledger.terms.notices import in_order, notice
from ledger.terms.outcome import Accepted, Need, Notice

_ZERO: Final = Decimal(0)


class Twice(NamedTuple):
    """Two live claims of one month: the one released first, and the later one with all of its patient's."""

    first: Claim
    claims: Claims
    later: Claim


def billed_twice(states: States, patient: str, merged: str) -> list[Twice] | Need:
    """The pairs of live claims that a merge brings together, by month."""
    groups = [states.group(each) for each in (patient, merged)]
    if need := states.missing(*(claims_tag(each) for group in groups for each in group)):
        return need
    one, other = ([live for each in group for live in _live(states.get(claims_tag(each)))] for group in groups)
    pairs = [(a, b) for a in one for b in other if a[1].guard == b[1].guard]
    found = [sorted(pair, key=lambda each: each[1].position) for pair in pairs]
    return [Twice(first[1], *later) for first, later in sorted(found, key=lambda pair: pair[0][1].guard)]


def with_what_it_brings_back(
    asked: Asked[Any], states: States, claims: Claims, event: Event, said: tuple[Notice, ...] = ()
) -> Accepted | Need:
    """What was said of a claim as facts: beside it what another claim lost, where one comes back to life by it."""
    twice = brought_back(states, claims, told(claims, event, asked.position + 1))
    if isinstance(twice, Need):
        return twice
    lost = lost_beside(asked, states, twice)
    if isinstance(lost, Need):
        return lost
    if not twice:
        return Accepted((event,), in_order(list(said)))
    months = ", ".join(dict.fromkeys(each.first.event.month for each in twice))
    happened = (
        f"Two claims of {months} are live, for two patients who are one person; the later one is on the worklist."
    )
    return Accepted((event, *lost), in_order([*said, notice("billed_twice", happened)]))


def brought_back(states: States, before: Claims, after: Claims) -> list[Twice] | Need:
    """The pairs of live claims that something said of one patient's claims brings together, and nobody told yet.

    Asked of the patient only where a claim comes back to life, or money comes for one that had lost its ground.
    """
    risen = [each for each in after.claims if after.is_live(each) and _is_news(before, each)]
    if not risen:
        return []
    patient = risen[0].event.patient
    if need := states.missing(patient_tag(patient)):
        return need
    group = states.group(patient)
    if need := states.missing(*(claims_tag(each) for each in group)):
        return need
    living = [live for each in group for live in _live(after if each == patient else states.get(claims_tag(each)))]
    found: dict[str, Twice] = {}
    for one in risen:
        beside = [live for live in living if live[1].guard == one.guard]
        first, *later = sorted(beside, key=lambda each: each[1].position)
        found |= {each.event.claim: Twice(first[1], claims, each) for claims, each in later}
    return [each for each in found.values() if not _is_told(each)]


def _is_news(before: Claims, claim: Claim) -> bool:
    """Whether a live claim was none before, or has more money than before and had lost its ground."""
    known = before.claim(claim.event.claim)
    assert known is not None, "what is said of claims makes no new one"
    if not before.is_live(known):
        return True
    money = claim.paid > known.paid or claim.patient_share > known.patient_share
    return money and bool(claim.lost or claim.overpaid)


def _is_told(twice: Twice) -> bool:
    """Whether all that the later claim lost is on record."""
    later = twice.later
    return not any(_unnoticed(twice)) if has_money(later) else bool(later.lost)


def _unnoticed(twice: Twice) -> tuple[Decimal, Decimal]:
    """What was paid for the later claim, and left to the patient, that no notice covers."""
    later = twice.later
    held = (each for each in twice.claims.overpayments if each.status != "dismissed" and stands(each, later, None))
    known = [each.event for each in held]
    paid = later.paid - sum((each.amount for each in known), _ZERO)
    share = later.patient_share - sum((each.patient_share for each in known), _ZERO)
    return max(paid, _ZERO), max(share, _ZERO)


def _live(claims: Claims) -> Iterator[tuple[Claims, Claim]]:
    return ((claims, each) for each in claims.claims if claims.is_live(each))


def lost_beside(asked: Asked[Any], states: States, twice: list[Twice]) -> tuple[Event, ...] | Need:
    """What the later claim of each pair lost: all of its units, and what was paid for them and is not noticed yet."""
    found: list[Event] = []
    for each in twice:
        first, _, later = each
        lost = tuple(LostUnits(code=line.code, units=line.units) for line in later.event.lines)
        because, digest = (first.position,), later.event.digest
        whose, claim = later.event.patient, later.event.claim
        if not has_money(later):
            found.append(ClaimLostGround(patient=whose, claim=claim, because=because, lost=lost, digest_now=digest))
            continue
        noticed_on = day_there(asked, states, later.event.practice)
        if isinstance(noticed_on, Need):
            return noticed_on
        amount, share = _unnoticed(each)
        if not amount and not share:
            continue
        found.append(
            OverpaymentNoticed(
                patient=whose,
                overpayment=asked.new_id("ov"),
                claim=claim,
                noticed_on=noticed_on,
                because=because,
                lost=lost,
                amount=amount,
                patient_share=share,
                digest_now=digest,
            )
        )
    return tuple(found)
