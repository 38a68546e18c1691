"""What a payer took back of a claim since a moment: whether what was refunded shows in its own answers.

Promise: counted at the end of each of the payer's days, so that a reversal with its correction is one answer. Not
promised: that a refund and a take-back are the same money; a payer that shows a refund takes back as much.
"""

from decimal import Decimal
from itertools import groupby
from typing import Final

from ledger.streams.claims_state import Claim

_ZERO: Final = Decimal(0)


def taken_back_since(claim: Claim, position: int) -> tuple[Decimal, Decimal]:
    """How far the payment, and the patient's share, ever fell below what they were at a position."""
    later = sorted((each for each in claim.from_payer if each.position > position), key=lambda each: each.event.on)
    paid = share = least_paid = least_share = _ZERO
    for _, of_day in groupby(later, key=lambda each: each.event.on):
        for each in of_day:
            paid += each.event.paid
            share += each.event.patient_share
        least_paid, least_share = min(least_paid, paid), min(least_share, share)
    return -least_paid, -least_share
