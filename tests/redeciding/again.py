"""A plugin of pytest: every decision that a test of a command sees accepted is rebuilt from its facts and made again.

With `-p tests.redeciding.again` thousands of decisions, ordinary and at every border, say whether their commands can be
rebuilt: with their words, and once more with all words erased. test_decisions.py runs it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, cast

from pydantic import BaseModel

from commands.catalog import CATALOG
from commands.deciding import Law
from commands.intents.base import Command
from commands.redeciding.comparing import differing
from commands.redeciding.exceptions import mend_of
from commands.redeciding.prefix import AsRead, NotAsRead
from commands.redeciding.rebuilding import rebuilt
from commands.redeciding.recorded import Recorded
from commands.redeciding.replaying import Ground, decided, moments
from commands.resolving import reference_fields
from commands.states import Versioned
from ledger.streams.base import ERASED, Envelope, Event, EventLog, Fact, Source, Vouched
from ledger.streams.governance import Governance
from ledger.terms.identity import LEDGER_TAG, patient_tag, staff_tag
from ledger.terms.outcome import Accepted
from tests.gwt import Given, TestZones, Then, token

_when = Given.when
_ADDRESSED = ("patient/", "staff/")
"""Streams of whoever is named: `submit` reads them before it asks a decider."""


class _Log:
    """The facts that were given, as a log."""

    def __init__(self, given: Given) -> None:
        self._given = given

    def token(self, system: str, value: str) -> str:
        return token(system, value)

    def read(self, tag: str, *, after: int = 0, until: int | None = None) -> Iterator[Fact]:
        own = (fact for fact in self._given.facts if tag in fact.event.tags())
        return (fact for fact in own if until is None or fact.position <= until)

    def open_words(self, fact: Fact) -> Event:
        return fact.event


class _Read(AsRead):
    """What the decider had asked for, and whoever was named."""

    def __init__(self, given: Given, tags: Iterable[str]) -> None:
        self._given = given
        self._read = dict.fromkeys(tags, 0)
        self.position = len(given.facts)

    def has(self, tag: str) -> bool:
        return tag in self._read

    def get(self, tag: str) -> Versioned:
        state: Any = self._given.state(tag)
        if isinstance(state, Governance):
            return Versioned(0, replace(state, simulated=True))
        if tag not in self._read and not tag.startswith(_ADDRESSED) and tag != LEDGER_TAG:
            raise NotAsRead(tag)
        return Versioned(0, state)


class _Ground(Ground):
    """The law that was given, whatever was adopted."""

    def __init__(self, given: Given) -> None:
        super().__init__(cast(EventLog, _Log(given)), TestZones(), simulated=False)
        self._given = given

    def law(self, governance: Governance) -> Law:
        return Law(*self._given.law)


def when(self: Given, command: Command) -> Then:
    """What the decider answers; where it accepts, the facts must be found again from themselves."""
    then = _when(self, command)
    events = then.outcome.events if isinstance(then.outcome, Accepted) else ()
    if events and _are_registered(self, events):
        _check(self, command, then, events)
        _check(self, command, then, tuple(map(_erased, events)))
    return then


def _are_registered(given: Given, events: tuple[Event, ...]) -> bool:
    """Whether everybody of the staff is known, as through the door they would have to be."""
    named = (value for event in events for value in event.__dict__.values() if isinstance(value, str))
    staff = {given.actor, *(value for value in named if value.startswith("st_"))}
    new = {getattr(event, "staff", None) for event in events}
    return all(given.state(staff_tag(each)).is_registered for each in staff - new)


def _check(given: Given, command: Command, then: Then, events: tuple[Event, ...]) -> None:
    named = (ref for field, _ in reference_fields(type(command)) if isinstance(ref := getattr(command, field), str))
    people = (patient_tag(ref) if ref.startswith("pt_") else staff_tag(ref) for ref in named)
    recorded, read = _recorded(given, command, events), _Read(given, (*then.read, *people))
    ground, mend = _Ground(given), mend_of(command.NAME)
    found: list[Any] = []
    for again in rebuilt(CATALOG[command.NAME].command, mend, recorded, read, token):
        for now in moments(ground, recorded):
            try:
                item = decided(ground, recorded, read, again, now)
            except NotAsRead as moved:
                found.append(f"read_set ({moved.kind})")
                continue
            said = item.proposal.events if item.proposal is not None else ()
            if not (differs := differing(events, said)):
                return
            found.append(item.answer.refusal.code if item.answer.refusal else differs)
    raise AssertionError(f"{command.NAME} does not decide again as it did: {found}")


def _recorded(given: Given, command: Command, events: tuple[Event, ...]) -> Recorded:
    row = token("#row", f"{given.source_system}\n{given.source_row}") if given.source_row else None
    envelope = Envelope(
        authenticated_as="os:test",
        actor=given.actor,
        vouched=Vouched.SIMULATION,
        command=command.NAME,
        source=Source(system=given.source_system, row=row) if given.source_system else None,
    )
    facts = tuple(
        Fact(len(given.facts) + number, given.now, event.tags()[0], 0, event, envelope)
        for number, event in enumerate(events, 1)
    )
    return Recorded(facts, events, envelope)


def _erased(event: Event) -> Event:
    fields = (sealing.field for sealing in event.sealing())
    return event.model_copy(update={name: ERASED for name in fields if isinstance(getattr(event, name), BaseModel)})


Given.when = when  # type: ignore[method-assign]
