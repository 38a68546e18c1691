"""What happens to a time entry afterwards: corrected, moved, struck, disputed, added to, allocated, approved late.

An entry is never changed: each of these is a fact of its own that names the entry, and the folds (entry_folding.py,
staff_day.py) say how the entry stands after it (CCM-AMEND-01 to -04; readings, section 5). A correction and a move hold
the new content whole, for all months at once. TOPIC and field names are the storage format.
"""

from datetime import date
from functools import cached_property
from typing import ClassVar, Literal

from pydantic import Field

from ledger.streams.base import SEALED, Closed, Event, Part, Sealing, year_scope
from ledger.streams.care_month import EntryContent, TimeWords
from ledger.terms.calendar import CareMonth, Instant
from ledger.terms.identity import (
    EntryId,
    PatientId,
    StaffId,
    care_month_tag,
    staff_day_tag,
)

StrikeReason = Literal["not_worked", "recorded_twice", "wrong_patient", "not_documented", "dispute_upheld", "other"]
AddendumKind = Literal["information", "late_reason"]


class ChangeWords(Part):
    """Why a change was made, in words, and where the evidence lies. Sealed."""

    reason: str | None = None
    evidence: str | None = None


class CorrectionWords(TimeWords):
    """What was done, said anew, and why it was not right before. Sealed under (patient, year)."""

    reason: str


class _Replaces(EntryContent):
    """New content of an entry, with what the old one touched: those streams must learn that it left them."""

    left_months: tuple[CareMonth, ...] = ()
    """Months of the old content; those of the new one follow from its dates."""
    left_days: tuple[date, ...] = ()
    """UTC dates of the performer on which the old content lay."""

    def old_patient(self) -> str:
        """Whose months the old content lay in."""
        return self.patient

    def tags(self) -> tuple[str, ...]:
        return self._replacing

    @cached_property
    def _replacing(self) -> tuple[str, ...]:
        old = [care_month_tag(self.old_patient(), month) for month in self.left_months]
        new = [care_month_tag(self.patient, month) for month in self.months()]
        days = [staff_day_tag(self.performer, on) for on in (*self.staff_dates(), *self.left_days)]
        return tuple(dict.fromkeys((*new, *old, *days)))


class Brought(Part):
    """What goes along with an entry into a month that cannot know of it: a new date shakes off no dispute."""

    disputed_at: int | None = Field(default=None, ge=1)
    """The position of the newest dispute, while it is open."""
    has_late_reason: bool = False
    is_moved_here: bool = False


class TimeCorrected(_Replaces):
    """The content of an entry was wrong, and this is what it should have said (CCM-AMEND-04).

    The entry keeps its place: what it was the first to hold it goes on holding (readings, section 12).
    """

    TOPIC: ClassVar[str] = "time_corrected"
    place: int = Field(ge=1)
    """The position of the fact that gave the entry its place in the order of recording."""
    first_recorded_at: Instant
    """When the ledger learned of the work: at first, or by this correction where it tells of seconds untold before."""
    brings: Brought | None = None
    """Of an entry that comes to a month which it did not touch, what happened to it so far; None where nothing did."""
    words: CorrectionWords | Closed = Field(default=SEALED, exclude=True)


class TimeMoved(_Replaces):
    """Work recorded about one patient was another's: struck there and logged here, in one fact.

    `patient` and `entry` are the right ones. The new entry takes the place of the move (readings, section 12).
    """

    TOPIC: ClassVar[str] = "time_moved"
    from_patient: PatientId
    from_entry: EntryId
    reason: ChangeWords | Closed = Field(default=SEALED, exclude=True)
    """Sealed with the wrong patient's words; what was done is sealed with the right one's."""

    def old_patient(self) -> str:
        return self.from_patient

    def sealing(self) -> tuple[Sealing, ...]:
        right, wrong = care_month_tag(self.patient, self.months()[0]), care_month_tag(self.from_patient, self._left())
        year = self.dates()[0].year
        return (
            Sealing("words", right, year_scope(self.patient, year)),
            Sealing("reason", wrong, year_scope(self.from_patient, int(self._left()[:4]))),
        )

    def _left(self) -> str:
        return self.left_months[0]


class _OfEntry(Event):
    """A fact about one entry, which does not say its content anew."""

    patient: PatientId
    entry: EntryId
    months: tuple[CareMonth, ...] = Field(min_length=1)
    """The months that the entry touches, in order."""

    def tags(self) -> tuple[str, ...]:
        return tuple(care_month_tag(self.patient, month) for month in self.months)

    def sealing(self) -> tuple[Sealing, ...]:
        subject = care_month_tag(self.patient, self.months[0])
        return (Sealing("words", subject, year_scope(self.patient, int(self.months[0][:4]))),)


class TimeStruck(_OfEntry):
    """Compliance struck an entry, with evidence: it stays readable and holds no second any more."""

    TOPIC: ClassVar[str] = "time_struck"
    performer: StaffId
    days: tuple[date, ...] = Field(min_length=1)
    """UTC dates of the performer on which the entry lay."""
    reason: StrikeReason
    words: ChangeWords | Closed = Field(default=SEALED, exclude=True)

    def tags(self) -> tuple[str, ...]:
        return (*super().tags(), *(staff_day_tag(self.performer, on) for on in self.days))


class TimeAddended(_OfEntry):
    """New information about an entry, added to it; with `late_reason`, why it was recorded so late (CCM-AMEND-04)."""

    TOPIC: ClassVar[str] = "time_addended"
    kind: AddendumKind
    by: StaffId
    words: ChangeWords | Closed = Field(default=SEALED, exclude=True)


class TimeDisputed(_OfEntry):
    """Somebody says that an entry is not what happened. It counts on until it is settled."""

    TOPIC: ClassVar[str] = "time_disputed"
    by: StaffId
    words: ChangeWords | Closed = Field(default=SEALED, exclude=True)


class DisputeSettled(_OfEntry):
    """Compliance settled what was disputed about an entry: the entry stands, or was corrected, moved or struck."""

    TOPIC: ClassVar[str] = "dispute_settled"
    by: StaffId
    outcome: Literal["entry_stands", "entry_changed"]
    words: ChangeWords | Closed = Field(default=SEALED, exclude=True)


class LateEntryApproved(_OfEntry):
    """Compliance approved what raises an attested month: it counts, and the month needs a new attestation."""

    TOPIC: ClassVar[str] = "late_entry_approved"
    by: StaffId
    words: ChangeWords | Closed = Field(default=SEALED, exclude=True)


class TimeAllocated(Event):
    """The performer says to which of two patients' entries the seconds belong that both hold (readings, section 5)."""

    TOPIC: ClassVar[str] = "time_allocated"
    patient: PatientId
    entry: EntryId
    """The entry that keeps the shared seconds."""
    other_patient: PatientId
    other_entry: EntryId
    """The entry that gives them up."""
    performer: StaffId
    months: tuple[CareMonth, ...] = Field(min_length=1)
    other_months: tuple[CareMonth, ...] = Field(min_length=1)
    days: tuple[date, ...] = Field(min_length=1)
    """The UTC dates of the performer on which they share seconds."""

    def tags(self) -> tuple[str, ...]:
        return (
            *(care_month_tag(self.patient, month) for month in self.months),
            *(care_month_tag(self.other_patient, month) for month in self.other_months),
            *(staff_day_tag(self.performer, on) for on in self.days),
        )
