"""Patients who were merged, put together: one patient, one plan, one month out of the streams of all of them.

A merge copies nothing. What belongs together is found by following the merges that stand (`group_of`), and the folded
states of each are joined in order of position, as if all facts had been told of one patient. It costs what it costs
only where somebody was merged; of everybody else the state itself is the answer.

Promise: joining does not depend on the order in which the parts are named, except that the first one gives its id.
Not promised: one numbering of plan revisions. Each part keeps its own; only the judge, who asks for dates, sees all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date
from itertools import product
from types import MappingProxyType
from typing import Any, Final, TypeVar

from ledger.streams.care_plan import CarePlan
from ledger.streams.month_state import CareMonth, Together, bound_by, laid_out
from ledger.streams.patient_state import Patient
from ledger.streams.staff_day import StaffDay, day_of
from ledger.streams.status_state import CLEAN, Status
from ledger.streams.tally import tally_of
from ledger.terms.identity import patient_tag

StateOf = Callable[[str], Any]
"""The folded state of a tag."""
S = TypeVar("S", Patient, CareMonth, CarePlan, Status)
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


def practices_of(patient: str, state_of: StateOf, by: date = date.max) -> frozenset[str]:
    """Every practice that a patient belonged to by a day, with those of all who are merged with them."""
    known: Patient = state_of(patient_tag(patient))
    if not known.merges:
        return known.practices_by(by)
    group = group_of(patient, state_of)
    return frozenset().union(*(state_of(patient_tag(each)).practices_by(by) for each in group))


def joined_patient(parts: Sequence[Patient]) -> Patient:
    """One patient out of several, under the id of the first; what took back a death, took back those of all."""
    whole = _joined(parts)
    back = whole.status.death_retracted
    if back is None:
        return whole
    return replace(whole, deaths=tuple(death for death in whole.deaths if death.position > back[1]))


def joined_plan(parts: Sequence[CarePlan]) -> CarePlan:
    """The revisions of several plans; ask it by date, not by number."""
    return _joined(parts)


def joined_month(patient: str, parts: Sequence[CareMonth], together: tuple[Together, ...]) -> CareMonth:
    """One month out of those of several, as the month of `patient`: of shared seconds the first recorded keeps them.

    `together` says since when each two are one: what came to the one later is bound by a signature on the other.
    """
    joined: CareMonth = replace(_joined(parts), together=together)
    signed = {each.programme: joined.binding_attestation(each.programme) for each in joined.attestations}
    told = [(entry, part.patient, signed.get(entry.work.programme)) for part in parts for entry in part.entries]
    entries, covered = laid_out(
        [
            entry if standing is None else bound_by(entry, standing, joined.one_since(standing.event.patient, whose))
            for entry, whose, standing in told
        ]
    )
    return replace(joined, patient=patient, entries=entries, covered=covered, tally=tally_of(entries))


def together_since(parts: Sequence[Patient]) -> tuple[Together, ...]:
    """Since when each two of patients who are one are that: the merge that stands and brought the two together.

    A later merge of either with a third one changes nothing between them.
    """
    with_whom = {part.patient: frozenset((part.patient,)) for part in parts}
    merges = [(m.position, part.patient, m.other) for part in parts for m in part.merges if m.goes_on and not m.ended]
    found: list[Together] = []
    for position, one, other in sorted(merges):
        pairs = product(sorted(with_whom[one]), sorted(with_whom[other]))
        found += [Together(frozenset(pair), position) for pair in pairs]
        whole = with_whom[one] | with_whom[other]
        with_whom |= dict.fromkeys(whole, whole)
    return tuple(found)


def day_of_one(day: StaffDay, group: Sequence[str]) -> StaffDay:
    """A performer's day as the months of one person see it: what is shared within the group is not shared with others.

    Seconds that two patients of the group both hold are held twice by one person, and the month says so.
    """
    if sum(work.patient in group for work in day.worked) < 2:
        return day
    return day_of(day, [work._replace(patient=group[0]) if work.patient in group else work for work in day.worked])


OF_THE_FIRST: Final = frozenset({"patient", "month", "registered", "merges", "covered", "together", "tally"})
"""What is not put together: who it is, and with whom they were merged. The last three are said anew."""


def _newest(values: Sequence[Any]) -> Any:
    """Of several positions, or facts with their positions, the newest."""
    return max((value for value in values if value is not None), key=_position, default=None)


def _status(values: Sequence[Status]) -> Status:
    return CLEAN if all(value is CLEAN for value in values) else _joined(values)


BY_HAND: Final[Mapping[str, Callable[[Sequence[Any]], Any]]] = MappingProxyType(
    {"position": _newest, "death_retracted": _newest, "status": _status}
)
"""What is no list of facts and is put together all the same."""


def _joined(parts: Sequence[S]) -> S:
    """The first state with the lists of all, each in order of position."""
    first = parts[0]
    together: dict[str, Any] = {}
    for field in fields(first):
        values = [getattr(part, field.name) for part in parts]
        if field.name in BY_HAND:
            together[field.name] = BY_HAND[field.name](values)
        elif field.name not in OF_THE_FIRST:
            together[field.name] = tuple(sorted((item for value in values for item in value), key=_position))
    return replace(first, **together)


def _position(item: Any) -> int:
    """Where a fact of a folded state stands; what has no position keeps its place."""
    if isinstance(item, int):
        return item
    position = getattr(item, "position", None)
    if position is None and isinstance(item, tuple):
        position = getattr(item[-1], "position", item[-1])
    return position if isinstance(position, int) else 0
