"""`parked`: deliveries that wait, encrypted, until their patient, staff member or claim is known."""

from argparse import Namespace
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from interfaces.cli.screen import Screen
from interfaces.cli.usage import (
    Commands,
    Parser,
    ReadRefused,
    WrongUsage,
    as_of_option,
    delivery_id,
    source_name,
    subject_id,
)

if TYPE_CHECKING:
    from interfaces.bootstrap import Session
    from ledger.streams.governance import ParkedDelivery

_COLUMNS: Final = ("delivery", "source", "command", "waits for", "since position", "resolved as", "last refusal")
_REASONS: Final = ("not_our_patient", "test_data", "superseded", "sent_in_error", "not_our_claim")
_ABOUT: Final = {
    "list": "Show what waits.",
    "resolve": "Say whom or which claim a delivery is about, where its own identifier or number never will.",
    "release": "Have a delivery decided under its first key; what is then refused stays parked.",
    "discard": "Set a delivery aside for good.",
}


def add(commands: Commands, shared: Parser) -> None:
    """Declare the commands."""
    parser = commands.add_parser("parked", parents=[shared], help="deliveries that wait for what is not known yet")
    parser.description = __doc__
    inner = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)
    for name, said in _ABOUT.items():
        each = inner.add_parser(name, parents=[shared], help=said, description=said)
        if name == "list":
            each.add_argument("--source", metavar="S", type=source_name, help="of this source alone")
            each.add_argument("--closed", action="store_true", help="also those that were released or discarded")
            as_of_option(each)
            each.set_defaults(run=run_list)
            continue
        plural = "+" if name == "release" else None
        each.add_argument("delivery", metavar="DELIVERY", type=delivery_id, nargs=plural, help="its id, from `list`")
        each.set_defaults(run=run_act, act=name)
        if name == "resolve":
            each.add_argument("subject", metavar="ID", type=subject_id, help="the id of the patient, person or claim")
        if name == "discard":
            each.add_argument("--reason", choices=_REASONS, required=True)


def run_list(args: Namespace, screen: Screen) -> int:
    """Record the read, then list what waits."""
    from interfaces.cli.asking import known_at, moment_at, session_of  # noqa: PLC0415 - `--help` must not wait for them
    from interfaces.cli.wording import counted  # noqa: PLC0415
    from interfaces.delivered import waiting_of, waiting_told  # noqa: PLC0415
    from ledger.terms.outcome import Refused  # noqa: PLC0415
    from ledger.terms.people import Purpose  # noqa: PLC0415

    with session_of(args, screen) as session:
        known = known_at(session, args)
        purpose = Purpose(args.purpose) if args.purpose else None
        found = waiting_of(session, known, source=args.source, with_closed=args.closed, purpose=purpose)
        if isinstance(found, Refused):
            raise ReadRefused(found)
        today = moment_at(session, known if args.as_of else None).date()
        screen.answer(waiting_told(found, known, today))
        moment = f" as of position {known}" if args.as_of else ""
        screen.say(f"{counted(len(found), 'delivery', 'deliveries')}{moment}.")
        if found:
            standing = ("standing",) if args.closed else ()
            cells = [(*_cells(each), *([_standing(each)] if args.closed else [])) for each in found]
            screen.table((*_COLUMNS, *standing), cells, right=(4,))
    return 0


def _cells(each: "ParkedDelivery") -> tuple[str, ...]:
    position, resolved = str(each.position), each.subject or "-"
    return each.delivery, each.source, each.command, each.waits_for, position, resolved, each.last_refusal or "-"


def _standing(each: "ParkedDelivery") -> str:
    became = f" as {', '.join(map(str, each.became))}" if each.became else ""
    return f"{each.closed_as or 'waits'}{became}"


def run_act(args: Namespace, screen: Screen) -> int:
    """Resolve, release or discard through the same door as every command."""
    import orjson  # noqa: PLC0415 - `--help` must not wait for it

    from interfaces.cli.asking import session_of  # noqa: PLC0415
    from interfaces.cli.delivering import Delivering, as_lines, in_words  # noqa: PLC0415

    deliveries = args.delivery if isinstance(args.delivery, list) else [args.delivery]
    with session_of(args, screen) as session:
        show = as_lines(screen) if screen.as_json else in_words(screen, lambda number: f"Delivery {number}", Counter())
        delivering = Delivering(session, show)
        for number, delivery in enumerate(deliveries, start=1):
            line = orjson.dumps(_line(args, session, delivery))
            delivering.group([delivering.raw(number, line)])
        if not screen.as_json:
            screen.say(*delivering.tally.as_text())
    return delivering.tally.exit_code


def _line(args: Namespace, session: "Session", delivery: str) -> dict[str, Any]:
    """The command as a line of `submit`; its key makes a retry find the first answer."""
    data: dict[str, Any] = {"source": _source_of(session, delivery), "delivery": delivery}
    key = f"cli/{args.act}/{delivery}"
    if args.act == "resolve":
        data["claim" if args.subject.startswith("cl_") else "subject"] = args.subject
        # Somebody may resolve it to one, to another, and to the first again.
        key = f"{key}/{session.handler.new_id('dv')}"
    if args.act == "discard":
        data["reason"] = args.reason
        key = f"{key}/{args.reason}"
    return {"v": 1, "key": key, "command": f"{args.act}_delivery", "data": data}


def _source_of(session: "Session", delivery: str) -> str:
    from projections.questions import parked_list  # noqa: PLC0415 - loaded by now

    for each in parked_list(session.log, with_closed=True):
        if each.delivery == delivery:
            return each.source
    raise WrongUsage("This ledger has no parked delivery with this id.", "`ccm-ledger parked list` shows them.")
