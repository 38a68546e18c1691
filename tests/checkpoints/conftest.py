"""Fixtures of the log's tests: a ledger on each engine whose keys are adopted, and a sealer with their private half."""

from collections.abc import Iterator

import pytest

from ledger.store.connection import Ledger
from tests.checkpoints.keys import adopt
from tests.store.sample import NewPlace, StandingClock, new_ledger


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def ledger(new_place: NewPlace, clock: StandingClock) -> Iterator[Ledger]:
    """An open ledger with two facts: the log's key and the clock's are adopted."""
    with new_ledger(new_place("ledger"), clock=clock) as opened:
        adopt(opened)
        yield opened
