"""The timers of one performer: started and stopped here, by the ledger's own clock; at most one runs.

A timer is what the ledger itself saw of the work (`observed_timer`): nobody states its start or its end. What it became
is an entry like any other. TOPIC and field names are the storage format (readings, section 5).
"""

from dataclasses import dataclass
from typing import ClassVar

from ledger.streams.base import Event, Fact
from ledger.terms.calendar import Instant
from ledger.terms.identity import EntryId, PatientId, StaffId, TimerId, timer_tag
from ledger.terms.people import Programme, Word


class TimerStarted(Event):
    """A performer began to work for a patient, by the ledger's own clock."""

    TOPIC: ClassVar[str] = "timer_started"
    timer: TimerId
    performer: StaffId
    patient: PatientId
    programme: Programme
    activity: Word | None = None
    started_at: Instant

    def tags(self) -> tuple[str, ...]:
        return (timer_tag(self.performer),)


class TimerStopped(Event):
    """The timer ended: as an entry (`logged`, recorded with it), or discarded, with nothing to count."""

    TOPIC: ClassVar[str] = "timer_stopped"
    timer: TimerId
    performer: StaffId
    patient: PatientId
    stopped_at: Instant
    entry: EntryId | None = None
    """The entry that it became; None: it was discarded."""

    def tags(self) -> tuple[str, ...]:
        return (timer_tag(self.performer),)


@dataclass(frozen=True, slots=True)
class Timers:
    """The timer that runs, with its position; None: none runs."""

    running: TimerStarted | None = None
    started: int = 0
    stopped: int = 0
    """The position at which the last one was stopped."""


def evolve(state: Timers, fact: Fact) -> Timers:
    """The performer's timers after one more fact."""
    match fact.event:
        case TimerStarted() as e:
            return Timers(e, fact.position, state.stopped)
        case TimerStopped():
            return Timers(None, state.started, fact.position)
    return state
