"""Deciders about practices: register, answer for a capability or end one, adopt a policy.

A practice is known by TIN and name together: one legal entity may have practices in several time zones.
"""

from datetime import timedelta
from typing import Final

from commands.deciding import Asked, Law, States
from commands.guards import named_by, said_at, unregistered
from commands.intents.staff import AdoptPolicy, AttestCapability, EndCapability, RegisterPractice
from ledger.streams.practice import (
    CapabilityAttested,
    CapabilityEnded,
    PolicyAdopted,
    Practice,
    PracticeRegistered,
    Site,
)
from ledger.terms.identity import identifier_tag, practice_tag
from ledger.terms.outcome import Accepted, Outcome, Unchanged
from ledger.terms.refusals import refused

POLICY_VALUES: Final = {
    "untimed_counts": ("yes", "no"),
    "staff_in_person_counts": ("yes", "no"),
    "noncomplex_attestation": ("each", "batch"),
    "g0511_billing": ("g0511", "individual"),
    "price_site": ("office", "facility"),
    "release_timing": ("month_end", "threshold"),
    "date_of_service": ("last_day_of_month", "last_business_day", "threshold"),
}
"""What each policy may be set to."""
_DAY: Final = timedelta(days=1)


def decide_register_practice(asked: Asked[RegisterPractice], states: States, law: Law) -> Outcome:
    """Make a practice known: name, TIN, zone, contractor, sites.

    Reads the stream of TIN and name, and the practice found there. Refuses, in order: exists_with_different_content,
    zone_unknown. Unchanged where that practice is known with the same content.
    """
    command = asked.command
    link = asked.token("#practice", f"{command.tin}\n{command.name.casefold()}")
    if need := states.missing(identifier_tag(link)):
        return need
    known = named_by(states, link).subject
    sites = tuple(Site(name=site.name, place_of_service=site.place_of_service) for site in command.sites)
    if known is not None:
        if need := states.missing(practice_tag(known)):
            return need
        state = states.practice(known)
        if (state.npi, state.zone, state.mac, state.sites) != (command.npi, command.zone, command.mac, sites):
            happened = "A practice of that TIN and name is registered with other content."
            return refused("exists_with_different_content", happened=happened)
        return Unchanged((state.position,), (("practice", known),))
    if asked.zones.zone(command.zone) is None:
        return refused("zone_unknown")
    practice = asked.new_id("pr")
    event = PracticeRegistered(
        practice=practice,
        name=command.name,
        tin=command.tin,
        npi=command.npi,
        zone=command.zone,
        mac=command.mac,
        sites=sites,
        link=link,
    )
    return Accepted((event,), (), (("practice", practice),))


def decide_attest_capability(asked: Asked[AttestCapability], states: States, law: Law) -> Outcome:
    """Answer for a capability of a practice from a day on (CCM-REC-01, CCM-ACCESS-01).

    Reads the practice. Refuses, in order: no_such_practice, end_before_start, edition_year_missing. Unchanged where
    the same was attested, by whomever.
    """
    command = asked.command
    if no_practice := unregistered(states, command.practice):
        return no_practice
    state = states.practice(command.practice)
    if command.until_on and command.until_on < command.from_on:
        return refused("end_before_start", what="The capability")
    if command.capability == "cehrt_year" and command.edition_year is None:
        return refused("edition_year_missing")
    event = CapabilityAttested(
        practice=command.practice,
        capability=command.capability,
        edition_year=command.edition_year,
        attested_by=asked.actor,
        from_on=command.from_on,
        until_on=command.until_on,
    )
    known = _capability_at(state, event)
    return Accepted((event,)) if known is None else Unchanged((known,))


def decide_end_capability(asked: Asked[EndCapability], states: States, law: Law) -> Outcome:
    """End a capability after its last day, whatever was attested of later days; it may be attested again.

    One that was attested in error ends on the day before it began, and then held on no day.
    Reads the practice. Refuses, in order: no_such_practice, capability_not_held (it is attested for no later day),
    end_before_start (it began later still). Unchanged where it was ended on that day and not attested since.
    """
    command = asked.command
    if no_practice := unregistered(states, command.practice):
        return no_practice
    state = states.practice(command.practice)
    event = CapabilityEnded(practice=command.practice, capability=command.capability, last_on=command.last_on)
    cut = [held for held in state.capabilities if event.cuts(held)]
    if cut and all(held.from_on - _DAY > event.last_on for held in cut):
        return refused("end_before_start", what="The capability")
    if cut:
        return Accepted((event,))
    before = said_at(state.said, event)
    return refused("capability_not_held", capability=command.capability) if before is None else Unchanged((before,))


def decide_adopt_policy(asked: Asked[AdoptPolicy], states: States, law: Law) -> Outcome:
    """Adopt a value of one of a practice's policies from a day on; the later fact wins a tie.

    Reads the practice. Refuses, in order: no_such_practice, policy_value_unknown. Unchanged where the newest value of
    that policy and day is this one.
    """
    command = asked.command
    if no_practice := unregistered(states, command.practice):
        return no_practice
    state = states.practice(command.practice)
    values = POLICY_VALUES[command.policy]
    if command.value not in values:
        return refused("policy_value_unknown", policy=command.policy, values=" or ".join(values))
    event = PolicyAdopted(
        practice=command.practice, policy=command.policy, value=command.value, from_on=command.from_on
    )
    of_that_day = [(p.policy, p.from_on) == (event.policy, event.from_on) for p in state.policies]
    newest = next((p for p, is_it in zip(reversed(state.policies), reversed(of_that_day), strict=True) if is_it), None)
    if newest == event:
        return Unchanged((said_at(state.said, event) or state.position,))
    return Accepted((event,))


def _capability_at(state: Practice, event: CapabilityAttested) -> int | None:
    """Where the same was attested before, by whomever, and did not end since."""
    for known, at in reversed(state.said):
        if isinstance(known, CapabilityEnded) and known.capability == event.capability:
            return None
        if (
            isinstance(known, CapabilityAttested)
            and known.model_copy(update={"attested_by": event.attested_by}) == event
        ):
            return at
    return None
