"""What tests of the append share: the function called by hand, work with a time limit, processes that append."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import psycopg

from ledger.store.append import prepare
from ledger.store.connection import Ledger, Place
from ledger.store.instants import to_micros
from ledger.store.postgres import append
from ledger.streams.base import Appended, Moved, Proposal
from tests.forked import Started, Work, started
from tests.store.sample import NOON, address_of

T = TypeVar("T")
_PREPARED: WeakKeyDictionary[psycopg.Connection[Any], set[bytes]] = WeakKeyDictionary()


def call_by_hand(connection: psycopg.Connection[Any], ledger: Ledger, group: Sequence[Proposal]) -> append.Answer:
    """The answer of the append function on a connection of the test's own, in the transaction that it has open."""
    prepared = prepare(group, ledger.mapper, simulated=True)
    destroyed = ledger.vault.destroyed
    flat = append.flatten(prepared, destroyed=destroyed, now=to_micros(NOON), stored=frozenset())
    return append.Function(address_of(ledger).schema)(connection, _PREPARED.setdefault(connection, set()), flat.values)


def positions(answer: Appended | Moved) -> tuple[int, ...]:
    """Where the facts of a proposal are that was recorded."""
    assert isinstance(answer, Appended)
    return answer.positions


def within(seconds: int, work: Callable[[], T]) -> T:
    """What the work answers; TimeoutError where it does not end in time."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except Exception as error:  # noqa: BLE001 - raised where the answer is waited for
            future.set_exception(error)

    # A daemon: work that stands still must not keep the run from ending.
    threading.Thread(target=run, daemon=True).start()
    return future.result(timeout=seconds)


def together(count: int, work: Callable[[int], T]) -> list[T]:
    """What so many threads answer that begin at the same moment."""
    barrier = threading.Barrier(count)
    answers: dict[int, T] = {}

    def run(number: int) -> None:
        barrier.wait()
        answers[number] = work(number)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [answers[number] for number in range(count)]


def ready(work: Work, place: Place, count: int) -> list[Started]:
    """Processes of their own that work on a ledger; each says "ready" and begins when it is told to."""
    workers = [started(work, place, number) for number in range(count)]
    for _, pipe in workers:
        assert pipe.recv() == "ready"
    return workers
