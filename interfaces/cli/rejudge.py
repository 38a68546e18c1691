"""`rejudge`: a month by another edition of the rulebook: which answers would differ, and because of which readings."""

from argparse import ArgumentTypeError, Namespace
from typing import TYPE_CHECKING, Final

from interfaces.cli.editions import edition_named, edition_options
from interfaces.cli.screen import Screen
from interfaces.cli.usage import Commands, Parser, WrongUsage, as_of_option, count, month, practice_id

if TYPE_CHECKING:
    from interfaces.bootstrap import Session
    from interfaces.rejudged import Sums
    from interfaces.rejudging import Job

_WORKERS_MAX: Final = 64
_LISTED: Final = 100
"""How many patient-months a person is shown who does not say how many."""
_MORE: Final = """\
Every patient-month of the calendar month is judged twice on the same facts: by the edition under which it stands (the
one that its attestation pins, otherwise the one adopted last) and by the edition named; of a patient with several
programmes, the month of each. Listed is what would differ in codes, units, dollars, expected payment, seconds,
families, codes that ride on a visit's claim (G0506) or findings, each with the readings that do it. The estimate is the
national amount; expected is what `month` expects Medicare and the patient to pay, before the deductible. Nothing is
changed: an edition comes into use by `adopt_rulebook`, and a signed month stays as it was signed.

With --json the sums stand on the first line, and each patient-month on a line of its own behind it.
"""


def add(commands: Commands, shared: Parser) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "rejudge",
        parents=[shared],
        help="what another edition of the rules would make of a month",
        description=__doc__,
        epilog=_MORE,
    )
    parser.add_argument("month", metavar="YYYY-MM", type=month)
    edition_options(parser)
    parser.add_argument("--practice", metavar="P", type=practice_id, help="billed by this practice alone")
    parser.add_argument("--limit", metavar="N", type=count, help=f"list so many (else {_LISTED}; with --json all)")
    parser.add_argument("--workers", metavar="N", type=workers, help="processes that judge (else one for each core)")
    as_of_option(parser)
    parser.set_defaults(run=run_rejudge)


def workers(text: str) -> int:
    """How many processes judge."""
    wanted = count(text)
    if wanted > _WORKERS_MAX:
        raise ArgumentTypeError(f"takes a whole number from 1 to {_WORKERS_MAX}")
    return wanted


def run_rejudge(args: Namespace, screen: Screen) -> int:
    """Judge every month twice, record the reads of those that are listed, then show sums and list."""
    from interfaces.cli.asking import (  # noqa: PLC0415 - not needed for --help
        ask,
        judged_at,
        known_only,
        list_of_practice,
        of_others_then,
        pulled,
        session_of,
    )
    from interfaces.cli.rejudge_text import show  # noqa: PLC0415
    from interfaces.rejudging import Job  # noqa: PLC0415
    from projections.rejudge import Asked, patients_to_ask  # noqa: PLC0415
    from projections.table_set import tracked_position  # noqa: PLC0415

    with session_of(args, screen) as session:
        known_only(session, args)
        list_of_practice(session, args, screen, "rejudge")
        known, named = judged_at(session, args), edition_named(session, args)
        with pulled(session, screen).at_one_moment() as now:
            asked = Asked(args.month, known if args.as_of else tracked_position(now), args.practice)
            patients = patients_to_ask(now, asked, is_now=not args.as_of)
        sums = _summed(session, args, screen, Job(session.where, asked, named.edition), patients)
        closed = of_others_then(session, args, screen, sums.patients(), asked.position)
        listed = [patient for patient in sums.patients() if patient not in closed]
        ask(session, args, "rejudge", listed, month=args.month, as_of=asked.position)
        show(screen, named, asked, sums, closed)
    return 0


def _summed(session: "Session", args: Namespace, screen: Screen, job: "Job", patients: tuple[str, ...]) -> "Sums":
    from interfaces.rejudged import Sums  # noqa: PLC0415 - not needed for --help
    from interfaces.rejudging import rejudged, workers_for  # noqa: PLC0415
    from ledger.rulebook import RulebookError  # noqa: PLC0415

    sums = Sums(args.limit or (None if screen.as_json else _LISTED))
    used = workers_for(len(patients), args.workers)
    try:
        with screen.progress("Judging every month twice", len(patients)) as bar:
            for part in rejudged(session.log, job, patients, workers=used):
                sums.add(part)
                bar.advance(part.patients)
    except RulebookError as fault:
        raise WrongUsage(fault.happened, "These rules cannot judge that month. Nothing was changed.") from fault
    return sums
