"""The server put together: ledgers, door, operations, guards, and the document that describes them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import structlog
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from commands.catalog import CATALOG
from interfaces.http.append import Append
from interfaces.http.door import Authenticate, Door, Noticed
from interfaces.http.guarding import Closing, Guard
from interfaces.http.health import Health
from interfaces.http.hosting import Hosted, Hosts
from interfaces.http.problems import Problem, of_error
from interfaces.http.rates import RateLimits
from interfaces.http.settings import ServerSettings
from interfaces.http.streams import Streams
from interfaces.http.telling import Telling
from interfaces.sealed import Receipts
from interfaces.system import SystemClock, SystemIds
from ledger.terms.errors import LedgerError

BASE = "/v1/ledgers/{ledger}"
"""Under this stands everything of one ledger."""


def make_app(
    hosts: Hosts,
    authenticate: Authenticate,
    *,
    denied: Noticed,
    let_in: Noticed,
    settings: ServerSettings | None = None,
    telling: Telling | None = None,
    closing: Closing | None = None,
    metrics_port: int | None = None,
) -> FastAPI:
    """The application over these ledgers; `denied` and `let_in` record who was and who was not.

    `closing` is told by whoever runs it when it ends; at `metrics_port` metrics are told to everybody.
    """
    settings, closing = settings or ServerSettings(), closing or Closing()
    telling = telling or Telling(structlog.get_logger())

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await hosts.close()

    # The document and its pages are made by openapi.py; FastAPI's own would not know the commands.
    app = FastAPI(lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    door = Door(hosts, authenticate, denied, let_in, RateLimits(settings.rates, SystemClock()))
    append = Append(door, _receipts_with(settings), frozenset(CATALOG))
    streams = Streams(door, settings.limits.line_bytes)
    health = Health(hosts, door, telling, closing, metrics_port)
    app.add_route(f"{BASE}/commands/{{command}}", append.typed, ["POST"])
    app.add_route(f"{BASE}/commands", append.whole_line, ["POST"])
    app.add_route(f"{BASE}/lines", streams.lines, ["POST"])
    app.add_route("/live", health.live, ["GET"])
    app.add_route("/ready", health.ready, ["GET"])
    app.add_route("/metrics", health.metrics, ["GET"])
    app.add_route(f"{BASE}/lag", health.lag, ["GET"])
    for kind, told in (
        (Problem, _problem),
        (LedgerError, _fault),
        (HTTPException, _not_routed),
    ):
        app.add_exception_handler(kind, told)
    # Added last, it is outermost: what it refuses nothing else sees, and what nobody else caught it answers.
    app.add_middleware(
        Guard,
        limits=settings.limits,
        closing=closing,
        watch=telling,
        ids=SystemIds(),
        is_tls=settings.tls is not None,
        metrics_port=metrics_port,
    )
    return app


async def _problem(request: Request, problem: Any) -> Response:
    request.state.code = problem.code
    response: Response = problem.response()
    return response


async def _fault(request: Request, error: Any) -> Response:
    return await _problem(request, of_error(error))


async def _not_routed(request: Request, error: Any) -> Response:
    if error.status_code == 405:
        told = Problem(405, "method_not_allowed", "This path has no such method.", "See /openapi.json.")
        told.headers.update(error.headers or {})
        return await _problem(request, told)
    return await _problem(
        request, Problem(404, "no_such_path", "This server has nothing at this path.", "See /openapi.json.")
    )


def _receipts_with(settings: ServerSettings) -> Callable[[Hosted, Sequence[int]], Awaitable[list[str]]]:
    """Waits for receipts; where the settings name the keys of a ledger's log, it is sealed at once."""

    async def receipts(hosted: Hosted, positions: Sequence[int]) -> list[str]:
        ledger = settings.ledgers.get(hosted.name)
        file = str(ledger.log_key_file) if ledger is not None and ledger.log_key_file is not None else None
        found = await hosted.ask(lambda session: Receipts(session, file).of(positions))
        return [found[position] for position in positions]

    return receipts
