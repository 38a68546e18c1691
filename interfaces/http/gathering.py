"""Lines of all clients of a ledger, decided together: one thread, one commit for everything that waits.

Promise: every line gets its own answer, decided in the order of arrival and durable when it is given. A client waits
for one group at most before its own, never for a group to fill. What was taken in is answered, also while the server
shuts down; what does not fit is refused at once. Not promised: an order between lines that arrive at one moment.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Final, Generic, TypeVar

from ledger.terms.errors import StoreUnavailable

GROUP_MAX: Final = 512
"""Pieces of one group; as many lines as the command line takes together."""
WAITING_MAX: Final = 8_192
"""Pieces that may wait: more clients than can be answered in time are told so, instead of keeping all waiting."""

Given = TypeVar("Given")
Answered = TypeVar("Answered")


class Overfull(StoreUnavailable):
    """More is waiting than can be answered in time; nothing of this was taken in."""


class Gathering(Generic[Given, Answered]):
    """Hands what many clients bring to one function in one thread, in groups, and gives each its own answers back."""

    def __init__(
        self,
        handle: Callable[[Sequence[Given]], Sequence[Answered]],
        executor: Executor,
        *,
        group_max: int = GROUP_MAX,
        waiting_max: int = WAITING_MAX,
    ) -> None:
        self._handle = handle
        self._executor = executor
        self._group_max = group_max
        self._waiting_max = waiting_max
        self._queue: deque[tuple[Sequence[Given], asyncio.Future[list[Answered]]]] = deque()
        self._worker: asyncio.Task[None] | None = None
        self.waiting = 0
        """How many pieces wait or are being answered now."""

    async def hand_in(self, pieces: Sequence[Given]) -> list[Answered]:
        """The answers to a client's pieces, in their order. Raises Overfull, and what the function raises."""
        if self.waiting + len(pieces) > self._waiting_max and self.waiting:
            raise Overfull("More lines are waiting than can be answered in time.", "Send it again in a moment.")
        mine: asyncio.Future[list[Answered]] = asyncio.get_running_loop().create_future()
        self._queue.append((pieces, mine))
        self.waiting += len(pieces)
        if self._worker is None:
            self._worker = asyncio.create_task(self._work())
        # A client that goes away does not take its lines back: they may be recorded already.
        return await asyncio.shield(mine)

    async def drained(self) -> None:
        """Wait until everything that was taken in is answered."""
        while self._worker is not None:
            await asyncio.wait([self._worker])

    async def _work(self) -> None:
        try:
            while self._queue:
                await self._group()
        finally:
            self._worker = None

    async def _group(self) -> None:
        taken = [self._queue.popleft()]
        count = len(taken[0][0])
        while self._queue and count + len(self._queue[0][0]) <= self._group_max:
            taken.append(self._queue.popleft())
            count += len(taken[-1][0])
        everything = [piece for pieces, _ in taken for piece in pieces]
        loop = asyncio.get_running_loop()
        try:
            answers = iter(await loop.run_in_executor(self._executor, self._handle, everything))
        except BaseException as trouble:  # noqa: BLE001 - raised for every client of the group
            for _, future in taken:
                if not future.done():
                    future.set_exception(trouble)
            return
        finally:
            self.waiting -= count
        for pieces, future in taken:
            mine = [next(answers) for _ in pieces]
            if not future.done():
                future.set_result(mine)
