"""Patients who were merged, put together: one patient, one plan, one month out of the streams of all of them.

A merge copies nothing. What belongs together is found by following the merges that stand (`group_of`), and the folded
states of each are joined in order of position, as if all facts had been told of one patient. It costs what it costs
only where somebody was merged; of everybody else the state itself is the answer.

Promise: joining does not depend on the order in which the parts are named, except that the first one gives its id.
Not promised: one numbering of plan revisions. Each part keeps its own; only the judge, who asks for dates, sees all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, Final, TypeVar

from ledger.streams.care_plan import CarePlan
from ledger.streams.month_state import CareMonth, laid_out
from ledger.streams.patient_state import Patient
from ledger.streams.staff_day import StaffDay
from ledger.streams.status_state import Status
from ledger.terms.identity import patient_tag
from ledger.terms.intervals import Intervals, overlap, union_all

StateOf = Callable[[str], Any]
"""The folded state of a tag."""
S = TypeVar("S", Patient, CareMonth, CarePlan)
_NOBODY: Final = Patient()


def survivor_of(patient: str, state_of: StateOf) -> str:
    """Who goes on for a patient: the end of the merges that stand; the patient where there is none."""
    seen = {patient}
    while (into := state_of(patient_tag(patient)).merged_into) is not None and into not in seen:
        patient = into
        seen.add(patient)
    return patient


def group_of(patient: str, state_of: StateOf) -> tuple[str, ...]:
    """All who are one person with a patient: whoever goes on first, then those merged into them, in order."""
    first = survivor_of(patient, state_of)
    found = dict.fromkeys((first,))
    waiting = [first]
    while waiting:
        absorbed = state_of(patient_tag(waiting.pop(0))).absorbed
        new = [other for other in absorbed if other not in found]
        found |= dict.fromkeys(new)
        waiting += new
    return tuple(found)


def absent_of_group(patient: str, held: Mapping[str, Any]) -> tuple[str, ...]:
    """The patient streams that `held` (state by tag) lacks, as far as it shows who belongs to the group."""
    absent: dict[str, None] = {}

    def known(tag: str) -> Patient:
        if tag not in held:
            absent[tag] = None
        state: Patient = held.get(tag) or _NOBODY
        return state

    group_of(patient, known)
    return tuple(absent)


def ever_joined(patient: str, state_of: StateOf) -> tuple[str, ...]:
    """All who were ever merged with a patient, directly or through others, the patient included."""
    found = {patient: None}
    waiting = [patient]
    while waiting:
        others = [merge.other for merge in state_of(patient_tag(waiting.pop())).merges]
        new = [other for other in others if other not in found]
        found |= dict.fromkeys(new)
        waiting += new
    return tuple(found)


def practices_of(patient: str, state_of: StateOf) -> frozenset[str]:
    """Every practice that a patient ever belonged to, with those of all who are merged with them."""
    known: Patient = state_of(patient_tag(patient))
    if not known.merges:
        return known.practices
    group = group_of(patient, state_of)
    return frozenset().union(*(state_of(patient_tag(each)).practices for each in group))


def joined_patient(parts: Sequence[Patient]) -> Patient:
    """One patient out of several, under the id of the first."""
    return _joined(parts)


def joined_plan(parts: Sequence[CarePlan]) -> CarePlan:
    """The revisions of several plans; ask it by date, not by number."""
    return _joined(parts)


def joined_month(patient: str, parts: Sequence[CareMonth]) -> CareMonth:
    """One month out of those of several, as the month of `patient`: of shared seconds the first recorded keeps them."""
    entries, covered = laid_out(entry for part in parts for entry in part.entries)
    return replace(_joined(parts), patient=patient, entries=entries, covered=covered)


def day_of_one(day: StaffDay, group: Sequence[str]) -> StaffDay:
    """A performer's day as the months of one person see it: what is shared within the group is not shared with others.

    Seconds that two patients of the group both hold are held twice by one person, and the month says so.
    """
    mine = {work.entry: work for work in day.worked if work.patient in group}
    others = [work for work in day.worked if work.patient not in group]

    def with_others(entry: str) -> Intervals:
        work = mine[entry]
        return union_all(
            tuple((max(o.start, work.start), min(o.end, work.end)) for o in others if _share(o.start, o.end, work))
        )

    lost: list[tuple[str, Intervals]] = []
    for entry, taken in day.lost:
        kept = taken if entry not in mine else _both(taken, with_others(entry))
        if kept:
            lost.append((entry, kept))
    contested = frozenset(entry for entry in day.contested if entry not in mine or with_others(entry))
    return replace(day, lost=tuple(lost), contested=contested)


def _share(start: int, end: int, work: Any) -> bool:
    return bool(start < work.end and end > work.start)


def _both(one: Intervals, other: Intervals) -> Intervals:
    return union_all(tuple(piece for start, end in one for piece in overlap(other, start, end)))


_OF_THE_FIRST: Final = frozenset({"patient", "month", "registered", "merges", "covered"})
"""What is not put together: who it is, and with whom they were merged. `covered` is laid out anew."""


def _joined(parts: Sequence[S]) -> S:
    """The first state with the lists of all, each in order of position."""
    first = parts[0]
    together: dict[str, Any] = {}
    for field in fields(first):
        values = [getattr(part, field.name) for part in parts]
        if field.name == "position":
            together[field.name] = max(values)
        elif field.name == "status":
            together[field.name] = _joined_status(values)
        elif field.name not in _OF_THE_FIRST:
            together[field.name] = tuple(sorted((item for value in values for item in value), key=_position))
    return replace(first, **together)


def _joined_status(parts: Sequence[Status]) -> Status:
    """What ended, voided or interrupted the programmes of any of them; of the retractions of a death the newest."""
    told = [part.death_retracted for part in parts if part.death_retracted is not None]

    def together(name: str) -> tuple[Any, ...]:
        return tuple(sorted((item for part in parts for item in getattr(part, name)), key=_position))

    return Status(
        revocations=together("revocations"),
        disenrolments=together("disenrolments"),
        invalidations=together("invalidations"),
        stays=together("stays"),
        death_retracted=max(told, key=lambda pair: pair[1], default=None),
    )


def _position(item: Any) -> int:
    """Where a fact of a folded state stands; what has no position keeps its place."""
    position = getattr(item, "position", None)
    if position is None and isinstance(item, tuple):
        position = getattr(item[-1], "position", item[-1])
    return position if isinstance(position, int) else 0
