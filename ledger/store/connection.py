"""A ledger: the log that deciders append to and projections follow, in a folder or in a PostgreSQL schema.

Promise: what `append` answered survives kill -9 and power loss; facts come in one total order without gaps, validated;
sealed words are opened only by `open_words` and `origin`. Several processes may open one ledger at once, and the
threads of a process may share a Ledger. Database exceptions come out as ledger/terms/errors.py names them.
Not promised: that bytes on the disk were not changed by somebody else; `fsck.verify` looks for that.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from ledger.store.append import prepare
from ledger.store.body import split_body
from ledger.store.cleaning import clean_restored
from ledger.store.engine import Engine, Info, RefusalCount, Stats, StoredReadModels, TagOf
from ledger.store.heads import NO_HEAD, Head, HeadCache
from ledger.store.instants import from_micros, to_micros
from ledger.store.mapper import Mapper, Row
from ledger.store.masterkeys import Master
from ledger.store.postgres.address import Address
from ledger.store.read_set import Reads, ReadSet
from ledger.store.sqlite import engine as sqlite_engine
from ledger.store.sqlite import founding as sqlite_founding
from ledger.store.sqlite.errors import naming_errors
from ledger.store.sqlite.key_rows import open_vault_file
from ledger.store.told import Told, ToldStreams, up_to
from ledger.store.vault import Vault
from ledger.streams.base import Appended, Event, Fact, KeyBinding, Moved, Origin, Proposal
from ledger.terms.errors import LedgerDamaged, StoreUnavailable
from ledger.terms.identity import erasure_tag
from ledger.terms.ports import Clock, IdSource

READ_CHUNK: Final = 512
PREPARED_AGAIN_MAX: Final = 8
"""How often a group is sealed anew because keys were destroyed meanwhile; erasures are rare, so once is enough."""

Place = Path | Address
"""Where a ledger is: a folder, or a schema on a PostgreSQL server."""
T = TypeVar("T")
"""Whether a stored fact of a stream matters: asked with the stream, the topic and the clear JSON."""


def create(
    place: Place,
    *,
    master_key: Master,
    clock: Clock,
    ids: IdSource,
    simulated: bool,
    ledger_id: str | None = None,
) -> "Ledger":
    """Make a new ledger and open it; NotALedger where there is one already.

    Whether the ledger is simulated is decided here for ever. `ledger_id` is drawn where none is given.
    """
    if isinstance(place, Address):
        from ledger.store.postgres import founding  # noqa: PLC0415 - a desk without a server never loads psycopg

        founding.found(place, master_key=master_key, clock=clock, ids=ids, simulated=simulated, ledger_id=ledger_id)
    else:
        with naming_errors():
            sqlite_founding.found(
                place, master_key=master_key, clock=clock, ids=ids, simulated=simulated, ledger_id=ledger_id
            )
    return open_ledger(place, master_key=master_key, clock=clock, ids=ids)


def open_ledger(place: Place, *, master_key: Master, clock: Clock, ids: IdSource, to_verify: bool = False) -> "Ledger":
    """Open a ledger; `to_verify` one of which facts of erasures cannot be read as well, so that they can be named.

    Raises NotALedger (there is none), WrongKey (the vault does not open), NeedsNewerProgram (made by a newer one),
    LedgerDamaged (its schema is of unknown make), StoreUnavailable (durable settings did not hold, or no server).
    """
    if isinstance(place, Address):
        from ledger.store.postgres.engine import open_engine, open_vault_schema  # noqa: PLC0415

        engine: Engine = open_engine(place)
        with _closing_on_failure(engine):
            vault = open_vault_schema(engine, master_key=master_key, ids=ids, clock=clock)
    else:
        engine = sqlite_engine.open_engine(place, clock)
        with _closing_on_failure(engine):
            file = place / sqlite_founding.VAULT_FILE
            ledger_id = engine.info.ledger_id
            vault = open_vault_file(file, ledger_id=ledger_id, master_key=master_key, ids=ids, clock=clock)
    return opened(engine, vault, clock, ids, to_verify=to_verify)


def opened(engine: Engine, vault: Vault, clock: Clock, ids: IdSource, *, to_verify: bool = False) -> "Ledger":
    """The ledger of an engine and its vault, in which nothing is alive that was erased; closed where that fails."""
    ledger = Ledger(engine, vault, clock, ids)
    try:
        clean_restored(ledger, passing_over=to_verify)
    except BaseException:
        ledger.close()
        raise
    return ledger


@contextmanager
def _closing_on_failure(engine: Engine) -> Iterator[None]:
    try:
        yield
    except BaseException:
        engine.close()
        raise


def info_of(place: Place) -> Info:
    """What a ledger says about itself, for which no key is needed; raises as `open_ledger`."""
    if isinstance(place, Address):
        from ledger.store.postgres import engine  # noqa: PLC0415

        return engine.info_of(place)
    return sqlite_engine.info_of(place)


def exists(place: Place) -> bool:
    """Whether there is a ledger at a place, readable or not."""
    if isinstance(place, Address):
        from ledger.store.postgres import founding  # noqa: PLC0415

        return founding.exists(place)
    return (place / sqlite_founding.LEDGER_FILE).exists()


class Ledger:
    """An open ledger; implements the EventLog protocol. Use as a context manager, or call `close`."""

    def __init__(self, engine: Engine, vault: Vault, clock: Clock, ids: IdSource) -> None:
        info = engine.info
        self.engine = engine
        self.vault = vault
        self.mapper = Mapper(info.ledger_id, vault, ids)
        self.ledger_id = info.ledger_id
        self.simulated = info.simulated
        self.created_at = from_micros(info.created_at)
        self._clock = clock
        self._heads = HeadCache()
        self._told: dict[Callable[[str, bytes], Any], ToldStreams[Any]] = {}
        self.reads = Reads(engine)

    # --- EventLog ---------------------------------------------------------------------------------

    def append(self, group: Sequence[Proposal], *, epoch: int | None = None) -> Sequence[Appended | Moved]:
        """Append the proposals in order as one durable commit; each succeeds or is Moved on its own condition.

        `epoch` is the one in which they were decided, the present one if not said. Raises StoreUnavailable (nothing of
        the group was recorded) or OutcomeUnknown (ask again under the same keys).
        """
        for _ in range(PREPARED_AGAIN_MAX):
            destroyed, now = self.vault.destroyed, self.epoch
            prepared = prepare(group, self.mapper, simulated=self.simulated)
            decided_in = now if epoch is None else epoch
            answers = self.engine.append(
                prepared, self._heads, self._clock.now(), destroyed=destroyed, epoch=decided_in
            )
            if answers is None:
                self.vault.notice(self.vault.rows.destroyed())
            elif epoch is not None or now == self.epoch:
                return answers
            # Decided in no epoch in particular: what rests on nothing is true of the server that took over as well.
        raise StoreUnavailable(
            "Nothing was recorded: keys are being destroyed, or servers change, without end.", "Send it again later."
        )

    @property
    def epoch(self) -> int:
        """Counts how often another server took this one's place, or it was started anew: what was read may be gone."""
        return self.engine.epoch

    @property
    def is_far(self) -> bool:
        """Whether the ledger is on a server."""
        return self.engine.is_far

    @property
    def position(self) -> int:
        """The highest position as of the last `refresh`, `look` or `append`; asks nobody."""
        return self._heads.position

    def refresh(self) -> int:
        """Notice what other writers appended; answers the highest position."""
        return self.engine.look(self._heads, ())[0]

    def look(self, tokens: Sequence[str]) -> tuple[int, dict[str, KeyBinding]]:
        """`refresh` and `bindings` in one step, as of one moment."""
        return self.engine.look(self._heads, tokens)

    def head(self, tag: str) -> int:
        """How many facts the stream holds, as of the last `refresh` or `append` (or later)."""
        return self._head(tag)[1]

    def read(self, tag: str, *, after: int = 0, until: int | None = None) -> Iterator[Fact]:
        """The facts of one stream in order, from sequence `after` (exclusive), up to position `until`."""
        while True:
            tag_id, count = self._head(tag)
            if not tag_id or after >= count:
                return
            rows = self.engine.stream(tag_id, after=after, until=until, limit=READ_CHUNK)
            for row in rows:
                yield self.mapper.fact(row)
            if len(rows) < READ_CHUNK:
                return
            after = rows[-1].seq

    def read_all(self, tags: Sequence[str], *, until: int | None = None) -> list[Fact]:
        """The facts of several streams up to a position in ledger order, none twice, with one question for all."""
        ids = tuple(head[0] for head in self._known_heads(tags).values() if head[0])
        return self.mapper.facts(self.engine.together(ids, until=until)) if ids else []

    def told(self, tags: Sequence[str], read: Callable[[str, bytes], T], *, until: int) -> dict[str, Told[T]]:
        """What `read` makes of topic and stored JSON of each fact of short streams up to a position; decodes nothing.

        `read` is a function of a module: what it made of a stream is kept. One question for all streams, and none for
        those that did not change since. Of a performer's day most facts are about patients whom nobody asked about.
        """
        kept: ToldStreams[T] = self._told.setdefault(read, ToldStreams())
        heads = {tag: (self.epoch, *head) for tag, head in self._known_heads(tags).items()}
        known = {tag: kept.of(tag, head) for tag, head in heads.items()}
        if missing := [tag for tag, told in known.items() if told is None]:
            for tag, told in self._read_anew({heads[tag][1]: tag for tag in missing if heads[tag][1]}, read).items():
                known[tag] = told
                kept.keep(tag, heads[tag], told)
        return {tag: up_to(told, until) if told else () for tag, told in known.items()}

    def _read_anew(self, named: dict[int, str], read: Callable[[str, bytes], T]) -> dict[str, Told[T]]:
        found: dict[str, list[tuple[int, T]]] = {tag: [] for tag in named.values()}
        for tag_id, position, topic, state in self.engine.bodies(tuple(named)) if named else ():
            start, end = split_body(state)
            found[named[tag_id]].append((position, read(topic, state[start:end])))
        return {tag: tuple(sorted(each, key=itemgetter(0))) for tag, each in found.items()}

    def bindings(self, tokens: Sequence[str]) -> dict[str, KeyBinding]:
        """What idempotency keys are bound to, by their tokens; those that are bound to nothing are left out."""
        return self.engine.look(self._heads, tokens)[1]

    def binding(self, token: str) -> KeyBinding | None:
        """What one idempotency key is bound to."""
        return self.bindings((token,)).get(token)

    def token(self, system: str, value: str) -> str:
        """The HMAC of an outside name under this ledger's index key, 32 hex characters."""
        assert "|" not in system, "the name of a system has no bar, so that two names never run together"
        return self.vault.token(f"{system}|{value}".encode())

    def content_digest(self, content: bytes) -> bytes:
        """The HMAC of a command's canonical bytes under this ledger's digest key."""
        return self.vault.content_digest(content)

    # --- by position ------------------------------------------------------------------------------

    def follow(self, after: int, limit: int) -> list[Fact]:
        """The facts behind position `after`, at most `limit`, in order: the way of followers and rebuilds."""
        return self.mapper.facts(self.follow_rows(after, limit))

    def follow_rows(self, after: int, limit: int) -> list[Row]:
        """What `follow` reads, not decoded yet."""
        self.reads.note_everything()
        return self.engine.follow(after, limit)

    def facts_at(self, positions: Iterable[int]) -> list[Fact]:
        """The facts at these positions, in order of position; those that do not exist are left out."""
        return self.mapper.facts(self.engine.at(sorted(set(positions))))

    def position_at(self, instant: datetime) -> int:
        """The highest position recorded at or before an instant; 0 where there is none."""
        return self.engine.position_at(to_micros(instant))

    def tags_of(self, position: int) -> tuple[TagOf, ...]:
        """The tags of a fact with its sequence number in each, the home stream first."""
        return self.engine.tags_of(position)

    def tags_starting(self, prefix: str) -> list[str]:
        """The streams whose name begins with `prefix`, in order of their names: the months of a patient, the parked."""
        assert prefix, "a scan of all streams is never meant"
        found = self.engine.tags_starting(prefix)
        self.reads.note(found)
        return found

    def newest_of(self, read: ReadSet, *, until: int) -> int:
        """The newest position of what a question read, accesses left out; no higher than where it began."""
        heads = {} if read.is_everything else self._known_heads(tuple(read.tags))
        return min(self.reads.newest(read, heads, self.refresh()), until)

    # --- sealed words -----------------------------------------------------------------------------

    def open_words(self, fact: Fact) -> Event:
        """The event of a fact with its words opened: ERASED where the key is gone, None where nothing was sealed."""
        if not fact.event.sealing():
            return fact.event
        self.reads.note_everything()  # whether the key still opens them is told by facts of anybody
        return self.mapper.open_words(fact.event, self._state(fact.position))

    def origin(self, fact: Fact) -> Origin | None:
        """The outside names of the delivery that a fact came with; None where there are none or their key is gone."""
        if not fact.event.sealing():
            return None
        return self.mapper.origin(fact.event, self._state(fact.position))

    def gone(self, scopes: Iterable[str]) -> frozenset[str]:
        """Those of these key scopes whose key was destroyed: nothing can be sealed under them."""
        return self.vault.gone(scopes)

    def erased(self, subject: str, facts: Iterable[Fact]) -> dict[int, tuple[str, ...]]:
        """The sealed fields whose words about a subject are gone, by position: their key was destroyed.

        Opens nothing. A fact whose words were never given has nothing that could be gone.
        """
        self.reads.note((erasure_tag(subject),))
        gone = self.vault.destroyed_of(subject)
        if not gone:
            return {}
        found = {}
        for fact in facts:
            lost = [each for each in fact.event.sealing() if each.scope in gone]
            if lost:
                held = self.mapper.subjects(self._state(fact.position))
                if fields := tuple(each.field for each in lost if each.subject in held):
                    found[fact.position] = fields
        return found

    # --- beside the facts -------------------------------------------------------------------------

    def reading_set(self, digest: str) -> bytes | None:
        """The canonical bytes of the reading set with this digest (hex)."""
        return self.engine.reading_set(bytes.fromhex(digest))

    def refusal_counts(self, after: int = 0) -> list[RefusalCount]:
        """How often the refusals recorded behind position `after` happened, in order of position."""
        return self.engine.refusal_counts(after)

    def stats(self) -> Stats:
        """How much the ledger holds; counts rows."""
        return self.engine.stats()

    def read_models(self) -> StoredReadModels:
        """The read models beside the facts, opened anew; the caller closes them."""
        return self.engine.read_models()

    def close(self) -> None:
        """Close ledger and vault; a second call does nothing."""
        self.engine.close()
        self.vault.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _head(self, tag: str) -> Head:
        if self.reads.noted is not None:
            self.reads.noted.tags.add(tag)
        if (known := self._heads.known(tag)) is not None:
            return known
        as_of = self._heads.position
        head = self.engine.heads_of((tag,)).get(tag, NO_HEAD)
        self._heads.learn_read(tag, head, as_of=as_of)
        return head

    def _known_heads(self, tags: Sequence[str]) -> dict[str, Head]:
        """The heads of several streams, asked for at once where they are not known."""
        self.reads.note(tags)
        as_of = self._heads.position
        known, missing = self._heads.part(tags)
        if missing:
            found = self.engine.heads_of(missing)
            for tag in missing:
                known[tag] = found.get(tag, NO_HEAD)
                self._heads.learn_read(tag, known[tag], as_of=as_of)
        return known

    def _state(self, position: int) -> bytes:
        state = self.engine.state_at(position)
        if state is None:
            raise LedgerDamaged(
                f"Position {position} is gone from the ledger.",
                "Stop writing, keep this disk, and run `ccm-ledger verify`.",
            )
        return state
