"""How a simulated payer's answers reach a practice: in files by kind and day, some late, some twice, some of others.

Promise: every answer arrives at least once; the same answers sent again come in a file of another number with the same
trace; nothing else is invented but answers about control numbers that nobody sent. Files that lie around for weeks
arrive behind what they should precede: an acknowledgment behind its payment, a payment behind its reversal. Not
promised: an order.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final, NamedTuple

from interfaces.simulator.dice import Dice
from interfaces.simulator.payer import Payer
from interfaces.simulator.payer_words import (
    Adjudicated,
    Answer,
    AnswerFile,
    AtTheDoor,
    FileKind,
    LineAnswer,
    Off,
)
from ledger.streams.claims import CONTROL_NUMBER_DIGITS

_DAY: Final = timedelta(days=1)
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


class Habits(NamedTuple):
    """How often something happens, in a hundred files."""

    twice: int = 10
    lies_around: int = 6
    misdirects: int = 6
    """Files with an answer about somebody else's claim."""


class Post:
    """The way from one payer to one practice."""

    def __init__(self, payer: Payer, dice: Dice, *, since: date, habits: Habits | None = None) -> None:
        self.arrived: dict[str, list[Adjudicated]] = {}
        """By control number: what the practice has been told of decisions, each once."""
        self.strangers: set[str] = set()
        """Control numbers that nobody sent, of files that arrived."""
        self._payer = payer
        self._dice = dice
        self._habits = habits or Habits()
        self._day = since
        self._files = 0
        self._under_way: list[tuple[date, AnswerFile]] = []
        self._known: set[str] = set()

    def files(self, until: date) -> Iterator[AnswerFile]:
        """The files that arrive up to a day since the last time, in the order of their arrival."""
        while self._day <= until:
            self._write(self._day)
            self._day += _DAY
        arriving = sorted((each for each in self._under_way if each[0] <= until), key=lambda each: each[:1])
        self._under_way = [each for each in self._under_way if each[0] > until]
        for _, file in arriving:
            self._note(file)
            yield file

    @property
    def is_empty(self) -> bool:
        """Whether nothing is under way."""
        return not self._under_way

    def _write(self, on: date) -> None:
        said = list(self._payer.answers(on))
        door = tuple(each for each in said if isinstance(each, AtTheDoor))
        decided = tuple(each for each in said if isinstance(each, Adjudicated))
        if door:
            self._send(on, "acknowledgment", door)
        if decided:
            strange = (self._misdirected(on),) if self._dice.chance(self._habits.misdirects) else ()
            self._send(on, "remittance", decided + strange)

    def _send(self, on: date, kind: FileKind, answers: tuple[Answer, ...]) -> None:
        dice, habits = self._dice, self._habits
        trace = f"{'A' if kind == 'acknowledgment' else 'P'}{on:%Y%m%d}"
        lies = dice.chance(habits.lies_around)
        arrives = on + dice.between(25, 60) * _DAY if lies else on + dice.below(3) * _DAY
        self._under_way.append((arrives, self._numbered(kind, trace, on, answers)))
        if dice.chance(habits.twice):
            again = arrives + dice.between(0, 20) * _DAY
            self._under_way.append((again, self._numbered(kind, trace, on, answers)))

    def _numbered(self, kind: FileKind, trace: str, on: date, answers: tuple[Answer, ...]) -> AnswerFile:
        self._files += 1
        return AnswerFile(self._files, kind, trace, on, answers)

    def _misdirected(self, on: date) -> Adjudicated:
        """A denial of a claim that another practice sent."""
        dice = self._dice
        number = "".join(dice.pick(_LETTERS) for _ in range(CONTROL_NUMBER_DIGITS))
        self.strangers.add(number)
        known = next(iter(self._payer.accounts.values())).claim.lines[0]
        line = LineAnswer(known.code, 1, known.charge, known.charge * 0, (Off("CO", "16", known.charge),))
        return Adjudicated(number, "denied", on, f"{on:%y%j}9999999", (line,))

    def _note(self, file: AnswerFile) -> None:
        if file.trace in self._known:
            return
        self._known.add(file.trace)
        for answer in file.answers:
            if isinstance(answer, Adjudicated) and answer.control_number not in self.strangers:
                self.arrived.setdefault(answer.control_number, []).append(answer)
