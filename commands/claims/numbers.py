"""Claims by their control number: the number under which a payer gives a claim back leads to the patient, and there on.

Promise: one way from a number to a claim, for answers of payers and for whoever says by hand which claim is meant.
"""

from typing import Any, Final

from commands.claims.records import Recorded
from commands.deciding import Asked, States
from commands.guards import named_by
from ledger.streams.claims_state import Claims
from ledger.terms.identity import claims_tag, identifier_tag
from ledger.terms.outcome import Need

NUMBERS: Final = "#claim"
"""The system under whose name control numbers are kept as tokens."""


def claim_numbered(asked: Asked[Any], states: States, number: str) -> Recorded | Need | None:
    """The claim with that control number; None where this ledger has none."""
    link = asked.token(NUMBERS, number)
    if need := states.missing(identifier_tag(link)):
        return need
    patient = named_by(states, link).subject
    if patient is None:
        return None
    if need := states.missing(claims_tag(patient)):
        return need
    claims: Claims = states.get(claims_tag(patient))
    claim = claims.by_control_number(number)
    return Recorded(claims, claim) if claim is not None else None
