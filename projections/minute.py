"""One minute of a patient: which entries hold it, of this patient and of the same people elsewhere, and which counts.

Promise: every entry that touches the minute is listed, and what it counts in it is the judge's answer for that minute
alone; the sums by patient and by performer say whether any second of it was counted twice. Not promised: entries
without clock times, which hold no minute; and seconds taken for an overfull day, which belong to no minute.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from ledger.judging.edges import days_of, months_beside
from ledger.judging.needs import gather
from ledger.judging.verdict import judge_month
from ledger.streams.care_month import Piece
from ledger.streams.joining import group_of, survivor_of
from ledger.streams.month_state import CareMonth, Entry
from ledger.streams.staff_day import StaffDay
from ledger.terms.calendar import epoch_seconds, utc_dates
from ledger.terms.identity import LEDGER_TAG, care_month_tag, staff_day_tag
from projections.judged import RulebookOf, edition_for
from projections.month_basis import FactsLog
from projections.states import States

MINUTE_SECONDS = 60


class Holder(NamedTuple):
    """An entry that touches the minute."""

    patient: str
    month: str
    entry: str
    performer: str
    position: int
    seconds: int
    """Seconds of the minute that the entry holds."""
    counted: int
    """Seconds of the minute that count for it."""
    because: tuple[str, ...]
    """Codes of why the others do not count, and of what to look at."""


class Minute(NamedTuple):
    """A minute and who holds it, in order of position."""

    start: datetime
    end: datetime
    holders: tuple[Holder, ...]

    @property
    def counted_seconds(self) -> int:
        """Seconds of the minute that count for anybody."""
        return sum(holder.counted for holder in self.holders)

    @property
    def is_counted_twice(self) -> bool:
        """Whether more than sixty seconds of it count for one patient, or for one performer."""
        sums: dict[str, int] = {}
        for holder in self.holders:
            for who in (holder.patient, holder.performer):
                sums[who] = sums.get(who, 0) + holder.counted
        return any(seconds > MINUTE_SECONDS for seconds in sums.values())


def minute_of(log: FactsLog, rulebook_of: RulebookOf, patient: str, month: str, at: datetime, position: int) -> Minute:
    """The minute that begins at or holds an instant, as known at a position."""
    start = at.replace(second=0, microsecond=0)
    end = start + timedelta(seconds=MINUTE_SECONDS)
    states = States(log, after=position)
    span = (epoch_seconds(start), epoch_seconds(end))
    own = _holders(states, rulebook_of, patient, month, span)
    for beside in _beside(states, patient, month, span):
        own += _holders(states, rulebook_of, patient, beside, span)
    elsewhere = _elsewhere(log, states, {holder.performer for holder in own}, patient, utc_dates(start, end), span)
    others = [holder for other in sorted(elsewhere) for holder in _holders(states, rulebook_of, *other, span)]
    # Of others, what the same people held: who else was with those patients is another question.
    people = {holder.performer for holder in own}
    kept = [*own, *(holder for holder in others if holder.performer in people)]
    return Minute(start, end, tuple(sorted(kept, key=lambda holder: (holder.position, holder.entry))))


def _holders(states: States, rulebook_of: RulebookOf, patient: str, month: str, span: tuple[int, int]) -> list[Holder]:
    """The entries of a month that touch the minute, each judged as if the minute were all of it."""
    facts = gather(patient, month, lambda tag: states.at(tag).state)
    adoption = edition_for(states.at(LEDGER_TAG).state, facts.month)
    cut = [entry for entry in (_cut(each, span) for each in facts.month.entries) if entry is not None]
    if not cut:
        return []
    narrowed = facts._replace(month=replace(facts.month, entries=tuple(cut), tally=None))
    lines = judge_month(narrowed, rulebook_of(adoption), edition=adoption.edition, record=False).lines
    return [
        Holder(
            patient,
            month,
            line.entry,
            line.performer,
            line.position,
            line.seconds,
            line.counted,
            tuple(notice.code for notice in line.notices),
        )
        for line in lines
    ]


def _beside(states: States, patient: str, month: str, span: tuple[int, int]) -> tuple[str, ...]:
    """The patient's months beside this one that may hold the minute too, by the zone of another practice."""
    facts = gather(patient, month, lambda tag: states.at(tag).state)
    cut = [entry for entry in (_cut(each, span) for each in facts.month.entries) if entry is not None]
    return months_beside(facts.patient, facts.practices, month, days_of(cut))


def _cut(entry: Entry, span: tuple[int, int]) -> Entry | None:
    start, end = span
    pieces = tuple(
        Piece(max(piece.start, start), min(piece.end, end), piece.on)
        for piece in entry.pieces
        if piece.start < end and piece.end > start
    )
    if not pieces:
        return None
    return entry._replace(pieces=pieces, seconds=sum(piece.end - piece.start for piece in pieces))


def _elsewhere(
    log: FactsLog,
    states: States,
    performers: Iterable[str],
    patient: str,
    days: tuple[date, ...],
    span: tuple[int, int],
) -> set[tuple[str, str]]:
    """The months of other patients in which one of these people holds the minute too.

    Patients who were merged are one: of theirs, the month of whoever goes on.
    """

    def state_of(tag: str) -> Any:
        return states.at(tag).state

    own = group_of(patient, state_of)
    positions: set[int] = set()
    for performer in performers:
        for day in days:
            state: StaffDay = states.at(staff_day_tag(performer, day)).state
            positions |= {
                worked.position
                for worked in state.worked
                if worked.patient not in own and worked.start < span[1] and worked.end > span[0]
            }
    found = set()
    for fact in log.facts_at(positions):
        for tag in fact.event.tags():
            kind, _, rest = tag.partition("/")
            if kind == "care_month" and rest[:-8] not in own and _touches(states, rest, span):
                found.add((survivor_of(rest[:-8], state_of), rest[-7:]))
    return found


def _touches(states: States, rest: str, span: tuple[int, int]) -> bool:
    month: CareMonth = states.at(care_month_tag(rest[:-8], rest[-7:])).state
    return any(_cut(entry, span) is not None for entry in month.entries)
