"""What was recorded, parted into commands: the facts of one proposal stand side by side under one envelope.

An envelope holds the token of the command's key, which is bound once for ever, and what was read; the facts of one
command were appended together, so they share it with their instant. No other command has the same.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from ledger.streams.base import Envelope, Event, Fact


class Told(NamedTuple):
    """A fact, and its event with the sealed words opened: ERASED where their key is gone, None where there are none."""

    fact: Fact
    opened: Event


class Recorded(NamedTuple):
    """What one command left: its facts in order, their events with words opened, and their envelope."""

    facts: tuple[Fact, ...]
    events: tuple[Event, ...]
    envelope: Envelope

    @property
    def name(self) -> str:
        """The command's name on the wire."""
        return self.envelope.command

    @property
    def position(self) -> int:
        """The position of the first fact."""
        return self.facts[0].position

    @property
    def recorded_at(self) -> datetime:
        """The ledger's clock at the append."""
        return self.facts[0].recorded_at


def commands_of(told: Iterable[Told]) -> Iterator[Recorded]:
    """The facts of a ledger, in order, parted into what each command left."""
    together: list[Told] = []
    for each in told:
        if together and not _is_one(together[-1].fact, each.fact):
            yield _recorded(together)
            together = []
        together.append(each)
    if together:
        yield _recorded(together)


def _is_one(before: Fact, fact: Fact) -> bool:
    """Whether two facts, one directly behind the other, came of one command."""
    return before.recorded_at == fact.recorded_at and before.envelope == fact.envelope


def _recorded(together: list[Told]) -> Recorded:
    facts = tuple([each.fact for each in together])
    return Recorded(facts, tuple([each.opened for each in together]), facts[0].envelope)
