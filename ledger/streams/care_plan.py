"""The care plan stream: whole content by revision, signature, copy given; and revisions that were another patient's.

Which element groups a revision holds is clear, so that the judge can say what is missing; the words are sealed.
TOPIC and field names are the storage format (CCM-PLAN-01 to -08).
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Literal

from pydantic import Field

from ledger.streams.base import SEALED, Closed, Event, Fact, Part, Sealing, year_scope
from ledger.streams.replacing import replace
from ledger.streams.wrong_patient import NO_YEAR, MoveWords, StrikeWords, StruckFor, TakenOut
from ledger.terms.calendar import Instant
from ledger.terms.identity import ConditionId, PatientId, StaffId, Token, care_plan_tag
from ledger.terms.people import Word


class PlanElement(Part):
    """One element group of a plan in words: problem list, goals, interventions and the rest."""

    element: Word
    text: str


class PlanWords(Part):
    """The whole content of a revision. Sealed."""

    elements: tuple[PlanElement, ...] = ()
    pointer: str | None = None


class _OfPlan(Event):
    """What all events of the care plan stream share."""

    patient: PatientId
    revision: int = Field(ge=1)

    def tags(self) -> tuple[str, ...]:
        return (care_plan_tag(self.patient),)


class RevisionContent(_OfPlan):
    """What a revision of the care plan says. The facts that record and move a revision each hold it whole."""

    revised_at: Instant
    offset: int | None = Field(default=None, ge=-64_800, le=64_800)
    """Seconds from UTC to local time in the practice then: the judge opens no zone. None: there was no practice."""
    author: StaffId | None = None
    elements: tuple[Word, ...]
    """The element groups present, by the rulebook's words (medicare.ccm.care_plan)."""
    intervention_owners: bool
    """Whether every intervention names who is responsible."""
    conditions: tuple[ConditionId, ...] = ()
    goals: int = Field(default=0, ge=0)
    review_on: date | None = None
    medications_reviewed: bool | None = None
    document: Token | None = None
    words: PlanWords | Closed = Field(default=SEALED, exclude=True)

    def sealing(self) -> tuple[Sealing, ...]:
        scope = year_scope(self.patient, self.revised_at.year)
        return (Sealing("words", care_plan_tag(self.patient), scope),)


class CarePlanRevised(RevisionContent):
    """A revision of the care plan came into force: its author, its moment, the element groups that it holds."""

    TOPIC: ClassVar[str] = "care_plan_revised"


class PlanRevisionMoved(RevisionContent):
    """A revision recorded about one patient was another's: struck there and a revision here, in one fact.

    `patient` and `revision` are the right ones. Signatures and copies do not come along: they were given for a plan of
    somebody else. The words are sealed anew, under the right patient's own key.
    """

    TOPIC: ClassVar[str] = "plan_revision_moved"
    from_patient: PatientId
    from_revision: int = Field(ge=1)
    reason: MoveWords | Closed = Field(default=SEALED, exclude=True)

    def tags(self) -> tuple[str, ...]:
        return (care_plan_tag(self.patient), care_plan_tag(self.from_patient))

    def sealing(self) -> tuple[Sealing, ...]:
        scope = year_scope(self.from_patient, self.revised_at.year)
        return (*super().sealing(), Sealing("reason", care_plan_tag(self.from_patient), scope))


class PlanRevisionStruck(_OfPlan):
    """A revision is no plan of this patient: recorded in error, twice, or about the wrong patient."""

    TOPIC: ClassVar[str] = "plan_revision_struck"
    reason: StruckFor
    words: StrikeWords | Closed = Field(default=SEALED, exclude=True)

    def sealing(self) -> tuple[Sealing, ...]:
        return (Sealing("words", care_plan_tag(self.patient), year_scope(self.patient, NO_YEAR)),)


class CarePlanSigned(_OfPlan):
    """A practitioner signed a revision; the signature carries its own, current moment (CCM-AMEND-05)."""

    TOPIC: ClassVar[str] = "care_plan_signed"
    practitioner: StaffId
    signed_at: Instant
    meaning: Literal["approved"] = "approved"


class SignatureWords(Part):
    """What a practitioner says of a signature that is missing. Sealed."""

    statement: str


class SignatureAttested(_OfPlan):
    """A practitioner answers for a revision that was never signed; nothing is back-dated (CCM-AMEND-07)."""

    TOPIC: ClassVar[str] = "signature_attested"
    practitioner: StaffId
    attested_at: Instant
    words: SignatureWords | Closed = Field(default=SEALED, exclude=True)

    def sealing(self) -> tuple[Sealing, ...]:
        scope = year_scope(self.patient, self.attested_at.year)
        return (Sealing("words", care_plan_tag(self.patient), scope),)


class CarePlanCopyGiven(_OfPlan):
    """The patient or a caregiver received a copy of a revision (CCM-PLAN-05)."""

    TOPIC: ClassVar[str] = "care_plan_copy_given"
    given_at: Instant
    given_to: Literal["patient", "caregiver"]
    channel: Word
    given_by: StaffId | None = None


@dataclass(frozen=True, slots=True)
class PlanRevision:
    """One revision as folded: what it holds, who signed it, when a copy was given."""

    revision: int
    revised_at: datetime
    author: str | None
    elements: frozenset[str]
    intervention_owners: bool
    conditions: tuple[str, ...]
    goals: int
    review_on: date | None
    position: int
    offset: int | None = None
    signatures: tuple[tuple[str, int], ...] = ()
    """(practitioner, position) of each signature: the billing practitioner of a month may be the second to sign."""
    copy_given_at: datetime | None = None
    answered_for: tuple[tuple[str, int], ...] = ()
    """(practitioner, position) of each statement that stands for a signature that is missing."""
    taken_out: TakenOut | None = None
    """Struck, or moved to another patient: it keeps its number and is no plan of this patient."""


@dataclass(frozen=True, slots=True)
class CarePlan:
    """The revisions of one patient's plan, in order."""

    revisions: tuple[PlanRevision, ...] = ()
    copies: tuple[tuple[CarePlanCopyGiven, int], ...] = ()
    """Copies given, each with its position."""

    def revision(self, number: int) -> PlanRevision | None:
        """The revision of that number."""
        return self.revisions[number - 1] if 1 <= number <= len(self.revisions) else None


def evolve(state: CarePlan, fact: Fact, tag: str) -> CarePlan:
    """The plan after one more fact of the stream with that tag."""
    match fact.event:
        case CarePlanRevised() as e:
            return replace(state, revisions=(*state.revisions, _revision(e, fact.position)))
        case CarePlanSigned() as e:
            known = state.revision(e.revision)
            signatures = (*(known.signatures if known else ()), (e.practitioner, fact.position))
            return _with(state, e.revision, signatures=signatures)
        case SignatureAttested() as e:
            known = state.revision(e.revision)
            answered_for = (*(known.answered_for if known else ()), (e.practitioner, fact.position))
            return _with(state, e.revision, answered_for=answered_for)
        case CarePlanCopyGiven() as e:
            known = state.revision(e.revision)
            first = e.given_at if known is None or known.copy_given_at is None else min(known.copy_given_at, e.given_at)
            given = _with(state, e.revision, copy_given_at=first)
            return replace(given, copies=(*given.copies, (e, fact.position)))
        case PlanRevisionMoved() as e:
            if care_plan_tag(e.patient) == tag:
                return replace(state, revisions=(*state.revisions, _revision(e, fact.position)))
            return _with(state, e.from_revision, taken_out=TakenOut(fact.position, e.patient))
        case PlanRevisionStruck() as e:
            return _with(state, e.revision, taken_out=TakenOut(fact.position, None))
    return state


def _revision(event: RevisionContent, position: int) -> PlanRevision:
    return PlanRevision(
        revision=event.revision,
        revised_at=event.revised_at,
        author=event.author,
        elements=frozenset(event.elements),
        intervention_owners=event.intervention_owners,
        conditions=event.conditions,
        goals=event.goals,
        review_on=event.review_on,
        position=position,
        offset=event.offset,
    )


def _with(state: CarePlan, number: int, **changes: object) -> CarePlan:
    revisions = tuple(replace(r, **changes) if r.revision == number else r for r in state.revisions)
    return replace(state, revisions=revisions)
