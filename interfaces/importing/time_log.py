"""Time logs in: CSV rows as log_time lines, one pass, memory that does not grow with the rows (see ordinals.py).

Promise: every row is answered, by a command line or by a refusal with its line, and the rest of the file goes on; no
time, zone, minute or performer is filled in. A row has the key of its source's own id; a timed row without one has a
digest of source, cells and ordinal among identical rows, so that an interrupted import and an overlapping export
repeat nothing. An untimed row without an id is refused: nothing tells a repetition from a second piece of work.

Columns without a mapping file: patient_id, staff_id, start, end (or date, minutes), activity, description,
source_row_id, version, recorded_at, entered_by, supervised_by, programme, capture, employer, work_country, work_state,
contact_with, contact_two_way, contact_channel, contact_outcome, sensitivity, order, plan_revision, form_version.
Cells that look like formulas are data (csv_out.py minds the way out).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Final

from interfaces.importing.csv_records import Readable, Row, rows
from interfaces.importing.local_times import read_day, read_instant
from interfaces.importing.mapping import ROLES, ColumnRole, TimeMapping
from interfaces.importing.ordinals import Ordinals
from interfaces.importing.reading import CommandDict, Delivered, Read, Report, Unread, refused
from ledger.terms.calendar import stored_instant, whole_seconds
from ledger.terms.digests import row_digest
from ledger.terms.identity import type_of_id
from ledger.terms.outcome import Refused

_NEEDED: Final[tuple[ColumnRole, ...]] = ("patient", "performer")
_TIMED: Final[tuple[ColumnRole, ...]] = ("start", "end")
_UNTIMED: Final[tuple[ColumnRole, ...]] = ("date", "minutes")
_TEXTS: Final[tuple[ColumnRole, ...]] = (
    *("description", "programme", "capture", "employer", "work_country", "work_state"),
    *("sensitivity", "order", "form_version"),
)
_YES_NO: Final = {"yes": True, "true": True, "1": True, "y": True, "no": False, "false": False, "0": False, "n": False}
_OUTSIDE_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class Setting:
    """What holds for every row of an import."""

    mapping: TimeMapping
    zone: tzinfo | None = None
    """The zone of clock times without offset: the one that was named on the command line, else the mapping file's."""
    actor: Mapping[str, Any] | None = None
    """Who delivers, for rows that name nobody as entered_by."""


def read_time_log(stream: Readable, setting: Setting, report: Report) -> Iterator[Read]:
    """The answer to each row of a time log, in the file's order."""
    report.files += 1
    found = rows(stream, encoding=setting.mapping.formats.encoding, delimiter=setting.mapping.formats.delimiter)
    header = next(found, None)
    if header is None:
        yield report.count(Unread(0, refused("file_empty", "The file holds no row.")))
        return
    if isinstance(header, Unread):
        # Without a header no row can be read, so this answers for the whole file.
        yield report.count(Unread(0, header.refusal))
        return
    places = _places([cell.strip() for cell in header.cells], setting.mapping, report)
    if isinstance(places, Refused):
        yield report.count(Unread(0, places))
        return
    reader = _RowReader(setting, places, len(header.cells))
    for row in found:
        report.seen["row"] += 1
        yield report.count(row if isinstance(row, Unread) else reader.answer(row))


def _places(header: list[str], mapping: TimeMapping, report: Report) -> dict[ColumnRole, int] | Refused:
    """Which cell holds which role."""
    if len(set(header)) != len(header):
        return refused("columns_repeated", "Two columns have the same name.")
    places: dict[ColumnRole, int] = {}
    for role in ROLES:
        column = mapping.column(role)
        if column in header:
            places[role] = header.index(column)
    absent = [role for role in (*mapping.columns, *_NEEDED) if role not in places]
    if not absent and not all(role in places for role in _TIMED):
        absent = [] if all(role in places for role in _UNTIMED) else [r for r in _TIMED if r not in places]
    if absent:
        names = ", ".join(dict.fromkeys(mapping.column(role) or role for role in absent))
        return refused("columns_missing", f"The file has no column {names}.")
    for column in header:
        if header.index(column) not in places.values():
            report.skip("column", "column_not_mapped")
    return places


class _RowReader:
    """One row after the other as log_time, by the places of the columns."""

    def __init__(self, setting: Setting, places: Mapping[ColumnRole, int], width: int) -> None:
        self._mapping = setting.mapping
        self._zone = setting.zone
        self._actor = setting.actor
        self._places = tuple(places.items())
        self._width = width
        self._ordinals = Ordinals()
        self._activities = {word.strip().casefold(): category for word, category in self._mapping.activities.items()}
        self._defaults = {k: str(v) for k, v in self._mapping.defaults.model_dump().items() if v is not None}

    def answer(self, row: Row) -> Read:
        """The command line of a row, or why there is none."""
        if len(row.cells) != self._width:
            counts = f"{len(row.cells)} cells, the header {self._width}"
            return Unread(row.line, refused("row_ragged", f"The row has {counts}."))
        cells = {role: cell for role, place in self._places if (cell := row.cells[place].strip())}
        line = self._command_line(cells)
        if isinstance(line, Refused):
            return Unread(row.line, line, cells.get("source_row_id"))
        return Delivered(row.line, line)

    def _command_line(self, cells: Mapping[ColumnRole, str]) -> CommandDict | Refused:
        for role in _NEEDED:
            if role not in cells:
                return refused("cell_missing", f"The row names no {role}.")
        for role in ("patient", "performer", "source_row_id", "version", "entered_by", "supervised_by"):
            if (cell := cells.get(role)) is not None and not _is_outside_name(cell):
                return self._unreadable(role, "is longer than 200 characters or holds control characters")
        times = self._times(cells)
        if isinstance(times, Refused):
            return times
        details = self._details(cells)
        if isinstance(details, Refused):
            return details
        source = self._source(cells)
        if isinstance(source, Refused):
            return source
        if "start" not in times and "source_row_id" not in cells:
            return refused("source_row_id_required", "The row has no clock times and no id of its source.")
        patient, staff = self._mapping.identifiers.patient, self._mapping.identifiers.staff
        data: CommandDict = {"patient": _ref(cells["patient"], patient), "performer": _ref(cells["performer"], staff)}
        if "supervised_by" in cells:
            data["supervised_by"] = _ref(cells["supervised_by"], staff)
        line: CommandDict = {"v": 1, "key": self._key(cells), "command": "log_time"}
        if "entered_by" in cells:
            line["actor"] = {"id": _ref(cells["entered_by"], staff)}
        elif self._actor is not None:
            line["actor"] = dict(self._actor)
        line |= {"source": source, "data": data | times | details}
        if "clock" in cells:
            clock = read_instant(cells["clock"], "iso", self._zone, "clock")
            if isinstance(clock, Refused):
                return clock
            line["clock"] = stored_instant(clock)
        return line

    def _key(self, cells: Mapping[ColumnRole, str]) -> str:
        if (row_id := cells.get("source_row_id")) is not None:
            return row_id
        # The roles, not the header's words: a renamed or added column leaves a row the row that it was.
        parts = [part for role in sorted(cells) if role != "clock" for part in (role, cells[role])]
        digest = row_digest(self._mapping.source.system, *parts)
        return f"row:{digest.hex()}:{self._ordinals.next_of(digest)}"

    def _times(self, cells: Mapping[ColumnRole, str]) -> CommandDict | Refused:
        if "start" not in cells and "end" not in cells:
            return self._untimed(cells)
        if "start" not in cells or "end" not in cells:
            return refused("clock_times_incomplete", "The row has one of start and end, not both.")
        start = self._instant(cells, "start")
        if isinstance(start, Refused):
            return start
        end = self._instant(cells, "end")
        if isinstance(end, Refused):
            return end
        if "minutes" in cells:
            minutes = self._whole(cells, "minutes", 5)
            if isinstance(minutes, Refused):
                return minutes
            seconds = int((whole_seconds(end) - whole_seconds(start)).total_seconds())
            # Sources round to the minute, up or down; beyond that one of the two is wrong, and we do not know which.
            if abs(minutes * 60 - seconds) >= 60:
                return refused("minutes_disagree", "The minutes of the row are not those between start and end.")
        return {"start": stored_instant(start), "end": stored_instant(end)}

    def _untimed(self, cells: Mapping[ColumnRole, str]) -> CommandDict | Refused:
        if "date" not in cells or "minutes" not in cells:
            return refused("clock_times_incomplete", "The row has neither start and end nor date and minutes.")
        on = read_day(cells["date"], self._mapping.formats.date, self._named("date"))
        if isinstance(on, Refused):
            return on
        minutes = self._whole(cells, "minutes", 5)
        return minutes if isinstance(minutes, Refused) else {"on": on.isoformat(), "minutes": minutes}

    def _details(self, cells: Mapping[ColumnRole, str]) -> CommandDict | Refused:
        details: CommandDict = dict(self._defaults)
        details |= {role: cells[role] for role in _TEXTS if role in cells}
        if (activity := cells.get("activity")) is not None:
            details["activity"] = self._activities.get(activity.casefold(), activity)
        if "plan_revision" in cells:
            revision = self._whole(cells, "plan_revision", 6)
            if isinstance(revision, Refused):
                return revision
            details["plan_revision"] = revision
        given = {role for role in cells if role.startswith("contact_")}
        if given:
            two_way = _YES_NO.get(cells.get("contact_two_way", "").casefold())
            if two_way is None or not {"contact_with", "contact_channel"} <= given:
                return self._unreadable("contact_two_way", "needs with whom, two-way (yes or no) and channel together")
            contact = {"with_whom": cells["contact_with"], "two_way": two_way, "channel": cells["contact_channel"]}
            details["contact"] = contact | ({"outcome": cells["contact_outcome"]} if "contact_outcome" in given else {})
        return details

    def _source(self, cells: Mapping[ColumnRole, str]) -> CommandDict | Refused:
        source: CommandDict = {"system": self._mapping.source.system}
        if "source_row_id" in cells:
            source["id"] = cells["source_row_id"]
        if "version" in cells:
            source["version"] = cells["version"]
        if "recorded_at" in cells:
            recorded_at = self._instant(cells, "recorded_at")
            if isinstance(recorded_at, Refused):
                return recorded_at
            source["recorded_at"] = stored_instant(recorded_at)
        return source

    def _instant(self, cells: Mapping[ColumnRole, str], role: ColumnRole) -> datetime | Refused:
        return read_instant(cells[role], self._mapping.formats.instant, self._zone, self._named(role))

    def _whole(self, cells: Mapping[ColumnRole, str], role: ColumnRole, digits: int) -> int | Refused:
        cell = cells[role]
        if not (cell.isascii() and cell.isdigit() and len(cell) <= digits):
            return self._unreadable(role, "is no whole number")
        return int(cell)

    def _unreadable(self, role: ColumnRole, why: str) -> Refused:
        return refused("cell_unreadable", f"The cell in {self._named(role)} {why}.")

    def _named(self, role: ColumnRole) -> str:
        return self._mapping.column(role) or role


def _ref(value: str, system: str) -> str | dict[str, str]:
    """An opaque id of the ledger as it is, anything else as an identifier of that system."""
    return value if type_of_id.match(value) else {"system": system, "value": value}


def _is_outside_name(value: str) -> bool:
    return len(value) <= _OUTSIDE_MAX and not any(ch < " " or ch == "\x7f" for ch in value)
