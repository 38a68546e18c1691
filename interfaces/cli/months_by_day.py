"""The time of a calendar month by day: of the work, of its entry at the source, of its entry here.

Promise: three groupings of one list of entries, with one total; what was entered before, in and after a period adds up
to the month.
"""

from argparse import Namespace
from typing import TYPE_CHECKING, Final

from interfaces.cli.screen import Screen
from interfaces.cli.wording import clock, counted

if TYPE_CHECKING:
    from interfaces.bootstrap import Session
    from projections.entered import EnteredEntry, Tally
    from projections.questions import Months

_DAYS: Final = ("day", "worked", "written by source", "learned")
_PERIOD: Final = ("patient", "entered before", "entered in the period", "entered after")


def show_time(args: Namespace, screen: Screen, session: "Session", found: "Months") -> None:
    """The entries of these months by day, or by what was entered in a period."""
    from projections.entered import entered_entries  # noqa: PLC0415 - `--help` must not wait for it

    patients = [row.patient for row in found.rows]
    entries = tuple(entered_entries(session.log, session.rulebook_of, patients, args.month, found.position))
    if args.by_day:
        _show_days(screen, found, entries)
    else:
        _show_period(args, screen, found, entries)


def _show_days(screen: Screen, found: "Months", entries: "tuple[EnteredEntry, ...]") -> None:
    from interfaces.plain import plain  # noqa: PLC0415 - loaded by now
    from projections.entered import by_day  # noqa: PLC0415

    shown = by_day(entries)
    screen.answer(
        {"month": found.month, "as_of": found.position, "days": plain(shown.days), "total": plain(shown.total)}
    )
    screen.say(f"{found.month} by day, as of position {found.position}: {_told(shown.total)}, on each clock.")
    rows = [
        (str(day.on or "no day given"), _cell(day.worked), _cell(day.source), _cell(day.recorded)) for day in shown.days
    ]
    if rows:
        screen.table(_DAYS, rows)


def _show_period(args: Namespace, screen: Screen, found: "Months", entries: "tuple[EnteredEntry, ...]") -> None:
    from datetime import date  # noqa: PLC0415 - loaded by now

    from interfaces.plain import plain  # noqa: PLC0415
    from projections.entered import by_day, entered_between  # noqa: PLC0415

    since, until = (date.fromisoformat(each) if each else None for each in (args.entered_since, args.entered_until))
    rows = entered_between(entries, since, until, by_source=args.clock == "source")
    of_all = by_day(entries).total
    screen.answer(
        {
            "month": found.month,
            "as_of": found.position,
            "entered_since": args.entered_since,
            "entered_until": args.entered_until,
            "clock": args.clock,
            "rows": plain(rows),
            "total": plain(of_all),
        }
    )
    within = sum(row.within.entries for row in rows)
    entered = f"{within:,} of {counted(of_all.entries, 'entry', 'entries')} were entered in the period"
    screen.say(f"{found.month}: {entered}, of {counted(len(rows), 'patient-month')}.")
    if rows:
        cells = [(row.patient, _cell(row.before), _cell(row.within), _cell(row.after)) for row in rows]
        screen.table(_PERIOD, cells)


def _told(tally: "Tally") -> str:
    entries = counted(tally.entries, "entry", "entries")
    return f"{entries}, {clock(tally.seconds)} worked, {clock(tally.counted)} of it counted"


def _cell(tally: "Tally") -> str:
    if not tally.entries:
        return "-"
    return f"{tally.entries} x, {clock(tally.counted)} of {clock(tally.seconds)}"
