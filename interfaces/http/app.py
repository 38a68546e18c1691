"""The server put together: ledgers, door, operations, guards, and the document that describes them."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from commands.catalog import CATALOG
from interfaces.http import pages
from interfaces.http.append import Append
from interfaces.http.document_routes import DocumentRoutes
from interfaces.http.documents import Documents
from interfaces.http.door import Authenticate, Door
from interfaces.http.entrances import Entrances
from interfaces.http.feed import Feed, feed_routes
from interfaces.http.followers import Followers
from interfaces.http.hosting import Hosted, Hosts
from interfaces.http.log_files import log_routes
from interfaces.http.problems import Problem, of_error
from interfaces.http.questions import question_routes
from interfaces.http.streams import Streams
from interfaces.http.webhooks import Webhooks
from interfaces.system import PinnedZones, SystemIds
from ledger.terms.errors import LedgerError

BASE = "/v1/ledgers/{ledger}"
"""Under this stands everything of one ledger."""


def make_app(
    hosts: Hosts,
    authenticate: Authenticate,
    *,
    now: Callable[[], datetime],
    webhooks: Callable[[Followers], Webhooks] | None = None,
) -> FastAPI:
    """The application over these ledgers; `webhooks` makes what delivers the feed, once there is a loop for it."""
    entrances = Entrances(now)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        delivering = app.state.webhooks = webhooks(feed.followers) if webhooks is not None else None
        if delivering is not None:
            delivering.start()
        yield
        feed.followers.end()
        await documents.close()
        if delivering is not None:
            await delivering.close()
        await entrances.written()
        await hosts.close()

    # The document and its pages are made by openapi.py; FastAPI's own would not know the commands.
    app = FastAPI(lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    door = Door(hosts, authenticate, entrances)
    append = Append(door, _receipts, frozenset(CATALOG))
    streams = Streams(door)
    app.add_route(f"{BASE}/commands/{{command}}", append.typed, ["POST"])
    app.add_route(f"{BASE}/commands", append.whole_line, ["POST"])
    app.add_route(f"{BASE}/lines", streams.lines, ["POST"])
    feed = app.state.feed = Feed(door)
    for path, told, methods in feed_routes(feed):
        app.add_route(f"{BASE}{path}", told, methods)
    documents = Documents(PinnedZones(), SystemIds().entropy)
    taken_in = DocumentRoutes(door, documents).routes()
    for path, endpoint, methods in (*taken_in, *question_routes(door), *log_routes(door)):
        app.add_route(path, endpoint, methods)
    app.add_route("/openapi.json", pages.document, ["GET"])
    app.add_route("/problems", pages.problems, ["GET"])
    app.add_route("/problems/{code}", pages.problem, ["GET"])
    for kind, answer in (
        (Problem, _problem),
        (LedgerError, _fault),
        (HTTPException, _not_routed),
    ):
        app.add_exception_handler(kind, answer)
    return app


async def _problem(_: Request, problem: Any) -> Response:
    response: Response = problem.response()
    return response


async def _fault(_: Request, error: Any) -> Response:
    return of_error(error).response()


async def _not_routed(_: Request, error: Any) -> Response:
    if error.status_code == 405:
        told = Problem(405, "method_not_allowed", "This path has no such method.", "See /openapi.json.")
        told.headers.update(error.headers or {})
        return told.response()
    return Problem(404, "no_such_path", "This server has nothing at this path.", "See /openapi.json.").response()


async def _receipts(hosted: Hosted, positions: Sequence[int]) -> list[str]:
    from interfaces.sealed import Receipts  # noqa: PLC0415 - only for who waits

    found = await hosted.ask(lambda session: Receipts(session, None).of(positions))
    return [found[position] for position in positions]
