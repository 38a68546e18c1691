"""Sealing ended between any two of its steps, and two sealers at once: a whole checkpoint or none, and it goes on."""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from threading import Barrier

import pytest

from interfaces.embedded import Server
from ledger.proof.checkpoint import open_checkpoint
from ledger.proof.merkle import root_of
from ledger.store.checkpoints.proving import Prover
from ledger.store.checkpoints.tiles import TileId, all_tiles, width
from ledger.store.connection import Ledger, Place
from ledger.store.postgres.address import Address, parse_address
from ledger.terms.errors import StoreUnavailable
from tests.checkpoints.keys import adopt, grow, sealer, verifiers
from tests.crash.proxy import Lost, Proxy
from tests.postgres.servers import unused_address
from tests.store.sample import new_ledger, reopened, sqlite_of

KILLED = 9
LOST: tuple[Lost, ...] = ("request", "answer")


def filled(place: Place) -> Place:
    """A closed ledger with a checkpoint and three hundred facts behind it."""
    with new_ledger(place) as ledger:
        adopt(ledger)
        grow(ledger, 200)
        sealer(ledger).seal()
        grow(ledger, 300)
    return place


def holds_together(ledger: Ledger) -> int:
    """The size of the last checkpoint, which tiles and facts agree with to the byte."""
    store = ledger.engine.log_store()
    stored = store.latest()
    assert stored is not None
    checkpoint, _ = open_checkpoint(stored.note, verifiers(ledger))
    with ledger.engine.snapshot() as snapshot:
        leaves = [row[7] for row in snapshot.facts()][: checkpoint.size]
        tiles = {TileId(level, n): hashes for level, n, hashes in snapshot.log_tiles()}
    assert checkpoint.root == root_of(leaves) == Prover(store).root(checkpoint.size)
    assert {tile: len(hashes) // 32 for tile, hashes in tiles.items()} == {
        tile: width(tile, checkpoint.size) for tile in all_tiles(checkpoint.size)
    }
    return checkpoint.size


# --- killed -----------------------------------------------------------------------------------------------------------


def seal_and_die(folder: Path, statement: int) -> None:
    """Seal, and end without any farewell before the so many-th statement that the writing connection runs."""
    seen = count(1)

    def before_each(_: str) -> None:
        if next(seen) == statement:
            os._exit(KILLED)

    with reopened(folder) as ledger:
        at_work = sealer(ledger)
        sqlite_of(ledger).set_trace_callback(before_each)
        at_work.seal()
        sqlite_of(ledger).set_trace_callback(None)


@pytest.mark.slow
def test_a_sealer_killed_before_any_statement_leaves_a_whole_checkpoint_or_none(tmp_path: Path) -> None:
    place = filled(tmp_path / "ledger")
    killed = 0
    for statement in count(1):
        child = get_context("fork").Process(target=seal_and_die, args=(place, statement))
        child.start()
        child.join()
        with reopened(place) as ledger:
            size = holds_together(ledger)
        if child.exitcode == 0:
            break
        assert (child.exitcode, size) == (KILLED, 202)
        killed += 1

    # At least: look for the number, begin, a statement a tile, read back, insert, commit.
    assert killed > 6
    assert size == 502


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server.start(tmp_path_factory.mktemp("sealed")) as running:
        yield running


@pytest.mark.slow
@pytest.mark.parametrize("lost", LOST)
def test_whichever_request_or_answer_is_lost_a_checkpoint_is_whole_or_none(server: Server, lost: Lost) -> None:
    place = filled(unused_address(server.url))
    assert isinstance(place, Address)
    with Proxy(server.url) as proxy, reopened(parse_address(proxy.url).beside(place.ledger)) as ledger:
        said = 0
        for number in count(1):
            grow(ledger, 300)
            at_work = sealer(ledger)
            proxy.lose(lost, lambda seen, _, number=number: seen == number)  # type: ignore[misc]
            try:
                at_work.seal()
            except StoreUnavailable:
                said += 1
            has_lost = proxy.has_lost
            proxy.lose(lost, lambda *_: False)
            holds_together(ledger)
            assert sealer(ledger).seal().size == ledger.refresh()
            if not has_lost:
                break
    # Questions are asked again by themselves; what breaks while the checkpoint is stored is told.
    assert number > 10
    assert said > 3


# --- two at once ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_sealers_at_once_make_one_row_of_checkpoints_and_one_log(ledger: Ledger) -> None:
    grow(ledger, 500)
    start = Barrier(4)

    def seal_often(_: int) -> None:
        at_work = sealer(ledger)
        start.wait()
        for _ in range(10):
            grow(ledger, 30)
            at_work.seal()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(seal_often, range(4)))

    sizes = [row.size for row in ledger.engine.log_store().checkpoints()]
    assert sizes == sorted(sizes)
    assert holds_together(ledger) == ledger.refresh() == 1_702


def test_of_two_sealers_the_slower_one_goes_on_behind_the_faster(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    grow(ledger, 300)
    slow, fast = sealer(ledger), sealer(ledger)
    storing = slow._store.seal

    def overtaken(grown: Mapping[TileId, bytes], *rest: object) -> bool:
        monkeypatch.undo()
        grow(ledger, 300)
        fast.seal()
        return storing(grown, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(slow._store, "seal", overtaken)
    sealed = slow.seal()

    assert (sealed.number, sealed.size) == (1, 602)
    assert holds_together(ledger) == 602


def test_a_tile_that_somebody_else_is_writing_is_waited_for(tmp_path: Path) -> None:
    place = filled(tmp_path / "ledger")
    with reopened(place) as ledger, ThreadPoolExecutor(1) as thread:
        holder = sqlite3.connect(tmp_path / "ledger" / "ledger.db", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        sealing = thread.submit(sealer(ledger).seal)
        with pytest.raises(TimeoutError):
            sealing.result(timeout=0.3)
        holder.execute("ROLLBACK")
        holder.close()

        assert sealing.result(timeout=30).size == 502
