"""One performer's UTC day as folded: all time with all patients, and what each entry lost to an earlier one.

That two entries share seconds is arithmetic on facts; that the first recorded keeps them, unless the performer
allocated them otherwise, is law and is applied by the judge (CCM-TIME-05; readings, sections 5 and 12).
Promise: an entry costs one step; a change of an earlier one (correction, move, strike, allocation) lays the day out
anew.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Final, NamedTuple

from ledger.streams.base import Event, Fact
from ledger.streams.care_month import EntryContent, TimeLogged
from ledger.streams.time_changes import TimeAllocated, TimeCorrected, TimeMoved, TimeStruck
from ledger.terms.calendar import DAY_SECONDS
from ledger.terms.intervals import Intervals, overlap, total, union, union_all, without

MIDNIGHT_OF_EPOCH: Final = date(1970, 1, 1).toordinal()
Lost = tuple[tuple[str, Intervals], ...]


class Worked(NamedTuple):
    """An entry of a performer on one UTC date: an interval, or `untimed` seconds without clock times."""

    start: int
    end: int
    entry: str
    patient: str
    place: int
    """The position that orders it among the others."""
    untimed: int = 0
    position: int = 0
    """The newest fact that says what it is."""


class Allocation(NamedTuple):
    """The performer gave shared seconds to one of two entries."""

    keeps: str
    gives_up: str
    position: int


@dataclass(frozen=True, slots=True)
class StaffDay:
    """All time of one performer on one UTC date, with what each entry lost to an earlier one of another patient."""

    worked: tuple[Worked, ...] = ()
    """In order of place."""
    covered: Intervals = ()
    untimed_seconds: int = 0
    lost: Lost = ()
    """(entry, seconds that an entry for another patient holds instead)."""
    contested: frozenset[str] = frozenset()
    """Entries that share seconds with an entry for another patient, nobody having allocated them: both of each pair."""
    overfull: tuple[tuple[str, int], ...] = ()
    """(entry, seconds beyond twenty-four hours of timed and untimed work together)."""
    allocated: tuple[Allocation, ...] = ()
    """What the performer said of shared seconds, the newest of each pair."""
    was_changed: bool = False
    """Whether an entry was ever corrected, moved, struck or allocated: then news here may move older entries."""


def evolve_staff_day(state: StaffDay, fact: Fact, on: date) -> StaffDay:
    """The performer's day after one more fact; `on` is the UTC date of the stream."""
    return day_after(state, fact.event, fact.position, on)


def day_after(state: StaffDay, event: Event, position: int, on: date) -> StaffDay:
    """The performer's day once an event of some position is in it."""
    match event:
        case TimeLogged():
            return _with(state, _worked(event, position, position, on))
        case TimeCorrected():
            return _replaced(state, event.entry, event, (event.place, position), on)
        case TimeMoved():
            return _replaced(state, event.from_entry, event, (position, position), on)
        case TimeStruck():
            return day_of(state, [item for item in state.worked if item.entry != event.entry])
        case TimeAllocated():
            pair = {event.entry, event.other_entry}
            others = tuple(said for said in state.allocated if {said.keeps, said.gives_up} != pair)
            said = Allocation(event.entry, event.other_entry, position)
            return day_of(replace(state, allocated=(*others, said)), state.worked)
    return state


def _worked(event: EntryContent, place: int, position: int, on: date) -> Worked:
    if not event.segments:
        return Worked(0, 0, event.entry, event.patient, place, event.seconds, position)
    midnight = (on.toordinal() - MIDNIGHT_OF_EPOCH) * DAY_SECONDS
    spans = event.spans
    start, end = max(spans[0].start, midnight), min(spans[-1].end, midnight + DAY_SECONDS)
    return Worked(start, end, event.entry, event.patient, place, 0, position)


def _replaced(state: StaffDay, old: str, event: EntryContent, at: tuple[int, int], on: date) -> StaffDay:
    """The day without the old entry, and with the new content where it lies on this day; `at`: place and position."""
    kept = [item for item in state.worked if item.entry not in (old, event.entry)]
    if on in event.staff_dates():
        kept.append(_worked(event, *at, on))
    return day_of(state, kept)


def day_of(state: StaffDay, worked: Iterable[Worked]) -> StaffDay:
    """The day laid out anew with just this work, in order of place; what was allocated stays said."""
    day = StaffDay(allocated=state.allocated, was_changed=True)
    for item in sorted(worked, key=lambda w: w.place):
        day = _with(day, item)
    return day


def beyond_the_day(day: StaffDay, entry: str, seconds: int) -> Intervals:
    """Which seconds of a timed entry overfill the day: the last ones of those that no earlier entry held."""
    held: Intervals = ()
    mine: Worked | None = None
    for item in day.worked:
        if item.entry == entry:
            mine = item
            break
        held = union(held, item.start, item.end)
    if mine is None:
        return ()
    found: Intervals = ()
    for start, end in reversed(without(mine.start, mine.end, held)):
        taken = min(seconds, end - start)
        if taken:
            found = ((end - taken, end), *found)
        seconds -= taken
    return found


def _with(state: StaffDay, mine: Worked) -> StaffDay:
    """The day with one more entry, behind all others."""
    if mine.start == mine.end:
        return replace(
            state,
            worked=(*state.worked, mine),
            untimed_seconds=state.untimed_seconds + mine.untimed,
            overfull=_overfull(state, mine.entry, mine.untimed),
        )
    shared = overlap(state.covered, mine.start, mine.end)
    lost, contested = _against_others(state, mine) if shared else (state.lost, state.contested)
    if shared and state.allocated:
        lost = _held_by_one((*state.worked, mine), state.allocated)
    added = (mine.end - mine.start) - total(shared)
    return StaffDay(
        (*state.worked, mine),
        union(state.covered, mine.start, mine.end),
        state.untimed_seconds,
        lost,
        contested,
        _overfull(state, mine.entry, added) if state.untimed_seconds else state.overfull,
        state.allocated,
        state.was_changed,
    )


def _overfull(state: StaffDay, entry: str, added: int) -> tuple[tuple[str, int], ...]:
    """What overfills the day, once `added` seconds that nobody held yet come to it."""
    before = total(state.covered) + state.untimed_seconds
    over = max(before + added - max(DAY_SECONDS, before), 0)
    return (*state.overfull, (entry, over)) if over else state.overfull


def _held_by_one(worked: tuple[Worked, ...], said: tuple[Allocation, ...]) -> Lost:
    """What each entry loses where the performer allocated seconds: of every second one patient is the holder.

    The first recorded holds it, until a later entry to which the performer gave what the holder's gives up; who gave
    up takes from nobody. So three patients on the same seconds never lose them to each other in a ring.
    """
    allocated = {(each.keeps, each.gives_up) for each in said}
    timed = [item for item in worked if item.start < item.end]
    edges = sorted({edge for item in timed for edge in (item.start, item.end)})
    lost: dict[str, Intervals] = {}
    for start, end in pairwise(edges):
        here = [item for item in timed if item.start <= start and item.end >= end]
        if not here:
            continue
        holder = here[0]
        for item in here[1:]:
            if item.patient != holder.patient and (item.entry, holder.entry) in allocated:
                holder = item
        for item in here:
            if item.patient != holder.patient:
                lost[item.entry] = union(lost.get(item.entry, ()), start, end)
    return tuple(lost.items())


def _against_others(state: StaffDay, mine: Worked) -> tuple[Lost, frozenset[str]]:
    """What is lost, and by whom, now that `mine` shares seconds with earlier entries."""
    lost, rivals = dict(state.lost), set(state.contested)
    allocated = {(said.keeps, said.gives_up) for said in state.allocated}
    for other in state.worked:
        if other.patient == mine.patient or other.end <= mine.start or other.start >= mine.end:
            continue
        loser = mine.entry
        if (mine.entry, other.entry) in allocated:
            loser = other.entry
        elif (other.entry, mine.entry) not in allocated:
            rivals |= {other.entry, mine.entry}
        piece = (max(other.start, mine.start), min(other.end, mine.end))
        lost[loser] = union(union_all(lost.get(loser, ())), *piece)
    return tuple(lost.items()), frozenset(rivals)
