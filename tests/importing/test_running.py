"""The core of an import, without a ledger: groups, receipts, and the document behind its last row."""

import io
import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from commands.answer import Answer
from commands.handle import line_read
from commands.wire import Delivery
from interfaces.cli.lines import GROUP_LINES_MAX
from interfaces.importing.documents import Document, bundle_a_line, one_bundle
from interfaces.importing.fhir_bundle import SIZE_MAX
from interfaces.importing.running import Door, Import, Line, import_time_log, receipts
from interfaces.importing.settings import chart_setting, shipped_mapping, time_setting
from interfaces.importing.time_log import Setting
from interfaces.system import PinnedZones
from ledger.terms.outcome import Refused

HEADER = b"patient_id,staff_id,start,end,activity,description\n"
ROW = b"mrn-1,hr-bea,2026-01-14T09:00:00Z,2026-01-14T09:10:00Z,phone_call,Called.\n"


class Desk:
    """Takes lines in and accepts whatever can be read."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.groups: list[int] = []

    def hand_in(self, lines: Sequence[Line]) -> Sequence[Answer]:
        self.groups.append(len(lines))
        self.lines += lines
        return [
            Answer(line.key, "accepted", (len(self.lines),))
            if isinstance(line, Delivery)
            else Answer(line.key, "refused", refusal=line.refusal)
            for line in lines
        ]


class Endless(io.RawIOBase):
    """A file of one byte over and over, that counts what is asked of it."""

    def __init__(self, size: int) -> None:
        self.left = size
        self.asked_max = 0

    def read(self, size: int = -1, /) -> bytes:
        self.asked_max = max(self.asked_max, size)
        taken = min(size, self.left)
        self.left -= taken
        return b"x" * taken

    def readline(self, size: int | None = -1, /) -> bytes:
        return self.read(size or 0)


def imported(content: bytes) -> tuple[Desk, Import, list[dict[str, Any]]]:
    desk = Desk()
    running = Import("time_log", "timer", Door(line_read, desk.hand_in, lambda size: b"\x07" * size))
    setting = time_setting(None, PinnedZones(), source="timer")
    assert isinstance(setting, Setting)
    told = [row for rows in import_time_log(running, Document(io.BytesIO(content)), setting) for row in receipts(rows)]
    return desk, running, told


def test_rows_are_handed_in_group_by_group_and_the_document_behind_them() -> None:
    content = HEADER + ROW * (GROUP_LINES_MAX + 3)
    desk, running, told = imported(content)
    last = desk.lines[-1]

    assert [GROUP_LINES_MAX, 3, 1] == desk.groups
    assert [number + 2 for number in range(GROUP_LINES_MAX + 3)] == [row["line"] for row in told]
    assert isinstance(last, Delivery)
    assert ("record_import", "timer") == (last.head.command, last.head.source.system if last.head.source else None)
    assert [sha256(content).hexdigest()] == [each["sha256"] for each in running.documents]


def test_the_counts_of_a_document_are_its_own_and_not_those_of_the_import_so_far() -> None:
    desk, running, _ = imported(HEADER + ROW)
    setting = time_setting(None, PinnedZones(), source="timer")
    assert isinstance(setting, Setting)
    list(import_time_log(running, Document(io.BytesIO(HEADER + ROW * 2 + b"x\n")), setting))
    told = [json.loads(line.raw)["data"] for line in desk.lines if isinstance(line, Delivery)]
    counts = [(each["accepted"], each["refused"]) for each in told if "document" in each]

    assert [(1, 0), (2, 1)] == counts


def test_a_document_that_is_refused_at_its_header_is_digested_to_its_end() -> None:
    content = b"who,what\n" + b"x,y\n" * 100_000
    _, running, told = imported(content)

    assert ["columns_missing"] == [row["refusal"]["code"] for row in told]
    assert sha256(content).hexdigest() == running.documents[0]["sha256"]


def test_a_bundle_a_line_passes_over_blank_lines_and_keeps_its_numbers() -> None:
    assert [b"{1}", b"{2}"] == list(bundle_a_line(Document(io.BytesIO(b"\n{1}\n  \r\n{2}"))))
    assert [b""] == list(bundle_a_line(Document(io.BytesIO(b"\n\n"))))


def test_of_an_endless_document_no_more_than_a_bundle_is_held() -> None:
    whole, lines = Endless(SIZE_MAX * 3), Endless(SIZE_MAX * 3)
    (bundle,) = one_bundle(Document(whole))
    (line,) = bundle_a_line(Document(lines))

    assert (SIZE_MAX + 1, SIZE_MAX + 1) == (len(bundle), len(line))
    assert whole.left == SIZE_MAX * 2 - 1
    assert lines.left == 0


def test_settings_are_refused_before_anything_is_read() -> None:
    zones = PinnedZones()
    found = [
        chart_setting(b"[sauce]", zones),
        time_setting(b"[sauce]", zones),
        time_setting(None, zones, timezone="Mars/Olympus"),
    ]

    assert ["mapping_unreadable", "mapping_unreadable", "timezone_unknown"] == [
        each.code for each in found if isinstance(each, Refused)
    ]


def test_a_mapping_comes_with_the_program_by_its_name_and_by_no_path() -> None:
    assert shipped_mapping("synthea") is not None
    assert [None, None, None] == [shipped_mapping(name) for name in ("../mappings/synthea", "", "nobody")]
