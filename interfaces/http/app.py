"""The server put together: ledgers, door, operations, guards, and the document that describes them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final

import structlog
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from commands.catalog import CATALOG
from interfaces.http import pages
from interfaces.http.append import Append
from interfaces.http.denials import OnRecord
from interfaces.http.document_routes import DocumentRoutes
from interfaces.http.documents import Documents
from interfaces.http.door import Authenticate, Door
from interfaces.http.entrances import Entrances
from interfaces.http.feed import Feed, feed_routes
from interfaces.http.followers import Followers
from interfaces.http.guarding import Closing, Guard
from interfaces.http.health import Health
from interfaces.http.hosting import Hosted, Hosts
from interfaces.http.log_files import log_routes
from interfaces.http.problems import Problem, of_error
from interfaces.http.questions import BASE, Route, question_routes
from interfaces.http.rates import RateLimits
from interfaces.http.settings import ServerSettings
from interfaces.http.streams import Streams
from interfaces.http.telling import Telling
from interfaces.http.webhooks import Standing, Webhooks
from interfaces.sealed import PATIENCE, Receipts
from interfaces.system import PinnedZones, SystemClock, SystemIds
from ledger.terms.errors import LedgerError, StoreUnavailable

_LOOK_AGAIN: Final = 0.25
"""Seconds after which it is asked again whether somebody sealed."""


def make_app(
    hosts: Hosts,
    authenticate: Authenticate,
    *,
    now: Callable[[], datetime],
    settings: ServerSettings | None = None,
    telling: Telling | None = None,
    closing: Closing | None = None,
    metrics_port: int | None = None,
    webhooks: Callable[[Followers], Webhooks] | None = None,
) -> FastAPI:
    """The application over these ledgers; `webhooks` makes what delivers the feed, once there is a loop for it.

    `closing` is told by whoever runs it when it ends; at `metrics_port` metrics are told to everybody.
    """
    settings, closing = settings or ServerSettings(), closing or Closing()
    telling = telling or Telling(structlog.get_logger())
    entrances = Entrances(now)
    door = Door(hosts, authenticate, entrances, RateLimits(settings.rates, SystemClock()))
    documents = Documents(PinnedZones(), SystemIds().entropy)
    feed = Feed(door)
    closing.tell(feed.followers.end)
    health = Health(hosts, door, telling, closing, metrics_port, lambda: _standing_of(app))
    denied = OnRecord(hosts.all)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        delivering = app.state.webhooks = webhooks(feed.followers) if webhooks is not None else None
        if delivering is not None:
            delivering.start()
        denied.start()
        yield
        feed.followers.end()
        await documents.close()
        if delivering is not None:
            await delivering.close()
        await entrances.written()
        await denied.close()
        await hosts.close()

    # The document and its pages are made by openapi.py; FastAPI's own would not know the commands.
    app = FastAPI(lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.feed = feed
    app.state.denied = denied
    for path, endpoint, methods in _routes(door, settings, closing, documents, feed, health):
        app.add_route(path, endpoint, methods)

    async def problem(request: Request, problem: Any) -> Response:
        door.count_denied(request, problem)
        return await _problem(request, problem)

    for kind, answer in ((Problem, problem), (LedgerError, _fault), (HTTPException, _not_routed)):
        app.add_exception_handler(kind, answer)
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


def _standing_of(app: FastAPI) -> Sequence[Standing]:
    """How each webhook stands; none where the server has none, or is only beginning."""
    delivering: Webhooks | None = getattr(app.state, "webhooks", None)
    return delivering.standing() if delivering is not None else ()


def _routes(
    door: Door, settings: ServerSettings, closing: Closing, documents: Documents, feed: Feed, health: Health
) -> Iterator[Route]:
    # Whoever waits for a seal in vain is answered within the time that an answer may take.
    patience = min(PATIENCE, settings.limits.answer_seconds / 2)
    append = Append(door, _Sealed(closing, patience), frozenset(CATALOG))
    yield f"{BASE}/commands/{{command}}", append.typed, ["POST"]
    yield f"{BASE}/commands", append.whole_line, ["POST"]
    yield f"{BASE}/lines", Streams(door, settings.limits.line_bytes).lines, ["POST"]
    yield from DocumentRoutes(door, documents).routes()
    yield from ((f"{BASE}{path}", endpoint, methods) for path, endpoint, methods in feed_routes(feed))
    yield from question_routes(door)
    yield from log_routes(door)
    yield f"{BASE}/lag", health.lag, ["GET"]
    yield "/live", health.live, ["GET"]
    yield "/ready", health.ready, ["GET"]
    yield "/metrics", health.metrics, ["GET"]
    yield "/openapi.json", pages.document, ["GET"]
    yield "/problems", pages.problems, ["GET"]
    yield "/problems/{code}", pages.problem, ["GET"]


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


class _Sealed:
    """Receipts for who waits until facts are sealed; where the keys of the ledger's log are known here, at once.

    Who waits takes up no thread of the ledger: its readers are few, and somebody else may be long in sealing.
    """

    def __init__(self, closing: Closing, patience: float) -> None:
        self._closing = closing
        self._patience = patience

    async def __call__(self, hosted: Hosted, positions: Sequence[int]) -> list[str] | None:
        """The receipts; None where nobody sealed the facts in time, or the server ends before that.

        What waits here is durable already: nothing that goes wrong with its seal may be told as if it were not.
        """
        loop = asyncio.get_running_loop()
        give_up = loop.time() + self._patience
        while (found := await self._at_hand(hosted, positions)) is None:
            if self._closing.is_closing or loop.time() > give_up:
                return None
            await asyncio.sleep(_LOOK_AGAIN)
        return [found[position] for position in positions]

    async def _at_hand(self, hosted: Hosted, positions: Sequence[int]) -> Mapping[int, str] | None:
        try:
            return await hosted.ask(lambda session: Receipts(session, None).at_hand(positions))
        except StoreUnavailable:
            return None
