"""The log: sealing against reading and hashing the same columns, paths of a long log, and appends beside a sealer.

The ledgers are seeded by the import of an archive (benchmarks/stretching.py), one in a folder and one on a server. The
yardstick of sealing reads the very rows that a sealer reads and hashes every column once, a hash a row; it checks
nothing, makes no tree and signs nothing.
"""

import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from typing import TYPE_CHECKING, Final, TypeVar

import pytest

from benchmarks import lines, world
from benchmarks.measuring import Contender, Target, gate, number, rates_table, table, take_turns, timed
from benchmarks.stretching import TOPIC, stretch
from interfaces.embedded import Server
from interfaces.system import SystemClock
from ledger.proof.merkle import verify_inclusion
from ledger.store.archive.importing import import_archive
from ledger.store.checkpoints.proving import Prover
from ledger.store.checkpoints.sealing import READ_AT_ONCE
from ledger.store.connection import Ledger, Place
from ledger.store.postgres.address import parse_address
from ledger.store.sqlite import append as sqlite_append
from ledger.store.vault import Vault
from ledger.streams.base import Appended, CommandKey, Origin, Proposal
from tests.checkpoints.keys import adopt, sealer
from tests.store.tampering import tamper

if TYPE_CHECKING:
    from multiprocessing.synchronize import Event

T = TypeVar("T")

PATHS: Final = 1_000
APPENDS: Final = 10_000
GROUP: Final = 100
SEAL_EVERY: Final = 0.2
SEALED: Final = Target(0.5)
BESIDE: Final = Target(0.7)
PATH_MS: Final = Target(1.0, is_ceiling=True)
_NUMBERS: Final = struct.Struct(">qqq")
_MARCH: Final = [day for day in lines.working_days() if day.month == 3]


def run(base: Path, *, rounds: int, facts: int) -> Iterator[str]:
    """The tables of the log, on both engines."""
    (base / "small").mkdir()
    small = world.make(base / "small", patients=100, days=_MARCH[:10])
    archive = base / "large.archive"
    stretch(small.where, archive, SystemClock(), facts)
    with Server.start(base / "server", settings={"max_wal_size": "4GB"}) as server:
        address = parse_address(f"{server.socket_url}&ledger=large")
        places: tuple[tuple[str, Place], ...] = (("SQLite", base / "large"), ("PostgreSQL", address))
        for name, where in places:
            import_archive(archive, where, SystemClock())
            place = world.Place(where, small.key_file)
            with world.opened(place) as session:
                adopt(session.log)
            yield _sealing(place, name, rounds)
            yield _paths(place, name)
            yield _beside(place, name, rounds)


# --- sealing ----------------------------------------------------------------------------------------------------------


def _sealing(place: world.Place, name: str, rounds: int) -> str:
    with world.opened(place) as session:
        facts = session.log.stats().facts
    contenders = [
        Contender("rows read and hashed", lambda _: _read_and_hash(place)),
        Contender("seal", lambda _: _seal(place)),
    ]
    return rates_table(
        f"Sealing {facts:,} facts, {name}",
        list(take_turns(contenders, rounds).values()),
        unit="facts/s",
        yardstick="rows read and hashed",
        targets={"seal": SEALED},
        notes=(
            "Sealed: headers, bodies and tags recomputed, tiles written, read back and linked, roots signed.",
            "Both read the same rows by the same queries; the yardstick hashes each row once.",
        ),
    )


def _read_and_hash(place: world.Place) -> float:
    with world.opened(place) as session:
        store = session.log.engine.log_store()
        last, _ = store.last()
        with timed() as watch:
            for after in range(0, last, READ_AT_ONCE):
                facts, members = store.headers(after, min(after + READ_AT_ONCE, last))
                for position, home, version, topic, state, at, prefix, leaf in facts:
                    numbers = _NUMBERS.pack(position, version, at)
                    sha256(b"".join((numbers, home.encode(), topic.encode(), state, prefix, leaf))).digest()
                for position, ordinal, tag, seq, salt in members:
                    sha256(b"".join((_NUMBERS.pack(position, ordinal, seq), tag.encode(), salt))).digest()
    return watch.rate(last)


def _seal(place: world.Place) -> float:
    tamper(place.where, "DELETE FROM log_tiles", "DELETE FROM log_checkpoints")
    with world.opened(place) as session:
        with timed() as watch:
            sealed = sealer(session.log).seal()
        gate("sealing", sealed=sealed.size, stored=session.log.stats().facts)
    return watch.rate(sealed.size)


# --- paths ------------------------------------------------------------------------------------------------------------


def _paths(place: world.Place, name: str) -> str:
    with world.opened(place) as session:
        store = session.log.engine.log_store()
        prover, state = Prover(store), Prover(store).state()
        assert state is not None, "the log was sealed before"
        size, root = state.checkpoint.size, state.checkpoint.root
        positions = [1 + at * 7_919 % size for at in range(PATHS)]
        paths, path_ms = _timed(positions, lambda at: prover.inclusion(at, size))
        receipts, receipt_ms = _timed(positions, prover.receipt)
        headers = [receipt.extra for receipt in receipts if receipt is not None and receipt.extra is not None]
        leaves = [sha256(b"\x00" + header).digest() for header in headers]
        true = zip(positions, leaves, paths, strict=True)
        gate(
            "paths", asked=PATHS, true=sum(verify_inclusion(leaf, at - 1, size, path, root) for at, leaf, path in true)
        )
    rows = [
        ["inclusion path", *_quantiles(path_ms), f"≤ {PATH_MS.number:g} ms", PATH_MS.verdict(quantiles(path_ms)[1])],
        ["whole receipt", *_quantiles(receipt_ms), "", ""],
    ]
    heads = ["what", "p50 ms", "p95 ms", "target (p50)", ""]
    notes = (
        "A receipt asks for checkpoint, cosignatures, tiles and the fact's rows, and is followed before it is told.",
    )
    return table(f"Proofs out of {size:,} facts, {name}", heads, rows, notes)


def _timed(positions: Sequence[int], act: Callable[[int], T]) -> tuple[list[T], list[float]]:
    found, milliseconds = [], []
    for position in positions:
        begun = perf_counter()
        found.append(act(position))
        milliseconds.append((perf_counter() - begun) * 1000)
    return found, milliseconds


def _quantiles(milliseconds: Sequence[float]) -> tuple[str, str]:
    return number(quantiles(milliseconds)[1]), number(quantiles(milliseconds, n=20)[18])


# --- appends ----------------------------------------------------------------------------------------------------------


def _beside(place: world.Place, name: str, rounds: int) -> str:
    """Appends beside a sealer in another process, and what leaf and encryption cost of them."""
    with world.opened(place) as session:
        sealer(session.log).seal()
    bare = place if not isinstance(place.where, Path) else place.copy(place.where.with_name("bare"))
    contenders = [
        Contender("append", lambda n: _append(place, f"alone{n}")),
        Contender("append beside a sealer", lambda n: _append_beside(place, f"beside{n}")),
        Contender(
            "append without encryption" + (" and leaf" if bare is not place else ""), partial(_append_bare, bare)
        ),
    ]
    return rates_table(
        f"Appending groups of {GROUP} beside a sealer, {name}",
        list(take_turns(contenders, rounds).values()),
        unit="facts/s",
        yardstick="append",
        targets={"append beside a sealer": BESIDE},
        notes=(
            f"The sealer is another process that seals every {SEAL_EVERY:g} s; it shares the machine's cores.",
            "The leaf is computed by the server's function on PostgreSQL and cannot be left out there.",
        ),
    )


def _append(place: world.Place, name: str) -> float:
    with world.opened(place) as session:
        log = session.log
        proposals = _proposals(log, name)
        before = log.refresh()
        with timed() as watch:
            answers = [answer for at in range(0, APPENDS, GROUP) for answer in log.append(proposals[at : at + GROUP])]
        appended = sum(isinstance(answer, Appended) for answer in answers)
        gate("append", acknowledged=appended, stored=log.stats().facts - before, wanted=APPENDS)
    return watch.rate(APPENDS)


def _append_beside(place: world.Place, name: str) -> float:
    with _sealing_elsewhere(place):
        rate = _append(place, name)
    with world.opened(place) as session:
        sealed = sealer(session.log).seal()
        gate("sealed beside", sealed=sealed.size, stored=session.log.stats().facts)
    return rate


def _append_bare(place: world.Place, number: int) -> float:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Vault, "sealing", lambda *_: _Open())
        if isinstance(place.where, Path):
            patch.setattr(sqlite_append, "leaf_hash", lambda *_: bytes(32))
        return _append(place, f"bare{number}")


class _Open:
    """A cipher that is none."""

    def encrypt(self, _nonce: bytes, plaintext: bytes, _aad: bytes) -> bytes:
        """The plaintext, as long as its ciphertext would be."""
        return plaintext + bytes(16)


def _proposals(log: Ledger, name: str) -> list[Proposal]:
    """Time entries of the ledger, to be appended anew under other keys."""
    last = log.refresh()
    facts = [fact for fact in log.follow(max(last - 2 * APPENDS, 0), 2 * APPENDS) if fact.event.TOPIC == TOPIC]
    made = []
    for count in range(APPENDS):
        fact = facts[count % len(facts)]
        token = log.token("sealing", f"{name}/{count}")
        envelope = fact.envelope.model_copy(update={"read_set": (), "key": token, "readings": None})
        origin = Origin(key=f"{name}/{count}", row=f"row-{count}")
        made.append(Proposal((fact.event,), envelope, (), CommandKey(token, bytes(32)), origin=origin))
    return made


@contextmanager
def _sealing_elsewhere(place: world.Place) -> Iterator[None]:
    """A process that seals every so often until the block ends."""
    spawn = get_context("spawn")
    started, stop = spawn.Event(), spawn.Event()
    sealing = spawn.Process(target=_seal_until, args=(place, started, stop))
    sealing.start()
    try:
        gate("a sealer", started=int(started.wait(60)), wanted=1)
        yield
    finally:
        stop.set()
        sealing.join()
    gate("a sealer's end", code=sealing.exitcode or 0, none=0)


def _seal_until(place: world.Place, started: "Event", stop: "Event") -> None:
    with world.opened(place) as session:
        at_work = sealer(session.log)
        at_work.seal()
        started.set()
        while not stop.wait(SEAL_EVERY):
            at_work.seal()
