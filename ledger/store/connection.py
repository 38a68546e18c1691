"""A ledger: the log that deciders append to and projections follow, in one folder with `ledger.db` and `vault.db`.

Promise: what `append` answered survives kill -9 and power loss; facts come in one total order without gaps, validated;
sealed words are opened only by `open_words` and `origin`. Several processes may open one ledger at once, and the
threads of a process may share a Ledger. Database exceptions come out as ledger/terms/errors.py names them.
Not promised: that bytes on the disk were not changed by somebody else; `fsck.verify` looks for that.
"""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self, cast

from ledger.store import reading
from ledger.store.append import GroupWriter, prepare
from ledger.store.founding import LEDGER_FILE, VAULT_FILE, Info, found, read_info
from ledger.store.heads import HeadCache
from ledger.store.instants import from_micros, to_micros
from ledger.store.mapper import Mapper, Row
from ledger.store.migrate import migrate
from ledger.store.reading import RefusalCount, Stats, TagOf
from ledger.store.recorder_sqlite import LedgerConnection, LedgerDatastore, LedgerRecorder, last_row
from ledger.store.sqlite_errors import named, naming_errors
from ledger.store.vault import Vault, open_vault
from ledger.streams.base import Appended, Event, Fact, KeyBinding, Moved, Origin, Proposal
from ledger.terms.errors import LedgerDamaged, NotALedger
from ledger.terms.ports import Clock, IdSource

READ_CHUNK: Final = 512


def create(
    folder: Path,
    *,
    master_key: bytes,
    clock: Clock,
    ids: IdSource,
    simulated: bool,
    ledger_id: str | None = None,
) -> "Ledger":
    """Make a new ledger in a folder and open it; NotALedger where there is one already.

    Whether the ledger is simulated is decided here for ever. `ledger_id` is drawn where none is given.
    """
    with naming_errors():
        found(folder, master_key=master_key, clock=clock, ids=ids, simulated=simulated, ledger_id=ledger_id)
    return open_ledger(folder, master_key=master_key, clock=clock, ids=ids)


def open_ledger(folder: Path, *, master_key: bytes, clock: Clock, ids: IdSource) -> "Ledger":
    """Open the ledger in a folder.

    Raises NotALedger (there is none), WrongKey (the vault does not open), NeedsNewerProgram (made by a newer one),
    LedgerDamaged (its schema is of unknown make), StoreUnavailable (durable settings did not hold).
    """
    path = folder / LEDGER_FILE
    if not path.is_file():
        raise NotALedger(
            f"There is no ledger in {folder}.", "Name the folder of a ledger, or make one: ccm-ledger init."
        )
    with naming_errors():
        datastore = LedgerDatastore(str(path.absolute()))
        try:
            connection = cast(LedgerConnection, datastore.pool.get_connection())
            migrate(connection.sqlite, "sqlite", to_micros(clock.now()))
            info = read_info(connection.sqlite)
            vault = open_vault(
                folder / VAULT_FILE, ledger_id=info.ledger_id, master_key=master_key, ids=ids, clock=clock
            )
        except BaseException:
            datastore.close()
            raise
    return Ledger(LedgerRecorder(datastore), connection, vault, info, clock, ids, folder)


class Ledger:
    """An open ledger; implements the EventLog protocol. Use as a context manager, or call `close`."""

    def __init__(
        self,
        recorder: LedgerRecorder,
        connection: LedgerConnection,
        vault: Vault,
        info: Info,
        clock: Clock,
        ids: IdSource,
        folder: Path,
    ) -> None:
        self.folder = folder
        self.recorder = recorder
        self.vault = vault
        self.mapper = Mapper(info.ledger_id, vault, ids)
        self.ledger_id = info.ledger_id
        self.simulated = info.simulated
        self.created_at = from_micros(info.created_at)
        self._connection = connection
        self._clock = clock
        self._heads = HeadCache()
        self._lock = threading.RLock()
        self._cursor = connection.sqlite.cursor()
        # The pool's connections answer with sqlite3.Row, which costs a name lookup a field.
        self._cursor.row_factory = None
        self._reading = _Reading(self._lock, self._cursor)

    # --- EventLog ---------------------------------------------------------------------------------

    def append(self, group: Sequence[Proposal]) -> Sequence[Appended | Moved]:
        """Append the proposals in order as one durable commit; each succeeds or is Moved on its own condition.

        Raises StoreUnavailable (nothing of the group was recorded) or OutcomeUnknown (ask again under the same keys).
        """
        prepared = prepare(group, self.mapper, simulated=self.simulated)
        with self._lock, naming_errors():
            with self._connection.transaction(commit=True):
                writer = GroupWriter(self._cursor, self._heads, self._clock.now())
                answers = writer.place_all(prepared)
                writer.flush()
            writer.settle()
        return answers

    def refresh(self) -> int:
        """Notice what other writers appended; answers the highest position."""
        with self._reading as cursor:
            position, _ = last_row(cursor)
            self._heads.catch_up(cursor, position)
        return position

    def head(self, tag: str) -> int:
        """How many facts the stream holds, as of the last `refresh` or `append` (or later)."""
        if (known := self._heads.known(tag)) is not None:
            return known[1]
        with self._reading as cursor:
            return self._heads.get(cursor, tag)[1]

    def read(self, tag: str, *, after: int = 0, until: int | None = None) -> Iterator[Fact]:
        """The facts of one stream in order, from sequence `after` (exclusive), up to position `until`."""
        while True:
            with self._reading as cursor:
                tag_id, count = self._heads.get(cursor, tag)
                if not tag_id or after >= count:
                    return
                rows = reading.stream(cursor, tag_id, after=after, until=until, limit=READ_CHUNK)
            for row in rows:
                yield self.mapper.fact(row)
            if len(rows) < READ_CHUNK:
                return
            after = rows[-1].seq

    def bindings(self, tokens: Sequence[str]) -> dict[str, KeyBinding]:
        """What idempotency keys are bound to, by their tokens; those that are bound to nothing are left out."""
        with self._reading as cursor:
            return reading.bindings(cursor, tokens)

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
        with self._reading as cursor:
            return reading.follow(cursor, after, limit)

    def facts_at(self, positions: Iterable[int]) -> list[Fact]:
        """The facts at these positions, in order of position; those that do not exist are left out."""
        with self._reading as cursor:
            rows = reading.at(cursor, sorted(set(positions)))
        return self.mapper.facts(rows)

    def position_at(self, instant: datetime) -> int:
        """The highest position recorded at or before an instant; 0 where there is none."""
        with self._reading as cursor:
            return reading.position_at(cursor, last_row(cursor)[0], to_micros(instant))

    def tags_of(self, position: int) -> tuple[TagOf, ...]:
        """The tags of a fact with its sequence number in each, the home stream first."""
        with self._reading as cursor:
            return reading.tags_of(cursor, position)

    def tags_starting(self, prefix: str) -> list[str]:
        """The streams whose name begins with `prefix`, in order of their names: the months of a patient, the parked."""
        with self._reading as cursor:
            return reading.tags_starting(cursor, prefix)

    # --- sealed words -----------------------------------------------------------------------------

    def open_words(self, fact: Fact) -> Event:
        """The event of a fact with its words opened: ERASED where the key is gone, None where nothing was sealed."""
        if not fact.event.sealing():
            return fact.event
        return self.mapper.open_words(fact.event, self._state(fact.position))

    def origin(self, fact: Fact) -> Origin | None:
        """The outside names of the delivery that a fact came with; None where there are none or their key is gone."""
        if not fact.event.sealing():
            return None
        return self.mapper.origin(fact.event, self._state(fact.position))

    # --- beside the facts -------------------------------------------------------------------------

    def reading_set(self, digest: str) -> bytes | None:
        """The canonical bytes of the reading set with this digest (hex)."""
        with self._reading as cursor:
            return reading.reading_set(cursor, bytes.fromhex(digest))

    def refusal_counts(self, after: int = 0) -> list[RefusalCount]:
        """How often the refusals recorded behind position `after` happened, in order of position."""
        with self._reading as cursor:
            return reading.refusal_counts(cursor, after)

    def stats(self) -> Stats:
        """How much the ledger holds; counts rows."""
        with self._reading as cursor:
            return reading.stats(cursor)

    def close(self) -> None:
        """Close both databases; a second call does nothing."""
        pool = self.recorder.datastore.pool
        with self._lock:
            if not pool.closed:
                # SQLite closes a file, and clears its log away, once no statement is open on it.
                self._cursor.close()
                pool.put_connection(self._connection)
                self.recorder.datastore.close()
                self.vault.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _state(self, position: int) -> bytes:
        with self._reading as cursor:
            state = reading.state_at(cursor, position)
        if state is None:
            raise LedgerDamaged(
                f"Position {position} is gone from the ledger.",
                "Stop writing, keep this disk, and run `ccm-ledger verify`.",
            )
        return state


class _Reading:
    """The ledger's cursor under its lock, errors named. A class, as it is entered for every line of an import."""

    def __init__(self, lock: threading.RLock, cursor: sqlite3.Cursor) -> None:
        self._lock = lock
        self._cursor = cursor

    def __enter__(self) -> sqlite3.Cursor:
        self._lock.acquire()
        return self._cursor

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()
        if isinstance(error, sqlite3.Error):
            raise named(error) from error
