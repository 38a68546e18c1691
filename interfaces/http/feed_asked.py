"""What a follower asks for, read out of the parameters of a request; and how the document of the server tells of it.

Promise: a parameter that is unknown, given twice or not of its shape is refused: read as if it were not there, it
would answer another question.
"""

import re
from typing import Any, Final, NamedTuple

from starlette.datastructures import QueryParams

from interfaces.http.cloud_events import BATCH, TYPES
from interfaces.http.described import Answered, Operation, Parameter
from interfaces.http.feed_pages import LIMIT_MAX, topic_of
from interfaces.http.problems import Problem
from ledger.terms.people import Purpose

EVENT_STREAM: Final = "text/event-stream"
LIMIT_USUAL: Final = 100
WAIT_SECONDS_MAX: Final = 30
POSITION_MAX: Final = 2**31 - 1
"""CloudEvents has whole numbers of 32 bits."""
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,9}", re.ASCII)
_STREAM: Final = frozenset({"after", "type", "words", "purpose"})
_PAGES: Final = _STREAM | {"limit", "wait"}


class Asked(NamedTuple):
    """A request for the feed."""

    after: int
    limit: int
    topics: frozenset[str]
    words: bool
    wait: int
    purpose: Purpose | None


def asked_of(query: QueryParams, *, stream: bool, last_id: str | None = None) -> Asked:
    """What the parameters ask for; the header `Last-Event-ID` of a client that comes back goes before `after`.

    Raises Problem 400.
    """
    if unknown := set(query) - (_STREAM if stream else _PAGES):
        raise _unreadable(f"The feed has no parameter of {'this name' if len(unknown) == 1 else 'these names'}.")
    kinds = query.getlist("type")
    topics = [topic_of(kind) for kind in kinds]
    if None in topics:
        raise _unreadable("`type` names no kind of fact; `ccm-ledger schema events` lists them.")
    words = _once(query, "words", "false")
    purpose = _once(query, "purpose", "")
    if words not in ("true", "false"):
        raise _unreadable("`words` is true or false.")
    if purpose not in ("", *Purpose):
        raise _unreadable(f"`purpose` is one of {', '.join(Purpose)}.")
    return Asked(
        after=_number("Last-Event-ID", last_id, 0, POSITION_MAX)
        if last_id
        else _number("after", _once(query, "after", "0"), 0, POSITION_MAX),
        limit=_number("limit", _once(query, "limit", str(LIMIT_USUAL)), 1, LIMIT_MAX),
        topics=frozenset(topic for topic in topics if topic is not None),
        words=words == "true",
        wait=_number("wait", _once(query, "wait", "0"), 0, WAIT_SECONDS_MAX),
        purpose=Purpose(purpose) if purpose else None,
    )


def _once(query: QueryParams, name: str, usual: str) -> str:
    given = query.getlist(name)
    if len(given) > 1:
        raise _unreadable(f"`{name}` is given more than once.")
    return given[0] if given else usual


def _number(name: str, given: str, least: int, most: int) -> int:
    if not _NUMBER.fullmatch(given) or not least <= int(given) <= most:
        raise _unreadable(f"`{name}` is a whole number from {least} to {most}.")
    return int(given)


def _unreadable(happened: str) -> Problem:
    return Problem(400, "parameter_unreadable", happened, "Read /openapi.json for the parameters of the feed.")


_EVENT: Final[dict[str, Any]] = {
    "type": "object",
    "description": "A fact as a CloudEvents 1.0 event.",
    "required": ["specversion", "id", "source", "type", "time", "position"],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "description": "The ledger's id, a slash, the position."},
        "source": {"type": "string"},
        "type": {"type": "string", "enum": sorted(TYPES)},
        "time": {"type": "string", "format": "date-time", "description": "When the ledger recorded it."},
        "position": {"type": "integer", "minimum": 1, "maximum": POSITION_MAX},
        "simulated": {"const": True},
        "withheld": {"const": True, "description": "The fact is not for this caller; nothing more is said of it."},
        "subject": {"type": "string", "description": "The stream of the fact; opaque ids only."},
        "datacontenttype": {"const": "application/json"},
        "actor": {"type": "string"},
        "capacity": {"type": "string"},
        "deliveredby": {"type": "string", "description": "The source system that delivered it."},
        "factclass": {"enum": ["record", "review", "access"]},
        "sealed": {"type": "string", "description": "Fields whose words are there and not shown."},
        "erased": {"type": "string", "description": "Fields whose words are gone: their key was destroyed."},
        "restricted": {"type": "string", "description": "Fields whose words were recorded about another patient."},
        "data": {"type": "object", "description": "`ccm-ledger schema events` has the fields of each kind."},
    },
    "additionalProperties": False,
}
_AFTER: Final = Parameter(
    "after",
    "query",
    "The position behind which to begin.",
    {"type": "integer", "minimum": 0, "maximum": POSITION_MAX, "default": 0},
)
_OF_BOTH: Final = (
    _AFTER,
    Parameter(
        "type",
        "query",
        "Only facts of this kind, by its `type` or its topic; several times for several kinds.",
        {"type": "array", "items": {"type": "string"}},
    ),
    Parameter(
        "words",
        "query",
        "Open sealed words of patients; needs the scope `words` and a role that reads about them, and is recorded.",
        {"type": "boolean", "default": False},
    ),
    Parameter("purpose", "query", "Why they are read.", {"type": "string", "enum": [*Purpose]}),
)
FEED_OPERATIONS: Final = (
    Operation(
        "feed",
        "GET",
        "/v1/ledgers/{ledger}/feed",
        "feed",
        "The facts behind a position, in order. `Ccm-Position` says how far the page looked: go on behind it.",
        parameters=(
            *_OF_BOTH,
            Parameter(
                "limit",
                "query",
                "At most so many facts.",
                {"type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": LIMIT_USUAL},
            ),
            Parameter(
                "wait",
                "query",
                "Where there is none yet, wait so many seconds for one.",
                {"type": "integer", "minimum": 0, "maximum": WAIT_SECONDS_MAX, "default": 0},
            ),
        ),
        answers=(Answered(200, "Events.", BATCH, {"type": "array", "items": _EVENT}),),
        scope="feed",
    ),
    Operation(
        "feed_stream",
        "GET",
        "/v1/ledgers/{ledger}/feed/stream",
        "feed",
        "The same as server-sent events that go on: `id` is the position, `event` the type, `data` the event.",
        parameters=(
            *_OF_BOTH,
            Parameter(
                "Last-Event-ID",
                "header",
                "The last `id` that the client has; goes before `after`.",
                {"type": "string", "pattern": "^(0|[1-9][0-9]{0,9})$"},
            ),
        ),
        answers=(Answered(200, "A stream of events.", EVENT_STREAM, {"type": "string"}),),
        scope="feed",
    ),
)
"""The feed's operations, for the document of the server."""
