"""Bundles in pieces: read entry by entry they are what they are read whole, in memory that their bytes bound."""

import tracemalloc
from collections.abc import Callable

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interfaces.importing import fhir_pieces
from interfaces.importing.fhir_bundle import read_chart
from interfaces.importing.fhir_pieces import Malformed, pieces_of
from tests.importing.reading import ABOUT, PATIENT, bundle, chart, codes

MIB = 1 << 20
HEAD = b'{"resourceType":"Bundle","type":"collection","entry":['
PERSON = orjson.dumps({"resource": PATIENT})


def of_entries(*entries: bytes) -> bytes:
    """A bundle of the patient and these entries."""
    return HEAD + b",".join((PERSON, *entries)) + b"]}"


def condition(number: int, extra: bytes) -> bytes:
    """A resource with something in it."""
    return b'{"resource":{"resourceType":"Condition","id":"c-%d","extension":[%s]}}' % (number, extra)


def filled(make: Callable[[int], bytes], size: int) -> bytes:
    """A bundle of about so many bytes."""
    one = len(make(0))
    return of_entries(*(make(number) for number in range(size // one)))


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("many small resources", lambda number: condition(number, b"")),
        ("nested lists", lambda number: condition(number, b"[]," * 300 + b"1")),
        ("numbers", lambda number: condition(number, b"1.5," * 3_000 + b"1")),
        ("objects", lambda number: condition(number, b'{"a":1},' * 300 + b"1")),
        ("one resource of nothing but lists", lambda number: condition(number, b"[]," * 500_000 + b"1")),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_a_chart_takes_a_few_times_its_bytes_whatever_it_holds(name: str, make: Callable[[int], bytes]) -> None:
    content = filled(make, 2 * MIB) if "one " not in name else of_entries(make(0))
    kinds = frozenset({"Patient", "Condition"})
    tracemalloc.start()
    found, _ = read_chart(content, kinds)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert found is not None
    # Beside the bytes that were given: those that are kept, a place and a digest for each entry, and one entry parsed.
    assert peak < 2 * len(content) + 800 * (len(found.entries) + 2) + 30 * len(make(0)), peak / len(content)


def test_a_bundle_of_too_many_entries_is_refused_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fhir_pieces, "ENTRIES_MAX", 3)

    assert codes(chart(of_entries(b"{}", b"{}", b"{}"))[0]) == [(0, "file_too_large")]


def test_a_bundle_with_more_beside_its_entries_than_is_parsed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fhir_pieces, "FRAME_BYTES_MAX", 200)
    behind = of_entries().removesuffix(b"}") + b',"note":"' + b"x" * 200 + b'"}'
    before = b'{"note":"' + b"x" * 200 + b'","entry":[]}'

    assert codes(chart(behind)[0]) == codes(chart(before)[0]) == [(0, "file_too_large")]


def test_an_entry_of_too_many_values_is_refused_alone() -> None:
    content = of_entries(condition(1, b"1," * 500_001 + b"1"), b'{"resource":{"resourceType":"Basic","id":"b"}}')

    assert codes(chart(content)[0]) == [(2, "resource_unreadable")]


@pytest.mark.parametrize(
    "content",
    [
        of_entries(b"{}") + b"x",
        of_entries(b"{}").removesuffix(b"}"),
        of_entries(b"{}").removesuffix(b"]}"),
        of_entries(b"{},"),
        of_entries(b",{}"),
        of_entries(b"{} {}"),
        of_entries(b"{]"),
        of_entries(b'{"a"}'),
        of_entries(b'{"a":"b}'),
        of_entries(b'"abc'),
        of_entries(b"nul"),
        of_entries(b'{"a":01}'),
        HEAD + b"]]}",
        b'{"entry":[}]',
        b'{"entry" [1]}',
    ],
)
def test_what_is_not_json_is_refused_as_a_whole(content: bytes) -> None:
    assert codes(chart(content)[0]) == [(0, "json_malformed")]


@pytest.mark.parametrize(
    "content",
    [
        of_entries(),
        bundle(PATIENT).replace(b'"entry"', b'"\\u0065ntry"'),
        bundle(PATIENT).replace(b",", b" ,\r\n\t").replace(b":", b" : "),
        HEAD.replace(b"collection", b'collection","note":"\\"entry\\":[') + PERSON + b"]}",
        of_entries().replace(b'"entry"', b'"x":{"entry":[1]},"entry"'),
    ],
)
def test_however_it_is_spelled_the_patient_is_found(content: bytes) -> None:
    assert codes(chart(content)[0]) == []


@pytest.mark.parametrize("entry", [b"null", b"5", b'"text"', b"[]", b"true"])
def test_an_entry_that_is_no_object_is_refused_alone(entry: bytes) -> None:
    assert codes(chart(of_entries(entry))[0]) == [(2, "resource_unreadable")]


def test_entries_given_twice_are_a_field_given_twice() -> None:
    content = of_entries().removesuffix(b"}") + b',"entry":[]}'

    assert codes(chart(content)[0]) == [(0, "field_repeated")]


def test_text_without_an_end_takes_no_longer_than_its_length() -> None:
    for piece in (b'"\\', b'\\"', b'"', b'{"', b"[", b'{"a":'):
        with pytest.raises(Malformed):
            pieces_of(HEAD + b'{"a":"' + piece * 100_000)


@settings(max_examples=300)
@given(
    st.lists(st.sampled_from([b"{}", b"null", b'{"resource":{}}', b'{"a":["]",{"b":"{"}]}', PERSON]), max_size=4),
    st.integers(0, 400),
    st.sampled_from([b"", b"{", b"}", b"[", b"]", b'"', b",", b":", b"\\", b" ", b"1", b'"entry":[', b"\xff"]),
    st.integers(0, 3),
)
def test_in_pieces_a_file_is_json_exactly_when_it_is_whole(
    entries: list[bytes], at: int, inserted: bytes, removed: int
) -> None:
    whole = HEAD + b", ".join(entries) + b'], "link":[{"url":"x"}]}'
    at = min(at, len(whole))
    content = whole[:at] + inserted + whole[at + removed :]
    try:
        orjson.loads(content)
        is_json = True
    except orjson.JSONDecodeError:
        is_json = False
    found, unread = read_chart(content)
    refused = {each.refusal.code for each in unread if each.line == 0}

    assert bool(refused & {"json_malformed", "encoding_not_utf8", "file_empty"}) == (not is_json)
    assert (found is None) == bool(refused)


def test_a_reference_is_found_by_each_of_its_names() -> None:
    subject = {"resourceType": "Condition", "id": "c-1", **ABOUT, "code": {"text": "x"}}
    found, _ = read_chart(bundle(PATIENT, subject))

    assert found is not None
    assert found.is_about_patient(found.entries[0].content)
