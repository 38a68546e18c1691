"""Commands about the care plan: revise, sign, give a copy."""

from typing import ClassVar, Literal

from pydantic import Field

from commands.intents.base import Command, Ref, RevisionNumber, Stated, Wire
from ledger.terms.calendar import GivenDay, GivenInstant
from ledger.terms.identity import ConditionId, Digest
from ledger.terms.people import Word, Words


class ElementGiven(Wire):
    """One element group of the plan, in words."""

    element: Word
    text: Stated


class ReviseCarePlan(Command):
    """Record a whole revision of the care plan."""

    NAME: ClassVar = "revise_care_plan"
    KIND: ClassVar = "testimony"
    patient: Ref
    revised_at: GivenInstant
    author: Ref | None = None
    elements: tuple[ElementGiven, ...] = Field(max_length=40)
    intervention_owners: bool = False
    conditions: tuple[ConditionId, ...] = Field(default=(), max_length=60)
    goals: int = Field(default=0, ge=0, le=500)
    review_on: GivenDay | None = None
    medications_reviewed: bool | None = None
    pointer: Words | None = None
    document: Digest | None = None


class SignCarePlan(Command):
    """Sign a revision as the practitioner; the signature carries the present moment."""

    NAME: ClassVar = "sign_care_plan"
    KIND: ClassVar = "act"
    AS_NAMED: ClassVar = frozenset({"patient"})
    patient: Ref
    revision: RevisionNumber


class RecordPlanCopy(Command):
    """Record that the patient or a caregiver received a copy of a revision."""

    NAME: ClassVar = "record_plan_copy"
    KIND: ClassVar = "testimony"
    AS_NAMED: ClassVar = frozenset({"patient"})
    patient: Ref
    revision: RevisionNumber
    given_at: GivenInstant
    given_to: Literal["patient", "caregiver"]
    channel: Word
    given_by: Ref | None = None
