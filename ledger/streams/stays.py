"""Stays in hospitals and nursing facilities, and what takes a stay or a death back that was recorded in error.

A stay is testimony: from when to when, of which kind. Which seconds it bars is judged (ledger/judging/stays.py).
TOPIC and field names are the storage format.
"""

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from ledger.streams.base import SEALED, Closed, Event, Part, Sealing, year_scope
from ledger.streams.endings import EvidenceWords, RetractionReason
from ledger.terms.calendar import Instant
from ledger.terms.identity import PatientId, StayId, Token, patient_tag

StayKind = Literal[
    "hospital_inpatient", "snf_part_a", "observation", "emergency_department", "nursing_facility", "other"
]


class StayWords(Part):
    """Where the patient stayed. Sealed."""

    facility: str | None = None
    note: str | None = None


class StayRecorded(Event):
    """The patient stayed in a facility, as some source says; said again under the same id, the newest is used."""

    TOPIC: ClassVar[str] = "stay_recorded"
    patient: PatientId
    stay: StayId
    kind: StayKind
    admitted_on: date
    """The local day of admission; where only the moment is known and no zone, the earliest that it may be."""
    admitted_at: Instant | None = None
    discharged_on: date | None = None
    """The local day of discharge; None: no discharge is known."""
    discharged_at: Instant | None = None
    document: Token | None = None
    words: StayWords | Closed = Field(default=SEALED, exclude=True)

    def tags(self) -> tuple[str, ...]:
        return (patient_tag(self.patient),)

    def sealing(self) -> tuple[Sealing, ...]:
        return (Sealing("words", patient_tag(self.patient), year_scope(self.patient, self.admitted_on.year)),)


class StayRetracted(Event):
    """A stay was recorded in error: it never was."""

    TOPIC: ClassVar[str] = "stay_retracted"
    patient: PatientId
    stay: StayId
    reason: RetractionReason
    words: EvidenceWords | Closed = Field(default=SEALED, exclude=True)

    def tags(self) -> tuple[str, ...]:
        return (patient_tag(self.patient),)

    def sealing(self) -> tuple[Sealing, ...]:
        return (Sealing("words", patient_tag(self.patient), year_scope(self.patient, 0)),)


class DeathRetracted(Event):
    """The patient's death was recorded in error: no record of it that came before stands."""

    TOPIC: ClassVar[str] = "death_retracted"
    patient: PatientId
    reason: RetractionReason
    words: EvidenceWords | Closed = Field(default=SEALED, exclude=True)

    def tags(self) -> tuple[str, ...]:
        return (patient_tag(self.patient),)

    def sealing(self) -> tuple[Sealing, ...]:
        return (Sealing("words", patient_tag(self.patient), year_scope(self.patient, 0)),)
