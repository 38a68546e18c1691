"""Fixtures of what only SQLite has: files, pragmas, and values of any kind in any column."""

from pathlib import Path

import pytest

from tests.store.sample import NewPlace


@pytest.fixture
def new_place(tmp_path: Path) -> NewPlace:
    """Names folders in which no ledger is yet."""
    return lambda name: tmp_path / name
