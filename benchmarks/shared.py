"""Commands on PostgreSQL beside the stock application: one client, sixteen of a process, sixteen processes, bulk.

Every measured command is an entry of time for a patient-month that holds twelve already, on both sides. Each client has
a nurse of its own with twenty-five patients: clients of a practice do not write the same nurse's day. The server is a
real one with its durable settings, reached by its socket; every contender has a ledger or tables of its own on it.
"""

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import mean
from typing import Any, Final, Self

from benchmarks import lines, world
from benchmarks.clients import CLIENTS, Processes, by_threads
from benchmarks.measuring import Contender, Rates, Target, gate, rates_table, take_turns, timed
from benchmarks.ruler_shared import Rows, SharedRuler
from benchmarks.stock import Change, entry
from benchmarks.stock_shared import SharedStock
from interfaces.embedded import Server
from interfaces.http.gathering import Gathering
from ledger.store.connection import Place
from ledger.store.postgres.address import parse_address

PRIOR: Final = 12
PATIENTS: Final = CLIENTS * lines.PATIENTS_A_NURSE
SINGLE: Final = 200
"""Commands of the one client a round."""
_MONTH: Final = "2025-03"
_MARCH: Final = [day for day in lines.working_days() if day.month == 3]
ROUNDS_MAX: Final = len(_MARCH) - PRIOR - 1
"""The last day warms up."""
_TOPIC: Final = "time_logged"

ONE: Final = "one client, a command at a time"
THREADS: Final = "16 clients of one process"
PROCESSES: Final = "16 processes"
BULK: Final = "bulk submit"


def run(base: Path, *, rounds: int) -> Iterator[str]:
    """The tables of commands on a server."""
    assert rounds <= ROUNDS_MAX, f"at most {ROUNDS_MAX} rounds"
    with ExitStack() as stack:
        server = stack.enter_context(Server.start(base / "server", settings={"max_connections": "120"}))
        yield from measure(base, server.socket_url, server.version, rounds, stack)


def measure(base: Path, url: str, version: str, rounds: int, stack: ExitStack) -> Iterator[str]:
    """The tables on the server at a URL."""
    ours = {name: _made(base / name, url, name) for name in ("one", "threads", "processes", "bulk")}
    length = _body_length(ours["bulk"])
    stock, padding = _stock(url, length, rounds)
    stack.callback(stock.close)
    one, threads, bulk = (stack.enter_context(_Client(ours[name])) for name in ("one", "threads", "bulk"))
    fleet = stack.enter_context(Processes(_Process, [(str(ours["processes"].where), ours["processes"].key_file)] * 16))
    peers = stack.enter_context(Processes(_PeerProcess, [(url, padding)] * CLIENTS))
    watcher = stack.enter_context(_Watcher(ours["processes"]))
    ruler = stack.enter_context(SharedRuler(url, "ccm_one"))
    after = one.session.log.refresh()
    rows: list[Rows] = []
    first = take_turns(
        [
            Contender(f"stock, {ONE}", lambda n: _peer_single(stock, n, padding)),
            Contender(f"ccm-ledger, {ONE}", one.single),
            Contender("bare commit of one row", lambda _: _timed(lambda: ruler.bare(SINGLE, length), SINGLE)),
            Contender("one statement, the rows of a fact", lambda _: _one_statement(ruler, rows, after)),
        ],
        rounds,
    )
    yield _table(f"PostgreSQL {version}: {ONE}", first, {f"ccm-ledger, {ONE}": Target(2.0)}, length)
    second = take_turns(
        [
            Contender(f"stock, {THREADS}", lambda n: _peer_threads(stock, n, padding)),
            Contender(f"ccm-ledger, {THREADS}", threads.together),
            Contender(f"stock, {PROCESSES}", lambda n: _peer_processes(stock, peers, n)),
            Contender(f"ccm-ledger, {PROCESSES}", partial(_processes, watcher, fleet)),
        ],
        rounds,
    )
    both = list(second.values())
    yield _table(f"PostgreSQL {version}: {THREADS}", both[:2], {f"ccm-ledger, {THREADS}": Target(4.0)}, length)
    yield _table(f"PostgreSQL {version}: {PROCESSES}", both[2:], {f"ccm-ledger, {PROCESSES}": Target(2.0)}, length)
    third = take_turns(
        [
            Contender(f"stock, {BULK}", lambda n: _peer_single(stock, n, padding, offset=SINGLE)),
            Contender(f"ccm-ledger, {BULK}", bulk.at_once),
            Contender("COPY of the same rows", lambda _: _copy(ruler, rows)),
        ],
        rounds,
    )
    yield _table(f"PostgreSQL {version}: {BULK}", third, {f"ccm-ledger, {BULK}": Target(10.0)}, length)


def _table(title: str, rates: "dict[str, Rates] | Sequence[Rates]", targets: dict[str, Target], length: int) -> str:
    each = list(rates.values()) if isinstance(rates, dict) else list(rates)
    notes = (
        f"Stored body: {length:,} bytes on average, on all sides. {PRIOR} prior entries in every month.",
        "The server's fsync, full_page_writes and synchronous_commit are on; all over one Unix socket.",
    )
    return rates_table(title, each, unit="commands/s", yardstick=each[0].name, targets=targets, notes=notes)


# --- the ledger -----------------------------------------------------------------------------------------------------


def _made(base: Path, url: str, name: str) -> world.Place:
    base.mkdir()
    address = parse_address(f"{url}{'&' if '?' in url else '?'}ledger={name}")
    return world.make(base, address, patients=PATIENTS, days=_MARCH[:PRIOR])


class _Client:
    """An open ledger that takes another day of the month every round."""

    def __init__(self, place: world.Place) -> None:
        self._stack = ExitStack()
        self.session = self._stack.enter_context(world.opened(place))

    def __enter__(self) -> Self:
        # The last day of the month first: it folds every month, so that the rounds meet warm states.
        self.session.clock.stand_at(lines.evening_of(_MARCH[-1]))
        self.session.accepted(lines.day_of_time(_MARCH[-1], range(PATIENTS)))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def single(self, number: int) -> float:
        """A command at a time."""
        given = self._given(number)[:SINGLE]
        return self._gated(lambda: [self.session.handler.handle([line])[0] for line in given], len(given))

    def at_once(self, number: int) -> float:
        """In groups as the command line makes them."""
        raw = lines.day_of_time(_MARCH[PRIOR + number], range(PATIENTS))
        self.session.clock.stand_at(lines.evening_of(_MARCH[PRIOR + number]))
        given = list(raw)
        return self._gated(lambda: self.session.submit(given), len(given))

    def together(self, number: int) -> float:
        """Sixteen clients of one loop, each with the patients of its nurse; one thread decides, as behind `serve`."""
        given = self._given(number)
        share = len(given) // CLIENTS

        async def clients(executor: ThreadPoolExecutor) -> list[list[Any]]:
            gathering = Gathering(self.session.handler.handle, executor)

            async def hand_in(client: int) -> list[Any]:
                mine = given[client * share : (client + 1) * share]
                return [answer for line in mine for answer in await gathering.hand_in([line])]

            return await asyncio.gather(*map(hand_in, range(CLIENTS)))

        before, facts = self._before()
        with ThreadPoolExecutor(1) as executor, timed() as watch:
            answers = asyncio.run(clients(executor))
        self._gate([answer for each in answers for answer in each], before, facts, len(given))
        return watch.rate(len(given))

    def _given(self, number: int) -> list[Any]:
        day = _MARCH[PRIOR + number]
        self.session.clock.stand_at(lines.evening_of(day))
        return [self.session.handler.read(raw) for raw in lines.day_of_time(day, range(PATIENTS))]

    def _before(self) -> tuple[int, int]:
        return self.session.log.refresh(), self.session.log.stats().facts

    def _gated(self, act: Any, count: int) -> float:
        before, facts = self._before()
        with timed() as watch:
            answers = act()
        self._gate(answers, before, facts, count)
        return watch.rate(count)

    def _gate(self, answers: Sequence[Any], before: int, facts: int, count: int) -> None:
        positions = {position for answer in answers for position in answer.positions}
        gate_facts(self.session, positions, before, facts, count)


def gate_facts(session: world.Opened, positions: set[int], before: int, facts: int, count: int) -> None:
    """Acknowledged, stored and seen by a follower are the same facts."""
    followed = session.log.follow(before, 2 * count + 100)
    gate(
        "commands on a server",
        acknowledged=len(positions),
        asked=count,
        stored=session.log.stats().facts - facts,
        followed=len(followed),
        followed_and_acknowledged=len(positions.intersection(fact.position for fact in followed)),
    )


class _Watcher:
    """An open ledger that only looks."""

    def __init__(self, place: world.Place) -> None:
        self._stack = ExitStack()
        self.session = self._stack.enter_context(world.opened(place))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()


class _Process:
    """One of sixteen processes: its own ledger object, its own connection, the patients of one nurse."""

    def __init__(self, where: str, key_file: Path) -> None:
        place: Place = parse_address(where)
        self._stack = ExitStack()
        self._session = self._stack.enter_context(world.opened(world.Place(place, key_file)))
        self._given: list[Any] = []

    def ready(self, given: tuple[int, int]) -> None:
        """Read the lines of a day, and fold what they will meet."""
        client, number = given
        patients = range(client * lines.PATIENTS_A_NURSE, (client + 1) * lines.PATIENTS_A_NURSE)
        day = _MARCH[PRIOR + number]
        self._session.clock.stand_at(lines.evening_of(day))
        self._given = [self._session.handler.read(raw) for raw in lines.day_of_time(day, patients)]

    def go(self) -> list[int]:
        """A command at a time; the positions."""
        handle = self._session.handler.handle
        return [position for line in self._given for answer in handle([line]) for position in answer.positions]

    def close(self) -> None:
        """Close the ledger."""
        self._stack.close()


def _processes(watcher: _Watcher, fleet: Processes, number: int) -> float:
    fleet_ready = [(client, number) for client in range(CLIENTS)]
    if number == 0:
        fleet.round([(client, ROUNDS_MAX) for client in range(CLIENTS)])  # not measured: the last day warms up
    before, facts = watcher.session.log.refresh(), watcher.session.log.stats().facts
    seconds, heard = fleet.round(fleet_ready)
    positions = {position for each in heard for position in each}
    gate_facts(watcher.session, positions, before, facts, PATIENTS)
    return PATIENTS / seconds


def _body_length(place: world.Place) -> int:
    with world.opened(place) as session:
        rows = session.log.follow_rows(max(session.log.refresh() - 1_000, 0), 1_000)
    return round(mean(len(row.state) for row in rows if row.topic == _TOPIC))


# --- the peer and the rulers ----------------------------------------------------------------------------------------


def _stock(url: str, length: int, rounds: int) -> tuple[SharedStock, int]:
    """The stock application with a set of months for every round, and how long its descriptions are."""
    stock = SharedStock(url, CLIENTS, is_first=True)
    stock.open_months(["padding"], _MONTH, [entry("padding", 0, 0)] * 2)
    padding = length - stock.body_length()
    assert padding > 0, "the peer's body is longer than ours already"
    prior = [entry("prior", n, padding) for n in range(PRIOR)]
    for kind, count in (("s", 2 * SINGLE), ("t", PATIENTS), ("p", PATIENTS)):
        names = [_name(kind, number, patient) for number in range(rounds) for patient in range(count)]
        stock.open_months(names, _MONTH, prior)
    gate("padding", ours=length, peer=stock.body_length())
    return stock, padding


def _peer_single(stock: SharedStock, number: int, padding: int, offset: int = 0) -> float:
    changes = [(_name("s", number, n + offset), entry("x", PRIOR, padding)) for n in range(SINGLE)]
    before = stock.last()
    with timed() as watch:
        for name, change in changes:
            stock.change(name, _MONTH, change)
    gate("stock", acknowledged=SINGLE, followed=stock.followed(before))
    return watch.rate(SINGLE)


def _peer_threads(stock: SharedStock, number: int, padding: int) -> float:
    share = PATIENTS // CLIENTS

    def client(of: int) -> None:
        for patient in range(of * share, (of + 1) * share):
            stock.change(_name("t", number, patient), _MONTH, entry("x", PRIOR, padding))

    before = stock.last()
    seconds = by_threads([partial(client, of) for of in range(CLIENTS)])
    gate("stock, threads", acknowledged=PATIENTS, followed=stock.followed(before))
    return PATIENTS / seconds


class _PeerProcess:
    """One of sixteen processes of the peer."""

    def __init__(self, url: str, padding: int) -> None:
        self._stock = SharedStock(url)
        self._padding = padding
        self._changes: list[tuple[str, Change]] = []

    def ready(self, given: tuple[int, int]) -> None:
        """The changes of a round."""
        client, number = given
        share = PATIENTS // CLIENTS
        patients = range(client * share, (client + 1) * share)
        self._changes = [(_name("p", number, n), entry("x", PRIOR, self._padding)) for n in patients]

    def go(self) -> int:
        """Get, change, save, one after the other."""
        for name, change in self._changes:
            self._stock.change(name, _MONTH, change)
        return len(self._changes)

    def close(self) -> None:
        """Close the connection."""
        self._stock.close()


def _peer_processes(stock: SharedStock, peers: Processes, number: int) -> float:
    before = stock.last()
    seconds, heard = peers.round([(client, number) for client in range(CLIENTS)])
    gate("stock, processes", acknowledged=sum(heard), asked=PATIENTS, followed=stock.followed(before))
    return PATIENTS / seconds


def _one_statement(ruler: SharedRuler, rows: list[Rows], after: int) -> float:
    if not rows:
        rows.append(ruler.rows(after, SINGLE))
    with ruler.emptied():
        return _timed(lambda: ruler.one_statement(rows[0].single), SINGLE)


def _copy(ruler: SharedRuler, rows: list[Rows]) -> float:
    with ruler.emptied():
        return _timed(lambda: ruler.copy(rows[0].copied), SINGLE)


def _timed(act: Any, count: int) -> float:
    with timed() as watch:
        act()
    return watch.rate(count)


def _name(kind: str, number: int, patient: int) -> str:
    return f"{kind}{number:02d}{patient:05d}"
