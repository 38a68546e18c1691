"""Facts that end a programme for a patient, and facts that take such a fact or a consent back.

The patient revokes, the practice disenrols: two facts with two effects (readings, section 4). Nothing is ended or
taken back here; what it does to a month is judged (ledger/judging/stops.py). TOPIC and field names are the storage
format.
"""

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from ledger.streams.base import SEALED, Closed, Event, Part, Sealing, year_scope
from ledger.terms.identity import ConsentId, DisenrolmentId, PatientId, PracticeId, RevocationId, StaffId, patient_tag
from ledger.terms.people import Programme

DisenrolmentReason = Literal[
    "moved_away", "goals_met", "not_reachable", "not_eligible", "programme_closed", "patient_transferred", "other"
]
InvalidationReason = Literal["never_given", "forged", "not_authorised", "coerced", "wrong_patient", "entered_in_error"]
RetractionReason = Literal["entered_in_error", "wrong_patient", "source_corrected"]


class NoteWords(Part):
    """What was said about it. Sealed."""

    note: str | None = None


class EvidenceWords(Part):
    """The evidence for taking something back, in words. Sealed."""

    evidence: str


class _OfPatient(Event):
    """What all events of this module share."""

    patient: PatientId

    def tags(self) -> tuple[str, ...]:
        return (patient_tag(self.patient),)

    def _sealed_under(self, year: int) -> tuple[Sealing, ...]:
        return (Sealing("words", patient_tag(self.patient), year_scope(self.patient, year)),)


class ConsentRevoked(_OfPatient):
    """The patient revoked consent on a day; it takes effect at the end of that month (CCM-CONSENT-08)."""

    TOPIC: ClassVar[str] = "consent_revoked"
    revocation: RevocationId
    scope: tuple[Programme, ...] = Field(min_length=1)
    """The programmes that the patient no longer wants."""
    practitioner: StaffId | None = None
    """Whose care is no longer wanted; None: whoever bills."""
    told_on: date
    told_to: StaffId | None = None
    words: NoteWords | Closed = Field(default=SEALED, exclude=True)

    def sealing(self) -> tuple[Sealing, ...]:
        return self._sealed_under(self.told_on.year)


class RevocationRetracted(_OfPatient):
    """A revocation was recorded in error: it never was."""

    TOPIC: ClassVar[str] = "revocation_retracted"
    revocation: RevocationId
    reason: RetractionReason
    words: EvidenceWords | Closed = Field(default=SEALED, exclude=True)

    def sealing(self) -> tuple[Sealing, ...]:
        return self._sealed_under(0)


class ConsentInvalidated(_OfPatient):
    """A consent is void from the start: all months are judged as if it never was."""

    TOPIC: ClassVar[str] = "consent_invalidated"
    consent: ConsentId
    reason: InvalidationReason
    words: EvidenceWords | Closed = Field(default=SEALED, exclude=True)

    def sealing(self) -> tuple[Sealing, ...]:
        return self._sealed_under(0)


class PatientDisenrolled(_OfPatient):
    """The practice ended a programme for the patient; `on` is its last day."""

    TOPIC: ClassVar[str] = "patient_disenrolled"
    disenrolment: DisenrolmentId
    programme: Programme
    practice: PracticeId | None = None
    """The practice that disenrolled the patient; None: the patient belonged to none, and whoever bills is meant."""
    on: date
    reason: DisenrolmentReason
    words: NoteWords | Closed = Field(default=SEALED, exclude=True)

    def sealing(self) -> tuple[Sealing, ...]:
        return self._sealed_under(self.on.year)


class DisenrolmentRetracted(_OfPatient):
    """A disenrolment was recorded in error: it never was."""

    TOPIC: ClassVar[str] = "disenrolment_retracted"
    disenrolment: DisenrolmentId
    reason: RetractionReason
    words: EvidenceWords | Closed = Field(default=SEALED, exclude=True)

    def sealing(self) -> tuple[Sealing, ...]:
        return self._sealed_under(0)
