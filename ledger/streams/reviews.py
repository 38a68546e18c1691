"""Reviews and what reactions leave behind: found, come due, settled; refusals counted; how far a reaction came.

All of these are review facts: they carry no tag that a decision about care rests on, so that a finding moves no
decision. A review has a stream of its own, by which it is raised once and settled once; `reviewed/<patient>` gathers
those of a patient for whoever reads, never for a decider. TOPIC and field names are the storage format.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import ClassVar, Final, Literal, NamedTuple, get_args

from pydantic import Field

from ledger.streams.access import CommandRefused
from ledger.streams.base import SEALED, Closed, Event, Fact, FactClass, Part, Sealing, year_scope
from ledger.terms.calendar import CareMonth
from ledger.terms.identity import (
    AttestationId,
    Digest,
    PatientId,
    ReviewId,
    StaffId,
    Token,
    reaction_tag,
    refusals_tag,
    review_tag,
    reviewed_tag,
    reviews_tag,
)
from ledger.terms.people import Programme, Word

BECAUSE_MAX: Final = 32
"""How many facts a finding names as its cause; the newest, where there are more."""

DueKind = Literal[
    "care_plan_review", "care_plan_age", "consent_age", "visit_age", "parked_delivery", "unanswered_stale_month"
]
"""care_plan_review: the plan's own day of review is over. care_plan_age, consent_age, visit_age: the newest one is as
old as a rule allows. parked_delivery: it waits too long. unanswered_stale_month: nobody answered that finding."""
DUE_KINDS: Final[tuple[DueKind, ...]] = get_args(DueKind)
ReviewOutcome = Literal["done", "no_action_needed", "followed_elsewhere"]


class _OfReview(Event):
    """What all facts about one review share."""

    FACT: ClassVar[FactClass] = FactClass.REVIEW
    review: ReviewId
    patient: PatientId | None = None
    month: CareMonth
    """The care month that the review is about; the month in which it came due, where it is about none."""

    def tags(self) -> tuple[str, ...]:
        own = (review_tag(self.review), reviews_tag(self.month))
        return own if self.patient is None else (*own, reviewed_tag(self.patient))


class MonthWentStale(_OfReview):
    """An attested month says something else than was signed, judged by the edition that was signed."""

    TOPIC: ClassVar[str] = "month_went_stale"
    attestation: AttestationId
    practitioner: StaffId
    """Who signed."""
    digest_then: Digest
    digest_now: Digest
    edition: Digest
    because: tuple[int, ...] = Field(max_length=BECAUSE_MAX)
    """Positions of facts that the month rests on and that came after the attestation; the newest ones."""
    programme: Programme | None = None
    """The programme whose month was signed; None: CCM."""

    @property
    def of(self) -> Programme:
        """The programme whose month it is."""
        return self.programme or Programme.CCM


class ReviewCameDue(_OfReview):
    """A day came on which something is to be looked at by a rule or by its own date."""

    TOPIC: ClassVar[str] = "review_came_due"
    what: DueKind
    target: str = Field(min_length=1, max_length=100)
    """What it is about: a patient, `source/delivery`, or another review."""
    since_on: date
    """The day from which the rule counts: of the plan, the consent, the visit, the delivery, the finding."""
    due_on: date


class ReviewWords(Part):
    """Why a review was settled as it was, in words. Sealed."""

    reason: str


class ReviewSettled(_OfReview):
    """Compliance looked at what a review found, and settled it."""

    TOPIC: ClassVar[str] = "review_settled"
    outcome: ReviewOutcome
    words: ReviewWords | Closed = Field(default=SEALED, exclude=True)

    def sealing(self) -> tuple[Sealing, ...]:
        scope = year_scope(self.patient, int(self.month[:4])) if self.patient else self.review
        return (Sealing("words", review_tag(self.review), scope),)


class RefusalsCounted(Event):
    """The day of a refusal is over: how often it was given to that actor, by that code, about that subject."""

    TOPIC: ClassVar[str] = "refusals_counted"
    FACT: ClassVar[FactClass] = FactClass.REVIEW
    subject: str
    """The patient or staff id that the refusal is about."""
    refusal: int = Field(ge=1)
    """The position of the one fact that stands for all repeats."""
    by: str
    """Who was refused."""
    code: Word
    on: date
    times: int = Field(ge=1)
    count: Token
    """The token under which the repeats are counted."""

    def tags(self) -> tuple[str, ...]:
        return (refusals_tag(self.subject),)


class ReactionRan(Event):
    """A reaction has done everything up to a position: what lies before it need not be looked at again."""

    TOPIC: ClassVar[str] = "reaction_ran"
    FACT: ClassVar[FactClass] = FactClass.REVIEW
    reaction: Word
    up_to: int = Field(ge=1)

    def tags(self) -> tuple[str, ...]:
        return (reaction_tag(self.reaction),)


# --- states ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Review:
    """One review: what raised it, when, and how it was settled."""

    raised: MonthWentStale | ReviewCameDue | None = None
    """None while there is no such review."""
    position: int = 0
    raised_at: datetime | None = None
    settled: ReviewSettled | None = None
    settled_position: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether it was raised and nobody settled it."""
        return self.raised is not None and self.settled is None


def evolve(state: Review, fact: Fact) -> Review:
    """The review after one more fact; it is raised and settled once."""
    match fact.event:
        case MonthWentStale() | ReviewCameDue() as e if state.raised is None:
            return replace(state, raised=e, position=fact.position, raised_at=fact.recorded_at)
        case ReviewSettled() as e if state.settled is None:
            return replace(state, settled=e, settled_position=fact.position)
    return state


class CountedRefusal(NamedTuple):
    """A refusal that is a fact, and what its count was closed with."""

    position: int
    by: str
    code: str
    on: date
    times: int | None = None
    """As last counted; None while its day is open."""
    counted_at: int | None = None
    """The position of the newest count."""


@dataclass(frozen=True, slots=True)
class Refusals:
    """The refusals about one patient or staff member."""

    refusals: tuple[CountedRefusal, ...] = ()

    def at(self, position: int) -> CountedRefusal | None:
        """The refusal whose fact stands at a position."""
        return next((refusal for refusal in self.refusals if refusal.position == position), None)


def evolve_refusals(state: Refusals, fact: Fact) -> Refusals:
    """The refusals about a subject after one more fact."""
    match fact.event:
        case CommandRefused() as e:
            return Refusals((*state.refusals, CountedRefusal(fact.position, fact.said.actor, e.code, e.on)))
        case RefusalsCounted() as e:
            counted = (
                r._replace(times=e.times, counted_at=fact.position) if r.position == e.refusal else r
                for r in state.refusals
            )
            return Refusals(tuple(counted))
    return state


class Reached(NamedTuple):
    """How far a reaction has come, and the fact that says so."""

    up_to: int = 0
    position: int = 0


def evolve_reached(state: Reached, fact: Fact) -> Reached:
    """How far a reaction has come after one more fact; it never goes back."""
    match fact.event:
        case ReactionRan(up_to=up_to) if up_to > state.up_to:
            return Reached(up_to, fact.position)
    return state
