"""The house, open for one test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.house import House, house


@pytest.fixture
def at_home(tmp_path: Path) -> Iterator[House]:
    """A simulated ledger with the company and one patient who is ready for CCM."""
    with house(tmp_path / "ledger") as it:
        yield it


@pytest.fixture
def in_earnest(tmp_path: Path) -> Iterator[House]:
    """The same company in a ledger that keeps its own time, where logins and sources matter; no patient yet."""
    with house(tmp_path / "ledger", simulated=False, with_patient=False) as it:
        yield it


@pytest.fixture(autouse=True)
def logs_of_its_own() -> None:
    """A test before may have sent the logs into a stream that is closed by now."""
    structlog.reset_defaults()
