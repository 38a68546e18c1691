"""Where documents come in: charts and time logs as bodies of requests, an answer for each row, the summary last."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, Final

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from commands.answer import Answer
from commands.wire import Delivery, Unreadable
from interfaces.http.append import as_line, last_line
from interfaces.http.described import Answered, Operation, Parameter
from interfaces.http.documents import Documents, Options, is_a_bundle_a_line
from interfaces.http.door import Door, Entered
from interfaces.http.hosting import Hosted, Line
from interfaces.http.problems import Problem, of_refusal
from interfaces.http.streams import MEDIA_TYPE, Flow
from ledger.terms.errors import LedgerError
from ledger.terms.outcome import Refused

BASE: Final = "/v1/ledgers/{ledger}/import"
SCOPE: Final = "import"


class DocumentRoutes:
    """The operations that take documents."""

    def __init__(self, door: Door, documents: Documents) -> None:
        self._door = door
        self._documents = documents

    async def fhir(self, request: Request) -> Response:
        """`POST .../import/fhir`: one bundle, or one a line."""
        entered = await self._door.enter(request, "import_fhir", SCOPE)
        is_lines = is_a_bundle_a_line(request.headers.get("content-type"))
        practices = entered.caller.practices
        told = self._documents.import_fhir(
            request.stream(), _options(request), _door_of(entered), is_lines=is_lines, practices=practices
        )
        return _answered(entered.hosted, told)

    async def time_log(self, request: Request) -> Response:
        """`POST .../import/time-log`: CSV."""
        entered = await self._door.enter(request, "import_time_log", SCOPE)
        told = self._documents.import_time_log(request.stream(), _options(request), _door_of(entered))
        return _answered(entered.hosted, told)

    def routes(self) -> list[tuple[str, Callable[[Request], Awaitable[Response]], list[str]]]:
        """Where they stand."""
        return [(f"{BASE}/fhir", self.fhir, ["POST"]), (f"{BASE}/time-log", self.time_log, ["POST"])]


def _options(request: Request) -> Options:
    given = request.query_params
    try:
        if len(given.multi_items()) != len(given):
            raise ValueError
        return Options(**given)
    except (ValidationError, ValueError):
        raise Problem(
            400,
            "parameter_unreadable",
            "A parameter is unknown, given twice, or not of its shape.",
            "Read /openapi.json for the parameters of the operation.",
        ) from None


def _door_of(entered: Entered) -> Callable[[Sequence[Delivery | Unreadable]], Awaitable[Sequence[Answer]]]:
    login = entered.caller.login
    return lambda lines: entered.hosted.hand_in([Line(line, login) for line in lines])


def _answered(hosted: Hosted, told: AsyncIterator[dict[str, Any]] | Refused) -> Response:
    if isinstance(told, Refused):
        raise of_refusal(told)
    return Flow(_lines(hosted, told), 200, {"Cache-Control": "no-store"}, MEDIA_TYPE)


async def _lines(hosted: Hosted, told: AsyncIterator[dict[str, Any]]) -> AsyncIterator[bytes]:
    """The answers; a fault of the ledger ends them with a last line that says so."""
    try:
        async for each in told:
            yield as_line(each, hosted)
    except LedgerError as error:
        yield last_line(error, hosted)


_MAPPING: Final = Parameter(
    "mapping",
    "query",
    "The name of a mapping file of this server, or of one that comes with the program.",
    {"type": "string", "pattern": "^[a-z][a-z0-9_]*$", "maxLength": 64},
)
_ROWS: Final = (
    Answered(
        200,
        "One JSON object a row, in the order of the document, and the summary last.",
        MEDIA_TYPE,
        {"type": "string"},
    ),
)
OPERATIONS: Final = (
    Operation(
        "import_fhir",
        "POST",
        f"{BASE}/fhir",
        "documents",
        "Charts: a FHIR R4 bundle, or newline-delimited bundles (`application/fhir+ndjson`).",
        parameters=(
            _MAPPING,
            Parameter(
                "practice",
                "query",
                "The practice that the patients belong to.",
                {"type": "string", "pattern": "^pr_[a-z2-7]{26}$"},
            ),
        ),
        answers=_ROWS,
        body=("application/fhir+json", {"type": "object"}),
        scope=SCOPE,
    ),
    Operation(
        "import_time_log",
        "POST",
        f"{BASE}/time-log",
        "documents",
        "A time log in CSV.",
        parameters=(
            _MAPPING,
            Parameter(
                "source",
                "query",
                "The registered name of the source.",
                {"type": "string", "pattern": "^[a-z][a-z0-9_.-]{0,63}$"},
            ),
            Parameter(
                "timezone",
                "query",
                "The zone of clock times without offset.",
                {"type": "string", "minLength": 1, "maxLength": 64},
            ),
        ),
        answers=_ROWS,
        body=("text/csv", {"type": "string"}),
        scope=SCOPE,
    ),
)
