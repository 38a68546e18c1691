"""Deciders about elevations: a person reads outside the own practice for some hours, and another one reviews it.

Break-glass is for a person with a reading role somewhere, by the own login and no key; it opens records for reading
alone, to that person's own logins (`commands/access.py` asks for it, `authority.py` never does), and stays open for
review until compliance answers it.
"""

from datetime import timedelta
from typing import Any, Final

from commands.authority import reaches, reading_role
from commands.deciding import Asked, Law, States
from commands.guards import unregistered
from commands.intents.elevations import Elevate, EndElevation, ReviewElevation
from ledger.streams.base import Vouched
from ledger.streams.elevations import (
    Elevation,
    ElevationEnded,
    ElevationReviewed,
    Elevations,
    ElevationWords,
    ReadingElevated,
)
from ledger.streams.staff import ROLE_FACTS
from ledger.terms.api_keys import key_of_login
from ledger.terms.identity import elevated_tag, elevation_tag, patient_tag, staff_tag
from ledger.terms.outcome import Accepted, Need, Outcome, Refused, Unchanged
from ledger.terms.people import Role
from ledger.terms.refusals import refused

HOURS_MAX: Final = timedelta(hours=12)
"""How long one elevation lasts at most: a shift with its handover. Whoever needs longer asks again, and is reviewed
again; nobody would look at what had no end."""


def decide_elevate(asked: Asked[Elevate], states: States, law: Law) -> Outcome:
    """Open the records of patients, or of one practice, to the actor for reading, until an instant.

    Reads the actor with own elevations, the patients, or the practice. Refuses, in order: no_such_patient,
    no_such_practice, elevation_target_unclear, elevation_by_source, elevation_by_api_key, elevation_not_by_person,
    elevation_not_ahead, elevation_too_long, elevation_not_needed. Unchanged where just this one runs.
    """
    command = asked.command
    if need := states.missing(staff_tag(asked.actor), elevated_tag(asked.actor)):
        return need
    if (stopped := _addressed(command, states)) is not None:
        return stopped
    if bool(command.patients) == (command.practice is not None):
        return refused("elevation_target_unclear")
    if asked.vouched is Vouched.SOURCE:
        return refused("elevation_by_source")
    if key_of_login(asked.login) is not None:
        return refused("elevation_by_api_key")
    if not states.staff(asked.actor).is_person:
        return refused("elevation_not_by_person")
    if command.until <= asked.now:
        return refused("elevation_not_ahead")
    if command.until > asked.now + HOURS_MAX:
        return refused("elevation_too_long", hours=str(HOURS_MAX // timedelta(hours=1)))
    if _reads_anyway(asked, states):
        return refused("elevation_not_needed", facts=states.staff(asked.actor).told_at(*ROLE_FACTS))
    own: Elevations = states.get(elevated_tag(asked.actor))
    if (known := next((each for each in own.running(asked.now) if _is_same(each, command)), None)) is not None:
        return Unchanged((known.position,), (("elevation", known.event.elevation),))
    event = ReadingElevated(
        elevation=asked.new_id("el"),
        staff=asked.actor,
        reason=command.reason,
        case=command.case,
        patients=command.patients,
        practice=command.practice,
        until=command.until,
        words=ElevationWords(words=command.words),
    )
    return Accepted((event,), (), (("elevation", event.elevation),))


def decide_end_elevation(asked: Asked[EndElevation], states: States, law: Law) -> Outcome:
    """End an elevation before its time: whoever is elevated, or compliance where it reaches.

    Reads the elevation, the actor, and whom the elevation opens. Refuses, in order: not_in_this_practice,
    no_such_elevation, elevation_of_other, elevation_over. Unchanged where it was ended before.
    """
    found = _named(asked, states)
    if isinstance(found, Need | Refused):
        return found
    if asked.actor != found.event.staff:
        if not states.staff(asked.actor).holds(Role.COMPLIANCE, asked.today):
            return refused("elevation_of_other")
        if (stopped := _out_of_reach(asked, states, found)) is not None:
            return stopped
    if found.ended is not None:
        return Unchanged((found.ended.position,))
    if not found.is_running(asked.now):
        return refused("elevation_over")
    words = ElevationWords(words=asked.command.words)
    return Accepted((ElevationEnded(elevation=found.event.elevation, staff=found.event.staff, words=words),))


def decide_review_elevation(asked: Asked[ReviewElevation], states: States, law: Law) -> Outcome:
    """Answer for good what an elevation was, once it is over. Nobody reviews the own one (readings, 2 and 8).

    Reads the elevation with the reads under it, the actor, and whom it opens. Refuses, in order: not_in_this_practice,
    no_such_elevation, review_about_self, review_settled, elevation_running. Unchanged where it was reviewed with the
    same outcome.
    """
    found = _named(asked, states)
    if isinstance(found, Need | Refused):
        return found
    if (stopped := _out_of_reach(asked, states, found)) is not None:
        return stopped
    if asked.actor == found.event.staff:
        return refused("review_about_self")
    if found.reviewed is not None:
        if found.reviewed.outcome == asked.command.outcome and found.reviewed_position:
            return Unchanged((found.reviewed_position,))
        return refused("review_settled", facts=(found.reviewed_position or 0,))
    if found.is_running(asked.now):
        return refused("elevation_running")
    event = ElevationReviewed(
        elevation=found.event.elevation,
        staff=found.event.staff,
        outcome=asked.command.outcome,
        words=ElevationWords(words=asked.command.words),
    )
    return Accepted((event,))


def _addressed(command: Elevate, states: States) -> Need | Refused | None:
    """Need for whom the command names, the refusal of somebody whom nobody registered; None where all are known."""
    if need := states.missing(*(patient_tag(each) for each in command.patients)):
        return need
    if not all(states.alone(each).is_registered for each in command.patients):
        return refused("no_such_patient", happened="The command names a patient whom this ledger does not know.")
    return unregistered(states, command.practice) if command.practice is not None else None


def _reads_anyway(asked: Asked[Elevate], states: States) -> bool:
    """Whether the actor's own roles open everything that is asked for."""
    command, actor = asked.command, states.staff(asked.actor)
    if command.practice is not None:
        return reading_role(actor, on=asked.today, practices=frozenset({command.practice})) is not None
    return all(
        reading_role(actor, on=asked.today, practices=states.patient(each).practices_by(asked.today)) is not None
        for each in command.patients
    )


def _is_same(elevation: Elevation, command: Elevate) -> bool:
    event = elevation.event
    told = (event.reason, event.case, event.patients, event.practice, event.until)
    return told == (command.reason, command.case, command.patients, command.practice, command.until)


def _named(asked: Asked[Any], states: States) -> Elevation | Need | Refused:
    """The elevation that a command names, with whom it opens read."""
    tag = elevation_tag(asked.command.elevation)
    if need := states.missing(tag, staff_tag(asked.actor)):
        return need
    elevations: Elevations = states.get(tag)
    found = elevations.get(asked.command.elevation)
    if found is None:
        return refused("no_such_elevation")
    return states.missing(*(patient_tag(each) for each in found.event.patients)) or found


def _out_of_reach(asked: Asked[Any], states: States, elevation: Elevation) -> Refused | None:
    """The refusal where the actor's role of compliance does not reach everybody whom the elevation opens."""
    event, actor = elevation.event, states.staff(asked.actor)
    concerned = [states.patient(each).practices for each in event.patients]
    concerned += [frozenset({event.practice})] if event.practice is not None else []
    if all(not practices or reaches(actor, Role.COMPLIANCE, asked.today, practices) for practices in concerned):
        return None
    return refused("not_in_this_practice", facts=actor.told_at(*ROLE_FACTS))
