"""One claim with the ground that it pins: its month as known at release beside the month as known now, and all between.

Promise: both months are judged by the edition that the claim pins; every later fact in what the release rested on is
listed, with what it changed in the month where it changed something. Of facts about other patients, on days of the same
performers, those that changed the month are told as such, and the others counted. Not promised: that a change is an
overpayment; compliance says that.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from ledger.claims.erosion import Loss, loss_of
from ledger.judging.shapes import Verdict
from ledger.judging.unread import may_move
from ledger.streams.base import Fact
from ledger.streams.claims_state import Claim, Claims
from ledger.streams.joining import group_of
from ledger.terms.identity import claims_tag
from projections.claims.states import claim_row, overpayment_row
from projections.history_line import HistoryLine, OpenWords
from projections.judged import RulebookOf, judged
from projections.month_diff import because_of, changed_parts
from projections.month_states import MonthStates
from projections.month_walk import walk
from projections.patient_history import StreamsLog, is_about, lines_beside
from projections.states import States
from projections.tables.claims_layout import ClaimRow, OverpaymentRow
from projections.two_patients import one_person

_OF_CLAIMS: Final = "claims/"


class Later(NamedTuple):
    """A fact that came behind the release into what it rested on, and what it changed in the month."""

    line: HistoryLine
    changed: tuple[str, ...]
    """Parts of the month; empty where it changed nothing there."""
    staff_seconds: int
    personal_seconds: int


class ClaimPin(NamedTuple):
    """A claim as known at a position."""

    claim: Claim
    row: ClaimRow
    position: int
    then: Verdict
    """The month as known at the release, by the edition that the claim pins."""
    now: Verdict
    """The same month as known at the position, by the same edition."""
    changed: tuple[str, ...]
    """The parts in which the two differ."""
    loss: Loss | None
    """Units that the month no longer supports, beyond what was noticed before; what the payer paid for them."""
    answers: tuple[HistoryLine, ...]
    """What was said of the claim itself since its release."""
    later: tuple[Later, ...]
    elsewhere: int
    """Later facts on the same days that are about other patients, and changed nothing."""
    overpayments: tuple[OverpaymentRow, ...]

    @property
    def is_as_pinned(self) -> bool:
        """Whether the month as known at the release is, to the byte, the one that the claim names."""
        return self.then.digest == self.claim.event.digest


def claim_pin(
    log: StreamsLog,
    rulebook_of: RulebookOf,
    patient: str,
    claim: str,
    position: int,
    open_words: OpenWords | None = None,
) -> ClaimPin | None:
    """A claim of a patient as known at a position; None where it was not released by then."""
    states = States(log, after=position)
    claims: Claims = states.at(claims_tag(patient)).state
    found = claims.claim(claim)
    if found is None:
        return None
    event = found.event
    then, now = (
        judged(
            MonthStates(log, patient, event.month, after=at).at,
            rulebook_of,
            patient,
            event.month,
            programme=event.programme,
            edition=event.edition,
        ).verdict
        for at in (event.as_of, position)
    )
    group = group_of(patient, lambda tag: states.at(tag).state)
    of_all: list[Claims] = [states.at(claims_tag(each)).state for each in group]
    answers = [fact for fact in log.read(claims_tag(patient), until=position) if _is_of(fact, found)]
    later, elsewhere = _later(log, rulebook_of, patient, found, position, open_words)
    return ClaimPin(
        claim=found,
        row=ClaimRow.of(claim_row(claims, found)),
        position=position,
        then=then,
        now=now,
        changed=changed_parts(then, now),
        loss=loss_of(claims, found, now, of_all),
        answers=lines_beside(log, patient, answers, open_words, as_of=position),
        later=later,
        elsewhere=elsewhere,
        overpayments=tuple(
            OverpaymentRow.of(overpayment_row(claims, each))
            for each in claims.overpayments
            if each.event.claim == claim
        ),
    )


def _later(
    log: StreamsLog,
    rulebook_of: RulebookOf,
    patient: str,
    claim: Claim,
    position: int,
    open_words: OpenWords | None,
) -> tuple[tuple[Later, ...], int]:
    """Every later fact in the read set, and how many about other patients are left out."""
    event = claim.event
    steps = tuple(
        walk(
            log,
            rulebook_of,
            patient,
            event.month,
            since=event.as_of,
            until=position,
            programme=event.programme,
            edition=event.edition,
        )
    )
    group = one_person(log, patient, claim.position, position)
    moved = {
        each.line.position: each for each in because_of(log, patient, steps, open_words, group=group, as_of=position)
    }
    read = {fact.position: fact for fact in _behind(log, claim, position) if not _is_of(fact, claim)}
    beside = [fact for at, fact in read.items() if at not in moved]
    own = [fact for fact in beside if any(is_about(fact, each) for each in group)]
    lines = lines_beside(log, patient, own, open_words, group=group, as_of=position)
    found = [Later(line, (), 0, 0) for line in lines]
    found += [Later(each.line, each.changed, each.staff_seconds, each.personal_seconds) for each in moved.values()]
    return tuple(sorted(found, key=lambda each: each.line.position)), len(beside) - len(own)


def _behind(log: StreamsLog, claim: Claim, position: int) -> Iterable[Fact]:
    """The facts behind the release in the streams that its month rested on: not those of other claims."""
    for tag, count in claim.read_set:
        if not tag.startswith(_OF_CLAIMS):
            later = log.read(tag, after=count, until=position)
            yield from (fact for fact in later if fact.position != claim.position and may_move(fact.event))


def _is_of(fact: Fact, claim: Claim) -> bool:
    """Whether a fact behind the release is about the claim itself, or about a possible overpayment of it."""
    named, about = getattr(fact.event, "claim", None), getattr(fact.event, "overpayment", None)
    overpaid = {heard.event.overpayment for heard in claim.overpaid}
    return fact.position > claim.position and (named == claim.event.claim or about in overpaid)
