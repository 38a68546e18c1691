"""What a claim has lost since its release: units that the month no longer supports, and what was paid for them.

Promise: what a month gained since is no part of it, a loss that was noticed before is not noticed again, and amounts
are to the cent. Supported is what the month would bill by the edition that was signed, where nothing blocks its release.
Not promised: that money is owed; that a person says.
"""

from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, NamedTuple

from ledger.judging.shapes import Verdict
from ledger.streams.claims_state import Claim

_CENT: Final = Decimal("0.01")
_ZERO: Final = Decimal(0)


class Loss(NamedTuple):
    """Units lost beyond what was noticed before, and what the payer and the patient paid for them."""

    units: tuple[tuple[str, int], ...]
    """(code, units), in the order of the claim's lines."""
    amount: Decimal
    patient_share: Decimal


def supported(verdict: Verdict) -> dict[str, int]:
    """The units that a month supports, by code: none where something blocks its release."""
    return {} if verdict.missing else {line.code: line.units for line in verdict.charges}


def loss_of(claim: Claim, verdict: Verdict) -> Loss | None:
    """What a claim lost that was not noticed before; None where it stands as it did, or on more."""
    now, noticed = supported(verdict), _noticed(claim)
    lost: list[tuple[str, int]] = []
    amount = share = _ZERO
    for line in claim.event.lines:
        units = line.units - now.get(line.code, 0) - noticed[line.code]
        if units > 0:
            lost.append((line.code, units))
            amount += _part(_paid(claim, line.code), noticed[line.code], units, line.units)
            share += _part(_left(claim, line.code), noticed[line.code], units, line.units)
    return Loss(tuple(lost), amount, share) if lost else None


def _noticed(claim: Claim) -> Counter[str]:
    found: Counter[str] = Counter()
    for heard in (*claim.lost, *claim.overpaid):
        for each in heard.event.lost:
            found[each.code] = max(found[each.code], 0) + each.units
    return found


def _paid(claim: Claim, code: str) -> Decimal:
    """What the payer paid for a code, less what it took back."""
    return sum((line.paid for heard in claim.remitted for line in heard.event.lines if line.code == code), _ZERO)


def _left(claim: Claim, code: str) -> Decimal:
    """What of a code was left to the patient."""
    return sum(
        (
            each.amount
            for heard in claim.remitted
            for line in heard.event.lines
            if line.code == code
            for each in line.adjustments
            if each.group == "PR"
        ),
        _ZERO,
    )


def _part(whole: Decimal, before: int, units: int, of: int) -> Decimal:
    """What so many units are of an amount, behind those before: all parts together are the whole, to the cent."""
    upto = [(whole * each / of).quantize(_CENT, ROUND_HALF_UP) for each in (before, before + units)]
    return upto[1] - upto[0]
