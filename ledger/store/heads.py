"""How many facts each stream holds: a bounded cache that is right as of the last position it was told of.

Promise: a known head is a dictionary hit. The cache is never newer than the database and never trusted under the lock
before `catch_up`. Not promised: that a head is the latest; `Ledger.refresh` brings it up to date.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Final

HEADS_MAX: Final = 32_768
# Past this many new facts it is cheaper to forget than to ask which streams moved.
CATCH_UP_MAX: Final = 20_000


Head = tuple[int, int]
"""The id of a stream's row in `tags`, and how many facts it holds; (0, 0) where there is no such stream."""

NO_HEAD: Final[Head] = (0, 0)


class HeadCache:
    """The heads of the streams that were used most recently."""

    def __init__(self) -> None:
        self.position = 0
        self._known: OrderedDict[str, Head] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._known)

    def known(self, tag: str) -> Head | None:
        """The head of a stream where it is known; asks nobody."""
        return self._known.get(tag)

    def part(self, tags: Iterable[str]) -> tuple[dict[str, Head], list[str]]:
        """The heads that are known, and the streams that must be asked for."""
        known = self._known
        found: dict[str, Head] = {}
        missing = []
        for tag in tags:
            head = known.get(tag)
            if head is None:
                missing.append(tag)
            else:
                found[tag] = head
        return found, missing

    def learn(self, heads: Iterable[tuple[str, Head]]) -> None:
        """Take in heads that are committed, as of the cache's position or later; a stream only grows."""
        known = self._known
        with self._lock:
            for tag, head in heads:
                if head[1] >= known.get(tag, NO_HEAD)[1]:
                    known[tag] = head
                known.move_to_end(tag)
            while len(known) > HEADS_MAX:
                known.popitem(last=False)

    def learn_read(self, tag: str, head: Head, *, as_of: int) -> None:
        """Take in a head that was read while the cache stood at `as_of`; another thread may have moved it on since."""
        if as_of == self.position:
            self.learn(((tag, head),))

    def reached(self, position: int, *, base: int) -> None:
        """Facts up to `position` were appended behind `base`, and their heads learned."""
        with self._lock:
            if self.position == base:
                self.position = position

    def catch_up(self, position: int, *, after: int, moved: Sequence[tuple[str, Head]] | None) -> None:
        """Bring the known heads up to `position`: `moved` are the streams that moved behind `after`, None if untold."""
        with self._lock:
            if position <= self.position:
                return  # another thread was faster
            if moved is None or self.position < after:
                self._known.clear()
            else:
                for tag, head in moved:
                    if head[1] > self._known.get(tag, head)[1]:
                        self._known[tag] = head
            self.position = position

    def forget(self) -> None:
        """Forget everything: another ledger stands behind the names, or an earlier state of this one."""
        with self._lock:
            self._known.clear()
            self.position = 0
