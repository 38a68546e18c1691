"""The patient stream: who the patient is, where assigned, conditions, risk, visits, coverage, death.

Consent and designation facts live in the same stream; their events stand in consent.py and designation.py,
and `patient_state.py` folds them all. TOPIC and field names are the storage format.
"""

from datetime import date
from typing import ClassVar

from pydantic import Field

from ledger.streams.base import SEALED, Closed, Event, Part, Sealing, identity_scope, year_scope
from ledger.terms.calendar import Instant
from ledger.terms.identity import (
    ConditionId,
    CoverageId,
    PatientId,
    PracticeId,
    StaffId,
    Token,
    VisitId,
    identifier_tag,
    patient_tag,
)
from ledger.terms.people import CoverageKind, SourceName, Word
from ledger.terms.postal import AddressLine, City, State, ZipCode


class OutsideIdentifier(Part):
    """An identifier in the clear: system and value. Only ever inside sealed words."""

    system: SourceName
    value: str


class PostalAddress(Part):
    """A patient's address in parts, as a claim asks for it. Only ever inside sealed words."""

    line: AddressLine
    second: AddressLine | None = None
    city: City
    state: State
    zip_code: ZipCode


class Demographics(Part):
    """Who a patient is, as one source says. Sealed under (patient, identity)."""

    given: str | None = None
    family: str | None = None
    born_on: date | None = None
    sex: Word | None = None
    phone: str | None = None
    address: str | None = None
    postal: PostalAddress | None = None
    """The same address in parts, where the source gave them."""


class IdentityWords(Part):
    """Demographics and the identifiers that came with them."""

    demographics: Demographics
    identifiers: tuple[OutsideIdentifier, ...] = ()


class IdentifierLink(Part):
    """An identifier by its system and token; the value itself is sealed."""

    system: SourceName
    token: Token


class _OfPatient(Event):
    """What all events of the patient stream share."""

    patient: PatientId

    def tags(self) -> tuple[str, ...]:
        return (patient_tag(self.patient),)


class PatientRegistered(_OfPatient):
    """A patient became known to the ledger under one opaque id."""

    TOPIC: ClassVar[str] = "patient_registered"
    links: tuple[IdentifierLink, ...]
    practice: PracticeId | None = None
    demographics: Token | None = None
    """The token of the demographics as reported, so that a repeat is known without opening them; None: none given."""
    document: Token | None = None
    words: IdentityWords | Closed = Field(default=SEALED, exclude=True)

    def tags(self) -> tuple[str, ...]:
        return (patient_tag(self.patient), *(identifier_tag(link.token) for link in self.links))

    def sealing(self) -> tuple[Sealing, ...]:
        return (Sealing("words", patient_tag(self.patient), identity_scope(self.patient)),)


class DemographicsReported(_OfPatient):
    """A source reported demographics of a patient who is already known (readings, section 3)."""

    TOPIC: ClassVar[str] = "demographics_reported"
    demographics: Token | None = None
    document: Token | None = None
    words: IdentityWords | Closed = Field(default=SEALED, exclude=True)

    def sealing(self) -> tuple[Sealing, ...]:
        return (Sealing("words", patient_tag(self.patient), identity_scope(self.patient)),)


class IdentifierLinked(_OfPatient):
    """A further outside identifier leads to this patient."""

    TOPIC: ClassVar[str] = "identifier_linked"
    links: tuple[IdentifierLink, ...]
    words: IdentityWords | Closed = Field(default=SEALED, exclude=True)

    def tags(self) -> tuple[str, ...]:
        return (patient_tag(self.patient), *(identifier_tag(link.token) for link in self.links))

    def sealing(self) -> tuple[Sealing, ...]:
        return (Sealing("words", patient_tag(self.patient), identity_scope(self.patient)),)


class PracticeAssigned(_OfPatient):
    """The patient belongs to a practice from a day on; earlier days keep the practice they had."""

    TOPIC: ClassVar[str] = "practice_assigned"
    practice: PracticeId
    from_on: date


class CodedConcept(Part):
    """A code as a source gave it: SNOMED CT, ICD-10-CM or another system."""

    system: Word
    code: str = Field(min_length=1, max_length=32, pattern=r"^[A-Za-z0-9.\-]+$")


class ConditionWords(Part):
    """The condition in words, and where the evidence lies. Sealed."""

    description: str | None = None
    pointer: str | None = None


class ConditionContent(_OfPatient):
    """What a record of a condition says. The facts that record and move a condition each hold it whole."""

    condition: ConditionId
    source_code: CodedConcept | None = None
    icd10: str | None = Field(default=None, pattern=r"^[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?$")
    onset_on: date | None = None
    abated_on: date | None = None
    expected_12_months: bool | None = None
    """Expected to last twelve months or until death (CCM-ELIG-01); None: nobody said."""
    expected_months: int | None = Field(default=None, ge=1, le=1200)
    """Expected to last so many months, where somebody said so: PCM asks for three (CCM-CODE-15)."""
    document: Token | None = None
    words: ConditionWords | Closed = Field(default=SEALED, exclude=True)

    def lasts(self, months: int) -> bool:
        """Whether it is expected to last so many months; of two words that differ the lesser holds."""
        if self.expected_months is None:
            return bool(self.expected_12_months)
        most = min(self.expected_months, 11) if self.expected_12_months is False else self.expected_months
        return most >= months

    def year(self) -> int:
        """The year under whose key the words are sealed: that of the onset, 0 where it is not known."""
        return self.onset_on.year if self.onset_on else 0

    def sealing(self) -> tuple[Sealing, ...]:
        return (Sealing("words", patient_tag(self.patient), year_scope(self.patient, self.year())),)


class ConditionRecorded(ConditionContent):
    """A condition with its evidence: source code, ICD-10-CM where somebody mapped it, dates, expected course."""

    TOPIC: ClassVar[str] = "condition_recorded"


class RiskWords(Part):
    """The practitioner's own words on the risk. Sealed."""

    statement: str | None = None


class RiskAttested(_OfPatient):
    """A practitioner attests significant risk of death, decompensation or functional decline (CCM-ELIG-02)."""

    TOPIC: ClassVar[str] = "risk_attested"
    practitioner: StaffId
    on: date
    conditions: tuple[ConditionId, ...] = ()
    words: RiskWords | Closed = Field(default=SEALED, exclude=True)

    def sealing(self) -> tuple[Sealing, ...]:
        return (Sealing("words", patient_tag(self.patient), year_scope(self.patient, self.on.year)),)


class NoWords(Part):
    """Nothing is said in words; where a fact came from is sealed alone."""


class VisitRecorded(_OfPatient):
    """A visit that happened, with its code where known; whether it qualifies is judged (CCM-INIT-01 to -07)."""

    TOPIC: ClassVar[str] = "visit_recorded"
    visit: VisitId
    on: date
    code: str | None = Field(default=None, pattern=r"^[A-Z0-9]{5}$")
    practitioner: StaffId | None = None
    ccm_discussed: bool | None = None
    document: Token | None = None
    words: NoWords | Closed = Field(default=SEALED, exclude=True)

    def sealing(self) -> tuple[Sealing, ...]:
        return (Sealing("words", patient_tag(self.patient), year_scope(self.patient, self.on.year)),)


class CoverageWords(Part):
    """The member id and plan name of a coverage. Sealed."""

    member: str | None = None
    plan: str | None = None


class CoverageRecorded(_OfPatient):
    """Who pays, from when to when, as some source says."""

    TOPIC: ClassVar[str] = "coverage_recorded"
    coverage: CoverageId
    payer: Word
    kind: CoverageKind
    from_on: date
    until_on: date | None = None
    rank: int = Field(default=1, ge=1, le=9)
    qmb: bool = False
    verified_at: Instant | None = None
    words: CoverageWords | Closed = Field(default=SEALED, exclude=True)

    def sealing(self) -> tuple[Sealing, ...]:
        return (Sealing("words", patient_tag(self.patient), identity_scope(self.patient)),)


class DeathRecorded(_OfPatient):
    """The patient died on a day, as some source says; work up to it counts."""

    TOPIC: ClassVar[str] = "death_recorded"
    on: date
    document: Token | None = None
    words: NoWords | Closed = Field(default=SEALED, exclude=True)

    def sealing(self) -> tuple[Sealing, ...]:
        return (Sealing("words", patient_tag(self.patient), year_scope(self.patient, self.on.year)),)
