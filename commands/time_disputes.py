"""Deciders about an entry that stay beside it: addendum, dispute and its end, late approval, allocation of seconds."""

from datetime import date, timedelta
from typing import Any

from commands.deciding import Asked, Law, States
from commands.intents.time_changes import AddToTime, AllocateTime, ApproveLateEntry, DisputeTime, SettleDispute
from commands.standing_entry import Standing, standing_entry
from ledger.streams.staff_day import StaffDay, Worked
from ledger.streams.time_changes import (
    ChangeWords,
    DisputeSettled,
    LateEntryApproved,
    TimeAddended,
    TimeAllocated,
    TimeDisputed,
)
from ledger.terms.calendar import month_of
from ledger.terms.identity import care_month_tag
from ledger.terms.outcome import Accepted, Outcome, Unchanged
from ledger.terms.refusals import refused


def decide_add_to_time(asked: Asked[AddToTime], states: States, law: Law) -> Outcome:
    """Add information to an entry, or the reason for which it was recorded late.

    Reads the patient, the actor, the entry's months and days. Refuses, in order: no_such_entry, entry_not_standing,
    not_the_performer (a reason for lateness is the performer's own).
    """
    command = asked.command
    standing = standing_entry(asked, states)
    if not isinstance(standing, Standing):
        return standing
    if command.kind == "late_reason" and asked.actor != standing.entry.work.performer:
        return refused("not_the_performer", facts=(standing.entry.position,))
    words = ChangeWords(reason=command.text)
    return Accepted((TimeAddended(kind=command.kind, by=asked.actor, words=words, **_named(standing)),))


def decide_dispute_time(asked: Asked[DisputeTime], states: States, law: Law) -> Outcome:
    """Say that an entry is not what happened; anybody may (readings, 5).

    Reads the patient, the actor, the entry's months and days. Refuses, in order: no_such_entry, entry_not_standing.
    """
    standing = standing_entry(asked, states)
    if not isinstance(standing, Standing):
        return standing
    words = ChangeWords(reason=asked.command.reason)
    return Accepted((TimeDisputed(by=asked.actor, words=words, **_named(standing)),))


def decide_settle_dispute(asked: Asked[SettleDispute], states: States, law: Law) -> Outcome:
    """Settle what is disputed about an entry, as compliance.

    Reads the patient, the actor, the entry's months and days. Refuses, in order: no_such_entry, entry_not_standing,
    not_self (the performer), nothing_disputed.
    """
    standing = standing_entry(asked, states)
    if not isinstance(standing, Standing):
        return standing
    entry = standing.entry
    if asked.actor == entry.work.performer:
        return refused("not_self", what="The entry", facts=(entry.position,))
    disputed_at = entry.marks.disputed_at if entry.marks else None
    if disputed_at is None:
        return refused("nothing_disputed", facts=(entry.position,))
    changed = entry.position > disputed_at
    event = DisputeSettled(
        by=asked.actor,
        outcome="entry_changed" if changed else "entry_stands",
        words=ChangeWords(reason=asked.command.reason),
        **_named(standing),
    )
    return Accepted((event,))


def decide_approve_late_entry(asked: Asked[ApproveLateEntry], states: States, law: Law) -> Outcome:
    """Let an entry raise an attested month, as compliance (CCM-AMEND-09); the month needs a new attestation.

    Reads the patient, the actor, the entry's months and days. Refuses, in order: no_such_entry, entry_not_standing,
    not_self (own late entries), nothing_awaits_approval.
    """
    standing = standing_entry(asked, states)
    if not isinstance(standing, Standing):
        return standing
    if asked.actor == standing.entry.work.performer:
        return refused("not_self", what="The entry", facts=(standing.entry.position,))
    if not any(part.marks is not None and part.marks.awaiting is not None for _, part in standing.parts):
        return refused("nothing_awaits_approval", facts=(standing.entry.position,))
    words = ChangeWords(reason=asked.command.reason)
    return Accepted((LateEntryApproved(by=asked.actor, words=words, **_named(standing)),))


def decide_allocate_time(asked: Asked[AllocateTime], states: States, law: Law) -> Outcome:
    """Give the seconds that two patients' entries share to one of them, as the performer of both (CCM-TIME-05).

    Reads the patient, the entry's months and the performer's days, and the months of the other entry. Refuses, in
    order: no_such_entry, entry_not_standing, not_the_performer, nothing_shared. Unchanged where they belong to this
    entry by the newest allocation of each day.
    """
    standing = standing_entry(asked, states)
    if not isinstance(standing, Standing):
        return standing
    work = standing.entry.work
    if asked.actor != work.performer:
        return refused("not_the_performer", facts=(standing.entry.position,))
    shared = {
        on: other
        for on in work.staff_dates
        if (other := _sharing(states.staff_day(work.performer, on), work.entry, asked.command.over)) is not None
        and other.patient not in states.group(standing.patient)
    }
    if not shared:
        return refused("nothing_shared", facts=(standing.entry.position,))
    said = [_said(states.staff_day(work.performer, on), work.entry, asked.command.over) for on in shared]
    if None not in said:
        return Unchanged(tuple(dict.fromkeys(at for at in said if at is not None)))
    other = next(iter(shared.values()))
    near = _months_near(tuple(shared))
    if need := states.missing(*[care_month_tag(other.patient, month) for month in near]):
        return need
    months = tuple(m for m in near if states.month(other.patient, m).entry(other.entry) is not None)
    event = TimeAllocated(
        patient=standing.patient,
        entry=work.entry,
        other_patient=other.patient,
        other_entry=other.entry,
        performer=work.performer,
        months=standing.months,
        other_months=months,
        days=tuple(shared),
    )
    return Accepted((event,))


def _named(standing: Standing) -> dict[str, Any]:
    """The fields by which a fact names an entry."""
    return {"patient": standing.patient, "entry": standing.entry.work.entry, "months": standing.months}


def _sharing(day: StaffDay, entry: str, over: str) -> Worked | None:
    """The other entry, where it is another patient's and shares seconds with this one on the day."""
    mine = next((item for item in day.worked if item.entry == entry), None)
    other = next((item for item in day.worked if item.entry == over), None)
    if mine is None or other is None or mine.patient == other.patient:
        return None
    return other if max(mine.start, other.start) < min(mine.end, other.end) else None


def _said(day: StaffDay, keeps: str, gives_up: str) -> int | None:
    """The position at which the performer said just this of the day, or None."""
    return next((a.position for a in day.allocated if (a.keeps, a.gives_up) == (keeps, gives_up)), None)


def _months_near(days: tuple[date, ...]) -> tuple[str, ...]:
    """The care months that work of these UTC dates may lie in, in any zone."""
    near = [on + timedelta(days=shift) for on in days for shift in (-1, 0, 1)]
    return tuple(dict.fromkeys(month_of(on) for on in near))
