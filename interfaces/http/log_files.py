"""The published form of the log: checkpoint, tiles and entries as C2SP tlog-tiles names them, and proofs between sizes.

Promise: a file is what `seal --publish` would write of the log as it stands now; a full tile never changes. Nothing of
it is about a person. Not promised: that this server shows everybody the same; that is what witnesses are for.
"""

from base64 import b64encode
from collections.abc import Awaitable, Callable
from typing import Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from interfaces.bootstrap import Session
from interfaces.http.asked import wrong_usage
from interfaces.http.described import Answered, Operation, Parameter
from interfaces.http.door import Door
from interfaces.http.problems import Problem
from interfaces.http.questions import BASE, SCOPE, Route
from ledger.store.checkpoints.files import LogFiles, resource_named
from ledger.store.checkpoints.proving import Prover
from ledger.store.checkpoints.tiles import WIDTH

_BYTES: Final = "application/octet-stream"
_TEXT: Final = "text/plain; charset=utf-8"
_NOW: Final = {"Cache-Control": "no-cache"}
_FOR_EVER: Final = {"Cache-Control": "private, max-age=31536000, immutable"}
_SIZE_DIGITS: Final = 18

Ask = Callable[[Request, Session], Response]
"""Answers a request from a session, in its thread."""


def log_routes(door: Door) -> list[Route]:
    """The routes of the log's files and proofs."""
    return [
        (f"{BASE}/log/checkpoint", _endpoint(door, "read_checkpoint", _checkpoint), ["GET"]),
        (f"{BASE}/log/consistency", _endpoint(door, "prove_consistency", _consistency), ["GET"]),
        (f"{BASE}/log/tile/{{name:path}}", _endpoint(door, "read_tile", _tile), ["GET"]),
    ]


def _endpoint(door: Door, operation: str, ask: Ask) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        entered = await door.enter(request, operation, SCOPE)
        await door.permit(entered, "proofs")
        return await entered.hosted.ask(lambda session: ask(request, session), login=entered.caller.login)

    return endpoint


def _checkpoint(_: Request, session: Session) -> Response:
    state = Prover(session.log.engine.log_store()).state()
    if state is None:
        raise _not_there("Nothing of this ledger is sealed yet.")
    return Response(state.note, 200, _NOW, _TEXT)


def _tile(request: Request, session: Session) -> Response:
    wanted = resource_named(f"tile/{request.path_params['name']}")
    store = session.log.engine.log_store()
    stored = store.latest()
    content = LogFiles(store).content(wanted, stored.size) if wanted is not None and stored is not None else None
    if wanted is None or content is None:
        raise _not_there("The log has no tile of that name.")
    return Response(content, 200, _FOR_EVER, _BYTES)


def _consistency(request: Request, session: Session) -> Response:
    old, new = (_size(request.query_params.getlist(name)) for name in ("from", "to"))
    if set(request.query_params) - {"from", "to"}:
        raise wrong_usage("A parameter is named that this operation does not take.")
    store = session.log.engine.log_store()
    stored = store.latest()
    if old > new:
        raise wrong_usage("The first size is the larger one.", "Give the earlier size to `from`.")
    if stored is None or new > stored.size:
        raise _not_there("The log is not sealed up to that size yet.")
    path = Prover(store).consistency(old, new) if old < new else ()
    answer = {"from": old, "to": new, "path": [b64encode(node).decode() for node in path]}
    return Response(orjson.dumps(answer) + b"\n", 200, _NOW, "application/json")


def _size(given: list[str]) -> int:
    digits = given[0] if len(given) == 1 else ""
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _SIZE_DIGITS and int(digits)):
        raise wrong_usage("`from` and `to` are sizes of the log: whole numbers from 1 on, each given once.")
    return int(digits)


def _not_there(happened: str) -> Problem:
    return Problem(404, "not_sealed", happened, "Ask for the checkpoint, which names the size of the log.")


_SIZE: Final = {"type": "integer", "minimum": 1, "maximum": 10**_SIZE_DIGITS - 1}
OPERATIONS: Final = (
    Operation(
        "read_checkpoint",
        "GET",
        f"{BASE}/log/checkpoint",
        "log",
        "The last checkpoint with its cosignatures, a signed note.",
        answers=(Answered(200, "The note.", "text/plain", {"type": "string"}),),
        scope=SCOPE,
    ),
    Operation(
        "prove_consistency",
        "GET",
        f"{BASE}/log/consistency",
        "log",
        "The path that shows that the log of one size begins with that of another (RFC 6962).",
        parameters=(
            Parameter("from", "query", "The earlier size, in facts.", _SIZE, True),
            Parameter("to", "query", "The later size; sealed by now.", _SIZE, True),
        ),
        answers=(
            Answered(
                200,
                "The hashes of the path in base64.",
                "application/json",
                {
                    "type": "object",
                    "required": ["from", "to", "path"],
                    "additionalProperties": False,
                    "properties": {
                        "from": _SIZE,
                        "to": _SIZE,
                        "path": {"type": "array", "items": {"type": "string", "contentEncoding": "base64"}},
                    },
                },
            ),
        ),
        scope=SCOPE,
    ),
    Operation(
        "read_tile",
        "GET",
        f"{BASE}/log/tile/{{name}}",
        "log",
        "A tile of hashes or a bundle of entries, by its name in C2SP tlog-tiles.",
        parameters=(
            Parameter(
                "name",
                "path",
                f"Level or `entries`, number in threes, and `.p/N` where it holds fewer than {WIDTH}, as 0/000.p/17.",
                {"type": "string", "pattern": r"^(entries|[0-7])/(x[0-9]{3}/){0,5}[0-9]{3}(\.p/[1-9][0-9]{0,2})?$"},
                True,
            ),
        ),
        answers=(Answered(200, "The bytes of the file.", _BYTES, {"type": "string", "format": "binary"}),),
        scope=SCOPE,
    ),
)
