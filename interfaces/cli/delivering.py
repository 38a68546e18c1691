"""Lines to the handler in groups, answers to the screen in order, and a tally of what became of them.

Promise: answers come out in the order of the lines and only after they are durable; memory does not grow with the
number of lines. `submit`, both imports and the demo deliver through here.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from interfaces.bootstrap import Session
from interfaces.cli.lines import GROUP_LINES_MAX
from interfaces.cli.screen import Screen
from interfaces.tally import OUTCOMES, Incoming, Tally

if TYPE_CHECKING:
    from commands.answer import Answer

__all__ = ("OUTCOMES", "TOLD_MAX", "Delivering", "Incoming", "Show", "Tally", "as_lines", "in_words")

TOLD_MAX: Final = 3
"""How many lines of one kind a person is shown."""

Show = Callable[[Sequence[tuple[int, "Answer"]]], None]


class Delivering:
    """Delivers groups of lines to one ledger and keeps the tally."""

    def __init__(self, session: Session, show: Show, tally: Tally | None = None) -> None:
        self._handler = session.handler
        self._show = show
        self.tally = tally or Tally()

    def raw(self, number: int, line: bytes | None) -> Incoming:
        """A line as it came; None where it was longer than allowed."""
        from commands.wire import Unreadable, too_long  # noqa: PLC0415 - loaded with the ledger

        return Incoming(number, Unreadable(None, too_long()) if line is None else self._handler.read(line))

    def group(self, lines: Sequence[Incoming]) -> None:
        """Decide one group, show its answers, count them."""
        answers = self._handler.handle([incoming.line for incoming in lines])
        for answer in answers:
            self.tally.add(answer)
        self._show([(incoming.number, answer) for incoming, answer in zip(lines, answers, strict=True)])

    def all(self, lines: Iterable[Incoming]) -> None:
        """Decide any number of lines, group by group."""
        group: list[Incoming] = []
        for incoming in lines:
            group.append(incoming)
            if len(group) >= GROUP_LINES_MAX:
                self.group(group)
                group = []
        if group:
            self.group(group)


def as_lines(screen: Screen, **beside: Any) -> Show:
    """Show answers as JSON, one a line, flushed group by group; `beside` says what else stands in each."""

    def show(answers: Sequence[tuple[int, "Answer"]]) -> None:
        screen.lines([{**beside, **answer.as_json(number)} for number, answer in answers])

    return show


def in_words(screen: Screen, where: Callable[[int], str], told: Counter[str]) -> Show:
    """Show the first lines of each kind that were refused or parked; the summary counts them all.

    `told` remembers, across the files of one import, what was shown how often.
    """

    def show(answers: Sequence[tuple[int, "Answer"]]) -> None:
        for number, answer in answers:
            refusal = answer.refusal
            if refusal is None:
                continue
            told[refusal.code] += 1
            if told[refusal.code] <= TOLD_MAX:
                screen.say(f"{where(number)}: {answer.outcome}, {refusal.code}. {refusal.happened} {refusal.remedy}")
            elif told[refusal.code] == TOLD_MAX + 1:
                screen.say(f"Further lines with {refusal.code} are counted below; --json shows every one.")

    return show
