"""Contestants in processes of their own, started at the same moment round after round.

Promise: a round ends when every contestant has answered; one that does not answer in time fails the round as a dead
lock, one that ends fails it with what it said. The processes are started once and serve all races.
"""

import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final, Self

import orjson

from benchmarks.world import Place
from tests.campaign import ROOT, unmeasured

HEAD_START: Final = 0.004
"""Seconds between telling the contestants and the start: long enough for all of them to be awake."""
PATIENCE: Final = 60.0
"""Seconds after which a missing answer is a dead lock; a writer waits at most twenty for the lock, three times."""

Answer = dict[str, Any]


class Contest:
    """The contestants of one ledger: so many processes with so many threads each."""

    def __init__(self, place: Place, errors: Path, *, processes: int, threads: int = 1) -> None:
        self.place = place
        self.size = processes * threads
        self._threads = threads
        self._errors = errors
        where = [str(place.where), str(place.key_file), str(threads)]
        with errors.open("wb") as said:
            self._processes = [
                subprocess.Popen(
                    [sys.executable, "-m", "tests.races.worker", *where],
                    cwd=ROOT,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=said,
                    env=unmeasured(),
                )
                for _ in range(processes)
            ]
        for process in self._processes:
            assert self._said(process, time.monotonic() + PATIENCE) == [{"ready": True}]

    def round(self, given: list[bytes]) -> list[Answer]:
        """One line for each contestant, all at once; their answers in the same order."""
        assert len(given) == self.size
        at = time.monotonic() + HEAD_START
        for number, process in enumerate(self._processes):
            part = given[number * self._threads : (number + 1) * self._threads]
            assert process.stdin is not None
            process.stdin.write(orjson.dumps({"at": at, "lines": [raw.decode() for raw in part]}) + b"\n")
            process.stdin.flush()
        deadline = at + PATIENCE
        answers = [answer for process in self._processes for answer in self._said(process, deadline)]
        assert len(answers) == self.size
        return answers

    def close(self) -> None:
        """End the contestants; each must end well."""
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.close()
        codes = [process.wait(timeout=PATIENCE) for process in self._processes]
        for process in self._processes:
            assert process.stdout is not None
            process.stdout.close()
        assert codes == [0] * len(codes), self._errors.read_text()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            for process in self._processes:
                process.kill()
                process.communicate()
            return
        self.close()

    def _said(self, process: subprocess.Popen[bytes], deadline: float) -> list[Answer]:
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], max(deadline - time.monotonic(), 0))
        assert ready, "a contestant has not answered: a dead lock"
        said = process.stdout.readline()
        assert said, f"a contestant ended: {self._errors.read_text()}"
        answers: list[Answer] = orjson.loads(said)
        return answers
