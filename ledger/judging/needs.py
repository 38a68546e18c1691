"""Which streams a verdict on a month rests on, given what is known so far; and the facts out of them.

Deciders and projections load the same read set: both ask `needed_tags` until nothing is missing. Promise: what is
named here is all that `judge_month` looks at. Not promised: that the streams exist; an empty one is a state too.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from ledger.judging.edges import days_of, held_beside, months_beside
from ledger.judging.shapes import MonthFacts
from ledger.streams.care_plan import CarePlan
from ledger.streams.joining import (
    absent_of_group,
    day_of_one,
    group_of,
    joined_month,
    joined_patient,
    joined_plan,
    together_since,
)
from ledger.streams.month_state import CareMonth
from ledger.streams.patient_state import Designation, Patient
from ledger.streams.tally import supervisors_of
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

    Call again with the missing ones loaded until none is missing: twice, in practice; once more for each patient with
    whom this one was merged.
    """
    own = _own(patient, month)
    known, entries = held.get(own[0]), held.get(own[2])
    if known is None or entries is None:
        return own
    if known.merges:
        return _needed_of_joined(patient, month, held)
    return tuple(dict.fromkeys((*own, *_named(known, entries, (patient,)))))


def missing_tags(patient: str, month: str, held: Mapping[str, Any]) -> tuple[str, ...]:
    """Those of the needed tags that `held` does not have yet."""
    return tuple(tag for tag in needed_tags(patient, month, held) if tag not in held)


def gather(patient: str, month: str, state_of: Callable[[str], Any]) -> MonthFacts:
    """The facts of a month out of whatever answers with the folded state of a tag, asked once for each tag.

    Of a patient who was merged: those of the whole group, as the month of whoever goes on (readings, section 3).
    """
    known: Patient = state_of(patient_tag(patient))
    if known.merges:
        return _gather_joined(patient, month, state_of)
    plan: CarePlan = state_of(care_plan_tag(patient))
    entries: CareMonth = state_of(care_month_tag(patient, month))
    return _facts(known, plan, entries, (patient,), state_of)


def facts_of(patient: str, month: str, held: Mapping[str, Any]) -> MonthFacts:
    """The facts of a month out of folded states by tag; every needed tag must be there."""
    return gather(patient, month, held.__getitem__)


def pinned_edition(month: CareMonth, programme: Programme = Programme.CCM) -> str | None:
    """The edition that an attested month is judged by: that of the attestation that stands (readings, section 6)."""
    standing = month.standing_attestation(programme)
    return standing.event.edition if standing is not None else None


def _own(patient: str, month: str) -> tuple[str, str, str]:
    return patient_tag(patient), care_plan_tag(patient), care_month_tag(patient, month)


def _named(known: Patient, entries: CareMonth, group: tuple[str, ...]) -> Iterator[str]:
    """The tags of whom and what a month names, and of the months beside it that may hold its seconds."""
    practices = _practices(known, entries)
    yield from map(practice_tag, practices)
    yield from map(staff_tag, _staff(known, entries))
    yield from _days(entries)
    for month in _beside(known, practices, entries):
        yield from (care_month_tag(each, month) for each in group)


def _facts(
    known: Patient,
    plan: CarePlan,
    entries: CareMonth,
    group: tuple[str, ...],
    state_of: Callable[[str], Any],
) -> MonthFacts:
    practices = _practices(known, entries)
    days = {tag: state_of(tag) for tag in _days(entries)}
    if len(group) > 1:
        days = {tag: day_of_one(day, group) for tag, day in days.items()}
    beside: tuple[CareMonth, ...] = ()
    if near := _beside(known, practices, entries):
        beside = tuple([state_of(care_month_tag(each, month)) for month in near for each in group])
        entries = held_beside(entries, beside)
    return MonthFacts(
        known,
        entries,
        plan,
        {p: state_of(practice_tag(p)) for p in practices},
        {s: state_of(staff_tag(s)) for s in _staff(known, entries)},
        days,
        beside,
    )


def _beside(known: Patient, practices: tuple[str, ...], entries: CareMonth) -> tuple[str, ...]:
    return months_beside(known, practices, entries.month, days_of(entries.entries))


# --- patients who were merged --------------------------------------------------------------------------------


def _needed_of_joined(patient: str, month: str, held: Mapping[str, Any]) -> tuple[str, ...]:
    """The same for a patient who was merged: first who belongs together, then what stands in all of their streams."""
    if absent := absent_of_group(patient, held):
        return (*_own(patient, month), *absent)
    group = group_of(patient, held.__getitem__)
    own = tuple(tag for each in group for tag in _own(each, month))
    if any(tag not in held for tag in own):
        return own
    whole, entries = _joined(group, month, held.__getitem__)
    return tuple(dict.fromkeys((*own, *_named(whole, entries, group))))


def _gather_joined(patient: str, month: str, state_of: Callable[[str], Any]) -> MonthFacts:
    group = group_of(patient, state_of)
    whole, entries = _joined(group, month, state_of)
    plan = joined_plan([state_of(care_plan_tag(each)) for each in group])
    return _facts(whole, plan, entries, group, state_of)


def _joined(group: tuple[str, ...], month: str, state_of: Callable[[str], Any]) -> tuple[Patient, CareMonth]:
    patients = [state_of(patient_tag(each)) for each in group]
    months = [state_of(care_month_tag(each, month)) for each in group]
    return joined_patient(patients), joined_month(group[0], months, together_since(patients))


# --- whom and what a month names -----------------------------------------------------------------------------


def _practices(patient: Patient, month: CareMonth) -> tuple[str, ...]:
    named = [entry.work.practice for entry in month.entries]
    assigned = [a.event.practice for a in patient.assignments if a.event.from_on <= last_day(month.month)]
    named += [designation.event.practice for designation in _designated(patient, month)]
    named += [told.event.by_practice for told in month.services if told.event.by_practice is not None]
    return tuple(dict.fromkeys((*assigned, *named)))


def _staff(patient: Patient, month: CareMonth) -> tuple[str, ...]:
    named: list[str] = []
    if designated := _designated(patient, month):
        named += [designation.event.practitioner for designation in designated]
        named += [v.event.practitioner for v in patient.visits if v.event.practitioner and v.event.code]
    for entry in month.entries:
        named.append(entry.work.performer)
        if entry.work.entered_by is not None:
            named.append(entry.work.entered_by)
    named += sorted(supervisors_of(month.tally, month.entries))
    named += [told.event.by_practitioner for told in month.services if told.event.by_practitioner is not None]
    return tuple(dict.fromkeys(named))


def _designated(patient: Patient, month: CareMonth) -> list[Designation]:
    """Who bills the month, of whatever programme: it is judged for each by the same facts."""
    side = Side.PRACTITIONER
    return [d for d in patient.designations if d.event.side is side and d.occupies(month.month)]


def _days(month: CareMonth) -> tuple[str, ...]:
    """The staff-day tags of all entries, each once."""
    days: dict[tuple[str, date], None] = {}
    for entry in month.entries:
        performer, dates = entry.work.performer, entry.work.staff_dates
        for on in dates:
            days[performer, on] = None
    return tuple([staff_day_tag(performer, on) for performer, on in days])
