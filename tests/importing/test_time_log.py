"""Rows of a time log become log_time lines; what cannot be read is refused in its place and the rest goes on."""

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interfaces.importing import time_log
from interfaces.importing.csv_records import ROW_BYTES_MAX
from interfaces.importing.mapping import TimeMapping, read_time_mapping
from interfaces.importing.reading import Delivered, Report, Unread
from tests.importing.reading import CHICAGO, ZONES, codes, commands, is_wire, lines, logged

HEADER = "patient_id,staff_id,start,end,date,minutes,activity,description,source_row_id\n"
ROW = "MR-1,RN-1,2026-01-05 09:00,2026-01-05 09:20,,,phone_call,Asked about weight.,r-1\n"


def log(*rows: str) -> bytes:
    return (HEADER + "".join(rows)).encode()


def mapping(text: str) -> TimeMapping:
    read = read_time_mapping(text.encode(), ZONES)
    assert isinstance(read, TimeMapping)
    return read


# --- what a row says ------------------------------------------------------------------------------------------------


def test_a_timed_row_becomes_a_line_under_the_id_of_its_source() -> None:
    (line,) = lines(logged(log(ROW))[0])

    assert line == {
        "v": 1,
        "key": "r-1",
        "command": "log_time",
        "source": {"system": "time_log", "id": "r-1"},
        "data": {
            "patient": {"system": "mrn", "value": "MR-1"},
            "performer": {"system": "staff", "value": "RN-1"},
            "start": "2026-01-05T15:00:00Z",
            "end": "2026-01-05T15:20:00Z",
            "activity": "phone_call",
            "description": "Asked about weight.",
        },
    }


def test_an_untimed_row_has_its_date_and_minutes() -> None:
    (data,) = commands(logged(log("MR-1,RN-1,,,2026-01-05,20,chart_review,Read.,r-1\n"))[0], "log_time")

    assert (data["on"], data["minutes"]) == ("2026-01-05", 20)
    assert "start" not in data


def test_every_further_column_finds_its_field() -> None:
    header = (
        "patient_id,staff_id,start,end,source_row_id,version,recorded_at,entered_by,supervised_by,programme,capture,"
        "employer,work_country,work_state,contact_with,contact_two_way,contact_channel,contact_outcome,sensitivity,"
        "plan_revision,form_version\n"
    )
    row = (
        "MR-1,RN-1,2026-01-05T09:00:00-06:00,2026-01-05T15:20Z,r-1,2,2026-01-05 09:30,C-1,MD-1,CCM,edited_timer,"
        "contractor,US,IL,patient,Yes,phone,reached,normal,3,form_2\n"
    )
    (line,) = lines(logged((header + row).encode())[0])

    assert is_wire(line)
    assert line["actor"] == {"id": {"system": "staff", "value": "C-1"}}
    assert line["source"] == {
        "system": "time_log",
        "id": "r-1",
        "version": "2",
        "recorded_at": "2026-01-05T15:30:00Z",
    }
    assert line["data"]["contact"] == {
        "with_whom": "patient",
        "two_way": True,
        "channel": "phone",
        "outcome": "reached",
    }
    assert (line["data"]["end"], line["data"]["plan_revision"]) == ("2026-01-05T15:20:00Z", 3)


def test_a_mapping_file_translates_columns_words_forms_and_says_what_always_holds() -> None:
    told = mapping(
        """
        [source]
        system = "timer"
        [columns]
        patient = "Pat"
        performer = "Nurse"
        start = "From"
        end = "To"
        activity = "What"
        clock = "Clock"
        [identifiers]
        patient = "mrn.north"
        staff = "hr"
        [formats]
        instant = "%m/%d/%Y %I:%M %p"
        delimiter = ";"
        encoding = "latin-1"
        [defaults]
        capture = "asserted_timer"
        [activities]
        "CCM call" = "phone_call"
        """
    )
    content = (
        "Pat;Nurse;From;To;What;Clock\nMR-1;RN-1;01/05/2026 09:00 AM;01/05/2026 09:20 AM;ccm CALL;2026-01-05T15:25Z\n"
    )
    (line,) = lines(logged(content.encode("latin-1"), mapping=told)[0])

    assert line["data"] == {
        "patient": {"system": "mrn.north", "value": "MR-1"},
        "performer": {"system": "hr", "value": "RN-1"},
        "start": "2026-01-05T15:00:00Z",
        "end": "2026-01-05T15:20:00Z",
        "activity": "phone_call",
        "capture": "asserted_timer",
    }
    assert line["clock"] == "2026-01-05T15:25:00Z"


def test_a_word_of_no_list_stays_the_word_of_its_source() -> None:
    (data,) = commands(logged(log(ROW.replace("phone_call", "Chit chat")))[0], "log_time")

    assert data["activity"] == "Chit chat"


def test_an_id_of_the_ledger_is_taken_as_it_is() -> None:
    number = "pt_" + "a" * 26
    (data,) = commands(logged(log(ROW.replace("MR-1", number)))[0], "log_time")

    assert data["patient"] == number


def test_a_cell_that_looks_like_a_formula_is_data() -> None:
    (data,) = commands(logged(log(ROW.replace("Asked about weight.", '"=HYPERLINK(""x"")"')))[0], "log_time")

    assert data["description"] == '=HYPERLINK("x")'


def test_a_cell_over_two_lines_is_one_cell_and_the_next_row_keeps_its_line() -> None:
    answers, _ = logged(log(ROW.replace("Asked about weight.", '"Asked\nabout weight."'), "MR-1\n"))

    assert commands(answers, "log_time")[0]["description"] == "Asked\nabout weight."
    assert codes(answers) == [(4, "row_ragged")]


# --- keys -----------------------------------------------------------------------------------------------------------


def test_rows_alike_in_every_cell_are_told_apart_by_their_order() -> None:
    bare = ROW.replace("r-1", "")
    first, second = lines(logged(log(bare, bare))[0])

    assert first["key"].removesuffix(":0") == second["key"].removesuffix(":1")
    assert first["key"].startswith("row:")


def test_a_second_export_that_overlaps_the_first_has_the_same_keys() -> None:
    older, newer = ROW.replace("r-1", ""), ROW.replace("r-1", "").replace("05 09", "06 09")
    keys = [[line["key"] for line in lines(logged(log(*rows))[0])] for rows in ((older, newer), (newer,))]

    assert keys[0][1:] == keys[1]


def test_another_source_has_other_keys() -> None:
    bare = log(ROW.replace("r-1", ""))
    one, other = (lines(logged(bare, mapping=m)[0])[0]["key"] for m in (None, mapping("[source]\nsystem='timer'")))

    assert one != other


def test_an_untimed_row_without_an_id_of_its_source_is_refused() -> None:
    answers, _ = logged(log("MR-1,RN-1,,,2026-01-05,20,chart_review,Read.,\n"))

    assert codes(answers) == [(2, "source_row_id_required")]


# --- rows that cannot be read ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (",RN-1,2026-01-05 09:00,2026-01-05 09:20,,,a,b,r\n", "cell_missing"),
        ("MR-1,,2026-01-05 09:00,2026-01-05 09:20,,,a,b,r\n", "cell_missing"),
        (f"{'M' * 201},RN-1,2026-01-05 09:00,2026-01-05 09:20,,,a,b,r\n", "cell_unreadable"),
        ("MR\x07,RN-1,2026-01-05 09:00,2026-01-05 09:20,,,a,b,r\n", "cell_unreadable"),
        ("MR-1,RN-1,2026-01-05 09:00,,,,a,b,r\n", "clock_times_incomplete"),
        ("MR-1,RN-1,,2026-01-05 09:00,,,a,b,r\n", "clock_times_incomplete"),
        ("MR-1,RN-1,,,2026-01-05,,a,b,r\n", "clock_times_incomplete"),
        ("MR-1,RN-1,,,,20,a,b,r\n", "clock_times_incomplete"),
        ("MR-1,RN-1,2026-01-05,2026-01-05,,,a,b,r\n", "cell_unreadable"),
        ("MR-1,RN-1,2026-02-30 09:00,2026-02-30 09:20,,,a,b,r\n", "cell_unreadable"),
        ("MR-1,RN-1,0001-01-01 00:00,0001-01-01 00:10,,,a,b,r\n", None),
        ("MR-1,RN-1,9999-12-31 23:00,9999-12-31 23:59,,,a,b,r\n", "cell_unreadable"),
        ("MR-1,RN-1,soon,later,,,a,b,r\n", "cell_unreadable"),
        ("MR-1,RN-1,,,2026-02-30,20,a,b,r\n", "cell_unreadable"),
        ("MR-1,RN-1,,,2026-01-05,twenty,a,b,r\n", "cell_unreadable"),
        ("MR-1,RN-1,,,2026-01-05,12.5,a,b,r\n", "cell_unreadable"),
        ("MR-1,RN-1,,,2026-01-05,-5,a,b,r\n", "cell_unreadable"),
        (f"MR-1,RN-1,,,2026-01-05,{'9' * 5000},a,b,r\n", "cell_unreadable"),
        ("MR-1,RN-1,2026-01-05 09:00,2026-01-05 09:20,,30,a,b,r\n", "minutes_disagree"),
        ("MR-1,RN-1,2026-01-05 09:00,2026-01-05 09:20:40,,21,a,b,r\n", None),
        ("MR-1,RN-1,2026-03-08 02:30,2026-03-08 03:30,,,a,b,r\n", "local_time_does_not_exist"),
        ("MR-1,RN-1,2026-11-01 00:30,2026-11-01 01:30,,,a,b,r\n", "local_time_ambiguous"),
        ("MR-1,RN-1,2026-11-01T01:30-05:00,2026-11-01T01:30-06:00,,,a,b,r\n", None),
        ("MR-1,RN-1\n", "row_ragged"),
        ("MR-1,RN-1,,,,,,,,,\n", "row_ragged"),
        ('MR-1,"RN"-1,,,,,,,\n', "row_malformed"),
        ("MR-1,RN-1,,,,,a,\x00,r\n", "nul_byte"),
    ],
)
def test_a_row_is_refused_with_its_own_code_and_the_next_one_is_read(row: str, code: str | None) -> None:
    answers, _ = logged(log(row, ROW))

    assert codes(answers) == ([(2, code)] if code else [])
    assert lines(answers)[-1]["key"] == "r-1"


def test_a_clock_time_without_zone_is_refused_and_one_with_its_offset_is_not() -> None:
    offset = ROW.replace("2026-01-05 09:00", "2026-01-05T09:00-06:00").replace("2026-01-05 09:20", "2026-01-05T15:20Z")
    answers, _ = logged(log(ROW, offset), zone=None)

    assert codes(answers) == [(2, "timezone_required")]
    assert commands(answers, "log_time")[0]["start"] == "2026-01-05T15:00:00Z"


def test_a_contact_is_told_whole_or_not_at_all() -> None:
    header = "patient_id,staff_id,start,end,contact_with\n"
    answers, _ = logged((header + "MR-1,RN-1,2026-01-05 09:00,2026-01-05 09:20,patient\n").encode())

    assert codes(answers) == [(2, "cell_unreadable")]


def test_a_line_of_ten_megabytes_is_refused_without_being_held() -> None:
    answers, _ = logged(log("x" * 10_000_000 + "\n", ROW))

    assert codes(answers) == [(2, "line_too_long")]
    assert [line["key"] for line in lines(answers)] == ["r-1"]


def test_a_line_of_the_length_that_is_allowed_is_read() -> None:
    answers, _ = logged(log("x" * (ROW_BYTES_MAX - 1) + "\n"))

    assert codes(answers) == [(2, "row_ragged")]


def test_a_mark_left_open_costs_one_row() -> None:
    answers, _ = logged(log('MR-1,RN-1,,,,,"a,b,r-0\n', *(ROW.replace("r-1", f"r-{n}") for n in range(1, 200))))

    assert codes(answers) == [(2, "quote_not_closed")]
    assert len(lines(answers)) == 199


def test_a_row_of_another_encoding_costs_one_row() -> None:
    answers, _ = logged(log("MR-1,RN-1,,,,,a,caf").rstrip() + b"\xe9,r-0\n" + ROW.encode())

    assert codes(answers) == [(2, "encoding_not_utf8")]
    assert len(lines(answers)) == 1


# --- files that cannot be read --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"\n\n", "file_empty"),
        ((HEADER + ROW).encode("utf-16"), "encoding_not_utf8"),
        (b"staff_id,start,end\n", "columns_missing"),
        (b"patient_id,staff_id,start,minutes\n", "columns_missing"),
        (b"patient_id,patient_id,staff_id,start,end\n", "columns_repeated"),
    ],
)
def test_a_file_that_is_no_time_log_is_refused_as_a_whole(content: bytes, code: str) -> None:
    assert codes(logged(content)[0]) == [(0, code)]


def test_a_column_that_the_mapping_file_names_must_be_there() -> None:
    told = mapping("[columns]\ndescription = 'Note'")

    assert codes(logged(log(ROW), mapping=told)[0]) == [(0, "columns_missing")]


def test_a_mark_at_the_start_and_windows_line_ends_are_no_fault() -> None:
    content = b"\xef\xbb\xbf" + log(ROW).replace(b"\n", b"\r\n")

    assert [line["key"] for line in lines(logged(content)[0])] == ["r-1"]


def test_columns_that_nobody_names_are_counted() -> None:
    report = logged(b"patient_id,staff_id,start,end,ssn\n")[1]

    assert dict(report.skipped) == {("column", "column_not_mapped"): 1}


# --- anything -------------------------------------------------------------------------------------------------------

_CELL = st.sampled_from(
    ("MR-1", "2026-01-05 09:00", "20", '"', '""', '"a\nb"', "", "\x00", "=1", "caf\xe9", "\r", "pt_")
)
_ROWS = st.lists(st.lists(_CELL, min_size=1, max_size=10).map(",".join), max_size=12)


@given(_ROWS, st.sampled_from(("utf-8", "latin-1")))
def test_no_rows_raise_and_whatever_is_a_line_can_be_read_by_submit(rows: list[str], encoding: str) -> None:
    answers, report = logged(HEADER.encode() + "\n".join(rows).encode(encoding))

    assert report.seen["row"] == len(answers)
    assert all(isinstance(answer, Unread) or set(answer.command) >= {"v", "key", "data"} for answer in answers)


@given(st.binary(max_size=300))
def test_no_bytes_raise_and_every_line_that_holds_something_is_answered(tail: bytes) -> None:
    answers, _ = logged(HEADER.encode() + tail)
    # Inside quotation marks one row may span lines, so only plain ones can be counted here.
    plain = [line for line in tail.split(b"\n") if line.strip()]

    if b'"' not in tail:
        assert len(answers) == len(plain)
    assert all(isinstance(answer, Delivered | Unread) for answer in answers)


def test_memory_does_not_grow_with_the_rows() -> None:
    class Endless(io.RawIOBase):
        """A file that is made while it is read."""

        def __init__(self, rows: int) -> None:
            super().__init__()
            self.left = rows
            self.header = True

        def readline(self, size: int | None = -1, /) -> bytes:
            if self.header:
                self.header = False
                return HEADER.encode()
            self.left -= 1
            return ROW.replace("r-1", f"r-{self.left}").encode() if self.left >= 0 else b""

    setting: Any = time_log.Setting(TimeMapping(), CHICAGO)
    answers = time_log.read_time_log(Endless(2000), setting, Report())

    assert sum(1 for _ in answers) == 2000
