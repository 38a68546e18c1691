"""Time of a practice and month as the CSV file that its timer would export, with the faults that such files have.

The northern practice's timer sends each row as it is written; the lake practice's vendor sends the month on the first
of the next one, so that its rows are late. Clocks never go back within a file, nor from one file to the next.
"""

import calendar
import csv
import io
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, NamedTuple

from interfaces.simulator.dice import Dice
from interfaces.simulator.dirt import dirty_entries
from interfaces.simulator.entries import Entry, Sheet
from interfaces.simulator.people import LAKE, NORTH, PracticeMade, StaffMade
from interfaces.simulator.stories import MONTHS, Story
from ledger.terms.calendar import next_month, stored_instant

WORDS: Final = {
    "Monthly call": "phone_call",
    "Med rec": "medication_reconciliation",
    "Chart review": "chart_review",
    "Care plan update": "care_plan_update",
    "Pharmacy": "pharmacy_coordination",
    "Specialist": "specialist_coordination",
    "Labs": "results_review",
    "Voicemail": "contact_attempt",
    "Prior auth": "prior_authorization",
}
_COUNTED: Final = ("Monthly call", "Med rec", "Chart review", "Care plan update", "Pharmacy", "Specialist", "Labs")
_NOTES: Final = {
    "Monthly call": ("Asked about swelling and weight; {n} lb since the last call.", "Home readings {n} over 80."),
    "Med rec": ("{n} medications compared with the pharmacy's list.",),
    "Chart review": ("Read {n} notes of the last quarter before the call.",),
    "Care plan update": ("Goal {n} reworded with the patient.",),
    "Pharmacy": ("Refill of {n} days arranged after dose review.",),
    "Specialist": ("Letter to the cardiologist, {n} questions.",),
    "Labs": ("Results reviewed, creatinine 1.{n}.",),
    "Voicemail": ("Left a message, attempt {n}.",),
    "Prior auth": ("Form for the insurer, page {n}.",),
}
HEADER: Final = (
    *("row", "mrn", "worker", "began", "ended", "day", "minutes", "task", "note", "written", "by", "supervisor"),
    *("works_in", "employer", "with", "two_way", "channel", "outcome", "clock"),
)
_FORMS: Final = {NORTH.code: "%Y-%m-%d %H:%M:%S", LAKE.code: "%m/%d/%Y %H:%M:%S"}


class Shape(NamedTuple):
    """How one practice's timer writes its files."""

    practice: PracticeMade
    form: str
    system: str

    @classmethod
    def of(cls, practice: PracticeMade) -> "Shape":
        """The shape of a practice's files."""
        return cls(practice, _FORMS[practice.code], f"timer.{practice.code}")

    def mapping(self) -> bytes:
        """The mapping file that goes with the files."""
        iso = self.practice is NORTH
        activities = "".join(f'"{word}" = "{category}"\n' for word, category in WORDS.items())
        text = f"""# How the timer of {self.practice.name} writes its time log.
[source]
system = "{self.system}"
timezone = "{self.practice.zone}"

[identifiers]
patient = "mrn"
staff = "staff"

[columns]
source_row_id = "row"
patient = "mrn"
performer = "worker"
start = "began"
end = "ended"
date = "day"
minutes = "minutes"
activity = "task"
description = "note"
recorded_at = "written"
entered_by = "by"
supervised_by = "supervisor"
work_country = "works_in"
employer = "employer"
contact_with = "with"
contact_two_way = "two_way"
contact_channel = "channel"
contact_outcome = "outcome"
clock = "clock"

[formats]
instant = "{"iso" if iso else self.form}"
date = "{"iso" if iso else self.form.partition(" ")[0]}"

[defaults]
programme = "CCM"
capture = "asserted_timer"

[activities]
{activities}"""
        return text.encode()


def time_csv(
    shape: Shape, zone: tzinfo, month: str, stories: Sequence[Story], staff: Sequence[StaffMade], dice: Dice
) -> bytes:
    """The file of one practice and month; only the first month of the north holds the whole list of faults."""
    here = [story for story in stories if story.member.practice == shape.practice.code]
    sheet = Sheet(shape.practice.code, month, _working_days(month))
    entries = list(_scheduled(sheet, here, MONTHS.index(month), dice))
    entries += dirty_entries(sheet, here, staff, entries)
    entries.sort(key=lambda entry: (entry.written, entry.row))
    first = datetime.combine(date.fromisoformat(f"{next_month(month)}-01"), time(13), tzinfo=UTC)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADER)
    for number, entry in enumerate(entries):
        batch = first + timedelta(seconds=number)
        clock = entry.written.replace(tzinfo=zone).astimezone(UTC) if shape.practice is NORTH else batch
        writer.writerow((*entry.cells(shape.form), stored_instant(clock)))
    return out.getvalue().encode() + (_BROKEN if sheet.is_first_of_north else b"")


# A row of another encoding, one with too few cells, one with a mark left open: each is answered, and the file goes on.
_BROKEN: Final = (
    b'N-broken-1,MR-100000,N-RN-1,caf\xe9\r\nN-broken-2,MR-100000,N-RN-1\r\nN-broken-3,"MR-100000,N-RN-1\r\n'
)


def _working_days(month: str) -> tuple[date, ...]:
    year, number = int(month[:4]), int(month[5:7])
    days = (date(year, number, day) for day in range(2, calendar.monthrange(year, number)[1] + 1))
    return tuple(day for day in days if day.weekday() < 5)


def _scheduled(sheet: Sheet, stories: Sequence[Story], index: int, dice: Dice) -> Iterator[Entry]:
    """Each worker's entries one after the other, in office hours, with pauses in between."""
    tasks: dict[str, list[tuple[int, int, Story, str]]] = {}
    for story in stories:
        worker = story.practitioner if story.level == "personal" else story.nurse
        left = story.seconds[index]
        mine = tasks.setdefault(worker.number, [])
        while left > 0:
            # What would be left over under four minutes is added to the last piece.
            piece = dice.between(4, 14) * 60
            piece = left if left - piece < 240 else piece
            mine.append((dice.below(len(sheet.days)), piece, story, dice.pick(_COUNTED)))
            left -= piece
        if dice.chance(25):
            other = dice.pick(("Prior auth", "Voicemail", "Misc"))
            mine.append((dice.below(len(sheet.days)), dice.between(3, 9) * 60, story, other))
    for worker_number in sorted(tasks):
        at = datetime.combine(sheet.days[0], time(0))
        for day, seconds, story, task in sorted(tasks[worker_number], key=lambda item: item[0]):
            at = max(at, datetime.combine(sheet.days[day], time(8, 30))) + timedelta(seconds=dice.between(60, 900))
            if at.time() > time(16, 30):
                following = sheet.days[min(day + 1, len(sheet.days) - 1)]
                at = max(at, datetime.combine(following, time(8, 30)))
            end = at + timedelta(seconds=seconds)
            note = dice.pick(_NOTES.get(task, ("Looked into {n} things.",))).format(n=dice.between(2, 9))
            worker = story.practitioner if worker_number == story.practitioner.number else story.nurse
            yield sheet.entry(story, worker, at, end, task, note)
            at = end
