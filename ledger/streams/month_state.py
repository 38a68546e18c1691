"""The care month and the staff day as folded: entries with the seconds that an earlier entry already holds.

Both folds note, entry by entry, which seconds were recorded before by another entry: of the same patient (care
month) or by the same performer for another patient (staff day). That is arithmetic on facts; that the first
recorded keeps them is law and is applied by the judge (CCM-TIME-04, -05; readings, sections 5 and 12).
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple

from ledger.streams.base import Fact
from ledger.streams.care_month import DecisionMakingAttested, FamilyChosen, MonthAttested, Piece, TimeLogged, Work
from ledger.terms.calendar import DAY_SECONDS, month_of
from ledger.terms.intervals import Intervals, overlap, total, union

MIDNIGHT_OF_EPOCH = date(1970, 1, 1).toordinal()


class Entry(NamedTuple):
    """A time entry as it stands in one care month."""

    work: Work
    position: int
    recorded_at: datetime
    pieces: tuple[Piece, ...]
    """Timed entries: the segments of this month."""
    seconds: int
    """Seconds of the entry within this month."""
    held_by_others: Intervals
    """Seconds of this entry that an entry recorded earlier for the same patient already holds."""


class Attested(NamedTuple):
    """An attestation of a month, with where it stands."""

    event: MonthAttested
    position: int


@dataclass(frozen=True, slots=True)
class CareMonth:
    """One patient's month."""

    patient: str
    month: str
    entries: tuple[Entry, ...] = ()
    covered: Intervals = ()
    """The union of all timed seconds, whether they count or not."""
    decision_making: tuple[tuple[DecisionMakingAttested, int], ...] = ()
    choices: tuple[tuple[FamilyChosen, int], ...] = ()
    attestations: tuple[Attested, ...] = ()
    position: int = 0

    def standing_attestation(self) -> Attested | None:
        """The newest attestation: those before it were superseded by it."""
        return self.attestations[-1] if self.attestations else None


def evolve(state: CareMonth, fact: Fact) -> CareMonth:
    """The month after one more fact."""
    event, at = fact.event, fact.position
    match event:
        case TimeLogged():
            entry, covered = entered(state, event, at, fact.recorded_at)
            return CareMonth(
                state.patient,
                state.month,
                (*state.entries, entry),
                covered,
                state.decision_making,
                state.choices,
                state.attestations,
                at,
            )
        case DecisionMakingAttested():
            return replace(state, decision_making=(*state.decision_making, (event, at)), position=at)
        case FamilyChosen():
            return replace(state, choices=(*state.choices, (event, at)), position=at)
        case MonthAttested():
            return replace(state, attestations=(*state.attestations, Attested(event, at)), position=at)
    return state


def entered(state: CareMonth, event: TimeLogged, position: int, recorded_at: datetime) -> tuple[Entry, Intervals]:
    """The entry as it would stand in this month, and the month's cover with it."""
    if not event.segments:
        return Entry(event.work, position, recorded_at, (), event.seconds, ()), state.covered
    covered = state.covered
    pieces: list[Piece] = []
    held: Intervals = ()
    seconds = 0
    for start, end, on in event.spans:
        if month_of(on) != state.month:
            continue
        pieces.append(Piece(start, end, on))
        seconds += end - start
        held = (*held, *overlap(state.covered, start, end))
        covered = union(covered, start, end)
    return Entry(event.work, position, recorded_at, tuple(pieces), seconds, held), covered


class Worked(NamedTuple):
    """An interval of a performer on one UTC date."""

    start: int
    end: int
    entry: str
    patient: str
    position: int


@dataclass(frozen=True, slots=True)
class StaffDay:
    """All time of one performer on one UTC date, with what each entry lost to an earlier one of another patient."""

    worked: tuple[Worked, ...] = ()
    """In order of recording."""
    covered: Intervals = ()
    untimed_seconds: int = 0
    lost: tuple[tuple[str, Intervals], ...] = ()
    """(entry, seconds that an entry recorded earlier for another patient already holds)."""
    contested: frozenset[str] = frozenset()
    """Entries that share seconds with an entry for another patient: both of each pair."""
    overfull: tuple[tuple[str, int], ...] = ()
    """(entry, seconds beyond twenty-four hours of timed and untimed work together)."""

    def lost_by(self, entry: str) -> Intervals:
        """The seconds that an entry lost to an earlier one of another patient."""
        if not self.lost:
            return ()
        return next((intervals for lost, intervals in self.lost if lost == entry), ())

    def overfull_by(self, entry: str) -> int:
        """The seconds by which an entry overfills the day."""
        if not self.overfull:
            return 0
        return next((seconds for over, seconds in self.overfull if over == entry), 0)


def evolve_staff_day(state: StaffDay, fact: Fact, on: date) -> StaffDay:
    """The performer's day after one more entry; `on` is the UTC date of the stream."""
    event = fact.event
    return worked_on(state, event, fact.position, on) if isinstance(event, TimeLogged) else state


def worked_on(state: StaffDay, event: TimeLogged, position: int, on: date) -> StaffDay:
    """The performer's day with one more entry."""
    if not event.segments:
        overfull = _overfull(state, event.entry, event.seconds)
        return replace(state, untimed_seconds=state.untimed_seconds + event.seconds, overfull=overfull)
    midnight = (on.toordinal() - MIDNIGHT_OF_EPOCH) * DAY_SECONDS
    spans = event.spans
    start = max(spans[0].start, midnight)
    end = min(spans[-1].end, midnight + DAY_SECONDS)
    mine = Worked(start, end, event.entry, event.patient, position)
    shared = overlap(state.covered, start, end)
    lost, contested = _against_earlier(state, mine) if shared else ((), frozenset())
    return StaffDay(
        (*state.worked, mine),
        union(state.covered, start, end),
        state.untimed_seconds,
        (*state.lost, (event.entry, lost)) if lost else state.lost,
        state.contested | contested if contested else state.contested,
        _overfull(state, event.entry, (end - start) - total(shared)) if state.untimed_seconds else state.overfull,
    )


def _overfull(state: StaffDay, entry: str, added: int) -> tuple[tuple[str, int], ...]:
    """What overfills the day, once `added` seconds that nobody held yet come to it."""
    before = _filled(state)
    over = max(before + added - max(DAY_SECONDS, before), 0)
    return (*state.overfull, (entry, over)) if over else state.overfull


def _filled(state: StaffDay) -> int:
    return total(state.covered) + state.untimed_seconds


def _against_earlier(state: StaffDay, mine: Worked) -> tuple[Intervals, frozenset[str]]:
    lost: Intervals = ()
    rivals: set[str] = set()
    for other in state.worked:
        if other.patient == mine.patient or other.end <= mine.start or other.start >= mine.end:
            continue
        lost = union(lost, max(other.start, mine.start), min(other.end, mine.end))
        rivals |= {other.entry, mine.entry}
    return lost, frozenset(rivals)
