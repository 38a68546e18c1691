"""One recorded command decided once more, by the very steps of `submit` (one_line.py), on what it had read.

Promise: the ids that are drawn are those recorded, in order; the law is the edition adopted last by then; tokens of
stand-ins are the recorded ones, all others are made anew. The moment of the decision is in some facts; of others it is
known by the append alone, which came after it: a decision on the border of a day is asked a minute earlier too.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, NamedTuple, cast

from commands.deciding import Law, Read
from commands.intents.base import Actor, CommandLine, SourceLine
from commands.one_line import Deciding
from commands.redeciding.prefix import AsRead
from commands.redeciding.rebuilding import ANY, ROW, Rebuilt, Tokens
from commands.redeciding.recorded import Recorded
from commands.session import Decided
from commands.wire import Delivery
from ledger.rulebook import Edition, ReadingSet, Rulebook, rulebook_of
from ledger.streams.base import CommandKey, Envelope, Event, EventLog, Fact, Vouched
from ledger.streams.governance import Governance
from ledger.terms.identity import id_from, type_of_id
from ledger.terms.outcome import Refused
from ledger.terms.ports import Zones

MOMENTS: Final = ("attested_at", "signed_at", "started_at", "stopped_at")
"""Fields that hold the moment of the decision itself."""
EARLIER: Final = timedelta(minutes=1)
"""How long before its append a decision may have been made, where its facts do not say."""
NOON: Final = time(12)
NO_KEY: Final = "0" * 32
EDITIONS_HELD: Final = 8
_THROWN_AWAY: Final = bytes(16)


class Ground:
    """What all commands of a ledger are decided on: its log, the zones, and the editions that it adopted."""

    def __init__(self, log: EventLog, zones: Zones, *, simulated: bool) -> None:
        self.log = log
        self.zones = zones
        self.simulated = simulated
        self._books: dict[str, tuple[Rulebook, dict[Read, ReadingSet]]] = {}

    def law(self, governance: Governance) -> Law:
        """The edition adopted last."""
        adopted = governance.edition()
        assert adopted is not None, "init adopts an edition"
        if adopted.edition not in self._books:
            if len(self._books) >= EDITIONS_HELD:
                self._books.clear()
            self._books[adopted.edition] = rulebook_of(Edition.from_bytes(adopted.content)), {}
        rulebook, sets = self._books[adopted.edition]
        return Law(rulebook, adopted.edition, sets)


class Replay:
    """A session (commands/session.py) in which one recorded command is decided again."""

    def __init__(self, ground: Ground, recorded: Recorded, tokens: Tokens, now: datetime) -> None:
        envelope = recorded.envelope
        self._ground = ground
        self.log = cast(EventLog, _Log(ground.log, tokens, recorded.position - 1))
        self.login = envelope.authenticated_as
        self.default_actor: str | None = envelope.actor
        self.zones = _zones(ground.zones, recorded)
        is_program = envelope.vouched is Vouched.PROGRAM
        self.machine = envelope.actor if is_program else None
        self._now = now
        self._ids = _drawn(recorded.events)

    def new_id(self, kind: str) -> str:
        """The next id of a kind that was recorded; one that a decider drew and threw away is any."""
        return next(self._ids[kind], id_from(kind, _THROWN_AWAY))

    def law(self, governance: Governance) -> Law:
        """The edition adopted last by then."""
        return self._ground.law(governance)

    def clock_for(self, line: Delivery, governance: Governance) -> datetime | Refused:  # noqa: ARG002
        """The moment of the decision."""
        return self._now


def decided(ground: Ground, recorded: Recorded, read: AsRead, again: Rebuilt, now: datetime) -> Decided:
    """What a rebuilt command comes to; NotAsRead where it asks for what it had not read."""
    tokens, source = again.tokens, recorded.envelope.source
    if source is not None and source.row is not None:
        tokens = {**tokens, ("#row", f"{source.system}\n{ROW}"): source.row}
    line = Delivery(_head(recorded.envelope), again.command, b"", b"")
    return decided_line(ground, recorded, read, line, tokens, now)


def decided_line(
    ground: Ground, recorded: Recorded, read: AsRead, line: Delivery, tokens: Tokens, now: datetime
) -> Decided:
    """What a line comes to on what was read."""
    replay = Replay(ground, recorded, tokens, now)
    key = CommandKey(recorded.envelope.key or NO_KEY, b"")
    return Deciding(replay, line, key, read, position_of(recorded)).decided(0)


def moments(ground: Ground, recorded: Recorded) -> Iterator[datetime]:
    """When it may have been decided, the likeliest first."""
    for event in recorded.events:
        for name in MOMENTS:
            if isinstance(said := getattr(event, name, None), datetime):
                yield said
                return
    yield recorded.recorded_at
    first = getattr(recorded.events[0], "first_recorded_at", None)
    if first is not None:
        yield first
    if not ground.simulated:
        yield recorded.recorded_at - EARLIER
        return
    # A simulated ledger takes its clock from the lines, and one program's may run behind another's.
    days = {value for event in recorded.events for value in event.__dict__.values() if type(value) is date}
    noons = (datetime.combine(day, NOON, UTC) for day in sorted(days, reverse=True))
    yield from (noon for noon in noons if noon < recorded.recorded_at)


def position_of(recorded: Recorded) -> int:
    """The position that an attestation or a claim pinned; of other commands the one before theirs."""
    pinned: int | None = getattr(recorded.events[0], "as_of", None)
    return pinned if pinned is not None else recorded.position - 1


def _head(envelope: Envelope) -> CommandLine:
    source = envelope.source
    return CommandLine.model_construct(
        v=1,
        key="",
        command=envelope.command,
        actor=Actor.model_construct(id=envelope.actor, on_behalf_of=envelope.on_behalf_of),
        source=SourceLine.model_construct(
            system=source.system,
            id=ROW if source.row is not None else None,
            version=None,
            recorded_at=source.recorded_at,
        )
        if source is not None
        else None,
        correlation=None,
        expect={},
        clock=None,
        data=None,
    )


class _Log:
    """Of the log what a decision asks for, as of the fact before: tokens, those of stand-ins as recorded, and words."""

    def __init__(self, log: EventLog, tokens: Tokens, last: int) -> None:
        self._log = log
        self._tokens = tokens
        self._last = last

    def token(self, system: str, value: str) -> str:
        """The token of an outside name."""
        known = self._tokens.get((system, value)) or self._tokens.get((system, ANY))
        return known or self._log.token(system, value)

    def read(self, tag: str, *, after: int = 0, until: int | None = None) -> Iterable[Fact]:
        """The facts of a stream."""
        return self._log.read(tag, after=after, until=self._until(until))

    def read_all(self, tags: Sequence[str], *, until: int | None = None) -> Sequence[Fact]:
        """The facts of several streams in ledger order."""
        return self._log.read_all(tags, until=self._until(until))

    def open_words(self, fact: Fact) -> Event:
        """The event with its words opened."""
        return self._log.open_words(fact)

    def gone(self, scopes: Iterable[str]) -> frozenset[str]:  # noqa: ARG002 - as the log has it
        """No key: those under which words were sealed were there, whatever was destroyed since."""
        return frozenset()

    def _until(self, until: int | None) -> int:
        return self._last if until is None else min(until, self._last)


class _ZonesThen(NamedTuple):
    """The zones of this program under the version that the facts name: another version alone is no difference."""

    zones: Zones
    version: str

    def zone(self, name: str) -> Any:
        """The zone of a name."""
        return self.zones.zone(name)


def _zones(zones: Zones, recorded: Recorded) -> Zones:
    said = next((event.tzdata for event in recorded.events if hasattr(event, "tzdata")), None)
    return zones if said in (None, zones.version) else cast(Zones, _ZonesThen(zones, str(said)))


def _drawn(events: Sequence[Event]) -> defaultdict[str, Iterator[str]]:
    """The ids that stand in the facts, by their kind, in order, each once."""
    found: dict[str, dict[str, None]] = {}
    for event in events:
        for value in event.__dict__.values():
            if isinstance(value, str) and (spelled := type_of_id.match(value)):
                found.setdefault(spelled.group(1), {})[value] = None
    return defaultdict(lambda: iter(()), {kind: iter(ids) for kind, ids in found.items()})
