"""Deciders about people who work here: register, grant and end roles, record licences.

An NPI is an identifier like any other: its stream is written with the registration on condition that it was empty, so
one NPI is one person, also when two registrations race.
"""

from typing import Any, Final

from commands.authority import reaches
from commands.deciding import Asked, Law, States
from commands.guards import named_by, out_of_reach_of_staff, said_at
from commands.intents.staff import EndRole, GrantRole, RecordLicence, RegisterStaff, RoleGiven
from ledger.streams.staff import (
    LicenceRecorded,
    RoleEnded,
    RoleGranted,
    Staff,
    StaffDeparted,
    StaffLink,
    StaffRegistered,
    StaffWords,
)
from ledger.terms.identity import identifier_tag, practice_tag, staff_tag
from ledger.terms.outcome import Accepted, Need, Outcome, Refused, Unchanged
from ledger.terms.people import Role
from ledger.terms.refusals import refused

NPI: Final = "npi"
"""The system name under which a staff member is found by NPI."""
PROGRAM_ROLES: Final = (Role.INTEGRATION, Role.MACHINE)


def decide_register_staff(asked: Asked[RegisterStaff], states: States, law: Law) -> Outcome:
    """Make a staff member (or a program) known, with credential, NPI, identifiers and roles.

    Reads every identifier's stream, the practices of the roles, the actor, and the staff member found. Refuses, in
    order: not_in_this_practice, no_such_practice, end_before_start, role_needs_a_person, identifier_taken, npi_taken.
    Unchanged where that person is known with the same content; further roles are granted to a known person.
    """
    command = asked.command
    tokens = _tokens(asked)
    practices = [practice_tag(role.practice) for role in command.roles if role.practice]
    if need := states.missing(*map(identifier_tag, tokens), *practices, staff_tag(asked.actor)):
        return need
    for role in command.roles:
        if refusal := _role_refusal(asked, states, role, is_person=command.is_person):
            return refusal
    named = {token: named_by(states, token) for token in tokens}
    others = {found.subject: found.kind for found in named.values() if found.subject}
    if not others:
        return _registered(asked, tokens)
    (known, kind), *more = others.items()
    npi_leads = command.npi is not None and named[asked.token(NPI, command.npi)].subject is not None
    taken = refused("npi_taken" if npi_leads and kind == "staff" and not more else "identifier_taken")
    if more or kind != "staff":
        return taken
    if need := states.missing(staff_tag(known)):
        return need
    state = states.staff(known)
    if not _is_same(state, command, set(tokens)):
        return taken
    return _further_roles(state, command.roles)


def decide_grant_role(asked: Asked[GrantRole], states: States, law: Law) -> Outcome:
    """Give a staff member a role, in one practice or in all, from a day on.

    Reads the staff member, the practice and the actor. Refuses, in order: not_in_this_practice, no_such_practice,
    end_before_start, role_needs_a_person. Unchanged where just this role is held.
    """
    command, staff = asked.command, asked.people["staff"]
    practices = (practice_tag(command.practice),) if command.practice else ()
    if need := states.missing(staff_tag(staff), staff_tag(asked.actor), *practices):
        return need
    state = states.staff(staff)
    if refusal := _role_refusal(asked, states, command, is_person=state.is_person):
        return refusal
    return _further_roles(state, (command,))


def decide_end_role(asked: Asked[EndRole], states: States, law: Law) -> Outcome:
    """End a role after its last day.

    Reads the staff member and the actor. Refuses, in order: not_in_this_practice, role_not_held. Unchanged where the
    role ends on that day already.
    """
    command, staff = asked.command, asked.people["staff"]
    if need := states.missing(staff_tag(staff), staff_tag(asked.actor)):
        return need
    if refusal := _reach_refusal(asked, states, command.practice):
        return refusal
    state = states.staff(staff)
    held = [
        role
        for role in state.roles
        if (role.role, role.practice) == (command.role, command.practice) and role.covers(command.last_on)
    ]
    if not held:
        return refused("role_not_held")
    event = RoleEnded(staff=staff, role=command.role, practice=command.practice, last_on=command.last_on)
    if all(role.until_on == command.last_on for role in held):
        return Unchanged((said_at(state.said, event) or _end_told_at(state, event),))
    return Accepted((event,))


def _end_told_at(state: Staff, event: RoleEnded) -> int:
    """Where it stands that a role ends on that day, by the grant or by a departure."""
    said = event.role, event.practice, event.last_on
    for known, at in reversed(state.said):
        if isinstance(known, RoleGranted) and (known.role, known.practice, known.until_on) == said:
            return at
        if isinstance(known, StaffDeparted) and known.last_on == event.last_on:
            return at
    return state.position


def decide_record_licence(asked: Asked[RecordLicence], states: States, law: Law) -> Outcome:
    """Record a licence with its state and dates.

    Reads the staff member and the actor. Refuses, in order: not_in_this_practice (the person works in no practice that
    the actor administers), end_before_start. Unchanged where just this licence is on record.
    """
    command, staff = asked.command, asked.people["staff"]
    if need := states.missing(staff_tag(staff), staff_tag(asked.actor)):
        return need
    if refusal := out_of_reach_of_staff(asked, states, staff):
        return refusal
    if command.until_on and command.until_on < command.from_on:
        return refused("end_before_start", what="The licence")
    event = LicenceRecorded(
        staff=staff, kind=command.kind, state=command.state, from_on=command.from_on, until_on=command.until_on
    )
    known = said_at(states.staff(staff).said, event)
    return Accepted((event,)) if known is None else Unchanged((known,))


def _tokens(asked: Asked[RegisterStaff]) -> dict[str, StaffLink]:
    """The links of a registration by token: the identifiers given, and the NPI as one of them."""
    named = [(identifier.system, identifier.value) for identifier in asked.command.identifiers]
    if asked.command.npi is not None:
        named.append((NPI, asked.command.npi))
    links = [StaffLink(system=system, token=asked.token(system, value)) for system, value in named]
    return {link.token: link for link in links}


def _role_refusal(asked: Asked[Any], states: States, role: RoleGiven | GrantRole, *, is_person: bool) -> Refused | None:
    if refusal := _reach_refusal(asked, states, role.practice):
        return refusal
    if role.practice and not states.practice(role.practice).is_registered:
        return refused("no_such_practice")
    if role.until_on and role.until_on < role.from_on:
        return refused("end_before_start", what="The role")
    if not is_person and role.role not in PROGRAM_ROLES:
        return refused("role_needs_a_person")
    return None


def _reach_refusal(asked: Asked[Any], states: States, practice: str | None) -> Refused | None:
    """An administrator of one practice gives and ends no roles in another, nor in all of them."""
    practices = frozenset({practice}) if practice else frozenset[str]()
    if reaches(states.staff(asked.actor), Role.ADMINISTRATOR, asked.today, practices):
        return None
    return refused("not_in_this_practice")


def _is_same(known: Staff, command: RegisterStaff, tokens: set[str]) -> bool:
    return tokens == {link.token for link in known.links} and (
        known.credential,
        known.npi,
        known.is_person,
        known.work_country,
    ) == (command.credential, command.npi, command.is_person, command.work_country)


def _registered(asked: Asked[RegisterStaff], tokens: dict[str, StaffLink]) -> Accepted:
    command, staff = asked.command, asked.new_id("st")
    registered = StaffRegistered(
        staff=staff,
        credential=command.credential,
        npi=command.npi,
        is_person=command.is_person,
        work_country=command.work_country,
        links=tuple(tokens.values()),
        words=StaffWords(
            name=command.name, identifiers=tuple((given.system, given.value) for given in command.identifiers)
        ),
    )
    return Accepted((registered, *(_granted(staff, role) for role in command.roles)), (), (("staff", staff),))


def _further_roles(state: Staff, roles: tuple[RoleGiven | GrantRole, ...]) -> Accepted | Unchanged | Need:
    """The roles of those given that are not held just so; Unchanged where all are."""
    held = {(role.role, role.practice, role.from_on, role.until_on) for role in state.roles}
    wanted = [_granted(state.staff, role) for role in roles]
    new = [event for event in wanted if (event.role, event.practice, event.from_on, event.until_on) not in held]
    ids = (("staff", state.staff),)
    if new:
        return Accepted(tuple(new), (), ids)
    at = [said_at(state.said, event) or state.position for event in wanted]
    return Unchanged(tuple(at) or (state.position,), ids)


def _granted(staff: str, role: RoleGiven | GrantRole) -> RoleGranted:
    return RoleGranted(
        staff=staff, role=role.role, practice=role.practice, from_on=role.from_on, until_on=role.until_on
    )
