"""Standing of time: which seconds of a month's entries count, in which pool, and why the others do not.

Whole seconds throughout; nothing rounds up, and minutes are made once, from the month's total (CCM-TIME-14).
Promise: the counted seconds of an entry and those in its not_counted notices add up to its seconds; no timed second of
a patient, or of a performer, counts twice. Not promised: that the work was done.

A clean entry takes one pass through `judge_entries`; everything else is looked at by `trouble.py`.
"""

from datetime import date
from typing import Final, NamedTuple

from ledger.judging.context import MonthContext
from ledger.judging.shapes import EntryLine
from ledger.judging.trouble import judge_entry
from ledger.streams.month_state import Entry
from ledger.terms.people import Programme

_CCM: Final = Programme.CCM
_new: Final = tuple.__new__
"""Makes a named tuple in half the time; its fields stand in order in one place only."""


class Counted(NamedTuple):
    """A month's time, judged."""

    lines: tuple[EntryLine, ...]
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


def judge_entries(entries: tuple[Entry, ...], context: MonthContext) -> Counted:
    """Every entry of a month, in order of recording.

    Reads: medicare.ccm.activities.*, .consent.required, .performers.*, .time.* and .policy.untimed_counts, by way of
    MonthContext and MonthLaw (CCM-TIME-01 to -18, CCM-STAFF-01 to -07, CCM-CODE-17, CCM-CONSENT-01).
    """
    lines: list[EntryLine] = []
    add = lines.append
    seen: set[str] = set()
    counted_activities, known = context.law.counted, context.performers.known
    look_up = context.performers.on
    opens, closes, late, troubled = context.opens, context.closes, context.law.late, context.troubled
    barred = context.barred
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
            and work.programme is _CCM
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
