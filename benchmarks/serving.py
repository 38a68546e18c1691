"""The HTTP server beside an empty FastAPI route of the same run: single commands, a stream, and the clock.

By the clock single commands are sent while read models are rebuilt beside the server.

Clients are processes of their own on the same two cores; both servers are processes of their own, uvicorn with the same
loop and parser. The ledger lies in a folder or on a PostgreSQL server; every measured command is an entry of time.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from typing import Final

from benchmarks import lines, world
from benchmarks.clients import Processes
from benchmarks.http_clients import CONNECTIONS, Client, StreamClient, request
from benchmarks.http_servers import empty_server, key_for_source, ledger_server
from benchmarks.measuring import Contender, Target, gate, number, rates_table, table, take_turns, timed
from interfaces.embedded import Server
from ledger.store.postgres.address import parse_address

PATIENTS: Final = 800
PRIOR: Final = 6
CLIENTS: Final = 2
SINGLE: Final = 2_000
STREAMED: Final = 4_000
A_SECOND: Final = 300
PACED: Final = 6_000
EMPTY: Final = "empty FastAPI route"
APPEND: Final = "one command a request"
STREAM: Final = "one stream of lines"
P99_MS: Final = Target(50, is_ceiling=True)
_TODAY: Final = datetime.now(UTC).date()
_DAYS: Final = [day for year in (-1, 0) for day in lines.working_days(_TODAY.year + year) if day < _TODAY][-50:]
"""The last weeks: the servers keep their own time, and who delivers a year late is told so at length."""


def run(base: Path, *, rounds: int) -> Iterator[str]:
    """The tables of the server, on both engines."""
    (base / "folder").mkdir()
    yield from _measured(world.make(base / "folder", patients=PATIENTS, days=_DAYS[:PRIOR]), "SQLite", rounds)
    (base / "server").mkdir()
    with Server.start(base / "postgres") as server:
        address = parse_address(f"{server.socket_url}&ledger=served")
        place = world.make(base / "server", address, patients=PATIENTS, days=_DAYS[:PRIOR])
        yield from _measured(place, "PostgreSQL", rounds)


def _measured(place: world.Place, name: str, rounds: int) -> Iterator[str]:
    key = key_for_source(place, lines.SOURCE)
    supply = _Supply(key)
    with ExitStack() as stack:
        empty = stack.enter_context(empty_server())
        ours = stack.enter_context(ledger_server(place))
        to_empty = stack.enter_context(Processes(Client, [(empty.port,)] * CLIENTS))
        to_ours = stack.enter_context(Processes(Client, [(ours.port,)] * CLIENTS))
        streaming = stack.enter_context(Processes(StreamClient, [(ours.port,)]))
        _streamed(streaming, supply)  # whoever serves for a day has seen its patients before
        rates = take_turns(
            [
                Contender(EMPTY, lambda _: _fast(to_empty, [request("/", b"{}", {})] * SINGLE, 200)),
                Contender(APPEND, lambda _: _fast(to_ours, supply.requests(SINGLE), 201)),
                Contender(STREAM, lambda _: _streamed(streaming, supply)),
            ],
            rounds,
        )
        more = rates[STREAM].against(rates[APPEND])[0]
        notes = [
            f"{CLIENTS} client processes of {CONNECTIONS} connections each; {PRIOR} entries in every month before.",
            f"The stream has {number(more)} times the rate of single commands (>= 2: {Target(2).verdict(more)}).",
        ]
        targets = {APPEND: Target(0.2)}
        yield rates_table(
            f"HTTP, {name}", list(rates.values()), unit="commands/s", yardstick=EMPTY, targets=targets, notes=notes
        )
        yield _by_the_clock(place, name, to_ours, supply)


def _fast(clients: Processes, requests: Sequence[bytes], wanted: int) -> float:
    share = -(-len(requests) // CLIENTS)
    seconds, heard = clients.round([(requests[n * share : (n + 1) * share], 0.0) for n in range(CLIENTS)])
    gate("answers", sent=len(requests), answered_well=sum(each.statuses[wanted] for each in heard))
    return len(requests) / seconds


def _streamed(client: Processes, supply: "_Supply") -> float:
    seconds, (accepted,) = client.round([supply.stream(STREAMED)])
    gate("streamed", sent=STREAMED, accepted=accepted)
    return STREAMED / seconds


def _by_the_clock(place: world.Place, name: str, clients: Processes, supply: "_Supply") -> str:
    with timed() as watch, _rebuilding(place):
        requests = supply.requests(PACED)
        share = PACED // CLIENTS
        given = [(requests[n * share : (n + 1) * share], A_SECOND / CLIENTS) for n in range(CLIENTS)]
        _, heard = clients.round(given)
    gate("paced", sent=PACED, answered_well=sum(each.statuses[201] for each in heard))
    took = quantiles((ms for each in heard for ms in each.milliseconds), n=100)
    rows = [
        ["median", f"{number(took[49])} ms", "", ""],
        ["p95", f"{number(took[94])} ms", "", ""],
        ["p99", f"{number(took[98])} ms", "<= 50 ms", P99_MS.verdict(took[98])],
    ]
    title = f"Single commands at {A_SECOND} a second while `rebuild` runs again and again, {name}"
    return table(title, ["latency", "measured", "target", ""], rows, (f"{PACED:,} commands in {watch.seconds:.0f} s.",))


@contextmanager
def _rebuilding(place: world.Place) -> Iterator[None]:
    """`ccm-ledger rebuild` in a process of its own, begun anew whenever it ends."""
    words = [sys.executable, "-m", "interfaces.cli.main", "rebuild", "--ledger", str(place.where)]
    again = "import subprocess, sys\nwhile True: subprocess.run(sys.argv[1:], capture_output=True, check=True)"
    process = subprocess.Popen(
        [sys.executable, "-c", again, *words, "--key-file", str(place.key_file)], start_new_session=True
    )
    try:
        yield
        gate("rebuilding", still_running=int(process.poll() is None), wanted=1)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


class _Supply:
    """Entries of time that no round brought before."""

    def __init__(self, key: str) -> None:
        self._key = key
        entries = (lines.time_entry(patient, day) for day in _DAYS[PRIOR:] for patient in range(PATIENTS))
        self._entries = entries

    def requests(self, count: int) -> list[bytes]:
        """So many requests of one command each."""
        headers = {"Authorization": f"Bearer {self._key}"}
        return [request("/v1/ledgers/main/commands", next(self._entries), headers) for _ in range(count)]

    def stream(self, count: int) -> tuple[bytes, bytes]:
        """The head and the body of one request of so many lines."""
        body = b"\n".join(next(self._entries) for _ in range(count))
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/x-ndjson"}
        return request("/v1/ledgers/main/lines", body, headers)[: -len(body)], body
