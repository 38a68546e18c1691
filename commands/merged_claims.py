"""Two patients who turn out to be one, and were both billed for a month: what a merge says of the later claim.

The claim that was released first keeps the month; of the later one the merge itself is the news. Promise: each pair of
live claims of one month, programme and side is told once, as what a claim lost: unpaid it is to be withdrawn, paid it
is a possible overpayment, and both stand on the worklists (CCM-CLAIM-20, CCM-OVP-01; readings, 3). Not promised: that
an unmerge takes it back; a person settles what was noticed.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final, NamedTuple

from commands.deciding import Asked, States
from commands.guards import day_there
from ledger.claims.erosion import has_money
from ledger.streams.base import Event
from ledger.streams.claims_state import Claim, Claims
from ledger.streams.overpayments import ClaimLostGround, LostUnits, OverpaymentNoticed
from ledger.terms.identity import claims_tag
from ledger.terms.outcome import Need

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


def _live(claims: Claims) -> Iterator[tuple[Claims, Claim]]:
    return ((claims, each) for each in claims.claims if claims.is_live(each))


def lost_by_merging(asked: Asked[Any], states: States, twice: list[Twice]) -> tuple[Event, ...] | Need:
    """What the later claim of each pair lost: all of its units, and what was paid for them and is not noticed yet."""
    found: list[Event] = []
    for first, claims, later in twice:
        lost = tuple(LostUnits(code=line.code, units=line.units) for line in later.event.lines)
        because, digest = (first.position,), later.event.digest
        whose, claim = later.event.patient, later.event.claim
        if not has_money(later):
            found.append(ClaimLostGround(patient=whose, claim=claim, because=because, lost=lost, digest_now=digest))
            continue
        noticed_on = day_there(asked, states, later.event.practice)
        if isinstance(noticed_on, Need):
            return noticed_on
        known = [each.event for each in claims.overpayments if each.event.claim == claim and each.is_open]
        found.append(
            OverpaymentNoticed(
                patient=whose,
                overpayment=asked.new_id("ov"),
                claim=claim,
                noticed_on=noticed_on,
                because=because,
                lost=lost,
                amount=max(later.paid - sum((each.amount for each in known), _ZERO), _ZERO),
                patient_share=max(later.patient_share - sum((each.patient_share for each in known), _ZERO), _ZERO),
                digest_now=digest,
            )
        )
    return tuple(found)
