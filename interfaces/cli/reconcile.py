"""`reconcile`: ready = released = accepted = paid + denied + open, to the cent, and every difference named."""

from argparse import Namespace
from typing import TYPE_CHECKING, Any, Final

from interfaces.cli.screen import Screen
from interfaces.cli.usage import Commands, Parser, as_of_option, month, practice_id

if TYPE_CHECKING:
    from projections.claims.reconciled import Reconciled
    from projections.claims.reconciliation_shapes import Difference, Size

_MORE: Final = """\
Ready is what may be released as of then: attested, with codes, nothing missing. Released is every claim that was handed
to billing, also one withdrawn, rejected or replaced since; accepted is every one that the payer took or adjudicated. A
void asks for nothing and counts as none. The charges of what was accepted are paid, left to the patient, reduced,
denied or open. Each difference has a line: by how much the stage is more (+) or less (-) than the one before it, or
which part of it is open or denied. Programs read the reasons and the lines with --json.
"""


def add(commands: Commands, shared: Parser) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "reconcile",
        parents=[shared],
        help="a month's claims, from ready to paid",
        description=__doc__,
        epilog=_MORE,
    )
    parser.add_argument("month", metavar="YYYY-MM", type=month)
    parser.add_argument("--practice", metavar="P", type=practice_id, help="of this practice alone")
    as_of_option(parser)
    parser.set_defaults(run=run_reconcile)


def run_reconcile(args: Namespace, screen: Screen) -> int:
    """Gather claims and months, record the reads, show the stages and what lies between them."""
    from interfaces.belonging import Belonging  # noqa: PLC0415
    from interfaces.cli.asking import (  # noqa: PLC0415 - not needed for --help
        ask,
        judged_at,
        known_only,
        list_of_practice,
        of_others_then,
        pulled,
        session_of,
    )
    from interfaces.cli.reconcile_text import beside, lines_of, stages_of  # noqa: PLC0415
    from projections.claims.reconciled import reconciled  # noqa: PLC0415

    with session_of(args, screen) as session:
        known_only(session, args)
        list_of_practice(session, args, screen, "reconcile")
        known = judged_at(session, args)
        belongs = Belonging(session.handler).delivery
        asked: dict[str, Any] = {
            "practice": args.practice,
            "as_of": known if args.as_of else None,
            "belongs": belongs,
        }
        models = pulled(session, screen)
        found = reconciled(session.log, models, session.rulebook_of, args.month, **asked)
        closed = of_others_then(session, args, screen, found.patients, found.position)
        if closed:
            found = reconciled(session.log, models, session.rulebook_of, args.month, without=closed, **asked)
        ask(session, args, "reconcile", found.patients, month=args.month, as_of=found.position)
        screen.answer(_json(found, args.practice))
        opening = f"Claims of {found.month}, as of position {found.position}; searched: this ledger."
        screen.say(opening)
        screen.table(("", "claims", "units", "dollars"), stages_of(found.found), right=(1, 2, 3))
        screen.say(*lines_of(found.found))
        screen.say(*beside(found))
    return 0


def _json(reconciled: "Reconciled", practice: str | None) -> dict[str, Any]:
    found = reconciled.found
    return {
        "month": reconciled.month,
        "practice": practice,
        "as_of": reconciled.position,
        "searched": "this ledger",
        "ready": _size(found.ready),
        "released": _size(found.released),
        "accepted": _size(found.accepted),
        "paid": _size(found.paid),
        "patient_share": str(found.patient_share),
        "reduced": str(found.reduced),
        "reductions": [{"reason": reason, "amount": str(amount)} for reason, amount in found.reductions],
        "denied": _size(found.denied),
        "open": _size(found.open),
        "balances": found.balances,
        "given_back": str(found.given_back),
        "with_visits": [{"patient": patient, "code": code} for patient, code in reconciled.with_visits],
        "answers_without_claim": reconciled.unmatched,
        "differences": [_difference(each) for each in found.differences],
    }


def _size(size: "Size") -> dict[str, Any]:
    return {"claims": size.claims, "units": size.units, "amount": str(size.amount)}


def _difference(each: "Difference") -> dict[str, Any]:
    named = {"patient": each.patient, "programme": each.programme, "claim": each.claim}
    return {"step": each.step, "reason": each.reason, **named, **_size(each.size), "says": list(each.says)}
