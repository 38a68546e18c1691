"""How many facts each stream holds: a bounded cache that is right as of the last position it was told of.

Promise: a known head is a dictionary hit. The cache is never newer than the database and never trusted under the lock
before `catch_up`. Not promised: that a head is the latest; `Ledger.refresh` brings it up to date.
"""

import sqlite3
from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

import orjson

HEADS_MAX: Final = 32_768
# Past this many new facts it is cheaper to forget than to ask which streams moved.
CATCH_UP_MAX: Final = 20_000


Head = tuple[int, int]
"""The id of a stream's row in `tags`, and how many facts it holds; (0, 0) where there is no such stream."""

_NONE: Final[Head] = (0, 0)


class HeadCache:
    """The heads of the streams that were used most recently."""

    def __init__(self) -> None:
        self.position = 0
        self._known: OrderedDict[str, Head] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def known(self, tag: str) -> Head | None:
        """The head of a stream where it is known; asks nobody."""
        return self._known.get(tag)

    def get(self, cursor: sqlite3.Cursor, tag: str) -> Head:
        """The head of a stream, from the database where it is not known yet."""
        if (known := self._known.get(tag)) is not None:
            self._known.move_to_end(tag)
            return known
        row = cursor.execute("SELECT tag_id, head FROM tags WHERE tag = ?", (tag,)).fetchone()
        head = (row[0], row[1]) if row else _NONE
        self.learn(((tag, head),))
        return head

    def get_all(self, cursor: sqlite3.Cursor, tags: Iterable[str]) -> dict[str, Head]:
        """The heads of many streams with one query for those that are not known yet."""
        known = self._known
        found: dict[str, Head] = {}
        missing = []
        for tag in tags:
            head = known.get(tag)
            if head is None:
                missing.append(tag)
            else:
                found[tag] = head
        if missing:
            query = "SELECT tag, tag_id, head FROM tags WHERE tag IN (SELECT value FROM json_each(?))"
            found.update(dict.fromkeys(missing, _NONE))
            rows = cursor.execute(query, (orjson.dumps(missing).decode(),)).fetchall()
            found.update((tag, (tag_id, head)) for tag, tag_id, head in rows)
        return found

    def learn(self, heads: Iterable[tuple[str, Head]]) -> None:
        """Take in heads that are committed, as of the cache's position."""
        known = self._known
        for tag, head in heads:
            known[tag] = head
            known.move_to_end(tag)
        while len(known) > HEADS_MAX:
            known.popitem(last=False)

    def catch_up(self, cursor: sqlite3.Cursor, position: int) -> None:
        """Bring the known heads up to `position`, whoever appended meanwhile."""
        if position == self.position:
            return
        if 0 < position - self.position <= CATCH_UP_MAX:
            query = (
                "SELECT tag, tag_id, head FROM tags WHERE tag_id IN (SELECT tag_id FROM event_tags WHERE position > ?)"
            )
            for tag, tag_id, head in cursor.execute(query, (self.position,)):
                if tag in self._known:
                    self._known[tag] = (tag_id, head)
        else:
            self._known.clear()
        self.position = position
