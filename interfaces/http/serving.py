"""The server as a process: sockets, signals, one loop, and an end that finishes what was accepted.

Promise: it says where it listens when it does and its ledgers are open; told to end (SIGTERM, SIGINT) it takes nothing
more in, answers what it took in, closes its ledgers and ends with 0, within `shutdown_seconds`; told again it ends at
once, which loses nothing that was answered. Nothing of what uvicorn or the loop would write about a request is written.
"""

import asyncio
import gc
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final, NamedTuple

import uvicorn
from fastapi import FastAPI

from interfaces.http.connections import guarded_protocol
from interfaces.http.guarding import Closing
from interfaces.http.hosting import Hosts
from interfaces.http.problems import of_defect
from interfaces.http.settings import ServerSettings, host_and_port
from interfaces.http.telling import Log, Telling
from ledger.terms.errors import LedgerError, StoreUnavailable

ENDED: Final = 0
NOT_ENDED_IN_TIME: Final = 3
BACKLOG: Final = 2_048
YOUNG_EVERY: Final = 1.0
"""Seconds between looks for cycles among young objects: whoever opens a ledger switches the collector off."""
ALL_EVERY: Final = 900
"""Looks among the young ones between two looks among all."""


class Listening(NamedTuple):
    """Where a server listens, and what it serves there."""

    url: str
    ledgers: tuple[str, ...]
    metrics_url: str | None
    silent: tuple[tuple[str, LedgerError], ...]
    """Ledgers that could not be opened when it began; they are tried again when somebody asks for them."""


MakeApp = Callable[[Hosts, Telling, Closing, "int | None"], FastAPI]


def run(
    hosts: Hosts,
    make_the_app: MakeApp,
    settings: ServerSettings,
    *,
    log: Log,
    listening: Callable[[Listening], None],
    at_start: Sequence[str],
) -> int:
    """Serve until somebody ends it; the exit code. `at_start` are the ledgers that are opened before anybody asks.

    Raises LedgerError where no address can be listened at, or none of these ledgers can be opened.
    """
    _hush()
    with _bound(settings) as (main, inside):
        telling, closing = Telling(log), Closing()
        app = make_the_app(hosts, telling, closing, None if inside is None else inside.getsockname()[1])
        serving = _serve(
            hosts, app, settings, telling, closing, [main, *([inside] if inside else [])], listening, at_start
        )
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            return runner.run(serving)


async def _serve(
    hosts: Hosts,
    app: FastAPI,
    settings: ServerSettings,
    telling: Telling,
    closing: Closing,
    sockets: list[socket.socket],
    listening: Callable[[Listening], None],
    at_start: Sequence[str],
) -> int:
    asyncio.get_running_loop().set_exception_handler(lambda _, context: _tell_defect(telling, context))
    silent = await _opened(hosts, at_start)
    scheme = "http" if settings.tls is None else "https"
    urls = [_url(scheme, sock) for sock in sockets]
    where = Listening(urls[0], tuple(each.name for each in hosts.all()), urls[1] if len(urls) > 1 else None, silent)
    server = _Server(
        _config(app, settings, telling), closing, settings.limits.shutdown_seconds, lambda: listening(where)
    )
    tidying = asyncio.create_task(_tidy())
    try:
        await server.serve(sockets)
    finally:
        tidying.cancel()
    return ENDED


class _Server(uvicorn.Server):
    """uvicorn's server with an end of ours."""

    def __init__(self, config: uvicorn.Config, closing: Closing, seconds: int, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._closing, self._seconds, self._ready = closing, seconds, ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say so."""
        await super().startup(sockets)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Whoever waits for a client hears of it; then uvicorn waits for the answers, and closes the ledgers."""
        watchdog = threading.Timer(self._seconds, _give_up)
        watchdog.daemon = True
        watchdog.start()
        self._closing.begin()
        await super().shutdown(sockets)
        watchdog.cancel()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """The first signal ends the server, the second one the process; uvicorn's own would end with the signal."""
        before = {number: signal.signal(number, self._signalled) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _signalled(self, number: int, _: FrameType | None) -> None:
        if self.should_exit:
            os._exit(128 + number)
        self.should_exit = True


def _config(app: FastAPI, settings: ServerSettings, telling: Telling) -> uvicorn.Config:
    limits, tls = settings.limits, settings.tls
    return uvicorn.Config(
        app,
        http=guarded_protocol(limits, telling.refused),
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        workers=1,
        backlog=BACKLOG,
        timeout_keep_alive=limits.keep_alive_seconds,
        # The rest of the time is for closing the ledgers.
        timeout_graceful_shutdown=max(limits.shutdown_seconds * 4 // 5, 1),
        ssl_certfile=None if tls is None else tls.certificate_file,
        ssl_keyfile=None if tls is None else tls.key_file,
    )


async def _opened(hosts: Hosts, names: Sequence[str]) -> tuple[tuple[str, LedgerError], ...]:
    silent = []
    for name in names:
        try:
            await hosts.get(name).open()
        except LedgerError as error:
            silent.append((name, error))
    if silent and len(silent) == len(names):
        raise silent[0][1]
    return tuple(silent)


@contextmanager
def _bound(settings: ServerSettings) -> Iterator[tuple[socket.socket, socket.socket | None]]:
    main = _socket(settings.address)
    try:
        inside = None if settings.metrics_address is None else _socket(settings.metrics_address)
        try:
            yield main, inside
        finally:
            if inside is not None:
                inside.close()
    finally:
        main.close()


def _socket(address: str) -> socket.socket:
    """A socket at an address that does not listen yet: who comes before the server is ready, the system refuses."""
    host, port = host_and_port(address)
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        made = socket.socket(family, kind, protocol)
    except OSError as error:
        raise _not_there(error) from error
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(place)
    except OSError as error:
        made.close()
        raise _not_there(error) from error
    return made


def _not_there(error: OSError) -> StoreUnavailable:
    return StoreUnavailable(
        f"The server cannot listen at its address: {error.strerror}.", "Name another one: --address HOST:PORT."
    )


def _url(scheme: str, sock: socket.socket) -> str:
    host, port = sock.getsockname()[:2]
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop  # noqa: PLC0415 - not on every system
    except ImportError:
        return None
    return uvloop.new_event_loop


async def _tidy() -> None:
    """Find the cycles that requests and their exceptions leave, in steps too short to be noticed."""
    steps = 0
    while True:
        await asyncio.sleep(YOUNG_EVERY)
        steps += 1
        gc.collect(2 if steps % ALL_EVERY == 0 else 1)


def _hush() -> None:
    # Their lines could hold addresses, or texts of exceptions with what was sent.
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "asyncio"):
        logger = logging.getLogger(name)
        logger.handlers[:] = [logging.NullHandler()]
        logger.propagate = False


def _tell_defect(telling: Telling, context: dict[str, Any]) -> None:
    trouble = context.get("exception")
    telling.defect(of_defect(trouble).happened if isinstance(trouble, BaseException) else "")


def _give_up() -> None:
    os._exit(NOT_ENDED_IN_TIME)
