"""Standing of time: which seconds of a month's entries count, in which pool, and why the others do not.

Whole seconds throughout; nothing rounds up, and minutes are made once, from the month's total (CCM-TIME-14).
Promise: the counted seconds of an entry and those in its not_counted notices add up to its seconds; no timed second of
a patient, or of a performer, counts twice. Not promised: that the work was done.

A month of plain entries is judged by its tally; its lines are made when somebody looks. Where one of them may not be
plain, a clean entry takes one short pass, and everything else is looked at by `trouble.py`.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from ledger.judging.context import MonthContext
from ledger.judging.shapes import EntryLine, Lines, Pool
from ledger.judging.trouble import judge_entry
from ledger.streams.month_state import Entry
from ledger.streams.tally import By, Tally

_new: Final = tuple.__new__
"""Makes a named tuple in half the time; its fields stand in order in one place only."""


class Counted(NamedTuple):
    """A month's time, judged."""

    lines: Sequence[EntryLine]
    staff_seconds: int
    personal_seconds: int
    untimed_seconds: int
    last_counted_on: date | None
    two_way_contact: bool
    activities: frozenset[str]
    """The categories that were looked up."""
    has_untimed: bool

    @property
    def days(self) -> frozenset[date]:
        """The days on which work counts: of an entry that crosses midnight the first and the last."""
        return frozenset(on for line in self.lines if line.counted for on in (line.on, line.last_counted_on or line.on))


def judge_entries(entries: tuple[Entry, ...], context: MonthContext, tally: Tally | None = None) -> Counted:
    """Every entry of a month, in order of recording; where its tally stands and nothing is in its way, all at once.

    Reads: medicare.ccm.activities.*, .consent.required, .performers.*, .time.* and .policy.untimed_counts, by way of
    MonthContext and MonthLaw (CCM-TIME-01 to -18, CCM-STAFF-01 to -07, CCM-CODE-17, CCM-CONSENT-01).
    """
    if tally is not None and (counted_at_once := _all_at_once(entries, context, tally)) is not None:
        return counted_at_once
    return _one_by_one(entries, context)


def days_worked(counted: Counted, entries: tuple[Entry, ...], context: MonthContext) -> frozenset[date]:
    """The days on which any second counts: an entry across midnight is judged again, day by day."""
    found: set[date] = set()
    for line, entry in zip(counted.lines, entries, strict=True):
        if not line.counted:
            continue
        days = {piece.on for piece in entry.pieces}
        found |= {day for day in days if _counts_on(day, entry, context)} if len(days) > 1 else {line.on}
    return frozenset(found)


def _counts_on(day: date, entry: Entry, context: MonthContext) -> bool:
    pieces = tuple(piece for piece in entry.pieces if piece.on == day)
    seconds = sum(piece.end - piece.start for piece in pieces)
    return judge_entry(entry._replace(pieces=pieces, seconds=seconds), context).counted > 0


def _all_at_once(entries: tuple[Entry, ...], context: MonthContext, tally: Tally) -> Counted | None:
    """The month by what its plain entries add up to; None where any of them may have to be looked at."""
    if (
        tally.programme is not context.programme
        or context.troubled
        or context.barred
        or tally.starts < context.opens
        or tally.last_on > context.closes
        or tally.late > context.law.late
        or not tally.activities <= context.law.counted
    ):
        return None
    pools: dict[By, Pool] = {}
    staff = personal = 0
    for by, seconds in tally.seconds_by:
        context.performers.on(*by, tally.first_on)
        performing = context.performers.known.get(by)
        if performing is None or not performing.is_clean or performing.pool is None:
            return None
        pools[by] = performing.pool
        if performing.pool == "staff":
            staff += seconds
        else:
            personal += seconds
    return Counted(
        Lines(entries, pools, _plain_line), staff, personal, 0, tally.last_on, tally.two_way, tally.activities, False
    )


def _plain_line(entry: Entry, pools: Mapping[By, Pool]) -> EntryLine:
    """The line of an entry that counts whole."""
    work, position, _, pieces, seconds, _, _, _ = entry
    pool, on = pools[work.performer, work.practice, work.work_country], pieces[-1].on
    fields = (work.entry, position, pieces[0].on, work.performer, work.activity, seconds, seconds, pool, (), on, True)
    return _new(EntryLine, fields)


def _one_by_one(entries: tuple[Entry, ...], context: MonthContext) -> Counted:
    """Every entry looked at."""
    lines: list[EntryLine] = []
    add = lines.append
    seen: set[str] = set()
    counted_activities, known = context.law.counted, context.performers.known
    look_up = context.performers.on
    opens, closes, late, troubled = context.opens, context.closes, context.law.late, context.troubled
    barred, programme = context.barred, context.programme
    staff = personal = untimed = 0
    has_untimed = False
    last_on: date | None = None
    two_way = False
    for entry in entries:
        work, position, recorded_at, pieces, seconds, held, _, marks = entry
        performer, activity = work.performer, work.activity
        performing = known.get((performer, work.practice, work.work_country))
        if performing is None and pieces:
            performing = look_up(performer, work.practice, work.work_country, pieces[0].on)
            if pieces[-1].on != pieces[0].on:
                performing = known.get((performer, work.practice, work.work_country))
        if activity is not None:
            seen.add(activity)
        if (
            performing is not None
            and performing.is_clean
            and pieces
            and not held
            and marks is None
            and activity in counted_activities
            and work.described
            and work.programme is programme
            and pieces[0].start >= opens
            and (on := pieces[-1].on) <= closes
            and (work.entered_by is None or work.entered_by == performer)
            and work.ended is not None
            and recorded_at - work.ended <= late
            and (not troubled or work.entry not in troubled)
            and (not barred or not any(piece.on in barred for piece in pieces))
        ):
            pool = performing.pool
            fields = (work.entry, position, pieces[0].on, performer, activity, seconds, seconds, pool, (), on, True)
            add(_new(EntryLine, fields))
            counted = seconds
        else:
            line = judge_entry(entry, context)
            add(line)
            has_untimed = has_untimed or not pieces
            counted, pool = line.counted, line.pool
            if not counted or line.last_counted_on is None:
                continue
            on = line.last_counted_on
            if not pieces:
                untimed += counted
        if pool == "staff":
            staff += counted
        else:
            personal += counted
        if last_on is None or on > last_on:
            last_on = on
        if not two_way and work.two_way:
            two_way = True
    return Counted(tuple(lines), staff, personal, untimed, last_on, two_way, frozenset(seen), has_untimed)
