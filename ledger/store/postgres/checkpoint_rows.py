"""The log of a ledger on a server: tiles, checkpoints, cosignatures and tokens in the ledger's schema.

Promise: as ledger/store/checkpoints/rows.py says. Appends never wait for a sealer: it locks nothing that they write.
Of two sealers at once the second one's checkpoint has a number that is taken, and all of its work is undone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import psycopg
from psycopg.types.numeric import Int8

from ledger.store.checkpoints.rows import Batch, Sign, StoredCheckpoint, StoredCosignature, StoredTimestamp
from ledger.store.checkpoints.tiles import TileId, edge
from ledger.store.postgres import arrays
from ledger.store.postgres.errors import naming_questions
from ledger.store.postgres.server import Lease, LedgerConnection, asked

CHECKPOINTS_AT_ONCE: Final = 500
_BROKE: Final = (
    "The connection to the server broke while a checkpoint was being stored.",
    "Seal again: it goes on behind whatever is stored.",
)
_TAKEN: Final = "23"
"""The class of SQLSTATE that says that a row is there already, or that a guard refused it."""


class PostgresLogStore:
    """The log in one ledger's schema."""

    def __init__(self, lease: Lease, schema: str) -> None:
        self._lease = lease
        facts, members, tags = (f'"{schema}".{name}' for name in ("stored_events", "event_tags", "tags"))
        self._last = f"SELECT notification_id, recorded_at FROM {facts} ORDER BY notification_id DESC LIMIT 1"
        self._recorded_at = f"SELECT recorded_at FROM {facts} WHERE notification_id = %s"
        self._facts = (
            "SELECT notification_id, originator_id, originator_version, topic, state, recorded_at, prefix, leaf"
            f" FROM {facts} WHERE notification_id > %s AND notification_id <= %s ORDER BY notification_id"
        )
        self._members = (
            "SELECT t.position, t.ordinal::integer, g.tag, t.seq, t.salt"
            f" FROM {members} t LEFT JOIN {tags} g ON g.tag_id = t.tag_id"
            " WHERE t.position > %s AND t.position <= %s ORDER BY t.position, t.ordinal"
        )
        self._tiles, self._checkpoints = f'"{schema}".log_tiles', f'"{schema}".log_checkpoints'
        self._cosignatures, self._timestamps = f'"{schema}".log_cosignatures', f'"{schema}".log_timestamps'
        self._checkpoint = f"SELECT number, size, note, created_at FROM {self._checkpoints}"

    def last(self) -> tuple[int, int]:
        rows = self._rows(self._last, ())
        return (rows[0][0], rows[0][1]) if rows else (0, 0)

    def recorded_at(self, position: int) -> int | None:
        rows = self._rows(self._recorded_at, (Int8(position),))
        return rows[0][0] if rows else None

    def headers(self, after: int, until: int) -> Batch:
        between = (Int8(after), Int8(until))
        return Batch(self._rows(self._facts, between), self._rows(self._members, between))

    def latest(self) -> StoredCheckpoint | None:
        rows = self._rows(f"{self._checkpoint} ORDER BY number DESC LIMIT 1", ())
        return StoredCheckpoint(*rows[0]) if rows else None

    def checkpoints(self, after: int = 0) -> Iterator[StoredCheckpoint]:
        query = f"{self._checkpoint} WHERE number > %s ORDER BY number LIMIT {CHECKPOINTS_AT_ONCE}"
        while rows := self._rows(query, (Int8(after),)):
            yield from map(StoredCheckpoint._make, rows)
            after = rows[-1][0]

    def cosignatures(self, checkpoint: int) -> list[StoredCosignature]:
        query = (
            f"SELECT checkpoint, name, key_id, at, line FROM {self._cosignatures}"
            " WHERE checkpoint = %s ORDER BY name, key_id, at"
        )
        return list(map(StoredCosignature._make, self._rows(query, (Int8(checkpoint),))))

    def timestamps(self, checkpoint: int) -> list[StoredTimestamp]:
        query = (
            f"SELECT checkpoint, digest, at, token FROM {self._timestamps} WHERE checkpoint = %s ORDER BY at, digest"
        )
        return list(map(StoredTimestamp._make, self._rows(query, (Int8(checkpoint),))))

    def tile(self, level: int, n: int) -> bytes:
        return self.tiles((TileId(level, n),)).get(TileId(level, n), b"")

    def tiles(self, wanted: Iterable[TileId]) -> dict[TileId, bytes]:
        return _tiles(self._rows(self._wanted(), _named(wanted)))

    def seal(self, grown: Mapping[TileId, bytes], size: int, number: int, now: int, sign: Sign) -> bool:
        try:
            with naming_questions(*_BROKE), self._lease() as connection, connection.transaction():
                if self._is_taken(connection, number):
                    return False
                self._grow(connection, grown)
                rows = connection.execute(self._wanted(), _named({*grown, *edge(size)}), binary=True).fetchall()
                connection.execute(
                    f"INSERT INTO {self._checkpoints} (number, size, note, created_at) VALUES (%s, %s, %s, %s)",
                    (Int8(number), Int8(size), sign(_tiles(rows)), Int8(now)),
                )
        except Exception as error:
            # Another sealer's rows are in the way, which a guard may have said in its own words.
            if _is_in_the_way(error) and self._is_taken_by_now(number):
                return False
            raise
        return True

    def add_cosignature(self, row: StoredCosignature) -> None:
        checkpoint, name, key_id, at, line = row
        self._rows(
            f"INSERT INTO {self._cosignatures} (checkpoint, name, key_id, at, line) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            (Int8(checkpoint), name, key_id, Int8(at), line),
        )

    def add_timestamp(self, row: StoredTimestamp) -> None:
        checkpoint, digest, at, token = row
        self._rows(
            f"INSERT INTO {self._timestamps} (checkpoint, digest, at, token) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            (Int8(checkpoint), digest, Int8(at), token),
        )

    def _grow(self, connection: LedgerConnection, grown: Mapping[TileId, bytes]) -> None:
        # Always in the same order, so that two sealers wait for each other and never in a circle.
        tiles = sorted(grown)
        connection.execute(
            f"INSERT INTO {self._tiles} (level, n, hashes)"
            " SELECT level::smallint, n, hashes FROM unnest(%s, %s, %s) AS g (level, n, hashes)"
            " ON CONFLICT (level, n) DO UPDATE SET hashes = excluded.hashes",
            (*_named(tiles), arrays.blobs([grown[tile] for tile in tiles])),
        )

    def _wanted(self) -> str:
        return (
            f"SELECT t.level::integer, t.n, t.hashes FROM unnest(%s, %s) AS g (level, n)"
            f" JOIN {self._tiles} t ON t.level = g.level::smallint AND t.n = g.n"
        )

    def _is_taken(self, connection: LedgerConnection, number: int) -> bool:
        query = f"SELECT 1 FROM {self._checkpoints} WHERE number >= %s LIMIT 1"
        return connection.execute(query, (Int8(number),)).fetchone() is not None

    def _is_taken_by_now(self, number: int) -> bool:
        with naming_questions(), self._lease() as connection:
            return self._is_taken(connection, number)

    def _rows(self, query: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        return asked(self._lease, query, values)


def _named(wanted: Iterable[TileId]) -> tuple[arrays.Bigs, arrays.Bigs]:
    tiles = list(wanted)
    return arrays.bigs([tile.level for tile in tiles]), arrays.bigs([tile.n for tile in tiles])


def _tiles(rows: Iterable[tuple[Any, ...]]) -> dict[TileId, bytes]:
    return {TileId(level, n): hashes for level, n, hashes in rows}


def _is_in_the_way(error: Exception) -> bool:
    cause = error.__cause__ or error.__context__
    return isinstance(cause, psycopg.Error) and (cause.sqlstate or "")[:2] == _TAKEN
