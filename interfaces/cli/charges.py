"""`charges`: the lines of a month's claims as a CSV file, for a billing program."""

from argparse import Namespace
from typing import TYPE_CHECKING, Any, Final

from interfaces.cli.new_files import is_free, new_file
from interfaces.cli.screen import Screen
from interfaces.cli.usage import Commands, Parser, as_of_option, month, practice_id

if TYPE_CHECKING:
    from projections.claims.charges import Charges

COLUMNS: Final = (
    *("claim", "patient", "month", "programme", "date_of_service", "place_of_service", "code", "units", "charge"),
    *("diagnoses", "practice", "practitioner_npi", "payer", "control_number", "frequency", "status"),
    *("as_of", "simulated"),
)
_MORE: Final = """\
One line for each line of a claim that stands: `charge` is for all of its units, `diagnoses` are separated by spaces,
`control_number` is the one under which the payer gives the claim back, `frequency` is 1 for a first claim and 7 for one
that replaces another. Claims that were withdrawn, rejected, replaced or voided are left out, and so are voids; how many
is said. Cells are safe to open in a spreadsheet. The export is recorded as a read of every patient in it. The file is
new and readable by its owner alone: it holds no names, but dates, diagnoses and ids of patients.
"""


def add(commands: Commands, shared: Parser) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "charges", parents=[shared], help="a month's charges as CSV", description=__doc__, epilog=_MORE
    )
    parser.add_argument("month", metavar="YYYY-MM", type=month)
    parser.add_argument("-o", "--output", metavar="FILE", required=True, help="the file to make")
    parser.add_argument("--practice", metavar="P", type=practice_id, help="of this practice alone")
    as_of_option(parser)
    parser.set_defaults(run=run_charges)


def run_charges(args: Namespace, screen: Screen) -> int:
    """Record the read, write the file, say what is in it and what is not."""
    from interfaces.cli.asking import (  # noqa: PLC0415 - `--help` must not wait for them
        ask,
        known_at,
        known_only,
        list_of_practice,
        pulled,
        session_of,
    )
    from projections.claims.charges import charges  # noqa: PLC0415

    is_free(args.output)
    with session_of(args, screen) as session:
        known_only(session, args)
        list_of_practice(session, args, screen, "charges")
        known = known_at(session, args) if args.as_of else None
        found = charges(session.log, pulled(session, screen), args.month, practice=args.practice, as_of=known)
        ask(session, args, "charges", found.patients, month=args.month, as_of=found.position)
        if found.lines:
            with new_file(args.output, encoding="utf-8") as file:
                file.write(_csv(found, simulated=session.simulated))
        _show(args, screen, found)
    return 0


def _csv(found: "Charges", *, simulated: bool) -> str:
    from interfaces.importing.csv_out import csv_line  # noqa: PLC0415 - `--help` must not wait for it

    beside = (found.position, "yes" if simulated else "no")
    rows = (
        (
            *(each.claim, each.patient, each.month, each.programme, each.on, each.place_of_service),
            *(each.code, each.units, each.charge, " ".join(each.diagnoses), each.practice),
            *(each.practitioner_npi, each.payer, each.control_number, each.frequency, each.status),
            *beside,
        )
        for each in found.lines
    )
    return csv_line(COLUMNS) + "".join(csv_line(row) for row in rows)


def _show(args: Namespace, screen: Screen, found: "Charges") -> None:
    from decimal import Decimal  # noqa: PLC0415 - loaded by now

    from interfaces.cli.wording import counted, money  # noqa: PLC0415

    total = sum((each.charge for each in found.lines), Decimal("0.00"))
    claims = len({each.claim for each in found.lines})
    answer: dict[str, Any] = {
        "month": found.month,
        "practice": args.practice,
        "as_of": found.position,
        "file": args.output if found.lines else None,
        "claims": claims,
        "lines": len(found.lines),
        "charge": str(total),
        "left_out": dict(found.left_out),
    }
    screen.answer(answer)
    if found.lines:
        told = f"{counted(len(found.lines), 'line')} of {counted(claims, 'claim')}, {money(total)} together"
        screen.say(f"The file holds {told}, as of position {found.position}.")
    else:
        screen.say(f"No claim of {found.month} stands: no file was made.")
    if found.left_out:
        others = ", ".join(f"{status} {count:,}" for status, count in found.left_out)
        screen.say(f"Left out, because they ask for nothing: {others}.")
