"""A connection before there is a request: how long headers may take, how many there may be, and who reads too slowly.

Promise: a client that sends its headers drop by drop, or never reads its answer, loses its connection and holds nothing
else up; what is not HTTP, and what is too long or too many, is answered by a problem document. The parser refuses line
ends in headers, two lengths, and a length beside chunks, so that no request hides in another.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from interfaces.http.problems import Problem, wire_form
from interfaces.http.settings import Limits

Counted = Callable[[str], None]
"""Told the code of every connection or request that was refused before the application saw it."""

NOT_HTTP: Final = Problem(400, "not_http", "What came is no HTTP request that this server reads.", "Mend the client.")
HEADERS_TOO_LARGE: Final = Problem(
    431,
    "headers_too_large",
    "The headers are too many or too long.",
    "Send fewer; a key and a content type are enough.",
)
URL_TOO_LONG: Final = Problem(
    414, "url_too_long", "The address is longer than this server reads.", "Put what is long into the body."
)
HEADERS_TOO_SLOW: Final = Problem(
    408, "headers_too_slow", "The headers of the request did not come in time.", "Send them at once."
)
TOO_MANY_CONNECTIONS: Final = Problem(
    503, "too_many_connections", "The server has as many connections as it takes.", "Come again in a moment."
)


class _Refused(Exception):
    """Raised in the parser's callbacks, where only an exception ends the parsing."""


def guarded_protocol(limits: Limits, counted: Counted) -> type[asyncio.Protocol]:
    """The protocol of uvicorn, held to these limits."""

    class Guarded(_Guarded):
        """A connection of this server."""

    Guarded.limits = limits
    Guarded.counted = staticmethod(counted)
    return Guarded


class _Guarded(HttpToolsProtocol):
    limits: Limits
    counted: Counted

    def connection_made(self, transport: Any) -> None:
        """Wait for the headers from now on."""
        super().connection_made(transport)
        self._header_bytes = self._begun_bytes = 0
        self._is_beginning = True
        self._refusal: Problem | None = None
        self._hurry: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None
        if len(self.connections) > self.limits.connections:
            self._refuse(TOO_MANY_CONNECTIONS)
        else:
            self._hurry_up()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the clocks."""
        self._calm_down()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came; between two requests the next one's headers are waited for from its first byte on."""
        if self.transport.is_closing():
            return
        if self._hurry is None and self._is_between():
            self._hurry_up()
        super().data_received(data)
        if self._hurry is not None and self._is_beginning and not self.transport.is_closing():
            # The parser collects an unfinished header without end, and tells of it only when it is whole.
            self._begun_bytes += len(data)
            if self._begun_bytes > self.limits.header_bytes + self.limits.url_bytes:
                self._refuse(HEADERS_TOO_LARGE)

    def on_message_begin(self) -> None:
        """A request begins."""
        self._header_bytes = 0
        self._is_beginning = True
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """A piece of the address."""
        super().on_url(url)
        if len(self.url) > self.limits.url_bytes:
            self._end(URL_TOO_LONG)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, whole. Trailers come here too, and count."""
        self._header_bytes += len(name) + len(value) + 4
        if self._header_bytes > self.limits.header_bytes or len(self.headers) >= self.limits.headers:
            self._end(HEADERS_TOO_LARGE)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """From here on the application watches the clock."""
        self._calm_down()
        self._is_beginning = False
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's words are not ours
        """What cannot be parsed ends the connection, with a problem where nothing else is being answered."""
        self._refuse(self._refusal or NOT_HTTP)

    def pause_writing(self) -> None:
        """The client reads too slowly: it has so long to go on."""
        super().pause_writing()
        if self._stalled is None:
            self._stalled = self.loop.call_later(self.limits.idle_seconds, self._give_up)

    def resume_writing(self) -> None:
        """The client reads again."""
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None
        super().resume_writing()

    def _end(self, refusal: Problem) -> None:
        self._refusal = refusal
        raise _Refused

    def _refuse(self, refusal: Problem) -> None:
        self._calm_down()
        self.counted(refusal.code)
        if self.transport.is_closing():
            return
        if self._is_between():
            self.transport.write(wire_form(refusal))
        elif not self.cycle.response_started:
            # What the application still says to a broken request would come behind this answer.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
            self.transport.write(wire_form(refusal))
        self.transport.close()

    def _is_between(self) -> bool:
        """Whether no request is being answered."""
        cycle: RequestResponseCycle | None = self.cycle  # uvicorn says less than it does: there is none at first
        return cycle is None or cycle.response_complete

    def _hurry_up(self) -> None:
        self._begun_bytes = 0
        self._hurry = self.loop.call_later(self.limits.header_seconds, self._too_slow)

    def _calm_down(self) -> None:
        if self._hurry is not None:
            self._hurry.cancel()
            self._hurry = None

    def _too_slow(self) -> None:
        self._hurry = None
        if self._is_beginning:
            self._refuse(HEADERS_TOO_SLOW)
        else:
            # The rest of a body whose request was answered long ago.
            self.transport.close()

    def _give_up(self) -> None:
        self._stalled = None
        self.counted("answer_not_read")
        self.transport.abort()
