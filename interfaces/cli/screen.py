"""Where answers go: tables and bars on a terminal, plain text in a pipe, one JSON object with --json.

Promise: what a program reads stands on standard output alone, what a person should know beside it on standard error.
A simulated ledger is named as such in every answer. Nothing here asks the ledger anything.
"""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, Protocol, TextIO

SIMULATED: Final = "Simulated ledger: its clock comes from the input, and nothing in it is a record of care."


class Bar(Protocol):
    """A progress bar, or nothing that looks like one."""

    def advance(self, count: int = 1) -> None:
        """So many more are done."""
        ...


class _NoBar:
    def advance(self, count: int = 1) -> None:
        """Nothing is drawn in a pipe."""


class Screen:
    """Standard output and standard error of one command."""

    def __init__(self, *, as_json: bool, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self.as_json = as_json
        self.out: TextIO = out or sys.stdout
        self.err: TextIO = err or sys.stderr
        self.is_simulated = False
        self.is_banner_shown = False

    @property
    def is_terminal(self) -> bool:
        """Whether a person reads standard output."""
        return not self.as_json and self.out.isatty()

    def simulated(self, is_simulated: bool) -> None:
        """Say what kind of ledger the answers come from, before the first of them."""
        self.is_simulated = is_simulated

    def say(self, *lines: str) -> None:
        """Lines for a person, on standard output; nothing where the answer is JSON."""
        if self.as_json:
            return
        self._banner()
        for line in lines:
            self.out.write(f"{line}\n")

    def note(self, *lines: str) -> None:
        """Lines beside the answer, on standard error."""
        for line in lines:
            self.err.write(f"{line}\n")
        self.err.flush()

    def answer(self, answer: dict[str, Any]) -> None:
        """The one JSON object of a command; nothing where a person reads."""
        if self.as_json:
            self.line(answer)

    def line(self, answer: dict[str, Any]) -> None:
        """One JSON object on a line of its own, whoever reads."""
        self.out.write(json.dumps({**answer, "simulated": self.is_simulated}, ensure_ascii=False) + "\n")

    def lines(self, answers: Sequence[dict[str, Any]]) -> None:
        """JSON objects, one a line, shown at once: a program may wait for them."""
        import orjson  # noqa: PLC0415 - `--help` must not wait for it

        simulated = {"simulated": True} if self.is_simulated else {}
        self.out.write("".join(f"{json_line(answer | simulated, orjson.dumps)}\n" for answer in answers))
        self.out.flush()

    def note_json(self, said: dict[str, Any]) -> None:
        """One JSON object beside the answers, on standard error."""
        self.note(json.dumps({**said, "simulated": self.is_simulated}, ensure_ascii=False))

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> None:
        """A table; `right` names the columns of numbers, counted from 0."""
        if self.as_json:
            return
        self._banner()
        if self.is_terminal:
            self._drawn(columns, rows, right)
        else:
            self.out.writelines(f"{line}\n" for line in plain_table(columns, rows, right=right))

    def plain(self, text: str) -> None:
        """Text as it is, such as a CSV file: no banner, nothing added."""
        self.out.write(text)

    @contextmanager
    def progress(self, label: str, total: int | None) -> Iterator[Bar]:
        """A bar on standard error while something long happens; only on a terminal."""
        if not self.err.isatty() or (self.as_json and self.out.isatty()):
            yield _NoBar()
            return
        from rich.console import Console  # noqa: PLC0415 - drawing is for terminals only
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=Console(file=self.err), transient=True) as bars:
            task = bars.add_task(label, total=total)

            class _Drawn:
                def advance(self, count: int = 1) -> None:
                    bars.advance(task, count)

            yield _Drawn()

    @contextmanager
    def beside_answers(self, label: str) -> Iterator[Bar]:
        """A bar without an end, where the answers themselves go elsewhere than to the terminal."""
        if self.out.isatty():
            yield _NoBar()
            return
        with self.progress(label, None) as bar:
            yield bar

    def _banner(self) -> None:
        if self.is_simulated and not self.is_banner_shown:
            self.is_banner_shown = True
            self.out.write(f"{SIMULATED}\n")

    def _drawn(self, columns: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int]) -> None:
        from rich.console import Console  # noqa: PLC0415 - drawing is for terminals only
        from rich.table import Table  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        table = Table(header_style="bold")
        for index, column in enumerate(columns):
            table.add_column(column, justify="right" if index in right else "left", overflow="fold")
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        Console(file=self.out).print(table)


def json_line(answer: dict[str, Any], dumps: Callable[[Any], bytes]) -> str:
    """A JSON object on one line, without its line end."""
    try:
        return dumps(answer).decode()
    except TypeError:
        # A key with half a character (a lone surrogate) is given back as it came, escaped.
        return json.dumps(answer, separators=(",", ":"))


def plain_table(columns: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> list[str]:
    """A table of spaces alone; the last column is not padded."""
    widths = [max(len(row[index]) for row in (columns, *rows)) for index in range(len(columns))]
    lines = []
    for row in (columns, *rows):
        cells = [
            cell.rjust(width) if index in right else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return lines


def steps(bar: Bar) -> Callable[[int, int], None]:
    """A bar that is told how far the work is, instead of how much was done since."""
    reached = 0

    def told(done: int, _total: int) -> None:
        nonlocal reached
        bar.advance(done - reached)
        reached = done

    return told
