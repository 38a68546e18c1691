"""Which streams a verdict on a month rests on, given what is known so far; and the facts out of them.

Deciders and projections load the same read set: both ask `needed_tags` until nothing is missing. Promise: what is
named here is all that `judge_month` looks at. Not promised: that the streams exist; an empty one is a state too.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from ledger.judging.shapes import MonthFacts
from ledger.streams.care_plan import CarePlan
from ledger.streams.month_state import CareMonth
from ledger.streams.patient_state import Patient
from ledger.terms.calendar import last_day
from ledger.terms.identity import (
    care_month_tag,
    care_plan_tag,
    patient_tag,
    practice_tag,
    staff_day_tag,
    staff_tag,
)
from ledger.terms.people import Programme, Side


def needed_tags(patient: str, month: str, held: Mapping[str, Any]) -> tuple[str, ...]:
    """The tags of every stream that the verdict needs, as far as `held` (state by tag) shows; in a fixed order.

    Call again with the missing ones loaded until none is missing: twice, in practice.
    """
    own = (patient_tag(patient), care_plan_tag(patient), care_month_tag(patient, month))
    known, entries = held.get(own[0]), held.get(own[2])
    if known is None or entries is None:
        return own
    staff = (staff_tag(s) for s in _staff(known, entries))
    practices = (practice_tag(p) for p in _practices(known, entries))
    return tuple(dict.fromkeys((*own, *practices, *staff, *_days(entries))))


def missing_tags(patient: str, month: str, held: Mapping[str, Any]) -> tuple[str, ...]:
    """Those of the needed tags that `held` does not have yet."""
    return tuple(tag for tag in needed_tags(patient, month, held) if tag not in held)


def gather(patient: str, month: str, state_of: Callable[[str], Any]) -> MonthFacts:
    """The facts of a month out of whatever answers with the folded state of a tag, asked once for each tag."""
    known: Patient = state_of(patient_tag(patient))
    plan: CarePlan = state_of(care_plan_tag(patient))
    entries: CareMonth = state_of(care_month_tag(patient, month))
    return MonthFacts(
        known,
        entries,
        plan,
        {p: state_of(practice_tag(p)) for p in _practices(known, entries)},
        {s: state_of(staff_tag(s)) for s in _staff(known, entries)},
        {tag: state_of(tag) for tag in _days(entries)},
    )


def facts_of(patient: str, month: str, held: Mapping[str, Any]) -> MonthFacts:
    """The facts of a month out of folded states by tag; every needed tag must be there."""
    return gather(patient, month, held.__getitem__)


def pinned_edition(month: CareMonth) -> str | None:
    """The edition that an attested month is judged by: that of the attestation that stands (readings, section 6)."""
    standing = month.standing_attestation()
    return standing.event.edition if standing is not None else None


def _practices(patient: Patient, month: CareMonth) -> tuple[str, ...]:
    named = [entry.work.practice for entry in month.entries]
    assigned = [a.event.practice for a in patient.assignments if a.event.from_on <= last_day(month.month)]
    designation = patient.designation(month.month, Programme.CCM, Side.PRACTITIONER)
    if designation is not None:
        named.append(designation.event.practice)
    return tuple(dict.fromkeys((*assigned, *named)))


def _staff(patient: Patient, month: CareMonth) -> tuple[str, ...]:
    named: list[str] = []
    designation = patient.designation(month.month, Programme.CCM, Side.PRACTITIONER)
    if designation is not None:
        named.append(designation.event.practitioner)
        named += [v.event.practitioner for v in patient.visits if v.event.practitioner and v.event.code]
    for entry in month.entries:
        named.append(entry.work.performer)
        if entry.work.entered_by is not None:
            named.append(entry.work.entered_by)
    return tuple(dict.fromkeys(named))


def _days(month: CareMonth) -> tuple[str, ...]:
    """The staff-day tags of all entries, each once."""
    days: dict[tuple[str, date], None] = {}
    for entry in month.entries:
        performer, dates = entry.work.performer, entry.work.staff_dates
        for on in dates:
            days[performer, on] = None
    return tuple([staff_day_tag(performer, on) for performer, on in days])
