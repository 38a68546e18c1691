"""Assessment and planning by the practitioner beyond a visit: G0506, which rides on that visit (CCM-CODE-10 to -13).

That it was done is the practitioner's word; whether the visit can carry it is decided when it is said, and looked at
again when its month is judged. TOPIC and field names are the storage format.
"""

from datetime import date
from typing import ClassVar, NamedTuple

from pydantic import Field

from ledger.streams.base import SEALED, Closed, Event, Sealing, year_scope
from ledger.streams.endings import EvidenceWords, RetractionReason
from ledger.terms.identity import PatientId, StaffId, VisitId, patient_tag


class _OfVisit(Event):
    """What both events share: the patient, and the visit on whose claim it rides."""

    patient: PatientId
    visit: VisitId

    def tags(self) -> tuple[str, ...]:
        return (patient_tag(self.patient),)


class ExtraPlanningAttested(_OfVisit):
    """The billing practitioner assessed and planned beyond what a visit pays for, at the start of CCM."""

    TOPIC: ClassVar[str] = "extra_planning_attested"
    practitioner: StaffId
    on: date
    """The day of the visit."""
    visit_code: str = Field(pattern=r"^[A-Z0-9]{5}$")
    """The visit's code when it was said."""


class ExtraPlanningRetracted(_OfVisit):
    """That a practitioner planned beyond a visit was recorded in error: it never was."""

    TOPIC: ClassVar[str] = "extra_planning_retracted"
    reason: RetractionReason
    words: EvidenceWords | Closed = Field(default=SEALED, exclude=True)

    def sealing(self) -> tuple[Sealing, ...]:
        return (Sealing("words", patient_tag(self.patient), year_scope(self.patient, 0)),)


class ExtraPlanning(NamedTuple):
    """What a practitioner attested of a visit, and the fact that took it back."""

    event: ExtraPlanningAttested
    position: int
    retracted: ExtraPlanningRetracted | None = None
    retracted_position: int | None = None


def planned_after(
    known: tuple[ExtraPlanning, ...], event: ExtraPlanningAttested | ExtraPlanningRetracted, position: int
) -> tuple[ExtraPlanning, ...]:
    """What is on record after one more fact; a retraction takes back what stands of its visit."""
    if isinstance(event, ExtraPlanningAttested):
        return (*known, ExtraPlanning(event, position))
    return tuple(
        each._replace(retracted=event, retracted_position=position)
        if each.event.visit == event.visit and each.retracted is None
        else each
        for each in known
    )
