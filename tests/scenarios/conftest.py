"""An office with one patient who is ready for CCM, furnished once and copied for each test."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from commands.handle import Handler
from interfaces.system import PinnedZones, SimulatedClock, SystemIds
from ledger.store.connection import open_ledger
from tests.house import KEY, LOGIN, House, house

Furnished = tuple[Path, dict[str, str]]


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    """The folder of the office, and who is who in it."""
    folder = tmp_path_factory.mktemp("office") / "ledger"
    with house(folder) as it:
        return folder, dict(it.ids)


@pytest.fixture
def office(furnished: Furnished, tmp_path: Path) -> Iterator[House]:
    """A copy of the office, on 3 February 2026."""
    folder, ids = furnished
    shutil.copytree(folder, tmp_path / "ledger")
    clock = SimulatedClock(datetime(2026, 2, 3, 12, tzinfo=UTC))
    with open_ledger(tmp_path / "ledger", master_key=KEY, clock=clock, ids=SystemIds()) as log:
        handler = Handler(log=log, ids=SystemIds(), clock=clock, zones=PinnedZones(), login=LOGIN)
        yield House(log, handler, "2026-02-03T12:00:00Z", dict(ids), count=1_000)
