"""Fixtures of what only PostgreSQL has: a ledger on the server of this run, and its address."""

from collections.abc import Iterator

import pytest

from ledger.store.connection import Ledger
from ledger.store.postgres.address import Address
from tests.postgres.servers import unused_address
from tests.store.sample import StandingClock, new_ledger


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def address() -> Address:
    """A place on the server of this run at which no ledger is yet."""
    return unused_address()


@pytest.fixture
def ledger(address: Address, clock: StandingClock) -> Iterator[Ledger]:
    with new_ledger(address, clock=clock) as opened:
        yield opened
