"""The body of a request as a file for a thread: what reads files reads requests, at the pace of the ledger.

Promise: the next piece of the body is asked for when the thread needs it and never before, so that a client is taken no
faster than it is answered; no more than a line, or what was asked for, is held. Not promised: that a slow client
gives the thread back; the server's time limits do that.
"""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import CancelledError
from concurrent.futures import Future as Waiting


class BodyEnded(Exception):
    """Nobody wants what comes of the body any more."""


class Piped:
    """Read in one thread; the body belongs to the event loop."""

    def __init__(self, body: AsyncIterator[bytes], loop: asyncio.AbstractEventLoop) -> None:
        self._body = body
        self._loop = loop
        self._held = bytearray()
        self._is_over = False
        self._is_stopped = False
        self._waiting: Waiting[bytes | None] | None = None

    def read(self, size: int = -1, /) -> bytes:
        """At most `size` further bytes; nothing at the end. Raises what the body raises, and BodyEnded."""
        while len(self._held) < size or size < 0:
            if not self._more():
                break
        return self._taken(len(self._held) if size < 0 else min(size, len(self._held)))

    def readline(self, size: int = -1, /) -> bytes:
        """The next line with its end, cut at `size` bytes; nothing at the end."""
        looked = 0
        while (end := self._held.find(b"\n", looked)) < 0:
            looked = len(self._held)
            if 0 <= size <= looked or not self._more():
                break
        whole = len(self._held) if end < 0 else end + 1
        return self._taken(whole if size < 0 else min(whole, size))

    def stop(self) -> None:
        """In the event loop: end a reading that waits for the body, and every later one."""
        self._is_stopped = True
        if self._waiting is not None:
            self._waiting.cancel()

    def _more(self) -> bool:
        if self._is_over:
            return False
        waiting = self._waiting = asyncio.run_coroutine_threadsafe(self._next(), self._loop)
        if self._is_stopped:
            waiting.cancel()
        try:
            piece = waiting.result()
        except CancelledError:
            raise BodyEnded from None
        self._is_over = piece is None
        self._held += piece or b""
        return piece is not None

    async def _next(self) -> bytes | None:
        return await anext(self._body, None)

    def _taken(self, size: int) -> bytes:
        with memoryview(self._held) as held:  # a slice of the array itself would be one copy more
            taken = bytes(held[:size])
        del self._held[:size]
        return taken


async def in_pieces(body: bytes) -> AsyncIterator[bytes]:
    """A body that is there already."""
    yield body
