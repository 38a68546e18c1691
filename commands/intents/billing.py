"""Commands about what a claim file is made of: who bills from where, who pays, who sends, who rendered."""

from typing import ClassVar

from pydantic import Field

from commands.intents.base import Command, Ref, Wire
from ledger.streams.billing import Filing
from ledger.terms.calendar import GivenDay
from ledger.terms.identity import ClaimId, PracticeId
from ledger.terms.people import Npi, Word
from ledger.terms.postal import (
    AddressLine,
    CalledName,
    City,
    FullZipCode,
    PayerCode,
    Phone,
    SentNumber,
    State,
    Taxonomy,
)


class PracticeAddressGiven(Wire):
    """Where a practice or a site is: a street, never a post office box."""

    line: AddressLine
    second: AddressLine | None = None
    city: City
    state: State
    zip_code: FullZipCode


class FacilityGiven(Wire):
    """Where services are rendered, where that is not the billing address."""

    name: CalledName
    npi: Npi | None = None
    address: PracticeAddressGiven


class RecordBillingDetails(Command):
    """Record under which name, from where and as what a practice bills, from a day on."""

    NAME: ClassVar = "record_billing_details"
    KIND: ClassVar = "act"
    practice: PracticeId
    name: CalledName
    taxonomy: Taxonomy
    address: PracticeAddressGiven
    signatures_on_file: bool
    """Whether the practice keeps of every patient the signatures that claims say are on file."""
    facility: FacilityGiven | None = None
    from_on: GivenDay


class RecordPayerIdentity(Command):
    """Record under which name and number a payer takes a practice's claims, from a day on."""

    NAME: ClassVar = "record_payer_identity"
    KIND: ClassVar = "act"
    practice: PracticeId
    payer: Word
    name: CalledName
    number: PayerCode
    filing: Filing
    from_on: GivenDay


class RecordInterchange(Command):
    """Record who sends a practice's claim files and who receives them, from a day on."""

    NAME: ClassVar = "record_interchange"
    KIND: ClassVar = "act"
    practice: PracticeId
    sender_name: CalledName
    sender_number: SentNumber
    contact: CalledName
    """The desk that answers for a file; no person."""
    phone: Phone
    receiver_name: CalledName
    receiver_number: SentNumber
    is_test: bool = False
    from_on: GivenDay


class RecordRenderingDetails(Command):
    """Record under which name and as what a practitioner renders services."""

    NAME: ClassVar = "record_rendering_details"
    KIND: ClassVar = "act"
    staff: Ref
    family: str = Field(min_length=1, max_length=60, pattern=r"\S")
    given: str = Field(min_length=1, max_length=35, pattern=r"\S")
    taxonomy: Taxonomy


class ExportClaim(Command):
    """Note that a claim is written into a file for its payer."""

    NAME: ClassVar = "export_claim"
    KIND: ClassVar = "act"
    patient: Ref
    claim: ClaimId
    again: bool = False
    """Whether it is written again although a file holds it already, such as one that was lost."""
