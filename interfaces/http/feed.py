"""The feed: the facts of a ledger as CloudEvents, in order, from any position: in pages, or as a stream that goes on.

Promise: whoever goes on behind the last position that they have gets every later fact once and in order, however often
they break off; facts that other processes append come too. A stream reads a page when the one before was taken, so a
slow client holds one page at most; one that takes nothing is dropped. A key that was revoked gets no further page.
Not promised: that a stream lasts; it ends at shutdown and after an hour, and the client goes on behind its last `id`.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import ExitStack, aclosing, suppress
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from interfaces.http import cloud_events
from interfaces.http.door import Door, Entered
from interfaces.http.feed_asked import EVENT_STREAM, Asked, asked_of
from interfaces.http.feed_pages import Page, Wanted, page_of
from interfaces.http.followers import Followers
from interfaces.http.problems import Problem, of_refusal
from ledger.terms.errors import LedgerError
from ledger.terms.outcome import Refused

SCOPE: Final = "feed"
WORDS: Final = "words"
_NO_STORE: Final = {"Cache-Control": "no-store"}


class Pace(NamedTuple):
    """How long a stream waits for what, in seconds."""

    heartbeat: float = 15
    patience: float = 30
    """For a client that takes nothing."""
    lasting: float = 3_600
    page: int = 200
    """Facts of one page of a stream."""


USUAL_PACE: Final = Pace()


class Feed:
    """The operations of the feed."""

    def __init__(self, door: Door, followers: Followers | None = None, pace: Pace = USUAL_PACE) -> None:
        self._door = door
        self.followers = followers or Followers()
        self.pace = pace

    async def pages(self, request: Request) -> Response:
        """`GET /v1/ledgers/{ledger}/feed`."""
        entered = await self._door.enter(request, "feed", SCOPE)
        asked = asked_of(request.query_params, stream=False)
        wanted = _wanted(entered, asked, asked.limit)
        page = await self._page(entered, wanted)
        if not page.events and asked.wait and page.position >= page.head:
            with self.followers.place(entered.hosted, entered.caller.login):
                page = await self._waited(entered, wanted, page, asked.wait)
        headers = {**_NO_STORE, "Ccm-Position": str(page.position), "Ccm-Head": str(page.head)}
        if page.position < page.head:
            headers["Link"] = f'<{_next(request, asked, page.position)}>; rel="next"'
        return Response(cloud_events.batch([told.body for told in page.events]), 200, headers, cloud_events.BATCH)

    async def stream(self, request: Request) -> Response:
        """`GET /v1/ledgers/{ledger}/feed/stream`."""
        entered = await self._door.enter(request, "feed_stream", SCOPE)
        asked = asked_of(request.query_params, stream=True, last_id=request.headers.get("last-event-id"))
        wanted = _wanted(entered, asked, self.pace.page)
        with ExitStack() as held:
            held.enter_context(self.followers.place(entered.hosted, entered.caller.login))
            first = await self._page(entered, wanted)
            if request.method == "HEAD":
                return _Headers()
            # The place is held until the response has ended, which begins after this has returned.
            return _Following(self._frames(request, entered, wanted, first), self.pace.patience, held.pop_all())

    async def _page(self, entered: Entered, wanted: Wanted) -> Page:
        """A page, as the caller may see it. Raises Problem and LedgerError."""
        hosted = entered.hosted
        found = await hosted.ask(lambda session: page_of(session, hosted.name, wanted), login=entered.caller.login)
        if isinstance(found, Refused):
            raise of_refusal(found)
        if wanted.after > found.head:
            raise Problem(
                409,
                "position_not_there",
                f"The ledger ends at position {found.head}, before the one behind which the feed was asked for.",
                "Compare the ledger's id in the events that you have; then follow from a position that it has.",
            )
        return found

    async def _waited(self, entered: Entered, wanted: Wanted, page: Page, seconds: int) -> Page:
        """The first page with an event, or the last one looked at when the time is up."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        watch = self.followers.watch(entered.hosted)
        while not page.events and not self.followers.ending and (left := until - loop.time()) > 0:
            if page.position >= page.head and not await watch.beyond(page.position, left):
                break
            page = await self._page(entered, wanted._replace(after=page.position))
        return page

    async def _frames(
        self, request: Request, entered: Entered, wanted: Wanted, page: Page
    ) -> AsyncGenerator[bytes, None]:
        loop = asyncio.get_running_loop()
        until = loop.time() + self.pace.lasting
        watch = self.followers.watch(entered.hosted)
        scopes = frozenset({SCOPE, WORDS} if wanted.words else {SCOPE})
        yield b"retry: 1000\n" + _frames_of(page)
        try:
            while not self.followers.ending and loop.time() < until:
                if page.position >= page.head and not await watch.beyond(page.position, self.pace.heartbeat):
                    yield b": still here\n\n"
                # Asked before every page: what a revoked key has not got yet it does not get.
                if not await self._door.still_open(request, entered, scopes):
                    break
                page = await self._page(entered, wanted._replace(after=page.position))
                if frames := _frames_of(page):
                    yield frames
        except (LedgerError, Problem):
            pass  # the status was sent long ago; the client comes back and is told
        yield b": ends here\n\n"


def _frames_of(page: Page) -> bytes:
    """The events of a page as they are streamed; the last position also where it is of no type asked for."""
    frames = [b"id: %d\nevent: %s\ndata: %s\n\n" % (at, kind.encode(), body) for at, kind, body in page.events]
    if not page.events or page.events[-1].position < page.position:
        frames.append(b"id: %d\n\n" % page.position)
    return b"".join(frames)


def _wanted(entered: Entered, asked: Asked, limit: int) -> Wanted:
    caller = entered.caller
    if asked.words and WORDS not in caller.scopes:
        raise Problem(
            403,
            "scope_missing",
            "Sealed words need the scope `words`, which the key or token does not have.",
            "Leave `words` out, or ask an administrator for a key with it.",
            scope=WORDS,
        )
    return Wanted(asked.after, limit, asked.topics, asked.words, caller.practices, asked.purpose)


def _next(request: Request, asked: Asked, position: int) -> str:
    """Where the next page is, relative to the server."""
    given = [(name, value) for name, value in request.query_params.multi_items() if name not in ("after", "wait")]
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in (("after", str(position)), *given))
    return f"{request.url.path}?{query}" + (f"&wait={asked.wait}" if asked.wait else "")


class _Headers(Response):
    """What a stream says before its first frame, and the whole answer to whoever asks for its head alone."""

    media_type = EVENT_STREAM

    def __init__(self) -> None:
        # What stands between must neither keep frames back nor store them.
        super().__init__(headers={**_NO_STORE, "X-Accel-Buffering": "no"})
        del self.headers["content-length"]


class _Following(_Headers):
    """A stream of frames that ends when the client goes, or takes nothing any more."""

    def __init__(self, frames: AsyncGenerator[bytes, None], patience: float, held: ExitStack) -> None:
        super().__init__()
        self._frames = frames
        self._patience = patience
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        sending = asyncio.create_task(self._sent(send))
        leaving = asyncio.create_task(_left(receive))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, leaving):
                task.cancel()
                with suppress(asyncio.CancelledError, TimeoutError):
                    await task
            self._held.close()

    async def _sent(self, send: Send) -> None:
        async def within(message: dict[str, Any]) -> None:
            await asyncio.wait_for(send(message), self._patience)

        async with aclosing(self._frames):
            await within({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            async for frame in self._frames:
                await within({"type": "http.response.body", "body": frame, "more_body": True})
            await within({"type": "http.response.body", "body": b"", "more_body": False})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def feed_routes(feed: Feed) -> list[tuple[str, Callable[[Request], Any], list[str]]]:
    """The paths below a ledger's, what answers them, and by which method."""
    return [("/feed", feed.pages, ["GET"]), ("/feed/stream", feed.stream, ["GET"])]
