"""Hundreds of ledgers in one process: one pool of connections a server, few ledgers open, one question a poll.

Promise: a ledger is opened when it is first used and costs nothing while nobody uses it: no connection, no thread, no
question of its own. At most `open_max` stay open between uses, those used last; what the others remembered is given
back. `poll` asks each server once which of its ledgers moved. A server that does not answer keeps none of the others
waiting for longer than POLL_PATIENCE. Not promised: that the table of heads is right; it is written with the
facts in one transaction, and `ccm-ledger ledgers check` compares the two.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Final, NamedTuple, Self

from ledger.store.connection import Ledger
from ledger.store.postgres.address import Address
from ledger.store.postgres.engine import open_engine, open_vault_schema
from ledger.store.postgres.server import Server, asked
from ledger.terms.errors import LedgerError, NotALedger
from ledger.terms.ports import Clock, IdSource

OPEN_MAX: Final = 64
POLL_PATIENCE: Final = 2
"""Seconds that a poll waits for one server: the next poll asks again."""
_HEADS: Final = "SELECT name, position FROM ccm_control.ledgers"

Table = Callable[[], Mapping[str, Address]]
"""Where each ledger is, by the name that the process knows it by; asked at every use, as operators edit it."""


class Moved(NamedTuple):
    """A ledger that has facts which no poll told of before."""

    name: str
    position: int


class Polled(NamedTuple):
    """What a poll found: ledgers that moved, and the servers that could not be asked, by their addresses."""

    moved: tuple[Moved, ...]
    silent: tuple[tuple[str, LedgerError], ...]


class _Open:
    """An open ledger, where it is, and by how many it is used now."""

    def __init__(self, ledger: Ledger, address: Address) -> None:
        self.ledger = ledger
        self.address = address
        self.users = 0


class Fleet:
    """The ledgers of a routing table. Threads may share it; as a context manager it is closed at the end."""

    def __init__(
        self,
        table: Table,
        *,
        master_key_of: Callable[[str], bytes],
        clock: Clock,
        ids: IdSource,
        password: str | None = None,
        open_max: int = OPEN_MAX,
    ) -> None:
        self._table = table
        self._master_key_of = master_key_of
        self._clock = clock
        self._ids = ids
        self._password = password
        self._open_max = open_max
        self._servers: dict[str, Server] = {}
        self._open: OrderedDict[str, _Open] = OrderedDict()
        self._told: dict[Address, int] = {}
        self._lock = threading.Lock()
        self._opening = threading.Lock()

    @contextmanager
    def ledger(self, name: str) -> Iterator[Ledger]:
        """The ledger of that name, open for as long as the block lasts.

        Raises NotALedger where the table does not have it, and as `open_ledger`.
        """
        held = self._held(name)
        try:
            yield held.ledger
        finally:
            with self._lock:
                held.users -= 1
                if self._open.get(name) is held:
                    self._part_with_some()
                elif not held.users:
                    held.ledger.close()

    def poll(self) -> Polled:
        """Which ledgers have facts that no poll told of before: one question to each server, however many ledgers.

        Of a ledger that the table moved to another place, everything is told anew. One thread polls.
        """
        table = self._table()
        by_server: dict[str, list[tuple[str, Address]]] = {}
        for name, address in table.items():
            by_server.setdefault(address.server, []).append((name, address))
        moved: list[Moved] = []
        silent: list[tuple[str, LedgerError]] = []
        for url, there in by_server.items():
            try:
                heads = self._heads(url)
            except LedgerError as error:
                silent.append((url, error))
                continue
            for name, address in there:
                position = heads.get(address.ledger, 0)
                # Also where it fell: another server took over that had not seen everything, or a backup came back.
                if position != self._told.get(address, 0):
                    moved.append(Moved(name, position))
                    self._told[address] = position
        self._told = {address: self._told[address] for address in table.values() if address in self._told}
        self._leave_servers(keep=by_server)
        return Polled(tuple(moved), tuple(silent))

    @property
    def open_count(self) -> int:
        """How many ledgers are open now."""
        return len(self._open)

    def close(self) -> None:
        """Close every ledger and every connection."""
        with self._lock:
            held = list(self._open.values())
            self._open.clear()
            servers = list(self._servers.values())
            self._servers.clear()
        for each in held:
            each.ledger.close()
        for server in servers:
            server.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _held(self, name: str) -> _Open:
        """The open ledger of a name, used by one more."""
        address = self._table().get(name)
        if address is None:
            raise NotALedger("The routing table has no ledger of that name.", "Add its line, or check the name.")
        if (held := self._known(name, address)) is not None:
            return held
        with self._opening:
            if (held := self._known(name, address)) is not None:
                return held
            opened = _Open(self._opened(address), address)
            opened.users = 1
            with self._lock:
                self._open[name] = opened
                self._part_with_some()
            return opened

    def _known(self, name: str, address: Address) -> _Open | None:
        with self._lock:
            held = self._open.get(name)
            if held is None:
                return None
            if held.address != address:
                # It was moved: who still uses it at the old place goes on there, everybody else finds the new one.
                del self._open[name]
                if not held.users:
                    held.ledger.close()
                return None
            self._open.move_to_end(name)
            held.users += 1
            return held

    def _part_with_some(self) -> None:
        """Close what was not used for longest; those in use stay, also past the limit."""
        idle = [name for name, held in self._open.items() if not held.users]
        for name in idle[: max(0, len(self._open) - self._open_max)]:
            self._open.pop(name).ledger.close()

    def _heads(self, url: str) -> dict[str, int]:
        server = self._server(url)
        return dict(asked(lambda: server.lease(None, POLL_PATIENCE), _HEADS, ()))

    def _leave_servers(self, keep: Container[str]) -> None:
        """Close the connections to servers that the table does not name any more and nobody uses."""
        with self._lock:
            used = {held.address.server for held in self._open.values() if held.users}
            left = [url for url in self._servers if url not in keep and url not in used]
            servers = [self._servers.pop(url) for url in left]
        for server in servers:
            server.close()

    def _opened(self, address: Address) -> Ledger:
        engine = open_engine(address, self._server(address.server))
        master_key = self._master_key_of(engine.info.ledger_id)
        vault = open_vault_schema(engine, master_key=master_key, ids=self._ids, clock=self._clock)
        return Ledger(engine, vault, self._clock, self._ids)

    def _server(self, url: str) -> Server:
        with self._lock:
            server = self._servers.get(url)
            if server is None:
                server = self._servers[url] = Server(Address(url, "", self._password))
            return server
