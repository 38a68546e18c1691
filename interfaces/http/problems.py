"""Every error of the server in one shape: a problem document (RFC 9457) whose `type` is the page of its code.

Promise: a code means what the catalogue of refusals says of it; a problem holds what the command line's refusal holds,
and nothing of what was sent. Statuses: 400 unreadable, 401 not known, 403 not allowed, 404 not there, 409 in flight,
412 expectation not met, 413 too large, 422 refused by a rule or other content under the key, 429 too many, 503 later.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import orjson
from starlette.responses import Response

from commands.answer import Answer, refusal_json
from interfaces.faults import defect_in_words, kind_of
from ledger.terms.errors import LedgerError, OutcomeUnknown, StoreUnavailable
from ledger.terms.outcome import Refused
from ledger.terms.refusals_of_lines import READING

MEDIA_TYPE: Final = "application/problem+json"
_UNREADABLE: Final = frozenset(refusal.code for refusal in READING)
"""Codes of lines that were not understood."""
_STATUS: Final[Mapping[str, int]] = {
    "exists_with_different_content": 422,
    "key_of_erased_content": 422,
    "expectation_not_met": 412,
    "api_key_revoked": 401,
    "api_key_expired": 401,
    "token_expired": 401,
    "capacity_missing": 403,
    "not_in_this_practice": 403,
    "login_not_bound": 403,
    "source_of_other_login": 403,
    "source_unknown": 403,
    "source_not_trusted_for_acts": 403,
    "actor_unknown": 403,
    "key_of_other_caller": 403,
    "elevation_by_api_key": 403,
    "no_such_patient": 404,
    "no_such_practice": 404,
    "no_such_staff": 404,
    "no_such_claim": 404,
    "line_too_long": 413,
    "program_defect": 500,
}


class Problem(Exception):
    """An answer that is an error: its status, code, and what a person reads."""

    def __init__(
        self,
        status: int,
        code: str,
        happened: str,
        remedy: str,
        *,
        headers: Mapping[str, str] | None = None,
        **beside: Any,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.happened = happened
        self.remedy = remedy
        self.headers = dict(headers or {})
        self.beside = beside

    def response(self) -> Response:
        """The problem document as an answer."""
        return Response(self.document(), self.status, self.headers, MEDIA_TYPE)

    def document(self) -> bytes:
        """The problem document."""
        body = {
            "type": f"/problems/{self.code}",
            "title": self.code.replace("_", " ").capitalize(),
            "status": self.status,
            "detail": self.happened,
            "code": self.code,
            "remedy": self.remedy,
            **self.beside,
        }
        return orjson.dumps(body)


class Cut(Problem, LedgerError):
    """A body that is read no further. A stream that is being answered tells it in its last line."""


def too_large(allowed: int) -> Cut:
    """A body that is longer than allowed."""
    return Cut(
        413,
        "body_too_large",
        f"The body is longer than {allowed:,} bytes.",
        "Send one command a request, or many as a stream of lines.",
    )


def too_slow() -> Cut:
    """A client that keeps the server waiting."""
    return Cut(408, "body_too_slow", "The body did not come in time.", "Send it again, and send it at once.")


def shutting_down() -> Cut:
    """The server ends: what was answered is recorded, the rest was not taken in."""
    return Cut(
        503,
        "shutting_down",
        "The server is ending. What was answered is recorded; nothing behind it was taken in.",
        "Send the rest again in a moment, under the same keys.",
        headers={"Retry-After": "5"},
        retryable=True,
    )


def wire_form(problem: Problem) -> bytes:
    """The whole answer as it goes over the wire where there is no request to answer; the connection ends with it."""
    answer = problem.response()
    named = [*answer.raw_headers, (b"connection", b"close"), (b"cache-control", b"no-store")]
    headers = b"".join(name + b": " + value + b"\r\n" for name, value in named)
    first = f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}\r\n".encode()
    return first + headers + b"\r\n" + bytes(answer.body)


def status_of(code: str) -> int:
    """The HTTP status under which a refusal is told."""
    return _STATUS.get(code, 400 if code in _UNREADABLE else 422)


def is_denied(code: str) -> bool:
    """Whether a refusal is one of who asks, and not of what is asked."""
    return status_of(code) in (401, 403)


def of_refusal(refusal: Refused, *, key: str | None = None, positions: tuple[int, ...] = ()) -> Problem:
    """A refusal as a problem: everything that `submit` says of it."""
    told = refusal_json(refusal)
    beside = {name: told[name] for name in ("because", "retryable", "readings", "facts", "waiting_for")}
    beside |= {"key": key, "positions": list(positions)} if key is not None else {}
    return Problem(status_of(refusal.code), refusal.code, refusal.happened, refusal.remedy, **beside)


def of_answer(answer: Answer) -> Problem:
    """An answer that refused, as a problem."""
    assert answer.refusal is not None
    return of_refusal(answer.refusal, key=answer.key, positions=answer.positions)


def of_defect(defect: BaseException) -> Problem:
    """Something that the program was not made for: its kind and its place, and nothing of what was sent."""
    return Problem(500, "program_defect", *defect_in_words(defect))


def of_error(error: LedgerError) -> Problem:
    """A fault of the ledger or of its store, as a problem: later (503) where it may pass, else 500."""
    kind = kind_of(error)
    if isinstance(error, (StoreUnavailable, OutcomeUnknown)):
        return Problem(503, kind, error.happened, error.remedy, headers={"Retry-After": "1"}, retryable=True)
    return Problem(500, kind, error.happened, error.remedy)
