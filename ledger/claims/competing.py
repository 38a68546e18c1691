"""A competing biller's payment: whether a denial says so, and whether it still stops a month from being billed.

Promise: a month is stopped from the denial on until a person records that the other biller withdrew, or that the payer
erred (CCM-CLAIM-21; readings, section 7). Not promised: who the other biller is; the payer does not say.
"""

from collections.abc import Iterable
from typing import Final

from ledger.rulebook import Reading, Rules
from ledger.streams.claims import ClaimRemitted
from ledger.streams.claims_state import Claim, Claims, Guard

REASONS: Final = "medicare.claims.competing_biller_reasons"
_STAYS: Final = "other_keeps_month"


def competing_reading(event: ClaimRemitted, rules: Rules) -> Reading | None:
    """The rule by which an answer says that somebody else was paid; None where it does not say so.

    Reads: medicare.claims.competing_biller_reasons.
    """
    by = rules.find(REASONS)
    if by is None or event.status != "denied" or not isinstance(by.value, tuple):
        return None
    said = {each.lower().replace("-", "_") for each in (*event.reasons, *event.remarks)}
    return by if said.intersection(by.value) else None


def is_stopped(claim: Claim, rules: Rules) -> Reading | None:
    """The rule by which a claim's newest answer stops its month; None where none does, or a person settled it."""
    newest, settled = claim.newest_remittance, claim.competition
    if newest is None:
        return None
    is_settled = settled is not None and settled.position > newest.position and settled.event.outcome != _STAYS
    return None if is_settled else competing_reading(newest.event, rules)


def stopping(of_all: Iterable[Claims], guard: Guard, rules: Rules) -> tuple[Claim, Reading] | None:
    """The claim of a month whose answer stops it, of all who are one person, with the rule; None where none does."""
    for claims in of_all:
        for claim in claims.claims:
            if claim.guard == guard and (by := is_stopped(claim, rules)) is not None:
                return claim, by
    return None
