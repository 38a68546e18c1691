"""Deciders about what a claim file is made of, and that a claim was written into one.

Nothing here moves a verdict. A claim goes into a file once; once more only where somebody says that this is meant.
"""

import re
from typing import Final

from commands.deciding import Asked, Law, States
from commands.guards import day_there, out_of_reach_of_staff, unregistered
from commands.intents.billing import (
    ExportClaim,
    FacilityGiven,
    PracticeAddressGiven,
    RecordBillingDetails,
    RecordInterchange,
    RecordPayerIdentity,
    RecordRenderingDetails,
)
from ledger.streams.billing import (
    BillingDetailsRecorded,
    FacilityDetails,
    InterchangeRecorded,
    PayerIdentityRecorded,
    PracticeAddress,
    RenderingDetailsRecorded,
    RenderingWords,
    billing_details,
    interchange,
    payer_identity,
)
from ledger.streams.claims import ClaimExported
from ledger.terms.identity import claims_tag, patient_tag, staff_tag
from ledger.terms.outcome import Accepted, Need, Outcome, Unchanged
from ledger.terms.refusals import refused

_BOX: Final = re.compile(r"\bP\.?\s*O\.?\s*BOX\b|\bPOST\s+OFFICE\s+BOX\b|\bLOCK\s?BOX\b", re.IGNORECASE)
_IN_A_FILE: Final = ("released", "accepted")


def decide_record_billing_details(asked: Asked[RecordBillingDetails], states: States, law: Law) -> Outcome:
    """Record under which name, from where and as what a practice bills, from a day on; the later fact wins a tie.

    Reads the practice. Refuses, in order: no_such_practice, address_is_a_box. Unchanged where just this was said last
    of that day.
    """
    command = asked.command
    if no_practice := unregistered(states, command.practice):
        return no_practice
    places = [command.address, *([command.facility.address] if command.facility is not None else [])]
    if any(_BOX.search(line or "") for place in places for line in (place.line, place.second)):
        return refused("address_is_a_box")
    event = BillingDetailsRecorded(
        practice=command.practice,
        from_on=command.from_on,
        name=command.name,
        taxonomy=command.taxonomy,
        address=_address(command.address),
        signatures_on_file=command.signatures_on_file,
        facility=_facility(command.facility),
    )
    known = billing_details(states.practice(command.practice), command.from_on)
    return Unchanged((known[1],)) if known is not None and known[0] == event else Accepted((event,))


def decide_record_payer_identity(asked: Asked[RecordPayerIdentity], states: States, law: Law) -> Outcome:
    """Record under which name and number a payer takes a practice's claims, from a day on; the later fact wins a tie.

    Reads the practice. Refuses, in order: no_such_practice. Unchanged where just this was said last of that day.
    """
    command = asked.command
    if no_practice := unregistered(states, command.practice):
        return no_practice
    event = PayerIdentityRecorded(**command.model_dump())
    known = payer_identity(states.practice(command.practice), command.payer, command.from_on)
    return Unchanged((known[1],)) if known is not None and known[0] == event else Accepted((event,))


def decide_record_interchange(asked: Asked[RecordInterchange], states: States, law: Law) -> Outcome:
    """Record who sends a practice's claim files and who receives them, from a day on; the later fact wins a tie.

    Reads the practice. Refuses, in order: no_such_practice. Unchanged where just this was said last of that day.
    """
    command = asked.command
    if no_practice := unregistered(states, command.practice):
        return no_practice
    event = InterchangeRecorded(**command.model_dump())
    known = interchange(states.practice(command.practice), command.from_on)
    return Unchanged((known[1],)) if known is not None and known[0] == event else Accepted((event,))


def decide_record_rendering_details(asked: Asked[RecordRenderingDetails], states: States, law: Law) -> Outcome:
    """Record under which name and as what a practitioner renders services; the name is sealed.

    Reads the staff member and the actor. Refuses, in order: not_in_this_practice (the person works in no practice that
    the actor administers). A name that was said before is said again: what is sealed is not compared.
    """
    command, staff = asked.command, asked.people["staff"]
    if need := states.missing(staff_tag(staff), staff_tag(asked.actor)):
        return need
    if refusal := out_of_reach_of_staff(asked, states, staff):
        return refusal
    words = RenderingWords(family=command.family, given=command.given)
    return Accepted((RenderingDetailsRecorded(staff=staff, taxonomy=command.taxonomy, words=words),))


def decide_export_claim(asked: Asked[ExportClaim], states: States, law: Law) -> Outcome:
    """Note that a claim is written into a file for its payer; the position of this fact numbers the file.

    Reads the claims of the patient and of all who are merged with them, and the practice of the claim. Refuses, in
    order: no_such_claim, claim_not_exportable, claim_lost_its_ground, claim_exported_before (a file holds it, or the
    payer said that it has it; not with `again`).
    """
    command, patient = asked.command, asked.patient
    if need := states.missing(patient_tag(patient)):
        return need
    group = states.group(patient)
    if need := states.missing(*map(claims_tag, group)):
        return need
    of_all = [states.get(claims_tag(each)) for each in group]
    found = next(((cs, claim) for cs in of_all if (claim := cs.claim(command.claim)) is not None), None)
    if found is None:
        return refused("no_such_claim")
    claims, claim = found
    status = claims.status(claim)
    if status not in _IN_A_FILE:
        return refused("claim_not_exportable", status=status, facts=(claim.position,))
    if claim.lost:
        return refused("claim_lost_its_ground", facts=(claim.lost[-1].position,))
    before = (*claim.exported, *claim.acknowledged)
    if before and not command.again:
        return refused("claim_exported_before", facts=(heard.position for heard in before))
    on = day_there(asked, states, claim.event.practice)
    if isinstance(on, Need):
        return on
    return Accepted((ClaimExported(patient=claim.event.patient, claim=command.claim, on=on),))


def _address(given: PracticeAddressGiven) -> PracticeAddress:
    return PracticeAddress(**given.model_dump())


def _facility(given: FacilityGiven | None) -> FacilityDetails | None:
    if given is None:
        return None
    return FacilityDetails(name=given.name, npi=given.npi, address=_address(given.address))
