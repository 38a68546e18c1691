"""Deciders about what payers say of claims, and what is asked of them: acknowledgments, remittances, reopenings.

What a payer says is testimony: it is kept whatever it says, and the claim is found by its control number alone. Amounts
that do not add up, answers out of order and payments of claims that were taken back are noticed, not refused.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from commands.claims.merging import with_what_it_brings_back
from commands.claims.numbers import NUMBERS, claim_numbered
from commands.claims.records import OF_COMPETITION, OF_REOPENING, Recorded, claim_named, not_adopted
from commands.deciding import Asked, Law, States
from commands.guards import is_future
from commands.intents.claims import AdjustmentGiven, RecordAcknowledgment, RecordRemittance, ReopenClaim
from ledger.claims.competing import competing_reading
from ledger.claims.told_before import told_before
from ledger.rulebook.claims import reopening_until
from ledger.streams.base import Event
from ledger.streams.claims import (
    Adjustment,
    ClaimAcknowledged,
    ClaimRemitted,
    ClaimReopened,
    ClaimWords,
    RemittedLine,
    control_number,
)
from ledger.streams.claims_state import Claim
from ledger.terms.notices import notice
from ledger.terms.outcome import Accepted, Need, Notice, Outcome, Refused, Unchanged, WaitsFor
from ledger.terms.refusals import refused

_ZERO = Decimal(0)


def decide_record_acknowledgment(asked: Asked[RecordAcknowledgment], states: States, law: Law) -> Outcome:
    """Record what the payer's front door said: accepted counts as filed, rejected does not (CCM-CLAIM-25).

    Reads the claim that the control number leads to; where a claim comes back to life, also the patient and the claims
    of all who are one person with them. Refuses, in order: answer_without_claim (it then waits), in_the_future.
    Unchanged where just this was recorded. Notices: answer_after_withdrawal, answer_out_of_order, billed_twice.
    """
    command = asked.command
    found = _answered(asked, states)
    if not isinstance(found, Recorded):
        return found
    if is_future(asked, command.received_on):
        return refused("in_the_future", what="The acknowledgment")
    event = ClaimAcknowledged(
        patient=found.claim.event.patient,
        claim=found.claim.event.claim,
        outcome=command.outcome,
        received_on=command.received_on,
        payer_number=command.payer_number,
        codes=command.codes,
        answer=_row(asked),
    )
    return _recorded(asked, states, event, found)


def decide_record_remittance(asked: Asked[RecordRemittance], states: States, law: Law) -> Outcome:
    """Record an adjudication, or that one was taken back: what was paid, and why not the rest (CCM-CLAIM-21).

    Reads the claim that the control number leads to, and more where a claim comes back to life, as an acknowledgment
    does. Refuses, in order: answer_without_claim (it then waits), in_the_future. Unchanged where just this was
    recorded. Notices: answer_after_withdrawal, answer_out_of_order, remittance_does_not_add_up, remittance_told_before,
    competing_biller_paid, billed_twice, rules_not_adopted.
    """
    command = asked.command
    found = _answered(asked, states)
    if not isinstance(found, Recorded):
        return found
    if is_future(asked, command.on):
        return refused("in_the_future", what="The remittance")
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
                adjudicated_as=line.adjudicated_as,
                adjustments=tuple(map(_adjustment, line.adjustments)),
                remarks=line.remarks,
            )
            for line in command.lines
        ),
        claim_remarks=command.claim_remarks,
        payer_status=command.payer_status,
        answer=_row(asked),
    )
    return _recorded(asked, states, event, found, _money(event, law, asked.today))


def _answered(asked: Asked[Any], states: States) -> Recorded | Need | Refused:
    """The claim that an answer is about: the one of its number, or the one that a person said it means."""
    number: str = asked.command.control_number
    link = asked.token(NUMBERS, number)
    meant = asked.resolved.get(link)
    found = claim_numbered(asked, states, number if meant is None else control_number(meant))
    # What a payer says is not lost: it waits until somebody says which claim it is about, or sets it aside.
    return found or refused("answer_without_claim", waiting_for=WaitsFor("claim", link))


def _row(asked: Asked[Any]) -> str | None:
    """The token of the place in the payer's file, where the source names it."""
    if asked.source_system is None or asked.source_row is None:
        return None
    return asked.token(asked.source_system, asked.source_row)


def _recorded(
    asked: Asked[Any],
    states: States,
    event: ClaimAcknowledged | ClaimRemitted,
    found: Recorded,
    notices: tuple[Notice, ...] = (),
) -> Outcome:
    """The answer as a fact, and what a claim lost by it; the same one from the same place in a file is known."""
    claim = found.claim
    for heard in (*claim.acknowledged, *claim.remitted):
        if _is_same(heard.event, event):
            return Unchanged((heard.position,))
    said = list(notices)
    if claim.withdrawn is not None:
        said.append(notice("answer_after_withdrawal", "The payer answered a claim that was withdrawn."))
    if isinstance(event, ClaimRemitted) and (known := told_before(claim, event)) is not None:
        happened = f"A remittance of {event.on.isoformat()} that paid {event.paid} stands at position {known.position}."
        said.append(notice("remittance_told_before", happened))
    if (order := _out_of_order(event, claim)) is not None:
        said.append(notice("answer_out_of_order", order))
    return with_what_it_brings_back(asked, states, found.claims, event, tuple(said))


def _out_of_order(event: ClaimAcknowledged | ClaimRemitted, claim: Claim) -> str | None:
    """What came before that which it follows at the payer, or None."""
    if isinstance(event, ClaimAcknowledged):
        return "The acknowledgment came when the claim was already adjudicated." if claim.remitted else None
    is_first = not any(heard.event.on <= event.on for heard in claim.remitted)
    if event.status == "reversed" and is_first:
        return "An adjudication is taken back that is not on record."
    later = any(heard.event.on > event.on for heard in claim.remitted)
    return "A later remittance of the claim is on record already." if later else None


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
    if (competing := competing_reading(event, law.on(today))) is not None:
        happened = "The payer says that somebody else was paid for the month."
        found.append(notice("competing_biller_paid", happened, competing))
    if event.status == "denied":
        found += not_adopted(law, OF_COMPETITION)
    return tuple(found)


def decide_reopen_claim(asked: Asked[ReopenClaim], states: States, law: Law) -> Outcome:
    """Ask for a reopening: within one year for any reason, within four for good cause (CCM-CLAIM-27).

    Reads the claims of the patient; law: medicare.claims.reopening_years, .reopening_good_cause_years. Refuses, in
    order: no_such_claim, in_the_future, claim_not_adjudicated (by that day), reopening_too_late. Unchanged where it
    was asked for on that day. Notices: rules_not_adopted.
    """
    command, found = asked.command, claim_named(asked, states)
    if not isinstance(found, Recorded):
        return found
    claim = found.claim
    if is_future(asked, command.on):
        return refused("in_the_future", what="The reopening")
    if claim.adjudicated_on is None or command.on < claim.adjudicated_on:
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
    return Accepted((event,), not_adopted(law, OF_REOPENING))
