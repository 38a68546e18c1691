"""Deciders about consent (being written)."""

from typing import Any

from commands.deciding import Asked, Law, States
from ledger.terms.outcome import Outcome


def decide_record_consent(asked: Asked[Any], states: States, law: Law) -> Outcome:
    """Being written."""
    raise NotImplementedError


def decide_supplement_consent(asked: Asked[Any], states: States, law: Law) -> Outcome:
    """Being written."""
    raise NotImplementedError


def decide_record_decline(asked: Asked[Any], states: States, law: Law) -> Outcome:
    """Being written."""
    raise NotImplementedError
