"""The header Prefer as RFC 7240 writes it."""

import time

import pytest

from interfaces.http.preferring import preferences, wait_of


@pytest.mark.parametrize(
    "given",
    [
        ["wait=sealed"],
        ['wait="sealed"'],
        ["Wait=Sealed"],
        ["wait = sealed"],
        ["respond-async, wait=sealed"],
        ["respond-async,wait=sealed"],
        ["respond-async", "wait=sealed"],
        ['return=minimal; foo="some, parameter", wait=sealed'],
        ["wait=sealed; until=later"],
        ["wait=sealed;"],
        [",, wait=sealed ,"],
        ["wait=sealed, wait=durable"],
        ["wait=sealed", "wait=durable"],
        ['wait="se\\aled"'],
        ["{what is this}, wait=sealed"],
        ['lenient="unclosed, wait=sealed'],
    ],
)
def test_every_way_to_write_it_asks_to_wait_for_the_seal(given: list[str]) -> None:
    assert wait_of(given) == "sealed"


@pytest.mark.parametrize(
    "given",
    [
        [],
        [""],
        ["wait"],
        ['wait=""'],
        ["wait=10"],
        ["wait=10, wait=sealed"],
        ["waits=sealed"],
        ["return=minimal; wait=sealed"],
        ['foo="a, wait=sealed, b"'],
        ["wait=sealed now"],
        ["wait sealed"],
    ],
)
def test_what_says_something_else_asks_for_nothing(given: list[str]) -> None:
    assert wait_of(given) is None


def test_the_first_of_two_counts() -> None:
    assert wait_of(["wait=durable", "wait=sealed"]) == "durable"
    assert preferences(["foo; bar=1, Foo=2", "return=minimal"]) == {"foo": "", "return": "minimal"}


@pytest.mark.parametrize("piece", [",", ";", " ", '"', "\\", 'a="', 'a="\\', "; ", "a=", "a;", 'a="\\",'])
def test_no_header_takes_long_to_read(piece: str) -> None:
    header = "wait=" + piece * (16_384 // len(piece)) + "{"
    begun = time.perf_counter()
    preferences([header])

    assert time.perf_counter() - begun < 0.5
