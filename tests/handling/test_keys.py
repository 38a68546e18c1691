"""Idempotency keys: one delivery, one event; the same key gives the same answer for ever."""

from collections.abc import Mapping

import pytest

from commands import handle, one_line
from commands.catalog import CATALOG
from commands.intents.base import Command
from commands.wire import Delivery, Unreadable, read_line
from tests.house import House

NINE = "2026-01-06T15:00:00Z"
TEN_PAST = "2026-01-06T15:10:00Z"


def test_the_same_key_and_content_again_is_unchanged_at_the_first_position(at_home: House) -> None:
    at_home.clock = "2026-01-06T18:00:00Z"
    first = at_home.log_time(NINE, TEN_PAST, key="row-1")
    again = at_home.log_time(NINE, TEN_PAST, key="row-1")

    assert ("accepted", "unchanged") == (first.outcome, again.outcome)
    assert first.positions == again.positions
    assert first.ids == again.ids


def test_the_same_key_in_one_group_is_unchanged_too(at_home: House) -> None:
    at_home.clock = "2026-01-06T18:00:00Z"
    data = {
        "patient": at_home.ids["patient"],
        "performer": at_home.ids["bea"],
        "start": NINE,
        "end": TEN_PAST,
        "activity": "chart_review",
        "description": "Read the discharge letter.",
    }
    line = at_home.line("log_time", data, key="row-2", actor="bea")
    first, again = at_home.send_lines(line, line)

    assert ("accepted", "unchanged") == (first.outcome, again.outcome)
    assert first.positions == again.positions


def test_an_edited_delivery_is_refused_and_shown_beside_the_first(at_home: House) -> None:
    at_home.clock = "2026-01-06T18:00:00Z"
    first = at_home.log_time(NINE, TEN_PAST, key="row-3")
    edited = at_home.log_time(NINE, "2026-01-06T15:20:00Z", key="row-3")

    assert edited.refusal is not None
    assert "exists_with_different_content" == edited.refusal.code
    assert first.positions == edited.positions


def test_one_key_of_two_sources_is_two_keys(at_home: House) -> None:
    at_home.clock = "2026-01-06T18:00:00Z"
    ehr = at_home.log_time(NINE, TEN_PAST, key="7", source={"system": "ehr"})
    timer = at_home.log_time("2026-01-06T16:00:00Z", "2026-01-06T16:05:00Z", key="7", source={"system": "timer"})

    assert ("accepted", "accepted") == (ehr.outcome, timer.outcome)


def test_a_refused_key_is_decided_afresh_next_time(at_home: House) -> None:
    at_home.clock = "2026-01-06T15:00:00Z"
    early = at_home.log_time("2026-01-06T17:00:00Z", "2026-01-06T17:10:00Z", key="row-4")
    at_home.clock = "2026-01-06T18:00:00Z"
    later = at_home.log_time("2026-01-06T17:00:00Z", "2026-01-06T17:10:00Z", key="row-4")

    assert early.refusal is not None
    assert "in_the_future" == early.refusal.code
    assert "accepted" == later.outcome


def test_lines_of_one_group_see_what_earlier_lines_decided(at_home: House) -> None:
    patient = {"identifiers": [{"system": "mrn", "value": "mrn-2"}], "demographics": {"given": "Quinn"}}
    by_identifier = {"patient": {"system": "mrn", "value": "mrn-2"}}
    registered, assigned = at_home.send_lines(
        at_home.line("register_patient", patient, actor="fay"),
        at_home.line(
            "assign_practice",
            by_identifier | {"practice": at_home.ids["practice"], "from_on": "2026-01-01"},
            actor="fay",
        ),
    )

    assert ("accepted", "accepted") == (registered.outcome, assigned.outcome)


def test_a_group_is_decided_in_its_order(at_home: House) -> None:
    at_home.clock = "2026-02-02T12:00:00Z"
    designation = {
        "patient": at_home.ids["patient"],
        "programme": "PCM",
        "side": "practitioner",
        "from_month": "2026-02",
    }
    first, second = at_home.send_lines(
        at_home.line("designate_practitioner", designation | {"practitioner": at_home.ids["ada"]}, actor="ada"),
        at_home.line("designate_practitioner", designation | {"practitioner": at_home.ids["dot"]}, actor="dot"),
    )

    assert "accepted" == first.outcome
    assert second.refusal is not None
    assert "month_occupied" == second.refusal.code


def test_an_expectation_that_holds_is_no_obstacle_and_one_that_does_not_is_refused(at_home: House) -> None:
    at_home.clock = "2026-01-06T18:00:00Z"
    tag = f"care_month/{at_home.ids['patient']}/2026-01"
    first = at_home.log_time(NINE, TEN_PAST, expect={tag: 0})
    second = at_home.log_time("2026-01-06T16:00:00Z", "2026-01-06T16:10:00Z", expect={tag: 0})

    assert "accepted" == first.outcome
    assert second.refusal is not None
    assert "expectation_not_met" == second.refusal.code


@pytest.mark.parametrize(
    "tag", ["patient/John Smith", "care_month", "care_month/foo", "by/st_" + "a" * 26, "x" * 200, "staff_day/today"]
)
def test_what_is_no_stream_is_expected_of_nobody_and_stored_nowhere(at_home: House, tag: str) -> None:
    at_home.clock = "2026-01-06T18:00:00Z"
    answer = at_home.log_time(NINE, TEN_PAST, expect={tag: 0})

    assert answer.refusal is not None
    assert "expectation_not_met" == answer.refusal.code


def test_the_same_key_of_another_person_is_another_act(at_home: House) -> None:
    at_home.clock = "2026-02-02T12:00:00Z"
    signature = {"patient": at_home.ids["patient"], "revision": 1}
    at_home.send("sign_care_plan", signature, key="sign", actor="ada")
    copy = {"patient": at_home.ids["patient"], "on": "2026-02-01"}
    first = at_home.accepted("attest_risk", copy, key="risk", actor="ada")
    other = at_home.send("attest_risk", copy, key="risk", actor="dot")

    assert other.refusal is not None
    assert ("exists_with_different_content", first.positions) == (other.refusal.code, other.positions)


def test_a_defect_in_one_line_keeps_no_other_line_out(at_home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    at_home.clock = "2026-01-06T18:00:00Z"

    def broken(*_: object) -> None:
        raise OverflowError("a defect of the program")

    entry = CATALOG["record_death"]._replace(decide=broken)  # type: ignore[arg-type]
    monkeypatch.setattr(one_line, "CATALOG", {**CATALOG, "record_death": entry})
    who = {"patient": at_home.ids["patient"]}
    defect, visit = at_home.send_lines(
        at_home.line("record_death", who | {"on": "2026-01-05"}, actor="bea"),
        at_home.line("record_visit", who | {"on": "2026-01-05"}, actor="bea"),
    )

    assert defect.refusal is not None
    assert ("program_defect", "accepted") == (defect.refusal.code, visit.outcome)


def test_a_defect_in_reading_one_line_keeps_no_other_line_out(at_home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    at_home.clock = "2026-01-06T18:00:00Z"
    good = at_home.line("record_visit", {"patient": at_home.ids["patient"], "on": "2026-01-05"}, actor="bea")

    def broken(raw: bytes, commands: Mapping[str, type[Command]]) -> Delivery | Unreadable:
        if raw == b"odd":
            raise OverflowError("a defect of the program")
        return read_line(raw, commands)

    monkeypatch.setattr(handle, "read_line", broken)
    defect, visit = at_home.handler.handle([at_home.handler.read(raw) for raw in (b"odd", good)])

    assert defect.refusal is not None
    assert ("program_defect", "accepted") == (defect.refusal.code, visit.outcome)


def test_a_number_that_no_column_holds_is_one_refused_line(at_home: House) -> None:
    at_home.clock = "2026-01-06T18:00:00Z"
    who = {"patient": at_home.ids["patient"]}
    copy = {"revision": 2**64, "given_at": "2026-01-05T18:00:00Z", "given_to": "patient", "channel": "mail"}
    before, huge, after = at_home.send_lines(
        at_home.line("record_visit", who | {"on": "2026-01-05"}, actor="bea"),
        at_home.line("record_plan_copy", who | copy, actor="bea"),
        at_home.line("record_visit", who | {"on": "2026-01-06"}, actor="bea"),
    )

    assert huge.refusal is not None
    assert ("accepted", "field_unreadable", "accepted") == (before.outcome, huge.refusal.code, after.outcome)


def test_of_two_reasons_in_one_batch_for_one_month_the_second_is_refused(at_home: House) -> None:
    at_home.clock = "2026-02-02T18:00:00Z"
    month = {"patient": at_home.ids["patient"], "month": "2026-01"}
    first, same, other = (
        at_home.send("except_month", month | {"reason": reason}, key="batch-1/patient", actor="ada")
        for reason in ("One call is unclear.", "One call is unclear.", "The plan is old.")
    )

    assert other.refusal is not None
    assert ("accepted", "unchanged") == (first.outcome, same.outcome)
    assert ("exists_with_different_content", first.positions) == (other.refusal.code, other.positions)


def test_an_exception_told_again_under_another_key_is_unchanged(at_home: House) -> None:
    at_home.clock = "2026-02-02T18:00:00Z"
    left_out = {"patient": at_home.ids["patient"], "month": "2026-01", "reason": "One call is unclear."}
    first, again = (at_home.send("except_month", left_out, key=key, actor="ada") for key in ("one", "two"))

    assert ("accepted", "unchanged", first.positions) == (first.outcome, again.outcome, again.positions)
