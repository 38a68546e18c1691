"""What every test shares: settings that make a failure repeatable. Fixtures live beside their tests."""

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import structlog
from hypothesis import HealthCheck, settings

from tests.campaign import Campaign

if TYPE_CHECKING:
    from tests.store.sample import NewPlace

# Property tests run the same examples everywhere; campaigns that search with fresh seeds are marked `soak`.
settings.register_profile(
    "repeatable",
    derandomize=True,
    deadline=None,  # two busy cores are not a defect
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)
settings.load_profile("repeatable")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a campaign be run again with the seed that its report names."""
    parser.addoption("--seed", type=int, default=None, help="seed of long campaigns (default: a fresh one each)")


_LONGEST = (
    "test_schemathesis.py",  # five minutes by the clock, whatever the machine
    "docs",
    "test_smallest_change.py",
    "claims_year",
    "year",
    "races",
    "test_killed.py",
    "memory",
    "crash",
    "tamper",
    "http",
    "oracle",
    "postgres",
    "cli",
    "reactions",
)
"""Files, and folders of files, that take minutes: begun first, no worker is left with one while the others are idle."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take longest first; within them, and after them, the order stays."""
    rank = {folder: number for number, folder in enumerate(_LONGEST)}
    items.sort(key=lambda item: rank.get(item.path.name, rank.get(item.path.parent.name, len(rank))))


@pytest.fixture(scope="session", autouse=True)
def a_home_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """No test sees or touches the ledger, the keys or the settings of whoever runs it."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        for name in ("CCM_LEDGER", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
            patch.delenv(name, raising=False)
        yield home


@pytest.fixture(autouse=True)
def logs_of_its_own() -> Iterator[None]:
    """A test that runs the command line leaves no logger behind that writes where its output went; none is noisy."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), cache_logger_on_first_use=False)
    yield
    structlog.reset_defaults()


@pytest.fixture
def campaign(request: pytest.FixtureRequest) -> Iterator[Campaign]:
    """Seed, random numbers and report of a test that is marked `soak`."""
    given = request.config.getoption("--seed")
    run = Campaign(request.node.name, secrets.randbits(32) if given is None else given)
    failed_before = request.session.testsfailed
    yield run
    run.report("failed" if request.session.testsfailed > failed_before else "passed")


@pytest.fixture(params=["sqlite", "postgres"])
def new_place(request: pytest.FixtureRequest, tmp_path: Path) -> "NewPlace":
    """Names places on the engine under test at which no ledger is yet: whatever asks for it runs on both."""
    if request.param == "sqlite":
        return lambda name: tmp_path / name
    from tests.postgres.servers import unused_address  # noqa: PLC0415 - most tests need no server

    return lambda name: unused_address()
