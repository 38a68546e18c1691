"""Those who follow a ledger: one look at its head for all of them, a bound on how many, and a polite end.

Promise: a follower that waits behind a position is woken when the ledger has more, whoever appended it; looks cost the
same for one follower and for a hundred, and nothing while nobody waits. After `end` nobody waits any more.
Not promised: that a follower is woken at once; a look is taken `LOOK_SECONDS` after the last.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from interfaces.http.hosting import Hosted
from interfaces.http.problems import Problem
from ledger.terms.errors import LedgerError

if TYPE_CHECKING:
    from interfaces.bootstrap import Session

LOOK_SECONDS: Final = 0.2
PER_KEY_MAX: Final = 8
"""Streams and waiting pages of one login in one ledger at a time."""
ALL_MAX: Final = 512


class Watch:
    """The head of one ledger, looked at while somebody waits for it."""

    def __init__(self, hosted: Hosted, *, every: float = LOOK_SECONDS) -> None:
        self._hosted = hosted
        self._every = every
        self._waiting: dict[asyncio.Future[bool], int] = {}
        self._looking: asyncio.Task[None] | None = None

    async def beyond(self, position: int, seconds: float) -> bool:
        """Wait until the ledger has more than `position`; False where it has not, or the server ends.

        Raises LedgerError where the ledger cannot be asked.
        """
        mine: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting[mine] = position
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())
        try:
            return await asyncio.wait_for(mine, seconds)
        except TimeoutError:
            return False
        finally:
            self._waiting.pop(mine, None)

    def end(self) -> None:
        """Let everybody go."""
        for future in self._waiting:
            if not future.done():
                future.set_result(False)

    async def _look(self) -> None:
        try:
            while self._waiting:
                await asyncio.sleep(self._every)
                try:
                    head = await self._hosted.ask(_head)
                except (LedgerError, RuntimeError) as error:  # a closed ledger answers nobody
                    self._tell(error)
                    continue
                for future, position in self._waiting.items():
                    if position < head and not future.done():
                        future.set_result(True)
        finally:
            self._looking = None

    def _tell(self, error: Exception) -> None:
        for future in self._waiting:
            if future.done():
                continue
            if isinstance(error, LedgerError):
                future.set_exception(error)
            else:
                future.set_result(False)


class Followers:
    """Everybody who follows a ledger of this server."""

    def __init__(self, *, per_key_max: int = PER_KEY_MAX, all_max: int = ALL_MAX, every: float = LOOK_SECONDS) -> None:
        self._watches: dict[str, Watch] = {}
        self._per_key_max = per_key_max
        self._all_max = all_max
        self._every = every
        self._following: Counter[tuple[str, str]] = Counter()
        self.ending = False

    @property
    def count(self) -> int:
        """How many follow now."""
        return self._following.total()

    def watch(self, hosted: Hosted) -> Watch:
        """The watch of a ledger."""
        found = self._watches.get(hosted.name)
        if found is None:
            found = self._watches[hosted.name] = Watch(hosted, every=self._every)
        return found

    @contextmanager
    def place(self, hosted: Hosted, login: str) -> Iterator[None]:
        """A place among the followers. Raises Problem 429 where there is none left."""
        key = (hosted.name, login)
        if self._following[key] >= self._per_key_max or self.count >= self._all_max:
            raise Problem(
                429,
                "too_many_followers",
                "This key follows as often as it may at a time.",
                "Close one of its streams, or ask for pages without `wait`.",
                headers={"Retry-After": "10"},
                retryable=True,
            )
        self._following[key] += 1
        try:
            yield
        finally:
            self._following[key] -= 1
            if not self._following[key]:
                del self._following[key]

    def end(self) -> None:
        """End all streams and waits: what is being sent is sent, and nothing more is read."""
        self.ending = True
        for watch in self._watches.values():
            watch.end()


def _head(session: "Session") -> int:
    return session.log.refresh()
