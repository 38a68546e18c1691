"""`months`: every patient-month of a calendar month, as a table, as a CSV file, or by the day of its work and entry."""

from argparse import Namespace
from typing import TYPE_CHECKING, Any, Final

from interfaces.cli.screen import Screen
from interfaces.cli.usage import Commands, Parser, WrongUsage, as_of_option, day, month, practice_id

if TYPE_CHECKING:
    from projections.questions import Months
    from projections.tables.layout import MonthRow

_COLUMNS: Final = ("patient", "minutes", "codes", "estimate", "standing", "missing")
_CSV_COLUMNS: Final = (
    *("patient", "month", "practice", "practitioner", "payer", "standing", "family", "date_of_service"),
    *("minutes", "staff_seconds", "personal_seconds", "untimed_seconds", "codes", "national_estimate"),
    *("missing", "notices", "attested", "as_of", "simulated"),
)
_MORE: Final = """\
--by-day groups the same entries by the day of the work and by the two days of their entry, so that the totals agree.
--entered-since and --entered-until name the months in which time was entered between two days (UTC), and how much of
each month was entered before, in between and afterwards.
"""


def add(commands: Commands, shared: Parser) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "months", parents=[shared], help="all patients of a month", description=__doc__, epilog=_MORE
    )
    parser.add_argument("month", metavar="YYYY-MM", type=month)
    parser.add_argument("--practice", metavar="P", type=practice_id, help="of this practice alone")
    parser.add_argument("--all", action="store_true", help="also patients for whom nothing was logged")
    as_of_option(parser)
    parser.add_argument("--csv", action="store_true", help="a CSV file, safe to open in a spreadsheet")
    parser.add_argument(
        "--by-day", action="store_true", help="time by day: worked, written down by its source, learned by this ledger"
    )
    parser.add_argument("--entered-since", metavar="DAY", type=day, help="months with time entered from this day on")
    parser.add_argument("--entered-until", metavar="DAY", type=day, help="months with time entered up to this day")
    parser.add_argument(
        "--clock",
        choices=("source", "recorded"),
        default="recorded",
        help="whose day of entry: the source's, or this ledger's (recorded)",
    )
    parser.set_defaults(run=run_months)


def run_months(args: Namespace, screen: Screen) -> int:
    """Ask the read models, record the reads, show the rows."""
    from interfaces.cli.asking import (  # noqa: PLC0415 - not needed for --help
        ask,
        judged_at,
        known_only,
        list_of_practice,
        of_others_then,
        pulled,
        session_of,
    )
    from interfaces.cli.months_by_day import show_time  # noqa: PLC0415
    from projections.questions import months  # noqa: PLC0415

    with session_of(args, screen) as session:
        if args.csv and (args.by_day or args.entered_since or args.entered_until):
            raise WrongUsage("A CSV file holds whole months.", "Ask for the days of entry in words or with --json.")
        _one_question(args)
        known_only(session, args)
        list_of_practice(session, args, screen, "months")
        known = judged_at(session, args)
        found = months(
            session.log,
            pulled(session, screen),
            session.rulebook_of,
            args.month,
            practice=args.practice,
            as_of=known if args.as_of else None,
            with_silent=args.all,
        )
        rows = [row.patient for row in found.rows]
        closed = of_others_then(session, args, screen, rows, found.position)
        found = found._replace(rows=tuple(row for row in found.rows if row.patient not in closed))
        ask(session, args, "months", [row.patient for row in found.rows], month=args.month, as_of=found.position)
        if args.csv:
            screen.plain(_csv(found, simulated=session.simulated))
        elif args.by_day or args.entered_since or args.entered_until:
            show_time(args, screen, session, found)
        else:
            _show(args, screen, found)
    return 0


def _one_question(args: Namespace) -> None:
    """Refuse options that contradict each other, before anything is read."""
    is_period = bool(args.entered_since or args.entered_until)
    if args.by_day and is_period:
        raise WrongUsage("Days and a period are two questions.", "Ask with `--by-day`, or for a period of entry.")
    if args.entered_since and args.entered_until and args.entered_since > args.entered_until:
        raise WrongUsage("The period ends before it begins.", "Give its first day to `--entered-since`.")


def _show(args: Namespace, screen: Screen, found: "Months") -> None:
    from interfaces.cli.wording import ESTIMATE, counted, money  # noqa: PLC0415 - loaded by now
    from interfaces.plain import plain  # noqa: PLC0415

    amounts = [row.amount for row in found.rows if row.amount is not None]
    total = sum(amounts) if amounts else None
    rows: list[dict[str, Any]] = [_row_json(plain(row)) for row in found.rows]
    screen.answer(
        {
            "month": found.month,
            "practice": args.practice,
            "as_of": found.position,
            "amounts_are": "national estimates",
            "total": str(total) if total is not None else None,
            "rows": rows,
        }
    )
    screen.say(f"{found.month}: {counted(len(found.rows), 'patient-month')}, as of position {found.position}.")
    if found.rows:
        screen.table(_COLUMNS, [row_cells(row) for row in found.rows], right=(1, 3))
        billable = sum(1 for row in found.rows if row.charges)
        screen.say(f"{billable:,} with codes; together {money(total or None)} ({ESTIMATE}).")


def row_cells(row: "MonthRow") -> tuple[str, ...]:
    """One row of the table: the codes of the month, then those that ride on the claims of its visits."""
    from interfaces.cli.wording import money, some  # noqa: PLC0415 - loaded by now

    codes = [f"{code} x{units}" for code, units in row.charges]
    codes += [f"{code} with a visit" for code in row.with_visits]
    return row.patient, str(row.minutes), ", ".join(codes) or "-", money(row.amount), row.standing, some(row.missing)


def _row_json(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "charges": [{"code": code, "units": units} for code, units in row["charges"]]}


def _csv(found: "Months", *, simulated: bool) -> str:
    from interfaces.importing.csv_out import csv_line  # noqa: PLC0415 - `--help` must not wait for it

    lines = [csv_line(_CSV_COLUMNS)]
    for row in found.rows:
        codes = " ".join(f"{code}x{units}" for code, units in row.charges)
        lines.append(
            csv_line(
                (
                    *(row.patient, row.month, row.practice, row.practitioner, row.payer, row.standing, row.family),
                    *(row.date_of_service, row.minutes, row.staff_seconds, row.personal_seconds, row.untimed_seconds),
                    *(codes, row.amount, " ".join(row.missing), " ".join(row.notices), row.attested),
                    *(found.position, "yes" if simulated else "no"),
                )
            )
        )
    return "".join(lines)
