"""Deciders about an erasure on its way: asked for by one person, approved by another, withdrawn, begun, done.

What stands against it is asked at every step: a hold that is placed in the notice period stops it. What has begun is
irrevocable; the fact names the keys, and they are destroyed by whoever runs the erasure, or opens the ledger.
"""

from datetime import timedelta
from typing import Any

from commands.deciding import Asked, Law, States
from commands.erasing.deliveries import deliveries_of
from commands.erasing.records import Record, erasure_named, record_of, streams_of
from commands.erasing.standing import notice_days, retain_until, standing_against, workers_of
from commands.intents.erasure import ApproveErasure, BeginErasure, FinishErasure, RequestErasure, WithdrawErasure
from ledger.streams.erasure import (
    Erasure,
    ErasureApproved,
    ErasureBegun,
    ErasureDone,
    ErasureRequested,
    Erasures,
    ErasureWithdrawn,
    ErasureWords,
    scopes_of,
)
from ledger.terms.outcome import Accepted, Need, Outcome, Refused, Unchanged
from ledger.terms.refusals import refused


def decide_request_erasure(asked: Asked[RequestErasure], states: States, law: Law) -> Outcome:
    """Ask that words be erased. Nothing happens before another person approves.

    Reads the record as the years named touch it, its reviews, practices and claims; law: medicare.retention. Refuses,
    in order: nothing_to_erase, erased_before, erasure_of_own_work, hold_stands, review_open, overpayment_open,
    dispute_open, retention_not_adopted, retention_not_over. Unchanged where just this is asked for and open.
    """
    command = asked.command
    if not command.years and not command.identity:
        return refused("nothing_to_erase")
    record = record_of(asked, states, command.years, identity=command.identity, of_age_in=command.of_age_in)
    if isinstance(record, Need):
        return record
    known = _same(record, command)
    if known is not None:
        return Unchanged((known.requested.position,), (("erasure", known.event.erasure),))
    gone = frozenset(scope for each in record.erasures for scope in each.scopes)
    if gone.issuperset(scopes_of(record.group, command.years, identity=command.identity)):
        return refused("erased_before", facts=_begun(record.erasures))
    if stopped := _own_work(asked, states, record) or standing_against(asked, record, law):
        return stopped
    event = ErasureRequested(
        patient=asked.patient,
        erasure=asked.new_id("er"),
        ground=command.ground,
        years=command.years,
        identity=command.identity,
        of_age_in=command.of_age_in,
        retain_until=retain_until(asked, record, law),
        words=ErasureWords(reason=command.reason),
    )
    return Accepted((event,), (), (("erasure", event.erasure),))


def decide_approve_erasure(asked: Asked[ApproveErasure], states: States, law: Law) -> Outcome:
    """Approve an erasure that another person asked for. The notice period begins.

    Reads as the request. Refuses, in order: no_such_erasure, erasure_closed, erasure_by_one, erasure_of_own_work,
    hold_stands, review_open, overpayment_open, dispute_open, retention_not_adopted, retention_not_over. Unchanged where
    it was approved before.
    """
    erasure = _named(asked, states)
    if not isinstance(erasure, Erasure):
        return erasure
    if erasure.approved is not None and erasure.is_open:
        return Unchanged((erasure.approved.position,))
    if not erasure.is_open:
        return refused("erasure_closed", status=erasure.status, facts=(erasure.requested.position,))
    if asked.actor == erasure.requested.by:
        return refused("erasure_by_one", facts=(erasure.requested.position,))
    record = _record(asked, states, erasure)
    if isinstance(record, Need):
        return record
    if stopped := _own_work(asked, states, record) or standing_against(asked, record, law):
        return stopped
    event = ErasureApproved(
        patient=erasure.event.patient,
        erasure=erasure.event.erasure,
        not_before=asked.today + timedelta(days=notice_days(asked, law)),
        words=ErasureWords(reason=asked.command.reason),
    )
    return Accepted((event,))


def decide_withdraw_erasure(asked: Asked[WithdrawErasure], states: States, law: Law) -> Outcome:
    """Withdraw an erasure that has not begun.

    Reads the erasures of the patient. Refuses, in order: no_such_erasure, erasure_closed (begun or done). Unchanged
    where it was withdrawn before.
    """
    erasure = _named(asked, states)
    if not isinstance(erasure, Erasure):
        return erasure
    if erasure.withdrawn is not None:
        return Unchanged((erasure.withdrawn.position,))
    if erasure.begun is not None:
        return refused("erasure_closed", status=erasure.status, facts=(erasure.begun.position,))
    words = ErasureWords(reason=asked.command.reason)
    return Accepted((ErasureWithdrawn(patient=erasure.event.patient, erasure=erasure.event.erasure, words=words),))


def decide_begin_erasure(asked: Asked[BeginErasure], states: States, law: Law) -> Outcome:
    """Begin an approved erasure: the fact names the keys that are destroyed, and cannot be taken back.

    Reads as the request, and the parked deliveries. Refuses, in order: no_such_erasure, erasure_closed (withdrawn),
    erasure_not_approved, notice_not_over, hold_stands, review_open, overpayment_open, dispute_open,
    retention_not_adopted, retention_not_over. Unchanged where it began before.
    """
    erasure = _named(asked, states)
    if not isinstance(erasure, Erasure):
        return erasure
    if erasure.begun is not None:
        return Unchanged((erasure.begun.position,))
    if erasure.withdrawn is not None:
        return refused("erasure_closed", status=erasure.status, facts=(erasure.withdrawn.position,))
    if erasure.approved is None or erasure.not_before is None:
        return refused("erasure_not_approved", facts=(erasure.requested.position,))
    if asked.today < erasure.not_before:
        on = erasure.not_before.isoformat()
        return refused("notice_not_over", on=on, facts=(erasure.approved.position,))
    record = _record(asked, states, erasure)
    if isinstance(record, Need):
        return record
    if stopped := standing_against(asked, record, law):
        return stopped
    scopes = scopes_of(record.group, record.years, identity=record.identity)
    deliveries = deliveries_of(asked, states, record, scopes)
    if isinstance(deliveries, Need):
        return deliveries
    patient = erasure.event.patient
    event = ErasureBegun(
        patient=patient,
        others=tuple(each for each in record.group if each != patient),
        erasure=erasure.event.erasure,
        scopes=tuple(sorted({*scopes, *deliveries})),
    )
    return Accepted((event,))


def decide_finish_erasure(asked: Asked[FinishErasure], states: States, law: Law) -> Outcome:
    """Record that the keys are destroyed: the machine's word, with the digest of its certificate.

    Reads the erasures of the patient. Refuses, in order: no_such_erasure, erasure_not_begun. Unchanged where it was
    recorded before.
    """
    command = asked.command
    erasure = _named(asked, states)
    if not isinstance(erasure, Erasure):
        return erasure
    if erasure.done is not None:
        return Unchanged((erasure.done.position,))
    if erasure.begun is None:
        return refused("erasure_not_begun", facts=(erasure.requested.position,))
    event = ErasureDone(
        patient=erasure.event.patient,
        others=erasure.others,
        erasure=erasure.event.erasure,
        scopes=erasure.scopes,
        facts=command.facts,
        parts=command.parts,
        command_keys=command.command_keys,
        certificate=command.certificate,
    )
    return Accepted((event,))


# --- what the deciders of this subject share ----------------------------------------------------------------------


def _named(asked: Asked[Any], states: States) -> Erasure | Need | Refused:
    """The erasure that a command names. Refuses: no_such_erasure."""
    found = streams_of(asked, states)
    if isinstance(found, Need):
        return found
    return erasure_named(found[1], asked.command.erasure) or refused("no_such_erasure")


def _record(asked: Asked[Any], states: States, erasure: Erasure) -> Record | Need:
    event = erasure.event
    return record_of(asked, states, event.years, identity=event.identity, of_age_in=event.of_age_in)


def _same(record: Record, command: RequestErasure) -> Erasure | None:
    """An erasure that asks for just this and has not begun."""
    asked_for = (command.ground, command.years, command.identity, command.of_age_in)
    every = (erasure for each in record.erasures for erasure in each.erasures if erasure.is_open and not erasure.begun)
    return next(
        (e for e in every if (e.event.ground, e.event.years, e.event.identity, e.event.of_age_in) == asked_for), None
    )


def _own_work(asked: Asked[Any], states: States, record: Record) -> Refused | None:
    designations = states.patient(record.group[0]).designations
    designated = frozenset(each.event.practitioner for each in designations)
    return refused("erasure_of_own_work") if asked.actor in workers_of(record, designated=designated) else None


def _begun(erasures: tuple[Erasures, ...]) -> tuple[int, ...]:
    return tuple(e.begun.position for each in erasures for e in each.erasures if e.begun is not None)
