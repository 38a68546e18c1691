"""A log in memory with the answers of the real one, written by hand; and facts for it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import NamedTuple, TypeVar

from ledger.streams.base import (
    Appended,
    Envelope,
    Event,
    Fact,
    KeyBinding,
    Moved,
    Proposal,
    Source,
    Vouched,
)
from ledger.terms.identity import by_tag
from ledger.terms.people import Role

OPENED_AT = datetime(2026, 1, 2, 8, 0, tzinfo=UTC)


T = TypeVar("T")


class Times(NamedTuple):
    """A refusal's fact and how often it happened."""

    position: int
    times: int


def envelope(
    actor: str,
    command: str,
    *,
    capacity: Role | None = Role.CLINICAL_STAFF,
    vouched: Vouched = Vouched.LOGIN,
    source: Source | None = None,
    on_behalf_of: str | None = None,
) -> Envelope:
    """An envelope as handle.py makes it."""
    return Envelope(
        authenticated_as=f"os:{actor[-4:]}",
        actor=actor,
        capacity=capacity,
        vouched=vouched,
        source=source,
        on_behalf_of=on_behalf_of,
        command=command,
    )


class FakeLog:
    """Facts in memory. `clock` moves by one minute for each append that names no instant of its own."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.visible: int | None = None
        """How many facts there seem to be; None: all."""
        self.repeats: dict[int, int] = {}
        self.destroyed = False
        """Whether the keys of all sealed words are gone."""
        self._streams: dict[str, list[int]] = {}
        self._clock = OPENED_AT

    def add(self, event: Event, wrapped: Envelope, recorded_at: datetime | None = None) -> Fact:
        """Append one fact."""
        self._clock = max(recorded_at or self._clock + timedelta(minutes=1), self._clock)
        position = len(self.facts) + 1
        tags = dict.fromkeys((*event.tags(), by_tag(wrapped.actor)))
        for tag in tags:
            self._streams.setdefault(tag, []).append(position)
        home = next(iter(tags))
        fact = Fact(
            position=position,
            recorded_at=self._clock,
            home=home,
            version=len(self._streams[home]),
            event=event,
            envelope=wrapped,
        )
        self.facts.append(fact)
        return fact

    is_far = False
    epoch = 0

    @property
    def position(self) -> int:
        return self.refresh()

    def refresh(self) -> int:
        return len(self.facts) if self.visible is None else self.visible

    def head(self, tag: str) -> int:
        return len(list(self.read(tag)))

    def read(self, tag: str, *, after: int = 0, until: int | None = None) -> Iterator[Fact]:
        last = self.refresh() if until is None else min(until, self.refresh())
        for position in self._streams.get(tag, [])[after:]:
            if position <= last:
                yield self.facts[position - 1]

    def read_all(self, tags: Sequence[str], *, until: int | None = None) -> list[Fact]:
        found = {fact.position: fact for tag in tags for fact in self.read(tag, until=until)}
        return [found[position] for position in sorted(found)]

    def told(
        self, tags: Sequence[str], read: Callable[[str, bytes], T], *, until: int
    ) -> dict[str, list[tuple[int, T]]]:
        return {tag: [(fact.position, read(*_clear(fact))) for fact in self.read(tag, until=until)] for tag in tags}

    def follow(self, after: int, limit: int) -> list[Fact]:
        return self.facts[after : min(after + limit, self.refresh())]

    def gone(self, scopes: Iterable[str]) -> frozenset[str]:
        """None: nothing was erased."""
        return frozenset()

    def open_words(self, fact: Fact) -> Event:
        return fact.event

    def facts_at(self, positions: Iterable[int]) -> list[Fact]:
        return [self.facts[position - 1] for position in sorted(set(positions)) if position <= self.refresh()]

    def position_at(self, instant: datetime) -> int:
        return sum(fact.recorded_at <= instant for fact in self.facts[: self.refresh()])

    def refusal_counts(self, after: int = 0) -> list[Times]:
        return [Times(at, times) for at, times in sorted(self.repeats.items()) if at > after]

    def erased(self, subject: str, facts: Iterable[Fact]) -> dict[int, tuple[str, ...]]:
        return {fact.position: ("words",) for fact in facts if fact.event.sealing() and self.destroyed}

    def tags_starting(self, prefix: str) -> list[str]:
        return sorted(tag for tag in self._streams if tag.startswith(prefix) and self.head(tag))

    def look(self, tokens: Sequence[str]) -> tuple[int, dict[str, KeyBinding]]:
        return self.refresh(), self.bindings(tokens)

    def bindings(self, tokens: Sequence[str]) -> dict[str, KeyBinding]:
        return {}

    def token(self, system: str, value: str) -> str:
        return sha256(f"{system}|{value}".encode()).hexdigest()[:32]

    def content_digest(self, content: bytes) -> bytes:
        return sha256(content).digest()

    def append(self, group: Sequence[Proposal], *, epoch: int | None = None) -> Sequence[Appended | Moved]:
        answers = []
        for proposal in group:
            added = [self.add(event, proposal.envelope, proposal.clock) for event in proposal.events]
            answers.append(Appended(tuple(fact.position for fact in added), self._clock))
        return answers


def _clear(fact: Fact) -> tuple[str, bytes]:
    return fact.event.TOPIC, fact.event.model_dump_json(exclude_none=True).encode()
