"""An office with one patient who is ready for CCM, furnished once and copied for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import House
from tests.scenarios.office import Furnished, copied, office_folder


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    """The office, furnished once."""
    return office_folder(tmp_path_factory.mktemp("office") / "ledger")


@pytest.fixture
def office(furnished: Furnished, tmp_path: Path) -> Iterator[House]:
    """A copy of the office for one test."""
    with copied(furnished, tmp_path / "ledger") as it:
        yield it
