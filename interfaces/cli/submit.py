"""`submit`: one JSON object a line in, one answer a line out, in order, each durable before it is shown."""

import os
import signal
import stat
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any, Final, Self

from interfaces.cli.lines import LineGroups
from interfaces.cli.screen import Screen
from interfaces.cli.sealing import log_key_option
from interfaces.cli.usage import Commands, Parser, WrongUsage, standard_input

if TYPE_CHECKING:
    from commands.answer import Answer
    from interfaces.bootstrap import Session
    from interfaces.cli.delivering import Show

INTERRUPTED: Final = 130
_MORE: Final = """\
A line is a JSON object:
  {"v":1,"key":"..","command":"record_consent","actor":{"id":".."},"source":{"system":".."},"data":{..}}
`ccm-ledger schema commands` describes every command. The answer to each line has the outcome accepted, unchanged,
refused or parked; refused lines stop nothing. The same line again answers unchanged, so an interrupted file is simply
submitted again. Blank lines are counted and not answered. A summary stands on standard error.
"""


def add(commands: Commands, shared: Parser) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "submit", parents=[shared], help="record what JSON lines say", description=__doc__, epilog=_MORE
    )
    parser.add_argument("file", metavar="FILE", help="a file of JSON lines, or - for standard input")
    parser.add_argument(
        "--wait",
        choices=("durable", "sealed"),
        default="durable",
        help="answer when facts are durable (the default), or when they are sealed too: with their receipts",
    )
    log_key_option(parser)
    parser.set_defaults(run=run_submit)


def run_submit(args: Namespace, screen: Screen) -> int:
    """Answer every line of a file or of standard input."""
    from commands.wire import LINE_BYTES_MAX  # noqa: PLC0415 - `--help` must not wait for it
    from interfaces.cli.asking import session_of  # noqa: PLC0415
    from interfaces.cli.delivering import Delivering, as_lines  # noqa: PLC0415

    with _opened(args.file) as descriptor, session_of(args, screen) as session:
        show = as_lines(screen) if args.wait == "durable" else _sealed_lines(screen, session, args)
        delivering = Delivering(session, show)
        groups = LineGroups(descriptor, line_bytes_max=LINE_BYTES_MAX)
        with Interruption(groups) as interruption, screen.beside_answers("Answering lines") as bar:
            for group in interruption.guarded(groups):
                delivering.group([delivering.raw(number, raw) for number, raw in group])
                bar.advance(len(group))
        tally = delivering.tally
        if screen.as_json:
            screen.note_json({"summary": tally.as_json(), "interrupted": interruption.happened})
        else:
            screen.note(*tally.as_text())
            if interruption.happened:
                screen.note("Interrupted: the lines answered so far are recorded. Submit the file again to go on.")
    return INTERRUPTED if interruption.happened else tally.exit_code


def _sealed_lines(screen: Screen, session: "Session", args: Namespace) -> "Show":
    """Show answers once their facts are sealed, each with the receipts of its positions."""
    from interfaces.sealed import Receipts  # noqa: PLC0415 - only for who waits

    receipts = Receipts(session, args.log_key_file)

    def show(answers: "Sequence[tuple[int, Answer]]") -> None:
        found = receipts.of(position for _, answer in answers for position in answer.positions)
        screen.lines(
            [
                {**answer.as_json(number), "receipts": [found[position] for position in answer.positions]}
                for number, answer in answers
            ]
        )

    return show


class Interruption:
    """Ctrl-C and SIGTERM end the reading between two groups: a group that is being recorded is still answered."""

    def __init__(self, groups: LineGroups) -> None:
        self._groups = groups
        self._before: list[tuple[signal.Signals, Any]] = []
        self.happened = False

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before.append((number, signal.signal(number, self._noticed)))
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before:
            signal.signal(number, handler)

    def guarded(self, groups: LineGroups) -> Iterator[list[Any]]:
        """The groups until the input or the patience ends."""
        try:
            for group in groups:
                yield group
                if self.happened:
                    return
        except _Stopped:
            return

    def _noticed(self, _number: int, _frame: FrameType | None) -> None:
        self.happened = True
        if self._groups.is_waiting:
            raise _Stopped


class _Stopped(Exception):
    """Raised out of waiting for input."""


@contextmanager
def _opened(file: str) -> Iterator[int]:
    if file == "-":
        yield standard_input()
        return
    try:
        descriptor = os.open(file, os.O_RDONLY)
    except OSError as error:
        raise WrongUsage(f"The file cannot be read: {error.strerror}.", "Check its name and who owns it.") from error
    try:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise WrongUsage("A folder is named, and a file of JSON lines is needed.", "Name one file, or - .")
        yield descriptor
    finally:
        os.close(descriptor)
