"""The document of the server: OpenAPI 3.1, with every command, made from the commands themselves."""

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path

import jsonschema_rs
import pytest
import structlog
from starlette.requests import Request
from starlette.routing import Route

from commands.catalog import CATALOG
from interfaces.http import openapi, pages
from interfaces.http.app import make_app
from interfaces.http.door import Door
from interfaces.http.entrances import Entrances
from interfaces.http.guarding import Closing
from interfaces.http.health import Health
from interfaces.http.hosting import Hosts
from interfaces.http.server_codes import SERVER_CODES
from interfaces.http.telling import Telling
from interfaces.system import SystemClock
from tests.http.feed_server import Keys, Served, serving
from tests.http.places import new_place

HTTP = Path(openapi.__file__).parent


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One company, served."""
    folder: Path = tmp_path_factory.mktemp("described")
    with serving(new_place("sqlite", folder), folder) as it:
        yield it


def test_every_command_is_one_typed_operation() -> None:
    paths = openapi.document()["paths"]

    for name in CATALOG:
        operation = paths[f"/v1/ledgers/{{ledger}}/commands/{name}"]["post"]
        assert operation["operationId"] == name


@pytest.mark.parametrize("name", sorted(CATALOG))
def test_a_typed_operation_takes_what_the_command_takes(name: str) -> None:
    whole = openapi.document()
    command = CATALOG[name].command
    body = whole["components"]["schemas"][f"{command.__name__}Body"]

    assert body["additionalProperties"] is False
    assert set(body["properties"]) == {"actor", "source", "correlation", "expect", "clock", "data"}
    data = whole["components"]["schemas"][body["properties"]["data"]["$ref"].rpartition("/")[2]]
    assert set(data.get("properties", {})) == set(command.model_fields)


def test_every_path_of_the_server_is_described() -> None:
    app = make_app(Hosts({}), Keys(), now=SystemClock().now)
    served = {
        (re.sub(r":path\}", "}", route.path), method.lower())
        for route in app.routes
        if isinstance(route, Route)
        for method in (route.methods or ())
        if method != "HEAD"
    }
    described = {(path, method) for path, each in openapi.document()["paths"].items() for method in each}
    by_name = "/v1/ledgers/{ledger}/commands/{command}"

    assert served - described == {(by_name, "post")}
    assert {path.rpartition("/")[0] for path, _ in described - served} == {by_name.rpartition("/")[0]}


@pytest.mark.parametrize(("path", "who"), [("/live", None), ("/ready", None), ("/metrics", "admin"), ("/lag", "admin")])
def test_how_the_server_does_is_told_as_described(served: Served, path: str, who: str | None) -> None:
    key = served.key(who, frozenset({"operate"})) if who else "nobody"
    answer = served.get(path if path == "/lag" else f"{served.url}{path}", key)

    described = openapi.document()["paths"][f"/v1/ledgers/{{ledger}}{path}" if path == "/lag" else path]["get"]
    kind, content = next(iter(described["responses"][str(answer.status_code)]["content"].items()))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(kind)
    jsonschema_rs.validate(content["schema"], answer.json() if kind == "application/json" else answer.text)


def test_a_server_that_ends_says_that_it_is_not_ready_as_described() -> None:
    closing = Closing()
    closing.is_closing = True
    telling = Telling(structlog.get_logger())
    health = Health(Hosts({}), Door(Hosts({}), Keys(), Entrances(SystemClock().now)), telling, closing)

    answer = asyncio.run(health.ready(Request({"type": "http"})))

    schema = openapi.document()["paths"]["/ready"]["get"]["responses"]["503"]["content"]["application/json"]["schema"]
    assert answer.status_code == 503
    jsonschema_rs.validate(schema, json.loads(bytes(answer.body)))


def test_every_reference_leads_somewhere() -> None:
    whole = openapi.document()

    def references(node: object) -> list[str]:
        if isinstance(node, dict):
            own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
            return own + [each for value in node.values() for each in references(value)]
        return [each for value in node for each in references(value)] if isinstance(node, list) else []

    for reference in set(references(whole)):
        at: object = whole
        for step in reference.removeprefix("#/").split("/"):
            assert isinstance(at, dict)
            at = at[step]


def test_every_schema_is_one() -> None:
    for schema in openapi.document()["components"]["schemas"].values():
        jsonschema_rs.meta.validate({**schema, "$schema": "https://json-schema.org/draft/2020-12/schema"})


def test_operation_ids_are_given_once() -> None:
    found = [each["operationId"] for path in openapi.document()["paths"].values() for each in path.values()]

    assert sorted(set(found)) == sorted(found)


def test_every_code_that_the_server_answers_with_has_a_page() -> None:
    made = re.compile(r"Problem\(\s*\d+,\s*\"([a-z_]+)\"")
    used = {code for file in HTTP.glob("*.py") for code in made.findall(file.read_text())}

    assert used
    assert {code for code in used if pages.page_of(code) is None} == set()
    assert set(SERVER_CODES) <= set(pages.codes())
