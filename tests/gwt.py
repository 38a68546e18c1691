"""Given facts, when somebody asks, then what the decider answers: the harness of every test of a command.

The states are folded by ledger/streams/folding.py, the capacity is found by commands/authority.py, the decider comes
from commands/catalog.py and is asked again until it needs nothing more: as in commands/handle.py, without a store.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from functools import cache
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from commands import authority
from commands.beside import BesideLog
from commands.catalog import CATALOG
from commands.deciding import Asked, Law, States
from commands.intents.base import Command
from commands.resolving import led_on, reference_fields
from ledger.rulebook import Rulebook, rulebook_of, shipped_edition
from ledger.streams import folding
from ledger.streams.base import Envelope, Event, Fact, Vouched
from ledger.streams.joining import practices_of
from ledger.terms.identity import staff_tag
from ledger.terms.outcome import Accepted, Need, Notice, Outcome, Refused, Unchanged

_ENVELOPE = Envelope(authenticated_as="os:test", actor="test", capacity=None, vouched=Vouched.LOGIN, command="test")
LONG_AGO = datetime(2025, 1, 1, 12, 0, tzinfo=UTC)


@cache
def shipped_rulebook() -> tuple[Rulebook, str]:
    """The rulebook that this program ships, and the digest of its edition."""
    edition = shipped_edition()
    return rulebook_of(edition), edition.digest


def opaque(kind: str, number: int) -> str:
    """A readable opaque id: the same kind and number give the same id."""
    letters = "abcdefghijklmnopqrstuvwxyz234567"
    spelled = ""
    while number:
        number, digit = divmod(number, 32)
        spelled = letters[digit] + spelled
    return f"{kind}_{spelled.rjust(26, 'a')}"


def token(system: str, value: str) -> str:
    """The stand-in for the HMAC of an outside name."""
    return sha256(f"{system}|{value}".encode()).hexdigest()[:32]


class TestZones:
    """Zones out of the tzdata package, as the edge has them."""

    version = "test"
    __test__ = False

    def zone(self, name: str) -> tzinfo | None:
        try:
            return ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            return None


@dataclass(frozen=True)
class Then:
    """What came of it."""

    outcome: Outcome
    read: frozenset[str] = frozenset()

    @property
    def events(self) -> tuple[Event, ...]:
        """The facts of an accepted command."""
        assert isinstance(self.outcome, Accepted), self.outcome
        return self.outcome.events

    @property
    def event(self) -> Any:
        """The one fact of an accepted command."""
        (event,) = self.events
        return event

    @property
    def ids(self) -> dict[str, str]:
        """The ids that the answer gives."""
        assert isinstance(self.outcome, Accepted | Unchanged), self.outcome
        return dict(self.outcome.ids)

    @property
    def codes(self) -> list[str]:
        """The codes of the notices, in order."""
        return [notice.code for notice in self.notices]

    @property
    def notices(self) -> tuple[Notice, ...]:
        """The notices of an accepted or unchanged command."""
        assert isinstance(self.outcome, Accepted | Unchanged), self.outcome
        return self.outcome.notices

    @property
    def refused(self) -> str:
        """The code of a refusal."""
        assert isinstance(self.outcome, Refused), self.outcome
        return self.outcome.code

    @property
    def refusal(self) -> Refused:
        """The whole refusal."""
        assert isinstance(self.outcome, Refused), self.outcome
        return self.outcome

    @property
    def unchanged(self) -> tuple[int, ...]:
        """Where the ledger already says so."""
        assert isinstance(self.outcome, Unchanged), self.outcome
        return self.outcome.positions


@dataclass(frozen=True)
class Given:
    """A ledger of facts, and who asks when. Every change gives another one."""

    facts: tuple[Fact, ...] = ()
    now: datetime = datetime(2026, 3, 31, 18, 0, tzinfo=UTC)
    actor: str = ""
    source_system: str | None = None
    source_row: str | None = None
    first_number: int = 500
    law: tuple[Rulebook, str] = field(default_factory=shipped_rulebook)

    def and_(self, *events: Event, at: datetime | None = None, by: str = "") -> "Given":
        """More facts, learned at an instant, said by somebody."""
        count = len(self.facts)
        envelope = _ENVELOPE.model_copy(update={"actor": by}) if by else _ENVELOPE
        added = (
            Fact(
                position=count + number,
                recorded_at=at or LONG_AGO,
                home=event.tags()[0],
                version=0,
                event=event,
                envelope=envelope,
            )
            for number, event in enumerate(events, start=1)
        )
        return replace(self, facts=(*self.facts, *added))

    def at(self, instant: str) -> "Given":
        """The ledger's clock."""
        return replace(self, now=datetime.fromisoformat(instant))

    def by(self, actor: str) -> "Given":
        """Who asks."""
        return replace(self, actor=actor)

    def row(self, row: str | None, system: str = "timer") -> "Given":
        """The source and its own id of the row."""
        return replace(self, source_system=system, source_row=row)

    def when(self, command: Command) -> Then:
        """What the decider answers, after the capacity of whoever asks was found."""
        entry = CATALOG[command.NAME]
        named = {name: ref for name, _ in reference_fields(type(command)) if (ref := getattr(command, name))}
        people = led_on(command, named, get=self.state)
        # Nothing is here that the decider did not ask for, not even what handle.py has read by then.
        states: dict[str, Any] = {}
        patient = people.get("patient")
        practice = getattr(command, "practice", None)
        capacity = authority.capacity_for(
            entry,
            staff=self.state(staff_tag(self.actor)),
            on=self.now.date(),
            practices=frozenset({practice}) if practice and not patient else self.practices(patient),
        )
        if isinstance(capacity, Refused):
            return Then(capacity)
        numbers = iter(range(self.first_number, self.first_number + 1_000_000))
        asked: Asked[Any] = Asked(
            command=command,
            people=people,
            actor=self.actor,
            capacity=capacity,
            now=self.now,
            vouched=Vouched.LOGIN,
            source_system=self.source_system,
            source_row=self.source_row,
            source_recorded_at=None,
            new_id=lambda kind: opaque(kind, next(numbers)),
            token=token,
            zones=TestZones(),
            login="os:test",
            position=len(self.facts) or 1,
            opened=lambda tag, position: next(f.event for f in self._in(tag) if f.position == position),
            beside=BesideLog(self),  # type: ignore[arg-type]
        )
        return self._decided(entry.decide, asked, states)

    def then(self, command: Command, *, at: datetime | None = None) -> "Given":
        """The ledger after an accepted command."""
        accepted = self.when(command)
        grown = self.and_(*accepted.events, at=at or self.now, by=self.actor)
        return replace(grown, first_number=self.first_number + 100)

    def again(self, command: Command) -> Then:
        """What the same command is answered once it has been accepted."""
        return self.then(command).when(command)

    def read_all(self, tags: Sequence[str], *, until: int | None = None) -> list[Fact]:
        """The facts of several streams in order, none twice."""
        return [fact for fact in self.facts if not set(tags).isdisjoint(fact.event.tags())]

    def state(self, tag: str) -> Any:
        """The folded state of a stream."""
        return folding.fold(tag, self._in(tag))

    def practices(self, patient: str | None) -> frozenset[str]:
        """The practices of a patient, with those of all who are merged with them."""
        return practices_of(patient, self.state) if patient else frozenset()

    def _decided(self, decide: Any, asked: Asked[Any], states: dict[str, Any]) -> Then:
        while True:
            outcome = decide(asked, States(states), Law(*self.law))
            if not isinstance(outcome, Need):
                return Then(outcome, frozenset(states))
            assert not set(outcome.tags) <= states.keys(), "a decider asked for what it has"
            states |= {tag: self.state(tag) for tag in outcome.tags}

    def _in(self, tag: str) -> Iterator[Fact]:
        return (fact for fact in self.facts if tag in fact.event.tags())


def given(*events: Event) -> Given:
    """A ledger that holds these facts, learned long ago."""
    return Given().and_(*events)
