"""A server in a process of its own on a real socket, for tests and measurements: start it, ask it, end it or kill it.

It is the server of `ccm-ledger serve` in all but who is let in: the callers are those that the test names, each by a
token, so that tests of everything else need no keys in the ledger. Beside the server's own routes it has four of its
own under /trial, for answers that are slow, endless or broken.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from interfaces import bootstrap
from interfaces.cli.screen import Screen
from interfaces.cli.serve import tell_listening
from interfaces.http.app import make_app
from interfaces.http.callers import Caller, Denied
from interfaces.http.checking import places_of
from interfaces.http.hosting import Hosts
from interfaces.http.serving import run
from interfaces.http.settings import checked
from interfaces.system import SystemClock
from ledger.store.connection import Place
from ledger.streams.governance import Governance
from tests.campaign import unmeasured
from tests.http.clients import NO_TLS

ALL_SCOPES = ("append", "import", "read", "feed", "words", "operate")
TOKEN = "a-token-of-the-tests"
"""The token of `os:tester`, who made the ledger of tests/house.py."""
_HEADERS = {"Authorization": f"Bearer {TOKEN}"}
_VARIABLE = "CCM_LEDGER_TRIAL_SERVER"
_STARTS_WITHIN = 30.0


@dataclass
class ServerProcess:
    """A server that runs."""

    url: str
    process: "subprocess.Popen[bytes]"
    stderr: Path
    metrics_url: str | None = None

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.url.rpartition(":")[2])

    @property
    def errors(self) -> str:
        """What it wrote to standard error by now: its log, and whatever should not be there."""
        return self.stderr.read_text(encoding="utf-8")

    @property
    def log(self) -> list[dict[str, Any]]:
        """The lines of its log about requests."""
        lines = [json.loads(line) for line in self.errors.splitlines() if line.startswith("{")]
        return [line for line in lines if line.get("event") == "request"]

    def client(self, **settings: Any) -> httpx.Client:
        """A client that is let in."""
        return httpx.Client(base_url=self.url, headers=_HEADERS, timeout=30, trust_env=False, verify=NO_TLS, **settings)

    def end(self, number: int = signal.SIGTERM) -> None:
        """Tell it to end, and do not wait."""
        self.process.send_signal(number)

    def ended(self, seconds: float = 30) -> int:
        """Its exit code, once it is there."""
        return self.process.wait(seconds)

    def stop(self) -> int:
        """End it, and wait: its exit code."""
        if self.process.poll() is None:
            self.end()
        return self.ended()

    def kill(self) -> None:
        """End it as a power failure would."""
        self.process.kill()
        self.process.wait()


@contextmanager
def serving(
    place: Place,
    key_file: Path,
    folder: Path,
    *,
    known: Mapping[str, Sequence[str]] | None = None,
    environment: Mapping[str, str] | None = None,
    **settings: Any,
) -> Iterator[ServerProcess]:
    """A server over one ledger called `main`; killed where the test did not end it.

    `known` names tokens and their scopes; `settings` are those of the server's file.
    """
    server = start(place, key_file, folder, known=known, environment=environment, **settings)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.kill()


def start(
    place: Place,
    key_file: Path,
    folder: Path,
    *,
    known: Mapping[str, Sequence[str]] | None = None,
    environment: Mapping[str, str] | None = None,
    **settings: Any,
) -> ServerProcess:
    """Start a server; what it writes to standard error goes to a file in the folder."""
    ledgers = {"main": {"place": str(place), "key_file": str(key_file)}}
    told = {
        "settings": {"address": "127.0.0.1:0", "ledgers": ledgers, **settings},
        "known": {token: list(scopes) for token, scopes in (known or {TOKEN: ALL_SCOPES}).items()},
    }
    return started(
        [sys.executable, "-m", "tests.http.server_process"],
        folder,
        {_VARIABLE: json.dumps(told), **(environment or {})},
    )


def started(words: Sequence[str], folder: Path, environment: Mapping[str, str]) -> ServerProcess:
    """Start any command line that says where it listens, and wait until it does."""
    stderr = folder / f"stderr-{time.monotonic_ns()}"
    with stderr.open("wb") as file:
        process = subprocess.Popen(words, stderr=file, env={**unmeasured(), **environment}, stdin=subprocess.DEVNULL)
    end = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < end and process.poll() is None:
        for line in stderr.read_text(encoding="utf-8").splitlines():
            if line.startswith('{"listening"'):
                said = json.loads(line)
                return ServerProcess(said["listening"], process, stderr, said["metrics"])
        time.sleep(0.02)
    process.kill()
    process.wait()
    raise AssertionError(f"the server did not start: {stderr.read_text(encoding='utf-8')}")


# --- in the process of the server -------------------------------------------------------------------------------------


class _Known:
    """Lets in whoever has one of the tokens that the test named."""

    def __init__(self, tokens: Mapping[str, Sequence[str]]) -> None:
        self._tokens = tokens

    def may_wait(self, authorization: str | None, governance: Governance, ledger: str = "") -> bool:
        """A table waits for nobody."""
        return False

    def __call__(self, authorization: str | None, governance: Governance, ledger: str = "") -> Caller | Denied:
        """Who has the token."""
        token = (authorization or "").removeprefix("Bearer ")
        if token not in self._tokens:
            return Denied(401, "not_authenticated", "Nobody knows this key.", "Send another.")
        login = "os:tester" if token == TOKEN else f"key:{token}"
        return Caller(login, frozenset(self._tokens[token]), None, None)


def _run() -> int:
    told = json.loads(os.environ[_VARIABLE])
    settings, complaints = checked(told["settings"])
    assert settings is not None, complaints

    def app(hosts: Hosts, telling: Any, closing: Any, metrics_port: int | None) -> Any:
        made = make_app(
            hosts,
            _Known(told["known"]),
            now=SystemClock().now,
            settings=settings,
            telling=telling,
            closing=closing,
            metrics_port=metrics_port,
        )
        for name, handler in (("slow", _slow), ("events", _events), ("defect", _defect), ("flood", _flood)):
            made.add_route(f"/trial/{name}", handler, ["GET", "POST"])
        return made

    screen = Screen(as_json=True)
    return run(
        Hosts(places_of(settings)),
        app,
        settings,
        log=bootstrap.request_log(),
        listening=lambda where: tell_listening(where, screen),
        at_start=tuple(settings.ledgers),
    )


async def _slow(request: Request) -> Response:
    await request.body()
    await asyncio.sleep(float(request.headers["x-seconds"]))
    return Response(b"done")


async def _events(_: Request) -> Response:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b": still here\n\n"
            await asyncio.sleep(0.05)

    return StreamingResponse(endless(), media_type="text/event-stream")


async def _defect(request: Request) -> Response:
    raise KeyError((await request.body()).decode())


async def _flood(_: Request) -> Response:
    async def much() -> AsyncIterator[bytes]:
        for _ in range(4_096):
            yield b"x" * 65_536

    return StreamingResponse(much(), media_type="application/octet-stream")


if __name__ == "__main__":
    sys.exit(_run())
