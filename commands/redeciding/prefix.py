"""The folded streams as they stood before a command, and as its envelope says that it had read them.

Promise: a state answers for exactly the facts before the command; memory is bounded as in states.py, and a stream that
was dropped is read again. A count in an envelope that is not the count of the facts before it is a finding.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

from commands.states import BYTES_MAX, TAGS_MAX, Overlay, Versioned, Written, weight
from ledger.streams import folding
from ledger.streams.base import Envelope, Event, EventLog, Fact

FETCHED_AT_ONCE: Final = 64
"""How many streams are asked for with one question: what it answers is held at once."""


class NotAsRead(Exception):
    """A stream that the decider asks for was not read when it was decided, or did not hold so many facts."""

    def __init__(self, tag: str) -> None:
        super().__init__(tag.partition("/")[0])
        self.kind = tag.partition("/")[0]
        """The kind of stream; which one it is stays here."""


class Prefix:
    """The streams up to a position that only rises: those used lately are held folded."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._held: OrderedDict[str, Versioned] = OrderedDict()
        self._weight = 0
        self.position = 0
        """Everything up to here is behind us."""

    def fetch(self, tags: Iterable[str]) -> None:
        """Have streams ready that are not held, with a few questions for all of them; they then go on with `learn`."""
        absent = [tag for tag in dict.fromkeys(tags) if tag not in self._held]
        for at in range(0, len(absent), FETCHED_AT_ONCE):
            found: dict[str, list[Fact]] = {tag: [] for tag in absent[at : at + FETCHED_AT_ONCE]}
            for fact in self._log.read_all(tuple(found), until=self.position) if self.position else ():
                for tag in fact.event.tags():
                    if tag in found:
                        found[tag].append(fact)
            for tag, facts in found.items():
                self._keep(tag, Versioned(len(facts), folding.fold(tag, facts)))

    def at(self, tag: str, seq: int, *, is_older: bool = False) -> Versioned:
        """A stream that holds `seq` facts; NotAsRead where it holds others. `is_older`: it may hold more by now."""
        held = self._held.get(tag)
        if held is None:
            facts = tuple(self._log.read(tag, until=self.position)) if self.position else ()
            held = self._keep(tag, Versioned(len(facts), folding.fold(tag, facts)))
        else:
            self._held.move_to_end(tag)
        if held.seq == seq:
            return held
        if held.seq < seq or not is_older:
            raise NotAsRead(tag)
        first = islice(self._log.read(tag, until=self.position), seq)
        return Versioned(seq, folding.fold(tag, first))

    def learn(self, facts: Iterable[Fact]) -> None:
        """Go on over further facts, in the order of the ledger."""
        for fact in facts:
            for tag in fact.event.tags():
                held = self._held.get(tag)
                if held is not None:
                    self._held[tag] = Versioned(held.seq + 1, folding.step(tag, held.state, fact))
                    self._weight += weight(tag, 1)
            self.position = fact.position

    def _keep(self, tag: str, held: Versioned) -> Versioned:
        self._weight += weight(tag, held.seq)
        self._held[tag] = held
        while len(self._held) > 1 and (len(self._held) > TAGS_MAX or self._weight > BYTES_MAX):
            oldest, forgotten = self._held.popitem(last=False)
            self._weight -= weight(oldest, forgotten.seq)
        return held


class AsRead(Overlay):
    """The streams as one command had read them: no others, and each with just so many facts."""

    def __init__(self, prefix: Prefix, read: Mapping[str, int], *, is_older: bool = False) -> None:
        self._prefix = prefix
        self._read = read
        self._is_older = is_older
        self.position = prefix.position

    def has(self, tag: str) -> bool:
        """Whether the command had read a stream."""
        return tag in self._read

    @property
    def tags(self) -> Iterable[str]:
        """The streams that it had read."""
        return self._read

    def get(self, tag: str) -> Versioned:
        """The stream as it was read; NotAsRead where it was not."""
        seq = self._read.get(tag)
        if seq is None:
            raise NotAsRead(tag)
        return self._prefix.at(tag, seq, is_older=self._is_older)

    def add(self, events: Sequence[Event], at: datetime, envelope: Envelope) -> list[Written]:  # noqa: ARG002
        """Nothing: what was decided is compared, and nobody decides over it."""
        return []
