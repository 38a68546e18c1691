"""Fixtures of the store's tests: a clock and an open ledger."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.store.connection import Ledger
from tests.store.sample import StandingClock, new_ledger


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def ledger(tmp_path: Path, clock: StandingClock) -> Iterator[Ledger]:
    with new_ledger(tmp_path / "ledger", clock=clock) as opened:
        yield opened
