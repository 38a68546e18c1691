"""Lines as they come: every fault under its own code, and nothing of the line in the message."""

import json
import re
from typing import Any

import pytest
from pydantic import BaseModel

from commands.handle import COMMANDS
from commands.intents.base import CommandLine
from commands.wire import DEPTH_MAX, LINE_BYTES_MAX, Delivery, Unreadable, read_line
from commands.wire_words import in_words

GOOD = {
    "v": 1,
    "key": "k-1",
    "command": "record_death",
    "actor": {"id": {"system": "hr", "value": "1"}},
    "data": {"patient": {"system": "mrn", "value": "77"}, "on": "2026-01-02"},
}


def line(**changes: object) -> bytes:
    return json.dumps({**GOOD, **changes}).encode()


def data(**changes: object) -> bytes:
    return line(data={**GOOD["data"], **changes})  # type: ignore[dict-item]


BAD = {
    "nothing_at_all": (b"", "line_unreadable"),
    "half_an_object": (b'{"v":1,', "line_unreadable"),
    "a_list": (b"[1]", "line_unreadable"),
    "not_a_number": (b'{"v":1,"key":"k","command":"record_death","data":{"a":NaN}}', "line_unreadable"),
    "latin_1": (b'{"v":1,"key":"Jos\xe9"}', "encoding_not_utf8"),
    "a_nul_byte": (b'{"v":1,"key":"a\x00"}', "nul_byte"),
    "an_escaped_nul": (line(key="a\x00b"), "nul_byte"),
    "a_lone_surrogate": (b'{"v":1,"key":"\\ud800","command":"record_death","data":{}}', "line_unreadable"),
    "deep": (b'{"v":1,"data":' + b"[" * (DEPTH_MAX + 1) + b"]" * (DEPTH_MAX + 1) + b"}", "nested_too_deeply"),
    "very_deep": (b'{"v":1,"data":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested_too_deeply"),
    "too_long": (b'"' + b"a" * LINE_BYTES_MAX + b'"', "line_too_long"),
    "a_field_twice": (b'{"v":1,"v":1,"key":"k","command":"record_death","data":{}}', "field_repeated"),
    "another_version": (line(v=2), "version_unknown"),
    "a_true_version": (line(v=True), "version_unknown"),
    "no_version": (json.dumps({k: v for k, v in GOOD.items() if k != "v"}).encode(), "field_missing"),
    "no_key": (json.dumps({k: v for k, v in GOOD.items() if k != "key"}).encode(), "field_missing"),
    "no_data": (json.dumps({k: v for k, v in GOOD.items() if k != "data"}).encode(), "field_missing"),
    "an_empty_key": (line(key=""), "field_unreadable"),
    "an_unknown_head": (line(colour="red"), "field_unknown"),
    "an_unknown_command": (line(command="bury"), "command_unknown"),
    "an_unknown_field": (data(cause="John Smith"), "field_unknown"),
    "a_missing_field": (line(data={"on": "2026-01-02"}), "field_missing"),
    "an_impossible_date": (data(on="2026-02-30"), "field_unreadable"),
    "a_number_for_a_date": (data(on=20260102), "field_unreadable"),
    "data_that_is_a_list": (line(data=[]), "field_unreadable"),
    "data_that_is_null": (line(data=None), "field_unreadable"),
    "a_huge_number": (
        b'{"v":1,"key":"k","command":"record_death","data":{"patient":"a","on":' + b"9" * 400 + b"}}",
        "field_unreadable",
    ),
    "digits_for_a_day": (data(on="20260102"), "field_unreadable"),
    "seconds_for_a_day": (data(on="1767312000"), "field_unreadable"),
    "seconds_for_an_instant": (line(source={"system": "ehr", "recorded_at": "1767312000"}), "field_unreadable"),
    "the_year_one": (data(on="0001-01-01"), "field_unreadable"),
    "the_year_one_far_east": (
        line(source={"system": "ehr", "recorded_at": "0001-01-01T00:00:00+14:00"}),
        "field_unreadable",
    ),
    "the_last_year_far_west": (
        line(source={"system": "ehr", "recorded_at": "9999-12-31T23:00:00-12:00"}),
        "field_unreadable",
    ),
    "more_than_any_number": (
        b'{"v":1,"key":"k","command":"log_time","data":{"patient":"a","performer":"b","minutes":1e999}}',
        "field_unreadable",
    ),
    "an_exponent_beyond_any": (
        b'{"v":1,"key":"k","command":"record_death","data":{"patient":"a","on":1e99999999999999999999}}',
        "field_unreadable",
    ),
    "an_exponent_in_the_head": (b'{"v":1e-99999999999999999999,"key":"k"}', "version_unknown"),
    "more_digits_than_are_ever_read": (
        b'{"v":1,"key":"k","command":"record_death","data":{"patient":"a","on":' + b"9" * 5_000 + b"}}",
        "line_unreadable",
    ),
    "an_expectation_of_too_much": (line(expect={"ledger": 2**64}), "field_unreadable"),
    "an_expectation_of_too_little": (line(expect={"ledger": -(2**63) - 1}), "field_unreadable"),
    "half_a_character_as_a_field": (
        b'{"v":1,"key":"k","command":"record_death","data":{"\\ud800":1}}',
        "line_unreadable",
    ),
    "a_long_text_for_a_day": (data(on="x" * 5_000_000), "field_unreadable"),
    "nested_arrays": (b'{"v":1,"data":' + b"[" * 900 + b"]" * 900 + b"}", "nested_too_deeply"),
    "a_bad_npi": (line(command="register_staff", data={"name": "A", "npi": "1234567890"}), "npi_check_digit"),
    "a_naive_instant": (line(source={"system": "ehr", "recorded_at": "2026-01-01T00:00:00"}), "field_unreadable"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_line_is_refused_under_its_own_code(case: str) -> None:
    raw, code = BAD[case]
    answer = read_line(raw, COMMANDS)

    assert isinstance(answer, Unreadable)
    assert code == answer.refusal.code


LINES: dict[str, type[BaseModel]] = {**COMMANDS, "the line": CommandLine}
COPY = {"patient": "pt", "given_at": "2026-03-01T10:00:00Z", "given_to": "patient", "channel": "mail"}


@pytest.mark.parametrize("number", [2**63, 2**64, -(2**63) - 1, 10**400])
def test_a_whole_number_beyond_its_field_is_refused_with_its_bounds(number: int) -> None:
    answer = read_line(line(command="record_plan_copy", data={**COPY, "revision": number}), COMMANDS)
    expected = "The field `revision` of `record_plan_copy` cannot be read: it takes a whole number from 1 to 100,000."

    assert isinstance(answer, Unreadable)
    assert ("field_unreadable", expected) == (answer.refusal.code, answer.refusal.happened)


def test_every_whole_number_of_a_command_has_bounds_that_any_reader_can_hold() -> None:
    unbounded = [
        name
        for name, model in LINES.items()
        for number in _pieces(model.model_json_schema(), "integer")
        if "const" not in number and not (0 <= number.get("minimum", -1) <= number.get("maximum", 2**64) <= 2**53)
    ]

    assert [] == unbounded


def test_every_text_that_a_command_needs_has_a_letter_in_it() -> None:
    def takes_blank(text: dict[str, Any]) -> bool:
        pattern = str(text.get("pattern", ""))
        has_shape = {"enum", "const", "format"} & set(text) or text.get("minLength", 0) == 0
        return not has_shape and (not pattern or re.search(pattern, " ") is not None)

    blank = [
        f"{name}.{field}"
        for name, model in COMMANDS.items()
        for part in [model.model_json_schema(), *model.model_json_schema().get("$defs", {}).values()]
        for field in part.get("required", ())
        for text in [part["properties"][field]]
        if text.get("type") == "string" and field != "name" and takes_blank(text)
    ]

    assert [] == blank


TEXT = "it takes a text of at most 20,000 characters, not blank."


@pytest.mark.parametrize("blank", ["", "   ", "\t\n", "\u00a0\u2003"])
def test_a_blank_text_where_one_is_needed_cannot_be_read(blank: str) -> None:
    what = {"patient": "pt", "month": "2026-02", "reason": blank}
    answer = read_line(line(command="except_month", data=what), COMMANDS)
    expected = "The field `reason` of `except_month` cannot be read: " + TEXT

    assert isinstance(answer, Unreadable)
    assert expected == answer.refusal.happened


def _pieces(schema: object, kind: str) -> list[dict[str, Any]]:
    """The parts of a schema of one kind, wherever they stand."""
    if isinstance(schema, list):
        return [piece for part in schema for piece in _pieces(part, kind)]
    if not isinstance(schema, dict):
        return []
    here = [schema] if schema.get("type") == kind else []
    return here + [piece for part in schema.values() for piece in _pieces(part, kind)]


YEARS = "of the years 1900 to 2199"
REVISED = {"patient": "pt", "revised_at": "2026-03-01T10:00:00Z", "elements": []}
REVOKED = {"patient": "pt", "scope": ["CCM"], "told_on": "2026-03-07"}
TAKES: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "a_day": ("record_death", {"patient": "pt", "on": "2026-02-30"}, "on", f"a day written YYYY-MM-DD, {YEARS}"),
    "an_instant": (
        "record_plan_copy",
        {**COPY, "revision": 1, "given_at": "2026-03-01T10:00:00"},
        "given_at",
        f"an instant written YYYY-MM-DDTHH:MM:SS with its zone (Z or -06:00), {YEARS}",
    ),
    "one_of_two": (
        "record_plan_copy",
        {**COPY, "revision": 1, "given_to": "nurse"},
        "given_to",
        "one of `patient`, `caregiver`",
    ),
    "a_month": (
        "except_month",
        {"patient": "pt", "month": "2026-2", "reason": "a"},
        "month",
        "a month written YYYY-MM, of the years 1900 to 2099",
    ),
    "an_id": (
        "retract_stay",
        {"patient": "pt", "stay": "te_1", "reason": "entered_in_error", "evidence": "a"},
        "stay",
        "an id of this ledger that begins with `sy_`",
    ),
    "a_code": (
        "record_other_service",
        {"patient": "pt", "code": "G-181", "on": "2026-02-02", "source": "own"},
        "code",
        "a code of five digits, the first or the last perhaps a capital letter",
    ),
    "a_person": (
        "record_death",
        {"patient": 7, "on": "2026-02-02"},
        "patient",
        "an id of this ledger, or an identifier as an object with `system` and `value`",
    ),
    "a_system": (
        "record_death",
        {"patient": {"system": "M R N", "value": "1"}, "on": "2026-02-02"},
        "patient.system",
        "a name of at most 64 lower-case letters, digits, `_`, `.` and `-`, beginning with a letter",
    ),
    "yes_or_no": ("register_source", {"system": "ehr", "trusted_for_acts": "yes"}, "trusted_for_acts", "true or false"),
    "a_list": ("record_revocation", {**REVOKED, "scope": []}, "scope", "a list of 1 to 7"),
    "one_of_a_list": (
        "record_revocation",
        {**REVOKED, "scope": ["CCM", "XX"]},
        "scope.1",
        "one of `CCM`, `PCM`, `APCM`, `RPM`, `RTM`, `TCM`, `BHI`",
    ),
    "a_fraction": ("revise_care_plan", {**REVISED, "goals": 1.5}, "goals", "a whole number from 0 to 500"),
    "a_year": (
        "attest_capability",
        {"practice": f"pr_{'a' * 26}", "capability": "cehrt_year", "edition_year": 15, "from_on": "2026-01-01"},
        "edition_year",
        "a whole number from 2011 to 2100",
    ),
}


@pytest.mark.parametrize("case", TAKES)
def test_a_field_that_cannot_be_read_is_named_with_what_it_takes(case: str) -> None:
    command, what, field, takes = TAKES[case]
    answer = read_line(line(command=command, data=what), COMMANDS)
    expected = f"The field `{field}` of `{command}` cannot be read: it takes {takes}."

    assert isinstance(answer, Unreadable)
    assert ("field_unreadable", expected) == (answer.refusal.code, answer.refusal.happened)


def test_fields_that_do_not_go_together_are_told_by_our_own_words() -> None:
    what = {
        "staff": "st",
        "checked_on": "2026-02-02",
        "source": "sam",
        "result": "clear",
        "excluded_from": "2026-02-02",
    }
    answer = read_line(line(command="record_exclusion_check", data=what), COMMANDS)
    expected = "What `record_exclusion_check` takes cannot be read: only an exclusion has `excluded_from`."

    assert isinstance(answer, Unreadable)
    assert expected == answer.refusal.happened


def test_data_that_is_no_object_is_told_so() -> None:
    answer = read_line(line(data=[]), COMMANDS)
    expected = "What `record_death` takes cannot be read: it takes an object with its own fields."

    assert isinstance(answer, Unreadable)
    assert expected == answer.refusal.happened


def test_every_shape_that_a_field_may_have_can_be_said_in_words() -> None:
    shapes = [
        piece
        for model in LINES.values()
        for kind in ("string", "integer", "array", "boolean")
        for piece in _pieces(model.model_json_schema(), kind)
    ]

    assert [] == [piece for piece in shapes if in_words(piece) is None]


def test_a_name_that_the_line_made_up_is_not_repeated_as_a_field() -> None:
    answer = read_line(line(expect={"Zebulon Quagmire": "x"}), COMMANDS)

    assert isinstance(answer, Unreadable)
    assert "Zebulon" not in answer.refusal.happened
    assert "`expect`" in answer.refusal.happened


def test_a_good_line_is_a_delivery() -> None:
    answer = read_line(line(), COMMANDS)

    assert isinstance(answer, Delivery)
    assert ("k-1", "record_death") == (answer.key, answer.head.command)


def test_the_key_of_a_line_that_cannot_be_read_is_still_answered() -> None:
    answer = read_line(line(colour="red"), COMMANDS)

    assert "k-1" == answer.key


def test_a_message_repeats_nothing_that_the_line_said() -> None:
    canaries = ("Zebulon", "Quagmire")
    raw = json.dumps({**GOOD, "data": {"patient": {"system": "mrn", "value": "1"}, "on": canaries[0], canaries[1]: 1}})
    answer = read_line(raw.encode(), COMMANDS)

    assert isinstance(answer, Unreadable)
    assert not [canary for canary in canaries if canary.lower() in str(answer.refusal).lower()]


def test_the_order_of_fields_does_not_change_what_a_key_is_bound_to() -> None:
    forth = read_line(json.dumps(GOOD).encode(), COMMANDS)
    back = read_line(json.dumps(dict(reversed(GOOD.items())), indent=1).replace("\n", " ").encode(), COMMANDS)

    assert isinstance(forth, Delivery)
    assert isinstance(back, Delivery)
    assert forth.content == back.content


def test_the_bytes_that_a_key_is_bound_to_never_change() -> None:
    answer = read_line(line(source={"system": "ehr", "version": "3", "recorded_at": "2026-01-02T10:00:00Z"}), COMMANDS)
    expected = (
        b'["record_death",{"on":"2026-01-02","patient":{"system":"mrn","value":"77"}},"3","2026-01-02T10:00:00Z"]'
    )

    assert isinstance(answer, Delivery)
    assert expected == answer.content
