"""Files that are no chart: each kind has its own code, no message repeats what it holds, and nothing raises."""

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interfaces.importing import fhir_bundle
from interfaces.importing.reading import CODES, Delivered, Unread
from tests.importing.reading import ABOUT, PATIENT, bundle, chart, charted, codes, commands, is_wire

DEEP = b'{"resourceType":"Bundle","type":"collection","entry":' + b"[" * 2000 + b"]" * 2000 + b"}"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b" \r\n", "file_empty"),
        ('{"a":1}'.encode("utf-16"), "encoding_not_utf8"),
        (b'{"resourceType":"Bundle","name":"caf\xe9"}', "encoding_not_utf8"),
        (b'{"resourceType":"Bundle"\x00}', "nul_byte"),
        (b'{"resourceType":"Bundle","id":"\\u0000"}', "nul_byte"),
        (b'{"resourceType":"Bundle",', "json_malformed"),
        (DEEP, "nested_too_deeply"),
        (b"[]", "not_a_bundle"),
        (b'{"resourceType":"Patient","id":"p-1"}', "not_a_bundle"),
        (bundle(PATIENT, kind="history"), "not_a_bundle"),
        (bundle(), "bundle_without_patient"),
        (bundle(PATIENT, {"resourceType": "Patient", "id": "p-2"}), "bundle_of_two_patients"),
    ],
)
def test_a_file_that_is_no_chart_is_refused_as_a_whole(content: bytes, code: str) -> None:
    answers, report = chart(content)

    assert codes(answers) == [(0, code)]
    assert report.commands.total() == 0


def test_two_entries_of_one_patient_leave_open_which_holds() -> None:
    answers, _ = chart(bundle(PATIENT, PATIENT))

    assert codes(answers) == [(0, "bundle_of_two_patients")]


def test_a_patient_without_an_id_leaves_no_chart() -> None:
    assert codes(chart(bundle({"resourceType": "Patient"}))[0]) == [
        (0, "bundle_without_patient"),
        (1, "resource_unreadable"),
    ]


def test_a_file_that_is_too_large_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fhir_bundle, "SIZE_MAX", 100)

    assert codes(chart(bundle(PATIENT) + b" " * 100)[0]) == [(0, "file_too_large")]


def test_a_text_that_speaks_of_an_escape_holds_no_nul() -> None:
    assert codes(chart(bundle(PATIENT | {"language": "\\u0000"}))[0]) == []


def test_a_mark_at_the_start_of_the_file_is_no_fault() -> None:
    assert codes(chart(b"\xef\xbb\xbf" + bundle(PATIENT))[0]) == []


@pytest.mark.parametrize(
    ("resource", "code"),
    [
        ("not a resource", "resource_unreadable"),
        ({"id": "x"}, "resource_unreadable"),
        ({"resourceType": "Condition"}, "resource_unreadable"),
        ({"resourceType": "Condition", "id": "a b"}, "resource_unreadable"),
        ({"resourceType": "Condition", "id": 7}, "resource_unreadable"),
        ({"resourceType": "Condition", "id": "c-1"}, "subject_not_in_bundle"),
    ],
)
def test_an_entry_that_is_no_resource_is_refused_and_the_rest_goes_on(resource: Any, code: str) -> None:
    answers, _ = charted(resource)

    assert codes(answers) == [(2, code)]
    assert len(commands(answers, "register_patient")) == 1


def test_a_resource_that_is_nested_too_deeply_is_refused_alone() -> None:
    content = b'{"resourceType":"Bundle","type":"batch","entry":[{"resource":{"resourceType":"Patient","id":"p-1"}},'
    deep = b"[" * 300 + b"]" * 300
    content += b'{"resource":{"resourceType":"Basic","id":"b-1","extension":' + deep + b"}}]}"
    answers, _ = chart(content)

    assert codes(answers) == [(2, "nested_too_deeply")]


def test_the_same_resource_twice_is_refused_once() -> None:
    goal = {"resourceType": "Goal", "id": "g-1", **ABOUT}

    assert codes(charted(goal, goal)[0]) == [(3, "resource_repeated")]


def test_a_resource_without_id_is_known_by_the_url_of_its_entry() -> None:
    number = "0e37df36-1111-4222-8333-444455556666"
    entry = {"fullUrl": f"urn:uuid:{number}", "resource": {"resourceType": "Patient"}}
    content = orjson.dumps({"resourceType": "Bundle", "type": "transaction", "entry": [entry]})
    (data,) = commands(chart(content)[0], "register_patient")

    assert data["identifiers"] == [{"system": "fhir", "value": number}]


_SCALARS = st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=8)
_ANY = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
)
_FIELDS = st.sampled_from(
    (
        *("subject", "code", "coding", "status", "period", "identifier", "name", "onsetDateTime", "abatementDateTime"),
        *("clinicalStatus", "type", "participant", "goal", "activity", "addresses", "meta", "birthDate", "telecom"),
        *("address", "deceasedDateTime", "reasonReference", "basedOn", "medicationCodeableConcept", "description"),
    )
)
_KINDS = st.sampled_from(("Patient", "Condition", "Encounter", "CarePlan", "Goal", "MedicationRequest", "Practitioner"))


@settings(max_examples=40)
@given(st.lists(st.tuples(_KINDS, st.dictionaries(_FIELDS, _ANY, max_size=6), st.booleans()), max_size=4))
def test_no_resource_raises_whatever_it_holds(resources: list[tuple[str, dict[str, Any], bool]]) -> None:
    made = [
        {"id": f"x-{number}", "status": "active", **fields, "resourceType": kind} | (ABOUT if about else {})
        for number, (kind, fields, about) in enumerate(resources)
    ]
    for answer in charted(*made)[0]:
        assert isinstance(answer, Delivered) or answer.refusal.code in CODES


@given(st.binary(max_size=200))
def test_no_bytes_raise_and_each_file_is_answered(content: bytes) -> None:
    answers, _ = chart(content)

    assert answers
    assert all(isinstance(answer, Unread) or is_wire(answer.command) for answer in answers)
