"""Requests drawn from the document of the server, sent and looked at; whatever is wrong is raised with its request.

Promise: the same seed draws the same requests. Names of ledgers, patients, staff and practices are those of the company
half of the time, so that requests get further than the door.
"""

import json
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count
from random import Random
from typing import Any, Final

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import HypothesisDeprecationWarning, Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from interfaces.http import openapi
from interfaces.http.preferring import wait_of
from tests.http.feed_server import NAME, Served

CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
ELSEWHERE: Final = frozenset({"feed_stream", "read_tile"})
"""An answer that goes on for as long as somebody listens (test_feed.py), and a path that holds slashes, which nobody
draws (test_questions.py)."""


@schemathesis.serializer("application/x-ndjson", "application/fhir+json", "text/csv")
def _as_it_is(_: Any, value: Any) -> bytes:
    """Lines and documents go as drawn, or as JSON where something else was drawn."""
    if isinstance(value, bytes):
        return value
    return value.encode(errors="surrogatepass") if isinstance(value, str) else json.dumps(value, default=str).encode()


SECONDS_MAX: Final = 20
"""So long an answer may take; a request that hangs is a defect."""
AT_ONCE: Final = 5
"""Requests of one operation before it is another's turn."""
Progress = Callable[["Drawing"], None]


class Drawing:
    """Draws requests operation by operation, in turns."""

    def __init__(self, served: Served, key: str, chance: Random) -> None:
        schema = schemathesis.openapi.from_dict(openapi.document())
        schema.config.update(base_url=served.url)
        self._operations: list[Any] = [each.ok() for each in schema.get_all_operations()]  # type: ignore[union-attr]
        self._served = served
        self._key = key
        self._chance = chance
        self._strategies: dict[tuple[str, GenerationMode], Any] = {}
        """Made once: each holds tens of kilobytes for good, and takes longer to make than to draw from."""
        self.statuses: Counter[int] = Counter()
        self.asked: Counter[str] = Counter()
        """Requests by operation."""

    def run(self, *, requests: int, seconds: float, at_once: int = AT_ONCE, progress: Progress | None = None) -> None:
        """Send so many requests, or as many as fit into the time; each operation once at least."""
        until = time.monotonic() + seconds
        for turn, operation in self._turns():
            if turn and (self.asked.total() >= requests or time.monotonic() > until):
                return
            self._some(operation, at_once if turn else 1)
            if progress is not None:
                progress(self)

    def _turns(self) -> Iterator[tuple[int, Any]]:
        wanted = [each for each in self._operations if each.definition.raw["operationId"] not in ELSEWHERE]
        for turn in count():
            self._chance.shuffle(wanted)
            yield from ((turn, operation) for operation in wanted)

    def _some(self, operation: Any, at_once: int) -> None:
        mode = self._chance.choice((GenerationMode.POSITIVE, GenerationMode.NEGATIVE))
        try:
            self._drawn(operation, mode, at_once)
        except Unsatisfiable:
            # Of what takes nothing, or anything, no wrong request can be drawn.
            self._drawn(operation, GenerationMode.POSITIVE, at_once)

    def _drawn(self, operation: Any, mode: GenerationMode, at_once: int) -> None:
        @seed(self._chance.getrandbits(32))
        @settings(
            max_examples=at_once,
            deadline=None,
            database=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )
        @given(case=self._strategy(operation, mode))
        def one(case: Any) -> None:
            self._sent(case, operation.definition.raw["operationId"])

        with warnings.catch_warnings():
            # It takes for a strategy's what the server's threads draw meanwhile in this process.
            warnings.simplefilter("ignore", HypothesisDeprecationWarning)
            one()

    def _strategy(self, operation: Any, mode: GenerationMode) -> Any:
        name = operation.definition.raw["operationId"]
        if (name, mode) not in self._strategies:
            self._strategies[name, mode] = operation.as_strategy(generation_mode=mode)
        return self._strategies[name, mode]

    def _sent(self, case: Any, name: str) -> None:
        self._known_names(case)
        response = case.call(headers={"Authorization": f"Bearer {self._key}"}, timeout=SECONDS_MAX)
        case.validate_response(response, checks=CHECKS)
        self.statuses[response.status_code] += 1
        self.asked[name] += 1

    def _known_names(self, case: Any) -> None:
        ids = self._served.house.ids
        known = {"ledger": NAME, "patient": ids["patient"], "month": "2026-01"}
        for name, value in known.items():
            if name in (case.path_parameters or {}) and (name == "ledger" or self._chance.random() < 0.5):
                case.path_parameters[name] = value
        if "wait" in (case.query or {}):
            case.query["wait"] = 0
        # Nobody seals here: who waits for that waits for a minute (test_serve.py).
        if wait_of([str((case.headers or {}).get("Prefer"))]) == "sealed":
            case.headers["Prefer"] = "wait=durable"
