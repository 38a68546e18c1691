"""Designation facts of the patient stream: who bills a programme, from which month until which.

The guard key is (patient, month, programme, side): one designation at most occupies a month (readings, section 3).
"""

from typing import ClassVar, Literal

from pydantic import Field

from ledger.streams.base import SEALED, Closed, Event, Part, Sealing, year_scope
from ledger.terms.calendar import CareMonth
from ledger.terms.identity import DesignationId, PatientId, PracticeId, StaffId, patient_tag
from ledger.terms.people import Programme, Side

WithdrawalReason = Literal[
    "entered_in_error", "practitioner_left", "practitioner_died", "patient_chose_other", "transfer"
]


class PractitionerDesignated(Event):
    """A billing practitioner of a programme, from a month on, until its end or its withdrawal."""

    TOPIC: ClassVar[str] = "practitioner_designated"
    patient: PatientId
    designation: DesignationId
    practitioner: StaffId
    practice: PracticeId
    programme: Programme
    side: Side
    from_month: CareMonth
    until_month: CareMonth | None = None

    def tags(self) -> tuple[str, ...]:
        return (patient_tag(self.patient),)


class WithdrawalWords(Part):
    """The evidence for a withdrawal, in words. Sealed."""

    evidence: str


class DesignationWithdrawn(Event):
    """A designation ended before its own end: it occupies no month from `from_month` on."""

    TOPIC: ClassVar[str] = "designation_withdrawn"
    patient: PatientId
    designation: DesignationId
    reason: WithdrawalReason
    from_month: CareMonth
    words: WithdrawalWords | Closed = Field(default=SEALED, exclude=True)

    def tags(self) -> tuple[str, ...]:
        return (patient_tag(self.patient),)

    def sealing(self) -> tuple[Sealing, ...]:
        year = int(self.from_month[:4])
        return (Sealing("words", patient_tag(self.patient), year_scope(self.patient, year)),)
