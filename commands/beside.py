"""What stands beside the streams that a decision rests on: reviews of a patient, and which facts hold which words.

No decision about care may rest on a review (`reviewed/<patient>` is in no read set). Whether a record may be erased
does ask for them, as they stand; what is found once an erasure has begun finds no words any more. Promise: what is
durable is seen, what is not is not; nothing is opened.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from ledger.streams import reviews
from ledger.streams.base import EventLog
from ledger.terms.identity import reviewed_tag


class Beside(Protocol):
    """What an erasure asks for besides the states of streams."""

    def open_reviews(self, patients: Iterable[str]) -> tuple[int, ...]:
        """The positions at which reviews of these patients were raised that nobody settled."""
        ...

    def positions(self, tags: Sequence[str], scopes: Collection[str]) -> frozenset[int]:
        """The positions of the facts of these streams that have words under one of these key scopes."""
        ...


class Nothing:
    """Nothing stands beside: of decisions that never ask."""

    def open_reviews(self, patients: Iterable[str]) -> tuple[int, ...]:  # noqa: ARG002 - as the protocol
        """None."""
        return ()

    def positions(self, tags: Sequence[str], scopes: Collection[str]) -> frozenset[int]:  # noqa: ARG002
        """None."""
        return frozenset()


NOTHING_BESIDE = Nothing()


class BesideLog:
    """What stands beside in a log, up to a position where one is given."""

    def __init__(self, log: EventLog, until: int | None = None) -> None:
        self._log = log
        self._until = until

    def open_reviews(self, patients: Iterable[str]) -> tuple[int, ...]:
        """The positions at which reviews of these patients were raised that nobody settled."""
        found: dict[str, reviews.Review] = {}
        for fact in self._log.read_all([reviewed_tag(patient) for patient in patients], until=self._until):
            named: str | None = getattr(fact.event, "review", None)
            if named is not None:
                found[named] = reviews.evolve(found.get(named, reviews.Review()), fact)
        return tuple(sorted(each.position for each in found.values() if each.is_open))

    def positions(self, tags: Sequence[str], scopes: Collection[str]) -> frozenset[int]:
        """The positions of the facts of these streams that have words under one of these key scopes."""
        facts = self._log.read_all(tags, until=self._until)
        return frozenset(f.position for f in facts if any(each.scope in scopes for each in f.event.sealing()))
