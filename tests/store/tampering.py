"""What somebody with the database in his hands can do: change rows behind the guards, on either engine.

Changes are written once, in SQL that both engines understand; `rowid` is the position of a fact, `zeroblob(n)` n zero
bytes, and values stand for question marks. The guards are off while they run and on again afterwards.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from ledger.store.connection import Place
from ledger.store.fsck import verify
from ledger.store.verifying.naming import Finding
from tests.postgres.servers import tamperer
from tests.store.sample import reopened

Run = Callable[..., list[tuple[Any, ...]]]
"""Runs one statement with its values, and answers its rows."""
Tamper = Callable[[Run], object]


def tamper(place: Place, *changes: str | Tamper, of_vault: bool = False) -> None:
    """Change the rows of a closed ledger, or of its vault."""
    with in_hand(place, "vault.db" if of_vault else "ledger.db") as run:
        _run_all(run, changes)


@contextmanager
def in_hand(place: Place, file: str = "ledger.db") -> Iterator[Run]:
    """The rows of a closed ledger, with no guard on; in a folder those of one file, on a server all of them."""
    if isinstance(place, Path):
        with _file_in_hand(place / file) as run:
            yield run
        return
    with tamperer(place) as connection:

        def on_server(statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
            cursor = connection.execute(spoken(statement).encode(), values)
            return cursor.fetchall() if cursor.description else []

        yield on_server


def tampered(place: Place, *changes: str | Tamper, of_vault: bool = False) -> list[Finding]:
    """What verification finds after something was changed."""
    tamper(place, *changes, of_vault=of_vault)
    with reopened(place) as ledger:
        return list(verify(ledger).findings)


def edit(column: str, position: int, change: Callable[[bytes], bytes]) -> Tamper:
    """Change one value of a fact's row."""

    def tamper_with(run: Run) -> None:
        ((value,),) = run(f"SELECT {column} FROM stored_events WHERE rowid = ?", (position,))
        assert change(value) != value
        run(f"UPDATE stored_events SET {column} = ? WHERE rowid = ?", (change(value), position))

    return tamper_with


def moved_into_the_salt(run: Run) -> None:
    """Give the first letter of a tag to the salts in front of it: what is hashed stays the same."""
    ((tag_id, tag),) = run("SELECT tag_id, tag FROM tags WHERE tag_id = (SELECT MAX(tag_id) FROM event_tags)")
    run("UPDATE tags SET tag = ? WHERE tag_id = ?", (tag[1:], tag_id))
    for position, salt in run("SELECT position, salt FROM event_tags WHERE tag_id = ?", (tag_id,)):
        longer = bytes(salt) + tag[:1].encode()
        run("UPDATE event_tags SET salt = ? WHERE tag_id = ? AND position = ?", (longer, tag_id, position))
    run("UPDATE stored_events SET originator_id = ? WHERE originator_id = ?", (tag[1:], tag))


def found(findings: Sequence[Finding]) -> set[tuple[str, int | None]]:
    """The verdicts and their positions."""
    return {(finding.verdict.value, finding.position) for finding in findings}


@contextmanager
def _file_in_hand(path: Path) -> Iterator[Run]:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA synchronous = OFF")
        triggers = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            db.execute(f"DROP TRIGGER {name}")
        yield lambda statement, values=(): db.execute(statement, values).fetchall()
        for _, statement in triggers:
            db.execute(statement)


def _run_all(run: Run, changes: Sequence[str | Tamper]) -> None:
    for change in changes:
        if isinstance(change, str):
            run(change)
        else:
            change(run)


def spoken(statement: str) -> str:
    """The statement as PostgreSQL understands it."""
    statement = re.sub(r"zeroblob\((\d+)\)", r"decode(repeat('00', \1), 'hex')", statement)
    return statement.replace("%", "%%").replace("rowid", "notification_id").replace("?", "%s")
