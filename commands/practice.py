"""Deciders about practice (being written)."""

from typing import Any

from commands.deciding import Asked, Law, States
from ledger.terms.outcome import Outcome


def decide_register_practice(asked: Asked[Any], states: States, law: Law) -> Outcome:
    """Being written."""
    raise NotImplementedError


def decide_attest_capability(asked: Asked[Any], states: States, law: Law) -> Outcome:
    """Being written."""
    raise NotImplementedError


def decide_adopt_policy(asked: Asked[Any], states: States, law: Law) -> Outcome:
    """Being written."""
    raise NotImplementedError
