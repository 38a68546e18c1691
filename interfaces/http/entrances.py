"""Who came in and who did not, on record in the ledger that they asked for, without keeping a request waiting.

Promise: a login is on record once a day, durable within a second of its first request; where the ledger could not be
written to then, of the next one. So is every denied attempt, as long as no more than ATTEMPTS_MAX wait to be written.
What is dropped beyond that is counted, and no flood of attempts keeps a login out. At shutdown everything that waits
is written.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import date, datetime
from typing import Final, NamedTuple

from commands.entering import Method, attempt_denied, login_used
from interfaces.bootstrap import Session
from interfaces.http.hosting import Hosted
from ledger.terms.errors import LedgerError

ATTEMPTS_MAX: Final = 1_000
"""Attempts of a ledger that may wait: whoever knocks faster than that is not worth a line each."""


class Attempt(NamedTuple):
    """One attempt that was denied."""

    login: str | None
    operation: str
    code: str


class Entrances:
    """Keeps the record of the door."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._seen: set[tuple[str, str, date]] = set()
        self._waiting: dict[str, deque[Attempt | str]] = {}
        self._writers: dict[str, asyncio.Task[None]] = {}
        self.dropped = 0
        """How many attempts were not written, because too many waited."""

    def let_in(self, hosted: Hosted, login: str) -> None:
        """Somebody came in."""
        day = self._now().date()
        if (hosted.name, login, day) not in self._seen:
            self._seen = {seen for seen in self._seen if seen[2] == day} | {(hosted.name, login, day)}
            self._write(hosted, login)

    def denied(self, hosted: Hosted, login: str | None, operation: str, code: str) -> None:
        """Somebody was not let in."""
        if len(self._waiting.get(hosted.name, ())) >= ATTEMPTS_MAX:
            self.dropped += 1
        else:
            self._write(hosted, Attempt(login, operation, code))

    async def written(self) -> None:
        """Wait until everything is on record."""
        while self._writers:
            await asyncio.wait(self._writers.values())

    def _write(self, hosted: Hosted, what: Attempt | str) -> None:
        waiting = self._waiting.setdefault(hosted.name, deque())
        waiting.append(what)
        if hosted.name not in self._writers:
            self._writers[hosted.name] = asyncio.create_task(self._written(hosted, waiting))

    async def _written(self, hosted: Hosted, waiting: deque[Attempt | str]) -> None:
        try:
            while waiting:
                taken = [waiting.popleft() for _ in range(len(waiting))]
                try:
                    await hosted.ask(lambda session, taken=taken: _on_record(session, taken))  # type: ignore[misc]
                except LedgerError:  # the ledger itself is away, and its readiness says so
                    self.dropped += sum(isinstance(each, Attempt) for each in taken)
                    self._seen = {seen for seen in self._seen if seen[0] != hosted.name or seen[1] not in taken}
        finally:
            del self._writers[hosted.name]


def _on_record(session: Session, entrances: list[Attempt | str]) -> None:
    for each in entrances:
        if isinstance(each, Attempt):
            attempt_denied(session.handler, each.login, each.operation, each.code)
        else:
            login_used(session.handler, each, _method(each))


def _method(login: str) -> Method:
    return "api_key" if login.startswith("key:") else "token"
