"""Many clients of one ledger, or of the peer: the threads of a process, or processes of their own.

Promise: all clients are ready, with their input in memory, before the watch starts; it stops when the last one has its
last answer. Not promised: that they run at once, on two cores.
"""

from collections.abc import Callable, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import Barrier, Thread
from typing import Any, Final, Protocol, Self

from benchmarks.measuring import timed

CLIENTS: Final = 16
PATIENCE: Final = 300


class Work(Protocol):
    """What a client process does: made once from plain values, then called round after round."""

    def ready(self, given: Any) -> None:
        """Prepare a round."""
        ...

    def go(self) -> Any:
        """Do it; the answer goes back."""
        ...

    def close(self) -> None:
        """End."""
        ...


def by_threads(works: Sequence[Callable[[], object]]) -> float:
    """Seconds until every thread has done its work."""
    start = Barrier(len(works) + 1)
    failed: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        start.wait()
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - raised below
            failed.append(error)

    threads = [Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    with timed() as watch:
        start.wait()
        for thread in threads:
            thread.join(PATIENCE)
    if failed:
        raise failed[0]
    return watch.seconds


class Processes:
    """Clients in processes of their own, kept for all rounds."""

    def __init__(self, make: Callable[..., Work], arguments: Sequence[tuple[Any, ...]]) -> None:
        context = get_context("spawn")
        self._clients: list[tuple[Any, Any]] = []
        for given in arguments:
            ours, theirs = context.Pipe()
            client = context.Process(target=_serve, args=(theirs, make, given), daemon=True)
            client.start()
            theirs.close()
            self._clients.append((client, ours))
        self._heard()

    def round(self, given: Sequence[Any]) -> tuple[float, list[Any]]:
        """Seconds from the start until the last one is done, and what each answered."""
        for (_, pipe), each in zip(self._clients, given, strict=True):
            pipe.send(each)
        self._heard()
        with timed() as watch:
            for _, pipe in self._clients:
                pipe.send("go")
            answers = self._heard()
        return watch.seconds, answers

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for _, pipe in self._clients:
            pipe.close()
        for client, _ in self._clients:
            client.join(20)

    def _heard(self) -> list[Any]:
        heard = []
        for process, pipe in self._clients:
            assert pipe.poll(PATIENCE), "a client has not answered"
            said = pipe.recv()
            assert not isinstance(said, BaseException), f"client {process.pid}: {said!r}"
            heard.append(said)
        return heard


def _serve(pipe: Connection, make: Callable[..., Work], given: tuple[Any, ...]) -> None:
    work = make(*given)
    pipe.send("ready")
    try:
        while True:
            work.ready(pipe.recv())
            pipe.send("ready")
            pipe.recv()
            pipe.send(work.go())
    except EOFError:
        work.close()
    except BaseException as error:
        pipe.send(error)
        raise
