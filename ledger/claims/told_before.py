"""Whether an adjudication was perhaps told before: once by a file and once by hand, or twice by one of them.

An answer that came twice from one place is known by that place. From two places only its status, day and amounts tell,
and a payer may well pay the same amount twice on one day: so it is kept, and a person looks. Promise: what was taken
back in between, and what payers behind the first one say, is nobody's repetition. Not promised: that two which look
alike are one.
"""

from ledger.streams.claims import ClaimRemitted
from ledger.streams.claims_state import Claim, Heard

_REVERSED = "reversed"


def told_before(claim: Claim, event: ClaimRemitted) -> Heard | None:
    """The newest remittance on record that the one which comes now may be, or None."""
    alike = [heard for heard in claim.remitted if heard.event.on == event.on and _is_alike(heard.event, event)]
    if not alike:
        return None
    against = sum(1 for heard in claim.remitted if _takes_back(heard.event, event))
    # A payment may come again after each reversal of its day; a reversal as often as there is a payment to take back.
    is_news = against > len(alike) if event.status == _REVERSED else against >= len(alike)
    return None if is_news else alike[-1]


def _is_alike(known: ClaimRemitted, event: ClaimRemitted) -> bool:
    """Whether two say the same of the claim, and not as payers of another rank."""
    ranks = {known.payer_status, event.payer_status} - {None}
    same = (known.status, known.charge, known.paid) == (event.status, event.charge, event.paid)
    return same and len(ranks) < 2


def _takes_back(known: ClaimRemitted, event: ClaimRemitted) -> bool:
    """Whether one takes the other back: a reversal of the day of a payment, or any payment that a reversal reverses."""
    is_reversal = _REVERSED in (known.status, event.status) and known.status != event.status
    opposite = (known.charge, known.paid) == (-event.charge, -event.paid)
    return is_reversal and opposite and (event.status == _REVERSED or known.on == event.on)
