"""Commands about what ends, voids or interrupts a programme, and what takes such a record back."""

from typing import ClassVar

from pydantic import Field

from commands.intents.base import Command, Ref, Stated
from ledger.streams.endings import DisenrolmentReason, InvalidationReason, RetractionReason
from ledger.streams.stays import StayKind
from ledger.terms.calendar import GivenDay, GivenInstant
from ledger.terms.identity import ConsentId, Digest, DisenrolmentId, PracticeId, RevocationId, StayId
from ledger.terms.people import Programme, Words


class RecordRevocation(Command):
    """Record that the patient revoked consent to programmes; it takes effect at the end of that month."""

    NAME: ClassVar = "record_revocation"
    KIND: ClassVar = "testimony"
    patient: Ref
    scope: tuple[Programme, ...] = Field(min_length=1, max_length=7)
    told_on: GivenDay
    told_to: Ref | None = None
    practitioner: Ref | None = None
    """Whose care is no longer wanted; by default that of whoever bills."""
    note: Words | None = None


class RetractRevocation(Command):
    """Take back a revocation that was recorded in error."""

    NAME: ClassVar = "retract_revocation"
    KIND: ClassVar = "act"
    patient: Ref
    revocation: RevocationId
    reason: RetractionReason
    evidence: Stated


class InvalidateConsent(Command):
    """Find a consent void from the start: all months are judged as if it never was."""

    NAME: ClassVar = "invalidate_consent"
    KIND: ClassVar = "act"
    patient: Ref
    consent: ConsentId
    reason: InvalidationReason
    evidence: Stated


class RecordDisenrolment(Command):
    """Record that the practice ended a programme for the patient after a day."""

    NAME: ClassVar = "record_disenrolment"
    KIND: ClassVar = "testimony"
    patient: Ref
    programme: Programme
    on: GivenDay
    reason: DisenrolmentReason
    practice: PracticeId | None = None
    """By default the patient's practice on that day."""
    note: Words | None = None


class RetractDisenrolment(Command):
    """Take back a disenrolment that was recorded in error."""

    NAME: ClassVar = "retract_disenrolment"
    KIND: ClassVar = "act"
    patient: Ref
    disenrolment: DisenrolmentId
    reason: RetractionReason
    evidence: Stated


class RecordStay(Command):
    """Record a stay in a hospital or nursing facility: each edge as a day or, where it is known, as a moment."""

    NAME: ClassVar = "record_stay"
    KIND: ClassVar = "testimony"
    patient: Ref
    stay: StayId | None = None
    """The stay that is said again, with its discharge or with other dates."""
    kind: StayKind
    admitted_on: GivenDay | None = None
    admitted_at: GivenInstant | None = None
    discharged_on: GivenDay | None = None
    discharged_at: GivenInstant | None = None
    facility: Words | None = None
    note: Words | None = None
    document: Digest | None = None


class RetractStay(Command):
    """Take back a stay that was recorded in error."""

    NAME: ClassVar = "retract_stay"
    KIND: ClassVar = "act"
    patient: Ref
    stay: StayId
    reason: RetractionReason
    evidence: Stated


class RetractDeath(Command):
    """Take back the record of a patient's death that was made in error."""

    NAME: ClassVar = "retract_death"
    KIND: ClassVar = "act"
    patient: Ref
    reason: RetractionReason
    evidence: Stated
