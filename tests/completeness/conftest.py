"""Fixtures of the tests of completeness: an open ledger on each engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.store.connection import Ledger
from tests.checkpoints.keys import adopt
from tests.postgres.servers import unused_address
from tests.store.sample import NewPlace, StandingClock, new_ledger


@pytest.fixture(params=["sqlite", "postgres"])
def new_place(request: pytest.FixtureRequest, tmp_path: Path) -> NewPlace:
    """Names places on the engine under test at which no ledger is yet."""
    if request.param == "sqlite":
        return lambda name: tmp_path / name
    return lambda name: unused_address()


@pytest.fixture
def ledger(new_place: NewPlace) -> Iterator[Ledger]:
    """An open ledger with two facts: the log's key and the clock's are adopted."""
    with new_ledger(new_place("ledger"), clock=StandingClock()) as opened:
        adopt(opened)
        yield opened
