"""What this ledger took in of one source on one UTC day, for a sender that compares it with its own list.

Promise: every fact of the day that came from the source stands in one of the counts, and each digest is made of the
positions of its facts, which the sender was told in the answers: it can be made again from them, without a word about a
patient, also after an erasure. Lines that were refused leave no fact, but those that an auditor would ask about; lines
that were known already leave none either: the documents of the day say how many there were.
Whoever is confined to practices is told of what belongs to these, as if nothing else had come.
Not promised: that a sender sent everything; only a comparison with its keys shows that.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Final, NamedTuple, Protocol

from ledger.streams.access import CommandRefused, RecordRead
from ledger.streams.base import Fact, KeyBinding
from ledger.streams.governance import DeliveryParked, ParkedDelivery
from ledger.streams.imports import DocumentImported
from ledger.terms.digests import document_digest
from ledger.terms.identity import key_name, parked_tag
from projections.moments import DatedLog
from projections.states import States

FIRST_DAY: Final = date(1900, 1, 1)
LAST_DAY: Final = date(9998, 12, 31)
"""Beyond these no ledger has facts, and instants end soon."""
PIECE: Final = 1_000
"""Facts, or keys, that are looked at together."""
Within = Callable[[Fact], bool]
"""Whether a fact belongs to the practices that whoever asks is confined to."""


class DeliveredLog(DatedLog, Protocol):
    """A ledger's log as this question sees it."""

    def follow(self, after: int, limit: int) -> Sequence[Fact]:
        """The facts behind a position, at most `limit`, in order."""
        ...


class Taken(NamedTuple):
    """Deliveries of one kind, their facts, and the digest of these facts' positions."""

    deliveries: int
    facts: int
    sha256: str
    """SHA-256 over the positions in order, in decimal, each with a line feed."""


class Imported(NamedTuple):
    """A document that was imported on the day, and what became of its rows."""

    position: int
    recorded_at: datetime
    by: str
    kind: str
    rows: int
    accepted: int
    unchanged: int
    refused: int
    parked: int


class Compared(NamedTuple):
    """The keys of a sender beside those of the ledger."""

    given: int
    """How many keys were named, each once."""
    recorded: int
    """On record, accepted or known, on whichever day; also released ones."""
    waiting: int
    discarded: int
    unknown: tuple[int, ...]
    """The lines of keys that this ledger knows nothing of: never received, or refused."""
    not_named: tuple[int, ...]
    """Positions of the day's facts, and of what was parked, whose keys the sender did not name."""


class Deliveries(NamedTuple):
    """What was taken in of one source on one day."""

    source: str
    day: date
    is_over: bool
    """Whether nothing of the day can come any more."""
    position: int
    """The position up to which was looked."""
    first: int | None
    """The first position of the day in this ledger, whoever appended it; None where it has none. Of the facts told
    of, where not all are."""
    last: int | None
    accepted: Taken
    parked: Taken
    released: Taken
    """Deliveries parked before, which became facts on this day."""
    refused_on_record: int
    """Refusals that are facts; others leave none."""
    documents: tuple[Imported, ...]
    compared: Compared | None


def deliveries(
    log: DeliveredLog,
    source: str,
    day: date,
    *,
    now: datetime,
    keys: Iterable[tuple[int, str]] | None = None,
    within: Within | None = None,
) -> Deliveries:
    """The deliveries of a source on a UTC day; `keys` are the sender's own, each with its line.

    `within` says of each fact if it is told of; None: of all.
    """
    head = log.refresh()
    begins = datetime.combine(min(max(day, FIRST_DAY), LAST_DAY), time.min, UTC)
    before = min(log.position_at(begins - timedelta(microseconds=1)), head)
    last = min(log.position_at(begins + timedelta(days=1, microseconds=-1)), head)
    waited = States(log, after=head).at(parked_tag(source)).state
    found = _Found(frozenset(at for each in waited.deliveries for at in each.became))
    for fact in _facts(log, before, last):
        # That a source asked what it delivered is no delivery.
        is_of_source = fact.said.source == source and not isinstance(fact.event, RecordRead)
        if is_of_source and (within is None or within(fact)):
            found.add(fact)
    # How much came of others on the day is told to nobody who is told of a part.
    first_and_last = ((before + 1, last) if last > before else (None, None)) if within is None else found.ends
    return Deliveries(
        source=source,
        day=day,
        is_over=now >= begins + timedelta(days=1),
        position=head,
        first=first_and_last[0],
        last=first_and_last[1],
        accepted=found.taken("accepted"),
        parked=found.taken("parked"),
        released=found.taken("released"),
        refused_on_record=found.refused,
        documents=tuple(found.documents),
        compared=None if keys is None else _compared(log, source, keys, found, waited.get, within),
    )


class _Found:
    """The facts of the source so far, by what they were."""

    def __init__(self, became: frozenset[int]) -> None:
        self._became = became
        self._keys: dict[str, set[str]] = {}
        self._positions: dict[str, list[int]] = {}
        self.key_at: dict[int, str] = {}
        self.refused = 0
        self.documents: list[Imported] = []
        self.ends: tuple[int | None, int | None] = (None, None)
        """The first and the last position of them."""

    def add(self, fact: Fact) -> None:
        self.ends = (self.ends[0] or fact.position, fact.position)
        match fact.event:
            case CommandRefused():
                self.refused += 1
            case DocumentImported() as e:
                counts = (e.rows, e.accepted, e.unchanged, e.refused, e.parked)
                self.documents.append(Imported(fact.position, fact.recorded_at, fact.said.actor, e.kind, *counts))
            case DeliveryParked():
                self._note("parked", fact)
            case _:
                self._note("released" if fact.position in self._became else "accepted", fact)

    def taken(self, kind: str) -> Taken:
        positions = self._positions.get(kind, [])
        text = "".join(f"{position}\n" for position in positions)
        return Taken(len(self._keys.get(kind, ())), len(positions), document_digest(text.encode()))

    def _note(self, kind: str, fact: Fact) -> None:
        self._positions.setdefault(kind, []).append(fact.position)
        if (key := fact.envelope.key) is not None:
            self._keys.setdefault(kind, set()).add(key)
            self.key_at[fact.position] = key


def _facts(log: DeliveredLog, after: int, last: int) -> Iterator[Fact]:
    while after < last and (facts := log.follow(after, min(PIECE, last - after))):
        yield from facts
        after = facts[-1].position


class _Waited(Protocol):
    def __call__(self, delivery: str, /) -> ParkedDelivery | None: ...


def _compared(
    log: DeliveredLog,
    source: str,
    keys: Iterable[tuple[int, str]],
    found: _Found,
    waited: _Waited,
    within: Within | None,
) -> Compared:
    """The sender's keys, looked up by their tokens: whatever was erased since, a key is bound for ever."""
    named: set[str] = set()
    counts: Counter[str] = Counter()
    unknown: list[int] = []
    lines = iter(keys)
    while piece := list(islice(lines, PIECE)):
        tokens = {log.token(*key_name(source, key)): line for line, key in piece}
        new = {token: line for token, line in tokens.items() if token not in named}
        named.update(new)
        bound = _bound_within(log, list(new), within)
        for token, line in new.items():
            standing = _standing(bound.get(token), waited)
            counts[standing] += 1
            unknown += [line] if standing == "unknown" else []
    not_named = sorted(position for position, key in found.key_at.items() if key not in named)
    return Compared(
        given=len(named),
        recorded=counts["recorded"],
        waiting=counts["waiting"],
        discarded=counts["discarded"],
        unknown=tuple(sorted(unknown)),
        not_named=tuple(not_named),
    )


def _bound_within(log: DeliveredLog, tokens: Sequence[str], within: Within | None) -> Mapping[str, KeyBinding]:
    """What keys are bound to, as far as all of it belongs to whom it is told to."""
    bound = log.bindings(tokens)
    if within is None:
        return bound
    positions = {position for binding in bound.values() for position in binding.positions}
    inside = {fact.position for fact in log.facts_at(sorted(positions)) if within(fact)}
    return {token: binding for token, binding in bound.items() if inside.issuperset(binding.positions)}


def _standing(bound: KeyBinding | None, waited: _Waited) -> str:
    if bound is None:
        return "unknown"
    if bound.outcome != "parked":
        return "recorded"
    parked = waited(dict(bound.ids).get("delivery", ""))
    if parked is None or parked.is_open:
        return "waiting"
    return "recorded" if parked.closed_as == "released" else "discarded"
