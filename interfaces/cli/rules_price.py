"""`rules price`: what one code pays on a day, step by step, each step with the rule that it takes."""

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from interfaces.cli.screen import Screen
from interfaces.cli.usage import Parser, WrongUsage, as_of_option, code, count, day, index

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from ledger.judging.prices import Price, PricedAs
    from ledger.rulebook import Reading, Rulebook

_MORE = """\
Amounts are national estimates of Medicare fee-for-service: the fee schedule's amount, what of it the biller's
credential is allowed, the patient's share and sequestration, before the deductible; with --gpci those of a locality,
where the parts of the code's relative values are on file (docs/payers.md). With a ledger the rules are those
of the edition that it has adopted (--as-of: by then); without one, those that this program ships.
"""
_TOTALS = ("medicare.pfs.rvu_nonfacility.", "medicare.pfs.rvu_facility.")
_PERCENTS = "medicare.pfs.practitioner_percent."


def add(inner: Any, shared: Parser) -> None:
    """Declare the command."""
    said = "what a code pays on a day"
    parser = inner.add_parser("price", parents=[shared], help=said, description=said.capitalize() + ".", epilog=_MORE)
    parser.add_argument("code", metavar="CODE", type=code, help="a code with a price on file, such as 99490")
    parser.add_argument("--on", metavar="DATE", type=day, required=True, help="the date of service")
    parser.add_argument("--units", metavar="N", type=count, default=1, help="how many units (default: 1)")
    parser.add_argument("--facility", action="store_true", help="in a facility")
    parser.add_argument("--qp", action="store_true", help="by a qualifying APM participant")
    parser.add_argument(
        "--gpci",
        metavar=("WORK", "PE", "MP"),
        nargs=3,
        type=index,
        help="the three indices of the locality, such as 1.049 1.181 1.624; else the national amount",
    )
    parser.add_argument(
        "--credential", metavar="C", help="the credential of whoever bills, such as np; else a physician's"
    )
    as_of_option(parser)
    parser.set_defaults(run=run_price)


def run_price(args: Namespace, screen: Screen) -> int:
    """Work out one price and show it with its rules; a code or credential without any is told those that have one."""
    from datetime import date  # noqa: PLC0415 - `--help` must not wait for them
    from decimal import Decimal  # noqa: PLC0415

    from interfaces.cli.month_price import price_json  # noqa: PLC0415
    from interfaces.cli.rules import book_asked  # noqa: PLC0415
    from ledger.judging.prices import Gpci, PricedAs, price_charges  # noqa: PLC0415
    from ledger.judging.shapes import ChargeLine  # noqa: PLC0415

    book, edition = book_asked(args, screen)
    on = date.fromisoformat(args.on)
    _check(args, book, on)
    gpci = Gpci("given", *map(Decimal, args.gpci)) if args.gpci else None
    priced = PricedAs(is_facility=args.facility, is_qualifying=args.qp, credential=args.credential, gpci=gpci)
    price = price_charges([ChargeLine(args.code, args.units, None)], priced, on=on, rules=book.in_force(on))
    periods = [_period(reading) for reading in _totals(book, args)]
    asked = {"code": args.code, "units": args.units, "facility": args.facility, "qp": args.qp, "gpci": args.gpci}
    screen.answer(
        {"edition": edition, **asked, "credential": args.credential, "on_file": periods, "price": price_json(price)}
    )
    screen.say(*_lines(args, price, priced, periods))
    return 0


def _check(args: Namespace, book: "Rulebook", on: "date") -> None:
    codes = sorted({name.rpartition(".")[2] for name in book.quantities if name.startswith(_TOTALS)})
    if args.code not in codes:
        raise WrongUsage("The code named has no price in any year.", f"Those that have one: {', '.join(codes)}.")
    names = [name for name in book.in_force(on).by_name if name.startswith(_PERCENTS)]
    known = sorted(name.removeprefix(_PERCENTS) for name in names)
    if args.credential is not None and args.credential not in known:
        listed = ", ".join(known) or "none in this edition"
        raise WrongUsage("No percent is known for the credential named.", f"Those that have one: {listed}.")


def _totals(book: "Rulebook", args: Namespace) -> "tuple[Reading, ...]":
    quantity = book.quantities.get(f"{_TOTALS[args.facility]}{args.code}")
    return quantity.readings if quantity is not None else ()


def _period(reading: "Reading") -> str:
    return f"{reading.effective} to {reading.until}" if reading.until else f"from {reading.effective} on"


def _lines(args: Namespace, price: "Price", priced: "PricedAs", periods: list[str]) -> "Iterator[str]":
    from interfaces.cli.month_price import expected_line, steps_lines  # noqa: PLC0415 - loaded by now
    from interfaces.cli.wording import ESTIMATE  # noqa: PLC0415
    from ledger.rulebook.describe import shown_value  # noqa: PLC0415

    site = "in a facility" if priced.is_facility else "outside a facility"
    biller = f"credential {priced.credential}" if priced.credential else "a physician"
    status = "a qualifying participant" if priced.is_qualifying else "not a qualifying participant"
    is_local = any(step.name == "locality" for line in price.lines for step in line.steps)
    what = "estimate of the locality" if is_local else ESTIMATE
    yield f"{args.code} x{args.units} on {args.on}, {site}, {biller}, {status} ({what}):"
    if price.national is None:
        yield f"  No price is on file. Relative values {site} are: {'; '.join(periods) or 'none'}."
        ask = "Ask about one of those days, or adopt" if periods else "Adopt"
        yield f"  {ask} a rulebook with prices for that year."
        return
    yield from steps_lines(price)
    yield expected_line(price)
    yield "  By these rules:"
    for reading in price.reads:
        until = f" to {reading.until}" if reading.until else " on"
        dated = f"from {reading.effective}{until}"
        yield f"    {reading.name} = {shown_value(reading.value)} {dated} ({reading.cite}; {reading.confidence})"
