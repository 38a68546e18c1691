"""What belongs to the practices that a login is confined to, being a key that was issued for them.

Promise: a fact about patients belongs to the practices of each of them; one about a delivery where the delivery does;
every other one, and one about a patient of no practice yet, to the practices of the key by which it came. What came by
a login that is confined to nothing, and names nobody, belongs to no practice: whoever is confined is not told of it.
"""

from commands.access import practices_of_key
from commands.by_key import delivery_within, is_brought_within
from commands.handle import Handler
from ledger.streams.base import Fact
from ledger.streams.governance import (
    DeliveryDiscarded,
    DeliveryParked,
    DeliveryReleased,
    DeliveryResolved,
    ParkedDelivery,
)
from ledger.streams.joining import practices_of
from ledger.terms.identity import parked_tag
from projections.happened import patients_of, practice_of

OF_DELIVERIES = (DeliveryParked, DeliveryResolved, DeliveryReleased, DeliveryDiscarded)


class Belonging:
    """What of the ledger belongs to the practices of the session's login, or to some of them."""

    def __init__(self, handler: Handler, only: frozenset[str] | None = None) -> None:
        of_key = practices_of_key(handler)
        self.only = of_key if only is None else only if of_key is None else only & of_key
        self._handler = handler
        self._governance = handler.governance()

    @property
    def is_confined(self) -> bool:
        """Whether there is anything that does not belong."""
        return self.only is not None

    def delivery(self, parked: ParkedDelivery) -> bool:
        """Whether a delivery that waits, or waited, belongs."""
        return delivery_within(self.only, parked, self._governance, self._handler.state)

    def fact(self, fact: Fact) -> bool:
        """Whether a fact belongs."""
        if self.only is None:
            return True
        if isinstance(fact.event, OF_DELIVERIES):
            parked = self._handler.state(parked_tag(fact.event.source)).get(fact.event.delivery)
            return parked is not None and self.delivery(parked)
        if (named := practice_of(fact.event)) is not None and named not in self.only:
            return False
        is_mine = is_brought_within(self._governance, fact.said.authenticated_as, self.only)
        known = [practices_of(patient, self._handler.state) for patient in patients_of(fact.event)]
        if known:
            return all(practices & self.only if practices else is_mine for practices in known)
        return named is not None or is_mine
