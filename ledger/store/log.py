"""Logs of the store, of the handler and of the edge: one canonical line per command or pull, without PHI.

Promise: a line holds only the fields listed here, each a code, a count or an opaque name; any other field is dropped
and counted in `dropped`, so that a name or a note that somebody logs by mistake does not reach a file.
Not promised: an audit trail; that is the ledger itself.
"""

from collections.abc import MutableMapping
from typing import Any, Final, TextIO

import orjson
import structlog
from structlog.typing import Processor

ALLOWED: Final = frozenset(
    {
        "actor",
        "attempts",
        "bytes",
        "caller",
        "code",
        "command",
        "command_id",
        "count",
        "duration_ms",
        "edition",
        "error",
        "event",
        "facts",
        "finding",
        "group",
        "ledger",
        "level",
        "lines",
        "method",
        "outcome",
        "position",
        "reaction",
        "request",
        "route",
        "source",
        "status",
        "stream",
        "timestamp",
        "topic",
        "verdict",
    }
)
"""The names of the fields that a log line may have."""

_PLAIN: Final = (str, int, bool, type(None))
_TEXT_MAX: Final = 200


def allowed_only(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep the allowed fields with plain, short values; count the others in `dropped`."""
    kept = {name: value for name, value in line.items() if name in ALLOWED and _is_plain(value)}
    if dropped := len(line) - len(kept):
        kept["dropped"] = dropped
    return kept


def processors() -> list[Processor]:
    """What every line goes through, the allow-list last before it is written."""
    return [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        allowed_only,
        structlog.processors.JSONRenderer(sort_keys=True),
    ]


def logger_to(stream: TextIO, level: str = "info") -> Any:
    """A logger of its own with the same list, for lines that are shown from another level on than everybody else's.

    It writes a line for each request of a server, so it is bound once, and rendered by the faster writer.
    """
    return structlog.wrap_logger(
        structlog.WriteLogger(stream),
        processors=[*processors()[:-1], _rendered],
        wrapper_class=structlog.make_filtering_bound_logger(level),
    ).bind()


def _rendered(_: Any, __: str, line: MutableMapping[str, Any]) -> str:
    return orjson.dumps(line, option=orjson.OPT_SORT_KEYS).decode()


def configure(stream: TextIO, level: str = "info") -> None:
    """Send log lines from a level on to a stream as JSON, one a line. Called once, by interfaces/bootstrap.py."""
    structlog.configure(
        processors=processors(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=stream),
        cache_logger_on_first_use=False,
    )


def _is_plain(value: object) -> bool:
    # An exception or a model would bring its own text along; a long text is no code.
    return isinstance(value, _PLAIN) and (not isinstance(value, str) or len(value) <= _TEXT_MAX)
