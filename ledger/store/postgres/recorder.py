"""The PostgreSQL recorder: eventsourcing's, over a ledger's schema, with the ledger's lock and positions.

Promise: `insert_events` and the selects keep the contract of ApplicationRecorder, so the base library's tools can read
a ledger; an insert takes the append lock first, gives gapless positions, commits once and is never repeated by itself;
no table is made and nobody is notified. Not promised: `subscribe`; tags, keys and leaves for what comes in by
`insert_events`, which only the schema's owner may do: facts are appended by append.py, and `verify` names rows that
were not. The stock recorder sends a group through a pipeline, which stands still for ever, with the lock, from about
half a megabyte on; it repeats what it does not know the fate of; and each of its appends notifies.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, NoReturn

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg import Connection, Cursor, sql
from psycopg.rows import DictRow, dict_row

from ledger.store.postgres import arrays
from ledger.store.postgres.address import Address
from ledger.store.postgres.server import KEEPALIVE, PATIENCE

_INSERT: Final = (
    "INSERT INTO {schema}.stored_events (notification_id, originator_id, originator_version, topic, state,"
    " recorded_at, prefix, leaf)"
    " SELECT coalesce(last.position, 0) + g.i, g.home, g.version, g.topic, g.state, coalesce(last.recorded_at, 0),"
    " ''::bytea, ''::bytea"
    " FROM unnest(%s, %s, %s, %s) WITH ORDINALITY AS g (home, version, topic, state, i) LEFT JOIN ("
    "SELECT notification_id AS position, recorded_at FROM {schema}.stored_events ORDER BY 1 DESC LIMIT 1"
    ") AS last ON true ORDER BY g.i RETURNING notification_id"
)


class LedgerDatastore(PostgresDatastore):
    """The datastore of one ledger's schema, with text originator ids."""

    def __init__(self, address: Address, *, connections_max: int = 8) -> None:
        super().__init__(
            "",
            "",
            "",
            "",
            "",
            pool_size=0,
            max_overflow=connections_max,
            lock_timeout=PATIENCE,
            schema=address.schema,
            originator_id_type="text",
        )
        # The whole address: the base library would leave out everything but host, port, user and database.
        self.pool.conninfo = address.server
        secret = {} if address.password is None else {"password": address.password}
        self.pool.kwargs = {**KEEPALIVE, **secret, "row_factory": dict_row}

    def after_connect_func(self) -> Callable[[Connection[Any]], None]:
        def after_connect(connection: Connection[Any]) -> None:
            connection.autocommit = True
            connection.execute(
                "SELECT set_config('synchronous_commit', 'on', false)"
                " WHERE current_setting('synchronous_commit') = 'off'"
            )
            arrays.register(connection)

        return after_connect

    def register_type_adapters(self) -> None:
        """Nothing: the schema has no composite types."""


class LedgerRecorder(PostgresApplicationRecorder):
    """The application recorder of a ledger: gapless positions under the append lock."""

    def __init__(self, datastore: LedgerDatastore) -> None:
        super().__init__(datastore)
        schema = sql.Identifier(datastore.schema)
        self.insert_events_statement = sql.SQL(_INSERT).format(schema=schema)
        self.lock_table_statements = [
            sql.SQL("SET LOCAL lock_timeout = {}").format(f"{datastore.lock_timeout}s"),
            sql.SQL("LOCK TABLE {}.append_lock IN EXCLUSIVE MODE").format(schema),
        ]

    def create_table(self) -> None:
        """Nothing: the schema is made by migrations (schema.py)."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """Insert rows as one commit, once, and answer their positions; the base library's errors as it names them."""
        with self.datastore.transaction(commit=True) as cursor:
            if not stored_events:
                return []
            self._insert_stored_events(cursor, stored_events, **kwargs)
            return [row["notification_id"] for row in cursor.fetchall()]

    def _insert_stored_events(self, curs: Cursor[DictRow], stored_events: Sequence[StoredEvent], **_: Any) -> None:
        self._lock_table(curs)
        columns = (
            arrays.texts([str(event.originator_id) for event in stored_events]),
            arrays.bigs([event.originator_version for event in stored_events]),
            arrays.texts([event.topic for event in stored_events]),
            arrays.blobs([event.state for event in stored_events]),
        )
        curs.execute(self.insert_events_statement, columns)

    def _notify_channel(self, curs: Cursor[DictRow]) -> None:
        """Nobody: a notification at every append halves what many writers append; followers ask for what is new."""

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> NoReturn:
        """Raises NotImplementedError: followers poll by position."""
        raise NotImplementedError("followers of a ledger ask by position")
