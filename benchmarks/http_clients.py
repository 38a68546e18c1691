"""Clients of a server over HTTP/1.1, in processes of their own, that do little themselves: the server is measured.

Promise: every request is in memory before the watch starts; a connection sends its next request when it has the answer
to the one before; every answer's status is counted. Paced clients send by the clock, whatever the answers do, and
measure from the moment at which a request was due.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from time import perf_counter
from typing import Any, Final, NamedTuple

CONNECTIONS: Final = 32
_END: Final = b"\r\n\r\n"


class Heard(NamedTuple):
    """What a client heard: answers by status, and how long each paced one took, in milliseconds."""

    statuses: Counter[int]
    milliseconds: tuple[float, ...] = ()


def request(path: str, body: bytes, headers: dict[str, str], method: str = "POST") -> bytes:
    """The bytes of one request on a connection that stays."""
    told = {"Host": "localhost", "Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body


class _Connection(asyncio.Protocol):
    """One connection: an answer at a time."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._answer: asyncio.Future[int] | None = None
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._held += data
        end = self._held.find(_END)
        if end < 0 or self._answer is None:
            return
        head = bytes(self._held[:end]).lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self._held) >= end + 4 + length:
            del self._held[: end + 4 + length]
            answer, self._answer = self._answer, None
            answer.set_result(int(head[9:12]))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionError("the server closed the connection"))

    async def ask(self, raw: bytes) -> int:
        """The status of the answer to one request."""
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(raw)
        return await self._answer


class Client:
    """Work for `clients.Processes`: requests on many connections, as fast as answers come or by the clock."""

    def __init__(self, port: int, connections: int = CONNECTIONS) -> None:
        self._port = port
        self._count = connections
        self._loop = asyncio.new_event_loop()
        self._connections = self._loop.run_until_complete(self._connected())
        self._requests: list[bytes] = []
        self._rate = 0.0

    def ready(self, given: tuple[Sequence[bytes], float]) -> None:
        """Take the requests of a round, and how many a second are due; 0: as fast as they are answered."""
        self._requests, self._rate = list(given[0]), given[1]
        self._loop.run_until_complete(self._refreshed())

    def go(self) -> Heard:
        """Send them all; what was heard."""
        return self._loop.run_until_complete(self._paced() if self._rate else self._fast())

    def close(self) -> None:
        """Close the connections."""
        for connection in self._connections:
            connection.transport.close()
        # What was closed is told so in the loop's next turn.
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _refreshed(self) -> None:
        """Open those connections anew that the server closed while nobody asked."""
        await asyncio.sleep(0.05)
        if any(each.transport.is_closing() for each in self._connections):
            for each in self._connections:
                each.transport.close()
            self._connections = await self._connected()

    async def _connected(self) -> list[_Connection]:
        made = [self._loop.create_connection(_Connection, "127.0.0.1", self._port) for _ in range(self._count)]
        return [protocol for _, protocol in await asyncio.gather(*made)]

    async def _fast(self) -> Heard:
        left = iter(self._requests)
        statuses: Counter[int] = Counter()

        async def work(connection: _Connection) -> None:
            for raw in left:
                statuses[await connection.ask(raw)] += 1

        await asyncio.gather(*map(work, self._connections))
        return Heard(statuses)

    async def _paced(self) -> Heard:
        statuses: Counter[int] = Counter()
        took: list[float] = []
        free: asyncio.Queue[_Connection] = asyncio.Queue()
        for connection in self._connections:
            free.put_nowait(connection)
        begun = perf_counter() + 0.05

        async def one(raw: bytes, due: float) -> None:
            await asyncio.sleep(max(0.0, due - perf_counter()))
            connection = await free.get()
            statuses[await connection.ask(raw)] += 1
            took.append((perf_counter() - due) * 1000)
            free.put_nowait(connection)

        await asyncio.gather(*(one(raw, begun + n / self._rate) for n, raw in enumerate(self._requests)))
        return Heard(statuses, tuple(took))


class StreamClient:
    """Work for `Processes`: one request that brings many lines; answers are read while lines are sent."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._loop = asyncio.new_event_loop()
        self._lines = b""
        self._head = b""

    def ready(self, given: tuple[bytes, bytes]) -> None:
        """Take the head of the request and its body."""
        self._head, self._lines = given

    def go(self) -> int:
        """Send it; how many answers of accepted lines came."""
        return self._loop.run_until_complete(self._stream())

    def close(self) -> None:
        """End."""
        self._loop.close()

    async def _stream(self) -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, limit=1 << 22)

        async def send() -> None:
            writer.write(self._head)
            for at in range(0, len(self._lines), 1 << 16):
                writer.write(self._lines[at : at + (1 << 16)])
                await writer.drain()

        sending = asyncio.create_task(send())
        accepted = 0
        held = b""
        # Chunked: the last chunk is empty. An answer holds no line end of its own.
        while not held.endswith(b"0\r\n\r\n"):
            data = await reader.read(1 << 20)
            assert data, "the stream broke off"
            whole = held + data
            accepted += whole.count(b'"outcome":"accepted"') - held.count(b'"outcome":"accepted"')
            held = whole[-64:]
        await sending
        writer.close()
        return accepted
