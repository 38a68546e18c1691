"""The document that describes the server (OpenAPI 3.1), made from the commands, questions and routes themselves.

Promise: every command of commands/catalog.py is one typed operation; a field that a command has stands here as the
command's own model has it. Nothing is written twice: what this module says in words is about HTTP alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.metadata import version
from typing import Any, Final

from pydantic import BaseModel, create_model
from pydantic.json_schema import models_json_schema

from commands.authority import roles_in_words
from commands.catalog import CATALOG
from commands.intents.base import Command, CommandLine, Wire
from interfaces.http import shapes
from interfaces.http.described import Operation, Parameter
from interfaces.http.feed_asked import FEED_OPERATIONS
from interfaces.http.problems import MEDIA_TYPE as PROBLEM
from interfaces.http.streams import MEDIA_TYPE as LINES

_OF_HEADERS: Final = ("v", "key", "command", "data")
_SHAPES: Final = (shapes.AnswerShape, shapes.LineAnswerShape, shapes.ProblemShape)
_ABOUT: Final = """\
Append commands to an audit ledger for Medicare Chronic Care Management, and ask it.

A command is answered `accepted` (201), `unchanged` (200: the same key and content again), or `parked` (202: it waits
for somebody whom the ledger does not know yet). Every error is a problem document (RFC 9457); its `type` is a page
about its code. Answers are those of the command line, byte for byte."""


@cache
def document() -> dict[str, Any]:
    """The whole document; the same object for everybody, not to be changed."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "ccm-ledger", "version": version("ccm-ledger"), "summary": _SUMMARY, "description": _ABOUT},
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "paths": _paths(),
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": _KEY}},
            "schemas": _schemas(),
            "responses": {"Problem": _problem()},
        },
    }


_SUMMARY: Final = "An event-sourced audit ledger for Medicare Chronic Care Management"
_KEY: Final = "An API key of this ledger (`ccm-ledger api-key new`), or a token of an identity provider it trusts."
_LEDGER: Final = {
    "name": "ledger",
    "in": "path",
    "required": True,
    "description": "The name of a ledger on this server.",
    "schema": {"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]{0,63}$"},
}
_IDEMPOTENCY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "The source's own id of the event. The same key and content is answered the same.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]([ -~]*[!-~])?$"},
}
_PREFER: Final = {
    "name": "Prefer",
    "in": "header",
    "required": False,
    "description": "RFC 7240. `wait=sealed`: answer once the facts are sealed, with their receipts, and say "
    "`Preference-Applied`. Whoever waited in vain is answered all the same, `receipts` null: the facts are durable.",
    "schema": {"type": "string", "examples": ["wait=sealed", "respond-async, wait=sealed"]},
}

_FIXTURE: Final = {
    "name": "Ccm-Fixture",
    "in": "header",
    "required": False,
    "description": "In a simulated ledger: answer with this refusal or notice, decide and record nothing.",
    "schema": {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,63}$"},
}


def _paths() -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for name, entry in CATALOG.items():
        paths[f"/v1/ledgers/{{ledger}}/commands/{name}"] = {"post": _command(name, entry.command)}
    paths["/v1/ledgers/{ledger}/commands"] = {"post": _whole_line()}
    paths["/v1/ledgers/{ledger}/lines"] = {"post": _stream()}
    for operation in operations():
        paths.setdefault(operation.path, {})[operation.method.lower()] = _described(operation)
    return paths


def operations() -> Sequence[Operation]:
    """Everything that is no command."""
    from interfaces.http import document_routes, health, log_files, pages, questions  # noqa: PLC0415 - pages show this document

    of_ledgers = (*document_routes.OPERATIONS, *questions.OPERATIONS, *log_files.OPERATIONS, *FEED_OPERATIONS)
    return (*of_ledgers, *health.OPERATIONS, *pages.OPERATIONS)


def _command(name: str, command: type[Command]) -> dict[str, Any]:
    words = (command.__doc__ or "").strip().splitlines()
    return {
        "operationId": name,
        "tags": ["acts" if command.KIND == "act" else "testimony"],
        "summary": words[0],
        "description": f"{command.KIND.capitalize()}. Who may: {roles_in_words(name).lower()}.",
        "parameters": [_LEDGER, _IDEMPOTENCY, _PREFER, _FIXTURE],
        "requestBody": {"required": True, "content": {"application/json": {"schema": _ref(_body_of(command))}}},
        "responses": _answers(),
    }


def _whole_line() -> dict[str, Any]:
    return {
        "operationId": "submit_line",
        "tags": ["lines"],
        "summary": "One whole line of `submit`, with its key.",
        "parameters": [_LEDGER, {**_IDEMPOTENCY, "required": False}, _PREFER],
        "requestBody": {"required": True, "content": {"application/json": {"schema": _ref(CommandLine)}}},
        "responses": _answers(),
    }


def _stream() -> dict[str, Any]:
    return {
        "operationId": "submit_lines",
        "tags": ["lines"],
        "summary": "Any number of lines, answered one by one while they come.",
        "description": "One JSON object a line (`CommandLine`), answers in the same order. Read answers while sending.",
        "parameters": [_LEDGER],
        "requestBody": {"required": True, "content": {LINES: {"schema": {"type": "string"}}}},
        "responses": {
            "200": {
                "description": "One answer a line.",
                "content": {LINES: {"schema": {"type": "string", "description": "Lines of LineAnswerShape."}}},
            },
            **_problems(),
        },
    }


def _answers() -> dict[str, Any]:
    answer = {"application/json": {"schema": _ref(shapes.AnswerShape)}}
    return {
        "201": {"description": "Accepted: these facts are durable.", "content": answer},
        "200": {"description": "Unchanged: the ledger says so already.", "content": answer},
        "202": {"description": "Parked: stored, and waiting for somebody unknown.", "content": answer},
        **_problems(),
    }


def _described(operation: Operation) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": operation.summary,
        "parameters": [*([_LEDGER] if "{ledger}" in operation.path else []), *map(_parameter, operation.parameters)],
        "responses": {
            str(status): {"description": words, "content": {kind: {"schema": schema}} if kind else {}}
            for status, words, kind, schema in operation.answers
        }
        | _problems(),
    }
    if operation.body is not None:
        kind, schema = operation.body
        told["requestBody"] = {"required": True, "content": {kind: {"schema": dict(schema)}}}
    if operation.scope is None:
        told["security"] = []
    return told


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.is_required,
        "description": parameter.says,
        "schema": dict(parameter.schema),
    }


def _problems() -> dict[str, Any]:
    return {"4XX": {"$ref": "#/components/responses/Problem"}, "5XX": {"$ref": "#/components/responses/Problem"}}


def _problem() -> dict[str, Any]:
    return {
        "description": "A problem document; `code` says which.",
        "content": {PROBLEM: {"schema": _ref(shapes.ProblemShape)}},
    }


@cache
def _body_of(command: type[Command]) -> type[BaseModel]:
    """What a typed operation takes: the line without what the path and the headers say."""
    fields: Mapping[str, Any] = {
        name: (field.annotation, field) for name, field in CommandLine.model_fields.items() if name not in _OF_HEADERS
    }
    return create_model(f"{command.__name__}Body", __base__=Wire, data=(command, ...), **fields)


def _schemas() -> dict[str, Any]:
    bodies: Iterable[type[BaseModel]] = (_body_of(entry.command) for entry in CATALOG.values())
    models: Iterable[type[BaseModel]] = (*bodies, CommandLine, *_SHAPES)
    _, whole = models_json_schema(
        [(model, "validation") for model in models],
        ref_template="#/components/schemas/{model}",
    )
    schemas: dict[str, Any] = whole["$defs"]
    return dict(sorted(schemas.items()))


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{model.__name__}"}
