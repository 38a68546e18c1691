"""Ledgers to be served, in a folder and on a server, made once a session and copied or used as they are."""

import json
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ledger.store.connection import Place
from tests.house import KEY, house
from tests.postgres.servers import unused_address


@dataclass
class Served:
    """A closed ledger with its key, and who is who in it."""

    place: Place
    key_file: Path
    ids: dict[str, str]
    folder: Path
    """Where the test may write."""

    def body(self, minute: int, **data: Any) -> dict[str, Any]:
        """What is sent to record some work of nurse Bea's."""
        whole = {
            "patient": self.ids["patient"],
            "performer": self.ids["bea"],
            "start": f"2026-01-06T{minute // 60:02d}:{minute % 60:02d}:00Z",
            "end": f"2026-01-06T{minute // 60:02d}:{minute % 60:02d}:30Z",
            "activity": "phone_call",
            "description": "Went through the pill box by phone.",
            **data,
        }
        return {"actor": {"id": self.ids["bea"]}, "clock": "2026-02-01T12:00:00Z", "data": whole}

    def line(self, key: str, minute: int, **data: Any) -> bytes:
        """The same as a line of `submit`."""
        return json.dumps({"v": 1, "key": key, "command": "log_time", **self.body(minute, **data)}).encode() + b"\n"


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Served:
    """One ledger in a folder, to be copied."""
    folder = tmp_path_factory.mktemp("served")
    key_file = folder / "key"
    key_file.write_text(KEY.hex() + "\n")
    key_file.chmod(0o600)
    with house(folder / "ledger") as it:
        return Served(folder / "ledger", key_file, dict(it.ids), folder)


@pytest.fixture
def served(template: Served, tmp_path: Path) -> Served:
    """A ledger in a folder of its own."""
    assert isinstance(template.place, Path)
    shutil.copytree(template.place, tmp_path / "ledger")
    return Served(tmp_path / "ledger", template.key_file, template.ids, tmp_path)


@pytest.fixture(params=["sqlite", "postgres"])
def on_both(request: pytest.FixtureRequest, tmp_path: Path) -> Served:
    """A ledger on each engine."""
    if request.param == "sqlite":
        found: Served = request.getfixturevalue("served")
        return found
    template: Served = request.getfixturevalue("template")
    place = unused_address()
    with house(place) as it:
        return Served(place, template.key_file, dict(it.ids), tmp_path)


@pytest.fixture(scope="module")
def shared(template: Served, tmp_path_factory: pytest.TempPathFactory) -> Served:
    """A ledger in a folder that the tests of one file have in common."""
    assert isinstance(template.place, Path)
    folder = tmp_path_factory.mktemp("shared")
    shutil.copytree(template.place, folder / "ledger")
    return Served(folder / "ledger", template.key_file, template.ids, folder)


@pytest.fixture
def in_threads() -> Callable[[int, Callable[[int], Any]], list[Any]]:
    """Runs a function at the same time in so many threads."""

    def run(count: int, work: Callable[[int], Any]) -> list[Any]:
        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(work, range(count)))

    return run
