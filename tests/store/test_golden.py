"""Stored bytes never change silently: every event, against the vector that was pinned when it was new."""

import json
from collections.abc import Callable
from types import NoneType
from typing import Any, get_args

import pytest

from ledger.proof.leaf import decode_prefix
from ledger.store.body import decode_body
from ledger.streams.base import Event
from ledger.streams.upcast import EVENTS, upcast
from tests.store.golden import (
    ALL,
    ENVELOPE,
    ORIGIN,
    Kind,
    Recorded,
    path_of,
    recorded_in_a_folder,
    recorded_on_a_server,
)
from tests.store.golden_bare import BARE
from tests.store.golden_events import EXAMPLES, GROWN

Record = Callable[[Event], Recorded]
ENGINES = (pytest.param(recorded_in_a_folder, id="sqlite"), pytest.param(recorded_on_a_server, id="postgres"))
BY_TOPIC = {event.TOPIC: event for event in EXAMPLES}
EACH = tuple(pytest.param(event, kind, id=f"{event.TOPIC}-{kind}") for event, kind in ALL)


def pinned(topic: str, version: int, kind: Kind) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path_of(topic, version, kind).read_text(encoding="utf-8"))
    return content


@pytest.mark.parametrize("topic", sorted(EVENTS))
def test_every_event_has_an_example_and_a_vector_of_each_of_its_versions(topic: str) -> None:
    missing = [version for version in range(1, EVENTS[topic].VERSION + 1) if not path_of(topic, version).exists()]

    assert topic in BY_TOPIC, "add an example to tests/store/golden_events.py"
    assert missing == [], "run: python -m tests.store.golden --write"


@pytest.mark.parametrize("recorded", ENGINES)
@pytest.mark.parametrize(("event", "kind"), EACH)
def test_the_bytes_of_an_event_are_the_pinned_ones(event: Event, kind: Kind, recorded: Record) -> None:
    vector, found = pinned(event.TOPIC, event.VERSION, kind), recorded(event)

    assert event.model_dump_json(exclude_none=True) == vector["clear"]
    assert found.state.hex() == vector["state"]
    assert found.prefix.hex() == vector["prefix"]
    assert found.leaf.hex() == vector["leaf"]


@pytest.mark.parametrize("recorded", ENGINES)
@pytest.mark.parametrize("event", [event for event, _ in ALL], ids=lambda event: event.TOPIC)
def test_an_event_comes_back_from_the_ledger_as_it_was(event: Event, recorded: Record) -> None:
    found = recorded(event)

    assert found.opened == event
    assert found.fact.envelope == ENVELOPE
    assert found.origin == (ORIGIN if event.sealing() else None)


@pytest.mark.parametrize("event", {**BY_TOPIC, **{each.TOPIC: each for each in GROWN}}.values(), ids=lambda e: e.TOPIC)
def test_an_example_leaves_no_optional_field_empty(event: Event) -> None:
    empty = [name for name in type(event).model_fields if getattr(event, name) is None]

    assert empty == []


@pytest.mark.parametrize("event", BARE, ids=lambda event: event.TOPIC)
def test_a_bare_example_says_only_what_must_be_said(event: Event) -> None:
    fields = type(event).model_fields
    said = [name for name, field in fields.items() if not field.is_required() and name in event.model_fields_set]

    assert [name for name in said if name != "words"] == []


@pytest.mark.parametrize(("event", "kind"), EACH)
def test_a_pinned_body_can_still_be_read(event: Event, kind: Kind) -> None:
    vector = pinned(event.TOPIC, event.VERSION, kind)
    body, prefix = decode_body(bytes.fromhex(vector["state"])), decode_prefix(bytes.fromhex(vector["prefix"]))

    assert (prefix.topic, prefix.version) == (event.TOPIC, event.VERSION)
    assert upcast(prefix.topic, prefix.version, body.clear).model_dump_json() == event.model_dump_json()


@pytest.mark.parametrize("topic", sorted(EVENTS))
def test_a_field_that_may_be_empty_is_left_out_of_the_bytes_and_read_back_as_nothing(topic: str) -> None:
    empty_by_default = [
        name
        for name, field in EVENTS[topic].model_fields.items()
        if NoneType in get_args(field.annotation) and (field.is_required() or field.default is not None)
    ]

    assert empty_by_default == [], "what is stored by leaving it out must have None as its default"
