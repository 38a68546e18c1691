"""The questions over HTTP: each answered by the command line's own command, against a session that is open already.

Promise: a body is byte for byte what `ccm-ledger ... --json` writes to standard output. A read is recorded, durable,
before anything of the answer leaves, also where the answer is 304: that somebody asked is a fact whatever they had.
`ETag` names the newest fact that the answer may rest on, reads left out, so that reading changes no tag; it is weak,
because an answer also says up to which position it was asked. Behind it stands what else decides the bytes: program,
time zones and reader. An answer that shows who read has none.
"""

from argparse import Namespace
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from io import StringIO
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

import structlog
from starlette.requests import Request
from starlette.responses import Response

from interfaces.bootstrap import Session
from interfaces.cli.lines import GROUP_LINES_MAX
from interfaces.cli.people import LINE_BYTES_MAX
from interfaces.cli.screen import Screen
from interfaces.cli.usage import ReadRefused, WrongUsage
from interfaces.http.asked import PURPOSE_HEADER, asked, parameters_of, parser_of, wrong_usage
from interfaces.http.described import Answered, Operation, Parameter
from interfaces.http.door import Door
from interfaces.http.problems import Problem, of_refusal
from interfaces.http.question_table import QUESTIONS, Question
from interfaces.http.streams import Numbered, line_groups
from ledger.terms.api_keys import fingerprint
from ledger.terms.errors import LedgerError
from ledger.terms.refusals import refused

BASE: Final = "/v1/ledgers/{ledger}"
"""Under this stands everything of one ledger."""
SCOPE: Final = "read"
VERSION: Final = version("ccm-ledger")
_MARK_CHARACTERS: Final = 16
_QUARTER: Final = 15
Route = tuple[str, Callable[[Request], Awaitable[Response]], list[str]]
"""Where an operation stands: path, endpoint, methods."""


class Told(NamedTuple):
    """An answer: its bytes, its tag where it has one, and from where the next page goes on."""

    body: bytes
    tag: str | None
    next_after: int | None


class Heard(Screen):
    """A screen of which a program hears the answer alone."""

    def __init__(self) -> None:
        self.heard = StringIO()
        super().__init__(as_json=True, out=self.heard, err=StringIO())
        self.next_after: int | None = None

    def answer(self, answer: dict[str, Any]) -> None:
        """The answer, and from where its next page goes on."""
        self.next_after = answer.get("next_after")
        super().answer(answer)


def question_routes(door: Door) -> list[Route]:
    """The routes of all questions, those first that another's pattern would take."""
    ordered = sorted(QUESTIONS, key=lambda question: "{id}" in question.path)
    return [(f"{BASE}{question.path}", _endpoint(door, question), [question.method]) for question in ordered]


def told(question: Question, args: Namespace, session: Session) -> Told:
    """Ask a session, in its own thread. Raises Problem and LedgerError."""
    screen = Heard()
    args.session = session
    began = session.log.refresh()
    # Of the moment before: what is answered while a day ends must not be taken for the next one's.
    day = f"-{_quarter(session.handler.now()):%Y-%m-%dT%H:%M}" if question.is_of_today else ""
    try:
        with session.log.reads.noting() as read:
            args.run(args, screen)
    except WrongUsage as fault:
        raise wrong_usage(fault.happened, fault.remedy) from None
    except ReadRefused as fault:
        raise of_refusal(fault.refusal) from None
    except (Problem, LedgerError):
        raise
    except Exception as defect:  # noqa: BLE001 - a traceback could show what was read
        structlog.get_logger("ccm_ledger.http").error(
            "question_defect", command=question.name, error=type(defect).__name__
        )
        raise of_refusal(refused("program_defect")) from None
    finally:
        args.session = None
    tag = None
    if question.has_tag and not read.has_accesses:
        tag = f'W/"{session.log.newest_of(read, until=began)}{day}-{_mark(session)}"'
    return Told(screen.heard.getvalue().encode(), tag, screen.next_after)


def _quarter(now: datetime) -> datetime:
    """The quarter of an hour: every day of every practice, whatever its zone, begins with one."""
    return now.replace(minute=now.minute // _QUARTER * _QUARTER)


def _mark(session: Session) -> str:
    """What decides the bytes of an answer beside the facts: the program that tells them, its zones, and to whom.

    The same facts answered by a newer program must not be taken for what an older one said.
    """
    by = (VERSION, session.zones.version, session.handler.login)
    return fingerprint("\n".join(by)).hex()[:_MARK_CHARACTERS]


def is_held(given: Sequence[str], tag: str) -> bool:
    """Whether `If-None-Match` names a tag, compared weakly (RFC 9110, 8.8.3.2)."""
    named = [each.strip() for each in ",".join(given).split(",")]
    return "*" in named or tag.removeprefix("W/") in {each.removeprefix("W/") for each in named}


def _endpoint(door: Door, question: Question) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        entered = await door.enter(request, question.name, SCOPE)
        query = request.query_params.multi_items()
        args = asked(question, request.path_params, query, request.headers.getlist(PURPOSE_HEADER))
        if question.method == "POST":
            args.given = await _lines_of(request.stream())
        answer = await entered.hosted.ask(lambda session: told(question, args, session), login=entered.caller.login)
        return _response(request, answer)

    return endpoint


def _response(request: Request, answer: Told) -> Response:
    headers = {"Cache-Control": "no-store", "Vary": "Authorization"}
    if answer.next_after is not None:
        rest = [pair for pair in request.query_params.multi_items() if pair[0] != "after"]
        following = urlencode([*rest, ("after", answer.next_after)])
        headers["Link"] = f'<{request.url.path}?{following}>; rel="next"'
    if answer.tag is not None:
        headers["ETag"] = answer.tag
        if is_held(request.headers.getlist("if-none-match"), answer.tag):
            return Response(status_code=304, headers=headers)
    return Response(answer.body, 200, headers, "application/json")


async def _lines_of(body: AsyncIterator[bytes]) -> list[list[Numbered]]:
    """The lines of a body, as many as one group of the command line holds."""
    groups: list[list[Numbered]] = []
    async for group in line_groups(body, limit=LINE_BYTES_MAX):
        groups.append(group)
        if sum(map(len, groups)) > GROUP_LINES_MAX:
            raise Problem(
                413,
                "too_many_identifiers",
                f"The request holds more than {GROUP_LINES_MAX} identifiers.",
                "Ask in several requests.",
            )
    return groups


# --- for the document of the server ---------------------------------------------------------------------------------


_IF_NONE_MATCH: Final = Parameter(
    "If-None-Match",
    "header",
    "The `ETag` of an answer that is at hand: 304 where nothing that it rests on was recorded since.",
    {"type": "string"},
)
_IDENTIFIERS: Final[Mapping[str, Any]] = {
    "type": "string",
    "description": "One identifier a line: the name of its system and its value, or a JSON object with both.",
}


def operation_of(question: Question) -> Operation:
    """The question as the document describes it: what its command says of itself."""
    parser = parser_of(question)
    summary = " ".join((parser.description or "").strip().split("\n\n")[0].split())
    answers = [Answered(200, "The answer.", "application/json", {"type": "object"})]
    answers += [Answered(304, "What is at hand still holds.", None, {})] if question.has_tag else []
    return Operation(
        question.name,
        question.method,
        f"{BASE}{question.path}",
        question.tag,
        summary,
        parameters=(*parameters_of(question), *((_IF_NONE_MATCH,) if question.has_tag else ())),
        answers=tuple(answers),
        body=("text/plain", _IDENTIFIERS) if question.method == "POST" else None,
        scope=SCOPE,
    )


OPERATIONS: Final = tuple(map(operation_of, QUESTIONS))
