"""How often callers were denied: counted in memory, and put on record once a minute.

Promise: every answer 401 or 403 about a ledger, every line that is refused for who hands it in, and every stranger who
is told to slow down, is in the next fact. There is one a minute at most, of bounded size, whatever floods the door; a
login stands in it only where a key or a token proved it. Where the ledger cannot be written to, the counts wait for the
next minute. Not promised: the counts of the last minute of a process that is killed; the first attempt of its kind on a
day is a fact at once (entrances.py).
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from time import monotonic
from typing import Final

from commands.entering import Attempted, attempts_counted
from interfaces.bootstrap import Session
from interfaces.http.hosting import Hosted
from ledger.terms.errors import LedgerError

MINUTE: Final = 60.0
"""Seconds between two facts of one ledger."""


class OnRecord:
    """Puts the counts of ledgers on record."""

    def __init__(self, ledgers: Callable[[], Iterable[Hosted]]) -> None:
        self._ledgers = ledgers
        self._since = monotonic()
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Put them on record from now on, each minute."""
        self._running = asyncio.create_task(self._each_minute())

    async def close(self) -> None:
        """The last ones, before the ledgers are closed."""
        if self._running is not None:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running
        await self.record()

    async def record(self) -> None:
        """What was counted since the last time."""
        now = monotonic()
        seconds, self._since = round(now - self._since), now
        for hosted in self._ledgers():
            if counts := hosted.denials.taken():
                try:
                    await hosted.ask(lambda session, counts=counts: counted(session, counts, seconds))  # type: ignore[misc]
                except LedgerError:
                    hosted.denials.put_back(counts)

    async def _each_minute(self) -> None:
        while True:
            await asyncio.sleep(MINUTE)
            await self.record()


def counted(session: Session, counts: Mapping[Attempted, int], seconds: int) -> None:
    """In a thread of the ledger."""
    attempts_counted(session.handler, counts, seconds)
