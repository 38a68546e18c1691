"""`ready`: the biller's list of a month: what may be released, what keeps the rest back, whose turn it is."""

from argparse import Namespace
from typing import TYPE_CHECKING, Final

from interfaces.cli.screen import Screen
from interfaces.cli.usage import Commands, Parser, as_of_option, count, month, position, practice_id

if TYPE_CHECKING:
    from interfaces.bootstrap import Session
    from projections.claims.ready import Ready
    from projections.claims.ready_months import Asked

NEAR_MINUTES: Final = 10
_MORE: Final = """\
Each month stands in one state: ready, month_open (signed, and the month goes on), sent_before (signed, and an earlier
claim was rejected, withdrawn or voided: look first), to_sign, stale (it says something else than was signed), blocked,
below_minimum, released (a claim is live), competing_biller (the payer says that somebody else was paid). Months of PCM
and APCM are listed beside those of CCM. What a month lacks that only a claim needs (a charge, an NPI) is listed too.
Near a threshold is a month that goes on where the practice is, and lacks so few minutes of its next unit. Dollars asked
are the practice's charges, expected ones national estimates. Searched is this ledger: it knows no other biller.
"""


def add(commands: Commands, shared: Parser) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "ready", parents=[shared], help="what may be released, and what waits", description=__doc__, epilog=_MORE
    )
    parser.add_argument("month", metavar="YYYY-MM", type=month)
    parser.add_argument("--practice", metavar="P", type=practice_id, help="of this practice alone")
    parser.add_argument("--since", metavar="POSITION", type=position, help="also what changed behind this position")
    parser.add_argument(
        "--within",
        metavar="MINUTES",
        type=count,
        default=NEAR_MINUTES,
        help="how near a threshold (default: 10 minutes)",
    )
    as_of_option(parser)
    parser.add_argument("--csv", action="store_true", help="a CSV file, safe to open in a spreadsheet")
    parser.set_defaults(run=run_ready)


def run_ready(args: Namespace, screen: Screen) -> int:
    """Ask the read models, record the reads, show the list."""
    from interfaces.cli.asking import session_of  # noqa: PLC0415 - `--help` must not wait for it
    from interfaces.cli.ready_text import ready_csv, ready_json, show_ready  # noqa: PLC0415

    with session_of(args, screen) as session:
        found = list_asked(args, screen, session, near_minutes=args.within)
        if args.csv:
            screen.plain(ready_csv(found, simulated=session.simulated))
        else:
            screen.answer({"practice": args.practice, **ready_json(found)})
            show_ready(screen, found)
    return 0


def list_asked(args: Namespace, screen: Screen, session: "Session", *, near_minutes: int) -> "Ready":
    """The list that the options name, its reads recorded; of the reader's own practice where there is no other."""
    from interfaces.cli.asking import (  # noqa: PLC0415 - loaded by now
        ask,
        judged_at,
        known_only,
        list_of_practice,
        of_others_then,
        pulled,
    )
    from projections.claims.ready import ready  # noqa: PLC0415

    known_only(session, args)
    list_of_practice(session, args, screen, "claims")
    known = judged_at(session, args)
    models = pulled(session, screen)
    found = ready(session.log, models, session.rulebook_of, asked_of(args, session, known, near_minutes))
    patients = [each.patient for each in found.months]
    closed = of_others_then(session, args, screen, patients, found.position)
    found = found._replace(months=tuple(each for each in found.months if each.patient not in closed))
    ask(session, args, "claims", [each.patient for each in found.months], month=args.month, as_of=found.position)
    return found


def asked_of(args: Namespace, session: "Session", known: int, near_minutes: int) -> "Asked":
    """What the options ask for, on the ledger's day; as of an earlier moment on the day that it was then."""
    from datetime import UTC  # noqa: PLC0415 - loaded by now

    from interfaces.cli.asking import moment_at, today_in  # noqa: PLC0415
    from projections.claims.ready_months import Asked  # noqa: PLC0415

    now = moment_at(session, known if args.as_of else None)
    return Asked(
        month=args.month,
        today=now.astimezone(UTC).date(),
        today_in=today_in(session, now),
        practice=args.practice,
        since=getattr(args, "since", None),
        near_minutes=near_minutes,
        as_of=known if args.as_of else None,
    )
