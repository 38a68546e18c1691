"""Folded states for deciding: a bounded cache checked against the log's heads, and the overlay of one group.

Promise: a state answers for exactly as many facts as its sequence number says. The cache only saves reading: what
it holds was folded from the log with the log's own positions and instants. The overlay adds what earlier commands
of the same group decided; its positions are a forecast, used for nothing but deciding the rest of the group.
"""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from ledger.streams import folding
from ledger.streams.base import Envelope, Event, EventLog, Fact

TAGS_MAX: Final = 16_384
BYTES_MAX: Final = 32_000_000
"""How much the folded states may weigh, about: memory must not grow with the input."""
FORECAST: Final = 1 << 60
"""Where the positions of facts begin that have none yet: a stream may hold newer facts than the log has noticed."""
BYTES_A_FACT: Final = {"patient": 3_000, "care_plan": 1_500, "care_month": 900, "staff_day": 250}
"""What a folded fact of a kind of stream weighs, about; one of any other kind weighs two kilobytes."""


class Versioned(NamedTuple):
    """A state and how many facts of its stream it holds."""

    seq: int
    state: Any


class Written(NamedTuple):
    """An event of this group with the folding streams it belongs to, and the number it has in each by forecast."""

    event: Event
    tags: tuple[tuple[str, int], ...]


class StateCache:
    """The newest folded states, `TAGS_MAX` at most and of bounded weight; those not used lately leave first."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._held: OrderedDict[str, Versioned] = OrderedDict()
        self._weight = 0
        self._epoch = log.epoch

    def at_head(self, tag: str) -> Versioned:
        """The state of a stream as of everything that the log has seen."""
        self._of_this_epoch()
        seq = self._log.head(tag)
        held = self._held.get(tag)
        if held is not None and held.seq == seq:
            self._held.move_to_end(tag)
            return held
        if held is None or held.seq > seq:
            held = Versioned(0, folding.initial(tag))
        if seq > held.seq:
            facts = tuple(self._log.read(tag, after=held.seq))
            # Another writer may have added more than the head said: the count is of what was folded.
            held = Versioned(held.seq + len(facts), folding.fold(tag, facts, held.state))
        return self._keep(tag, held)

    def fill(self, tags: Sequence[str]) -> None:
        """Fold streams that are not held yet, with one question for all of them."""
        self._of_this_epoch()
        absent = dict.fromkeys(tag for tag in tags if tag not in self._held)
        found: dict[str, list[Fact]] = {tag: [] for tag in absent}
        for fact in self._log.read_all(tuple(absent)) if absent else ():
            for tag in fact.event.tags():
                if tag in found:
                    found[tag].append(fact)
        for tag, facts in found.items():
            self._keep(tag, Versioned(len(facts), folding.fold(tag, facts)))

    def learned(self, fact: Fact, tags: Sequence[tuple[str, int]]) -> None:
        """Fold a fact that was just appended into the streams that are held; `tags` are (tag, its number there).

        Only for streams that the append was conditional on: of no other is the number more than a forecast.
        """
        for tag, seq in tags:
            held = self._held.get(tag)
            if held is not None and held.seq + 1 == seq:
                self._held[tag] = Versioned(seq, folding.step(tag, held.state, fact))
                self._weight += weight(tag, 1)

    def _of_this_epoch(self) -> None:
        if self._epoch != self._log.epoch:
            self._held.clear()
            self._weight, self._epoch = 0, self._log.epoch

    def _keep(self, tag: str, held: Versioned) -> Versioned:
        known = self._held.pop(tag, None)
        self._weight += weight(tag, held.seq - (known.seq if known else 0))
        self._held[tag] = held
        # The newest one stays, however much it weighs alone.
        while len(self._held) > 1 and (len(self._held) > TAGS_MAX or self._weight > BYTES_MAX):
            oldest, forgotten = self._held.popitem(last=False)
            self._weight -= weight(oldest, forgotten.seq)
        return held


def weight(tag: str, facts: int) -> int:
    """What so many folded facts of a stream weigh, about."""
    return BYTES_A_FACT.get(tag.partition("/")[0], 2_000) * facts


class Overlay:
    """The states as the commands of one group see them, each command after those before it."""

    def __init__(self, cache: StateCache) -> None:
        self._cache = cache
        self._added: dict[str, Versioned] = {}
        # Until its append a group sees the log as it stood when the group began: each stream is looked up once.
        self._seen: dict[str, Versioned] = {}
        self.position = FORECAST
        """The position of what this group added last: behind everything that any stream holds."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was added yet."""
        return not self._added

    def get(self, tag: str) -> Versioned:
        """The state of a stream with what the group added."""
        held = self._added.get(tag) or self._seen.get(tag)
        if held is None:
            held = self._seen[tag] = self._cache.at_head(tag)
        return held

    def add(self, events: Sequence[Event], at: datetime, envelope: Envelope) -> list[Written]:
        """Let the rest of the group see these events; answers each with the folding streams it belongs to."""
        written: list[Written] = []
        for event in events:
            self.position += 1
            all_tags = event.tags()
            fact = Fact(
                position=self.position, recorded_at=at, home=all_tags[0], version=0, event=event, envelope=envelope
            )
            tags = []
            for tag in all_tags:
                if tag.partition("/")[0] not in folding.FOLDINGS:
                    continue
                seq, state = self.get(tag)
                self._added[tag] = Versioned(seq + 1, folding.step(tag, state, fact))
                tags.append((tag, seq + 1))
            written.append(Written(event, tuple(tags)))
        return written
