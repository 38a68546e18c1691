"""Deciders about deliveries that wait: say what one is about, have it decided, set it aside.

What a released delivery becomes is decided by release.py, which needs the sealed line as well.
"""

from typing import Final

from commands.claims.numbers import claim_numbered
from commands.deciding import Asked, Law, States
from commands.guards import out_of_reach
from commands.intents.governance import DiscardDelivery, ReleaseDelivery, ResolveDelivery
from ledger.streams.claims import control_number
from ledger.streams.governance import DeliveryDiscarded, DeliveryResolved, ParkedDelivery
from ledger.terms.identity import parked_tag, patient_tag, staff_tag
from ledger.terms.outcome import Accepted, Need, Outcome, Refused, Unchanged
from ledger.terms.refusals import refused

_KINDS: Final = {"pt": "patient", "st": "staff", "cl": "claim"}


def decide_resolve_delivery(asked: Asked[ResolveDelivery], states: States, law: Law) -> Outcome:
    """Say whom or which claim a parked delivery is about, where its own identifier or number never will.

    Reads the parked stream of the source; the patient who is named, or the claim and its patient. Refuses, in order:
    not_in_this_practice (the patient is of a practice elsewhere), delivery_unknown, delivery_not_open,
    delivery_waits_for_other_kind, no_such_claim.
    """
    claim, subject = asked.command.claim, asked.person("subject")
    found = claim_numbered(asked, states, control_number(claim)) if claim is not None else None
    if isinstance(found, Need):
        return found
    patient = found.claim.event.patient if found is not None else subject
    if patient is not None and patient.startswith("pt_") and (fault := _elsewhere(asked, states, patient)):
        return fault
    parked = _open_delivery(asked, states)
    if not isinstance(parked, ParkedDelivery):
        return parked
    named = claim or subject
    if named is None or (claim and subject) or _KINDS[named[:2]] != parked.waits_for:
        waits_for = "staff member" if parked.waits_for == "staff" else parked.waits_for
        return refused("delivery_waits_for_other_kind", waits_for=waits_for)
    if claim is not None and (found is None or found.claim.event.claim != claim):
        return refused("no_such_claim")
    if parked.subject == named:
        return Unchanged((parked.position,))
    return Accepted((DeliveryResolved(delivery=parked.delivery, source=parked.source, subject=named),))


def _elsewhere(asked: Asked[ResolveDelivery], states: States, patient: str) -> Need | Refused | None:
    """Need for the patient or the actor; the refusal where the actor's role does not reach the patient."""
    if need := states.missing(patient_tag(patient), staff_tag(asked.actor)):
        return need
    return out_of_reach(asked, states, patient)


def decide_release_delivery(asked: Asked[ReleaseDelivery], states: States, law: Law) -> Outcome:
    """Whether a delivery may be released; release.py then has it decided.

    Reads the parked stream of the source. Refuses: delivery_unknown, delivery_not_open.
    """
    parked = _open_delivery(asked, states)
    return Accepted(()) if isinstance(parked, ParkedDelivery) else parked


def decide_discard_delivery(asked: Asked[DiscardDelivery], states: States, law: Law) -> Outcome:
    """Set a parked delivery aside for good.

    Reads the parked stream of the source. Refuses: delivery_unknown, delivery_not_open.
    """
    parked = _open_delivery(asked, states)
    if not isinstance(parked, ParkedDelivery):
        return parked
    reason = asked.command.reason
    return Accepted((DeliveryDiscarded(delivery=parked.delivery, source=parked.source, reason=reason),))


def _open_delivery(
    asked: Asked[ResolveDelivery] | Asked[ReleaseDelivery] | Asked[DiscardDelivery], states: States
) -> ParkedDelivery | Refused | Need:
    command = asked.command
    if need := states.missing(parked_tag(command.source)):
        return need
    parked = states.parked(command.source).get(command.delivery)
    if parked is None:
        return refused("delivery_unknown")
    return parked if parked.is_open else refused("delivery_not_open")
