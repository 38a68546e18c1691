"""Maps ended between any two steps, and several makers at once: the tables hold a whole map, and each is a true one."""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from ledger.store.checkpoints.completing import Completeness
from ledger.store.connection import Ledger, Place
from ledger.store.postgres.completeness_rows import PostgresCompletenessStore
from tests.completeness.counting import counted, grow_with, map_by_hand, map_now, record
from tests.postgres.servers import unused_address
from tests.store.sample import NewPlace, new_ledger, place_of, reopened, sqlite_of

KILLED = 9


def filled(place: Place) -> Place:
    """A closed ledger with a map and more facts behind it, which make the next map deeper."""
    with new_ledger(place) as ledger:
        grow_with(ledger, range(10))
        map_now(ledger)
        grow_with(ledger, range(60))
        record(ledger, Completeness(ledger).next_map().said)
    return place


def holds_together(ledger: Ledger) -> None:
    """What the tables say is the map of the facts up to there, bucket by bucket."""
    store = ledger.engine.completeness_store()
    said = store.state()
    assert said is not None
    assert said == map_by_hand(ledger, said.depth, said.up_to)
    completeness = Completeness(ledger)
    hashes = completeness._levels(said)
    completeness.stored_buckets(hashes, range(1 << said.depth))


def write_and_die(folder: Path, statement: int) -> None:
    """Write a map, and end without any farewell before the so many-th statement that the writing connection runs."""
    seen = count(1)

    def before_each(_: str) -> None:
        if next(seen) == statement:
            os._exit(KILLED)

    with reopened(folder) as ledger:
        at_work = Completeness(ledger)
        grown = at_work.next_map()
        sqlite_of(ledger).set_trace_callback(before_each)
        at_work.write(grown)
        sqlite_of(ledger).set_trace_callback(None)


@pytest.mark.slow
def test_a_maker_killed_before_any_statement_leaves_a_whole_map(tmp_path: Path) -> None:
    killed = 0
    for statement in count(1):
        place = filled(tmp_path / str(statement))
        assert isinstance(place, Path)
        child = get_context("fork").Process(target=write_and_die, args=(place, statement))
        child.start()
        child.join()
        with reopened(place) as ledger:
            holds_together(ledger)
            map_now(ledger)
            holds_together(ledger)
        if child.exitcode != KILLED:
            break
        killed += 1

    assert child.exitcode == 0
    assert killed >= 6


@pytest.mark.parametrize("statement", [1, 2])
def test_on_a_server_a_maker_that_ends_half_way_leaves_the_map_before(
    statement: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = filled(unused_address())
    seen, put = count(1), PostgresCompletenessStore._put

    def ends(self: Any, connection: Any, table: str, column: str, rows: Mapping[int, bytes]) -> None:
        put(self, connection, table, column, rows)
        if next(seen) == statement:
            raise KeyboardInterrupt

    with reopened(place) as ledger:
        before = ledger.engine.completeness_store().state()
        grown = Completeness(ledger).next_map()
        monkeypatch.setattr(PostgresCompletenessStore, "_put", ends)
        with pytest.raises(KeyboardInterrupt):
            Completeness(ledger).write(grown)
        monkeypatch.undo()

        assert ledger.engine.completeness_store().state() == before
        holds_together(ledger)
        map_now(ledger)
        holds_together(ledger)


@pytest.mark.slow
def test_makers_at_once_while_facts_come_leave_a_whole_map_and_true_facts(new_place: NewPlace) -> None:
    with new_ledger(new_place("ledger")) as ledger:
        grow_with(ledger, range(10))
        place = place_of(ledger)
    together = Barrier(3)

    def make() -> None:
        with reopened(place) as own:
            together.wait()
            for _ in range(6):
                at_work = Completeness(own)
                grown = at_work.next_map()
                record(own, grown.said)
                at_work.write(grown)

    def feed() -> None:
        with reopened(place, seed="feed") as own:
            together.wait()
            for number in range(12):
                grow_with(own, range(number, number + 5))

    with ThreadPoolExecutor(3) as pool:
        for ended in [pool.submit(make), pool.submit(make), pool.submit(feed)]:
            ended.result()

    with reopened(place) as ledger:
        holds_together(ledger)
        facts = counted(ledger)
        for fact in ledger.read("completeness"):
            event: Any = fact.event
            true = map_by_hand(ledger, event.depth, event.up_to)
            assert (event.up_to, event.root) == (true.up_to, true.root.hex())
        assert len(facts) == ledger.refresh()
