"""What the entries of a month add up to while all of them are plain, kept as they come.

Plain is an entry whose standing the law decides by its performer, its activity and its dates alone: timed, described,
of one programme, not entered by another, holding no second of an earlier entry, changed by nothing later. Of such
entries a month need not be asked one by one: what the law wants to know of all of them is known from the first and the
last, the set of activities, and the seconds of each performer.

Promise: a tally is that of all entries of its month, or there is none. Not promised: that the seconds count.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from ledger.terms.people import Programme

if TYPE_CHECKING:
    from ledger.streams.month_state import Entry

By = tuple[str, str, str | None]
"""Performer, practice, and the work country that the entry says, where it says one."""


class Tally(NamedTuple):
    """The sums of the plain entries of a month."""

    programme: Programme | None
    """Of all entries; None while there are none."""
    seconds_by: tuple[tuple[By, int], ...]
    activities: frozenset[str]
    first_on: date
    last_on: date
    starts: int
    """The epoch second at which the first of them starts."""
    late: timedelta
    """The longest time that passed between the end of an entry and its recording."""
    two_way: bool
    supervisors: frozenset[str]
    """Whom the entries name as supervising."""


NOTHING: Final = Tally(None, (), frozenset(), date.max, date.min, 1 << 62, timedelta.min, False, frozenset())
"""The tally of a month without entries."""


def with_entry(tally: Tally | None, entry: "Entry") -> Tally | None:
    """The tally with one more entry; None where it, or one before it, is not plain."""
    if tally is None:
        return None
    work, _, recorded_at, pieces, seconds, held, _, marks = entry
    _, practice, performer, programme, activity, described, country, entered_by, _, _, _, ended, two_way, _, _, by = (
        work
    )
    of, seconds_by, activities, first_on, last_on, starts, late, had_two_way, supervisors = tally
    if not (
        pieces
        and not held
        and marks is None
        and described
        and activity is not None
        and ended is not None
        and (of is programme or of is None)
        and (entered_by is None or entered_by == performer)
    ):
        return None
    first, last = pieces[0], pieces[-1]
    if by is not None and by not in supervisors:
        supervisors |= {by}
    return Tally(
        programme,
        _added(seconds_by, (performer, practice, country), seconds),
        activities if activity in activities else activities | {activity},
        min(first.on, first_on),
        max(last.on, last_on),
        min(first.start, starts),
        max(recorded_at - ended, late),
        had_two_way or two_way,
        supervisors,
    )


def tally_of(entries: Iterable["Entry"]) -> Tally | None:
    """The tally of entries that were laid out anew; None where one of them is not plain."""
    tally: Tally | None = NOTHING
    for entry in entries:
        tally = with_entry(tally, entry)
    return tally


def supervisors_of(tally: Tally | None, entries: Iterable["Entry"]) -> frozenset[str]:
    """Whom the entries of a month name as supervising: its tally knows, where there is one."""
    if tally is not None:
        return tally.supervisors
    return frozenset(e.work.supervised_by for e in entries if e.work.supervised_by is not None)


def _added(seconds_by: tuple[tuple[By, int], ...], by: By, seconds: int) -> tuple[tuple[By, int], ...]:
    """The seconds of each performer with some more; few people work in a month, most often one."""
    for at, (known, before) in enumerate(seconds_by):
        if known == by:
            return (*seconds_by[:at], (known, before + seconds), *seconds_by[at + 1 :])
    return (*seconds_by, (by, seconds))
