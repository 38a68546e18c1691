"""What an attacker has in his hands: every table of a closed ledger, its vault and its read models, without guards.

`Tables` copies rows whole and puts them back, on either engine: that is what a backup is, and what a restore does.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from ledger.store.connection import Place
from tests.store.tampering import Run, in_hand

Row = tuple[Any, ...]


class Table(NamedTuple):
    """The rows of one table as of one moment."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


class Hands(NamedTuple):
    """Statements run on the facts, on the vault and on the read models of one ledger."""

    facts: Run
    vault: Run
    models: Run
    is_server: bool


@contextmanager
def hands_on(place: Place) -> Iterator[Hands]:
    """Take hold of a closed ledger."""
    with ExitStack() as stack:
        if isinstance(place, Path):
            facts, vault, models = [
                stack.enter_context(in_hand(place, f"{name}.db")) for name in ("ledger", "vault", "projections")
            ]
            yield Hands(facts, vault, models, is_server=False)
        else:
            run = stack.enter_context(in_hand(place))
            yield Hands(run, run, run, is_server=True)


FACTS = ("stored_events", "event_tags", "tags", "command_keys", "reading_sets", "refusal_count")
"""The tables of the facts and of what is beside them."""
KEYS = ("named_keys", "data_keys")


def columns_of(run: Run, table: str, *, is_server: bool) -> tuple[str, ...]:
    """The names of a table's columns; of a fact's position, the one that tests/store/tampering.py speaks of."""
    if is_server:
        found = run(
            "SELECT attname FROM pg_attribute WHERE attrelid = CAST(? AS regclass) AND attnum > 0"
            " AND NOT attisdropped ORDER BY attnum",
            (table,),
        )
    else:
        found = run("SELECT name FROM pragma_table_info(?)", (table,))
    return tuple("rowid" if name == "notification_id" else name for (name,) in found)


def copied(run: Run, table: str, *, is_server: bool) -> Table:
    """The rows of a table."""
    columns = columns_of(run, table, is_server=is_server)
    return Table(columns, tuple(map(tuple, run(f"SELECT {', '.join(columns)} FROM {table}"))))


def put(run: Run, table: str, rows: Table) -> None:
    """Have a table hold these rows and no others."""
    run(f"DELETE FROM {table}")
    insert(run, table, rows.columns, rows.rows)


def insert(run: Run, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Add rows, some hundreds a statement."""
    at_once = 2_000 // len(columns)
    for start in range(0, len(rows), at_once):
        some = rows[start : start + at_once]
        places = ", ".join([f"({', '.join('?' * len(columns))})"] * len(some))
        values = [value for row in some for value in row]
        run(f"INSERT INTO {table} ({', '.join(columns)}) VALUES {places}", values)
