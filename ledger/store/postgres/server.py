"""One PostgreSQL server as this process knows it: a pool of checked connections that all of its ledgers share.

Promise: no connection is used before the server has shown that what it acknowledges is durable and that no pooler
hands one session to two clients. A lease acts as one role of one ledger and may do nothing else.
After a broken connection those that broke with it are given up too, so the next lease is a live one.
Not promised: that the server stays; `lease` raises StoreUnavailable after its patience.
"""

import logging
import select
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Final, cast

import psycopg
from psycopg import Connection, sql
from psycopg.errors import ConnectionTimeout
from psycopg_pool import ConnectionPool, PoolTimeout

from ledger.store.postgres import arrays
from ledger.store.postgres.address import Address
from ledger.store.postgres.errors import is_broken, naming_questions
from ledger.store.postgres.line import OUT_OF_REACH, answered_within, line_of, naming_no_entrance
from ledger.terms.errors import StoreUnavailable

CONNECTIONS_MAX: Final = 16
PATIENCE: Final = 20
"""Seconds to wait for a connection, and for the append lock."""
VERSION_MIN: Final = 150_000
_DURABLE: Final = ("fsync", "full_page_writes", "synchronous_commit")
_SESSION: Final = (
    "SELECT set_config('application_name', 'ccm-ledger', false),"
    " set_config('default_transaction_isolation', 'read committed', false),"
    f" set_config('lock_timeout', '{int(PATIENCE)}s', false),"
    # A program that stopped in the middle of a transaction must not hold the lock for ever.
    " set_config('idle_in_transaction_session_timeout', '60s', false),"
    # Planned once, for a ledger of any size: while tables are young their statistics would call for scans.
    " set_config('plan_cache_mode', 'force_generic_plan', false), set_config('enable_seqscan', 'off', false),"
    " set_config('enable_hashjoin', 'off', false), set_config('enable_mergejoin', 'off', false),"
    # Up to PostgreSQL 17 a scan that is off counts as costly, and what is costly is compiled: 0.15 s at every append.
    " set_config('jit', 'off', false),"
    " set_config('search_path', 'pg_catalog', false), set_config('client_min_messages', 'warning', false),"
    " current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit'),"
    " current_setting('server_version_num')::integer, pg_backend_pid(), pg_postmaster_start_time()::text"
)
KEEPALIVE: Final[dict[str, Any]] = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}

# The pool's own warnings hold what libpq says, and would go to standard error beside our words; what matters is raised.
logging.getLogger("psycopg").addHandler(logging.NullHandler())
logging.getLogger("psycopg").propagate = False

LedgerConnection = Connection[tuple[Any, ...]]
Lease = Callable[[], AbstractContextManager[LedgerConnection]]
_NOBODY_KNOWS: Final = ""
"""As whom a session acts whose last change of roles failed; no role has this name."""


class _Session(Connection[tuple[Any, ...]]):
    """A connection that knows what this process made of it."""

    acts_as: str | None = None
    """The role; None for the login itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_hand: set[bytes] = set()


class Server:
    """The connections of this process to one server, shared by every ledger on it. Threads may share it."""

    def __init__(self, address: Address, *, connections_max: int = CONNECTIONS_MAX) -> None:
        self.url = address.server
        self._password = address.password
        self._line = line_of(address.server, KEEPALIVE)
        self.starts = 0
        """How often this process met a server that had been started anew, or another one in its place."""
        self._started_at = ""
        self._is_pooler_known = False
        self._lock = threading.Lock()
        self._pool: ConnectionPool[_Session] | None = None
        self._connections_max = connections_max

    @contextmanager
    def lease(self, role: str | None, patience: int = PATIENCE) -> Iterator[LedgerConnection]:
        """A connection in autocommit mode that acts as `role`, or as the login; psycopg's errors pass through.

        StoreUnavailable where none is to be had within `patience` seconds.
        """
        with self._leased(patience) as connection:
            if connection.acts_as != role:
                _act_as(connection, role)
            yield connection

    def told(self, statement: str, patience: int) -> list[tuple[str, ...]]:
        """The rows, as texts, that the server answers to the login itself: one round trip, whoever was acted as before.

        Repeated once where the connection broke. StoreUnavailable where there is no answer within `patience` seconds,
        also on a connection that stands; else as errors.py names it, never OutcomeUnknown.
        """
        with naming_questions(*OUT_OF_REACH):
            try:
                return self._told(statement, patience)
            except psycopg.OperationalError as error:
                if not is_broken(error) or isinstance(error, ConnectionTimeout):
                    raise
            return self._told(statement, patience)

    def _told(self, statement: str, patience: int) -> list[tuple[str, ...]]:
        with self._leased(patience) as connection:
            before = "" if connection.acts_as is None else "RESET ROLE; "
            connection.acts_as = _NOBODY_KNOWS
            try:
                rows = answered_within(connection, f"{before}{statement}", patience)
            except ConnectionTimeout:
                # The others are as silent: none of them is asked whether it is.
                self.close(0)
                raise
            connection.acts_as = None
            return rows

    @contextmanager
    def _leased(self, patience: int) -> Iterator[_Session]:
        try:
            pool = self._opened(patience)
            connection = _unspoken(pool, patience)
        except PoolTimeout as error:
            raise StoreUnavailable(
                "The server does not answer, or all connections to it are in use.",
                "Check that it runs and that the network reaches it.",
            ) from error
        try:
            yield connection
        except psycopg.OperationalError as error:
            if connection.closed and not isinstance(error, ConnectionTimeout):
                pool.check()
            raise
        finally:
            pool.putconn(connection)

    def prepared(self, connection: LedgerConnection) -> set[bytes]:
        """What this process has prepared on a leased connection by hand."""
        return cast(_Session, connection).by_hand

    def close(self, patience: int = 1) -> None:
        """Close every connection; threads that wait for the server have so many seconds, and then end by themselves."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.close(timeout=patience)

    def _opened(self, patience: int) -> ConnectionPool[_Session]:
        if not self._lock.acquire(timeout=patience):
            raise PoolTimeout("another thread waits for the server")
        try:
            if self._pool is None:
                # The first connection is made here, so that what is wrong is told and not waited for.
                with self.connected(patience):
                    pass
                self._pool = ConnectionPool(
                    self.url,
                    connection_class=_Session,
                    kwargs={**self._line, **self._secret(), "autocommit": True},
                    min_size=0,
                    max_size=self._connections_max,
                    max_idle=60,
                    # The pool waits twice as long after each failure: given up, the next lease begins anew at once.
                    reconnect_timeout=PATIENCE,
                    configure=self._configure,
                    num_workers=1,
                    open=True,
                )
            return self._pool
        finally:
            self._lock.release()

    @contextmanager
    def connected(self, patience: int = PATIENCE) -> Iterator[LedgerConnection]:
        """A checked connection outside the pool, in autocommit mode, as the login itself.

        Each host of the address has `patience` seconds to answer, or as many as the address gives it.
        """
        line = {**self._line, **self._secret(), "autocommit": True}
        if "connect_timeout" in line:
            line["connect_timeout"] = min(line["connect_timeout"], patience)
        with naming_no_entrance():
            connection = _Session.connect(self.url, **line)
        try:
            with naming_questions(*OUT_OF_REACH):
                self._configure(connection)
            yield connection
        finally:
            connection.close()

    def _secret(self) -> dict[str, str]:
        return {} if self._password is None else {"password": self._password}

    def _configure(self, connection: LedgerConnection) -> None:
        row = connection.execute(_SESSION).fetchone()
        assert row is not None
        *_, fsync, full_page_writes, synchronous_commit, version, backend, started_at = row
        for name, value in zip(_DURABLE, (fsync, full_page_writes, synchronous_commit), strict=True):
            if value == "off":
                raise StoreUnavailable(
                    f"The server has {name} = off: what it acknowledges could be lost.",
                    f"Set {name} = on for the server, the database and the login, and try again.",
                )
        if version < VERSION_MIN:
            raise StoreUnavailable(
                f"The server is PostgreSQL {version // 10_000}, and 15 is the oldest that holds a ledger.",
                "Upgrade the server.",
            )
        if backend != connection.info.backend_pid and not self._is_pooler_known:
            self._check_pooler()
            self._is_pooler_known = True
        if started_at != self._started_at:
            self._started_at = started_at
            self.starts += 1
        arrays.register(connection)
        connection.prepare_threshold = 2
        connection.prepared_max = 200

    def _check_pooler(self) -> None:
        """Somebody stands between. Two sessions that ever share a backend are no sessions: StoreUnavailable."""
        conninfo = {**self._line, **self._secret(), "autocommit": True}
        with psycopg.connect(self.url, **conninfo) as one, psycopg.connect(self.url, **conninfo) as two:
            seen: tuple[set[int], set[int]] = (set(), set())
            # Twice and once: a pooler that goes round its sessions would keep step with taking turns.
            for connection, known in ((one, seen[0]), (one, seen[0]), (two, seen[1])) * 8:
                row = connection.execute("SELECT pg_backend_pid()", prepare=False).fetchone()
                assert row is not None
                known.add(row[0])
        if seen[0] & seen[1] or len(seen[0]) > 1 or len(seen[1]) > 1:
            raise StoreUnavailable(
                "A pooler in transaction mode stands before the server: it gives one session to several programs.",
                "Name the server itself, or a pool in session mode.",
            )


def _act_as(connection: _Session, role: str | None) -> None:
    # What was acted as before is known again only when the server has said yes.
    connection.acts_as = _NOBODY_KNOWS
    if role is None:
        connection.execute("RESET ROLE", prepare=False)
    else:
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)), prepare=False)
    connection.acts_as = role


def _unspoken(pool: ConnectionPool[_Session], patience: int) -> _Session:
    """A connection on which nothing has come unasked: what a server says of itself is that it goes, or is gone.

    It asks the system and not the server, and spares an append the question whether it was sent.
    """
    while True:
        connection = pool.getconn(timeout=patience)
        if not connection.closed:
            line = select.poll()
            line.register(connection.fileno(), select.POLLIN)
            if not line.poll(0):
                return connection
            connection.close()
        pool.putconn(connection)


def asked(lease: Lease, statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
    """The rows that a statement answers which may be repeated; it is, once, where the connection broke.

    So a program outlives a restart of its server. Raises as errors.py names it, never OutcomeUnknown.
    """
    with naming_questions(*OUT_OF_REACH):
        try:
            return _rows(lease, statement, values)
        except psycopg.OperationalError as error:
            if not is_broken(error):
                raise
        return _rows(lease, statement, values)


def _rows(lease: Lease, statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
    with lease() as connection:
        cursor = connection.execute(statement, values, binary=True)
        return cursor.fetchall() if cursor.description else []
