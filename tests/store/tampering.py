"""What somebody with the database in his hands can do: change rows behind the guards, on either engine.

Changes are written once, in SQL that both engines understand; `rowid` is the position of a fact, `zeroblob(n)` n zero
bytes, and values stand for question marks. The guards are off while they run and on again afterwards.
"""

import re
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ledger.store.connection import Place
from ledger.store.fsck import Finding, verify
from tests.postgres.servers import tamperer
from tests.store.sample import reopened

Run = Callable[..., list[tuple[Any, ...]]]
"""Runs one statement with its values, and answers its rows."""
Tamper = Callable[[Run], object]


def tamper(place: Place, *changes: str | Tamper, of_vault: bool = False) -> None:
    """Change the rows of a closed ledger, or of its vault."""
    if isinstance(place, Path):
        _tamper_with_file(place / ("vault.db" if of_vault else "ledger.db"), changes)
        return
    with tamperer(place) as connection:

        def run(statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
            cursor = connection.execute(_spoken(statement).encode(), values)
            return cursor.fetchall() if cursor.description else []

        _run_all(run, changes)


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


def found(findings: Sequence[Finding]) -> set[tuple[str, int | None]]:
    """The verdicts and their positions."""
    return {(finding.verdict.value, finding.position) for finding in findings}


def _tamper_with_file(path: Path, changes: Sequence[str | Tamper]) -> None:
    db = sqlite3.connect(path, isolation_level=None)
    triggers = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        db.execute(f"DROP TRIGGER {name}")
    _run_all(lambda statement, values=(): db.execute(statement, values).fetchall(), changes)
    for _, statement in triggers:
        db.execute(statement)
    db.close()


def _run_all(run: Run, changes: Sequence[str | Tamper]) -> None:
    for change in changes:
        if isinstance(change, str):
            run(change)
        else:
            change(run)


def _spoken(statement: str) -> str:
    """The statement as PostgreSQL understands it."""
    statement = re.sub(r"zeroblob\((\d+)\)", r"decode(repeat('00', \1), 'hex')", statement)
    return statement.replace("%", "%%").replace("rowid", "notification_id").replace("?", "%s")
