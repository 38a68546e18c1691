"""Deciders about eligibility (being written)."""

from typing import Any

from commands.deciding import Asked, Law, States
from ledger.terms.outcome import Outcome


def decide_record_condition(asked: Asked[Any], states: States, law: Law) -> Outcome:
    """Being written."""
    raise NotImplementedError


def decide_attest_risk(asked: Asked[Any], states: States, law: Law) -> Outcome:
    """Being written."""
    raise NotImplementedError


def decide_record_visit(asked: Asked[Any], states: States, law: Law) -> Outcome:
    """Being written."""
    raise NotImplementedError


def decide_record_coverage(asked: Asked[Any], states: States, law: Law) -> Outcome:
    """Being written."""
    raise NotImplementedError


def decide_record_death(asked: Asked[Any], states: States, law: Law) -> Outcome:
    """Being written."""
    raise NotImplementedError
