"""What became of a patient's programmes and whereabouts, as folded: endings, void consents, stays, and takings back.

Kept apart from the rest of the patient, who mostly has none of it. Nothing is dropped that was taken back: it is kept
with the fact that took it back, so that a repeated command is answered as the first one was.
"""

from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from ledger.streams.base import Event, Fact
from ledger.streams.endings import (
    ConsentInvalidated,
    ConsentRevoked,
    DisenrolmentRetracted,
    PatientDisenrolled,
    RevocationRetracted,
)
from ledger.streams.stays import DeathRetracted, StayRecorded, StayRetracted

Retraction = RevocationRetracted | DisenrolmentRetracted | StayRetracted
STATUS_EVENTS: Final = (
    ConsentRevoked,
    RevocationRetracted,
    ConsentInvalidated,
    PatientDisenrolled,
    DisenrolmentRetracted,
    StayRecorded,
    StayRetracted,
    DeathRetracted,
)
"""The events of the patient stream that move the status."""


class Retracted(NamedTuple):
    """The fact that took something back, with where it stands."""

    event: Retraction
    position: int


class Revocation(NamedTuple):
    """A revocation, and what took it back."""

    event: ConsentRevoked
    position: int
    retracted: Retracted | None = None


class Disenrolment(NamedTuple):
    """A disenrolment, and what took it back."""

    event: PatientDisenrolled
    position: int
    retracted: Retracted | None = None


class Stay(NamedTuple):
    """A stay as last recorded, and what took it back since."""

    event: StayRecorded
    position: int
    retracted: Retracted | None = None


class Invalidation(NamedTuple):
    """The fact that made a consent void."""

    event: ConsentInvalidated
    position: int


@dataclass(frozen=True, slots=True)
class Status:
    """Everything that ended, voided or interrupted a patient's programmes."""

    revocations: tuple[Revocation, ...] = ()
    disenrolments: tuple[Disenrolment, ...] = ()
    invalidations: tuple[Invalidation, ...] = ()
    stays: tuple[Stay, ...] = ()
    """Each stay once, in the order in which they were first recorded."""
    death_retracted: tuple[DeathRetracted, int] | None = None
    """The newest retraction of the patient's death, and where it stands."""

    @property
    def void(self) -> frozenset[str]:
        """The consents that are void from the start."""
        return frozenset(i.event.consent for i in self.invalidations)

    def revocation(self, revocation: str) -> Revocation | None:
        """One revocation by its id."""
        return next((r for r in self.revocations if r.event.revocation == revocation), None)

    def disenrolment(self, disenrolment: str) -> Disenrolment | None:
        """One disenrolment by its id."""
        return next((d for d in self.disenrolments if d.event.disenrolment == disenrolment), None)

    def stay(self, stay: str) -> Stay | None:
        """One stay by its id."""
        return next((s for s in self.stays if s.event.stay == stay), None)

    def invalidation(self, consent: str) -> Invalidation | None:
        """What made a consent void."""
        return next((i for i in self.invalidations if i.event.consent == consent), None)


CLEAN: Final = Status()
"""The status of a patient to whom nothing of the kind happened: nearly everybody."""


def evolve_status(state: Status, fact: Fact) -> Status:
    """The status after one more of its facts."""
    event, at = fact.event, fact.position
    match event:
        case ConsentRevoked():
            return replace(state, revocations=(*state.revocations, Revocation(event, at)))
        case PatientDisenrolled():
            return replace(state, disenrolments=(*state.disenrolments, Disenrolment(event, at)))
        case ConsentInvalidated():
            return replace(state, invalidations=(*state.invalidations, Invalidation(event, at)))
        case StayRecorded():
            return replace(state, stays=_stayed(state, event, at))
        case DeathRetracted():
            return replace(state, death_retracted=(event, at))
    return _taken_back(state, event, at)


def _stayed(state: Status, event: StayRecorded, at: int) -> tuple[Stay, ...]:
    """The stays with one more; a stay that is said again keeps its place and is on record again."""
    if state.stay(event.stay) is None:
        return (*state.stays, Stay(event, at))
    return tuple(Stay(event, at) if s.event.stay == event.stay else s for s in state.stays)


def _taken_back(state: Status, event: Event, at: int) -> Status:
    match event:
        case RevocationRetracted():
            back = Retracted(event, at)
            found = (
                r._replace(retracted=back) if r.event.revocation == event.revocation else r for r in state.revocations
            )
            return replace(state, revocations=tuple(found))
        case DisenrolmentRetracted():
            back = Retracted(event, at)
            ended = (
                d._replace(retracted=back) if d.event.disenrolment == event.disenrolment else d
                for d in state.disenrolments
            )
            return replace(state, disenrolments=tuple(ended))
        case StayRetracted():
            back = Retracted(event, at)
            stays = (s._replace(retracted=back) if s.event.stay == event.stay else s for s in state.stays)
            return replace(state, stays=tuple(stays))
    return state
