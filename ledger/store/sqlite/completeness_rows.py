"""The map of completeness of a ledger in a folder, in three tables of `ledger.db`.

Promise: as ledger/store/checkpoints/completeness_rows.py says. Facts are read on a connection of their own, so that
appends do not wait; the lock is held only while a map is written.
"""

from collections.abc import Iterable
from typing import Final

from ledger.proof.completeness import Map
from ledger.store.checkpoints.completeness_rows import MapRows
from ledger.store.completeness_map import Counted, counted_of
from ledger.store.sqlite.rows import SqliteRows

_FACTS: Final = "SELECT rowid, prefix, leaf FROM stored_events WHERE rowid > ? AND rowid <= ? ORDER BY rowid"
_MEMBERS: Final = (
    "SELECT t.position, g.tag FROM event_tags t JOIN tags g ON g.tag_id = t.tag_id"
    " WHERE t.position > ? AND t.position <= ? ORDER BY t.position"
)
_STATE: Final = "SELECT depth, up_to, entries, root FROM completeness_map"


class SqliteCompletenessStore(SqliteRows):
    """The map in one open `ledger.db`."""

    def counted(self, after: int, until: int) -> list[Counted]:
        with self._reading() as reading:
            facts = reading.execute(_FACTS, (after, until)).fetchall()
            return counted_of(facts, reading.execute(_MEMBERS, (after, until)).fetchall())

    def state(self) -> Map | None:
        rows = self._rows(_STATE)
        return Map._make(rows[0]) if rows else None

    def hashes(self) -> bytes:
        return b"".join(hashes for (hashes,) in self._rows("SELECT hashes FROM completeness_hashes ORDER BY n"))

    def buckets(self, numbers: Iterable[int]) -> dict[int, bytes]:
        found = {}
        with self._reading() as reading:
            for number in numbers:
                query = "SELECT entries FROM completeness_buckets WHERE n = ?"
                if row := reading.execute(query, (number,)).fetchone():
                    found[number] = row[0]
        return found

    def write(self, expected: Map | None, rows: MapRows) -> bool:
        with self._writing() as cursor:
            stands = cursor.execute(_STATE).fetchone()
            if (Map._make(stands) if stands else None) != expected:
                return False
            if rows.is_whole:
                cursor.execute("DELETE FROM completeness_buckets")
                cursor.execute("DELETE FROM completeness_hashes")
            full = [(number, bucket) for number, bucket in sorted(rows.buckets.items()) if bucket]
            cursor.executemany("INSERT OR REPLACE INTO completeness_buckets (n, entries) VALUES (?, ?)", full)
            tiles = sorted(rows.tiles.items())
            cursor.executemany("INSERT OR REPLACE INTO completeness_hashes (n, hashes) VALUES (?, ?)", tiles)
            cursor.execute(
                "INSERT OR REPLACE INTO completeness_map (one, depth, up_to, entries, root) VALUES (1, ?, ?, ?, ?)",
                rows.said,
            )
        return True
