"""Lines to the handler in groups, answers to the screen in order, and a tally of what became of them.

Promise: answers come out in the order of the lines and only after they are durable; memory does not grow with the
number of lines. `submit`, both imports and the demo deliver through here.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from interfaces.bootstrap import Session
from interfaces.cli.lines import GROUP_LINES_MAX
from interfaces.cli.screen import Screen
from interfaces.cli.wording import in_order

if TYPE_CHECKING:
    from commands.answer import Answer
    from commands.wire import Delivery, Unreadable

OUTCOMES: Final = ("accepted", "unchanged", "refused", "parked")
TOLD_MAX: Final = 3
"""How many lines of one kind a person is shown."""

Show = Callable[[Sequence[tuple[int, "Answer"]]], None]


@dataclass
class Tally:
    """How many lines met which end."""

    outcomes: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    notices: Counter[str] = field(default_factory=Counter)

    def add(self, answer: "Answer") -> None:
        """Count one answer."""
        self.outcomes[answer.outcome] += 1
        if answer.outcome == "refused" and answer.refusal:
            self.refusals[answer.refusal.code] += 1
        self.notices.update({notice.code for notice in answer.notices})

    @property
    def lines(self) -> int:
        """How many lines were answered."""
        return self.outcomes.total()

    @property
    def exit_code(self) -> int:
        """0 where every line was accepted or unchanged, 1 where some were refused or parked."""
        return 1 if self.outcomes["refused"] or self.outcomes["parked"] else 0

    def as_json(self) -> dict[str, Any]:
        """The tally for programs."""
        return {
            "lines": self.lines,
            **{outcome: self.outcomes[outcome] for outcome in OUTCOMES},
            "refusals": dict(in_order(self.refusals)),
            "notices": dict(in_order(self.notices)),
        }

    def as_text(self) -> list[str]:
        """The tally for people."""
        counts = ", ".join(f"{name} {self.outcomes[name]:,}" for name in OUTCOMES)
        lines = [f"{self.lines:,} line{'' if self.lines == 1 else 's'}: {counts}."]
        if self.refusals:
            lines.append("Refused: " + ", ".join(f"{code} {count:,}" for code, count in in_order(self.refusals)) + ".")
        if self.notices:
            lines.append("Noticed: " + ", ".join(f"{code} {count:,}" for code, count in in_order(self.notices)) + ".")
        if self.outcomes["parked"]:
            lines.append("Parked deliveries wait until their patient, staff member or claim is known: `parked list`.")
        return lines


class Incoming(NamedTuple):
    """A line on its way to the ledger: its number in its file, and what was made of it."""

    number: int
    line: "Delivery | Unreadable"


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
