"""Somebody's server that takes webhooks: it answers as it is told to, and keeps what came."""

import json
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Posted:
    """One POST as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def positions(self) -> list[int]:
        """Those of the events in it."""
        return [event["position"] for event in json.loads(self.body)]


@dataclass
class Receiver:
    """What came, and what comes next: statuses to answer with, 204 where none is left."""

    port: int = 0
    statuses: deque[int] = field(default_factory=deque)
    posts: list[Posted] = field(default_factory=list)
    retry_after: str | None = None
    """What stands in the header of that name of every answer that is none of success."""
    dripping: threading.Event | None = None
    """While it is set, an answer is begun and never ended."""

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}/hook?of=clinic"

    @property
    def positions(self) -> list[int]:
        """Of everything that came, in order."""
        return [position for post in self.posts for position in post.positions]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on this machine."""
    it = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            it.posts.append(Posted(self.path, headers, body))
            status = it.statuses.popleft() if it.statuses else 204
            if it.dripping is not None:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                while it.dripping.is_set():
                    with suppress(OSError):
                        self.wfile.write(b".")
                    threading.Event().wait(0.1)
                return
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", "/elsewhere")
            if it.retry_after is not None and status >= 300:
                self.send_header("Retry-After", it.retry_after)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing is written to the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    it.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield it
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
