"""Deciders about deliveries that wait: say whom one is about, have it decided, set it aside.

What a released delivery becomes is decided by release.py, which needs the sealed line as well.
"""

from commands.deciding import Asked, Law, States
from commands.intents.governance import DiscardDelivery, ReleaseDelivery, ResolveDelivery
from ledger.streams.governance import DeliveryDiscarded, DeliveryResolved, ParkedDelivery
from ledger.terms.identity import parked_tag
from ledger.terms.outcome import Accepted, Need, Outcome, Refused, Unchanged
from ledger.terms.refusals import refused


def decide_resolve_delivery(asked: Asked[ResolveDelivery], states: States, law: Law) -> Outcome:
    """Say whom a parked delivery is about, where its own identifier never will.

    Reads the parked stream of the source. Refuses: delivery_unknown, delivery_not_open, delivery_waits_for_other_kind.
    """
    parked = _open_delivery(asked, states)
    if not isinstance(parked, ParkedDelivery):
        return parked
    subject = asked.people["subject"]
    if subject.startswith("pt_") != (parked.waits_for == "patient"):
        waits_for = "patient" if parked.waits_for == "patient" else "staff member"
        return refused("delivery_waits_for_other_kind", waits_for=waits_for)
    if parked.subject == subject:
        return Unchanged((parked.position,))
    return Accepted((DeliveryResolved(delivery=parked.delivery, source=parked.source, subject=subject),))


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
