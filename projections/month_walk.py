"""From one position to another, fact by fact: which facts changed a derived month, and how it stood before and after.

Promise: the month is judged before and after each fact of every stream that its verdict rests on, so what is listed
did change it and what is left out did not; a fact that was undone by a later one is listed with it. Not promised: that
the first and the last month differ.
"""

import heapq
from collections.abc import Iterator
from typing import NamedTuple

from ledger.judging.shapes import Verdict
from ledger.streams.base import EventLog, Fact
from ledger.streams.folding import FOLDINGS, initial
from ledger.terms.people import Programme
from projections.judged import RulebookOf, judged, moves_others
from projections.states import At


class Step(NamedTuple):
    """A fact that changed a month: the month before it, and after it."""

    fact: Fact
    before: Verdict
    after: Verdict


def walk(
    log: EventLog,
    rulebook_of: RulebookOf,
    patient: str,
    month: str,
    *,
    since: int,
    until: int,
    programme: Programme = Programme.CCM,
    edition: str | None = None,
) -> Iterator[Step]:
    """The facts behind `since` and up to `until` that changed the month, in order; by one edition where named."""
    streams = _Streams(log, since, until)

    def judge() -> Verdict:
        return judged(streams.at, rulebook_of, patient, month, programme=programme, edition=edition).verdict

    verdict = judge()
    while (fact := streams.next()) is not None:
        if not streams.apply(fact):
            continue
        after = judge()
        if after != verdict:
            yield Step(fact, verdict, after)
        verdict = after


class _Streams:
    """The streams that a verdict asked for, folded up to a position, and what else they hold up to the last one."""

    def __init__(self, log: EventLog, since: int, until: int) -> None:
        self._log = log
        self._position = since
        self._until = until
        self._held: dict[str, At] = {}
        self._later: list[int] = []
        self._facts: dict[int, Fact] = {}

    def at(self, tag: str) -> At:
        """The state of a stream as of the last fact applied; each stream is read once."""
        held = self._held.get(tag)
        return held if held is not None else self._load(tag)

    def next(self) -> Fact | None:
        """The next fact of the streams asked for so far."""
        if not self._later:
            return None
        return self._facts.pop(heapq.heappop(self._later))

    def apply(self, fact: Fact) -> bool:
        """Fold a fact into the streams that are held; whether it may change what rests on them."""
        self._position = fact.position
        matters = False
        for tag in fact.event.tags():
            held = self._held.get(tag)
            if held is not None:
                now = At(FOLDINGS[tag.partition("/")[0]].evolve(held.state, fact, tag), fact.position)
                self._held[tag] = now
                matters = matters or moves_others(tag, held) or moves_others(tag, now)
        return matters

    def _load(self, tag: str) -> At:
        state, position = initial(tag), 0
        evolve = FOLDINGS[tag.partition("/")[0]].evolve
        for fact in self._log.read(tag, until=self._until):
            if fact.position <= self._position:
                state, position = evolve(state, fact, tag), fact.position
            elif fact.position not in self._facts:
                self._facts[fact.position] = fact
                heapq.heappush(self._later, fact.position)
        found = self._held[tag] = At(state, position)
        return found
