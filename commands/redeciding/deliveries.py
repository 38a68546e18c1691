"""Deliveries that were parked, and their release: the line itself is sealed in the fact, so it is decided as it came.

A release says what the delivery came to; the facts that it became stand directly before it under the delivery's own
key, and are decided again like those of any command. What a release met that was refused or known is not: which
streams that rested on is not recorded.
"""

from collections.abc import Mapping
from typing import Any

from commands.intents.base import Command
from commands.intents.governance import ReleaseDelivery
from commands.redeciding.comparing import differing, differing_envelope
from commands.redeciding.prefix import AsRead
from commands.redeciding.rebuilding import Rebuilt
from commands.redeciding.recorded import Recorded
from commands.redeciding.replaying import Ground, decided, decided_line
from commands.wire import Delivery, read_line
from ledger.streams.base import Closed
from ledger.streams.governance import DeliveryParked, DeliveryReleased, ParkedDelivery
from ledger.terms.identity import parked_tag

UNREADABLE = "delivery_parked.words"
"""A parked line that no command can be read from."""
NOT_PARKED = "delivery_parked is not what follows"
NOT_ALLOWED = "delivery_released is not what follows"
BECAME = "delivery_released.facts"


def differing_parked(
    ground: Ground, recorded: Recorded, read: AsRead, commands: Mapping[str, type[Command]]
) -> tuple[str, ...] | None:
    """What a parked line leaves otherwise than recorded; None where its words were erased."""
    event = recorded.events[0]
    assert isinstance(event, DeliveryParked)
    words: Any = event.words
    if words is None or isinstance(words, Closed):
        return None
    line = read_line(words.line.encode(), commands)
    if not isinstance(line, Delivery):
        return (UNREADABLE,)
    parked = decided_line(ground, recorded, read, line, {}, recorded.recorded_at)
    if parked.answer.outcome != "parked" or parked.proposal is None:
        return (NOT_PARKED,)
    same = differing_envelope(recorded.envelope, parked.proposal.envelope)
    return (*differing(recorded.events, parked.proposal.events), *same)


def differing_release(ground: Ground, recorded: Recorded, read: AsRead, before: Recorded | None) -> tuple[str, ...]:
    """What a release says otherwise than what stands before it: that it was allowed, and what the delivery became."""
    event = recorded.events[0]
    assert isinstance(event, DeliveryReleased)
    command = ReleaseDelivery(source=event.source, delivery=event.delivery)
    allowed = decided(ground, recorded, read, Rebuilt(command, {}), recorded.recorded_at)
    if allowed.proposal is None or allowed.answer.outcome != "accepted":
        return (NOT_ALLOWED,)
    found = differing_envelope(recorded.envelope, allowed.proposal.envelope)
    parked: ParkedDelivery = read.get(parked_tag(event.source)).state.get(event.delivery)
    became = _became(ground, parked, before)
    has_facts = event.outcome == "accepted"
    return found if event.facts == became and has_facts == bool(became) else (*found, BECAME)


def _became(ground: Ground, parked: ParkedDelivery, before: Recorded | None) -> int:
    """How many facts stand directly before a release under the key of the delivery."""
    tag = parked_tag(parked.source)
    stood = (fact for fact in ground.log.read(tag, until=parked.position) if fact.position == parked.position)
    key = next(fact.envelope.key for fact in stood)
    is_of_it = before is not None and before.envelope.key == key and not isinstance(before.events[0], DeliveryParked)
    return len(before.facts) if before is not None and is_of_it else 0
