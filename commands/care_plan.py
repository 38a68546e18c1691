"""Deciders about care_plan (being written)."""

from typing import Any

from commands.deciding import Asked, Law, States
from ledger.terms.outcome import Outcome


def decide_revise_care_plan(asked: Asked[Any], states: States, law: Law) -> Outcome:
    """Being written."""
    raise NotImplementedError


def decide_sign_care_plan(asked: Asked[Any], states: States, law: Law) -> Outcome:
    """Being written."""
    raise NotImplementedError


def decide_record_plan_copy(asked: Asked[Any], states: States, law: Law) -> Outcome:
    """Being written."""
    raise NotImplementedError
