"""A TCP proxy before a PostgreSQL server that loses one request or one answer, at a chosen point.

It reads the protocol no further than to tell where a request and its answer end (PostgreSQL 18 documentation, 54.7): a
request ends with Query or Sync, an answer with ReadyForQuery. An answer is lost when all of it has come: what it
reports is committed. Encryption must be off; `Proxy.url` sees to that.
"""

import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from types import TracebackType
from typing import Final, Literal, Self
from urllib.parse import urlsplit

Lost = Literal["request", "answer"]
When = Callable[[int, bytes], bool]
"""Whether this is the one to lose, by its number since `lose` was called, counted from 1, and by its bytes."""
Then = Callable[[], object]

_LENGTH: Final = struct.Struct(">i")


class Proxy:
    """A server's address that a test can make fail; use as a context manager."""

    def __init__(self, server: str) -> None:
        parts = urlsplit(server)
        assert parts.hostname is not None
        assert parts.port is not None
        self._server = (parts.hostname, parts.port)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"postgresql://{parts.username}@127.0.0.1:{self._listening.getsockname()[1]}{parts.path}"
        self.url += "?sslmode=disable&gssencmode=disable"
        self.has_lost = False
        """Whether what was to be lost is lost."""
        self._lost: Lost = "request"
        self._when: When | None = None
        self._then: Then | None = None
        self._seen = 0
        Thread(target=self._accept, daemon=True).start()

    def lose(self, lost: Lost, when: When, then: Then | None = None) -> None:
        """Lose one request or its answer, then call `then`, and break the connection; all others pass."""
        self._lost, self._when, self._then = lost, when, then
        self._seen, self.has_lost = 0, False

    def close(self) -> None:
        """Accept no connection from now on; those that stand are left alone."""
        # A thread that waits in accept() would keep the port open.
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError), socket.create_connection(self._server) as server:
            for side in (client, server):
                side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            server.sendall(_startup(client))
            client.sendall(_until(server, b"Z"))
            while True:
                request = _until(client, b"QS")
                self._seen += 1
                is_it = self._when is not None and self._when(self._seen, request)
                if not (is_it and self._lost == "request"):
                    server.sendall(request)
                    answer = _until(server, b"Z")
                if is_it:
                    break
                client.sendall(answer)
            self._when, self.has_lost = None, True
            if self._then is not None:
                self._then()


def _startup(client: socket.socket) -> bytes:
    head = _exactly(client, 4)
    return head + _exactly(client, _LENGTH.unpack(head)[0] - 4)


def _until(side: socket.socket, ends: bytes) -> bytes:
    """Messages up to one of a kind in `ends`; raises ConnectionError where the other side is gone before."""
    whole = b""
    while True:
        head = _exactly(side, 5)
        whole += head + _exactly(side, _LENGTH.unpack(head[1:])[0] - 4)
        if head[0] in ends:
            return whole


def _exactly(side: socket.socket, count: int) -> bytes:
    got = b""
    while len(got) < count:
        piece = side.recv(count - len(got))
        if not piece:
            raise ConnectionResetError
        got += piece
    return got
