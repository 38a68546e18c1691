"""The claims of one patient as folded: where each stands, what was paid for it, and which of them are live.

Live is a claim that the payer may still pay, or has adjudicated, and that nothing stands for: withdrawn, rejected,
replaced and voided claims are not (readings, section 3; CCM-CLAIM-20, -25, -28). At most one live claim has a patient,
month, programme and side. A rejected replacement and a denied void stand for nothing: what they named is live again.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Literal, NamedTuple

from ledger.streams.base import Fact
from ledger.streams.claim_reasons import CompetitionSettled
from ledger.streams.claims import (
    ClaimAcknowledged,
    ClaimExported,
    ClaimReleased,
    ClaimRemitted,
    ClaimReopened,
    ClaimWithdrawn,
    CostShareWaived,
)
from ledger.streams.other_payers import of_payers_behind
from ledger.streams.overpayments import ClaimLostGround, OverpaymentNoticed
from ledger.streams.overpayments_state import Overpayment, evolve_overpayment
from ledger.streams.replacing import replace

ClaimStatus = Literal[
    "released", "accepted", "rejected", "paid", "denied", "reversed", "withdrawn", "replaced", "voided"
]
"""released: handed to billing, nothing heard. accepted, rejected: acknowledged so. paid, denied, reversed: as the
remittance of the newest day says. withdrawn: taken back by us. replaced, voided: another claim stands for it."""
Guard = tuple[str, str, str]
"""(month, programme, side): what at most one live claim of a patient may have."""
_ZERO: Final = Decimal(0)
_OVER: Final = frozenset({"withdrawn", "rejected", "replaced", "voided"})


def guard_of(event: ClaimReleased) -> Guard:
    """What a claim occupies."""
    return event.month, event.programme.value, event.side.value


class Heard(NamedTuple):
    """A fact about a claim, with where it stands."""

    event: Any
    position: int


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim with everything that was said of it since."""

    event: ClaimReleased
    position: int
    read_set: tuple[tuple[str, int], ...]
    """What the release rested on: pinned."""
    released_at: datetime
    """When the ledger learned of the release."""
    exported: tuple[Heard, ...] = ()
    """When it was written into a file for its payer."""
    acknowledged: tuple[Heard, ...] = ()
    remitted: tuple[Heard, ...] = ()
    withdrawn: Heard | None = None
    reopened: tuple[Heard, ...] = ()
    waived: Heard | None = None
    competition: Heard | None = None
    """How it was settled that the payer paid somebody else, as said last."""
    lost: tuple[Heard, ...] = ()
    """What the machine found that it lost, unpaid."""
    overpaid: tuple[Heard, ...] = ()
    """What the machine found that it lost, paid."""

    @property
    def guard(self) -> Guard:
        """What it occupies."""
        return guard_of(self.event)

    @property
    def newest_answer(self) -> int:
        """The position of the payer's newest adjudication; 0 where there is none."""
        newest = self.newest_remittance
        return newest.position if newest is not None else 0

    @property
    def settled_as(self) -> str | None:
        """How it was settled that somebody else was paid; None where nobody said so, or the payer answered since."""
        said, newest = self.competition, self.newest_remittance
        if said is None or (newest is not None and newest.position > said.position):
            return None
        outcome: str = said.event.outcome
        return outcome

    @property
    def from_payer(self) -> tuple[Heard, ...]:
        """The remittances of the payer to whom it went."""
        if len(self.remitted) < 2 or not (behind := of_payers_behind(self.remitted)):
            return self.remitted
        return tuple(heard for heard in self.remitted if heard.position not in behind)

    @property
    def from_others(self) -> tuple[Heard, ...]:
        """The remittances of payers behind that one: what they pay is of the patient's share."""
        behind = of_payers_behind(self.remitted) if len(self.remitted) > 1 else frozenset[int]()
        return tuple(heard for heard in self.remitted if heard.position in behind)

    @property
    def newest_remittance(self) -> Heard | None:
        """The remittance of the payer's newest day, for files come out of order; of one day what was recorded last.

        Where money stands after a reversal, what was adjudicated on that day stands, in whichever order they came.
        """
        heard = self.from_payer
        newest: Heard | None = max(reversed(heard), key=lambda each: each.event.on, default=None)
        if newest is None or newest.event.status != "reversed" or not (self.paid > 0 or self.patient_share > 0):
            return newest
        anew = (each for each in reversed(heard) if each.event.on == newest.event.on)
        standing: Heard = next((each for each in anew if each.event.status != "reversed"), newest)
        return standing

    @property
    def newest_acknowledgment(self) -> Heard | None:
        """What the front door said of the newest day of receipt; of one day what was recorded last."""
        return max(reversed(self.acknowledged), key=lambda heard: heard.event.received_on, default=None)

    @property
    def own_status(self) -> ClaimStatus:
        """Where it stands by itself, whatever stands for it."""
        if self.withdrawn is not None:
            return "withdrawn"
        if self.newest_remittance is not None:
            status: ClaimStatus = self.newest_remittance.event.status
            return status
        if self.newest_acknowledgment is not None:
            outcome: ClaimStatus = self.newest_acknowledgment.event.outcome
            return outcome
        return "released"

    @property
    def stands_for_nothing(self) -> bool:
        """Whether it replaces or voids nothing: taken back, turned away at the door, or a void that was denied."""
        own = self.own_status
        return own in ("rejected", "withdrawn") or (own == "denied" and self.event.frequency == "8")

    @property
    def paid(self) -> Decimal:
        """What the payer has paid for it, less what it took back."""
        return sum((heard.event.paid for heard in self.from_payer), _ZERO)

    @property
    def patient_share(self) -> Decimal:
        """What the payer left to the patient, as it stands now."""
        return sum((heard.event.patient_share for heard in self.from_payer), _ZERO)

    @property
    def payer_number(self) -> str | None:
        """The newest number under which the payer keeps it."""
        heard = (*self.acknowledged, *self.from_payer)
        return next((each.event.payer_number for each in reversed(heard) if each.event.payer_number), None)

    @property
    def adjudicated_on(self) -> date | None:
        """The day of its first adjudication: what reopening counts from (CCM-CLAIM-27)."""
        return min((heard.event.on for heard in self.from_payer), default=None)

    @property
    def received_on(self) -> date | None:
        """The day on which the payer received it in a form that counts as filed (CCM-CLAIM-25).

        None where the payer turned it away behind that: what is unprocessable was never filed.
        """
        newest = self.newest_acknowledgment
        if newest is None or newest.event.outcome == "rejected":
            return None
        accepted = (h.event.received_on for h in self.acknowledged if h.event.outcome == "accepted")
        return min(accepted, default=None)


@dataclass(frozen=True, slots=True)
class Claims:
    """All claims of one patient, in the order of their release."""

    claims: tuple[Claim, ...] = ()
    position: int = 0
    overpayments: tuple[Overpayment, ...] = ()

    def claim(self, claim: str) -> Claim | None:
        """One claim by its id."""
        return next((each for each in self.claims if each.event.claim == claim), None)

    def overpayment(self, overpayment: str) -> Overpayment | None:
        """One possible overpayment by its id."""
        return next((each for each in self.overpayments if each.event.overpayment == overpayment), None)

    def by_control_number(self, number: str) -> Claim | None:
        """One claim by the number under which the payer gives it back."""
        return next((each for each in self.claims if each.event.control_number == number), None)

    def stands_for(self, claim: Claim) -> Claim | None:
        """The claim that stands for this one: released behind it, and neither rejected nor withdrawn itself.

        What stands for a claim that was to stand for this one, or for the same as this one, stands for this one too. A
        first claim stands for all of its month that were released before, for none of them was live then: a payer that
        accepts late what it rejected before makes no second claim of the month.
        """
        places = {claim.event.claim, claim.event.replaces} - {None}
        for later in self.claims:
            if later.position <= claim.position or later.guard != claim.guard:
                continue
            if later.event.frequency == "1" or later.event.replaces in places:
                if not later.stands_for_nothing:
                    return later
                places.add(later.event.claim)
        return None

    def status(self, claim: Claim) -> ClaimStatus:
        """Where a claim stands."""
        own = claim.own_status
        if own == "withdrawn" or claim.event.frequency == "8" or (later := self.stands_for(claim)) is None:
            return own
        return "voided" if later.event.frequency == "8" else "replaced"

    def is_live(self, claim: Claim) -> bool:
        """Whether it occupies its month: the payer may pay it, or has adjudicated it; a void asks for nothing."""
        return claim.event.frequency != "8" and self.status(claim) not in _OVER

    def live(self, guard: Guard) -> Claim | None:
        """The live claim of a month, programme and side."""
        return next((each for each in self.claims if each.guard == guard and self.is_live(each)), None)


def evolve(state: Claims, fact: Fact) -> Claims:
    """The claims after one more fact of the claims stream."""
    event, at = fact.event, fact.position
    if isinstance(event, ClaimReleased):
        claim = Claim(event, at, tuple(fact.envelope.read_set), fact.recorded_at)
        return replace(state, claims=(*state.claims, claim), position=at)
    return told(state, event, at)


def told(state: Claims, event: Any, at: int) -> Claims:
    """The claims after one more thing that was said of one of them, at a position."""
    overpayments = state.overpayments
    if isinstance(event, OverpaymentNoticed):
        overpayments = (*overpayments, Overpayment(event, at))
    elif (about := getattr(event, "overpayment", None)) is not None:
        overpayments = tuple(
            evolve_overpayment(each, event, at) if each.event.overpayment == about else each for each in overpayments
        )
    named = getattr(event, "claim", None)
    claims = tuple(_after(each, event, at) if each.event.claim == named else each for each in state.claims)
    return replace(state, claims=claims, overpayments=overpayments, position=at)


def _after(claim: Claim, event: Any, at: int) -> Claim:
    heard = Heard(event, at)
    match event:
        case ClaimExported():
            return replace(claim, exported=(*claim.exported, heard))
        case ClaimAcknowledged():
            return replace(claim, acknowledged=(*claim.acknowledged, heard))
        case ClaimRemitted():
            return replace(claim, remitted=(*claim.remitted, heard))
        case ClaimWithdrawn():
            return replace(claim, withdrawn=heard)
        case ClaimReopened():
            return replace(claim, reopened=(*claim.reopened, heard))
        case CostShareWaived():
            return replace(claim, waived=heard)
        case CompetitionSettled():
            return replace(claim, competition=heard)
        case ClaimLostGround():
            return replace(claim, lost=(*claim.lost, heard))
        case OverpaymentNoticed():
            return replace(claim, overpaid=(*claim.overpaid, heard))
    return claim
