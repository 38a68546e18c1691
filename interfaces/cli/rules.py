"""`rules`: the law as this ledger judges by it, with dates and sources."""

from argparse import Namespace
from typing import TYPE_CHECKING

from interfaces.cli import rules_coverage, rules_price
from interfaces.cli.screen import Screen
from interfaces.cli.usage import Commands, Parser, WrongUsage, as_of_option, day

if TYPE_CHECKING:
    from datetime import date

    from ledger.rulebook import Description, Reading, Rulebook

_MORE = """\
ID is the name of a quantity, the beginning of one, or a rule id such as CCM-CODE-01. With a ledger the rules are those
of the edition that it has adopted (--as-of: by then); without one, those that this program ships.
"""


def add(commands: Commands, shared: Parser) -> None:
    """Declare the commands."""
    parser = commands.add_parser("rules", parents=[shared], help="show the rules with their dates and sources")
    parser.description = __doc__
    inner = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)
    for name, said in (("list", "the names of all rules"), ("show", "one rule with its values, dates and sources")):
        each = inner.add_parser(name, parents=[shared], help=said, description=said.capitalize() + ".", epilog=_MORE)
        if name == "show":
            each.add_argument("id", metavar="ID", help="a name, the beginning of a name, or a rule id")
        each.add_argument("--on", metavar="DATE", type=day, help="what was in force on this day")
        each.add_argument("--payer", metavar="P", help="the rules of this payer (shipped: medicare)")
        as_of_option(each)
        each.set_defaults(run=run_list if name == "list" else run_show)
    rules_coverage.add(inner, shared)
    rules_price.add(inner, shared)


def run_list(args: Namespace, screen: Screen) -> int:
    """List the names."""
    from ledger.rulebook import list_names  # noqa: PLC0415 - `--help` must not wait for it

    book, edition = book_asked(args, screen)
    names = [name for name in list_names(book, _on(args)) if _is_of(args, name)]
    screen.answer({"edition": edition, "on": args.on, "rules": names})
    screen.say(*names)
    return 0


def run_show(args: Namespace, screen: Screen) -> int:
    """Show what the rulebook says under one name."""
    from ledger.rulebook import NoSuchRule, describe  # noqa: PLC0415 - `--help` must not wait for it

    book, edition = book_asked(args, screen)
    try:
        found = [each for each in describe(book, args.id, _on(args)) if _is_of(args, each.quantity.name)]
    except NoSuchRule as fault:
        near = f"Near names: {', '.join(fault.near)}." if fault.near else "`ccm-ledger rules list` shows all names."
        raise WrongUsage("No rule has this name or id.", near) from fault
    if not found:
        raise WrongUsage("The payer named has no rule of this name or id.", "`ccm-ledger rules list` shows all names.")
    screen.answer({"edition": edition, "on": args.on, "rules": [each.as_dict() for each in found]})
    for each in found:
        screen.say(*_described(each), "")
    return 0


def _described(each: "Description") -> list[str]:
    quantity = each.quantity
    lines = [quantity.name, f"  {quantity.says}"]
    if quantity.note:
        lines.append(f"  {quantity.note}")
    lines.append(f"  unit {quantity.unit}; implements {', '.join(quantity.rules) or 'no rule id'}")
    if each.on is not None:
        lines.append(f"  on {each.on}: {_valued(each.in_force) if each.in_force else 'nothing is in force'}")
    lines += [f"  {_valued(reading)}" for reading in quantity.readings]
    lines += [f"  {key}: {title}" for key, title in each.sources]
    return lines


def _valued(reading: "Reading") -> str:
    from ledger.rulebook.describe import shown_value  # noqa: PLC0415 - loaded by now

    until = f" to {reading.until}" if reading.until else " on"
    return f"{shown_value(reading.value)} from {reading.effective}{until} ({reading.cite}; {reading.confidence})"


def book_asked(args: Namespace, screen: Screen) -> tuple["Rulebook", str]:
    """The rulebook of the ledger that is named, or the shipped one, with the digest of its edition."""
    from interfaces import bootstrap  # noqa: PLC0415 - `--help` must not wait for it
    from interfaces.cli.asking import judged_at, session_of  # noqa: PLC0415
    from ledger.rulebook import rulebook_of, shipped_edition  # noqa: PLC0415
    from ledger.terms.identity import LEDGER_TAG  # noqa: PLC0415
    from projections.states import States  # noqa: PLC0415

    if not bootstrap.is_ledger_named(args.ledger):
        if args.as_of is not None:
            raise WrongUsage("--as-of asks a ledger, and none is named.", "Name it, or ask with --on for a date.")
        shipped = shipped_edition()
        return rulebook_of(shipped), shipped.digest
    with session_of(args, screen) as session:
        position = judged_at(session, args)
        adopted = States(session.log, after=position).at(LEDGER_TAG).state.edition()
        return session.rulebook_of(adopted), adopted.edition


def _on(args: Namespace) -> "date | None":
    from datetime import date  # noqa: PLC0415 - loaded by now

    return date.fromisoformat(args.on) if args.on else None


def _is_of(args: Namespace, name: str) -> bool:
    return args.payer is None or name.startswith(f"{args.payer}.")
