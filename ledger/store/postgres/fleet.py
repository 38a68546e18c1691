"""Hundreds of ledgers in one process: one pool of connections a server, few ledgers open, one question a poll.

Promise: a ledger is opened when it is first used and costs nothing while nobody uses it: no connection, no thread, no
question of its own. At most `open_max` stay open between uses, those used last; what the others remembered is given
back. `poll` asks each server once which of its ledgers moved. A server that does not answer keeps the others waiting
for POLL_PATIENCE once in SILENCE, and no ledger of another server waits for it to be opened. Not promised: that ledgers
share a pool whose lines name different logins: a pool and a question are for one server, database and login, that is
for one address without its ledger. Nor that the table of heads is right; it is written with the facts in one
transaction, and `ccm-ledger ledgers check` compares the two.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import TracebackType
from typing import Final, NamedTuple, Self

from ledger.store.connection import Ledger, opened
from ledger.store.masterkeys import Master
from ledger.store.postgres.address import Address
from ledger.store.postgres.engine import open_engine, open_vault_schema
from ledger.store.postgres.errors import naming_questions
from ledger.store.postgres.server import Server
from ledger.terms.errors import LedgerError, NotALedger, StoreUnavailable
from ledger.terms.ports import Clock, IdSource

OPEN_MAX: Final = 64
POLL_PATIENCE: Final = 2
"""Seconds that a poll waits for one server, or for each host that an address names."""
SILENCE: Final = timedelta(seconds=30)
"""How long polls leave a server alone that did not answer in time; one that refuses at once is asked at each poll."""
_SLOW: Final = timedelta(seconds=1)
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


class _Site:
    """A server, how many open ledgers and questions use it now, and what was wrong with it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.users = 0
        self.opening = threading.Lock()
        self.failures = 0
        self.trouble: LedgerError | None = None
        self.silent_since: datetime | None = None


class _Open:
    """An open ledger, where it is, and by how many it is used now."""

    def __init__(self, ledger: Ledger, address: Address, site: _Site) -> None:
        self.ledger = ledger
        self.address = address
        self.site = site
        self.users = 1


class Fleet:
    """The ledgers of a routing table. Threads may share it; as a context manager it is closed at the end."""

    def __init__(
        self,
        table: Table,
        *,
        master_key_of: Callable[[str], Master],
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
        self._sites: dict[str, _Site] = {}
        self._named: frozenset[str] = frozenset()
        self._open: OrderedDict[str, _Open] = OrderedDict()
        self._told: dict[Address, int] = {}
        self._lock = threading.Lock()

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
                    self._shut(held)

    def poll(self) -> Polled:
        """Which ledgers have facts that no poll told of before: one question to each server, however many ledgers.

        Of a ledger that the table moved to another place, everything is told anew. One thread polls. A server that was
        silent is told with the same error, and not asked, until SILENCE is over.
        """
        table = self._table()
        by_server: dict[str, list[tuple[str, Address]]] = {}
        for name, address in table.items():
            by_server.setdefault(address.server, []).append((name, address))
        self._named = frozenset(by_server)
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
        self._leave(table)
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
            sites = list(self._sites.values())
            self._sites.clear()
        for each in held:
            each.ledger.close()
        for site in sites:
            site.server.close()

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
        with self._used(address.server) as site:
            failures = site.failures
            with site.opening:
                if (held := self._known(name, address)) is not None:
                    return held
                if site.trouble is not None and site.failures != failures:
                    # It was tried while this thread waited; each of many would wait as long again.
                    raise site.trouble
                opened = _Open(self._opened(address, site), address, site)
                with self._lock:
                    site.users += 1
                    before = self._open.pop(name, None)
                    if before is not None and not before.users:
                        self._shut(before)
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
                    self._shut(held)
                return None
            self._open.move_to_end(name)
            held.users += 1
            return held

    def _part_with_some(self) -> None:
        """Close what was not used for longest; those in use stay, also past the limit."""
        idle = [name for name, held in self._open.items() if not held.users]
        for name in idle[: max(0, len(self._open) - self._open_max)]:
            self._shut(self._open.pop(name))

    def _shut(self, held: _Open) -> None:
        """Close a ledger that nobody uses, and its server where it was the last one on it; under the lock."""
        held.ledger.close()
        self._part_from(held.site)

    def _part_from(self, site: _Site) -> None:
        """One use of a server has ended: it is closed where no line of the table names it either; under the lock."""
        site.users -= 1
        if not site.users and site.server.url not in self._named and self._sites.get(site.server.url) is site:
            del self._sites[site.server.url]
            site.server.close()

    def _leave(self, table: Mapping[str, Address]) -> None:
        """Close ledgers that are not where the table says, and servers that it does not name, unless they are used."""
        with self._lock:
            for name, held in list(self._open.items()):
                if not held.users and table.get(name) != held.address:
                    self._shut(self._open.pop(name))
            for url, site in list(self._sites.items()):
                if not site.users and url not in self._named:
                    del self._sites[url]
                    site.server.close()

    @contextmanager
    def _used(self, url: str) -> Iterator[_Site]:
        """A server, which stays for as long as the block lasts; NotALedger where its address is none."""
        with self._lock:
            site = self._sites.get(url)
            if site is None:
                site = self._sites[url] = _Site(Server(Address(url, "", self._password)))
            site.users += 1
        try:
            yield site
        finally:
            with self._lock:
                self._part_from(site)

    def _heads(self, url: str) -> dict[str, int]:
        with self._used(url) as site:
            began = self._clock.now()
            # A clock that was set back ends the wait.
            if site.trouble and site.silent_since and timedelta(0) <= began - site.silent_since < SILENCE:
                raise site.trouble
            try:
                told = site.server.told(_HEADS, POLL_PATIENCE)
            except LedgerError as error:
                site.trouble = error
                site.silent_since = began if self._clock.now() - began >= _SLOW else None
                raise
            site.trouble = site.silent_since = None
            return {name: int(position) for name, position in told}

    def _opened(self, address: Address, site: _Site) -> Ledger:
        began = self._clock.now()
        try:
            with naming_questions():
                engine = open_engine(address, site.server)
        except StoreUnavailable as error:
            # What is told at once may be the ledger's trouble and not the server's.
            if self._clock.now() - began >= _SLOW:
                site.trouble = error
                site.failures += 1
            raise
        site.trouble = site.silent_since = None
        master_key = self._master_key_of(engine.info.ledger_id)
        vault = open_vault_schema(engine, master_key=master_key, ids=self._ids, clock=self._clock)
        return opened(engine, vault, self._clock, self._ids)
