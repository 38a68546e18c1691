"""Consent facts of the patient stream: the conversation, what was added to it, and a decline.

A consent is testimony: it is stored complete or incomplete, and whether it starts a programme is judged
(readings, section 4; CCM-CONSENT-01 to -13). TOPIC and field names are the storage format.
"""

from typing import ClassVar, Literal

from pydantic import Field

from ledger.streams.base import SEALED, Closed, Event, Part, Sealing, year_scope
from ledger.terms.calendar import Instant
from ledger.terms.identity import ConsentId, PatientId, StaffId, Token, patient_tag
from ledger.terms.people import Programme, Word

Method = Literal["verbal", "written", "electronic"]
EvidenceKind = Literal["signed_form", "recording", "contemporaneous_note", "recollection"]


class ItemsAffirmed(Part):
    """The four things a patient is told (CCM-CONSENT-04), each affirmed or not."""

    availability: bool
    cost_sharing: bool
    one_practitioner: bool
    right_to_stop: bool

    def missing(self) -> tuple[str, ...]:
        """The names of the items that were not affirmed, in the order of the rule."""
        return tuple(name for name in type(self).model_fields if not getattr(self, name))


class ConsentWords(Part):
    """Who spoke for the patient, and where the evidence lies. Sealed."""

    representative_name: str | None = None
    representative_relation: str | None = None
    representative_authority: str | None = None
    pointer: str | None = None
    note: str | None = None


class ConsentRecorded(Event):
    """A consent conversation: what was affirmed, to whom, how, when, and on what evidence."""

    TOPIC: ClassVar[str] = "consent_recorded"
    patient: PatientId
    consent: ConsentId
    programme: Programme
    occurred_at: Instant | None = None
    """None: the source gives no moment. Nothing invents one."""
    offset: int | None = Field(default=None, ge=-64_800, le=64_800)
    """Seconds from UTC to local time in the practice then: the judge opens no zone. None: there was no practice."""
    method: Method | None = None
    obtained_by: StaffId | None = None
    practitioner: StaffId | None = None
    given_by: Literal["self", "representative"] | None = None
    representative_identified: bool = False
    items: ItemsAffirmed
    evidence: EvidenceKind | None = None
    document: Token | None = None
    language: str | None = Field(default=None, pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
    interpreter: bool | None = None
    script_version: Word | None = None
    words: ConsentWords | Closed = Field(default=SEALED, exclude=True)

    def tags(self) -> tuple[str, ...]:
        return (patient_tag(self.patient),)

    def sealing(self) -> tuple[Sealing, ...]:
        year = self.occurred_at.year if self.occurred_at else 0
        return (Sealing("words", patient_tag(self.patient), year_scope(self.patient, year)),)


class ConsentSupplemented(Event):
    """What an incomplete consent lacked, given later; it completes the consent from its own moment."""

    TOPIC: ClassVar[str] = "consent_supplemented"
    patient: PatientId
    consent: ConsentId
    occurred_at: Instant
    offset: int | None = Field(default=None, ge=-64_800, le=64_800)
    """Seconds from UTC to local time in the practice then: the judge opens no zone. None: there was no practice."""
    obtained_by: StaffId
    method: Method | None = None
    practitioner: StaffId | None = None
    given_by: Literal["self", "representative"] | None = None
    representative_identified: bool = False
    items: ItemsAffirmed
    evidence: EvidenceKind
    document: Token | None = None
    words: ConsentWords | Closed = Field(default=SEALED, exclude=True)

    def tags(self) -> tuple[str, ...]:
        return (patient_tag(self.patient),)

    def sealing(self) -> tuple[Sealing, ...]:
        return (Sealing("words", patient_tag(self.patient), year_scope(self.patient, self.occurred_at.year)),)


class ConsentDeclined(Event):
    """The patient declined (CCM-CONSENT-13); recorded like everything else, it stops nothing that stands."""

    TOPIC: ClassVar[str] = "consent_declined"
    patient: PatientId
    programme: Programme
    occurred_at: Instant
    told_to: StaffId | None = None
    words: ConsentWords | Closed = Field(default=SEALED, exclude=True)

    def tags(self) -> tuple[str, ...]:
        return (patient_tag(self.patient),)

    def sealing(self) -> tuple[Sealing, ...]:
        return (Sealing("words", patient_tag(self.patient), year_scope(self.patient, self.occurred_at.year)),)
