"""The document of the server: OpenAPI 3.1, with every command, made from the commands themselves."""

import re
from pathlib import Path

import jsonschema_rs
import pytest

from commands.catalog import CATALOG
from interfaces.http import openapi, pages
from interfaces.http.server_codes import SERVER_CODES

HTTP = Path(openapi.__file__).parent


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
