"""Deciders about designation (being written)."""

from typing import Any

from commands.deciding import Asked, Law, States
from ledger.terms.outcome import Outcome


def decide_designate_practitioner(asked: Asked[Any], states: States, law: Law) -> Outcome:
    """Being written."""
    raise NotImplementedError


def decide_withdraw_designation(asked: Asked[Any], states: States, law: Law) -> Outcome:
    """Being written."""
    raise NotImplementedError
