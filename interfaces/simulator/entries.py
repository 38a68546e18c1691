"""One row of a simulated time log, in local time, and the sheet that numbers the rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from interfaces.simulator.people import StaffMade
from interfaces.simulator.stories import Member, Story

_CONTACTS = {
    "Monthly call": ("patient", "yes", "phone", "reached"),
    "Voicemail": ("patient", "no", "phone", "left_message"),
    "Pharmacy": ("pharmacy", "yes", "phone", "reached"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A row: who worked for whom, from when to when (or on which day how long), and when it was written."""

    row: str
    member: Member
    worker: str
    began: datetime | None
    ended: datetime | None
    task: str
    note: str
    written: datetime
    by: str
    supervisor: str
    day: date | None = None
    minutes: int | None = None
    country: str = "US"
    employer: str = "practice"
    recorded: datetime | None = None
    """When its source wrote it down, where the row is sent again later."""

    def cells(self, form: str) -> tuple[str, ...]:
        """The cells of the row but the clock, with times written in that form."""
        times = tuple(at.strftime(form) if at else "" for at in (self.began, self.ended))
        day = self.day.strftime(form.partition(" ")[0]) if self.day else ""
        minutes = "" if self.minutes is None else str(self.minutes)
        written = (self.recorded or self.written).strftime(form)
        contact = _CONTACTS.get(self.task, ("", "", "", ""))
        who = (self.row, self.member.mrn, self.worker, *times, day, minutes, self.task, self.note, written)
        return (*who, self.by, self.supervisor, self.country, self.employer, *contact)


@dataclass
class Sheet:
    """The rows of one practice and month: its working days, and the next row number."""

    practice: str
    month: str
    days: Sequence[date]
    _rows: int = field(default=0)

    @property
    def is_first_of_north(self) -> bool:
        """Whether this is the file that holds the list of faults."""
        return (self.practice, self.month) == ("north", "2026-01")

    def entry(self, story: Story, worker: StaffMade, began: datetime, ended: datetime, task: str, note: str) -> Entry:
        """A timed row, written two minutes after the work by whoever did it."""
        return Entry(
            row=self.number(),
            member=story.member,
            worker=worker.number,
            began=began,
            ended=ended,
            task=task,
            note=note,
            written=ended + timedelta(minutes=2),
            by=worker.number,
            supervisor=story.practitioner.number,
        )

    def number(self) -> str:
        """The source's id of the next row."""
        self._rows += 1
        return f"{self.practice}-{self.month}-{self._rows:05d}"
