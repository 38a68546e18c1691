"""Everything that a database holds of a ledger, as bytes: pages, logs, names of streams, read models."""

from collections.abc import Callable
from pathlib import Path

from ledger.store.connection import Place
from tests.postgres.servers import superuser

_FILES = """
SELECT pg_relation_filepath(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE (n.nspname = %s OR n.nspname IN (%s, %s)) AND c.relkind IN ('r', 'i', 't')
UNION ALL SELECT pg_relation_filepath(c.reltoastrelid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE (n.nspname = %s OR n.nspname IN (%s, %s)) AND c.reltoastrelid <> 0
"""


def begun(place: Place) -> Callable[[], dict[str, bytes]]:
    """Reads, when it is called, what the ledger at a place has written since now: its files, by name, and the log."""
    if isinstance(place, Path):
        return lambda: {file.name: file.read_bytes() for file in sorted(place.glob("*")) if file.is_file()}
    address = place
    with superuser(address) as connection:
        ((since,),) = connection.execute("SELECT pg_walfile_name(pg_current_wal_lsn())").fetchall()

    def read() -> dict[str, bytes]:
        held: dict[str, bytes] = {}
        with superuser(address) as connection:
            connection.execute("CHECKPOINT")
            schemas = [address.schema, f"{address.schema}_vault", f"{address.schema}_models"]
            logs = "SELECT 'pg_wal/' || name FROM pg_ls_waldir() WHERE name >= %s AND length(name) = 24"
            names = connection.execute(_FILES.encode(), schemas * 2).fetchall()
            names += connection.execute(logs, (since,)).fetchall()
            for (name,) in names:
                ((content,),) = connection.execute("SELECT pg_read_binary_file(%s, true)", (name,)).fetchall()
                held[name] = bytes(content or b"")
        return held

    return read
