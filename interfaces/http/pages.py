"""What everybody may read: the document of the server, and a page for each code that an answer can carry."""

from functools import cache
from html import escape
from typing import Final, NamedTuple

import orjson
from starlette.requests import Request
from starlette.responses import Response

from interfaces.http import openapi
from interfaces.http.described import Answered, Operation, Parameter
from interfaces.http.fixtures import without_fields
from interfaces.http.problems import Problem
from interfaces.http.server_codes import SERVER_CODES
from ledger.terms.notices import NOTICES
from ledger.terms.refusals import REFUSALS

_KEEP: Final = {"Cache-Control": "public, max-age=3600"}


class Page(NamedTuple):
    """What stands on the page of a code."""

    says: str
    because: str
    remedy: str


async def document(_: Request) -> Response:
    """`GET /openapi.json`."""
    return Response(_document(), 200, _KEEP, "application/json")


async def problem(request: Request) -> Response:
    """`GET /problems/{code}`."""
    page = page_of(request.path_params["code"])
    if page is None:
        raise Problem(404, "no_such_path", "No answer carries a code of that name.", "`GET /problems` lists all.")
    return Response(_drawn(request.path_params["code"], page), 200, _KEEP, "text/html; charset=utf-8")


async def problems(_: Request) -> Response:
    """`GET /problems`: every code."""
    items = "".join(f'<li><a href="/problems/{code}">{code}</a></li>' for code in codes())
    return Response(_whole("Codes", f"<ul>{items}</ul>"), 200, _KEEP, "text/html; charset=utf-8")


def codes() -> tuple[str, ...]:
    """Every code that an answer of this server can carry."""
    return tuple(sorted({*REFUSALS, *NOTICES, *SERVER_CODES}))


def page_of(code: str) -> Page | None:
    """What a code means; None where there is none of that name."""
    if (refusal := REFUSALS.get(code)) is not None:
        return Page(*map(without_fields, (refusal.says, refusal.because, refusal.remedy)))
    if (notice := NOTICES.get(code)) is not None:
        return Page(notice.says, f"Rules: {', '.join(notice.rules)}", notice.remedy)
    if (told := SERVER_CODES.get(code)) is not None:
        return Page(told.says, told.because, told.remedy)
    return None


@cache
def _document() -> bytes:
    return orjson.dumps(openapi.document())


def _drawn(code: str, page: Page) -> str:
    parts = (
        f"<p>{escape(page.says)}</p>",
        f"<p>Why: {escape(page.because)}</p>",
        f"<p>Next: {escape(page.remedy)}</p>",
    )
    return _whole(code, "".join(parts))


def _whole(title: str, body: str) -> str:
    return f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><h1>{title}</h1>{body}</html>'


_HTML: Final = "text/html"
OPERATIONS: Final = (
    Operation(
        "openapi",
        "GET",
        "/openapi.json",
        "about",
        "This document.",
        answers=(Answered(200, "The document.", "application/json", {"type": "object"}),),
    ),
    Operation(
        "list_problems",
        "GET",
        "/problems",
        "about",
        "Every code that an answer can carry.",
        answers=(Answered(200, "A page.", _HTML, {"type": "string"}),),
    ),
    Operation(
        "show_problem",
        "GET",
        "/problems/{code}",
        "about",
        "What a code means, why, and what to do next.",
        parameters=(
            Parameter("code", "path", "A code.", {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,63}$"}, True),
        ),
        answers=(Answered(200, "The page.", _HTML, {"type": "string"}),),
    ),
)
