"""The engine of a ledger on a server: reads and appends through leased connections, as the ledger's writer.

Promise: as ledger/store/engine.py says. Many processes and machines may append at once: the server's lock orders them.
A group whose connection broke under way is sent once more only where every fact of it stands under a key, and then the
keys tell what became of it. Not promised: that a program outlives its server; it says that the server is gone.
"""

from base64 import b64decode
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any, Final

import orjson
import psycopg
from psycopg.types.numeric import Int8

from ledger.store.append import Prepared
from ledger.store.body import FORMAT
from ledger.store.engine import Engine, Info, Placed, RefusalCount, SaltedTag, Snapshot, Stats, StoredWhole, TagOf
from ledger.store.heads import CATCH_UP_MAX, Head, HeadCache
from ledger.store.instants import to_micros
from ledger.store.mapper import Row
from ledger.store.masterkeys import Master
from ledger.store.postgres import arrays, schema
from ledger.store.postgres.address import Address
from ledger.store.postgres.append import Answer, Function, answers, flatten
from ledger.store.postgres.checkpoint_rows import PostgresLogStore
from ledger.store.postgres.completeness_rows import PostgresCompletenessStore
from ledger.store.postgres.errors import is_broken, is_passing, named, naming_questions
from ledger.store.postgres.key_rows import PostgresKeyRows
from ledger.store.postgres.read_models import PostgresReadModels
from ledger.store.postgres.reading import Queries
from ledger.store.postgres.server import LedgerConnection, Server, asked
from ledger.store.postgres.snapshot import PostgresSnapshot
from ledger.store.vault import Vault, open_vault
from ledger.streams.base import Bound, KeyBinding, Moved
from ledger.terms.errors import LedgerDamaged, NeedsNewerProgram, NotALedger, OutcomeUnknown, StoreUnavailable
from ledger.terms.ports import Clock, IdSource

TRIES: Final = 5
"""How often a group is sent that the server undid as a whole: deadlocks and the like pass."""
READING_SETS_MAX: Final = 4_096
SERVER: Final = "server"
"""What Moved names where another server answers, or the same one started anew."""
_FOR_EVER: Final = 2**62


class _ServerChanged(Exception):
    """Another server answers than the one that the decision rests on."""


class PostgresEngine:
    """One ledger on a server that may be shared with others."""

    is_far = True

    def __init__(self, address: Address, server: Server, info: Info, *, owns_server: bool) -> None:
        self.address = address
        self.server = server
        self.info = info
        self.queries = Queries(address.schema)
        self._owns_server = owns_server
        self._append = Function(address.schema)
        self._stored: frozenset[bytes] = frozenset()
        self._starts = server.starts
        self.vault: Vault | None = None
        """Told at once when `look` sees that keys were destroyed."""

    def lease(self) -> AbstractContextManager[LedgerConnection]:
        """A connection that acts as the ledger's writer."""
        return self.server.lease(self.address.role("writer"))

    @property
    def epoch(self) -> int:
        return self._starts

    def append(
        self, group: Sequence[Prepared], heads: HeadCache, now: datetime, *, destroyed: int, epoch: int
    ) -> Placed | None:
        if not group:
            return []
        flat = flatten(group, destroyed=destroyed, now=to_micros(now), stored=self._stored)
        try:
            answer = self._sent(group, flat.values, epoch)
        except _ServerChanged:
            self._forget_after_start(heads)
            # What was decided may rest on facts that this server does not have, even where the numbers agree.
            return [Moved(SERVER) for _ in group]
        if answer.keys_moved:
            return None
        if len(self._stored) > READING_SETS_MAX:
            self._stored = frozenset()
        if not any(answer.moved or ()):
            self._stored |= frozenset(flat.digests)
        return answers(group, flat, answer, heads)

    def _sent(self, group: Sequence[Prepared], values: Sequence[bytes | None], epoch: int) -> Answer:
        """The function's answer. Sends again what the server undid, and once more what its keys keep from doubling.

        _ServerChanged, and nothing sent to it, where another server, or this one anew, answers by now.
        """
        is_kept_by_keys = all(proposal.key is not None for proposal, facts in group if facts)
        was_broken = False
        for attempt in range(1, TRIES + 1):
            try:
                with self.lease() as connection:
                    if self.server.starts != epoch:
                        if was_broken and not is_kept_by_keys:
                            raise _unknown()
                        raise _ServerChanged
                    return self._append(connection, self.server.prepared(connection), values)
            except psycopg.Error as error:
                if is_broken(error) and is_kept_by_keys and not was_broken:
                    # The lock makes the second try wait for the first, if that is still under way on the server.
                    was_broken = True
                elif not is_passing(error) or attempt == TRIES:
                    # After a break no refusal says what became of the first try.
                    raise (_unknown() if was_broken else named(error)) from None
            except StoreUnavailable:
                if was_broken:
                    raise _unknown() from None
                raise
        raise _unknown()

    def look(self, heads: HeadCache, tokens: Sequence[str]) -> tuple[int, dict[str, KeyBinding]]:
        after = heads.position
        rows = self._rows(self.queries.look, (Int8(after), Int8(after), Int8(after), arrays.texts(tokens)))
        if not rows:
            raise LedgerDamaged("The ledger's vault does not say who it is.", "Restore it from its backup.")
        self._forget_after_start(heads)
        position, destroyed, moved, bound = rows[0]
        is_told = 0 <= position - after <= CATCH_UP_MAX
        newer = [(tag, (tag_id, head)) for tag, tag_id, head in moved or ()] if is_told else None
        heads.catch_up(position, after=after, moved=newer)
        if self.vault is not None:
            self.vault.notice(destroyed)
        return position, {token: _binding(*binding) for token, *binding in bound or ()}

    def _forget_after_start(self, heads: HeadCache) -> None:
        """A standby that took over may lack facts, keys and readings that are known: nothing of them is kept."""
        if self.server.starts != self._starts:
            self._starts = self.server.starts
            self._stored = frozenset()
            heads.forget()
            if self.vault is not None:
                self.vault.forget()

    def heads_of(self, tags: Sequence[str]) -> dict[str, Head]:
        rows = self._rows(self.queries.heads_of, (arrays.texts(tags),))
        return {tag: (tag_id, head) for tag, tag_id, head in rows}

    def stream(self, tag_id: int, *, after: int, until: int | None, limit: int) -> list[Row]:
        last = _FOR_EVER if until is None else until
        return self._facts(self.queries.stream, (Int8(tag_id), Int8(after), Int8(last), Int8(limit)))

    def together(self, tag_ids: Sequence[int], *, until: int | None) -> list[Row]:
        return self._facts(self.queries.together, (arrays.bigs(tag_ids), Int8(_FOR_EVER if until is None else until)))

    def bodies(self, tag_ids: Sequence[int]) -> list[tuple[int, int, str, bytes]]:
        found: list[tuple[int, int, str, bytes]] = self._rows(self.queries.bodies, (arrays.bigs(tag_ids),))
        return found

    def follow(self, after: int, limit: int) -> list[Row]:
        return self._facts(self.queries.follow, (Int8(after), Int8(limit)))

    def at(self, positions: Sequence[int]) -> list[Row]:
        return self._facts(self.queries.at, (arrays.bigs(positions),))

    def state_at(self, position: int) -> bytes | None:
        rows = self._rows(self.queries.state_at, (Int8(position),))
        return rows[0][0] if rows else None

    def position_at(self, micros: int) -> int:
        """`recorded_at` never falls, so halving finds it."""
        low, high = 0, self._rows(self.queries.last, ())[0][0]
        while low < high:
            middle = (low + high + 1) // 2
            rows = self._rows(self.queries.recorded_at, (Int8(middle),))
            low, high = (middle, high) if rows and rows[0][0] <= micros else (low, middle - 1)
        return low

    def tags_of(self, position: int) -> tuple[TagOf, ...]:
        return tuple(map(TagOf._make, self._rows(self.queries.tags_of, (Int8(position),))))

    def disclosed(self, positions: Sequence[int]) -> list[StoredWhole]:
        tags: dict[int, list[SaltedTag]] = {}
        for position, tag, seq, salt in self._rows(self.queries.salted, (arrays.bigs(positions),)):
            tags.setdefault(position, []).append(SaltedTag(tag, seq, salt))
        return [
            StoredWhole(
                *(row.position, row.topic, row.recorded_at, row.prefix, row.state), tuple(tags.get(row.position, ()))
            )
            for row in self.at(positions)
        ]

    def tags_starting(self, prefix: str) -> list[str]:
        # Names are compared by their bytes, so the next name after all of these differs in the last character only.
        end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        return [tag for (tag,) in self._rows(self.queries.tags_starting, (prefix, end))]

    def reading_set(self, digest: bytes) -> bytes | None:
        rows = self._rows(self.queries.reading_set, (digest,))
        return rows[0][0] if rows else None

    def refusal_counts(self, after: int) -> list[RefusalCount]:
        return list(map(RefusalCount._make, self._rows(self.queries.refusal_counts, (Int8(after),))))

    def stats(self) -> Stats:
        return Stats(*self._rows(self.queries.stats, ())[0])

    def blank_contents(self, positions: Sequence[int]) -> int:
        count: int = self._rows(self.queries.blank_contents, (arrays.bigs(positions),))[0][0]
        return count

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        with naming_questions(), self.lease() as connection, connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            # It holds up nobody, and who reads it may take time between two rows.
            connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            # A snapshot reads everything, so here scans and joins of whole tables are right.
            for setting in ("enable_seqscan", "enable_hashjoin", "enable_mergejoin"):
                connection.execute(f"SET LOCAL {setting} = on")
            yield PostgresSnapshot(connection, self.address.schema)

    def log_store(self) -> PostgresLogStore:
        return PostgresLogStore(self.lease, self.address.schema)

    def completeness_store(self) -> PostgresCompletenessStore:
        return PostgresCompletenessStore(self.lease, self.address.schema)

    def read_models(self) -> PostgresReadModels:
        return PostgresReadModels(self.server, self.address)

    def discard_read_models(self) -> None:
        models = self.read_models()
        models.discard()

    def close(self) -> None:
        if self._owns_server:
            self.server.close()

    def _rows(self, query: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        return asked(self.lease, query, values)

    def _facts(self, query: str, values: Sequence[Any]) -> list[Row]:
        return list(map(Row._make, self._rows(query, values)))


def open_engine(address: Address, server: Server | None = None) -> PostgresEngine:
    """The ledger at an address, migrated; on a server that is shared, or on one of its own.

    Raises as `open_ledger` (connection.py).
    """
    own = server or Server(address)
    try:
        with naming_questions():
            info = _read_info(own, address)
            with own.lease(address.role("writer")) as connection:
                if schema.pending(connection, address.schema, "postgres"):
                    raise StoreUnavailable(
                        "The ledger's schema is older than this program.",
                        "Let an administrator run `ccm-ledger ledgers upgrade` (docs/deploy.md).",
                    )
        return PostgresEngine(address, own, info, owns_server=server is None)
    except BaseException:
        if server is None:
            own.close()
        raise


def open_vault_schema(engine: Engine, *, master_key: Master, ids: IdSource, clock: Clock) -> Vault:
    """The vault of an open ledger; raises as `open_vault`."""
    assert isinstance(engine, PostgresEngine)
    rows = PostgresKeyRows(engine.lease, engine.address.schema)
    vault = open_vault(rows, ledger_id=engine.info.ledger_id, master_key=master_key, ids=ids, clock=clock)
    engine.vault = vault
    return vault


def info_of(address: Address) -> Info:
    """What the ledger at an address says about itself, for which no key is needed."""
    server = Server(address)
    try:
        with naming_questions():
            return _read_info(server, address)
    finally:
        server.close()


def _read_info(server: Server, address: Address) -> Info:
    try:
        with server.lease(None) as connection:
            found = connection.execute("SELECT to_regnamespace(%s)", (f'"{address.schema}"',)).fetchone()
            if found is None or found[0] is None:
                raise NotALedger("The database has no ledger of that name.", "Make one: `ccm-ledger init`.")
        with server.lease(address.role("writer")) as connection:
            row = connection.execute(Queries(address.schema).info).fetchone()
    except psycopg.errors.InvalidParameterValue as error:
        # SET ROLE of a role that is not there; of one that this login is no member of it says 42501.
        raise NotALedger("The ledger's roles are gone from the server.", "Restore them: docs/deploy.md.") from error
    if row is None:
        raise LedgerDamaged(
            "The ledger does not say who it is: an import of an archive was not finished, or rows are gone.",
            "Run the same `ccm-ledger archive import` again, or restore the ledger from its backup.",
        )
    if row[1] > FORMAT:
        raise NeedsNewerProgram(
            f"The ledger has format {row[1]}; this program knows formats up to {FORMAT}.",
            "Install a newer version of ccm-ledger.",
        )
    return Info(row[0], row[1], row[2] == "lines", row[3])


def _binding(content: str | None, outcome: Bound, positions: list[int], ids: str) -> KeyBinding:
    digest = None if content is None else b64decode(content)
    return KeyBinding(digest, outcome, tuple(positions), tuple((name, value) for name, value in orjson.loads(ids)))


def _unknown() -> OutcomeUnknown:
    return OutcomeUnknown(
        "The connection to the server broke while facts were being recorded, and it does not answer since.",
        "Send it again under the same key: what was recorded is not recorded twice.",
    )
