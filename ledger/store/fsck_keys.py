"""The keys of commands against the facts that were recorded under them.

A fact's envelope names the token of its key, and the leaf commits to the envelope; the row that binds the key is beside
the facts and in no leaf. Promise: a key that was accepted or parked and is bound to a fact of another key, or that a
fact names and no row binds, is found. Memory is eight bytes a fact. Not promised: keys that were answered `unchanged`:
no fact names them.
"""

from array import array
from collections.abc import Iterable, Iterator
from typing import Final

from ledger.store.fsck_fact import Issue, Verdict
from ledger.streams.governance import DeliveryReleased

UNREAD: Final = 0
"""Nothing is known of the fact: it is damaged, and that is a finding already."""
NONE: Final = 1
"""The fact names no key."""
MET: Final = 2
"""The row of its key was found, and is bound to it."""


class KeyChecker:
    """Takes in every fact's key, and then every row that binds one."""

    def __init__(self) -> None:
        self._keys = array("q")
        self._parked: set[int] = set()
        self._others: list[tuple[int, int]] = []

    def take(self, position: int, topic: str, token: str | None) -> None:
        """The key that a fact names; positions come in order."""
        while len(self._keys) < position - 1:
            self._keys.append(UNREAD)
        # The key of a release is bound to what the parked delivery became, or to nothing while it stays parked.
        self._keys.append(NONE if token is None else UNREAD if topic == DeliveryReleased.TOPIC else _number(token))

    def bound(self, token: str, outcome: str, positions: Iterable[int]) -> None:
        """A row that binds a key to these facts."""
        if outcome not in {"accepted", "parked"}:
            return
        key = _number(token)
        if outcome == "parked":
            self._parked.add(key)
        for position in positions:
            named = self._keys[position - 1] if 0 < position <= len(self._keys) else UNREAD
            if named == key:
                self._keys[position - 1] = MET
            elif named not in {UNREAD, NONE, MET}:
                self._others.append((position, named))

    def issues(self, tokens: Iterable[str]) -> Iterator[tuple[int, Issue]]:
        """(position, issue), once all rows were taken in; `tokens` are those of all rows, read where needed."""
        for position, named in self._others:
            # What became of a parked delivery names its key, and is bound under that of the release as well.
            if named not in self._parked:
                words = "A command key is bound to this fact, which was recorded under another."
                yield position, Issue(Verdict.KEY_DIFFERS, words)
        free = {UNREAD, NONE, MET, *self._parked}
        unmet = [(position, key) for position, key in enumerate(self._keys, 1) if key not in free]
        wanted = {key for _, key in unmet}
        there = wanted.intersection(map(_number, tokens)) if wanted else frozenset()
        for position, key in unmet:
            if key in there:
                words = "The key that the fact was recorded under is bound to other facts."
                yield position, Issue(Verdict.KEY_DIFFERS, words)
            else:
                words = "The key that the fact was recorded under is bound to nothing: its row is gone, or was changed."
                yield position, Issue(Verdict.KEY_UNBOUND, words)


def _number(token: str) -> int:
    return hash(token) | 4
