"""Logs: a field that is not on the list never reaches a line."""

import io
import json
from collections.abc import Iterator

import pytest
import structlog
from structlog.testing import capture_logs

from ledger.store.log import allowed_only, configure
from tests.store.sample import CANARY


@pytest.fixture(autouse=True)
def as_new() -> Iterator[None]:
    before = structlog.get_config()
    structlog.reset_defaults()
    yield
    structlog.configure(**before)


def test_a_line_is_json_with_the_allowed_fields() -> None:
    stream = io.StringIO()
    configure(stream)

    structlog.get_logger().info("command_handled", outcome="accepted", position=7, duration_ms=3)

    line = json.loads(stream.getvalue())
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "command_handled",
        "level": "info",
        "outcome": "accepted",
        "position": 7,
        "duration_ms": 3,
    }


def test_an_unknown_field_is_dropped_and_counted() -> None:
    stream = io.StringIO()
    configure(stream)

    structlog.get_logger().warning("command_handled", patient_name=CANARY, note=CANARY, code="x")

    assert CANARY not in stream.getvalue()
    assert json.loads(stream.getvalue())["dropped"] == 2


def test_captured_lines_pass_the_same_list() -> None:
    with capture_logs(processors=[allowed_only]) as lines:
        structlog.get_logger().info("command_handled", given=CANARY, code="x")

    assert [(line["event"], line["code"], line["dropped"]) for line in lines] == [("command_handled", "x", 1)]


@pytest.mark.parametrize("value", [ValueError(CANARY), {"given": CANARY}, [CANARY], CANARY * 50])
def test_a_value_that_could_carry_words_is_dropped_even_under_an_allowed_name(value: object) -> None:
    assert allowed_only(None, "info", {"event": "x", "error": value}) == {"event": "x", "dropped": 1}


def test_lines_below_the_level_are_not_written() -> None:
    stream = io.StringIO()
    configure(stream, "warning")

    structlog.get_logger().info("command_handled", outcome="accepted")

    assert stream.getvalue() == ""
