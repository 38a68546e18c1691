"""`claims` and `claim show`: which claims there are, and one of them with the ground that it pins."""

from argparse import Namespace
from typing import TYPE_CHECKING, Any, Final

from interfaces.cli.screen import Screen
from interfaces.cli.usage import Commands, Parser, ReadRefused, as_of_option, claim_id, month, practice_id

if TYPE_CHECKING:
    from interfaces.bootstrap import Session
    from projections.claims.asked import ClaimsFound

_COLUMNS: Final = (
    *("claim", "patient", "month", "for", "status", "codes"),
    *("asked", "paid", "patient's", "taken off", "open"),
)
STATUSES: Final = (
    "released",
    "accepted",
    "rejected",
    "paid",
    "denied",
    "reversed",
    "withdrawn",
    "replaced",
    "voided",
)
"""As claims are folded; a test compares."""
_SHOW: Final = """\
The month as known at the release stands beside the month as known now, both by the edition of the rulebook that the
claim pins. Below stand what the payer answered and every later fact in what the release rested on: who, when it was
recorded, and why; where a fact moved the month, what it moved. A fact about another patient (on a day of the same
performer) is told only where it moved the month; the others are counted. --words opens the sealed reasons (recorded).
"""


def add(commands: Commands, shared: Parser) -> None:
    """Declare the commands."""
    listed = commands.add_parser(
        "claims",
        parents=[shared],
        help="the claims of this ledger, and where each stands",
        description="The claims of this ledger: where each stands, and what was asked, paid and left to the patient.",
    )
    listed.add_argument("--month", metavar="YYYY-MM", type=month, help="of this calendar month alone")
    listed.add_argument("--status", choices=STATUSES, help="that stand there alone")
    listed.add_argument("--practice", metavar="P", type=practice_id, help="of this practice alone")
    as_of_option(listed)
    listed.set_defaults(run=run_claims)
    one = commands.add_parser("claim", parents=[shared], help="one claim", description="One claim of this ledger.")
    shown = one.add_subparsers(title="what", metavar="WHAT", dest="what", required=True, parser_class=Parser)
    show = shown.add_parser(
        "show",
        parents=[shared],
        help="one claim beside its month",
        description="One claim and its month.",
        epilog=_SHOW,
    )
    show.add_argument("claim", metavar="CLAIM", type=claim_id, help="the claim's id; `claims` answers with it")
    as_of_option(show)
    show.add_argument("--words", action="store_true", help="open sealed words of the facts (recorded)")
    show.set_defaults(run=run_claim_show)


def run_claims(args: Namespace, screen: Screen) -> int:
    """Ask the read models, record the reads, show the claims."""
    from interfaces.cli.asking import (  # noqa: PLC0415 - not needed for --help
        ask,
        known_at,
        known_only,
        list_of_practice,
        of_others_then,
        pulled,
        session_of,
    )
    from projections.claims.asked import ClaimsAsked, claims_found  # noqa: PLC0415

    with session_of(args, screen) as session:
        known_only(session, args)
        list_of_practice(session, args, screen, "claims")
        as_of = known_at(session, args) if args.as_of else None
        asked = ClaimsAsked(args.month, args.status, args.practice, as_of)
        found = claims_found(session.log, pulled(session, screen), asked)
        patients = [row.patient for row in found.rows]
        closed = of_others_then(session, args, screen, patients, found.position)
        found = found._replace(rows=tuple(row for row in found.rows if row.patient not in closed))
        ask(session, args, "claims", [row.patient for row in found.rows], month=args.month, as_of=found.position)
        _show(args, screen, found)
    return 0


def _show(args: Namespace, screen: Screen, found: "ClaimsFound") -> None:
    from interfaces.cli.claim_text import cents, row_json  # noqa: PLC0415 - loaded by now
    from interfaces.cli.wording import codes_of, counted  # noqa: PLC0415

    rows: list[dict[str, Any]] = [row_json(row) for row in found.rows]
    asked = {"month": args.month, "status": args.status, "practice": args.practice}
    screen.answer({**asked, "as_of": found.position, "searched": "this ledger", "claims": rows})
    screen.say(f"{counted(len(found.rows), 'claim')}, as of position {found.position}. Searched: this ledger.")
    if found.rows:
        cells = [
            (
                *(row.claim, row.patient, row.month, row.programme, row.status, codes_of(row.units)),
                *(cents(row.charge_cents), cents(row.paid_cents), cents(row.share_cents), cents(row.reduced_cents)),
                cents(row.open_cents),
            )
            for row in found.rows
        ]
        screen.table(_COLUMNS, cells, right=(6, 7, 8, 9, 10))


def run_claim_show(args: Namespace, screen: Screen) -> int:
    """Find the claim's patient, record the read, show the pin."""
    from interfaces.cli.asking import ask_about, judged_at, pulled, session_of  # noqa: PLC0415 - not needed for --help
    from interfaces.cli.claim_text import pin_json, show_pin  # noqa: PLC0415
    from projections.claims.asked import patient_of_claim  # noqa: PLC0415
    from projections.claims.pin import claim_pin  # noqa: PLC0415

    with session_of(args, screen) as session:
        position = judged_at(session, args)
        patient = patient_of_claim(pulled(session, screen), args.claim)
        if patient is None:
            raise ReadRefused(_no_such_claim())
        ask_about(session, args, "claims", patient, as_of=position, opened_words=args.words)
        pin = claim_pin(session.log, session.rulebook_of, patient, args.claim, position, _opener(args, session))
        if pin is None:
            raise ReadRefused(_no_such_claim())
        screen.answer(pin_json(pin))
        show_pin(screen, pin, with_words=args.words)
    return 0


def _opener(args: Namespace, session: "Session") -> Any:
    return session.log.open_words if args.words else None


def _no_such_claim() -> Any:
    from ledger.terms.refusals import refused  # noqa: PLC0415 - loaded by now

    return refused("no_such_claim", happened="This ledger had no claim with this id by then.")
