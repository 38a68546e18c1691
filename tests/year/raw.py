"""The stored bytes of a ledger as plain dicts: for the independent reading, which shares no code with the program.

Written from docs/formats.md and the table definitions alone: a body is a format byte, the sized envelope, the sized
clear JSON and the sealed parts. A field that is absent is None. Instants and days are made when they are asked for.
"""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Raw(dict[str, Any]):
    """One fact: its clear fields, and `topic`, `position`, `recorded_at`, `tags`, `envelope`."""

    def __missing__(self, name: str) -> None:
        return None


def facts_of(folder: Path) -> list[Raw]:
    """Every fact of the ledger in a folder, in order of position."""
    with closing(sqlite3.connect(f"file:{folder / 'ledger.db'}?mode=ro", uri=True)) as database:
        tags: dict[int, list[str]] = {}
        named = "SELECT position, tag FROM event_tags JOIN tags USING (tag_id) ORDER BY position, ordinal"
        for position, tag in database.execute(named):
            tags.setdefault(position, []).append(tag)
        stored = "SELECT rowid, topic, state, recorded_at FROM stored_events ORDER BY rowid"
        return [
            Raw(
                _clear(state),
                topic=topic,
                position=position,
                recorded_at=EPOCH + timedelta(microseconds=recorded_at),
                tags=tuple(tags[position]),
                envelope=json.loads(_sized(state, 1)[0]),
            )
            for position, topic, state, recorded_at in database.execute(stored)
        ]


def _clear(state: bytes) -> dict[str, Any]:
    assert state[0] == 1, "the first format of a body"
    _, behind = _sized(state, 1)
    found: dict[str, Any] = json.loads(_sized(state, behind)[0], object_hook=Raw)
    return found


def _sized(state: bytes, at: int) -> tuple[bytes, int]:
    end = at + 4 + int.from_bytes(state[at : at + 4], "big")
    return state[at + 4 : end], end


@lru_cache(maxsize=100_000)
def instant(text: str) -> datetime:
    """A stored instant."""
    return datetime.fromisoformat(text)


@lru_cache(maxsize=10_000)
def day(text: str | None) -> date | None:
    """A stored day; None where there is none."""
    return date.fromisoformat(text) if text is not None else None


def second(text: str) -> int:
    """A stored instant as whole seconds since 1970, cut down."""
    return int((instant(text) - EPOCH) // timedelta(seconds=1))
