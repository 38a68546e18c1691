"""A simulated ledger with one patient's month in it, made once, and short ways to run the command line against it.

There is one in a folder and one on a server: every command answers the same in both. A test that looks at the files of
a folder says so with `in_a_folder`.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import conninfo, sql

from interfaces.cli.main import main
from ledger.store.connection import Place
from ledger.store.postgres.address import Address, parse_address
from tests.campaign import unmeasured
from tests.house import KEY, house
from tests.postgres.servers import shared_server, unused_name

MONTH = "2026-01"

in_a_folder = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


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
    """A closed ledger, its key, and who is who in it."""

    place: Place
    key_file: Path
    ids: dict[str, str]

    @property
    def folder(self) -> Path:
        """Where its files are."""
        assert isinstance(self.place, Path)
        return self.place

    def environment(self) -> dict[str, str]:
        """What a process needs to find it."""
        return {**unmeasured(), "CCM_LEDGER": str(self.place), "CCM_LEDGER_KEY_FILE": str(self.key_file)}

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


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> str:
    """Which database the ledger is in."""
    kind: str = request.param
    return kind


@pytest.fixture(scope="session")
def first_world(tmp_path_factory: pytest.TempPathFactory, database: str) -> Iterator[World]:
    """The ledger that the others are copies of. Nobody opens it: a read leaves an access fact behind."""
    folder = tmp_path_factory.mktemp("world")
    key_file = folder / "ledger.key"
    key_file.write_text(KEY.hex() + "\n")
    key_file.chmod(0o600)
    if database == "sqlite":
        yield World(folder / "ledger", key_file, _filled(folder / "ledger"))
        return
    with _database(template="template1") as place:
        yield World(place, key_file, _filled(place))


@pytest.fixture(scope="session")
def kept_world(first_world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The ledger that tests read; nobody writes to it but by reading."""
    with _copied(first_world, tmp_path_factory.mktemp("kept") / "ledger") as world:
        yield world


def _filled(place: Place) -> dict[str, str]:
    with house(place) as it:
        it.clock = "2026-01-20T18:00:00Z"
        it.log_time("2026-01-08T15:00:00Z", "2026-01-08T15:25:00Z")
        it.log_time("2026-01-09T15:00:00Z", "2026-01-09T15:16:30Z")
        it.log_time("2026-01-02T15:00:00Z", "2026-01-02T15:30:00Z")
        missing = {"patient": {"system": "mrn", "value": "mrn-unknown"}, "performer": it.ids["bea"]}
        it.send("log_time", missing | {"start": "2026-01-10T15:00:00Z", "end": "2026-01-10T15:10:00Z"}, actor="bea")
        return dict(it.ids)


@pytest.fixture
def world(first_world: World, tmp_path: Path) -> Iterator[World]:
    """A copy of the ledger that a test may write to, the same whatever was read before."""
    with _copied(first_world, tmp_path / "ledger") as world:
        yield world


@contextmanager
def _copied(world: World, folder: Path) -> Iterator[World]:
    if isinstance(world.place, Path):
        shutil.copytree(world.place, folder)
        yield replace(world, place=folder)
        return
    # A ledger is the same in every database of its server, where its roles are the same.
    template = conninfo.conninfo_to_dict(world.place.server)["dbname"]
    with _database(template=str(template)) as place:
        yield replace(world, place=place.beside(world.place.ledger))


@contextmanager
def _database(template: str) -> Iterator[Address]:
    """A place in a database of its own on the server of this run, dropped at the end."""
    name = unused_name()
    with psycopg.connect(shared_server(), autocommit=True) as connection:
        make = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(make.format(sql.Identifier(name), sql.Identifier(template)))
        try:
            url = urlsplit(shared_server())._replace(path=f"/{name}").geturl()
            yield parse_address(url).beside(unused_name())
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def claimed(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A ledger in a folder with claims in it (claiming.py); nobody writes to it but by reading."""
    from tests.cli.claiming import world_with_claims  # noqa: PLC0415 - it knows the worlds of this module

    return world_with_claims(tmp_path_factory.mktemp("claimed"))


@pytest.fixture
def ask(claimed: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line against the ledger with claims, as its biller."""
    return _as_biller(_runner(claimed, monkeypatch, capsys))


@pytest.fixture
def copy(claimed: World, tmp_path: Path) -> World:
    """The ledger with claims, copied: a test may write to it."""
    shutil.copytree(claimed.folder, tmp_path / "ledger")
    return replace(claimed, place=tmp_path / "ledger")


@pytest.fixture
def ask_on_copy(copy: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line as the biller, on a copy of its own."""
    return _as_biller(_runner(copy, monkeypatch, capsys))


def _as_biller(run: Run) -> Run:
    def ran(*words: str, actor: str = "bill") -> Ran:
        return run(*words, actor=actor)

    return ran


@pytest.fixture
def run(kept_world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in this process, as the compliance officer, against the ledger that nobody writes to."""
    return _runner(kept_world, monkeypatch, capsys)


@pytest.fixture
def run_on_copy(world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The same against the copy that this test may write to."""
    return _runner(world, monkeypatch, capsys)


def _runner(world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("CCM_LEDGER", str(world.place))
    monkeypatch.setenv("CCM_LEDGER_KEY_FILE", str(world.key_file))
    # A program stands back for good; this process has more tests to run.
    monkeypatch.setattr("os.setpriority", lambda *_: None)

    def ran(*words: str, actor: str = "cora") -> Ran:
        code = main([*words, "--as", world.ids[actor]])
        shown = capsys.readouterr()
        return Ran(code, shown.out, shown.err)

    return ran


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the keys of the log are to be."""
    file = tmp_path / "log.keys"
    monkeypatch.setenv("CCM_LEDGER_LOG_KEY_FILE", str(file))
    return file


@pytest.fixture
def sealed(run_on_copy: Run, keys: Path) -> Run:
    """The command line against a ledger whose log has keys."""
    assert run_on_copy("log-key", "new", actor="admin").code == 0
    return run_on_copy


@pytest.fixture
def in_this_process(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The command line runs in this process, with what is given to it as its standard input."""

    def process(self: World, *words: str, given: bytes = b"") -> Ran:
        file = tmp_path / "given"
        file.write_bytes(given)
        with file.open() as stdin, monkeypatch.context() as patched:
            patched.setattr(sys, "stdin", stdin)
            for name, value in self.environment().items():
                patched.setenv(name, value)
            code = main(list(words))
        shown = capsys.readouterr()
        return Ran(code, shown.out, shown.err)

    monkeypatch.setattr(World, "process", process)
