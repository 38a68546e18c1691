"""`rules`: the law as this ledger judges by it, with dates and sources."""

from argparse import Namespace
from typing import TYPE_CHECKING, Final

from interfaces.cli import rules_adopt, rules_coverage, rules_diff, rules_price
from interfaces.cli.screen import Screen
from interfaces.cli.usage import Commands, Parser, WrongUsage, as_of_option, day

if TYPE_CHECKING:
    from datetime import date

    from ledger.rulebook import Description, Reading, Rulebook

_MORE = """\
ID is the name of a quantity, the beginning of one, or a rule id such as CCM-CODE-01. With a ledger the rules are those
of the edition that it has adopted (--as-of: by then); without one, those that this program ships. With --payer or
--kind they are those of a coverage: the base with the exceptions that it falls under (`rules payers` lists these).
"""

_SAID: Final = {
    "list": "the names of all rules",
    "show": "one rule with its values, dates and sources",
    "payers": "the exceptions of payers' profiles: to whom they apply, and to what; and what is added",
}
COVERAGE_KINDS: Final = ("medicare_ffs", "medicare_advantage", "medicaid", "commercial", "other")


def add(commands: Commands, shared: Parser) -> None:
    """Declare the commands."""
    parser = commands.add_parser("rules", parents=[shared], help="show the rules with their dates and sources")
    parser.description = __doc__
    inner = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)
    runs = {"list": run_list, "show": run_show, "payers": run_payers}
    for name, said in _SAID.items():
        each = inner.add_parser(name, parents=[shared], help=said, description=said.capitalize() + ".", epilog=_MORE)
        if name == "show":
            each.add_argument("id", metavar="ID", help="a name, the beginning of a name, or a rule id")
        if name != "payers":
            each.add_argument("--on", metavar="DATE", type=day, help="what was in force on this day")
            each.add_argument("--payer", metavar="P", help="the rules of this payer, as coverage names it")
            each.add_argument("--kind", choices=COVERAGE_KINDS, help="the rules of this kind of coverage")
        as_of_option(each)
        each.set_defaults(run=runs[name])
    rules_coverage.add(inner, shared)
    rules_price.add(inner, shared)
    rules_adopt.add(inner, shared)
    rules_diff.add(inner, shared)


def run_list(args: Namespace, screen: Screen) -> int:
    """List the names."""
    from ledger.rulebook import list_names  # noqa: PLC0415 - `--help` must not wait for it

    book, edition = book_asked(args, screen)
    bases = _bases(book)
    names = [name for name in list_names(_of_coverage(args, book), _on(args)) if _is_of(args, name, bases)]
    screen.answer({"edition": edition, "on": args.on, "rules": names})
    screen.say(*names)
    return 0


def run_show(args: Namespace, screen: Screen) -> int:
    """Show what the rulebook says under one name."""
    from ledger.rulebook import NoSuchRule, describe  # noqa: PLC0415 - `--help` must not wait for it

    whole, edition = book_asked(args, screen)
    book = _of_coverage(args, whole)
    try:
        found = [each for each in describe(book, args.id, _on(args)) if _is_of(args, each.quantity.name, _bases(book))]
    except NoSuchRule as fault:
        near = f"Near names: {', '.join(fault.near)}." if fault.near else "`ccm-ledger rules list` shows all names."
        raise WrongUsage("No rule has this name or id.", near) from fault
    if not found:
        raise WrongUsage("The payer named has no rule of this name or id.", "`ccm-ledger rules list` shows all names.")
    screen.answer({"edition": edition, "on": args.on, "rules": [each.as_dict() for each in found]})
    for each in found:
        screen.say(*_described(each), "")
    return 0


def run_payers(args: Namespace, screen: Screen) -> int:
    """List the exceptions, by profile."""
    from interfaces.plain import plain  # noqa: PLC0415 - `--help` must not wait for it

    book, edition = book_asked(args, screen)
    found = [
        {
            "profile": each.profile,
            "exception": each.label,
            "base": each.base,
            "applies_to": {"payer": each.payer, "kind": each.kind},
            "file": each.file,
            "rules": [quantity.name for quantity in each.quantities],
        }
        for each in book.exceptions
    ]
    added = [
        {
            "profile": each.profile,
            "addition": each.label,
            "base": each.base,
            "file": each.file,
            "rules": [quantity.name for quantity in each.quantities],
        }
        for each in book.additions
    ]
    answer = {"edition": edition, "bases": _bases(book), "exceptions": plain(found), "additions": plain(added)}
    screen.answer(answer)
    screen.say(f"Bases: {', '.join(_bases(book))}.")
    for each in book.exceptions:
        whom = " and ".join(f"{word} {value}" for word, value in (("payer", each.payer), ("kind", each.kind)) if value)
        screen.say("", f"{each.profile}: {each.label}", f"  to {each.base}, for {whom} ({each.file})")
        screen.say(*(f"  {quantity.name}: {quantity.says}" for quantity in each.quantities))
    for addition in book.additions:
        screen.say("", f"{addition.profile}: {addition.label}", f"  added to {addition.base} ({addition.file})")
        screen.say(*(f"  {quantity.name}: {quantity.says}" for quantity in addition.quantities))
    return 0


def _described(each: "Description") -> list[str]:
    quantity = each.quantity
    lines = [quantity.name, f"  {quantity.says}"]
    if quantity.note:
        lines.append(f"  {quantity.note}")
    lines.append(f"  unit {quantity.unit}; implements {', '.join(quantity.rules) or 'no rule id'}")
    if each.on is not None:
        lines.append(f"  on {each.on}: {_valued(each.in_force) if each.in_force else 'nothing is in force'}")
    for reading in quantity.readings:
        own = f" [{reading.name}]" if reading.name != quantity.name else ""
        lines.append(f"  {_valued(reading)}{own}")
    if each.exceptions:
        lines.append(f"  exceptions: {', '.join(each.exceptions)}")
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

    if getattr(args, "session", None) is None and not bootstrap.is_ledger_named(args.ledger):
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


def _bases(book: "Rulebook") -> list[str]:
    return sorted({name.split(".", 1)[0] for name in book.quantities})


def _of_coverage(args: Namespace, book: "Rulebook") -> "Rulebook":
    """The law of the coverage that is named; WrongUsage, with those that are known, for a payer of whom nothing is."""
    payers = sorted({exception.payer for exception in book.exceptions if exception.payer is not None})
    known = list(dict.fromkeys((*_bases(book), *payers)))
    if args.payer is not None and args.payer not in known:
        raise WrongUsage("No rules of this payer are known.", f"Known are {', '.join(known)}.")
    return book.view(payer=args.payer, kind=args.kind)


def _is_of(args: Namespace, name: str, bases: "list[str]") -> bool:
    """Whether a rule is of the base that is named; exceptions of a payer stand over all of it."""
    return args.payer not in bases or name.startswith(f"{args.payer}.")
