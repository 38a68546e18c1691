"""Memory of export, check and import does not grow with the ledger."""

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.store.archive import format as archive_format
from ledger.store.archive.export import export_ledger
from ledger.store.archive.importing import import_archive
from ledger.store.postgres import snapshot
from tests.archive.conftest import unused_id
from tests.archive.holdings import filled
from tests.store.sample import NewPlace, StandingClock

FEW, MANY = 1_000, 3_000
GROWTH_MAX = 300_000
"""Bytes: a hundred a fact. A fact alone takes two thousand, and a body is only half of what is read."""


def peak(work: Callable[[], object]) -> int:
    """The most memory that Python held at once while it worked, beyond what it held before."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_three_times_the_facts_take_no_more_memory(
    new_place: NewPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_format, "BLOCK_BYTES", 30_000)
    monkeypatch.setattr(snapshot, "ROWS_AT_ONCE", 100)
    clock, peaks = StandingClock(), {}
    # The first of all pays for what is loaded once.
    for count in (20, FEW, MANY):
        origin, file, copy = tmp_path / f"{count}", tmp_path / f"{count}.archive", new_place(f"copy{count}")
        filled(origin, count, ledger_id=unused_id())
        peaks[count] = (
            peak(lambda: export_ledger(origin, file, clock)),  # noqa: B023 - called at once
            peak(lambda: import_archive(file, copy, clock)),  # noqa: B023
            peak(lambda: export_ledger(copy, file.with_suffix(".2"), clock)),  # noqa: B023
        )

    growth = [many - few for few, many in zip(peaks[FEW], peaks[MANY], strict=True)]
    assert max(growth) < GROWTH_MAX, peaks
