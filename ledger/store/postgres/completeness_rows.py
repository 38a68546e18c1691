"""The map of completeness of a ledger on a server, in three tables of the ledger's schema.

Promise: as ledger/store/checkpoints/completeness_rows.py says. Appends never wait for it; of two who write at once the
second waits for the first, and then finds another map than it expected.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from psycopg.types.numeric import Int8

from ledger.proof.completeness import Map
from ledger.store.checkpoints.completeness_rows import MapRows
from ledger.store.completeness_map import Counted, counted_of
from ledger.store.postgres import arrays
from ledger.store.postgres.errors import naming_questions
from ledger.store.postgres.server import Lease, LedgerConnection, asked


class PostgresCompletenessStore:
    """The map in one ledger's schema."""

    def __init__(self, lease: Lease, schema: str) -> None:
        self._lease = lease
        facts, members, tags = (f'"{schema}".{name}' for name in ("stored_events", "event_tags", "tags"))
        self._map, self._buckets, self._hashes = (
            f'"{schema}".completeness_{it}' for it in ("map", "buckets", "hashes")
        )
        self._facts = (
            f"SELECT notification_id, prefix, leaf FROM {facts}"
            " WHERE notification_id > %s AND notification_id <= %s ORDER BY notification_id"
        )
        self._members = (
            f"SELECT t.position, g.tag FROM {members} t JOIN {tags} g ON g.tag_id = t.tag_id"
            " WHERE t.position > %s AND t.position <= %s ORDER BY t.position"
        )
        self._state = f"SELECT depth::integer, up_to, entries, root FROM {self._map}"

    def counted(self, after: int, until: int) -> list[Counted]:
        between = (Int8(after), Int8(until))
        return counted_of(self._rows(self._facts, between), self._rows(self._members, between))

    def state(self) -> Map | None:
        rows = self._rows(self._state, ())
        return Map._make(rows[0]) if rows else None

    def hashes(self) -> bytes:
        return b"".join(hashes for (hashes,) in self._rows(f"SELECT hashes FROM {self._hashes} ORDER BY n", ()))

    def buckets(self, numbers: Iterable[int]) -> dict[int, bytes]:
        query = f"SELECT n, entries FROM unnest(%s) AS w (number) JOIN {self._buckets} ON n = w.number"
        return dict(self._rows(query, (arrays.bigs(list(numbers)),)))

    def write(self, expected: Map | None, rows: MapRows) -> bool:
        with naming_questions(), self._lease() as connection, connection.transaction():
            connection.execute(f"LOCK TABLE {self._map} IN SHARE ROW EXCLUSIVE MODE")
            stands = connection.execute(self._state, binary=True).fetchone()
            if (Map._make(stands) if stands else None) != expected:
                return False
            if rows.is_whole:
                connection.execute(f"DELETE FROM {self._buckets}")
                connection.execute(f"DELETE FROM {self._hashes}")
            self._put(connection, self._buckets, "entries", {n: bucket for n, bucket in rows.buckets.items() if bucket})
            self._put(connection, self._hashes, "hashes", rows.tiles)
            depth, up_to, entries, root = rows.said
            connection.execute(
                f"INSERT INTO {self._map} (one, depth, up_to, entries, root) VALUES (1, %s::bigint, %s, %s, %s)"
                " ON CONFLICT (one) DO UPDATE SET depth = excluded.depth, up_to = excluded.up_to,"
                " entries = excluded.entries, root = excluded.root",
                (Int8(depth), Int8(up_to), Int8(entries), root),
            )
        return True

    def _put(self, connection: LedgerConnection, table: str, column: str, rows: Any) -> None:
        numbers = sorted(rows)
        connection.execute(
            f"INSERT INTO {table} (n, {column}) SELECT n, content FROM unnest(%s, %s) AS w (n, content)"
            f" ON CONFLICT (n) DO UPDATE SET {column} = excluded.{column}",
            (arrays.bigs(numbers), arrays.blobs([rows[number] for number in numbers])),
        )

    def _rows(self, query: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        return asked(self._lease, query, values)
