"""Fixtures of the tests of completeness: an open ledger on each engine."""

from collections.abc import Iterator

import pytest

from ledger.store.connection import Ledger
from tests.checkpoints.keys import adopt
from tests.store.sample import NewPlace, StandingClock, new_ledger


@pytest.fixture
def ledger(new_place: NewPlace) -> Iterator[Ledger]:
    """An open ledger with two facts: the log's key and the clock's are adopted."""
    with new_ledger(new_place("ledger"), clock=StandingClock()) as opened:
        adopt(opened)
        yield opened
