"""Where every claim and every possible overpayment stands: one row each, with its amounts.

Promise: rows are a function of the facts of the claims streams and of no rule. A claim keeps the patient for whom it
was released, whoever goes on after a merge; who is one with whom a question asks elsewhere. Not promised: deadlines,
which a rulebook counts from these days.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import ClassVar, Final

from ledger.streams.base import Fact
from ledger.streams.claims_state import Claim, Claims
from ledger.streams.overpayments_state import Overpayment
from ledger.terms.identity import claims_tag
from projections.base import Changes, Row, Table
from projections.claims.outcomes import standing_answers
from projections.states import States
from projections.tables.claims_layout import CLAIMS, OVERPAYMENTS, cents
from projections.tables.layout import joined, micros, optional

_OF_CLAIMS: Final = "claims/"
_OF_THE_PATIENT: Final = "PR"


class ClaimStates:
    """The projection of one pass."""

    name: ClassVar[str] = "claim_states"
    version: ClassVar[int] = 1
    tables: ClassVar[tuple[Table, ...]] = (CLAIMS, OVERPAYMENTS)

    def __init__(self, states: States) -> None:
        self._states = states
        self._patients: set[str] = set()

    def apply(self, fact: Fact, tags: tuple[str, ...]) -> None:  # noqa: ARG002 - the stream says all
        """Note whose claims moved."""
        self._patients.update(tag.removeprefix(_OF_CLAIMS) for tag in tags if tag.startswith(_OF_CLAIMS))

    def settle(self, *, due: bool) -> Iterator[Changes]:
        """The rows of every patient whose claims moved."""
        if not due or not self._patients:
            return
        moved, self._patients = sorted(self._patients), set()
        of_all: list[Claims] = [self._states.at(claims_tag(patient)).state for patient in moved]
        yield Changes(CLAIMS, [claim_row(claims, claim) for claims in of_all for claim in claims.claims])
        yield Changes(OVERPAYMENTS, [overpayment_row(cs, each) for cs in of_all for each in cs.overpayments])


def claim_row(claims: Claims, claim: Claim) -> Row:
    """The row of one claim, in the order of the table's columns."""
    event = claim.event
    return (
        *(event.claim, event.patient, event.month, event.programme.value, event.side.value),
        *(event.practice, event.practitioner, event.payer, event.family),
        *(claims.status(claim), int(claims.is_live(claim)), event.frequency, event.replaces),
        event.date_of_service.isoformat(),
        micros(claim.released_at),
        *(optional(claim.received_on), optional(claim.adjudicated_on)),
        optional(claim.withdrawn.event.on if claim.withdrawn is not None else None),
        " ".join(f"{line.code}:{line.units}" for line in event.lines),
        *(cents(event.charge), None if event.expected is None else cents(event.expected)),
        *(cents(claim.paid), cents(claim.patient_share), cents(reduced(claim))),
        *(joined(answers_of(claim)), claim.settled_as),
        *(event.attestation, event.digest, event.edition, event.as_of, claim.position, newest_of(claims, claim)),
    )


def overpayment_row(claims: Claims, overpayment: Overpayment) -> Row:
    """The row of one possible overpayment, in the order of the table's columns."""
    event = overpayment.event
    claim = claims.claim(event.claim)
    assert claim is not None, "what is perhaps overpaid was released in the same stream"
    said = (overpayment.triaged, overpayment.identified, overpayment.begun, overpayment.ended)
    swept = overpayment.swept[-1] if overpayment.swept else None
    heard = (*said, overpayment.dismissed, swept, *overpayment.returned)
    return (
        *(event.overpayment, event.patient, event.claim, claim.event.month, claim.event.practice, overpayment.status),
        event.noticed_on.isoformat(),
        *(optional(each[0].on if each is not None else None) for each in (*said, swept)),
        " ".join(f"{each.code}:{each.units}" for each in event.lost),
        *(cents(event.amount), cents(event.patient_share)),
        *(cents(overpayment.money_back), cents(overpayment.share_back)),
        *(overpayment.position, max((each[1] for each in heard if each is not None), default=overpayment.position)),
    )


def reduced(claim: Claim) -> Decimal:
    """What was taken off for other reasons than the patient's share, less what was taken back of it."""
    answers = standing_answers(claim)
    of_claims = (each for answer in answers for each in answer.adjustments)
    of_lines = (each for answer in answers for line in answer.lines for each in line.adjustments)
    taken = (each.amount for part in (of_claims, of_lines) for each in part if each.group != _OF_THE_PATIENT)
    return sum(taken, Decimal(0))


def answers_of(claim: Claim) -> tuple[str, ...]:
    """What the payer said last, in its codes: reasons and remarks of a remittance, else those of an acknowledgment."""
    if claim.newest_remittance is not None:
        newest = claim.newest_remittance.event
        return (*newest.reasons, *newest.remarks)
    return tuple(claim.newest_acknowledgment.event.codes) if claim.newest_acknowledgment is not None else ()


def newest_of(claims: Claims, claim: Claim) -> int:
    """The newest fact about a claim, or about a claim that names it as the one it stands for."""
    said = (*claim.exported, *claim.acknowledged, *claim.remitted, *claim.reopened, *claim.lost, *claim.overpaid)
    single = (each for each in (claim.withdrawn, claim.waived, claim.competition) if each is not None)
    own = max((heard.position for part in (said, single) for heard in part), default=claim.position)
    behind = (newest_of(claims, each) for each in claims.claims if each.event.replaces == claim.event.claim)
    return max(own, max(behind, default=0))
