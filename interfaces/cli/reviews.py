"""`reviews`: what reactions found and who read outside the own practice, as long as nobody answered it.

By the month that it is about or in which it came due.
"""

from argparse import Namespace
from typing import TYPE_CHECKING, Final

from interfaces.cli.screen import Screen
from interfaces.cli.usage import Commands, Parser, moment, month, practice_id

if TYPE_CHECKING:
    from projections.reviews import ReviewLine

_COLUMNS: Final = ("review", "month", "what", "about", "due", "still so", "position", "settled")
_MORE: Final = """\
`react` finds them. `what` is month_went_stale (an attested month says something else than was signed) or what came
due: care_plan_review, care_plan_age, consent_age, visit_age, parked_delivery, unanswered_stale_month. `still so` says
whether the record has answered it meanwhile. reading_elevated is somebody who read outside the own practice
(`elevate`): it waits from the first moment, and is answered by `elevate review` when it is over. A month names its
programme where that is not CCM.
A review stays until a compliance officer settles it: a line of `submit` with the command settle_review, the id of the
review, the outcome (done, no_action_needed or followed_elsewhere) and the reason.
Who reads the records of one practice names it with --practice.
"""


def add(commands: Commands, shared: Parser) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "reviews", parents=[shared], help="what waits for compliance", description=__doc__, epilog=_MORE
    )
    parser.add_argument("month", metavar="YYYY-MM", type=month, nargs="?", help="of this month alone")
    parser.add_argument("--practice", metavar="P", type=practice_id, help="of this practice's patients alone")
    parser.add_argument("--settled", action="store_true", help="also those that were settled")
    parser.add_argument("--as-of", metavar="POSITION|INSTANT", type=moment, help="what the ledger knew then")
    parser.set_defaults(run=run_reviews)


def run_reviews(args: Namespace, screen: Screen) -> int:
    """Record the read, then list the reviews."""
    from interfaces.cli.asking import as_of, ask, known_only, list_of_practice, session_of  # noqa: PLC0415 - not needed for --help
    from interfaces.cli.wording import counted  # noqa: PLC0415
    from interfaces.plain import plain  # noqa: PLC0415
    from projections.moments import position_of  # noqa: PLC0415
    from projections.reviews import reviews  # noqa: PLC0415

    with session_of(args, screen) as session:
        known_only(session, args)
        list_of_practice(session, args, screen, "reviews")
        found = reviews(
            session.log,
            session.rulebook_of,
            month=args.month,
            practice=args.practice,
            position=position_of(session.log, as_of(args)),
            with_settled=args.settled,
        )
        patients = [line.patient for line in found.lines if line.patient]
        ask(session, args, "reviews", patients, month=args.month, as_of=found.position)
        screen.answer({"as_of": found.position, "month": args.month, "reviews": [plain(line) for line in found.lines]})
        which = f" of {args.month}" if args.month else ""
        screen.say(f"{counted(len(found.lines), 'review')}{which}, as of position {found.position}.")
        if found.lines:
            screen.table(_COLUMNS, [_cells(line) for line in found.lines], right=(6,))
    return 0


def _cells(line: "ReviewLine") -> tuple[str, ...]:
    due = line.due_on.isoformat() if line.due_on else "-"
    about, still_so = line.patient or line.target, "yes" if line.still_so else "no"
    month = line.month if line.programme in (None, "CCM") else f"{line.month} {line.programme}"
    return line.review, month, line.what, about, due, still_so, str(line.position), line.outcome or "-"
