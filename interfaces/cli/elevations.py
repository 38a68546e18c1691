"""`elevate`: read outside the own practice for some hours (break-glass), and look at what others read that way.

An elevation opens records for reading, for nothing else, and ends by itself. Each read under it says so, and another
person reviews it: `ccm-ledger reviews` lists it until compliance has.
"""

from argparse import Namespace
from typing import TYPE_CHECKING, Any, Final

from interfaces.cli.saying import clock_given, reason_given, said
from interfaces.cli.screen import Screen
from interfaces.cli.usage import Commands, Parser, elevation_id, instant, patient_id, practice_id

if TYPE_CHECKING:
    from projections.elevations import ElevationLine

_WHY: Final = ("emergency", "transfer_of_care", "covering_colleague", "patient_safety", "inquiry")
_OUTCOMES: Final = ("justified", "not_justified", "followed_elsewhere")
_REASON: Final = "The reason is read from standard input: it may speak of a person, and arguments are seen by others."
_COLUMNS: Final = ("elevation", "who", "reason", "case", "of", "until", "state", "reads", "outcome")


def add(commands: Commands, shared: Parser) -> None:
    """Declare the commands."""
    parser = commands.add_parser("elevate", parents=[shared], help="read outside the own practice, for a time")
    parser.description = __doc__
    inner = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)
    start = inner.add_parser("start", parents=[shared], help="open records for reading", epilog=_REASON)
    start.add_argument("--reason", choices=_WHY, required=True)
    start.add_argument("--case", metavar="NUMBER", required=True, help="the number of the case: capitals and digits")
    whom = start.add_mutually_exclusive_group(required=True)
    whom.add_argument("--patient", metavar="PATIENT", type=patient_id, action="append", help="this patient; again")
    whom.add_argument("--practice", metavar="P", type=practice_id, help="all patients of this practice")
    start.add_argument("--until", metavar="INSTANT", type=instant, required=True, help="at most 12 hours ahead")
    start.set_defaults(run=run_said, command="elevate")
    for name, command, told in (
        ("end", "end_elevation", "end one before its time"),
        ("review", "review_elevation", "say what one was, as compliance, when it is over"),
    ):
        each = inner.add_parser(name, parents=[shared], help=told, epilog=_REASON)
        each.add_argument("elevation", metavar="ELEVATION", type=elevation_id, help="its id, from `list`")
        if name == "review":
            each.add_argument("--outcome", choices=_OUTCOMES, required=True)
        each.set_defaults(run=run_said, command=command)
    for each in inner.choices.values():
        each.add_argument("--clock", metavar="INSTANT", type=instant, help="in a simulated ledger: what time it is")
    listed = inner.add_parser("list", parents=[shared], help="who read outside the own practice, and what")
    listed.add_argument("--open", action="store_true", help="without those that were reviewed")
    listed.set_defaults(run=run_list)


def run_said(args: Namespace, screen: Screen) -> int:
    """Start, end or review, through the same door as every command."""
    from interfaces.cli.asking import session_of  # noqa: PLC0415 - not needed for --help

    words = reason_given()
    with session_of(args, screen) as session:
        clock_given(args, session)
        return said(session, screen, args.command, {**_data(args), "words": words}, args.clock)


def _data(args: Namespace) -> dict[str, Any]:
    if args.command != "elevate":
        outcome = {"outcome": args.outcome} if args.command == "review_elevation" else {}
        return {"elevation": args.elevation, **outcome}
    whom = {"patients": args.patient} if args.patient else {"practice": args.practice}
    return {"reason": args.reason, "case": args.case, "until": args.until, **whom}


def run_list(args: Namespace, screen: Screen) -> int:
    """Record the read, then list the elevations of records that the reader may read."""
    from commands.access import may_read, may_read_practice  # noqa: PLC0415 - not needed for --help
    from interfaces.cli.asking import ask, session_of  # noqa: PLC0415
    from interfaces.cli.wording import counted  # noqa: PLC0415
    from interfaces.plain import plain  # noqa: PLC0415
    from projections.elevations import elevations  # noqa: PLC0415

    with session_of(args, screen) as session:
        found = [
            line
            for line in elevations(session.log, now=session.handler.now())
            if may_read(session.handler, line.patients)
            and (line.practice is None or may_read_practice(session.handler, line.practice))
            and not (args.open and line.state == "reviewed")
        ]
        ask(session, args, "elevations", [patient for line in found for patient in line.patients])
        screen.answer({"elevations": [plain(line) for line in found]})
        screen.say(f"{counted(len(found), 'elevation')}.")
        if found:
            screen.table(_COLUMNS, [_cells(line) for line in found], right=(7,))
    return 0


def _cells(line: "ElevationLine") -> tuple[str, ...]:
    from interfaces.cli.wording import moment  # noqa: PLC0415 - loaded by now

    of = line.practice or ", ".join(line.patients)
    reads = str(len(line.reads))
    until = moment(line.until)
    return line.elevation, line.staff, line.reason, line.case, of, until, line.state, reads, line.outcome or "-"
