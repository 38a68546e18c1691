"""What operators are told of requests: one line of the log each, and numbers by operation, outcome and ledger.

Promise: a line and a label hold names that the program made (a route's template, a code, a ledger's name, the id of a
key) and numbers; never an address, a query, a body, a header, or anything that a client wrote. Not promised: an audit
trail; that is the ledger, where attempts that were denied are recorded too.
"""

import asyncio
import re
from collections.abc import Iterator
from typing import Any, Final, Protocol

from interfaces.http.guarding import Exchange
from interfaces.http.metrics import Counter, Histogram, gauge

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
UNROUTED: Final = "none"
"""The operation of a request that no route is for."""


class Log(Protocol):
    """Writes one line; what a line may hold says ledger/store/log.py."""

    def info(self, event: str, **fields: Any) -> None:
        """A line for every day."""
        ...

    def error(self, event: str, **fields: Any) -> None:
        """A line that needs attention."""
        ...


class Telling:
    """The log and the numbers of one server."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._running = 0
        self._followers: dict[str, int] = {}
        self._requests = Counter(
            "ccm_ledger_requests_total",
            "Requests that were answered, by operation, status and ledger.",
            ("ledger", "operation", "status"),
        )
        self._seconds = Histogram("ccm_ledger_request_seconds", "How long requests took.", ("ledger", "operation"))
        self._problems = Counter(
            "ccm_ledger_problems_total", "Answers that were problems, by code and ledger.", ("ledger", "code")
        )
        self._unheard = Counter(
            "ccm_ledger_connections_refused_total", "Connections that were ended before a request was read.", ("code",)
        )

    def began(self) -> None:
        """A request was taken in."""
        self._running += 1

    def follows(self, exchange: Exchange) -> None:
        """A request turned out to be one that follows the feed."""
        ledger = exchange.scope["state"].get("ledger", "")
        self._followers[ledger] = self._followers.get(ledger, 0) + 1

    def followers(self, ledger: str) -> int:
        """How many follow a ledger's feed now."""
        return self._followers.get(ledger, 0)

    def finished(self, exchange: Exchange) -> None:
        """A request is over: count it and write its line."""
        self._running -= 1
        state = exchange.scope["state"]
        route = route_of(exchange.scope)
        # What is counted together is what the door calls it, else the template of its route.
        ledger, operation, code = state.get("ledger", ""), state.get("operation") or route, state.get("code")
        seconds = asyncio.get_running_loop().time() - exchange.started_at
        self._requests.add((ledger, operation, str(exchange.status)))
        # How long somebody followed says nothing of how fast anything was.
        if exchange.following:
            self._followers[ledger] -= 1
        else:
            self._seconds.observe((ledger, operation), seconds)
        if code is not None and exchange.status >= 400:
            self._problems.add((ledger, code))
        method = exchange.scope["method"]
        self._log.info(
            "request",
            method=method if method in _METHODS else "other",
            route=route,
            status=exchange.status,
            duration_ms=round(seconds * 1000),
            bytes=exchange.sent_bytes,
            ledger=ledger or None,
            caller=_caller(state),
            outcome=state.get("outcome"),
            code=code,
            request=exchange.request_id,
        )

    def refused(self, code: str) -> None:
        """A connection was ended before there was a request."""
        self._unheard.add((code,))

    def defect(self, happened: str) -> None:
        """Something went wrong beside all requests."""
        self._log.error("defect", error=happened)

    def lines(self, ledgers: frozenset[str] | None) -> Iterator[str]:
        """What is told of requests; of some ledgers alone where they are named."""
        yield from self._requests.lines(ledgers)
        yield from self._seconds.lines(ledgers)
        yield from self._problems.lines(ledgers)
        if ledgers is None:
            yield from self._unheard.lines(None)
            yield from gauge("ccm_ledger_requests_running", "Requests now.", (), {(): self._running})


def route_of(scope: Any) -> str:
    """The template of the route that a request went to, or would have gone to had it been let in: never its path."""
    endpoint, known = scope.get("endpoint"), _templates(scope["app"])
    # Few routes of a server have one endpoint in common; its path then says which of them it was.
    found = known.get(endpoint, []) if endpoint is not None else [each for group in known.values() for each in group]
    is_sure = endpoint is not None and len(found) == 1
    return next((path for path, regex in found if is_sure or regex.match(scope["path"])), UNROUTED)


def _templates(app: Any) -> dict[Any, list[tuple[str, re.Pattern[str]]]]:
    """The templates of an application's routes by endpoint; the routes are all there when the first request is over."""
    known: dict[Any, list[tuple[str, re.Pattern[str]]]] | None = getattr(app.state, "templates", None)
    if known is None:
        known = app.state.templates = {}
        for route in app.routes:
            known.setdefault(route.endpoint, []).append((route.path, route.path_regex))
    return known


def _caller(state: Any) -> str | None:
    """The id of a key, or the issuer of a token; who the person behind it is stands in the ledger alone."""
    caller = state.get("caller")
    if caller is None:
        return None
    login: str = caller.login
    kind, _, _ = login.partition(":")
    return login if kind == "key" else login.partition("|")[0] if kind == "oidc" else kind
