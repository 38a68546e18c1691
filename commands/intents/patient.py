"""Commands about who a patient is and what a month of theirs may rest on: registration to coverage."""

from typing import ClassVar

from pydantic import Field

from commands.intents.base import Command, OutsideName, Ref, Wire
from ledger.terms.calendar import GivenDay, GivenInstant
from ledger.terms.identity import ConditionId, CoverageId, Digest, PracticeId
from ledger.terms.people import CoverageKind, Name, Word, Words
from ledger.terms.postal import AddressLine, City, State, ZipCode


class PostalGiven(Wire):
    """An address in parts."""

    line: AddressLine
    second: AddressLine | None = None
    city: City
    state: State
    zip_code: ZipCode


class DemographicsGiven(Wire):
    """Who the patient is, as the source says."""

    given: Name | None = None
    family: Name | None = None
    born_on: GivenDay | None = None
    sex: Word | None = None
    phone: Words | None = None
    address: Words | None = None
    postal: PostalGiven | None = None
    """The same address in parts: what a claim asks for."""


class RegisterPatient(Command):
    """Make a patient known by one or more outside identifiers (MBI, MRN, FHIR id)."""

    NAME: ClassVar = "register_patient"
    KIND: ClassVar = "act"
    identifiers: tuple[OutsideName, ...] = Field(min_length=1, max_length=8)
    demographics: DemographicsGiven
    practice: PracticeId | None = None
    document: Digest | None = None


class LinkIdentifier(Command):
    """Let further outside identifiers lead to a patient who is known."""

    NAME: ClassVar = "link_identifier"
    KIND: ClassVar = "act"
    patient: Ref
    identifiers: tuple[OutsideName, ...] = Field(min_length=1, max_length=8)


class AssignPractice(Command):
    """Assign a patient to a practice from a day on."""

    NAME: ClassVar = "assign_practice"
    KIND: ClassVar = "act"
    patient: Ref
    practice: PracticeId
    from_on: GivenDay | None = None
    """By default the day on which it is recorded."""


class CodeGiven(Wire):
    """A code as the source has it."""

    system: Word
    code: str = Field(min_length=1, max_length=32, pattern=r"^[A-Za-z0-9.\-]+$")


class RecordCondition(Command):
    """Record a condition with its evidence."""

    NAME: ClassVar = "record_condition"
    KIND: ClassVar = "testimony"
    patient: Ref
    source_code: CodeGiven | None = None
    icd10: str | None = Field(default=None, pattern=r"^[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?$")
    onset_on: GivenDay | None = None
    abated_on: GivenDay | None = None
    expected_12_months: bool | None = None
    expected_months: int | None = Field(default=None, ge=1, le=1200)
    """How many months it is expected to last, where less than twelve is said of it: PCM asks for three."""
    description: Words | None = None
    pointer: Words | None = None
    document: Digest | None = None


class AttestRisk(Command):
    """Attest, as a practitioner, that the conditions put the patient at significant risk."""

    NAME: ClassVar = "attest_risk"
    KIND: ClassVar = "act"
    patient: Ref
    on: GivenDay
    conditions: tuple[ConditionId, ...] = ()
    statement: Words | None = None


class RecordVisit(Command):
    """Record a visit that happened, with its code where known."""

    NAME: ClassVar = "record_visit"
    KIND: ClassVar = "testimony"
    patient: Ref
    on: GivenDay
    code: str | None = Field(default=None, pattern=r"^[A-Z0-9]{5}$")
    practitioner: Ref | None = None
    ccm_discussed: bool | None = None
    document: Digest | None = None


class RecordCoverage(Command):
    """Record who pays, from when to when; a coverage that is named is restated, in retrospect too."""

    NAME: ClassVar = "record_coverage"
    KIND: ClassVar = "testimony"
    patient: Ref
    coverage: CoverageId | None = None
    payer: Word
    kind: CoverageKind
    from_on: GivenDay
    until_on: GivenDay | None = None
    rank: int = Field(default=1, ge=1, le=9)
    qmb: bool = False
    member: Words | None = None
    plan: Words | None = None
    verified_at: GivenInstant | None = None


class RecordDeath(Command):
    """Record the day on which the patient died."""

    NAME: ClassVar = "record_death"
    KIND: ClassVar = "testimony"
    patient: Ref
    on: GivenDay
    document: Digest | None = None
