"""`overpayments`: what was perhaps paid too much, with both deadlines, and unpaid claims that are to be withdrawn."""

from argparse import Namespace
from typing import TYPE_CHECKING, Any, Final

from interfaces.cli.screen import Screen
from interfaces.cli.usage import Commands, Parser, as_of_option, practice_id

if TYPE_CHECKING:
    from projections.claims.overpayments import Item

_COLUMNS: Final = ("overpayment or claim", "month", "what", "state", "lost", "dollars", "patient", "next", "by", "left")
_MORE: Final = """\
`react` finds them: a claim whose month supports less than was released, judged by the edition that the claim pinned.
Paid, it is a possible overpayment: compliance looks at it (triage_overpayment), and says identify_overpayment with the
day on which it was known, or no_overpayment. The conservative deadline counts from the notice, the formal one from the
day of identification; begin_investigation suspends the formal one. Closing takes return_overpayment with date, route,
amount, reference and the patient's share. Unpaid, it is a claim_to_withdraw: withdraw_claim, and release the month
anew. What is past its day stands first, `left` is in days, by the day at the practice. Programs read the facts behind
each, both deadlines and the suspension with --json. Searched is this ledger.
"""
_NO_RULES: Final = (
    "The edition in use was adopted before there were rules of overpayments, and so gives no deadlines: adopt the one "
    "that this program ships (`ccm-ledger rules adopt`). The days of the law run all the same."
)


def add(commands: Commands, shared: Parser) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "overpayments",
        parents=[shared],
        help="what was perhaps overpaid, and by when it goes back",
        description=__doc__,
        epilog=_MORE,
    )
    parser.add_argument("--open", action="store_true", help="without what was dismissed or returned")
    parser.add_argument("--practice", metavar="P", type=practice_id, help="of this practice alone")
    as_of_option(parser)
    parser.set_defaults(run=run_overpayments)


def run_overpayments(args: Namespace, screen: Screen) -> int:
    """Ask the read models, record the reads, show the list."""
    from interfaces.cli.asking import (  # noqa: PLC0415 - not needed for --help
        ask,
        judged_at,
        known_only,
        list_of_practice,
        moment_at,
        of_others_then,
        pulled,
        session_of,
        today_in,
    )
    from interfaces.cli.wording import counted  # noqa: PLC0415
    from projections.claims.overpayments import worklist  # noqa: PLC0415

    with session_of(args, screen) as session:
        known_only(session, args)
        list_of_practice(session, args, screen, "overpayments")
        known = judged_at(session, args) if args.as_of else None
        today, models = today_in(session, moment_at(session, known)), pulled(session, screen)
        asked: dict[str, Any] = {"practice": args.practice, "open_only": args.open, "as_of": known}
        found = worklist(session.log, models, session.rulebook_of, today, **asked)
        patients = [each.patient for each in found.items]
        closed = of_others_then(session, args, screen, patients, found.position)
        found = found._replace(items=tuple(each for each in found.items if each.patient not in closed))
        ask(session, args, "overpayments", [each.patient for each in found.items], as_of=found.position)
        answer = {"as_of": found.position, "searched": "this ledger", "overdue": found.overdue}
        items = [_json(each) for each in found.items]
        answer |= {"due_soon": found.due_soon, "without_rules": found.without_rules}
        screen.answer({**answer, "practice": args.practice, "items": items})
        screen.say(
            f"{counted(len(found.items), 'item')}, {found.overdue} overdue, {found.due_soon} due within two weeks,"
            f" as of position {found.position}; searched: this ledger."
        )
        if found.items:
            screen.table(_COLUMNS, [_cells(each) for each in found.items], right=(5, 6, 9))
            screen.say(*(line for each in found.items for line in _why(each)))
        if found.without_rules:
            screen.say(_NO_RULES)
    return 0


def _json(item: "Item") -> dict[str, Any]:
    from interfaces.plain import plain  # noqa: PLC0415 - loaded by now

    whole: dict[str, Any] = plain(item)
    urgent, counted = item.next, item.deadlines
    return {
        **whole,
        "units": [{"code": code, "units": units} for code, units in item.units],
        "deadlines": None if counted is None else {**whole["deadlines"], "binding": counted.binding.isoformat()},
        "next": None
        if urgent is None
        else {**whole["next"], "is_overdue": urgent.is_overdue, "is_due_soon": urgent.is_soon},
    }


def _cells(item: "Item") -> tuple[str, ...]:
    from interfaces.cli.wording import codes_of, money  # noqa: PLC0415 - loaded by now

    step, by, left = ("withdraw_claim", "-", "-") if item.overpayment is None else ("-", "-", "-")
    if item.next is not None:
        step, by, left = item.next.step, item.next.by.isoformat(), str(item.next.days_left)
    state = f"{item.status}, overdue" if item.next is not None and item.next.is_overdue else item.status
    amounts = money(item.amount), money(item.patient_share)
    named = item.overpayment or item.claim, item.month, item.what, state, codes_of(item.units)
    return *named, *amounts, step, by, left


def _why(item: "Item") -> list[str]:
    """The facts behind an item, newest last, and its days."""
    from interfaces.cli.wording import money  # noqa: PLC0415 - loaded by now

    facts = [
        f"  #{cause.position} {cause.topic} by {cause.actor} at {cause.recorded_at:%Y-%m-%d %H:%M} UTC"
        for cause in item.because
    ]
    lines = [f"{item.overpayment or item.claim}: patient {item.patient}, since #{item.position}.", *facts]
    if item.since_on is None:
        return lines
    days, known = item.deadlines, "no deadlines in the edition in use"
    if days is not None:
        formal = days.formal.isoformat() if days.formal else "not identified"
        still = f"; suspended until {days.suspended_until} at the latest" if days.suspended_until else ""
        known = f"triage by {days.triage}; conservative {days.conservative}; formal {formal}{still}"
    swept = item.swept_on.isoformat() if item.swept_on else "not searched"
    gone = f"; back so far {money(item.money_back)} and {money(item.share_back)}"
    back = gone if item.money_back or item.share_back else ""
    return [*lines, f"  noticed {item.since_on}; {known}; same cause: {swept}{back}"]
