"""Facts that a claim file is made of and no month rests on: who bills from where, who pays, who sends, who rendered.

They stand in the practice and the staff stream. Those of a practice hold for files that are made from their day on, the
later fact wins a tie; of a practitioner the newest holds. No verdict reads them. TOPIC and field names are the storage
format.
"""

from datetime import date
from typing import ClassVar, Literal, TypeVar

from pydantic import Field

from ledger.streams.base import SEALED, Closed, Event, Part, Sealing
from ledger.streams.practice import Practice
from ledger.streams.staff import Staff
from ledger.terms.identity import PracticeId, StaffId, practice_tag, staff_tag
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

Filing = Literal["MB", "16", "MC", "CI", "BL", "HM", "12", "13", "15", "17", "ZZ"]
"""What kind of payer a claim is filed with, as 837P has it (SBR09): MB Medicare Part B, 16 a Medicare Advantage plan,
MC Medicaid, CI commercial, BL Blue Cross Blue Shield, HM a health maintenance organisation, 12 a preferred provider
organisation, 13 point of service, 15 indemnity, 17 dental maintenance, ZZ unknown."""


class PracticeAddress(Part):
    """Where a practice or a site is: a street, never a post office box."""

    line: AddressLine
    second: AddressLine | None = None
    city: City
    state: State
    zip_code: FullZipCode


class FacilityDetails(Part):
    """Where services are rendered, where that is not the billing address."""

    name: CalledName
    npi: Npi | None = None
    address: PracticeAddress


class _OfBilling(Event):
    """What the facts of a practice's billing share."""

    practice: PracticeId
    from_on: date

    def tags(self) -> tuple[str, ...]:
        return (practice_tag(self.practice),)


class BillingDetailsRecorded(_OfBilling):
    """Under which name, from where and as what a practice bills, from a day on."""

    TOPIC: ClassVar[str] = "billing_details_recorded"
    name: CalledName
    taxonomy: Taxonomy
    address: PracticeAddress
    signatures_on_file: bool
    """Whether the practice keeps of every patient the signatures that claims say are on file: release of records,
    payment to the practice."""
    facility: FacilityDetails | None = None


class PayerIdentityRecorded(_OfBilling):
    """Under which name and number a payer takes a practice's claims, from a day on."""

    TOPIC: ClassVar[str] = "payer_identity_recorded"
    payer: Word
    name: CalledName
    number: PayerCode
    filing: Filing


class InterchangeRecorded(_OfBilling):
    """Who sends a practice's claim files and who receives them, from a day on."""

    TOPIC: ClassVar[str] = "interchange_recorded"
    sender_name: CalledName
    sender_number: SentNumber
    contact: CalledName
    """The desk that answers for a file; no person."""
    phone: Phone
    receiver_name: CalledName
    receiver_number: SentNumber
    is_test: bool
    """Whether the receiver is to take the files as tests."""


class RenderingWords(Part):
    """A practitioner's name as claims give it. Sealed."""

    family: str = Field(min_length=1, max_length=60)
    given: str = Field(min_length=1, max_length=35)


class RenderingDetailsRecorded(Event):
    """Under which name and as what a practitioner renders services."""

    TOPIC: ClassVar[str] = "rendering_details_recorded"
    staff: StaffId
    taxonomy: Taxonomy
    words: RenderingWords | Closed = Field(default=SEALED, exclude=True)

    def tags(self) -> tuple[str, ...]:
        return (staff_tag(self.staff),)

    def sealing(self) -> tuple[Sealing, ...]:
        return (Sealing("words", staff_tag(self.staff), self.staff),)


_Dated = TypeVar("_Dated", BillingDetailsRecorded, InterchangeRecorded, PayerIdentityRecorded)


def billing_details(practice: Practice, on: date) -> tuple[BillingDetailsRecorded, int] | None:
    """The details in force on a day, and where they stand."""
    return _newest(practice, BillingDetailsRecorded, on)


def interchange(practice: Practice, on: date) -> tuple[InterchangeRecorded, int] | None:
    """Who sends and receives on a day, and where it stands."""
    return _newest(practice, InterchangeRecorded, on)


def payer_identity(practice: Practice, payer: str, on: date) -> tuple[PayerIdentityRecorded, int] | None:
    """A payer's name and number on a day, and where they stand."""
    return _newest(practice, PayerIdentityRecorded, on, payer)


def rendering_details(staff: Staff) -> tuple[RenderingDetailsRecorded, int] | None:
    """The newest details of a practitioner, their words closed, and where they stand."""
    said = ((event, at) for event, at in reversed(staff.said) if isinstance(event, RenderingDetailsRecorded))
    return next(said, None)


def _newest(practice: Practice, kind: type[_Dated], on: date, payer: str | None = None) -> tuple[_Dated, int] | None:
    begun = [
        (event.from_on, at, event)
        for event, at in practice.said
        if isinstance(event, kind) and event.from_on <= on and payer in (None, getattr(event, "payer", None))
    ]
    newest = max(begun, key=lambda each: each[:2], default=None)
    return (newest[2], newest[1]) if newest else None
