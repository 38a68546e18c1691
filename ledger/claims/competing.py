"""A competing biller's payment: whether a denial says so, and whether it still stops a month from being billed.

Promise: a month is stopped from the denial on until a person records that the other biller withdrew, or that the payer
erred (CCM-CLAIM-21; readings, section 7). Not promised: who the other biller is; the payer does not say.
"""

from collections.abc import Iterable
from typing import Final

from ledger.rulebook import Reading, Rules, RulesInForce
from ledger.streams.claims import ClaimRemitted
from ledger.streams.claims_state import Claim, Claims, Guard

REASONS: Final = "medicare.claims.competing_biller_reasons"
STAYS: Final = "other_keeps_month"
"""A settlement that leaves the month to the other biller."""


def competing_reading(event: ClaimRemitted, rules: Rules) -> Reading | None:
    """The rule by which an answer says that somebody else was paid; None where it does not say so.

    Reads: medicare.claims.competing_biller_reasons.
    """
    return reading_of((*event.reasons, *event.remarks), rules) if event.status == "denied" else None


def reading_of(answers: Iterable[str], rules: Rules | RulesInForce) -> Reading | None:
    """The rule that holds one of a denial's reasons and remarks; None where none is such a one.

    Reads: medicare.claims.competing_biller_reasons.
    """
    by = rules.find(REASONS)
    if by is None or not isinstance(by.value, tuple):
        return None
    return by if {each.lower().replace("-", "_") for each in answers}.intersection(by.value) else None


def is_settled(outcome: str | None) -> bool:
    """Whether a settlement, where there is one, lets the month be billed."""
    return outcome not in (None, STAYS)


def is_stopped(claim: Claim, rules: Rules) -> Reading | None:
    """The rule by which a claim's newest answer stops its month; None where none does, or a person settled it."""
    newest = claim.newest_remittance
    if newest is None or is_settled(claim.settled_as):
        return None
    return competing_reading(newest.event, rules)


def stopping(of_all: Iterable[Claims], guard: Guard, rules: Rules) -> tuple[Claim, Reading] | None:
    """The claim of a month whose answer stops it, of all who are one person, with the rule; None where none does."""
    for claims in of_all:
        for claim in claims.claims:
            if claim.guard == guard and (by := is_stopped(claim, rules)) is not None:
                return claim, by
    return None
