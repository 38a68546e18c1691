"""A real server over a real ledger, in a thread with a loop of its own, for those who follow the feed."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from interfaces.bootstrap import Settings
from interfaces.http.app import make_app
from interfaces.http.callers import Caller, Denied
from interfaces.http.feed import Feed
from interfaces.http.followers import Followers
from interfaces.http.hosting import Hosts
from interfaces.http.webhooks import Webhooks
from interfaces.system import SystemClock
from ledger.store.connection import Place
from ledger.streams.governance import Governance
from tests.house import KEY, LOGIN, House, house
from tests.http.clients import NO_TLS

FEED = frozenset({"feed", "append"})
WITH_WORDS = FEED | {"words"}
NAME = "clinic"


class Keys:
    """Keys as a table: this tests what callers see, not how they are known."""

    def __init__(self) -> None:
        self.callers: dict[str, Caller] = {}

    def add(
        self, login: str, scopes: frozenset[str] = FEED, practices: frozenset[str] | None = None, key: str = ""
    ) -> str:
        """A key of a login."""
        key = key or f"{login}|{','.join(sorted(scopes))}|{','.join(sorted(practices or ()))}"
        self.callers[key] = Caller(login, scopes, practices, None)
        return key

    def may_wait(self, authorization: str | None, governance: Governance, ledger: str = "") -> bool:
        """A table waits for nobody."""
        return False

    def __call__(self, authorization: str | None, governance: Governance, ledger: str = "") -> Caller | Denied:
        """Who has the key."""
        found = self.callers.get((authorization or "").removeprefix("Bearer "))
        return found or Denied(401, "not_authenticated", "No key that is let in.", "Bring one.")


@dataclass
class Event:
    """One frame of a stream."""

    position: int
    kind: str
    data: dict[str, Any]


@dataclass
class Served:
    """A ledger, the house that fills it, and the server through which it is followed."""

    house: House
    place: Place
    keys: Keys
    feed: Feed
    url: str
    key_file: Path
    app: Any = None
    """The application, to ask what no request asks."""

    def get(self, path: str, key: str, **query: Any) -> httpx.Response:
        """An answer of the server."""
        with self.client(key) as client:
            return client.get(path, params=query)

    def client(self, key: str) -> httpx.Client:
        """A client that goes on using its connection."""
        base = f"{self.url}/v1/ledgers/{NAME}"
        return httpx.Client(
            base_url=base, headers={"Authorization": f"Bearer {key}"}, timeout=20, trust_env=False, verify=NO_TLS
        )

    def events(self, key: str, after: int = 0, **query: Any) -> list[dict[str, Any]]:
        """Everything behind a position, page by page."""
        found = []
        with self.client(key) as client:
            answer = client.get("/feed", params={"after": after, **query})
            while True:
                assert answer.status_code == 200, answer.text
                found += answer.json()
                if "next" not in answer.links:
                    return found
                answer = client.get(f"{self.url}{answer.links['next']['url']}")

    def login(self, short: str) -> str:
        """The login of somebody of the house, bound when first asked for."""
        login = f"key:{short}"
        if login not in self.house.ids:
            self.house.accepted("bind_login", {"login": login, "staff": self.house.ids[short]}, actor="admin")
            self.house.ids[login] = login
            self._come_in(login)
        return login

    def _come_in(self, login: str) -> None:
        """Let the first use of a login of a day be on record, so that it stands in nobody's way later."""
        before = self.house.log.refresh()
        assert self.get("/feed", self.keys.add(login), limit=1, type="ledger_opened").status_code == 200

        def is_on_record() -> bool:
            new = self.house.log.facts_at(range(before + 1, self.house.log.refresh() + 1))
            return any(fact.event.TOPIC == "login_used" for fact in new)

        wait_until(is_on_record)

    def key(self, short: str, scopes: frozenset[str] = FEED, practices: frozenset[str] | None = None) -> str:
        """A key of somebody of the house."""
        return self.keys.add(self.login(short), scopes, practices)


def frames(response: httpx.Response) -> Iterator[Event]:
    """The events of a stream, as a browser's EventSource reads them."""
    at, kind, data = 0, "", ""
    for line in response.iter_lines():
        if line.startswith("id: "):
            at = int(line[4:])
        elif line.startswith("event: "):
            kind = line[7:]
        elif line.startswith("data: "):
            data = line[6:]
        elif not line and data:
            yield Event(at, kind, json.loads(data))
            kind = data = ""


class _Server(uvicorn.Server):
    """Ends the streams before it waits for them; says in which loop it runs."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self.config.app.state.loop = asyncio.get_running_loop()  # type: ignore[union-attr]
        await super().startup(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.config.app.state.feed.followers.end()  # type: ignore[union-attr]
        await super().shutdown(sockets)


@contextmanager
def serving(
    place: Place,
    folder: Path,
    prepare: Callable[[Any], None] = lambda _: None,
    *,
    held_by_sockets: int = 0,
    webhooks: Callable[[Hosts, Followers], Webhooks] | None = None,
    practice_npi: str | None = None,
) -> Iterator[Served]:
    """A new company at a place, served; `prepare` is given the application before it starts."""
    key_file = folder / "served.key"
    key_file.write_text(KEY.hex() + "\n")
    key_file.chmod(0o600)
    with house(place, practice_npi=practice_npi) as it:
        keys = Keys()
        hosts = Hosts({NAME: Settings(place, key_file, LOGIN)})
        hooked = partial(webhooks, hosts) if webhooks is not None else None
        app = make_app(hosts, keys, now=SystemClock().now, webhooks=hooked)
        prepare(app)
        listening = socket.create_server(("127.0.0.1", 0))
        if held_by_sockets:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, held_by_sockets)
        server = _Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=20, ws="none"))
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])), daemon=True)
        thread.start()
        wait_until(lambda: server.started)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        try:
            yield Served(it, place, keys, app.state.feed, url, key_file, app)
        finally:
            server.should_exit = True
            thread.join(30)
            assert not thread.is_alive()


def wait_until(is_so: Callable[[], bool], seconds: float = 10) -> None:
    """Wait until something is so; AssertionError where it never is."""
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.02)


def plain(events: list[dict[str, Any]]) -> list[Mapping[str, Any]]:
    """Those of the events that are shown."""
    return [event for event in events if "withheld" not in event]
