"""The peer on a server: the stock `eventsourcing` PostgreSQL application, doing get, change, save.

The same aggregate as benchmarks/stock.py and the same terms: no cache of aggregates, no snapshots, stored bodies as
long as ours on average, the server's durable settings, a connection for each client. It cannot be kept from sending a
NOTIFY with every save.
"""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from eventsourcing.application import Application
from eventsourcing.postgres import PostgresApplicationRecorder

from benchmarks.stock import Months


class SharedStock(Months):
    """The application on one database of a server."""

    def __init__(self, url: str, clients: int = 1, *, is_first: bool = False) -> None:
        parts = urlsplit(url)
        host = parts.hostname or parse_qs(parts.query)["host"][0]
        port = parts.port or parse_qs(parts.query)["port"][0]
        env = {
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "AGGREGATE_CACHE_MAXSIZE": "",
            "POSTGRES_DBNAME": parts.path.strip("/"),
            "POSTGRES_HOST": host,
            "POSTGRES_PORT": str(port),
            "POSTGRES_USER": parts.username or "postgres",
            "POSTGRES_PASSWORD": "not asked for",
            "POSTGRES_POOL_SIZE": str(clients),
            # Two that create the tables at once fail: "tuple concurrently updated".
            "CREATE_TABLE": "yes" if is_first else "no",
        }
        self.app = Application(env=env)

    def stored(self) -> int:
        """How many events the table holds."""
        return int(self._value(f"SELECT count(*) FROM {self._recorder.events_table_name}"))

    def followed(self, after: int) -> int:
        """How many events a follower sees behind the last one of a time before."""
        seen = 0
        while found := self.app.recorder.select_notifications(after + 1, 500):
            seen += len(found)
            after = int(found[-1].id)
        return seen

    def last(self) -> int:
        """The id of the last notification."""
        return self._recorder.max_notification_id() or 0

    def body_length(self) -> int:
        """The length of the newest stored body."""
        table = self._recorder.events_table_name
        return int(self._value(f"SELECT length(state) FROM {table} ORDER BY notification_id DESC LIMIT 1"))

    def close(self) -> None:
        """Close the connections."""
        self.app.close()

    @property
    def _recorder(self) -> PostgresApplicationRecorder:
        recorder = self.app.recorder
        assert isinstance(recorder, PostgresApplicationRecorder)
        return recorder

    def _value(self, query: str) -> Any:
        with self._recorder.datastore.transaction() as cursor:
            cursor.execute(query)
            row = cursor.fetchone()
            assert row is not None
            return next(iter(row.values()))
