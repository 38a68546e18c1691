"""Read models on both databases: what the tests of projections ask of one, they ask of the other."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ledger.store.engine import StoredReadModels
from ledger.store.postgres.founding import found
from ledger.store.postgres.read_models import PostgresReadModels
from ledger.store.postgres.server import Server
from ledger.store.sqlite.read_models import ReadModels
from tests.postgres.servers import unused_address
from tests.store.sample import MASTER_KEY, RepeatableIds, StandingClock

OpenModels = Callable[[str], StoredReadModels]


@pytest.fixture(params=["sqlite", "postgres"])
def open_models(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenModels]:
    """Opens read models by a name; the same name twice is the same tables, opened twice."""
    if request.param == "sqlite":
        yield from in_files(tmp_path)
    else:
        yield from on_a_server()


def in_files(folder: Path) -> Iterator[OpenModels]:
    """Read models in files below a folder."""
    opened: list[ReadModels] = []

    def open_one(name: str) -> ReadModels:
        (folder / name).mkdir(exist_ok=True)
        opened.append(ReadModels(folder / name))
        return opened[-1]

    yield open_one
    for models in opened:
        models.close()


def on_a_server() -> Iterator[OpenModels]:
    """Read models of new ledgers on the server of this run."""
    first = unused_address()
    server = Server(first)
    made: set[str] = set()

    def open_one(name: str) -> PostgresReadModels:
        address = first.beside(f"{first.ledger}_{name}")
        if name not in made:
            ids = RepeatableIds(address.ledger)
            found(address, master_key=MASTER_KEY, clock=StandingClock(), ids=ids, simulated=False, ledger_id=None)
            made.add(name)
        return PostgresReadModels(server, address)

    yield open_one
    server.close()


@pytest.fixture
def models(open_models: OpenModels) -> StoredReadModels:
    return open_models("one")
