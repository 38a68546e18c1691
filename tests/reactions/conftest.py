"""A company to react on, in a folder and on a server."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from ledger.store.connection import Place
from tests.house import House
from tests.postgres.servers import unused_address
from tests.reactions.company import company


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A place for a ledger."""
    return tmp_path / "ledger" if request.param == "sqlite" else unused_address()


@pytest.fixture
def it(place: Place) -> Iterator[House]:
    """The company, in a ledger that nobody reacted on yet."""
    with company(place) as made:
        yield made


@pytest.fixture(autouse=True)
def logs_of_its_own() -> None:
    """A test before may have sent the logs into a stream that is closed by now."""
    structlog.reset_defaults()
