"""Digests of what was delivered, blanked in `ledger.db`: overwritten in the file, and none left in its log.

Promise: what was blanked is on the disk when it returns, and a second call finishes what a first one could not. Not
promised: that a backup of the file was changed as well.
"""

import sqlite3
from collections.abc import Sequence
from typing import Final

import orjson

from ledger.store.sqlite.recorder import LedgerConnection
from ledger.terms.errors import StoreUnavailable

_BOUND: Final = (
    "EXISTS (SELECT 1 FROM json_each(command_keys.positions) p WHERE p.value IN (SELECT value FROM json_each(?)))"
)


def blanked(connection: LedgerConnection, cursor: sqlite3.Cursor, positions: Sequence[int]) -> int:
    """Blank the content of every key bound to one of these facts; how many such keys are blank now.

    It looks through all keys. StoreUnavailable where a reader keeps the old bytes in the log: to be asked again.
    """
    named = (orjson.dumps(list(positions)).decode(),)
    cursor.execute("PRAGMA secure_delete = ON")
    try:
        with connection.transaction(commit=True):
            cursor.execute(f"UPDATE command_keys SET content = NULL WHERE content IS NOT NULL AND {_BOUND}", named)
        (is_busy, *_) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        cursor.execute("PRAGMA secure_delete = OFF")
    if is_busy:
        raise StoreUnavailable(
            "The digests are blank, but the ledger's log still holds a copy: another program was reading it.",
            "Stop the other programs and run the erasure again.",
        )
    query = f"SELECT COUNT(*) FROM command_keys WHERE content IS NULL AND {_BOUND}"
    count: int = cursor.execute(query, named).fetchone()[0]
    return count
