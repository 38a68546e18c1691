"""Fixtures of the archive's tests: a small ledger with a row of every kind, its archive, and places on both engines."""

from pathlib import Path

import pytest

from interfaces.system import SystemIds
from ledger.store.connection import Place
from ledger.terms.identity import id_from
from tests.archive.holdings import exported, filled


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A closed ledger in a folder, with an id that no other test's ledger has on the server."""
    return filled(tmp_path / "origin", ledger_id=unused_id())


@pytest.fixture
def archive(place: Place, tmp_path: Path) -> Path:
    """Its archive."""
    return exported(place, tmp_path / "origin.archive")


def unused_id() -> str:
    """An id for a ledger: a database holds no two of one id, and the tests share one."""
    return id_from("lg", SystemIds().entropy(16))
