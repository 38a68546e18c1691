"""The office of the stories: furnished once in a folder, and copied for each of them."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from commands.handle import Handler
from interfaces.system import PinnedZones, SimulatedClock, SystemIds
from ledger.store.connection import open_ledger
from tests.house import KEY, LOGIN, House, house

Furnished = tuple[Path, dict[str, str]]


def office_folder(folder: Path) -> Furnished:
    """The office, furnished in a folder, and who is who in it."""
    with house(folder) as it:
        return folder, dict(it.ids)


@contextmanager
def copied(furnished: Furnished, place: Path) -> Iterator[House]:
    """A copy of the office, on 3 February 2026."""
    folder, ids = furnished
    shutil.copytree(folder, place)
    clock = SimulatedClock(datetime(2026, 2, 3, 12, tzinfo=UTC))
    with open_ledger(place, master_key=KEY, clock=clock, ids=SystemIds()) as log:
        handler = Handler(log=log, ids=SystemIds(), clock=clock, zones=PinnedZones(), login=LOGIN)
        yield House(log, handler, "2026-02-03T12:00:00Z", dict(ids), count=1_000)
