"""The elevations: who read outside the own practice, why and how long, what was read, and what the review came to.

Promise: folded from the streams of the elevations as of a position; every read that rested on one is named by its
position. No words: they are sealed, and stand in the history. Not promised: that the reader may ask; that is decided
before.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal, NamedTuple

from ledger.streams.elevations import Elevation, Elevations
from ledger.streams.folding import fold
from projections.erasures import NamesStreams

State = Literal["running", "to_review", "reviewed"]


class ElevationLine(NamedTuple):
    """One elevation."""

    elevation: str
    staff: str
    reason: str
    case: str
    patients: tuple[str, ...]
    practice: str | None
    since: datetime
    until: datetime
    """When it ended, or will."""
    state: State
    reads: tuple[int, ...]
    outcome: str | None
    reviewed_by: str | None
    position: int


def elevations(log: NamesStreams, *, now: datetime, position: int | None = None) -> tuple[ElevationLine, ...]:
    """Every elevation as of a position, in the order in which they were opened."""
    return tuple(sorted((_line(each, now) for each in folded(log, position)), key=lambda line: line.position))


def folded(log: NamesStreams, position: int | None = None) -> Iterator[Elevation]:
    """Every elevation as of a position, with the reads under it."""
    for tag in log.tags_starting("elevation/"):
        state: Elevations = fold(tag, log.read(tag, until=position))
        yield from state.elevations


def _line(elevation: Elevation, now: datetime) -> ElevationLine:
    event, reviewed = elevation.event, elevation.reviewed
    return ElevationLine(
        elevation=event.elevation,
        staff=event.staff,
        reason=event.reason,
        case=event.case,
        patients=event.patients,
        practice=event.practice,
        since=elevation.since,
        until=elevation.last_instant,
        state=_state(elevation, now),
        reads=elevation.reads,
        outcome=reviewed.outcome if reviewed is not None else None,
        reviewed_by=elevation.reviewed_by,
        position=elevation.position,
    )


def _state(elevation: Elevation, now: datetime) -> State:
    if elevation.reviewed is not None:
        return "reviewed"
    return "running" if elevation.is_running(now) else "to_review"
