"""Fixtures of the store's tests: a clock, and a ledger on each of the engines.

Whatever asks for `ledger` or `new_place` is part of the contract that both engines keep, and runs on both. What only
one of them has stands in tests/store/sqlite and in tests/postgres, where `new_place` makes places of that one alone.
"""

from collections.abc import Iterator

import pytest

from ledger.store.connection import Ledger
from tests.store.sample import NewPlace, StandingClock, new_ledger


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def ledger(new_place: NewPlace, clock: StandingClock) -> Iterator[Ledger]:
    with new_ledger(new_place("ledger"), clock=clock) as opened:
        yield opened
