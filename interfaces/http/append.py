"""One command a request: the typed operations, and the whole line.

Promise: what is answered 201, 200 or 202 is durable, and the body is the line that `submit` would print, byte for byte.
`Idempotency-Key` is the key of the line: the same key and content answer the same, other content is 422, a key that is
being decided is 409, and a key that was refused is decided afresh. `Prefer: wait=sealed` answers with the receipts. If
nobody sealed in time, `receipts` is null and no `Preference-Applied` is said: the facts are durable, not sealed yet.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from commands.answer import Answer
from commands.handle import line_read
from commands.wire import Unreadable, read_line
from interfaces.cli.screen import json_line
from interfaces.http import fixtures
from interfaces.http.door import Door
from interfaces.http.hosting import Hosted, Line
from interfaces.http.preferring import wait_of
from interfaces.http.problems import Problem, of_answer
from ledger.terms.errors import LedgerError

if TYPE_CHECKING:
    from collections.abc import Iterator

_STATUS: Final = {"accepted": 201, "unchanged": 200, "parked": 202}
_PLACED: Final = frozenset({"line_unreadable", "encoding_not_utf8"})
"""Refusals that name the byte or character from which on something cannot be read."""


class InFlight:
    """The keys that are being decided now, by ledger, login and source: a second request with one is told to wait."""

    def __init__(self) -> None:
        self._keys: set[tuple[str, str, str]] = set()

    @contextmanager
    def alone(self, hosted: Hosted, login: str, key: str) -> "Iterator[None]":
        """Hold a key while its command is decided. Raises Problem 409 where it is held."""
        held = (hosted.name, login, key)
        if held in self._keys:
            raise Problem(
                409,
                "key_in_flight",
                "A request with this Idempotency-Key is being decided now.",
                "Wait for its answer, or send this again in a moment: the answer will be the same.",
                headers={"Retry-After": "1"},
                retryable=True,
            )
        self._keys.add(held)
        try:
            yield
        finally:
            self._keys.discard(held)


class Append:
    """The operations that append one command."""

    def __init__(
        self,
        door: Door,
        receipts: Callable[[Hosted, Sequence[int]], Awaitable[list[str] | None]],
        commands: frozenset[str],
    ) -> None:
        self._door = door
        self._receipts = receipts
        self._commands = commands
        self._in_flight = InFlight()

    async def typed(self, request: Request) -> Response:
        """`POST /v1/ledgers/{ledger}/commands/{command}`: the body is the line without its key and its command."""
        command = request.path_params["command"]
        entered = await self._door.enter(request, command if command in self._commands else "command", "append")
        if command not in self._commands:
            raise Problem(404, "command_unknown", "There is no command of that name.", "See /openapi.json.")
        key = _key_of(request)
        head = b'{"v":1,"key":' + orjson.dumps(key) + b',"command":"' + command.encode() + b'"'
        body = await request.body()
        line = _spliced(head, body)
        if (fixed := fixtures.asked_for(request, entered.hosted, key)) is not None:
            return await self._answered(request, entered.hosted, _fault_of(head) or fixed)
        with self._in_flight.alone(entered.hosted, entered.caller.login, key):
            (answer,) = await entered.hosted.hand_in([Line(line, entered.caller.login)])
        return await self._answered(request, entered.hosted, _placed(answer, body))

    async def whole_line(self, request: Request) -> Response:
        """`POST /v1/ledgers/{ledger}/commands`: the body is one line of `submit`, key and all."""
        entered = await self._door.enter(request, "command", "append")
        raw = await request.body()
        given = request.headers.get("idempotency-key")
        key = _key_in(raw)
        if given is not None and key is not None and given != key:
            raise Problem(
                400, "key_given_twice", "The header and the line name different keys.", "Name one, or the same twice."
            )
        if key is None:
            (answer,) = await entered.hosted.hand_in([Line(raw, entered.caller.login)])
        else:
            with self._in_flight.alone(entered.hosted, entered.caller.login, key):
                (answer,) = await entered.hosted.hand_in([Line(raw, entered.caller.login)])
        return await self._answered(request, entered.hosted, answer)

    async def _answered(self, request: Request, hosted: Hosted, answer: Answer) -> Response:
        request.state.outcome = answer.outcome
        if answer.outcome == "refused":
            request.state.code = answer.refusal.code if answer.refusal else None
            raise of_answer(answer)
        headers = {"Cache-Control": "no-store"}
        told, wait = answer.as_json(1), wait_of(request.headers.getlist("prefer"))
        if wait == "sealed" and answer.positions:
            told = {**told, "receipts": await self._receipts(hosted, answer.positions)}
        if wait == "durable" or told.get("receipts"):
            headers["Preference-Applied"] = f"wait={wait}"
        return Response(as_line(told, hosted), _STATUS[answer.outcome], headers, "application/json")


def as_line(told: dict[str, Any], hosted: Hosted) -> bytes:
    """An answer as `submit` prints it, the line end included."""
    simulated = {"simulated": True} if hosted.simulated else {}
    return f"{json_line(told | simulated, orjson.dumps)}\n".encode()


def last_line(error: LedgerError, hosted: Hosted) -> bytes:
    """The line that ends answers which a fault cut short."""
    kind = error.code if isinstance(error, Problem) else type(error).__name__
    return as_line({"error": {"kind": kind, "happened": error.happened, "remedy": error.remedy}}, hosted)


def _key_of(request: Request) -> str:
    given = request.headers.getlist("idempotency-key")
    if len(given) != 1 or not given[0]:
        raise Problem(
            400,
            "idempotency_key_missing",
            "A write brings one Idempotency-Key, and this request has none or several.",
            "Send the source's own id of the event, or a random one that you keep until you have the answer.",
        )
    return given[0]


def _key_in(raw: bytes) -> str | None:
    try:
        line = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    key = line.get("key") if isinstance(line, dict) else None
    return key if isinstance(key, str) else None


def _spliced(head: bytes, body: bytes) -> bytes:
    """The line: what the path and the header say, and behind it what the body says."""
    rest = body.strip()
    if not rest.startswith(b"{"):
        raise Problem(400, "line_unreadable", "The body is not a JSON object.", 'Send an object: {"data": {...}}.')
    rest = rest[1:].lstrip()
    return head + (rest if rest.startswith(b"}") else b"," + rest)


def _fault_of(head: bytes) -> Answer | None:
    """The answer to a line whose key cannot be one, whatever else it says: also where nothing of it is decided."""
    read = read_line(head + b',"data":null}', {})
    is_its_head = isinstance(read, Unreadable) and read.refusal.code != "command_unknown"
    return Answer(read.key, "refused", refusal=read.refusal) if is_its_head and isinstance(read, Unreadable) else None


def _placed(answer: Answer, body: bytes) -> Answer:
    """The same answer; where it tells a place in what was sent, the place in the body, which is what its sender has."""
    if answer.refusal is None or answer.refusal.code not in _PLACED:
        return answer
    alone = line_read(body)
    is_the_same = isinstance(alone, Unreadable) and alone.refusal.code == answer.refusal.code
    return answer._replace(refusal=alone.refusal) if is_the_same and isinstance(alone, Unreadable) else answer
