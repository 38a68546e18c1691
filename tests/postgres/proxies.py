"""What may stand between a program and its server: a line that breaks at a chosen moment, and a pooler."""

import queue
import socket
import struct
import threading
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from ledger.store.postgres.address import Address


class Proxy:
    """A line to the server over TCP that can keep answers back, and break."""

    def __init__(self, address: Address) -> None:
        parts = urlsplit(address.server)
        self._server = (parts.hostname or "127.0.0.1", parts.port or 5432)
        self._listener = socket.create_server(("127.0.0.1", 0))
        user = parts.netloc.rpartition("@")[0]
        port = self._listener.getsockname()[1]
        self.address = Address(parts._replace(netloc=f"{user}@127.0.0.1:{port}").geturl(), address.ledger)
        self._kept: set[socket.socket] = set()
        self._lines: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def keep_answers(self) -> None:
        """From now on what the server says on lines that stand reaches nobody."""
        self._kept.update(self._lines)

    def break_all(self) -> None:
        """Cut every line; new ones are whole."""
        for end in self._lines:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._lines.clear()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(self._server)
            self._lines += [client, server]
            for source, target in ((client, server), (server, client)):
                threading.Thread(target=self._pass_on, args=(source, target, server), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                if source is not server or server not in self._kept:
                    target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()
        self.break_all()


class Pooler:
    """A pooler as they stand before servers: in transaction mode a session is lent for one transaction at a time.

    Speaks as much of PostgreSQL's protocol as that takes: messages are a letter and a length, Z says that a session is
    ready, and in its last byte I that no transaction is open. Logins need no password.
    """

    def __init__(self, address: Address, mode: str, *, sessions: int = 2) -> None:
        parts = urlsplit(address.server)
        self._server = (parts.hostname or "127.0.0.1", parts.port or 5432)
        self._login = (parts.username or "postgres", parts.path.strip("/"))
        self._mode = mode
        self._free: queue.SimpleQueue[_Session] = queue.SimpleQueue()
        self._listener = socket.create_server(("127.0.0.1", 0))
        port = self._listener.getsockname()[1]
        self.address = Address(parts._replace(netloc=f"{parts.username}@127.0.0.1:{port}").geturl(), address.ledger)
        self._sessions = [self._session() for _ in range(sessions if mode == "transaction" else 0)]
        for session in self._sessions:
            self._free.put(session)
        threading.Thread(target=self._accept, daemon=True).start()

    def _session(self) -> "_Session":
        return _Session(self._server, *self._login)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError, EOFError), client, ExitStack() as lent:
            while struct.unpack("!i", _packet(client)[:4])[0] != 196_608:
                client.sendall(b"N")  # neither TLS nor GSSAPI
            own = self._session() if self._mode == "session" else None
            if own is not None:
                lent.enter_context(own.line)
            greeting = (own or self._any()).greeting
            # Its own number for the session, as it is the pooler's to cancel.
            key = b"K" + struct.pack("!iii", 12, 4_000_000, 1)
            client.sendall(b"R" + struct.pack("!ii", 8, 0) + greeting + key + b"Z\0\0\0\5I")
            while True:
                first = _message(client)
                if first[:1] == b"X":
                    return
                session = own or self._free.get()
                try:
                    session.transact(client, first)
                finally:
                    if own is None:
                        self._free.put(session)

    def _any(self) -> "_Session":
        session = self._free.get()
        self._free.put(session)
        return session

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()
        for session in self._sessions:
            session.line.close()


class _Session:
    """One session of the server."""

    def __init__(self, server: tuple[str, int], user: str, database: str) -> None:
        self.line = socket.create_connection(server)
        self.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        words = b"".join(word.encode() + b"\0" for word in ("user", user, "database", database)) + b"\0"
        self.line.sendall(struct.pack("!ii", len(words) + 8, 196_608) + words)
        self.greeting = b""
        while (message := _message(self.line))[:1] != b"Z":
            if message[:1] == b"S":
                self.greeting += message

    def transact(self, client: socket.socket, first: bytes) -> None:
        """Pass on what the client says until no transaction is open."""
        asked = first
        while True:
            self.line.sendall(asked)
            # A question ends with Q, or with S after the messages of the extended protocol.
            if asked[:1] in b"QS":
                while (answer := _message(self.line))[:1] != b"Z":
                    client.sendall(answer)
                client.sendall(answer)
                if answer[-1:] == b"I":
                    return
            asked = _message(client)


def _message(line: socket.socket) -> bytes:
    """One message with its letter and its length."""
    head = _bytes(line, 5)
    return head + _bytes(line, struct.unpack("!i", head[1:])[0] - 4)


def _packet(line: socket.socket) -> bytes:
    """What a client says first, which has no letter."""
    return _bytes(line, struct.unpack("!i", _bytes(line, 4))[0] - 4)


def _bytes(line: socket.socket, count: int) -> bytes:
    found = b""
    while len(found) < count:
        more = line.recv(count - len(found))
        if not more:
            raise EOFError
        found += more
    return found
