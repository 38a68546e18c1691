"""Deciders about what happens to people who work here: they leave, and lists of excluded persons are looked into.

Both may be learned late. Nothing is undone by it: months that hold time of the person are judged again, and say what no
longer counts.
"""

from commands.authority import reaches
from commands.deciding import Asked, Law, States
from commands.guards import is_future, out_of_reach_of_staff, said_at
from commands.intents.staff import RecordDeparture, RecordExclusionCheck
from ledger.streams.staff import ExclusionChecked, Staff, StaffDeparted, ended_by
from ledger.terms.identity import staff_tag
from ledger.terms.notices import notice
from ledger.terms.outcome import Accepted, Notice, Outcome, Unchanged
from ledger.terms.people import Role
from ledger.terms.refusals import refused


def decide_record_departure(asked: Asked[RecordDeparture], states: States, law: Law) -> Outcome:
    """End every role of a staff member on the last day; what was done and signed until then stays theirs.

    Reads the staff member and the actor. Refuses, in order: not_in_this_practice (a role to be ended lies in a practice
    that the actor does not administer), departed_before (no role is left to end). Unchanged where that departure is on
    record and no role is left to end. Notices: designations_stay_open (a practitioner).
    """
    command, staff = asked.command, asked.people["staff"]
    if need := states.missing(staff_tag(staff), staff_tag(asked.actor)):
        return need
    state, actor = states.staff(staff), states.staff(asked.actor)
    ending = ended_by(state, command.last_on)
    for held in ending:
        practices = frozenset({held.practice}) if held.practice else frozenset[str]()
        if not reaches(actor, Role.ADMINISTRATOR, asked.today, practices):
            return refused("not_in_this_practice")
    event = StaffDeparted(staff=staff, last_on=command.last_on, reason=command.reason)
    if not ending and state.departed_on is not None:
        known = said_at(state.said, event)
        return Unchanged((known,)) if known is not None else refused("departed_before")
    return Accepted((event,), _designations_stay(state, event))


def decide_record_exclusion_check(asked: Asked[RecordExclusionCheck], states: States, law: Law) -> Outcome:
    """Record what a list of excluded persons said of a staff member on a day (CCM-STAFF-06).

    Reads the staff member and the actor; law: medicare.ccm.performers.excluded_counts. Refuses, in order:
    not_in_this_practice (the person works in no practice that the actor's role reaches), in_the_future (the check).
    Unchanged where just this is on record and stands. Notices: staff_excluded, exclusion_unclear.
    """
    command, staff = asked.command, asked.people["staff"]
    if need := states.missing(staff_tag(staff), staff_tag(asked.actor)):
        return need
    if refusal := out_of_reach_of_staff(asked, states, staff):
        return refusal
    if is_future(asked, command.checked_on):
        return refused("in_the_future", what="The check")
    event = ExclusionChecked(
        staff=staff,
        checked_on=command.checked_on,
        source=command.source,
        result=command.result,
        excluded_from=command.excluded_from,
    )
    notices = _found(event, law)
    state = states.staff(staff)
    if event in state.checks:
        return Unchanged((said_at(state.said, event) or state.position,), (), notices)
    return Accepted((event,), notices)


def _designations_stay(state: Staff, event: StaffDeparted) -> tuple[Notice, ...]:
    if not any(held.role is Role.PRACTITIONER for held in state.roles):
        return ()
    happened = f"Designations of the practitioner stay open after {event.last_on.isoformat()} until they are withdrawn."
    return (notice("designations_stay_open", happened),)


def _found(event: ExclusionChecked, law: Law) -> tuple[Notice, ...]:
    by = law.on(event.checked_on).find("medicare.ccm.performers.excluded_counts")
    if event.result == "excluded":
        since = (event.excluded_from or event.checked_on).isoformat()
        happened = f"Excluded from {since} on: time from that day on does not count, whenever it was recorded."
        return (notice("staff_excluded", happened, by),)
    if event.result == "unknown":
        return (notice("exclusion_unclear", "The list did not say whether the person is excluded.", by),)
    return ()
