"""Commands about consent: the conversation, what completes it, a decline."""

from typing import ClassVar, Literal

from pydantic import Field

from commands.intents.base import Command, Ref, Stated, Wire
from ledger.streams.consent import EvidenceKind, Method
from ledger.terms.calendar import GivenInstant
from ledger.terms.identity import ConsentId, Digest
from ledger.terms.people import Name, Programme, Word, Words


class ItemsGiven(Wire):
    """The four explanations, each affirmed or not (CCM-CONSENT-04)."""

    availability: bool
    cost_sharing: bool
    one_practitioner: bool
    right_to_stop: bool


class Representative(Wire):
    """Who consented in the patient's place."""

    name: Name
    relation: Stated
    authority: Stated


class Evidence(Wire):
    """What proves the conversation."""

    kind: EvidenceKind
    pointer: Words | None = None
    digest: Digest | None = None


class RecordConsent(Command):
    """Record a consent conversation, complete or not. Nothing is filled in: an import without a date gives no date."""

    NAME: ClassVar = "record_consent"
    KIND: ClassVar = "testimony"
    patient: Ref
    programme: Programme
    occurred_at: GivenInstant | None = None
    method: Method | None = None
    obtained_by: Ref | None = None
    practitioner: Ref | None = None
    given_by: Literal["self", "representative"] | None = None
    representative: Representative | None = None
    items: ItemsGiven
    evidence: Evidence | None = None
    language: str | None = Field(default=None, pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
    interpreter: bool | None = None
    script_version: Word | None = None
    note: Words | None = None


class SupplementConsent(Command):
    """Add to an incomplete consent what it lacked; it is complete from this moment."""

    NAME: ClassVar = "supplement_consent"
    KIND: ClassVar = "testimony"
    patient: Ref
    consent: ConsentId
    occurred_at: GivenInstant
    obtained_by: Ref
    method: Method | None = None
    practitioner: Ref | None = None
    given_by: Literal["self", "representative"] | None = None
    representative: Representative | None = None
    items: ItemsGiven
    evidence: Evidence
    note: Words | None = None


class RecordDecline(Command):
    """Record that the patient declined a programme."""

    NAME: ClassVar = "record_decline"
    KIND: ClassVar = "testimony"
    patient: Ref
    programme: Programme
    occurred_at: GivenInstant
    told_to: Ref | None = None
    note: Words | None = None
