"""A ledger on a server as an archive needs it: its rows read in order, and rows put into a new one as they were stored.

Promise: rows come in by COPY, as the ledger's owner, a transaction a block, under the append lock and with every guard
in place. The ledger says who it is last, in the transaction that ends the import: until then nobody can open it.
Not promised: a faster way past the indexes; they are kept up from the first row on, so that an import can be gone on
with where it ended.
"""

from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Final

from psycopg import errors, sql

from ledger.store.archive.format import ArchiveRefused, Reason, Section
from ledger.store.archive.rows import (
    AnyRow,
    LedgerRow,
    Trailer,
    rows_of,
)
from ledger.store.instants import to_micros
from ledger.store.postgres import founding
from ledger.store.postgres.address import Address
from ledger.store.postgres.copying import content_of
from ledger.store.postgres.engine import open_engine
from ledger.store.postgres.errors import naming_errors, naming_questions
from ledger.store.postgres.server import LedgerConnection, Server
from ledger.store.postgres.snapshot import PostgresSnapshot
from ledger.store.vault import NewVault
from ledger.terms.errors import LedgerDamaged, NotALedger, StoreUnavailable
from ledger.terms.ports import Clock

_MEMBERS: Final = (
    "SELECT t.position, t.ordinal::integer, t.tag_id, t.seq, t.salt, g.tag"
    " FROM {0}.event_tags t JOIN {0}.tags g ON g.tag_id = t.tag_id ORDER BY t.position, t.ordinal"
)
_TABLES: Final = ("stored_events", "event_tags", "tags", "command_keys")


class PostgresTables(PostgresSnapshot):
    """The rows of a ledger in one transaction."""

    @classmethod
    def of(cls, snapshot: PostgresSnapshot) -> "PostgresTables":
        """The same moment of the ledger."""
        return cls(snapshot.connection, snapshot.schema)

    def ledger(self) -> LedgerRow:
        info = list(self._rows("SELECT ledger_id, format, clock, created_at FROM {}.ledger_info"))
        if not info:
            raise LedgerDamaged("The ledger does not say who it is.", "Restore it from its backup.")
        ((ledger_id, format_, clock, created_at),) = info
        vault = self.vault()
        if vault is None or vault[0] != ledger_id:
            raise NotALedger("The vault belongs to another ledger.", "Restore the vault of this ledger.")
        return LedgerRow(ledger_id, format_, clock, created_at, vault[1], vault[2], vault[3])

    def vault(self) -> tuple[str, int, bytes, tuple[tuple[str, bytes], ...]] | None:
        """(ledger id, format, check value, named keys)."""
        vault = f'"{self.schema}_vault"'
        found = list(self._rows(f"SELECT ledger_id, format, check_value FROM {vault}.vault_info"))
        named = self._rows(f"SELECT name, wrapped FROM {vault}.named_keys ORDER BY name")
        return (*found[0], tuple(named)) if found else None

    def rows(self, section: Section) -> Iterator[AnyRow]:
        keys = f'SELECT scope, wrapped, created_at FROM "{self.schema}_vault".data_keys ORDER BY scope'
        return rows_of(self, section, members=self._rows(_MEMBERS), data_keys=self._rows(keys))


class PostgresTarget:
    """A ledger on a server that is being filled: one connection that loads, another that reads what is there."""

    def __init__(
        self,
        address: Address,
        clock: Clock,
        loading: LedgerConnection,
        reading: LedgerConnection,
        worker: ThreadPoolExecutor,
    ) -> None:
        self._address = address
        self._clock = clock
        self._loading = loading
        self._reading = reading
        self._ledger: LedgerRow | None = None
        self._worker = worker
        self._under_way: Future[None] | None = None
        self._owner = founding.names_of(address)["owner"]
        self._made: object = None

    def begin(self, ledger: LedgerRow) -> None:
        self._ledger = ledger
        with naming_errors(), self._loading.transaction():
            now = to_micros(self._clock.now())
            founding.begin(self._loading, now)
            if founding.is_there(self._loading, self._address):
                self._check_same(ledger)
            else:
                made = NewVault(ledger.check_value, ledger.named)
                founding.lay_out(self._loading, self._address, ledger.ledger_id, made, created_at=now)
                with founding.acting_as(self._loading, founding.CONTROL):
                    # Told now, not when everything is loaded.
                    founding.check_unlisted(self._loading, ledger.ledger_id)
            self._made = self._now_there()

    def rows(self, section: Section) -> Generator[AnyRow, None, None]:
        with naming_questions(), self._reading.transaction(), founding.acting_as(self._reading, self._owner):
            yield from PostgresTables(self._reading, self._address.schema).rows(section)

    def load(self, section: Section, rows: Sequence[AnyRow]) -> None:
        copies = []
        for place, columns, content in content_of(section, rows):
            where = sql.Identifier(self._address.schema + ("_vault" if place == "data_keys" else ""), place)
            statement = sql.SQL("COPY {} (" + columns + ") FROM STDIN (FORMAT BINARY)").format(where)
            copies.append((statement, content))
        self._settled()
        self._under_way = self._worker.submit(self._copy, copies)

    def _settled(self) -> None:
        """Wait for the rows that the server is taking in while the next ones are checked."""
        if self._under_way is not None:
            under_way, self._under_way = self._under_way, None
            under_way.result()

    def _copy(self, copies: Sequence[tuple[sql.Composed, bytes]]) -> None:
        with _alone(), self._loading.transaction(), founding.acting_as(self._loading, self._owner):
            self._check_mine()
            for statement, content in copies:
                with self._loading.cursor() as cursor, cursor.copy(statement) as copy:
                    copy.write(content)

    def finish(self, trailer: Trailer) -> None:
        self._settled()
        ledger = self._ledger
        assert ledger is not None, "an import begins before it ends"
        with _alone(), self._loading.transaction():
            with founding.acting_as(self._loading, self._owner):
                self._check_mine()
                self._settle(trailer)
            founding.announce(
                self._loading,
                self._address,
                ledger.ledger_id,
                format_=ledger.format,
                created_at=ledger.created_at,
                clock=ledger.clock,
                position=trailer.facts,
            )

    def start_over(self) -> None:
        names = founding.names_of(self._address)
        with naming_errors(), self._loading.transaction():
            founding.begin(self._loading, to_micros(self._clock.now()))
            if not founding.is_there(self._loading, self._address):
                return
            self._check_unfinished()
            for kind, places in (("owner", ("schema", "vault")), ("projector", ("models",))):
                with founding.acting_as(self._loading, names[kind]):
                    for place in places:
                        self._run("DROP SCHEMA {} CASCADE", names[place])
            for kind in founding.ROLES:
                self._run("DROP ROLE {}", names[kind])

    def _settle(self, trailer: Trailer) -> None:
        """What is counted beside the rows: destroyed keys; and statistics, which a young table has none of."""
        schema = self._address.schema
        found = self._loading.execute(f'SELECT count(*) FROM "{schema}".stored_events').fetchone()
        assert found == (trailer.facts,), "everything that was read was loaded"
        self._loading.execute(
            f'UPDATE "{schema}_vault".vault_info SET destroyed = gone.keys FROM'
            f' (SELECT count(*) AS keys FROM "{schema}_vault".data_keys WHERE wrapped IS NULL) AS gone'
            " WHERE gone.keys > 0"
        )
        for table in _TABLES:
            self._run("ANALYZE {}.{}", schema, table)

    def _check_mine(self) -> None:
        """Lock the appends, for the transaction; StoreUnavailable where another import has begun anew since."""
        self._run("LOCK TABLE {}.append_lock IN EXCLUSIVE MODE", self._address.schema)
        if self._now_there() != self._made:
            raise _another_import()

    def _now_there(self) -> object:
        """Which schema has the name: one that is made anew is another one."""
        return self._loading.execute("SELECT to_regnamespace(%s)::oid", (self._address.schema,)).fetchone()

    def _check_same(self, ledger: LedgerRow) -> None:
        self._check_unfinished()
        with founding.acting_as(self._loading, self._owner):
            # An import that was killed may still be at its last block: what it loads is read, not loaded again.
            self._run("LOCK TABLE {}.append_lock IN EXCLUSIVE MODE", self._address.schema)
            vault = PostgresTables(self._loading, self._address.schema).vault()
        if vault != (ledger.ledger_id, ledger.vault_format, ledger.check_value, ledger.named):
            raise ArchiveRefused(
                Reason.ANOTHER_LEDGER,
                "An import of another ledger was begun there and not finished.",
                remedy="Name another place, or begin anew: --start-over.",
            )

    def _check_unfinished(self) -> None:
        """NotALedger where a ledger is there already: one that says who it is."""
        with founding.acting_as(self._loading, self._owner):
            found = self._loading.execute(f'SELECT 1 FROM "{self._address.schema}".ledger_info').fetchone()
        if found is not None:
            raise NotALedger(
                "The database has a ledger of that name already.",
                "Choose another name; an archive is never mixed into a ledger.",
            )

    def _run(self, statement: str, *names: str) -> None:
        self._loading.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@contextmanager
def source(address: Address) -> Iterator[PostgresTables]:
    """The rows of the ledger at an address, as of one moment."""
    with naming_questions():
        engine = open_engine(address)
    try:
        with naming_questions(), engine.snapshot() as snapshot:
            assert isinstance(snapshot, PostgresSnapshot), "an engine of a server"
            yield PostgresTables.of(snapshot)
    finally:
        engine.close()


@contextmanager
def target(address: Address, clock: Clock) -> Iterator[PostgresTarget]:
    """A place for a new ledger. Of two imports that fill it at once one goes on, and the other is StoreUnavailable."""
    server = Server(address)
    with ExitStack() as opened:
        loading, reading = (opened.enter_context(server.connected()) for _ in range(2))
        # Entered last, so that it ends first: no connection is closed while a block is on its way.
        worker = opened.enter_context(ThreadPoolExecutor(max_workers=1))
        yield PostgresTarget(address, clock, loading, reading, worker)


@contextmanager
def _alone() -> Iterator[None]:
    """Every row has its place, so none is loaded twice; StoreUnavailable where another import put it there."""
    with naming_errors():
        try:
            yield
        # The ledger, or its role, is gone or has the rows already.
        except (
            errors.UniqueViolation,
            errors.InvalidSchemaName,
            errors.UndefinedTable,
            errors.InvalidParameterValue,
        ) as error:
            raise _another_import() from error


def _another_import() -> StoreUnavailable:
    return StoreUnavailable(
        "Another import fills this ledger, or has filled it or begun it anew.",
        "See that one of them alone runs, and run it again: it goes on where it ended.",
    )
