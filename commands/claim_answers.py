"""Deciders about what payers say of claims, and what is asked of them: acknowledgments, remittances, reopenings.

What a payer says is testimony: it is kept whatever it says, and the claim is found by its control number alone. Amounts
that do not add up, answers out of order and payments of claims that were taken back are noticed, not refused.
"""

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from commands.claims import NUMBERS
from commands.deciding import Asked, Law, States
from commands.guards import is_future, named_by
from commands.intents.claims import AdjustmentGiven, RecordAcknowledgment, RecordRemittance, ReopenClaim
from ledger.rulebook.claims import reopening_until
from ledger.streams.base import Event
from ledger.streams.claims import (
    Adjustment,
    ClaimAcknowledged,
    ClaimRemitted,
    ClaimReopened,
    ClaimWords,
    RemittedLine,
)
from ledger.streams.claims_state import Claim, Claims
from ledger.terms.identity import claims_tag, identifier_tag, patient_tag
from ledger.terms.notices import in_order, notice
from ledger.terms.outcome import Accepted, Need, Notice, Outcome, Refused, Unchanged
from ledger.terms.refusals import refused

_ZERO = Decimal(0)


class _Found(NamedTuple):
    """A claim, and all of its patient's."""

    claims: Claims
    claim: Claim


def decide_record_acknowledgment(asked: Asked[RecordAcknowledgment], states: States, law: Law) -> Outcome:
    """Record what the payer's front door said: accepted counts as filed, rejected does not (CCM-CLAIM-25).

    Reads the claim that the control number leads to. Refuses, in order: in_the_future, answer_without_claim. Unchanged
    where just this was recorded. Notices: answer_after_withdrawal.
    """
    command = asked.command
    if is_future(asked, command.received_on):
        return refused("in_the_future", what="The acknowledgment")
    found = _answered(asked, states)
    if not isinstance(found, _Found):
        return found
    event = ClaimAcknowledged(
        patient=found.claim.event.patient,
        claim=found.claim.event.claim,
        outcome=command.outcome,
        received_on=command.received_on,
        payer_number=command.payer_number,
        codes=command.codes,
        answer=_row(asked),
    )
    return _recorded(event, found)


def decide_record_remittance(asked: Asked[RecordRemittance], states: States, law: Law) -> Outcome:
    """Record an adjudication, or that one was taken back: what was paid, and why not the rest (CCM-CLAIM-21).

    Reads the claim that the control number leads to. Refuses, in order: in_the_future, answer_without_claim. Unchanged
    where just this was recorded. Notices: answer_after_withdrawal, remittance_does_not_add_up, competing_biller_paid.
    """
    command = asked.command
    if is_future(asked, command.on):
        return refused("in_the_future", what="The remittance")
    found = _answered(asked, states)
    if not isinstance(found, _Found):
        return found
    event = ClaimRemitted(
        patient=found.claim.event.patient,
        claim=found.claim.event.claim,
        status=command.status,
        on=command.on,
        payer_number=command.payer_number,
        charge=command.charge,
        paid=command.paid,
        patient_share=command.patient_share,
        adjustments=tuple(map(_adjustment, command.adjustments)),
        lines=tuple(
            RemittedLine(
                code=line.code,
                units=line.units,
                charge=line.charge,
                paid=line.paid,
                adjustments=tuple(map(_adjustment, line.adjustments)),
                remarks=line.remarks,
            )
            for line in command.lines
        ),
        answer=_row(asked),
    )
    return _recorded(event, found, _money(event, law, asked.today))


def _answered(asked: Asked[Any], states: States) -> _Found | Need | Refused:
    """The claim that an answer is about."""
    number: str = asked.command.control_number
    link = asked.token(NUMBERS, number)
    if need := states.missing(identifier_tag(link)):
        return need
    patient = named_by(states, link).subject
    if patient is None:
        return refused("answer_without_claim")
    if need := states.missing(claims_tag(patient)):
        return need
    claims: Claims = states.get(claims_tag(patient))
    claim = claims.by_control_number(number)
    return refused("answer_without_claim") if claim is None else _Found(claims, claim)


def _row(asked: Asked[Any]) -> str | None:
    """The token of the place in the payer's file, where the source names it."""
    if asked.source_system is None or asked.source_row is None:
        return None
    return asked.token(asked.source_system, asked.source_row)


def _recorded(event: ClaimAcknowledged | ClaimRemitted, found: _Found, notices: tuple[Notice, ...] = ()) -> Outcome:
    """The answer as a fact; the same one from the same place in a file is known."""
    claim = found.claim
    for known in (*claim.acknowledged, *claim.remitted):
        if _is_same(known.event, event):
            return Unchanged((known.position,))
    said = list(notices)
    if claim.withdrawn is not None:
        said.append(notice("answer_after_withdrawal", "The payer answered a claim that was withdrawn."))
    return Accepted((event,), in_order(said))


def _is_same(known: Event, event: Event) -> bool:
    return type(known) is type(event) and known == event


def _adjustment(given: AdjustmentGiven) -> Adjustment:
    return Adjustment(group=given.group, reason=given.reason, amount=given.amount)


def _money(event: ClaimRemitted, law: Law, today: date) -> tuple[Notice, ...]:
    """What to look at in the amounts: charge less all adjustments is what was paid, of each line and of the claim."""
    found: list[Notice] = []
    off = sum((each.amount for each in event.adjustments), _ZERO)
    of_lines = sum((each.amount for line in event.lines for each in line.adjustments), _ZERO)
    adds_up = event.charge - off - of_lines == event.paid
    lines_add_up = all(
        line.charge - sum((each.amount for each in line.adjustments), _ZERO) == line.paid for line in event.lines
    )
    if not adds_up or not lines_add_up:
        happened = f"Charge less adjustments is {event.charge - off - of_lines}; {event.paid} was paid."
        found.append(notice("remittance_does_not_add_up", happened))
    competing = law.on(today).find("medicare.claims.competing_biller_reasons")
    reasons = set(competing.value) if competing is not None and isinstance(competing.value, tuple) else set()
    said = {each.lower().replace("-", "_") for each in (*event.reasons, *event.remarks)}
    if event.status == "denied" and reasons & said:
        happened = "The payer says that somebody else was paid for the month."
        found.append(notice("competing_biller_paid", happened, competing))
    return tuple(found)


def decide_reopen_claim(asked: Asked[ReopenClaim], states: States, law: Law) -> Outcome:
    """Ask for a reopening: within one year for any reason, within four for good cause (CCM-CLAIM-27).

    Reads the claims of the patient; law: medicare.claims.reopening_years, .reopening_good_cause_years. Refuses, in
    order: in_the_future, no_such_claim, claim_not_adjudicated, reopening_too_late. Unchanged where it was asked for on
    that day.
    """
    command, patient = asked.command, asked.patient
    if need := states.missing(patient_tag(patient)):
        return need
    group = states.group(patient)
    if need := states.missing(*(claims_tag(each) for each in group)):
        return need
    if is_future(asked, command.on):
        return refused("in_the_future", what="The reopening")
    of_all: list[Claims] = [states.get(claims_tag(each)) for each in group]
    claim = next((found for claims in of_all if (found := claims.claim(command.claim)) is not None), None)
    if claim is None:
        return refused("no_such_claim")
    if claim.adjudicated_on is None:
        return refused("claim_not_adjudicated", facts=(claim.position,))
    known = next((heard for heard in claim.reopened if heard.event.on == command.on), None)
    if known is not None:
        return Unchanged((known.position,))
    last = reopening_until(claim.adjudicated_on, law.on(command.on), has_good_cause=command.good_cause)
    if last is not None and command.on > last:
        years = str(last.year - claim.adjudicated_on.year)
        return refused("reopening_too_late", years=years, last=last.isoformat(), facts=(claim.position,))
    event = ClaimReopened(
        patient=claim.event.patient,
        claim=command.claim,
        on=command.on,
        has_good_cause=command.good_cause,
        words=ClaimWords(reason=command.words),
    )
    return Accepted((event,))
