"""The shipped law for the tests of this room, and a tiny rulebook whose bytes never change."""

from collections.abc import Callable
from datetime import date

import pytest

from ledger.rulebook import Rulebook, RulesInForce, rulebook_of, shipped_edition


@pytest.fixture(scope="session")
def book() -> Rulebook:
    return rulebook_of(shipped_edition())


@pytest.fixture(scope="session")
def law_on(book: Rulebook) -> Callable[[str], RulesInForce]:
    def on(day: str) -> RulesInForce:
        return book.in_force(date.fromisoformat(day))

    return on
