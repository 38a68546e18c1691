"""Commands about reading outside the own practice: elevate, end it, and review it as another person."""

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from commands.intents.base import Command, Stated
from ledger.streams.elevations import PATIENTS_MAX, ElevationOutcome, ElevationReason
from ledger.streams.erasure import Matter
from ledger.terms.calendar import GivenInstant
from ledger.terms.identity import ElevationId, PatientId, PracticeId


def _none_twice(patients: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(patients)))


Patients = Annotated[tuple[PatientId, ...], Field(max_length=PATIENTS_MAX), AfterValidator(_none_twice)]
"""Patients by their opaque ids, said in any order."""


class Elevate(Command):
    """Read records outside the own practice for some hours, of patients or of one practice; it will be reviewed."""

    NAME: ClassVar = "elevate"
    KIND: ClassVar = "act"
    reason: ElevationReason
    case: Matter
    """The number of the case: a visit, a ticket, an inquiry."""
    patients: Patients = ()
    practice: PracticeId | None = None
    """All patients of one practice, in the place of `patients`."""
    until: GivenInstant
    words: Stated


class EndElevation(Command):
    """End an elevation before its time."""

    NAME: ClassVar = "end_elevation"
    KIND: ClassVar = "act"
    elevation: ElevationId
    words: Stated


class ReviewElevation(Command):
    """Say what an elevation was, once it is over, having looked at what was read under it."""

    NAME: ClassVar = "review_elevation"
    KIND: ClassVar = "act"
    elevation: ElevationId
    outcome: ElevationOutcome
    words: Stated
