"""The servers that are measured, in processes of their own: `ccm-ledger serve`, and one with an empty route alone.

Both run uvicorn with the same loop, the same parser and no access log.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from benchmarks.world import Place
from tests.http.server_process import ServerProcess, started

_CLI = (sys.executable, "-m", "interfaces.cli.main")


@contextmanager
def ledger_server(place: Place) -> Iterator[ServerProcess]:
    """`ccm-ledger serve` over one ledger, called `main`; its log says what needs attention alone."""
    where = ("--ledger", str(place.where), "--key-file", str(place.key_file))
    with _running((*_CLI, "serve", *where, "--address", "127.0.0.1:0", "--json")) as server:
        yield server


@contextmanager
def empty_server() -> Iterator[ServerProcess]:
    """A FastAPI application that answers `POST /` with an empty object."""
    with _running((sys.executable, "-m", "benchmarks.http_servers")) as server:
        yield server


def key_for_source(place: Place, source: str) -> str:
    """A key by which a source appends, issued as an administrator does it."""
    ends = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    words = ("api-key", "new", "--name", "bench", "--source", source, "--scope", "append", "--expires", ends)
    where = ("--ledger", str(place.where), "--key-file", str(place.key_file))
    done = subprocess.run((*_CLI, *words, *where), capture_output=True, text=True, check=True)
    return done.stdout.strip()


@contextmanager
def _running(words: Sequence[str]) -> Iterator[ServerProcess]:
    with tempfile.TemporaryDirectory(prefix="ccm-served-") as folder:
        server = started(words, Path(folder), {**os.environ, "CCM_LEDGER_LOG": "warning"})
        try:
            yield server
        finally:
            server.stop()


def _serve_nothing() -> None:
    app = FastAPI(openapi_url=None)

    @app.post("/")
    async def empty() -> dict[str, str]:
        """Nothing."""
        return {}

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
            await super().startup(sockets)  # type: ignore[arg-type]
            port = self.servers[0].sockets[0].getsockname()[1]
            sys.stderr.write(f'{{"listening": "http://127.0.0.1:{port}", "metrics": null}}\n')
            sys.stderr.flush()

    Server(uvicorn.Config(app, port=0, log_config=None, access_log=False, loop="uvloop", http="httptools")).run()


if __name__ == "__main__":
    _serve_nothing()
