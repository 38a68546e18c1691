"""Event, Envelope, Fact and the EventLog protocol: the shapes that every stream shares.

Promise: an event is frozen, strict and refuses unknown fields; TOPIC, VERSION and field names are the storage
format. Words about a person live in fields named by `sealing()`; they are never part of the clear bytes.
Not promised: that a fact counts for anything; that is judged (ledger/judging).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import Enum, StrEnum
from typing import Annotated, ClassVar, Final, Literal, NamedTuple, Protocol

from pydantic import BaseModel, ConfigDict, StringConstraints

from ledger.terms.calendar import Instant
from ledger.terms.identity import Digest, Tag, Token
from ledger.terms.people import Purpose, Role, SourceName, Word


class FactClass(StrEnum):
    """The class of a fact (architecture, section 3): only record facts may move a decision."""

    RECORD = "record"
    REVIEW = "review"
    ACCESS = "access"


class Closed(Enum):
    """Why words are not here: not opened by this reader, or their key was destroyed."""

    SEALED = "sealed"
    ERASED = "erased"

    def __repr__(self) -> str:
        return f"<{self.value}>"


SEALED: Final = Closed.SEALED
ERASED: Final = Closed.ERASED

FROZEN: Final = ConfigDict(frozen=True, strict=True, extra="forbid")


class Part(BaseModel):
    """A frozen, strict piece of an event."""

    model_config = FROZEN


class Sealing(NamedTuple):
    """Which field holds sealed words, whom they are about, and the scope of the data key that seals them."""

    field: str
    subject: str
    scope: str


class Event(BaseModel):
    """One fact, in the past tense. Subclasses set TOPIC and say which tags they belong to."""

    model_config = FROZEN
    TOPIC: ClassVar[str]
    VERSION: ClassVar[int] = 1
    FACT: ClassVar[FactClass] = FactClass.RECORD

    def tags(self) -> tuple[str, ...]:
        """The streams that this fact belongs to, its home stream first; at most sixteen, none twice."""
        raise NotImplementedError

    def sealing(self) -> tuple[Sealing, ...]:
        """The fields that are sealed, each with its subject and key scope; most facts have none."""
        return ()


def identity_scope(patient: str) -> str:
    """The key scope of who a patient is."""
    return f"{patient}/identity"


def year_scope(patient: str, year: int) -> str:
    """The key scope of what happened to a patient in one year."""
    return f"{patient}/{year:04d}"


class Source(Part):
    """The system that a command came from, its own id and version of the row (as tokens), and its own clock."""

    system: SourceName
    row: Token | None = None
    version: Token | None = None
    recorded_at: Instant | None = None


class Vouched(StrEnum):
    """Who vouches for the actor: the actor's own bound login, a source trusted to, or a simulation."""

    LOGIN = "login"
    SOURCE = "source"
    SIMULATION = "simulation"
    PROGRAM = "program"


class Envelope(Part):
    """What is known of a command before the lock is taken: who, in which capacity, from where, resting on what.

    Position, tag sequences and `recorded_at` are assigned under the lock and stand in the header, not here.
    """

    authenticated_as: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    actor: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    capacity: Role | None = None
    on_behalf_of: str | None = None
    vouched: Vouched
    source: Source | None = None
    correlation: Token | None = None
    command: Word
    key: Token | None = None
    purpose: Purpose | None = None
    read_set: tuple[tuple[Tag, int], ...] = ()
    readings: Digest | None = None
    edition: Digest | None = None


class Said(NamedTuple):
    """Who said it, in which capacity, by which command: what the trail and a history ask of every envelope."""

    actor: str
    capacity: str | None
    on_behalf_of: str | None
    vouched: str
    source: str | None
    """The name of the system."""
    command: str
    source_recorded_at: datetime | None = None
    """When that system says that it wrote it down."""
    authenticated_as: str = ""
    purpose: str | None = None
    edition: str | None = None


class StoredEnvelope(Protocol):
    """An envelope that is read when it is asked for."""

    def whole(self) -> Envelope:
        """All of it, validated."""
        ...

    def said(self) -> Said:
        """Who said it, at a fraction of the cost."""
        ...


class Origin(Part):
    """The outside names of a delivery and the digest of its document, sealed with the words of its first subject.

    In the clear they are tokens: enough to tell that two are the same, nothing to compare a guess with.
    """

    key: str | None = None
    row: str | None = None
    version: str | None = None
    correlation: str | None = None
    document: Digest | None = None


class Fact:
    """An event as the ledger holds it: where, when learned, what, and under which envelope."""

    __slots__ = ("_envelope", "_said", "event", "home", "position", "recorded_at", "seq", "version")

    def __init__(
        self,
        position: int,
        recorded_at: datetime,
        home: str,
        version: int,
        event: Event,
        envelope: Envelope | StoredEnvelope,
        seq: int = 0,
    ) -> None:
        self.position = position
        self.recorded_at = recorded_at
        self.home = home
        self.version = version
        self.event = event
        self.seq = seq
        """The number of this fact in the stream that it was read from (the home stream if not said otherwise)."""
        self._envelope = envelope
        self._said: Said | None = None

    @property
    def envelope(self) -> Envelope:
        """The envelope, decoded when first asked for: most folds never ask."""
        if not isinstance(self._envelope, Envelope):
            self._envelope = self._envelope.whole()
        return self._envelope

    @property
    def said(self) -> Said:
        """Who said it, in which capacity, by which command; of a stored envelope nothing else is looked at."""
        if self._said is None:
            known = self._envelope
            self._said = _said_in(known) if isinstance(known, Envelope) else known.said()
        return self._said


def _said_in(e: Envelope) -> Said:
    capacity = e.capacity.value if e.capacity else None
    system, recorded_at = (e.source.system, e.source.recorded_at) if e.source else (None, None)
    who = (e.actor, capacity, e.on_behalf_of, e.vouched.value, system, e.command, recorded_at)
    return Said(*who, e.authenticated_as, e.purpose.value if e.purpose else None, e.edition)


Bound = Literal["accepted", "unchanged", "parked"]


class Proposal(NamedTuple):
    """What one command appends: all of its facts or none, and the binding of its key.

    `read_set` is what the decision rested on, (tag, number of facts in it): the condition of the append. A proposal
    without events binds a key to positions that are there already (`unchanged`).
    """

    events: tuple[Event, ...]
    envelope: Envelope
    read_set: tuple[tuple[str, int], ...]
    key: "CommandKey | None" = None
    outcome: Bound = "accepted"
    positions: tuple[int, ...] = ()
    ids: tuple[tuple[str, str], ...] = ()
    readings: bytes | None = None
    """The canonical bytes of the reading set whose digest is in the envelope; stored once."""
    origin: "Origin | None" = None
    once: str | None = None
    """A token that makes this fact unique (refusals by actor, code, subject and day): a repeat raises its count."""
    clock: datetime | None = None
    """The instant of a simulated ledger's clock; None in every other ledger."""
    follows: bool = False
    """Whether it was decided over what the proposal before it in its group says: it is Moved where that one is."""


class CommandKey(NamedTuple):
    """An idempotency key: its token (source and key), and the HMAC of the command's content."""

    token: str
    content: bytes


class KeyBinding(NamedTuple):
    """What a key is bound to for ever."""

    content: bytes | None
    """None once the content was erased."""
    outcome: Bound
    positions: tuple[int, ...]
    ids: tuple[tuple[str, str], ...]


class Appended(NamedTuple):
    """The proposal is durable: the positions of its facts, and the ledger's clock at the append."""

    positions: tuple[int, ...]
    recorded_at: datetime


class Moved(NamedTuple):
    """A stream of the read set moved (or the key was bound meanwhile): nothing was recorded; decide again."""

    tag: str


class EventLog(Protocol):
    """A ledger's log, as the deciders' side and the projections see it."""

    @property
    def is_far(self) -> bool:
        """Whether asking the ledger costs about as much as appending to it: it is on a server."""
        ...

    @property
    def position(self) -> int:
        """The highest position as of the last `refresh`, `look` or `append`; asks nobody."""
        ...

    def refresh(self) -> int:
        """Notice what other writers appended; answers the highest position."""
        ...

    def look(self, tokens: Sequence[str]) -> tuple[int, Mapping[str, KeyBinding]]:
        """`refresh`, and what idempotency keys are bound to by their tokens, in one step and as of one moment."""
        ...

    def head(self, tag: str) -> int:
        """How many facts the stream holds."""
        ...

    def read(self, tag: str, *, after: int = 0, until: int | None = None) -> Iterable[Fact]:
        """The facts of one stream in order, from sequence `after` (exclusive), up to position `until`."""
        ...

    def read_all(self, tags: Sequence[str], *, until: int | None = None) -> Sequence[Fact]:
        """The facts of several streams up to a position in ledger order, none twice, with one question for all."""
        ...

    def facts_at(self, positions: Iterable[int]) -> Sequence[Fact]:
        """The facts at these positions, in order of position; positions that do not exist are left out."""
        ...

    def bindings(self, tokens: Sequence[str]) -> Mapping[str, KeyBinding]:
        """What idempotency keys are bound to, by their tokens; those that are bound to nothing are left out."""
        ...

    def token(self, system: str, value: str) -> str:
        """The HMAC of an outside name under this ledger's index key, 32 hex characters."""
        ...

    def content_digest(self, content: bytes) -> bytes:
        """The HMAC of a command's canonical bytes under this ledger's digest key."""
        ...

    def gone(self, scopes: Iterable[str]) -> frozenset[str]:
        """Those of these key scopes whose key was destroyed: nothing can be sealed under them."""
        ...

    def open_words(self, fact: Fact) -> Event:
        """The event with its sealed words opened, or Closed.ERASED in their place where the key is gone."""
        ...

    @property
    def epoch(self) -> int:
        """Another number than before says that nothing which was read earlier may be relied on."""
        ...

    def append(self, group: Sequence[Proposal], *, epoch: int | None = None) -> Sequence[Appended | Moved]:
        """Append the proposals in order as one durable commit; each succeeds or is Moved on its own condition.

        `epoch` is the one in which they were decided; in a later one all of them are Moved.
        """
        ...
