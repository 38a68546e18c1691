"""A bulk `submit` in a process of its own that is killed without warning, and what is checked afterwards.

The killed program is the real one, fed through a pipe in bursts of random size. What it wrote to its output before it
died counts as acknowledged, to the last whole line. A campaign goes on with the same ledger after every kill.
"""

import random
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import islice
from threading import Event, Thread
from typing import IO, Any, Final, NamedTuple

import orjson

from benchmarks import lines, world
from ledger.store.fsck import verify
from ledger.streams.care_month import TimeLogged
from tests.campaign import ROOT

KILLED: Final = -9
ANSWERS_MAX: Final = 300
"""How many answers a run gets at most before it is killed."""
AGAIN_MAX: Final = 200
"""How many lines that were answered before are sent once more at the beginning of a run."""
START_SECONDS: Final = 1.2
"""A program takes about so long to start: within it every fifth kill falls."""

Positions = tuple[int, ...]


class Run(NamedTuple):
    """One run that was killed: its answers by key, and how it ended."""

    answers: list[dict[str, Any]]
    returncode: int


class Campaign:
    """Kills against one ledger, with everything that was ever acknowledged."""

    def __init__(self, place: world.Place, given: Sequence[bytes], chance: random.Random) -> None:
        self.place = place
        self.given = given
        self.acknowledged: dict[str, Positions] = {}
        self.unheard = 0
        """Facts that were durable when their program died before it could say so."""
        self._keys = [orjson.loads(raw)["key"] for raw in given]
        self._chance = chance
        self._checked_to = 0

    def kill_once(self) -> None:
        """Start a submit where the last one ended, kill it, and check the ledger."""
        fresh = next((n for n, key in enumerate(self._keys) if key not in self.acknowledged), len(self._keys))
        start = max(fresh - self._chance.randrange(AGAIN_MAX), 0)
        run = self._killed(self.given[start:])
        assert run.returncode == KILLED, "the program ended before it was killed"
        for answer in run.answers:
            self._take_down(answer)
        self.check()

    def check(self) -> None:
        """Everything acknowledged is there under its key, in a gapless order, and the ledger verifies."""
        with world.opened(self.place) as session:
            log, head = session.log, session.log.refresh()
            facts = log.follow(self._checked_to, head)
            assert [fact.position for fact in facts] == list(range(self._checked_to + 1, head + 1))
            self._checked_to = head
            for key, positions in self.acknowledged.items():
                bound = log.binding(token := log.token("#key", f"{lines.SOURCE}\n{key}"))
                assert bound is not None, f"{key} was acknowledged and is not there"
                assert bound.positions == positions
                (fact,) = log.facts_at(positions)
                assert isinstance(fact.event, TimeLogged)
                assert fact.envelope.key == token
            found = verify(log)
            assert found.findings == ()
            assert found.facts == head

    def finish(self) -> None:
        """All lines once more: each is a fact once; and again: nothing is added."""
        with world.opened(self.place) as session:
            session.clock.stand_at(lines.evening_of(lines.working_days()[-1]))
            for answer in session.submit(self.given):
                self._take_down(answer.as_json(0))
            again = session.submit(self.given)
            assert {answer.outcome for answer in again} == {"unchanged"}
            assert {answer.key: answer.positions for answer in again} == self.acknowledged
            logged = [fact.position for fact in self._time_logged(session)]
            assert sorted(p for positions in self.acknowledged.values() for p in positions) == logged
            assert len(logged) == len(self.given)
        self.check()

    def _time_logged(self, session: world.Opened) -> list[Any]:
        facts = session.log.follow(0, session.log.refresh())
        return [fact for fact in facts if isinstance(fact.event, TimeLogged)]

    def _take_down(self, answer: dict[str, Any]) -> None:
        key, positions = answer["key"], tuple(answer["positions"])
        known = self.acknowledged.get(key)
        if answer["outcome"] == "accepted":
            assert known is None, f"{key} was accepted twice"
        else:
            assert answer["outcome"] == "unchanged", answer
            assert known in (None, positions), f"{key} stands elsewhere than acknowledged"
            self.unheard += known is None
        self.acknowledged[key] = positions

    def _killed(self, given: Sequence[bytes]) -> Run:
        """Feed a program, and kill it after some answers and a moment, or while it starts."""
        where = ["--ledger", str(self.place.folder), "--key-file", str(self.place.key_file)]
        process = subprocess.Popen(
            [sys.executable, "-m", "interfaces.cli.main", "submit", "-", *where],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        killed = Event()
        feeding = Thread(target=_feed, args=(process.stdin, given, self._chance.randrange(2**32), killed), daemon=True)
        feeding.start()
        heard: list[bytes] = []
        if self._chance.random() < 0.2:
            time.sleep(self._chance.uniform(0, START_SECONDS))
        else:
            heard += islice(process.stdout, 1 + self._chance.randrange(ANSWERS_MAX))
            time.sleep(self._chance.uniform(0, 0.03))
        process.kill()
        killed.set()
        heard += process.stdout.readlines()
        returncode = process.wait(timeout=30)
        feeding.join(timeout=30)
        process.stdout.close()
        return Run([orjson.loads(said) for said in heard if said.endswith(b"\n")], returncode)


def _feed(pipe: IO[bytes], given: Sequence[bytes], seed: int, killed: Event) -> None:
    """Write the lines in bursts, so that groups of all sizes are in flight when the kill comes."""
    chance = random.Random(seed)
    at = 0
    with suppress(BrokenPipeError):
        while at < len(given):
            burst = given[at : at + 1 + chance.randrange(120)]
            pipe.write(b"".join(raw + b"\n" for raw in burst))
            pipe.flush()
            at += len(burst)
            time.sleep(chance.choice((0, 0, 0.002, 0.005)))
        # The end of the input would let the program end by itself.
        killed.wait()
    with suppress(BrokenPipeError):
        pipe.close()
