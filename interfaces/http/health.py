"""Whether the server runs, whether it can serve, how far behind what is read is, and the numbers of all of it.

Promise: `/live` asks nothing of anybody; `/ready` asks every open ledger's store and names none; numbers of a ledger go
to keys of that ledger with the scope `operate`, numbers of all to the port for metrics alone. Not promised: numbers of
a ledger that nobody has used since the server began; it is not open.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import orjson
from starlette.requests import Request
from starlette.responses import Response

from interfaces.http import metrics
from interfaces.http.described import Answered, Operation
from interfaces.http.door import Door
from interfaces.http.guarding import Closing
from interfaces.http.hosting import Hosted, Hosts
from interfaces.http.metrics import Labels, gauge
from interfaces.http.questions import BASE
from interfaces.http.telling import Telling
from interfaces.http.webhooks import Standing as WebhookStanding
from ledger.terms.errors import LedgerError

if TYPE_CHECKING:
    from interfaces.bootstrap import Session

ANSWER_SECONDS: Final = 3.0
"""How long a ledger may take to say how it is."""
_JSON: Final = "application/json"


class Standing(NamedTuple):
    """How far a ledger is, and what is behind it."""

    position: int
    """Of the newest fact."""
    read_models: int
    """How many facts the read models have yet to take up; a question takes them up first."""
    checkpoint: int
    unsealed: int
    unsealed_seconds: int
    parked: int


class Health:
    """The operations that tell how the server is."""

    def __init__(
        self,
        hosts: Hosts,
        door: Door,
        telling: Telling,
        closing: Closing,
        metrics_port: int | None = None,
        webhooks: Callable[[], Sequence[WebhookStanding]] = tuple,
    ) -> None:
        self._hosts, self._door, self._webhooks = hosts, door, webhooks
        self._telling, self._closing = telling, closing
        self._metrics_port = metrics_port

    async def live(self, _: Request) -> Response:
        """`GET /live`: the process runs and its loop turns."""
        return _answer({"live": True})

    async def ready(self, _: Request) -> Response:
        """`GET /ready`: 200 while a ledger can be served; 503 while none can, and while the server ends."""
        if self._closing.is_closing:
            return _answer({"ready": False, "because": "shutting_down"}, 503)
        open_ones = [hosted for hosted in self._hosts.all() if hosted.is_open]
        found = await asyncio.gather(*map(_is_well, open_ones))
        silent = found.count(False)
        is_ready = not found or silent < len(found)
        told = {"ready": is_ready, "ledgers": len(self._hosts.all()), "open": len(found), "unavailable": silent}
        return _answer(told, 200 if is_ready else 503)

    async def lag(self, request: Request) -> Response:
        """`GET /v1/ledgers/{ledger}/lag`: how far the ledger is, and how far behind it are read models and seals."""
        entered = await self._door.enter(request, "lag", "operate")
        await self._door.permit(entered, "metrics")
        hosted = entered.hosted
        standing = await hosted.ask(standing_of)
        told = {
            **standing._asdict(),
            "waiting": hosted.lines.waiting,
            "followers": self._telling.followers(hosted.name),
        }
        return _answer(told | ({"simulated": True} if hosted.simulated else {}))

    async def metrics(self, request: Request) -> Response:
        """`GET /metrics`: numbers for Prometheus."""
        server = request.scope.get("server")
        is_asked_inside = self._metrics_port is not None and server is not None and server[1] == self._metrics_port
        ledgers = None if is_asked_inside else await self._door.ledgers_of_operator(request)
        asked = [
            hosted for hosted in self._hosts.all() if hosted.is_open and (ledgers is None or hosted.name in ledgers)
        ]
        standings = await asyncio.gather(*map(_standing, asked))
        lines = [
            *self._telling.lines(ledgers),
            *_of_ledgers(asked, standings, self._telling),
            *_of_webhooks([each for each in self._webhooks() if ledgers is None or each.ledger in ledgers]),
        ]
        return Response(metrics.text(lines), media_type=metrics.MEDIA_TYPE)


def standing_of(session: "Session") -> Standing:
    """How far a ledger is; asked in a thread that reads."""
    from ledger.store.checkpoints.proving import Prover  # noqa: PLC0415 - only who asks for it loads it
    from projections.questions import parked_list  # noqa: PLC0415
    from projections.table_set import SET_NAME  # noqa: PLC0415

    store = session.log.engine.log_store()
    unsealed, stored = Prover(store).unsealed(session.clock), store.latest()
    position = session.log.refresh()
    return Standing(
        position,
        max(position - (session.raw_models().position(SET_NAME) or 0), 0),
        stored.number if stored else 0,
        unsealed.facts,
        unsealed.seconds if unsealed.facts else 0,
        len(parked_list(session.log)),
    )


async def _standing(hosted: Hosted) -> Standing | None:
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return await hosted.ask(standing_of)
    except (LedgerError, TimeoutError):
        return None


async def _is_well(hosted: Hosted) -> bool:
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            await hosted.reach()
    except (LedgerError, TimeoutError):
        return False
    return True


def _of_ledgers(asked: Sequence[Hosted], standings: Sequence[Standing | None], telling: Telling) -> Iterator[str]:
    known = {hosted.name: standing for hosted, standing in zip(asked, standings, strict=True)}
    answered: dict[Labels, float] = {
        (hosted.name, outcome, code): count
        for hosted in asked
        for (outcome, code), count in tuple(hosted.answered.items())
    }
    yield from metrics.counter(
        "ccm_ledger_lines_total",
        "Lines that were answered, by outcome and code.",
        ("ledger", "outcome", "code"),
        answered,
    )
    up: dict[Labels, float] = {(name,): float(standing is not None) for name, standing in known.items()}
    yield from gauge("ccm_ledger_up", "Whether the ledger answers.", ("ledger",), up)
    waiting: dict[Labels, float] = {(hosted.name,): float(hosted.lines.waiting) for hosted in asked}
    yield from gauge("ccm_ledger_lines_waiting", "Lines that wait or are being decided.", ("ledger",), waiting)
    followers: dict[Labels, float] = {(hosted.name,): float(telling.followers(hosted.name)) for hosted in asked}
    yield from gauge("ccm_ledger_followers", "Open streams of the feed.", ("ledger",), followers)
    for field, name, told in _GAUGES:
        values: dict[Labels, float] = {
            (ledger,): float(getattr(standing, field)) for ledger, standing in known.items() if standing is not None
        }
        yield from gauge(name, told, ("ledger",), values)


def _of_webhooks(standings: Sequence[WebhookStanding]) -> Iterator[str]:
    for name, told, numbers in (
        (
            "ccm_ledger_webhook_behind",
            "Facts that a receiver has yet to be told.",
            [max(each.head - each.position, 0) for each in standings],
        ),
        (
            "ccm_ledger_webhook_attempts",
            "Attempts at what comes next that failed.",
            [each.attempts for each in standings],
        ),
        ("ccm_ledger_webhook_parked", "Whether a receiver was given up.", [each.is_parked for each in standings]),
    ):
        values: dict[Labels, float] = {
            (each.ledger, each.name): float(number) for each, number in zip(standings, numbers, strict=True)
        }
        yield from gauge(name, told, ("ledger", "webhook"), values) if values else ()


_GAUGES: Final = (
    ("position", "ccm_ledger_position", "The newest position."),
    ("read_models", "ccm_ledger_read_models_behind", "Facts that the read models have yet to take up."),
    ("unsealed", "ccm_ledger_unsealed_facts", "Facts that no checkpoint covers."),
    ("unsealed_seconds", "ccm_ledger_unsealed_seconds", "How long the oldest of them has waited."),
    ("parked", "ccm_ledger_parked_deliveries", "Deliveries that wait for somebody who is not known yet."),
)


def _answer(told: dict[str, Any], status: int = 200) -> Response:
    return Response(orjson.dumps(told) + b"\n", status, media_type=_JSON)


# --- for the document of the server ---------------------------------------------------------------------------------


def _object(**fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """An object that has these fields and no other; `simulated` only where a ledger is one."""
    required = [name for name in fields if name != "simulated"]
    return {"type": "object", "required": required, "additionalProperties": False, "properties": fields}


def _count(says: str) -> Mapping[str, Any]:
    return {"type": "integer", "minimum": 0, "description": says}


_LAG: Final = _object(
    position=_count("The newest position."),
    read_models=_count("Facts that the read models have yet to take up; a question takes them up first."),
    checkpoint=_count("The number of the last checkpoint; 0 where there is none."),
    unsealed=_count("Facts that no checkpoint covers."),
    unsealed_seconds=_count("How long the oldest of them has waited."),
    parked=_count("Deliveries that wait for somebody who is not known yet."),
    waiting=_count("Lines that wait or are being decided."),
    followers=_count("Open streams of the feed."),
    simulated={"const": True, "description": "In a simulated ledger, else left out."},
)
_READY: Final = _object(
    ready={"type": "boolean"},
    ledgers=_count("Ledgers of this server."),
    open=_count("Those that were used since it began; the others are opened by their first request."),
    unavailable=_count("Of these, how many do not answer."),
)
_ENDING: Final = _object(ready={"const": False}, because={"const": "shutting_down"})
OPERATIONS: Final = (
    Operation(
        "live",
        "GET",
        "/live",
        "health",
        "Whether the process runs.",
        answers=(Answered(200, "It does.", _JSON, _object(live={"const": True})),),
    ),
    Operation(
        "ready",
        "GET",
        "/ready",
        "health",
        "Whether a ledger can be served.",
        answers=(
            Answered(200, "One can.", _JSON, _READY),
            Answered(503, "None can, or the server is ending.", _JSON, {"oneOf": [_READY, _ENDING]}),
        ),
    ),
    Operation(
        "metrics",
        "GET",
        "/metrics",
        "health",
        "Numbers for Prometheus, of the ledgers that the key is for. At the port for metrics alone, of all of them, "
        "without a key.",
        answers=(Answered(200, "The text format, version 0.0.4.", "text/plain", {"type": "string"}),),
        scope="operate",
    ),
    Operation(
        "lag",
        "GET",
        f"{BASE}/lag",
        "health",
        "How far the ledger is, and how far behind it are read models and seals.",
        answers=(Answered(200, "The numbers.", _JSON, _LAG),),
        scope="operate",
    ),
)
