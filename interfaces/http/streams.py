"""Many commands in one request: newline-delimited JSON in, one answer a line out, as `submit` does it.

Promise: lines are decided in order, in groups; an answer is sent when its line is durable, and the body is read no
faster than it is decided, so that neither side holds more than a group. A stream that breaks off has recorded what was
answered, and perhaps the group behind it: the same lines again answer `unchanged`. Not promised: one key sent twice at
a time by two requests is decided by whoever comes first.
"""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Final, NamedTuple

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from commands.wire import LINE_BYTES_MAX, Unreadable, too_long
from interfaces.cli.lines import GROUP_BYTES_MAX, GROUP_LINES_MAX
from interfaces.http.append import as_line, last_line
from interfaces.http.door import Door
from interfaces.http.hosting import Hosted, Line
from ledger.terms.errors import LedgerError

if TYPE_CHECKING:
    from commands.answer import Answer

MEDIA_TYPE: Final = "application/x-ndjson"


class Numbered(NamedTuple):
    """A line with its number, counted from 1; None where it was longer than allowed."""

    number: int
    raw: bytes | None


async def line_groups(body: AsyncIterator[bytes], *, limit: int = LINE_BYTES_MAX) -> AsyncIterator[list[Numbered]]:
    """The lines of a body in groups: a full group, or all that one piece of the body brought.

    Blank lines are counted and not handed on; of a line over the limit nothing is kept.
    """
    partial, is_too_long, number = bytearray(), False, 0
    group: list[Numbered] = []
    size = 0
    async for piece in body:
        *whole, rest = piece.split(b"\n")
        for end in whole:
            number += 1
            if is_too_long or len(partial) + len(end) > limit:
                group.append(Numbered(number, None))
            elif (raw := bytes(partial) + end).strip():
                group.append(Numbered(number, raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw))
                size += len(raw)
            partial, is_too_long = bytearray(), False
            if len(group) >= GROUP_LINES_MAX or size >= GROUP_BYTES_MAX:
                yield group
                group, size = [], 0
        if not is_too_long:
            partial += rest
            is_too_long = len(partial) > limit
            partial = bytearray() if is_too_long else partial
        if group:
            yield group
            group, size = [], 0
    if is_too_long or partial.strip():
        yield [Numbered(number + 1, None if is_too_long else bytes(partial))]


class Flow(StreamingResponse):
    """A response that is sent while its request is still being read.

    Starlette's own would listen for the client's leaving beside it, and take pieces of the body away.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send what there is until it ends."""
        await self.stream_response(send)


class Streams:
    """The operation that takes a stream of lines."""

    def __init__(self, door: Door, line_bytes: int = LINE_BYTES_MAX) -> None:
        self._door = door
        self._line_bytes = line_bytes

    async def lines(self, request: Request) -> Response:
        """`POST /v1/ledgers/{ledger}/lines`."""
        entered = await self._door.enter(request, "lines", "append")
        answers = _answers(entered.hosted, entered.caller.login, line_groups(request.stream(), limit=self._line_bytes))
        return Flow(answers, 200, {"Cache-Control": "no-store"}, MEDIA_TYPE)


async def _answers(hosted: Hosted, login: str, groups: AsyncIterator[list[Numbered]]) -> AsyncIterator[bytes]:
    """Each line's answer; a fault of the ledger, or a body that is read no further, is told in a last line."""
    try:
        async for group in groups:
            given = [Line(Unreadable(None, too_long()) if raw is None else raw, login) for _, raw in group]
            answers: list[Answer] = await hosted.hand_in(given)
            yield b"".join(
                as_line(answer.as_json(number), hosted) for (number, _), answer in zip(group, answers, strict=True)
            )
    except LedgerError as error:
        yield last_line(error, hosted)
