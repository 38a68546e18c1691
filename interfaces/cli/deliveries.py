"""`deliveries`: what the ledger took in of one source on one UTC day, to be compared with the sender's own list."""

from argparse import Namespace
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from interfaces.cli.screen import Screen
from interfaces.cli.usage import (
    Commands,
    Parser,
    ReadRefused,
    WrongUsage,
    day,
    open_to_read,
    source_name,
    standard_input,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from projections.deliveries import Compared, Deliveries

_MORE: Final = """\
Each digest is the SHA-256 of the positions of the facts, in order, in decimal, each with a line feed: the sender makes
the same of the positions in the answers that it got, accepted ones for `accepted`, parked ones for `parked`, as far as
they lie between `first` and `last`. With --keys the sender's idempotency keys are read, one a line, and compared with
those on record; a key that is not known is told by its line. Lines that were refused, or known already, leave no fact:
what became of the rows of whole documents stands with them.
"""
_COLUMNS: Final = ("", "deliveries", "facts", "digest of the positions")
_DOCUMENTS: Final = ("position", "document", "rows", "accepted", "unchanged", "refused", "parked")


def add(commands: Commands, shared: Parser) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "deliveries", parents=[shared], help="what came from a source on a day", description=__doc__, epilog=_MORE
    )
    parser.add_argument("--source", metavar="S", type=source_name, required=True, help="the registered name")
    parser.add_argument("--day", metavar="YYYY-MM-DD", type=day, required=True, help="the day in UTC")
    parser.add_argument("--keys", metavar="FILE", help="the sender's keys, one a line, or - for standard input")
    parser.set_defaults(run=run_deliveries)


def run_deliveries(args: Namespace, screen: Screen) -> int:
    """Record the read, then tell the day."""
    from datetime import date  # noqa: PLC0415 - `--help` must not wait for them

    from interfaces.cli.asking import session_of  # noqa: PLC0415
    from interfaces.delivered import KeysUnreadable, deliveries_of, told  # noqa: PLC0415
    from ledger.terms.outcome import Refused  # noqa: PLC0415
    from ledger.terms.people import Purpose  # noqa: PLC0415

    with _opened(args.keys) as stream, session_of(args, screen) as session:
        purpose = Purpose(args.purpose) if args.purpose else None
        try:
            found = deliveries_of(session, args.source, date.fromisoformat(args.day), keys=stream, purpose=purpose)
        except KeysUnreadable as error:
            raise WrongUsage(f"Line {error.line} of the keys: {error.why}", "One key a line, in UTF-8.") from error
        if isinstance(found, Refused):
            raise ReadRefused(found)
        screen.answer(told(found))
        _show(screen, found)
    return 0


def _show(screen: Screen, found: "Deliveries") -> None:
    over = "" if found.is_over else ", which is not over yet"
    screen.say(f"{found.source} on {found.day.isoformat()} (UTC{over}), as of position {found.position}.")
    parts = (("accepted", found.accepted), ("parked", found.parked), ("released", found.released))
    rows = [(name, f"{each.deliveries:,}", f"{each.facts:,}", each.sha256) for name, each in parts]
    screen.table(_COLUMNS, rows, right=(1, 2))
    if found.first is not None:
        screen.say(f"The day's positions are {found.first} to {found.last}.")
    if found.refused_on_record:
        screen.say(f"Refusals on record: {found.refused_on_record:,}.")
    if found.documents:
        counts = [(e.position, e.kind, e.rows, e.accepted, e.unchanged, e.refused, e.parked) for e in found.documents]
        screen.table(_DOCUMENTS, [tuple(map(str, row)) for row in counts], right=(0, 2, 3, 4, 5, 6))
    if found.compared is not None:
        screen.say(*_compared(found.compared))


def _compared(keys: "Compared") -> "Iterator[str]":
    from interfaces.cli.wording import counted, some  # noqa: PLC0415 - loaded by now

    told = f"on record {keys.recorded:,}, waiting {keys.waiting:,}, discarded {keys.discarded:,}"
    yield f"{counted(keys.given, 'key')} named: {told}, unknown {len(keys.unknown):,}."
    if keys.unknown:
        yield f"Unknown: line {some([str(line) for line in keys.unknown])}. Send these again."
    if keys.not_named:
        yield f"On record that day and not named: position {some([str(each) for each in keys.not_named])}."


@contextmanager
def _opened(file: str | None) -> "Iterator[BinaryIO | None]":
    if file is None:
        yield None
    elif file == "-":
        with open(standard_input(), "rb", closefd=False) as stream:
            yield stream
    else:
        with open_to_read(file) as stream:
            yield stream
