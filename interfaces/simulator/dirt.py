"""The faults of real time logs, one row each: what is double, too early, too long, by the wrong person, or no time."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from interfaces.simulator.entries import Entry, Sheet
from interfaces.simulator.people import StaffMade
from interfaces.simulator.stories import Story


def dirty_entries(
    sheet: Sheet, stories: Sequence[Story], staff: Sequence[StaffMade], clean: Sequence[Entry]
) -> list[Entry]:
    """The faults of a sheet: all in the first month of the north, work across midnight at every month's end."""
    told = [story for story in stories if story.has_plan]
    if len(told) < 2 or not clean:
        return []
    found = [_across_midnight(sheet, told[0])]
    if sheet.is_first_of_north:
        found += _of_people(sheet, told, {person.number: person for person in staff})
        found += _of_times(sheet, told)
        found += _of_deliveries(told, clean)
        found += _before_and_without_consent(sheet, stories)
    return found


def _across_midnight(sheet: Sheet, story: Story) -> Entry:
    end = datetime.combine(_last_day(sheet), time(23, 52))
    worked = (end, end + timedelta(minutes=16))
    return sheet.entry(story, story.nurse, *worked, "Monthly call", "Called back late; breathless after supper.")


def _of_people(sheet: Sheet, told: Sequence[Story], staff: dict[str, StaffMade]) -> Iterator[Entry]:
    first, second = told[0], told[1]
    day = sheet.days[4]

    def work(story: Story, worker: StaffMade, hour: int, minute: int, note: str) -> Entry:
        began = datetime.combine(day, time(hour, minute))
        return sheet.entry(story, worker, began, began + timedelta(minutes=20), "Chart review", note)

    # One nurse, two patients, ten minutes of both; then two people on one patient.
    yield work(first, first.nurse, 18, 0, "Read the discharge letter.")
    yield work(second, first.nurse, 18, 10, "Read the laboratory sheet.")
    others = [p for p in staff.values() if p.practice == sheet.practice and p.role == "clinical_staff"]
    yield work(first, others[0], 19, 0, "Case talk, first voice.")
    yield work(first, others[1], 19, 0, "Case talk, second voice.")
    yield replace(work(second, second.nurse, 19, 30, "Covering from the other office."), worker="N-RN-99", by="N-RN-99")
    yield work(second, staff["C-BILL-1"], 20, 0, "Looked up the last claim.")
    abroad = work(first, staff["C-OFF-1"], 20, 30, "Night call from the contractor's office.")
    yield replace(abroad, country="PH", employer="contractor")
    yield replace(work(second, second.nurse, 21, 0, "Typed in from paper."), by="C-BILL-1")


def _of_times(sheet: Sheet, told: Sequence[Story]) -> Iterator[Entry]:
    story = told[1]
    nine = datetime.combine(sheet.days[6], time(7))
    hours = (nine, nine + timedelta(hours=25))
    yield sheet.entry(story, story.nurse, *hours, "Monthly call", "Timer left running over night.")
    backwards = (nine + timedelta(minutes=20), nine)
    yield sheet.entry(story, story.nurse, *backwards, "Labs", "Start and end exchanged.")
    coming = nine + timedelta(days=7)
    ahead = sheet.entry(story, story.nurse, coming, coming + timedelta(minutes=15), "Labs", "Planned for next week.")
    yield replace(ahead, written=nine + timedelta(hours=1))
    untimed = replace(ahead, began=None, ended=None, day=nine.date(), minutes=10, written=nine + timedelta(hours=2))
    yield replace(untimed, row="", note="Ten minutes, from memory.")
    yield replace(untimed, row=sheet.number(), note="Ten minutes, from the paper log.", task="Chart review")
    unsaid = replace(ahead, row=sheet.number(), began=None, ended=None, written=nine + timedelta(hours=3))
    yield replace(unsaid, note="Neither times nor minutes.")


def _of_deliveries(told: Sequence[Story], clean: Sequence[Entry]) -> Iterator[Entry]:
    sent = next((entry for entry in clean if entry.member == told[0].member), clean[0])
    assert sent.ended is not None
    later = sent.written + timedelta(hours=1)
    again = replace(sent, written=later, recorded=sent.written)
    yield again
    yield replace(again, ended=sent.ended + timedelta(minutes=5), written=later + timedelta(hours=1))
    # Two rows without an id of their source, alike in every cell: two pieces of work, told apart by their order.
    bare = replace(sent, row="", recorded=sent.written, note="=SUM(B2:B9) pasted from a sheet", written=later)
    yield bare
    yield replace(bare, written=later + timedelta(seconds=1))


def _before_and_without_consent(sheet: Sheet, stories: Sequence[Story]) -> Iterator[Entry]:
    story = stories[0]
    early = datetime.combine(date(2025, 12, 10), time(10))
    before = sheet.entry(story, story.nurse, early, early + timedelta(minutes=12), "Chart review", "Before the talk.")
    yield replace(before, written=datetime.combine(sheet.days[0], time(8, 31)), recorded=early + timedelta(minutes=15))


def _last_day(sheet: Sheet) -> date:
    day = sheet.days[-1]
    while (day + timedelta(days=1)).month == day.month:
        day += timedelta(days=1)
    return day
