"""The care month stream: time, medical decision making, family choice, attestations.

A time entry is one fact: whole seconds, split into segments at local midnights, tagged with each care month and
each (performer, UTC date) it touches. Whether its seconds count is judged (ledger/judging/countable.py).
TOPIC and field names are the storage format.
"""

from datetime import date, datetime
from functools import cached_property
from sys import intern
from typing import ClassVar, Final, Literal, NamedTuple

from pydantic import Field

from ledger.streams.base import SEALED, Closed, Event, Part, Sealing, year_scope
from ledger.terms.calendar import CareMonth, Instant, epoch_seconds, month_of, utc_dates
from ledger.terms.identity import (
    AttestationId,
    Digest,
    EntryId,
    PatientId,
    PracticeId,
    StaffId,
    Token,
    care_month_tag,
    row_tag,
    staff_day_tag,
)
from ledger.terms.people import Country, Programme, Word

Capture = Literal["observed_timer", "asserted_timer", "edited_timer", "manual", "passive", "imported_total"]
Employer = Literal["practice", "leased", "contractor"]
Family = Literal["noncomplex", "complex", "personal", "rhc", "pcm_staff", "pcm_personal", "apcm"]
"""A group of codes of which one month of a programme bills one: those of CCM first, then those of PCM and APCM."""
DecisionLevel = Literal["straightforward", "low", "moderate", "high"]
ClockOrder = Literal["before", "after"]


SPEAKING: Final = ("patient", "caregiver")
"""With whom a two-way contact is one with the patient: the patient, or who cares and speaks for them."""


class Segment(Part):
    """A piece of an entry on one local date: UTC bounds, local date, UTC offset in seconds."""

    start: Instant
    end: Instant
    on: date
    offset: int = Field(ge=-64_800, le=64_800)


class Contact(Part):
    """Whom the work was a contact with, and how it went."""

    with_whom: Literal["patient", "caregiver", "provider", "pharmacy", "community", "other"]
    two_way: bool
    channel: Literal["phone", "video", "portal", "message", "in_person", "mail", "other"]
    outcome: Literal["reached", "left_message", "no_answer", "wrong_number"] | None = None


class Piece(NamedTuple):
    """A segment of an entry in epoch seconds, with its local date."""

    start: int
    end: int
    on: date


class Work(NamedTuple):
    """What is asked of a time entry again and again, in a tenth of the room that the event takes."""

    entry: str
    practice: str
    performer: str
    programme: Programme
    activity: str | None
    described: bool
    work_country: str | None
    entered_by: str | None
    order: ClockOrder | None
    row: str | None
    on: date
    """The local date on which it begins."""
    ended: datetime | None
    """When it ended; None where it has no clock times."""
    two_way: bool
    """Whether it was a two-way contact with the patient, or with who speaks for them (CCM-TIME-13)."""
    seconds: int
    """Seconds of the whole entry."""
    staff_dates: tuple[date, ...]
    supervised_by: str | None


class TimeWords(Part):
    """What was done, in words. Sealed under (patient, year)."""

    description: str | None = None
    activity: str | None = None
    """The source's own word for the activity, where it is not one of the rulebook's."""


class EntryContent(Event):
    """What a time entry says: from when to when (or, untimed, how long on which day), who, doing what.

    The facts that log, correct and move an entry each hold it whole.
    """

    entry: EntryId
    patient: PatientId
    practice: PracticeId
    performer: StaffId
    programme: Programme
    activity: Word | None = None
    """A category of the rulebook's catalogue, `unlisted` where the source's word is none of them, None without one."""
    described: bool
    segments: tuple[Segment, ...] = ()
    on: date | None = None
    """Untimed entries only: the local date."""
    seconds: int = Field(ge=0, le=86_400)
    order: ClockOrder | None = None
    """Untimed entries only: stated to lie before or after that day's boundary (consent, stay edge, death)."""
    zone: str
    tzdata: str
    supervised_by: StaffId | None = None
    employer: Employer | None = None
    work_country: Country | None = None
    work_state: str | None = Field(default=None, pattern=r"^[A-Z]{2}$")
    entered_by: StaffId | None = None
    contact: Contact | None = None
    sensitivity: Literal["normal", "substance_use", "psychotherapy", "other_restricted"] = "normal"
    capture: Capture
    plan_revision: int | None = Field(default=None, ge=1)
    form_version: Word | None = None
    row: Token | None = None
    """Untimed entries only: the token of the source's own id of the row, by which a repeat is known."""
    words: TimeWords | Closed = Field(default=SEALED, exclude=True)

    @property
    def is_timed(self) -> bool:
        """Whether the entry has clock times."""
        return bool(self.segments)

    def dates(self) -> tuple[date, ...]:
        """The local dates of the entry, in order."""
        if self.segments:
            if len(self.segments) == 1:
                return (self.segments[0].on,)
            return tuple(dict.fromkeys(segment.on for segment in self.segments))
        assert self.on is not None
        return (self.on,)

    def months(self) -> tuple[str, ...]:
        """The care months of the entry, in order: two where it crosses a month's end."""
        dates = self.dates()
        return (month_of(dates[0]),) if len(dates) == 1 else tuple(dict.fromkeys(map(month_of, dates)))

    def staff_dates(self) -> tuple[date, ...]:
        """The UTC dates under which the performer's overlaps are found; an untimed entry has its local date."""
        if self.segments:
            return utc_dates(self.segments[0].start, self.segments[-1].end)
        return self.dates()

    def tags(self) -> tuple[str, ...]:
        return self._tags

    # What follows is asked for by the overlay, the append and every fold: worth making once.

    @cached_property
    def spans(self) -> tuple[Piece, ...]:
        """The segments in epoch seconds; none where the entry has no clock times."""
        return tuple([Piece(epoch_seconds(s.start), epoch_seconds(s.end), s.on) for s in self.segments])

    @cached_property
    def work(self) -> Work:
        """What the folded month keeps of this entry."""
        return Work(
            self.entry,
            self.practice,
            self.performer,
            self.programme,
            intern(self.activity) if self.activity is not None else None,
            self.described,
            self.work_country,
            self.entered_by,
            self.order,
            self.row,
            self.dates()[0],
            self.segments[-1].end if self.segments else None,
            self.contact is not None and self.contact.two_way and self.contact.with_whom in SPEAKING,
            self.seconds,
            self.staff_dates(),
            self.supervised_by,
        )

    @cached_property
    def _tags(self) -> tuple[str, ...]:
        months = [care_month_tag(self.patient, month) for month in self.months()]
        rows = (row_tag(self.row),) if self.row is not None else ()
        return (*months, *[staff_day_tag(self.performer, on) for on in self.staff_dates()], *rows)

    def sealing(self) -> tuple[Sealing, ...]:
        year = self.dates()[0].year
        return (Sealing("words", care_month_tag(self.patient, self.months()[0]), year_scope(self.patient, year)),)


class TimeLogged(EntryContent):
    """Somebody worked for a patient."""

    TOPIC: ClassVar[str] = "time_logged"


class DecisionMakingWords(Part):
    """The problems, data and risk that were weighed. Sealed."""

    problems: str
    data: str
    risk: str


class DecisionMakingAttested(Event):
    """The billing practitioner attests the level of medical decision making of a month (CCM-CODE-07)."""

    TOPIC: ClassVar[str] = "decision_making_attested"
    patient: PatientId
    month: CareMonth
    practitioner: StaffId
    level: DecisionLevel
    attested_at: Instant
    words: DecisionMakingWords | Closed = Field(default=SEALED, exclude=True)

    def tags(self) -> tuple[str, ...]:
        return (care_month_tag(self.patient, self.month),)

    def sealing(self) -> tuple[Sealing, ...]:
        scope = year_scope(self.patient, int(self.month[:4]))
        return (Sealing("words", care_month_tag(self.patient, self.month), scope),)


class FamilyChosen(Event):
    """The billing practitioner chose one of the code families that a month supports (CCM-UNIT-02)."""

    TOPIC: ClassVar[str] = "family_chosen"
    patient: PatientId
    month: CareMonth
    practitioner: StaffId
    family: Family
    programme: Programme | None = None
    """The programme whose families it was chosen from; None: CCM."""

    def tags(self) -> tuple[str, ...]:
        return (care_month_tag(self.patient, self.month),)


class CodeUnits(Part):
    """A code number and its units."""

    code: str = Field(pattern=r"^[A-Z0-9]{5}$")
    units: int = Field(ge=1)


class MonthAttested(Event):
    """The billing practitioner signed a digest of the derived month at a position (readings, section 6)."""

    TOPIC: ClassVar[str] = "month_attested"
    patient: PatientId
    month: CareMonth
    attestation: AttestationId
    practitioner: StaffId
    attested_at: Instant
    statement: Word
    """Which wording was signed; the wordings stand in the rulebook."""
    digest: Digest
    as_of: int = Field(ge=1)
    """The position at which the month was derived."""
    edition: Digest
    family: Family | None = None
    staff_seconds: int = Field(ge=0)
    personal_seconds: int = Field(ge=0)
    lines: tuple[CodeUnits, ...]
    programme: Programme | None = None
    """The programme whose month was signed; None: CCM."""

    def tags(self) -> tuple[str, ...]:
        return (care_month_tag(self.patient, self.month),)
