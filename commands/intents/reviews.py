"""Commands about reviews: what a reaction reports, and what compliance answers."""

from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from commands.intents.base import Command, Position, Ref, Stated
from commands.intents.care_month import JudgedProgramme
from ledger.streams.reviews import BECAUSE_MAX, DueKind, ReviewOutcome
from ledger.terms.calendar import CareMonth, GivenDay
from ledger.terms.identity import DeliveryId, ReviewId
from ledger.terms.people import Programme, SourceName, Word

Subject = Annotated[str, StringConstraints(pattern=r"^(pt|st)_[a-z2-7]{26}$")]


class ReportStaleMonth(Command):
    """Judge an attested month again, and report it where it says something else than was signed."""

    NAME: ClassVar = "report_stale_month"
    KIND: ClassVar = "act"
    patient: Ref
    month: CareMonth
    because: tuple[Position, ...] = Field(default=(), max_length=BECAUSE_MAX)
    """Positions of the facts behind it."""
    programme: JudgedProgramme = Programme.CCM


class RaiseReview(Command):
    """Report that something came due: of a patient, of a parked delivery, or of a review that nobody answered."""

    NAME: ClassVar = "raise_review"
    KIND: ClassVar = "act"
    what: DueKind
    patient: Ref | None = None
    source: SourceName | None = None
    delivery: DeliveryId | None = None
    review: ReviewId | None = None
    since_on: GivenDay
    """The day from which the rule counts."""


class CloseRefusalCount(Command):
    """Put on record how often a refusal was given on a day that is over."""

    NAME: ClassVar = "close_refusal_count"
    KIND: ClassVar = "act"
    subject: Subject
    refusal: Position
    """The position of the fact that stands for the repeats."""
    times: Position


class NoteReactionRun(Command):
    """Put on record up to which position a reaction has done everything."""

    NAME: ClassVar = "note_reaction_run"
    KIND: ClassVar = "act"
    reaction: Word
    up_to: Position


class SettleReview(Command):
    """Answer a review: what came of looking at it, and why."""

    NAME: ClassVar = "settle_review"
    KIND: ClassVar = "act"
    review: ReviewId
    outcome: ReviewOutcome
    reason: Stated
