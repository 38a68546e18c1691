"""Commands about people who work here and the practices they work for."""

from typing import ClassVar, Self

from pydantic import Field, model_validator

from commands.intents.base import Command, OutsideName, OutsideValue, Ref, Wire
from ledger.streams.practice import GPCI_SHAPE, LOCALITY_SHAPE, Capability, Policy, PolicyValue
from ledger.streams.staff import CheckResult, DepartureReason, ExclusionSource
from ledger.terms.calendar import GivenDay
from ledger.terms.identity import PracticeId
from ledger.terms.people import Country, Name, Npi, Role, Word


class RoleGiven(Wire):
    """A role, in one practice or in all, from a day on."""

    role: Role
    practice: PracticeId | None = None
    from_on: GivenDay
    until_on: GivenDay | None = None


class RegisterStaff(Command):
    """Make a staff member (or, with is_person false, a program) known, with roles, credential and identifiers."""

    NAME: ClassVar = "register_staff"
    KIND: ClassVar = "act"
    name: Name
    credential: Word | None = None
    npi: Npi | None = None
    is_person: bool = True
    work_country: Country | None = None
    identifiers: tuple[OutsideName, ...] = Field(default=(), max_length=8)
    roles: tuple[RoleGiven, ...] = Field(default=(), max_length=12)


class GrantRole(Command):
    """Give a staff member a role from a day on."""

    NAME: ClassVar = "grant_role"
    KIND: ClassVar = "act"
    staff: Ref
    role: Role
    practice: PracticeId | None = None
    from_on: GivenDay
    until_on: GivenDay | None = None


class EndRole(Command):
    """End a role after its last day."""

    NAME: ClassVar = "end_role"
    KIND: ClassVar = "act"
    staff: Ref
    role: Role
    practice: PracticeId | None = None
    last_on: GivenDay


class RecordLicence(Command):
    """Record a licence of a staff member."""

    NAME: ClassVar = "record_licence"
    KIND: ClassVar = "act"
    staff: Ref
    kind: Word
    state: str = Field(pattern=r"^[A-Z]{2}$")
    from_on: GivenDay
    until_on: GivenDay | None = None


class RecordQualifyingStatus(Command):
    """Record what CMS says of a practitioner for a payment year: a qualifying APM participant (QP), or not."""

    NAME: ClassVar = "record_qualifying_status"
    KIND: ClassVar = "act"
    staff: Ref
    payment_year: int = Field(ge=2017, le=2099)
    is_qualifying: bool


class RecordDeparture(Command):
    """Record that a staff member leaves, or left: all roles end on the last day."""

    NAME: ClassVar = "record_departure"
    KIND: ClassVar = "act"
    staff: Ref
    last_on: GivenDay
    reason: DepartureReason


class RecordExclusionCheck(Command):
    """Record what a look into a list of excluded persons found."""

    NAME: ClassVar = "record_exclusion_check"
    KIND: ClassVar = "act"
    staff: Ref
    checked_on: GivenDay
    source: ExclusionSource
    result: CheckResult
    excluded_from: GivenDay | None = None
    """The first day of the exclusion, where the list names it; by default the day of the check."""

    @model_validator(mode="after")
    def _excluded_from_a_day(self) -> Self:
        """Only an exclusion has a first day."""
        if self.excluded_from is not None and self.result != "excluded":
            raise ValueError("only an exclusion has `excluded_from`")
        return self


class SiteGiven(Wire):
    """A site and its place-of-service code."""

    name: Name
    place_of_service: str = Field(pattern=r"^[0-9]{2}$")


class RegisterPractice(Command):
    """Make a practice known: name, TIN, organisation NPI, time zone, contractor, sites."""

    NAME: ClassVar = "register_practice"
    KIND: ClassVar = "act"
    name: Name
    tin: str = Field(pattern=r"^[0-9]{9}$")
    npi: Npi | None = None
    zone: str = Field(min_length=1, max_length=64, pattern=r"\S")
    mac: Word | None = None
    sites: tuple[SiteGiven, ...] = Field(default=(), max_length=50)


class AttestCapability(Command):
    """Answer for a capability of a practice from a day on."""

    NAME: ClassVar = "attest_capability"
    KIND: ClassVar = "act"
    practice: PracticeId
    capability: Capability
    edition_year: int | None = Field(default=None, ge=2011, le=2100)
    from_on: GivenDay
    until_on: GivenDay | None = None


class EndCapability(Command):
    """End a capability of a practice after its last day."""

    NAME: ClassVar = "end_capability"
    KIND: ClassVar = "act"
    practice: PracticeId
    capability: Capability
    last_on: GivenDay


class AdoptPolicy(Command):
    """Adopt a value of one of a practice's policies from a day on."""

    NAME: ClassVar = "adopt_policy"
    KIND: ClassVar = "act"
    practice: PracticeId
    policy: Policy
    value: PolicyValue
    from_on: GivenDay


class RecordLocality(Command):
    """Record the payment locality of a practice with its geographic indices (GPCI), from a day on."""

    NAME: ClassVar = "record_locality"
    KIND: ClassVar = "act"
    practice: PracticeId
    locality: str = Field(pattern=LOCALITY_SHAPE)
    gpci_work: str = Field(pattern=GPCI_SHAPE)
    gpci_pe: str = Field(pattern=GPCI_SHAPE)
    gpci_mp: str = Field(pattern=GPCI_SHAPE)
    from_on: GivenDay
    cite: OutsideValue
    """Where the indices were read: the list and its release."""
