"""Fixtures of the archive's tests: a small ledger with a row of every kind, its archive, and places on both engines."""

from pathlib import Path

import pytest

from interfaces.system import SystemIds
from ledger.store.connection import Place
from ledger.terms.identity import id_from
from tests.archive.holdings import exported, filled
from tests.postgres.servers import unused_address
from tests.store.sample import NewPlace


@pytest.fixture(params=["sqlite", "postgres"])
def new_place(request: pytest.FixtureRequest, tmp_path: Path) -> NewPlace:
    """Names places on the engine under test at which no ledger is yet."""
    if request.param == "sqlite":
        return lambda name: tmp_path / name
    return lambda name: unused_address()


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
