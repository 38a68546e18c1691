"""Folded streams during one pass over the facts, bounded in number.

Promise: `at` answers the state of a stream as of the last fact applied, whatever was forgotten in between: what is not
here is folded from the log. Not promised: that it is here; when more facts were folded than the bound allows, the
streams that were not used lately are forgotten.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

from ledger.judging.unread import may_move
from ledger.streams.base import EventLog, Fact
from ledger.streams.folding import FOLDINGS, initial

FACTS_MAX: Final = 200_000
"""How many folded facts are kept, about; each costs two kilobytes at most."""


@contextmanager
def uncollected() -> Iterator[None]:
    """No cyclic garbage collection: folded states hold no cycles, and walking them takes a quarter of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class At(NamedTuple):
    """The state of a stream and the position of its newest fact that a verdict may read, 0 where it has none."""

    state: Any
    position: int

    def after(self, fact: Fact, tag: str) -> "At":
        """The same after one more fact of the stream."""
        state = FOLDINGS[tag.partition("/")[0]].evolve(self.state, fact, tag)
        return At(state, fact.position if may_move(fact.event) else self.position)


class States:
    """The folded states of one pass. `after` is the position where the pass begins."""

    def __init__(self, log: EventLog, *, after: int, facts_max: int = FACTS_MAX) -> None:
        self._log = log
        self._facts_max = facts_max
        self._recent: dict[str, At] = {}
        self._older: dict[str, At] = {}
        self._folded = 0
        # From the beginning, a stream that is not here has no facts yet; it need not be looked up.
        self._all_here = after == 0
        self.position = after

    def apply(self, tag: str, fact: Fact) -> None:
        """Fold one fact into a stream that it belongs to; a stream that is not here stays away until asked for."""
        held = self._recent.get(tag) or self._older.get(tag)
        if held is None:
            if not self._all_here:
                return
            held = At(initial(tag), 0)
        self._recent[tag] = held.after(fact, tag)
        self._folded += 1

    def at(self, tag: str) -> At:
        """The state of a stream as of the last fact applied, and the position of its newest fact."""
        held = self._recent.get(tag)
        if held is None:
            held = self._older.get(tag) or (At(initial(tag), 0) if self._all_here else self._load(tag))
            self._recent[tag] = held
        return held

    @property
    def is_full(self) -> bool:
        """Whether it is time to settle and to forget."""
        return self._folded >= self._facts_max

    def forget(self) -> None:
        """Forget the streams that were not used since the last time."""
        self._older, self._recent, self._folded, self._all_here = self._recent, {}, 0, False

    def _load(self, tag: str) -> At:
        held = At(initial(tag), 0)
        for fact in self._log.read(tag, until=self.position):
            held = held.after(fact, tag)
            self._folded += 1
        return held
