"""Facts of elevations: somebody reads outside the own practice for a limited time, and another person looks at why.

They stand in `elevation/<id>`, with the reads that were made under it, and in `elevated/<staff>`. An elevation opens
records for reading and for nothing else, ends by itself at its instant, and stays on the list of reviews until
compliance answered it (readings, 8). Its words are sealed under a key of its own, for they may speak of several
patients and of none: why a record was opened is kept as long as the ledger. TOPIC and field names are the storage
format.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final, Literal, NamedTuple

from pydantic import Field

from ledger.streams.access import RecordRead
from ledger.streams.base import SEALED, Closed, Event, Fact, FactClass, Part, Sealing
from ledger.streams.erasure import Matter
from ledger.streams.replacing import replace
from ledger.terms.calendar import Instant
from ledger.terms.identity import ElevationId, PatientId, PracticeId, StaffId, accessed_tag, elevated_tag, elevation_tag

ElevationReason = Literal["emergency", "transfer_of_care", "covering_colleague", "patient_safety", "inquiry"]
"""Why somebody needs a record that is not of the own practice."""
ElevationOutcome = Literal["justified", "not_justified", "followed_elsewhere"]
"""What the review came to; followed_elsewhere: it goes on outside this ledger, with counsel or the board."""
PATIENTS_MAX: Final = 12
"""How many patients one elevation names at most; more is a practice."""


class ElevationWords(Part):
    """What somebody said of an elevation. Sealed."""

    words: str


class _OfElevation(Event):
    """What all facts of one elevation share."""

    elevation: ElevationId
    staff: StaffId
    """Who is elevated."""
    words: ElevationWords | Closed = Field(default=SEALED, exclude=True)

    def tags(self) -> tuple[str, ...]:
        return (elevation_tag(self.elevation), elevated_tag(self.staff))

    def sealing(self) -> tuple[Sealing, ...]:
        return (Sealing("words", elevation_tag(self.elevation), self.elevation),)


class ReadingElevated(_OfElevation):
    """Somebody may read records outside the own practice until an instant: of these patients, or of one practice."""

    TOPIC: ClassVar[str] = "reading_elevated"
    FACT: ClassVar[FactClass] = FactClass.ACCESS
    reason: ElevationReason
    case: Matter
    """The number of the case: a visit, a ticket, an inquiry."""
    patients: tuple[PatientId, ...] = Field(default=(), max_length=PATIENTS_MAX)
    practice: PracticeId | None = None
    until: Instant

    def tags(self) -> tuple[str, ...]:
        return (*super().tags(), *(accessed_tag(patient) for patient in self.patients))


class ElevationEnded(_OfElevation):
    """An elevation ended before its time."""

    TOPIC: ClassVar[str] = "elevation_ended"
    FACT: ClassVar[FactClass] = FactClass.ACCESS


class ElevationReviewed(_OfElevation):
    """Another person looked at an elevation and at what was read under it, and says what it was."""

    TOPIC: ClassVar[str] = "elevation_reviewed"
    FACT: ClassVar[FactClass] = FactClass.REVIEW
    outcome: ElevationOutcome


# --- state ----------------------------------------------------------------------------------------------------------


class Ended(NamedTuple):
    """Where an elevation was ended, and when."""

    position: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Elevation:
    """One elevation: what it opens, how long, who read how often under it, and what the review came to."""

    event: ReadingElevated
    position: int
    since: datetime
    ended: Ended | None = None
    reads: tuple[int, ...] = ()
    """The positions of the reads that rest on it; only where its own stream is folded."""
    reviewed: ElevationReviewed | None = None
    reviewed_position: int | None = None
    reviewed_by: str | None = None

    @property
    def last_instant(self) -> datetime:
        """Until when it opens anything: its own end, or the earlier one."""
        return self.event.until if self.ended is None else min(self.event.until, self.ended.at)

    def is_running(self, now: datetime) -> bool:
        """Whether it opens anything at an instant; at its end it does not any more."""
        return self.ended is None and now < self.event.until

    def opens(self, patients: Iterable[str], practices: frozenset[str]) -> bool:
        """Whether it opens the record of one person: all ids of that person, and the practices of them."""
        return self.event.practice in practices or not set(self.event.patients).isdisjoint(patients)


@dataclass(frozen=True, slots=True)
class Elevations:
    """The elevations of one staff member, or the one whose own stream it is."""

    elevations: tuple[Elevation, ...] = ()

    def get(self, elevation: str) -> Elevation | None:
        """One elevation by its id."""
        return next((each for each in self.elevations if each.event.elevation == elevation), None)

    def running(self, now: datetime) -> tuple[Elevation, ...]:
        """Those that open something at an instant, in order."""
        return tuple(each for each in self.elevations if each.is_running(now))


def evolve(state: Elevations, fact: Fact) -> Elevations:
    """The elevations after one more fact."""
    match fact.event:
        case ReadingElevated() as e:
            return replace(state, elevations=(*state.elevations, Elevation(e, fact.position, fact.recorded_at)))
        case ElevationEnded() as e:
            ended = Ended(fact.position, fact.recorded_at)
            return _changed(state, e.elevation, ended=ended)
        case ElevationReviewed() as e:
            by = {"reviewed": e, "reviewed_position": fact.position, "reviewed_by": fact.said.actor}
            return _changed(state, e.elevation, **by)
        case RecordRead(elevation=elevation) if elevation is not None:
            known = state.get(elevation)
            return state if known is None else _changed(state, elevation, reads=(*known.reads, fact.position))
    return state


def _changed(state: Elevations, elevation: str, **changes: object) -> Elevations:
    changed = (replace(each, **changes) if each.event.elevation == elevation else each for each in state.elevations)
    return replace(state, elevations=tuple(changed))
