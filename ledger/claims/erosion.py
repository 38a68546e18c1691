"""What a claim has lost since its release: units that the month no longer supports, and what was paid for them.

Promise: what a month gained since is no part of it, a loss that was noticed before is not noticed again, and amounts
are to the cent. Supported is what the claim's family would bill by the edition that the claim pinned, to the payer and
under the practitioner that it names, where nothing blocks release and somebody's signature stands. A loss that was
noticed while nothing was paid is none of money: what is paid for it later is noticed then. Not promised: that money is
owed; a person says that.
"""

from collections import Counter
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, NamedTuple

from ledger.claims.taken_back import taken_back_since
from ledger.judging.shapes import Verdict
from ledger.streams.claims_state import Claim, Claims
from ledger.streams.overpayments import ClaimLostGround, LostUnits, OverpaymentNoticed
from ledger.streams.overpayments_state import Overpayment
from ledger.streams.replacing import replace

_CENT: Final = Decimal("0.01")
_ZERO: Final = Decimal(0)
_OF_THE_PATIENT: Final = "PR"
_VOID: Final = "8"
_UNPAID: Final = frozenset({"released", "accepted"})
_CHOICE: Final = frozenset({"family_not_chosen", "chosen_family_not_available"})
"""What blocks a release and takes nothing away: several families stand, the claim's own among them."""


class MovedClaim(NamedTuple):
    """A claim whose month perhaps says less than was released, as a read model found it."""

    claim: str
    patient: str
    month: str
    digest: str
    """What the month says now, as far as a row says so."""
    position: int
    """The newest fact that its month rests on, as far as a row says so, or that was said of the claim."""


class Loss(NamedTuple):
    """Units lost beyond what was noticed before, and what the payer and the patient paid for all that is lost so."""

    units: tuple[tuple[str, int], ...]
    """(code, units), in the order of the claim's lines."""
    amount: Decimal
    patient_share: Decimal

    @property
    def is_money(self) -> bool:
        """Whether anything was paid for it."""
        return self.amount > 0 or self.patient_share > 0

    @property
    def lost(self) -> tuple[LostUnits, ...]:
        """The units as a fact has them."""
        return tuple(LostUnits(code=code, units=units) for code, units in self.units)


def supported(claim: Claim, verdict: Verdict) -> dict[str, int]:
    """The units of the claim that a month supports, by code: none where it could not be released as this claim."""
    event = claim.event
    is_another = (verdict.payer, verdict.practitioner) != (event.payer, event.practitioner)
    blocked = any(notice.code not in _CHOICE for notice in verdict.missing)
    result = verdict.result(event.family)
    if claim.withdrawn is not None or verdict.attested is None or is_another or blocked or result is None:
        return {}
    return {line.code: line.units for line in result.lines} if result.is_available else {}


def is_of_another(of_all: Iterable[Claims], claims: Claims, claim: Claim) -> bool:
    """Whether another claim has the month's money, so that none of it is this one's: a month is paid once.

    So it is with what was voided, with what was paid beside the claim that stands for it, and, of two live claims of
    patients who turned out to be one, with the one released later (CCM-CLAIM-20).
    """
    status, standing = claims.status(claim), claims.stands_for(claim)
    if status == "voided":
        return True
    if status == "replaced":
        return standing is not None and has_money(standing)
    if not claims.is_live(claim):
        return False
    return any(
        each.guard == claim.guard
        and each.position < claim.position
        and found.is_live(each)
        and (has_money(each) or found.status(each) in _UNPAID)
        for found in of_all
        for each in found.claims
    )


def with_voids(claims: Claims, claim: Claim) -> Claim:
    """The claim with what its payer said of voids of it: what a void takes back is money of what it voids."""
    voids = [
        each for each in claims.claims if each.event.frequency == _VOID and each.event.replaces == claim.event.claim
    ]
    heard = [each for void in voids for each in void.remitted]
    if not heard:
        return claim
    return replace(claim, remitted=tuple(sorted((*claim.remitted, *heard), key=lambda each: each.position)))


def is_at_stake(claims: Claims, claim: Claim) -> bool:
    """Whether something may be lost with a claim: the payer may still pay it, or money came for it.

    Money that came for a claim that was withdrawn, or that another one stands for, is at stake while the payer has not
    taken it back.
    """
    if has_money(claim):
        return claim.event.frequency != _VOID
    return claims.is_live(claim) and claims.status(claim) in _UNPAID


def has_money(claim: Claim) -> bool:
    """Whether, of what the payer paid and left to the patient, anything remains."""
    return claim.paid > 0 or claim.patient_share > 0


def loss_of(claims: Claims, claim: Claim, verdict: Verdict, of_all: Iterable[Claims] = ()) -> Loss | None:
    """What a claim lost that was not noticed before; None where it stands as it did, or on more.

    `of_all` are the claims of everybody who is one person with the patient.
    """
    now = {} if is_of_another(of_all, claims, claim) else supported(claim, verdict)
    claim = with_voids(claims, claim)
    if not is_at_stake(claims, claim):
        return None
    if not has_money(claim):
        known = _units(each.event for each in claim.lost)
        units = _beyond({line.code: line.units - now.get(line.code, 0) for line in claim.event.lines}, known)
        return Loss(units, _ZERO, _ZERO) if units else None
    noticed = [each for each in claims.overpayments if stands(each, claim, verdict.digest)]
    known = _units(each.event for each in noticed)
    of = {line.code: _paid_units(claim, line.code) or line.units for line in claim.event.lines}
    gone = {code: units - now.get(code, 0) for code, units in of.items()}
    whole = {code: min(max(gone[code], known[code]), units) for code, units in of.items()}
    paid, share = _paid(claim), _left(claim)
    amount = _money(paid, whole, of) - sum((each.event.amount for each in noticed), _ZERO)
    left = _money(share, whole, of) - sum((each.event.patient_share for each in noticed), _ZERO)
    loss = Loss(_beyond(gone, known), max(amount, _ZERO), max(left, _ZERO))
    return loss if loss.is_money else None


def stands(overpayment: Overpayment, claim: Claim, digest: str | None) -> bool:
    """Whether a notice covers its loss still.

    One that was dismissed does while the month says what it said then. One of which all went back does while the payer
    did not take as much back: what it pays after that is other money. A cent a unit is the payer's own rounding.
    """
    event = overpayment.event
    if event.claim != claim.event.claim:
        return False
    if overpayment.status == "returned":
        paid, share = taken_back_since(claim, overpayment.position)
        near = _CENT * max(sum(each.units for each in event.lost), 1)
        return paid + near < event.amount or share + near < event.patient_share
    return overpayment.status != "dismissed" or event.digest_now == digest


def _units(noticed: Iterable[ClaimLostGround | OverpaymentNoticed]) -> Counter[str]:
    found: Counter[str] = Counter()
    for event in noticed:
        for each in event.lost:
            found[each.code] += each.units
    return found


def _beyond(gone: dict[str, int], known: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple((code, units - known[code]) for code, units in gone.items() if units > known[code])


def _money(by_code: dict[str, Decimal], units: dict[str, int], of: dict[str, int]) -> Decimal:
    """What so many units of each code are of its money, to the cent: all units are the whole."""
    shares = (max(by_code[code], _ZERO) * units[code] / of[code] for code in units)
    return sum((each.quantize(_CENT, ROUND_HALF_UP) for each in shares), _ZERO)


def _paid_units(claim: Claim, code: str) -> int:
    """The units of a code for which money came, as far as remittances say; 0 where they do not."""
    units = 0
    for heard in claim.from_payer:
        for line in heard.event.lines:
            left = any(each.group == _OF_THE_PATIENT and each.amount for each in line.adjustments)
            if line.code == code and (line.paid or left):
                units += line.units if line.charge >= 0 else -line.units
    asked = next(line.units for line in claim.event.lines if line.code == code)
    return min(max(units, 0), asked)


def _paid(claim: Claim) -> dict[str, Decimal]:
    """What the payer paid for each code, less what it took back; what it said of no line is spread over all."""
    found = {line.code: _ZERO for line in claim.event.lines}
    for heard in claim.from_payer:
        for line in heard.event.lines:
            if line.code in found:
                found[line.code] += line.paid
    return _spread(found, claim.paid, claim)


def _left(claim: Claim) -> dict[str, Decimal]:
    """What of each code was left to the patient; what the payer said of no line is spread over all."""
    found = {line.code: _ZERO for line in claim.event.lines}
    for heard in claim.from_payer:
        for line in heard.event.lines:
            if line.code in found:
                found[line.code] += sum((e.amount for e in line.adjustments if e.group == _OF_THE_PATIENT), _ZERO)
    return _spread(found, claim.patient_share, claim)


def _spread(by_code: dict[str, Decimal], whole: Decimal, claim: Claim) -> dict[str, Decimal]:
    """Amounts by code that come to the whole: the rest goes to the lines as their charges do, to the cent."""
    rest, charge, upto = whole - sum(by_code.values(), _ZERO), claim.event.charge, _ZERO
    found, given = dict(by_code), _ZERO
    for line in claim.event.lines:
        upto += line.charge
        part = (rest * upto / charge).quantize(_CENT, ROUND_HALF_UP) - given
        found[line.code] += part
        given += part
    return found
