"""The facts about people and practices that a month rests on: registration, roles, licences, lists, what was attested.

Promise: every position is one that the folded state of a staff member or of a practice holds. Not promised: that each
of them alone decides; a role that ended before the day is shown beside the one that holds.
"""

from collections.abc import Callable
from typing import Final

from ledger.judging.ground import NOTHING, Evidence, Ground, found
from ledger.judging.shapes import EntryLine
from ledger.streams.base import Event
from ledger.streams.practice import CapabilityAttested, CapabilityEnded, LocalityRecorded, PolicyAdopted
from ledger.streams.staff import (
    ROLE_FACTS,
    ExclusionChecked,
    LicenceRecorded,
    RoleGranted,
    StaffDeparted,
    StaffRegistered,
)
from ledger.streams.tally import supervisors_of

Kinds = tuple[type[Event], ...]


def said_of(ground: Ground, staff: str | None, *kinds: type[Event]) -> Evidence:
    """Registration and facts of some kinds about a staff member; what is missing where nobody is registered."""
    known = ground.facts.staff.get(staff) if staff is not None else None
    if known is None or not known.is_registered:
        return Evidence((), (StaffRegistered.TOPIC,))
    return found(known.told_at(*kinds))


def performing(ground: Ground, line: EntryLine) -> Evidence:
    """What says in which pool the performer's time goes: registration with credential, and the roles of the day."""
    return said_of(ground, line.performer, *ROLE_FACTS)


def without_role(ground: Ground, line: EntryLine) -> Evidence:
    """The roles on record, and that none holds on the day."""
    return performing(ground, line).and_(Evidence((), (RoleGranted.TOPIC,)))


def other_practitioner(ground: Ground, line: EntryLine) -> Evidence:
    """The performer's roles, and who is designated instead."""
    return performing(ground, line).and_(designated(ground))


def excluded(ground: Ground, line: EntryLine) -> Evidence:
    """The lists in which the performer was looked up."""
    return said_of(ground, line.performer, ExclusionChecked)


def unlicensed(ground: Ground, line: EntryLine) -> Evidence:
    """The licences on record, none of which holds on the day."""
    return said_of(ground, line.performer, LicenceRecorded)


def supervisors(ground: Ground) -> Evidence:
    """The entries that name a supervisor other than who bills, and the roles of those supervisors."""
    own = ground.designation.event.practitioner if ground.designation is not None else None
    month = ground.facts.month
    named = found(e.position for e in month.entries if e.work.supervised_by not in (None, own))
    for who in sorted(supervisors_of(month.tally, month.entries) - {own}):
        named = named.and_(said_of(ground, who, *ROLE_FACTS))
    return named


def registered(ground: Ground, line: EntryLine) -> Evidence:
    """What the registration of the performer says: credential, person or program, country."""
    return said_of(ground, line.performer)


def policy(name: str) -> Callable[[Ground, EntryLine], Evidence]:
    """What the practice adopted as its policy, as an evidence rule of one entry."""

    def adopted(ground: Ground, line: EntryLine) -> Evidence:
        entry = ground.entry(line)
        practice = ground.facts.practices.get(entry.work.practice) if entry is not None else None
        said = [] if practice is None else [(e, at) for e, at in practice.said if isinstance(e, PolicyAdopted)]
        own = [at for event, at in said if event.policy == name and event.from_on <= line.on]
        return found(own, absent=() if own else (PolicyAdopted.TOPIC,))

    return adopted


def dated_by_policy(ground: Ground) -> Evidence:
    """The convention of dates that the practice that bills adopted by the month's last day, if it did."""
    practice = ground.facts.practices.get(ground.verdict.practice or "")
    adopted = practice.policy_at("date_of_service", ground.last) if practice is not None else None
    return found((adopted[1],)) if adopted is not None else NOTHING


def capability(name: str) -> Callable[[Ground], Evidence]:
    """What the practice that bills attested of a capability, as an evidence rule: none of it holds on the day."""

    def attested(ground: Ground) -> Evidence:
        practice = ground.facts.practices.get(ground.verdict.practice or "")
        said = () if practice is None else practice.said
        own = (at for e, at in said if isinstance(e, CapabilityAttested | CapabilityEnded) and e.capability == name)
        return found(own, absent=(CapabilityAttested.TOPIC,))

    return attested


def clinic(ground: Ground) -> Evidence:
    """What the practice that bills attested of being a clinic, and the choice that it made as one."""
    return _said_by_practice(ground, _is_of_clinic)


def clinic_without_choice(ground: Ground) -> Evidence:
    """The same, and that no choice is on record."""
    return clinic(ground).and_(Evidence((), (PolicyAdopted.TOPIC,)))


def localities(ground: Ground) -> Evidence:
    """The payment localities recorded for the practice that bills."""
    return _said_by_practice(ground, lambda event: isinstance(event, LocalityRecorded))


def _is_of_clinic(event: Event) -> bool:
    match event:
        case CapabilityAttested() | CapabilityEnded():
            return event.capability in {"rural_health_clinic", "federally_qualified_health_center"}
        case PolicyAdopted():
            return event.policy == "g0511_billing"
    return False


def _said_by_practice(ground: Ground, is_meant: Callable[[Event], bool]) -> Evidence:
    practice = ground.facts.practices.get(ground.verdict.practice or "")
    return found(at for event, at in (() if practice is None else practice.said) if is_meant(event))


# --- who bills ---------------------------------------------------------------------------------------------------


def designated(ground: Ground) -> Evidence:
    """The designation that occupies the month; those withdrawn, and that there is none, where none does."""
    designation = ground.designation
    if designation is not None:
        return found((designation.position,))
    withdrawn = [
        at
        for d in ground.facts.patient.designations
        if d.event.programme is ground.programme and d.event.from_month <= ground.verdict.month
        for at in (d.position, d.withdrawn_position)
        if at is not None
    ]
    return found(withdrawn, absent=("practitioner_designated",))


def _of_designee(*kinds: type[Event]) -> Callable[[Ground], Evidence]:
    def rule(ground: Ground) -> Evidence:
        return designated(ground).and_(said_of(ground, ground.verdict.practitioner, *kinds))

    return rule


may_bill: Final = _of_designee(*ROLE_FACTS, LicenceRecorded)
"""Designation, registration, roles and licences of the billing practitioner."""
designee_departed: Final = _of_designee(StaffDeparted)
designee_excluded: Final = _of_designee(ExclusionChecked)


def checks_of_all(ground: Ground) -> Evidence:
    """Every look into the lists of excluded persons about those whose work counts or who bill."""
    counted = {line.performer for line in ground.verdict.lines if line.counted}
    concerned = [*sorted(counted), ground.verdict.practitioner]
    every = [said_of(ground, who, ExclusionChecked) for who in concerned if who in ground.facts.staff]
    return found((at for each in every for at in each.facts), absent=(ExclusionChecked.TOPIC,))


def designations(ground: Ground) -> Evidence:
    """Every designation of the programme that occupies the month."""
    own = [d for d in ground.facts.patient.designations if d.event.programme is ground.programme]
    return found(d.position for d in own if d.event.side is ground.side and d.occupies(ground.verdict.month))


def designations_of_biller(ground: Ground) -> Evidence:
    """Every designation of whoever bills the month that occupies it, of whatever programme."""
    month, who = ground.verdict.month, ground.verdict.practitioner
    own = [d for d in ground.facts.patient.designations if d.event.practitioner == who and d.event.side is ground.side]
    return found(d.position for d in own if d.occupies(month))


def designations_of_all(ground: Ground) -> Evidence:
    """Every designation that occupies the month, of whatever programme and whomever."""
    month = ground.verdict.month
    own = [d for d in ground.facts.patient.designations if d.event.side is ground.side]
    return found(d.position for d in own if d.occupies(month))


def assigned(ground: Ground) -> Evidence:
    """The assignments of the patient to practices by the date of service."""
    known = ground.facts.patient.assignments
    begun = [a.position for a in known if a.event.from_on <= ground.verdict.date_of_service]
    return found(begun) if begun else found((a.position for a in known), absent=("practice_assigned",))


def adoption(ground: Ground) -> Evidence:
    """The adoption of the edition that judged the month."""
    return found((ground.adopted,)) if ground.adopted is not None else NOTHING
