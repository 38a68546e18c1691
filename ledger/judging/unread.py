"""Facts in the streams that a verdict rests on, of which no verdict reads anything: how a practice bills.

What a practice asks for a code, and the names and numbers on its claims, stand beside its capabilities and policies,
and beside a practitioner's roles. Promise: a month says the same before and after each of these facts (a test judges it
twice), so that none of them has it judged again or is named as what moved it. Not promised: that a claim would be the
same; a release reads them.
"""

from typing import Final

from ledger.streams.base import Event
from ledger.streams.billing import (
    BillingDetailsRecorded,
    InterchangeRecorded,
    PayerIdentityRecorded,
    RenderingDetailsRecorded,
)
from ledger.streams.practice import ChargeAdopted

UNREAD: Final[frozenset[type[Event]]] = frozenset(
    {ChargeAdopted, BillingDetailsRecorded, PayerIdentityRecorded, InterchangeRecorded, RenderingDetailsRecorded}
)


def may_move(event: Event) -> bool:
    """Whether a verdict may read a fact of a stream that it rests on."""
    return type(event) not in UNREAD
