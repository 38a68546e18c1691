"""The log of a ledger in a folder: tiles, checkpoints, cosignatures and tokens in `ledger.db`.

Promise: as ledger/store/checkpoints/rows.py says. Facts to be sealed are read on a connection of their own, so that
appends do not wait; the lock is held only while tiles and checkpoint are written, read back and signed.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ledger.store.checkpoints.rows import Batch, Sign, StoredCheckpoint, StoredCosignature, StoredTimestamp
from ledger.store.checkpoints.tiles import TileId, edge
from ledger.store.sqlite.recorder import last_row
from ledger.store.sqlite.rows import SqliteRows

CHECKPOINTS_AT_ONCE: Final = 500

_FACTS: Final = (
    "SELECT rowid, originator_id, originator_version, topic, state, recorded_at, prefix, leaf"
    " FROM stored_events WHERE rowid > ? AND rowid <= ? ORDER BY rowid"
)
_MEMBERS: Final = (
    "SELECT t.position, t.ordinal, g.tag, t.seq, t.salt FROM event_tags t LEFT JOIN tags g ON g.tag_id = t.tag_id"
    " WHERE t.position > ? AND t.position <= ? ORDER BY t.position, t.ordinal"
)
_CHECKPOINT: Final = "SELECT number, size, note, created_at FROM log_checkpoints"
_COSIGNATURES: Final = (
    "SELECT checkpoint, name, key_id, at, line FROM log_cosignatures WHERE checkpoint = ? ORDER BY name, key_id, at"
)
_TIMESTAMPS: Final = "SELECT checkpoint, digest, at, token FROM log_timestamps WHERE checkpoint = ? ORDER BY at, digest"
_TILE: Final = "SELECT hashes FROM log_tiles WHERE level = ? AND n = ?"
_GROW: Final = (
    "INSERT INTO log_tiles (level, n, hashes) VALUES (?, ?, ?)"
    " ON CONFLICT (level, n) DO UPDATE SET hashes = excluded.hashes"
)


class SqliteLogStore(SqliteRows):
    """The log in one open `ledger.db`."""

    def last(self) -> tuple[int, int]:
        with self._reading() as reading:
            return last_row(reading.cursor())

    def recorded_at(self, position: int) -> int | None:
        rows = self._rows("SELECT recorded_at FROM stored_events WHERE rowid = ?", (position,))
        return rows[0][0] if rows else None

    def headers(self, after: int, until: int) -> Batch:
        with self._reading() as reading:
            facts = reading.execute(_FACTS, (after, until)).fetchall()
            return Batch(facts, reading.execute(_MEMBERS, (after, until)).fetchall())

    def latest(self) -> StoredCheckpoint | None:
        rows = self._rows(f"{_CHECKPOINT} ORDER BY number DESC LIMIT 1", ())
        return StoredCheckpoint(*rows[0]) if rows else None

    def checkpoints(self, after: int = 0) -> Iterator[StoredCheckpoint]:
        query = f"{_CHECKPOINT} WHERE number > ? ORDER BY number LIMIT {CHECKPOINTS_AT_ONCE}"
        while rows := self._rows(query, (after,)):
            yield from map(StoredCheckpoint._make, rows)
            after = rows[-1][0]

    def cosignatures(self, checkpoint: int) -> list[StoredCosignature]:
        return list(map(StoredCosignature._make, self._rows(_COSIGNATURES, (checkpoint,))))

    def timestamps(self, checkpoint: int) -> list[StoredTimestamp]:
        return list(map(StoredTimestamp._make, self._rows(_TIMESTAMPS, (checkpoint,))))

    def tile(self, level: int, n: int) -> bytes:
        return self.tiles((TileId(level, n),)).get(TileId(level, n), b"")

    def tiles(self, wanted: Iterable[TileId]) -> dict[TileId, bytes]:
        with self._reading() as reading:
            return _tiles(reading.cursor(), wanted)

    def seal(self, grown: Mapping[TileId, bytes], size: int, number: int, now: int, sign: Sign) -> bool:
        with self._writing() as cursor:
            if cursor.execute("SELECT 1 FROM log_checkpoints WHERE number >= ?", (number,)).fetchone():
                return False
            cursor.executemany(_GROW, [(*tile, hashes) for tile, hashes in sorted(grown.items())])
            note = sign(_tiles(cursor, {*grown, *edge(size)}))
            cursor.execute(
                "INSERT INTO log_checkpoints (number, size, note, created_at) VALUES (?, ?, ?, ?)",
                (number, size, note, now),
            )
        return True

    def add_cosignature(self, row: StoredCosignature) -> None:
        with self._writing() as cursor:
            cursor.execute(
                "INSERT INTO log_cosignatures (checkpoint, name, key_id, at, line) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                row,
            )

    def add_timestamp(self, row: StoredTimestamp) -> None:
        with self._writing() as cursor:
            cursor.execute(
                "INSERT INTO log_timestamps (checkpoint, digest, at, token) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                row,
            )


def _tiles(cursor: sqlite3.Cursor, wanted: Iterable[TileId]) -> dict[TileId, bytes]:
    found = {}
    for tile in wanted:
        if row := cursor.execute(_TILE, tile).fetchone():
            found[tile] = row[0]
    return found
