"""Lines as they come: every fault under its own code, and nothing of the line in the message."""

import json

import pytest

from commands.handle import COMMANDS
from commands.wire import DEPTH_MAX, LINE_BYTES_MAX, Delivery, Unreadable, read_line

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
        b'{"v":1,"key":"k","command":"record_death","data":{"on":' + b"9" * 400 + b"}}",
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
