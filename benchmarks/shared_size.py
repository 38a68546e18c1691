"""Size on PostgreSQL: the append in a ledger of 10,000 facts and of a million, bytes on disk, idle ledgers, memory.

The large ledger is seeded by the import of an archive (benchmarks/stretching.py). Appends take turns, a hundred at a
time, so that both ledgers meet the same machine.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles
from typing import Final, NamedTuple

import psycopg

from benchmarks import lines, memory, world
from benchmarks.measuring import Target, gate, number, table
from benchmarks.stretching import TOPIC, stretch
from interfaces.embedded import Server
from interfaces.system import SimulatedClock, SystemClock, SystemIds
from ledger.store.archive.importing import import_archive
from ledger.store.connection import create
from ledger.store.postgres.address import Address, parse_address
from ledger.store.postgres.fleet import Fleet
from ledger.streams.base import Appended, CommandKey, Fact, Proposal

SMALL: Final = 10_000
ROUNDS: Final = 10
APPENDS: Final = 100
IDLE_SECONDS: Final = 20
POLLS_A_SECOND: Final = 4
LATENCY: Final = Target(1.3, is_ceiling=True)
BYTES: Final = Target(2.5, is_ceiling=True)
IDLE: Final = Target(0.05, is_ceiling=True)
MEMORY: Final = Target(300, is_ceiling=True)
_MARCH: Final = [day for day in lines.working_days() if day.month == 3]


def run(base: Path, *, events: int, ledgers: int, commands: int) -> Iterator[str]:
    """The tables of size."""
    with Server.start(base / "server", settings={"max_wal_size": "4GB"}) as server:
        url = server.socket_url
        (base / "small").mkdir()
        small = world.make(base / "small", _address(url, "small"), patients=400, days=_MARCH[:10])
        yield _bytes(url, small)
        yield _latency_table(latency(url, base, small, events))
        yield _idle(url, ledgers)
        yield _memory(url, base, commands)


def _address(url: str, name: str) -> Address:
    return parse_address(f"{url}&ledger={name}")


# --- latency --------------------------------------------------------------------------------------------------------


class Latency(NamedTuple):
    """What an append takes in a small ledger and in a large one."""

    few: int
    """Facts of the small one."""
    many: int
    """Facts of the large one."""
    small_seconds: list[float]
    large_seconds: list[float]
    imported_a_second: float

    @property
    def ratio(self) -> float:
        """The median in the large ledger against that in the small one."""
        return median(self.large_seconds) / median(self.small_seconds)


def latency(url: str, base: Path, small: world.Place, events: int) -> Latency:
    """Append in turns to a ledger and to one of so many facts, seeded by the import of an archive."""
    file = base / "large.archive"
    stretch(small.where, file, SystemClock(), events)
    begun = time.perf_counter()
    # A database holds a ledger once, so the larger one has a database of its own on the same server.
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE large")
    address = _address(url.replace("/postgres?", "/large?"), "large")
    archived = import_archive(file, address, SystemClock())
    seconds = time.perf_counter() - begun
    file.unlink()
    large = world.Place(address, small.key_file)
    with world.opened(small) as few, world.opened(large) as many:
        gate("seeding", imported=archived.trailer.facts, stored=many.log.stats().facts)
        takers = [_Taker(few, "few"), _Taker(many, "many")]
        for _ in range(3):
            for taker in takers:
                taker.take(20)
        for taker in takers:
            taker.seconds.clear()
        for turn in range(ROUNDS):
            for taker in takers if turn % 2 else reversed(takers):
                taker.take(APPENDS)
        counts = [taker.log.stats().facts for taker in takers]
    return Latency(counts[0], counts[1], takers[0].seconds, takers[1].seconds, archived.trailer.facts / seconds)


class _Taker:
    """One ledger that appends a fact at a time about patients whom it has."""

    def __init__(self, session: world.Opened, name: str) -> None:
        self.log = session.log
        self.seconds: list[float] = []
        self._name = name
        self._count = 0
        last = self.log.refresh()
        facts = [fact for fact in self.log.follow(last - 3_000, 3_000) if fact.event.TOPIC == TOPIC]
        self._facts = facts[:: max(len(facts) // 500, 1)]

    def take(self, count: int) -> None:
        """Append so many facts, each a durable commit, and keep the seconds of each."""
        before = self.log.refresh()
        positions: list[int] = []
        for _ in range(count):
            proposal = self._proposal()
            begun = time.perf_counter()
            (answer,) = self.log.append((proposal,))
            self.seconds.append(time.perf_counter() - begun)
            assert isinstance(answer, Appended)
            positions += answer.positions
        followed = [fact.position for fact in self.log.follow(before, count + 10)]
        gate("append", acknowledged=len(positions), followed=len(followed), same=len(set(positions) & set(followed)))

    def _proposal(self) -> Proposal:
        self._count += 1
        fact: Fact = self._facts[self._count % len(self._facts)]
        home = self.log.tags_of(fact.position)[0].tag
        event = fact.event.model_copy(update={"patient": home.split("/")[1]})
        token = self.log.token("bench", f"{self._name}{self._count}")
        envelope = fact.envelope.model_copy(update={"read_set": (), "key": token, "readings": None})
        return Proposal((event,), envelope, ((home, self.log.head(home)),), CommandKey(token, bytes(32)))


def _latency_table(found: Latency) -> str:
    rows = []
    for count, seconds, said in (
        (found.few, found.small_seconds, ["1", "", ""]),
        (
            found.many,
            found.large_seconds,
            [number(found.ratio), f"≤ {LATENCY.number:g}", LATENCY.verdict(found.ratio)],
        ),
    ):
        late = quantiles(seconds, n=20)[-1]
        rows.append([f"{count:,} facts", f"{median(seconds) * 1e6:,.0f}", f"{late * 1e6:,.0f}", *said])
    note = f"The large ledger was imported from an archive, at {found.imported_a_second:,.0f} facts a second."
    return table(
        "Append latency by the size of the ledger (microseconds, a fact a commit)",
        ["ledger", "median", "19 of 20", "ratio", "target", ""],
        rows,
        (note,),
    )


# --- bytes ----------------------------------------------------------------------------------------------------------


def _bytes(url: str, small: world.Place) -> str:
    """Bytes on disk of a ledger with the mix of a company, and of what the server writes ahead."""
    with world.opened(small) as session, psycopg.connect(url, autocommit=True) as connection:
        begun = connection.execute("SELECT pg_current_wal_lsn()").fetchone()
        session.clock.stand_at(lines.evening_of(_MARCH[10]))
        appended = len(session.accepted(lines.mixed(_MARCH[10], range(400))))
        ahead = connection.execute("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), %s)", begun).fetchone()
    with psycopg.connect(url) as connection:
        sizes: dict[str, int] = dict(
            connection.execute(
                "SELECT c.relname, pg_total_relation_size(c.oid) FROM pg_class c"
                " WHERE c.relnamespace IN ('ccm_small'::regnamespace, 'ccm_small_vault'::regnamespace)"
                " AND c.relkind = 'r'"
            ).fetchall()
        )
        row = connection.execute(
            # The tail of a header: twenty bytes, and forty a tag.
            "SELECT count(*), sum(length(state) + length(prefix) + 20),"
            " (SELECT count(*) * 40 FROM ccm_small.event_tags) FROM ccm_small.stored_events"
        ).fetchone()
    assert row is not None
    facts, bodies, tails = (int(value) for value in row)
    said = (bodies + tails) / facts
    rows = [
        [name, f"{size / facts:,.0f}", f"{size / facts / said:.2f}", "", ""] for name, size in sizes.items() if size
    ]
    rows.sort(key=lambda cells: -float(cells[1].replace(",", "")))
    total = sum(sizes.values()) / facts
    rows = [
        ["header + envelope + body", f"{said:,.0f}", "1", "", ""],
        *[cells for cells in rows if float(cells[1].replace(",", "")) >= 1],
        [
            "all tables and indexes",
            f"{total:,.0f}",
            f"{total / said:.2f}",
            f"≤ {BYTES.number:g}",
            BYTES.verdict(total / said),
        ],
    ]
    assert ahead is not None
    note = f"Written ahead (WAL): {int(ahead[0]) / appended:,.0f} bytes a fact, with the full pages after a checkpoint."
    return table(f"Bytes on disk a fact, {facts:,} facts", ["what", "bytes", "ratio", "target", ""], rows, (note,))


# --- idle -----------------------------------------------------------------------------------------------------------


def _idle(url: str, ledgers: int) -> str:
    """A process that follows so many ledgers of which none moves."""
    names = [f"idle{number:04d}" for number in range(ledgers)]
    addresses = {name: _address(url, name) for name in names}
    ids, clock = SystemIds(), SimulatedClock(lines.OPENED_AT)
    begun = time.perf_counter()
    for address in addresses.values():
        create(address, master_key=bytes(32), clock=clock, ids=ids, simulated=False).close()
    made = time.perf_counter() - begun
    with Fleet(lambda: addresses, master_key_of=lambda _: bytes(32), clock=clock, ids=ids) as fleet:
        fleet.poll()
        gate("idle", moved=len(fleet.poll().moved), none=0)
        cpu, begun, polls = time.process_time(), time.perf_counter(), 0
        while time.perf_counter() - begun < IDLE_SECONDS:
            fleet.poll()
            polls += 1
            time.sleep(1 / POLLS_A_SECOND)
        share = (time.process_time() - cpu) / (time.perf_counter() - begun)
        gate("idle", ledgers_open=fleet.open_count, none=0)
    row = [f"{ledgers} idle ledgers", f"{share:.2%}", f"{polls / IDLE_SECONDS:.1f}", "≤ 5 %", IDLE.verdict(share)]
    note = f"A ledger is made in {made / ledgers * 1000:,.0f} ms, with its five roles and three schemas."
    heads = ["what", "of a core", "polls a second", "target", ""]
    return table("Following ledgers in which nothing happens", heads, [row], (note,))


# --- memory ---------------------------------------------------------------------------------------------------------


def _memory(url: str, base: Path, commands: int) -> str:
    growth = memory.measure(base / "memory", early=commands * 2 // 5, late=commands, address=_address(url, "memory"))
    rows = [
        [f"at command {commands * 2 // 5:,}", f"{growth.early:.0f}", "", ""],
        [f"at command {commands:,}", f"{growth.late:.0f}", "", ""],
        ["highest", f"{growth.peak:.0f}", f"≤ {MEMORY.number:g} MB", MEMORY.verdict(growth.peak)],
    ]
    return table("Memory of a bulk submit to PostgreSQL (resident set, MB)", ["when", "MB", "target", ""], rows)
