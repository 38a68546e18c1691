"""A simulated ledger with one patient's month in it, made once, and short ways to run the command line against it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from interfaces.cli.main import main
from tests.house import KEY, house

MONTH = "2026-01"


@dataclass
class Ran:
    """What a command line came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one JSON object on standard output."""
        answer: dict[str, Any] = json.loads(self.out)
        return answer


@dataclass
class World:
    """A closed ledger on the disk, its key, and who is who in it."""

    folder: Path
    key_file: Path
    ids: dict[str, str]

    def environment(self) -> dict[str, str]:
        """What a process needs to find it."""
        return {**os.environ, "CCM_LEDGER": str(self.folder), "CCM_LEDGER_KEY_FILE": str(self.key_file)}

    def process(self, *words: str, given: bytes = b"") -> Ran:
        """Run the command line in a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "interfaces.cli.main", *words],
            input=given,
            capture_output=True,
            env=self.environment(),
            timeout=60,
            check=False,
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    def line(self, command: str, data: dict[str, Any], **head: Any) -> str:
        """A line of `submit` for this ledger."""
        return json.dumps({"v": 1, "command": command, "clock": "2026-02-01T12:00:00Z", "data": data} | head)

    def time(self, key: str, start: str, end: str, **head: Any) -> str:
        """A line about work of the nurse."""
        data = {"patient": self.ids["patient"], "performer": self.ids["bea"], "start": start, "end": end}
        return self.line("log_time", data, key=key, actor={"id": self.ids["bea"]}, **head)


Run = Callable[..., Ran]


@pytest.fixture(scope="session")
def kept_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The ledger that the tests read or copy; nobody writes to it but by reading."""
    place = tmp_path_factory.mktemp("world")
    key_file = place / "ledger.key"
    key_file.write_text(KEY.hex() + "\n")
    key_file.chmod(0o600)
    with house(place / "ledger") as it:
        it.clock = "2026-01-20T18:00:00Z"
        it.log_time("2026-01-08T15:00:00Z", "2026-01-08T15:25:00Z")
        it.log_time("2026-01-09T15:00:00Z", "2026-01-09T15:16:30Z")
        it.log_time("2026-01-02T15:00:00Z", "2026-01-02T15:30:00Z")
        missing = {"patient": {"system": "mrn", "value": "mrn-unknown"}, "performer": it.ids["bea"]}
        it.send("log_time", missing | {"start": "2026-01-10T15:00:00Z", "end": "2026-01-10T15:10:00Z"}, actor="bea")
        ids = dict(it.ids)
    return World(place / "ledger", key_file, ids)


@pytest.fixture
def world(kept_world: World, tmp_path: Path) -> World:
    """A copy of the ledger that a test may write to."""
    shutil.copytree(kept_world.folder, tmp_path / "ledger")
    return World(tmp_path / "ledger", kept_world.key_file, kept_world.ids)


@pytest.fixture
def run(kept_world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in this process, as the compliance officer, against the ledger that nobody writes to."""
    return _runner(kept_world, monkeypatch, capsys)


@pytest.fixture
def run_on_copy(world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The same against the copy that this test may write to."""
    return _runner(world, monkeypatch, capsys)


def _runner(world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("CCM_LEDGER", str(world.folder))
    monkeypatch.setenv("CCM_LEDGER_KEY_FILE", str(world.key_file))

    def ran(*words: str, actor: str = "cora") -> Ran:
        code = main([*words, "--as", world.ids[actor]])
        shown = capsys.readouterr()
        return Ran(code, shown.out, shown.err)

    return ran
