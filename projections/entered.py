"""The time of a calendar month by the day it was worked, the day its source wrote it down and the day it was learned.

Promise: the three reports are three groupings of the same entries, so their totals are the same; an entry that a
clock lacks stands under no day of it and is still in its total. Days are local where work is meant, UTC on the other
clocks. An entry stands under the first of its days in the month. Not promised: that an early day of entry makes an
entry count.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import NamedTuple

from ledger.judging.needs import gather
from projections.judged import RulebookOf, judged
from projections.month_basis import FactsLog
from projections.states import States


class EnteredEntry(NamedTuple):
    """One entry's part in a month, with its day on each clock."""

    patient: str
    entry: str
    position: int
    worked_on: date
    source_on: date | None
    recorded_on: date
    seconds: int
    counted: int


class Tally(NamedTuple):
    """How many entries, their seconds, and those of them that count."""

    entries: int = 0
    seconds: int = 0
    counted: int = 0

    def and_(self, entry: EnteredEntry) -> "Tally":
        """With one more entry."""
        return Tally(self.entries + 1, self.seconds + entry.seconds, self.counted + entry.counted)


class Day(NamedTuple):
    """What was worked, written down and learned on one day; `on` is None for what a clock has no day for."""

    on: date | None
    worked: Tally
    source: Tally
    recorded: Tally


class ByDay(NamedTuple):
    """A month's time by day on three clocks, and the total, which is the same for each of them."""

    days: tuple[Day, ...]
    total: Tally


class PatientEntered(NamedTuple):
    """What was entered for one patient's month in a period, before it and behind it."""

    patient: str
    within: Tally
    before: Tally
    after: Tally


def entered_entries(
    log: FactsLog, rulebook_of: RulebookOf, patients: Iterable[str], month: str, position: int
) -> Iterator[EnteredEntry]:
    """Every entry of these patients in a month, as known at a position, by patient and in order of recording."""
    states = States(log, after=position)
    for patient in patients:
        lines = judged(states.at, rulebook_of, patient, month).verdict.lines
        entries = gather(patient, month, lambda tag: states.at(tag).state).month.entries
        learned = {entry.work.entry: entry.recorded_at.date() for entry in entries}
        facts = {fact.position: fact for fact in log.facts_at(line.position for line in lines)}
        for line in lines:
            source = facts[line.position].envelope.source
            written = source.recorded_at.date() if source and source.recorded_at else None
            yield EnteredEntry(
                patient, line.entry, line.position, line.on, written, learned[line.entry], line.seconds, line.counted
            )
        if states.is_full:
            states.forget()


def by_day(entries: Iterable[EnteredEntry]) -> ByDay:
    """The three reports side by side; a day that has nothing on any clock is left out."""
    known = tuple(entries)
    worked = _tallied(known, lambda entry: entry.worked_on)
    source = _tallied(known, lambda entry: entry.source_on)
    recorded = _tallied(known, lambda entry: entry.recorded_on)
    days = sorted({*worked, *source, *recorded}, key=lambda on: (on is None, on or date.max))
    nothing, total = Tally(), Tally()
    for entry in known:
        total = total.and_(entry)
    rows = (Day(on, worked.get(on, nothing), source.get(on, nothing), recorded.get(on, nothing)) for on in days)
    return ByDay(tuple(rows), total)


def entered_between(
    entries: Iterable[EnteredEntry], since: date | None, until: date | None, *, by_source: bool = False
) -> tuple[PatientEntered, ...]:
    """By patient what was entered in a period, by the clock of the ledger or of the source; both days are included.

    An entry that its source gives no day for counts as entered when the ledger learned it.
    """
    found: dict[str, PatientEntered] = {}
    for entry in entries:
        held = found.get(entry.patient) or PatientEntered(entry.patient, Tally(), Tally(), Tally())
        on = (entry.source_on or entry.recorded_on) if by_source else entry.recorded_on
        if since is not None and on < since:
            held = held._replace(before=held.before.and_(entry))
        elif until is not None and on > until:
            held = held._replace(after=held.after.and_(entry))
        else:
            held = held._replace(within=held.within.and_(entry))
        found[entry.patient] = held
    return tuple(each for each in found.values() if each.within.entries)


def _tallied(
    entries: Iterable[EnteredEntry], day_of: Callable[[EnteredEntry], date | None]
) -> dict[date | None, Tally]:
    found: dict[date | None, Tally] = {}
    for entry in entries:
        on = day_of(entry)
        found[on] = found.get(on, Tally()).and_(entry)
    return found
