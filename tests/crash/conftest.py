"""A PostgreSQL server of these tests' own, because they kill it; each test leaves it running."""

from collections.abc import Iterator

import pytest

from interfaces.embedded import Server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server.start(tmp_path_factory.mktemp("killed")) as running:
        yield running
