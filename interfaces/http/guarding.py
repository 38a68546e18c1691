"""Around every request: what may come in, how long it may take, and what every answer says beside its content.

Promise: nothing is read past its limit, nothing waits for a client without end, and every error is a problem document
that repeats nothing of what was sent. An unexpected exception is told by its kind and place alone. While the server
ends, what was taken in is answered and nothing more is read. Not promised: protection against floods of a network.
"""

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from interfaces.http.admitting import (
    Headers,
    RequestIds,
    body_refusal,
    is_long,
    is_plain,
    is_probe,
    is_stream,
    request_id,
    security_headers,
)
from interfaces.http.problems import MEDIA_TYPE, Problem, of_defect, of_error, shutting_down, too_large, too_slow
from interfaces.http.settings import Limits
from ledger.terms.errors import LedgerError
from ledger.terms.ports import IdSource

ENDING_SECONDS: Final = 2.0
"""How long the rest of a body may take once the server ends."""
CLIENT_LEFT: Final = 499
"""The status of a request whose client left before its answer, in logs and metrics alone."""


class Broken(Exception):
    """Raised to the server under the application, which ends the connection; says nothing."""


class Watch(Protocol):
    """Told of every request when it is over."""

    def began(self) -> None:
        """A request was taken in."""
        ...

    def follows(self, exchange: "Exchange") -> None:
        """Its answer is a stream of events, which ends when somebody ends it."""
        ...

    def finished(self, exchange: "Exchange") -> None:
        """It is over: answered, or left."""
        ...


class Closing:
    """Whether the server is ending; who waits for a client hears of it at once."""

    def __init__(self) -> None:
        self.is_closing = False
        self._waiting: dict[asyncio.Timeout, float] = {}
        self._told: list[Callable[[], object]] = []

    def tell(self, end: Callable[[], object]) -> None:
        """Have something else ended as well, such as answers that go on for as long as somebody listens."""
        self._told.append(end)

    def begin(self) -> None:
        """End waiting: called once, in the loop, when nothing new is accepted any more."""
        self.is_closing = True
        for end in self._told:
            end()
        now = asyncio.get_running_loop().time()
        for waits, grace in tuple(self._waiting.items()):
            waits.reschedule(min(waits.when() or now + grace, now + grace))

    async def wait(self, receive: Receive, until: float | None, grace: float = 0.0) -> Message:
        """The next piece of a request.

        Raises TimeoutError at an instant of the loop, or so many seconds after the server began to end.
        """
        if self.is_closing:
            soon = asyncio.get_running_loop().time() + grace
            until = soon if until is None else min(until, soon)
        async with asyncio.timeout_at(until) as waits:
            self._waiting[waits] = grace
            try:
                return await receive()
            finally:
                del self._waiting[waits]


class Exchange:
    """One request and its answer, as they go through the guard."""

    __slots__ = (
        "_body_until",
        "_closing",
        "_headers",
        "_is_read",
        "_is_sent",
        "_limits",
        "_loop",
        "_receive",
        "_send",
        "_watch",
        "body_bytes",
        "following",
        "is_stream",
        "request_id",
        "scope",
        "sent_bytes",
        "started_at",
        "status",
    )

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        *,
        limits: Limits,
        closing: Closing,
        watch: Watch,
        request_id: str,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._receive, self._send = receive, send
        self._limits, self._closing, self._watch = limits, closing, watch
        self._headers: Headers = []
        self._is_read = self._is_sent = False
        self.scope = scope
        self.request_id = request_id
        self.started_at = self._loop.time()
        self._body_until = self.started_at + limits.body_seconds
        self.is_stream = is_stream(scope["path"])
        self.following = False
        self.body_bytes = self.sent_bytes = self.status = 0

    def add_headers(self, headers: Headers) -> None:
        """What the answer says beside its own headers; a header that it has itself stays as it is."""
        self._headers += headers

    async def receive(self) -> Message:
        """The next piece of the body, within the limits; then the client's leaving. Raises Cut."""
        if self._is_read:
            return await self._until_left()
        if self.is_stream and self._closing.is_closing:
            raise shutting_down()
        until = self._loop.time() + self._limits.idle_seconds if self.is_stream else self._body_until
        try:
            # What is not a stream and is on its way is read to its end also while the server ends.
            message = await self._closing.wait(self._receive, until, 0.0 if self.is_stream else ENDING_SECONDS)
        except TimeoutError:
            raise shutting_down() if self._closing.is_closing else too_slow() from None
        if message["type"] == "http.request":
            self.body_bytes += len(message.get("body", b""))
            self._is_read = not message.get("more_body", False)
            allowed = self._limits.stream_bytes if self.is_stream else self._limits.body_bytes
            if allowed is not None and self.body_bytes > allowed:
                raise too_large(allowed)
        return message

    async def send(self, message: Message) -> None:
        """A piece of the answer, its headers completed."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            given = message.setdefault("headers", [])
            named = {name.lower(): value for name, value in given}
            message["headers"] = [
                *given,
                *(self.scope["state"].get("rate") or ()),
                *((name, value) for name, value in self._headers if name not in named),
            ]
            if self.scope["method"] != "HEAD" and named.get(b"content-type", b"").startswith(b"text/event-stream"):
                self.following = True
                self._watch.follows(self)
        else:
            self.sent_bytes += len(message.get("body", b""))
            self._is_sent = not message.get("more_body", False)
        await self._send(message)

    async def end_following(self) -> None:
        """End a stream of events that was left off in the middle, so that its client sees an end and no breach."""
        if self.following and not self._is_sent:
            await self.send({"type": "http.response.body", "body": b""})

    async def tell(self, problem: Problem) -> None:
        """Answer with a problem."""
        self.scope["state"].setdefault("code", problem.code)
        body = problem.document()
        headers = [(name.lower().encode(), value.encode()) for name, value in problem.headers.items()]
        headers += [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", str(len(body)).encode())]
        await self.send({"type": "http.response.start", "status": problem.status, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})

    async def _until_left(self) -> Message:
        try:
            return await self._closing.wait(self._receive, None)
        except TimeoutError:
            # Followers would stay for ever; everybody else is answered first.
            return {"type": "http.disconnect"} if self.following else await self._receive()


class Guard:
    """The outermost layer of the application; plain ASGI."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        limits: Limits,
        closing: Closing,
        watch: Watch,
        ids: IdSource,
        is_tls: bool = False,
        metrics_port: int | None = None,
    ) -> None:
        self._app = app
        self._limits, self._closing, self._watch, self._ids = limits, closing, watch, RequestIds(ids)
        self._metrics_port = metrics_port
        self._always = security_headers(is_tls=is_tls)
        self._requests = self._streams = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one request through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})
        headers = scope["headers"]
        exchange = Exchange(
            scope,
            receive,
            send,
            limits=self._limits,
            closing=self._closing,
            watch=self._watch,
            request_id=request_id(headers, self._ids),
        )
        scope["state"]["request_id"] = exchange.request_id
        exchange.add_headers([*self._always, (b"x-request-id", exchange.request_id.encode())])
        self._watch.began()
        try:
            await self._through(exchange, headers)
        finally:
            self._watch.finished(exchange)

    async def _through(self, exchange: Exchange, headers: Headers) -> None:
        refusal = self._refusal(exchange.scope, headers)
        if refusal is not None:
            await exchange.tell(refusal)
            return
        lasts = is_long(exchange.scope["path"])
        self._count(lasts, 1)
        try:
            async with asyncio.timeout(None if lasts else self._limits.answer_seconds) as patience:
                await self._app(exchange.scope, exchange.receive, exchange.send)
                await exchange.end_following()
        except Exception as trouble:  # noqa: BLE001 - told by kind and place; its text could hold what was sent
            left = isinstance(trouble, ClientDisconnect) or isinstance(trouble.__context__, ClientDisconnect)
            if left:
                exchange.status = exchange.status or CLIENT_LEFT
                return
            problem = _problem_of(trouble, is_late=patience.expired())
            exchange.scope["state"]["code"] = problem.code
            if exchange.status:
                raise Broken from None
            await exchange.tell(problem)
        finally:
            self._count(lasts, -1)

    def _refusal(self, scope: Scope, headers: Headers) -> Problem | None:
        """Why a request is answered without being looked at; None: it goes in."""
        path = scope["path"]
        if not is_plain(scope):
            return Problem(404, "no_such_path", "This server has nothing at this path.", "See /openapi.json.")
        if is_probe(path):
            return None
        if self._is_for_metrics(scope):
            return Problem(
                404, "no_such_path", "Only /metrics, /live and /ready are here.", "Ask the server's own port."
            )
        if self._closing.is_closing:
            return shutting_down()
        taken, limit = (
            (self._streams, self._limits.streams_at_once)
            if is_long(path)
            else (self._requests, self._limits.requests_at_once)
        )
        if taken >= limit:
            return Problem(
                503,
                "too_busy",
                "The server has as many requests as it takes at once.",
                "Send this again in a moment.",
                headers={"Retry-After": "1"},
                retryable=True,
            )
        return body_refusal(path, headers, self._limits)

    def _is_for_metrics(self, scope: Scope) -> bool:
        server = scope.get("server")
        return self._metrics_port is not None and server is not None and server[1] == self._metrics_port

    def _count(self, lasts: bool, by: int) -> None:
        if lasts:
            self._streams += by
        else:
            self._requests += by


def _problem_of(trouble: Exception, *, is_late: bool) -> Problem:
    while isinstance(trouble, RuntimeError) and isinstance(trouble.__cause__, Exception):
        trouble = trouble.__cause__  # starlette wraps what was raised after the answer began
    if isinstance(trouble, Problem):
        return trouble
    if isinstance(trouble, LedgerError):
        return of_error(trouble)
    if isinstance(trouble, TimeoutError) and is_late:
        return Problem(
            503,
            "answer_too_late",
            "The answer took longer than this server waits; what was asked may have been recorded.",
            "Send it again with the same Idempotency-Key: what was recorded answers the same.",
            headers={"Retry-After": "5"},
            retryable=True,
        )
    return of_defect(trouble)
