"""Destroyed keys against the facts that say so, in both directions.

A key is wrapped in the vault and in no leaf, so whoever has the database can blank it, or bring it back from a backup.
Promise: a key that is gone and that no erasure took is found, and so is one that is there although an erasure of it is
done. Memory grows with the keys that are gone. Not promised: keys under which nothing was sealed.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from ledger.store.fsck_fact import Issue, Verdict
from ledger.store.vault import Vault
from ledger.streams.base import Event
from ledger.streams.erasure import ErasureBegun, ErasureDone

AT_ONCE: Final = 500


class ErasureChecker:
    """Takes in the facts of erasures, and the keys that are found to be gone."""

    def __init__(self) -> None:
        self._begun: set[str] = set()
        self._done: dict[str, int] = {}
        self._gone: dict[str, int] = {}

    def take(self, position: int, event: Event | None, gone: Iterable[str]) -> None:
        """A fact, whatever it tells, and the scopes of its words whose key is gone."""
        for scope in gone:
            self._gone.setdefault(scope, position)
        if isinstance(event, ErasureBegun):
            self._begun.update(event.scopes)
        elif isinstance(event, ErasureDone):
            self._done.update(dict.fromkeys(event.scopes, position))

    def issues(self, vault: Vault) -> Iterator[tuple[int, Issue]]:
        """(position, issue), once all facts were taken in."""
        for scope, position in self._gone.items():
            if scope not in self._begun:
                words = "The key of sealed words was destroyed, and no fact says that an erasure took it."
                yield position, Issue(Verdict.KEY_DESTROYED, words)
        done = sorted(self._done)
        for start in range(0, len(done), AT_ONCE):
            for scope, wrapped in vault.rows.wrapped(done[start : start + AT_ONCE]).items():
                if wrapped is not None:
                    words = "A key is in the vault whose erasure is done: the vault is an older one."
                    yield self._done[scope], Issue(Verdict.KEY_ALIVE, words)
