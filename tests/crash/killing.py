"""A bulk `submit` in a process of its own whose end comes without warning, and what is checked afterwards.

The program is the real one, fed through a pipe in bursts of random size. What it wrote to its output before it or its
server died counts as acknowledged, to the last whole line. A campaign goes on with the same ledger after every kill.
"""

import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from threading import Event, Thread, Timer
from typing import IO, Any, Final

import orjson

from benchmarks import lines, world
from interfaces.embedded import Server
from ledger.store.fsck import verify
from ledger.streams.care_month import TimeLogged
from tests.campaign import ROOT, unmeasured

KILLED: Final = -9
DONE: Final = 0
UNAVAILABLE: Final = 3
ANSWERS_MAX: Final = 300
"""How many answers a run gets at most before the kill."""
AHEAD: Final = 150
"""How many lines more a run gets, so that some are under way when the kill comes; it ends a campaign in sight."""
AGAIN_MAX: Final = 200
"""How many lines that were answered before are sent once more at the beginning of a run."""
START_SECONDS: Final = 1.2
"""A program takes about so long to start: within it every fifth kill falls."""
PATIENCE: Final = 90.0
"""Seconds after which a program that has not ended hangs; one waits at most twenty for its server, and tries again."""

Positions = tuple[int, ...]


class Running:
    """A `submit` under way, fed by a thread."""

    def __init__(self, process: subprocess.Popen[bytes], given: Sequence[bytes], seed: int) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self.process = process
        self.stdout, self.stderr = process.stdout, process.stderr
        self.heard: list[bytes] = []
        self._enough = Event()
        self._feeding = Thread(target=_feed, args=(process.stdin, given, seed, self._enough), daemon=True)
        self._feeding.start()

    def wait_for(self, count: int) -> None:
        """Until so many answers more were heard, or no more will come."""
        self.heard += islice(self.stdout, count)

    def to_its_end(self) -> tuple[int, str]:
        """Feed no more, hear the rest; the exit code, and what was said on standard error."""
        self._enough.set()
        hanging = Timer(PATIENCE, self.process.terminate)
        hanging.start()
        self.heard += self.stdout.readlines()
        said = self.stderr.read().decode()
        code = self.process.wait()
        hanging.cancel()
        self._feeding.join(timeout=PATIENCE)
        return code, said

    def answers(self) -> list[dict[str, Any]]:
        """What was acknowledged so far."""
        return [orjson.loads(said) for said in self.heard if said.endswith(b"\n")]


@contextmanager
def submitting(place: world.Place, given: Sequence[bytes], seed: int = 0) -> Iterator[Running]:
    """A `submit` of these lines to a ledger."""
    where = ["--ledger", str(place.where), "--key-file", str(place.key_file)]
    process = subprocess.Popen(
        [sys.executable, "-m", "interfaces.cli.main", "submit", "-", *where],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=unmeasured(),
    )
    running = Running(process, given, seed)
    try:
        yield running
    finally:
        process.kill()
        running.to_its_end()
        running.stdout.close()
        running.stderr.close()


class Campaign:
    """Kills against one ledger and its server, with everything that was ever acknowledged."""

    def __init__(
        self,
        place: world.Place,
        given: Sequence[bytes],
        chance: random.Random,
        server: Server | None = None,
        *,
        verified_every: int = 1,
    ) -> None:
        self.place = place
        self.given = given
        self.acknowledged: dict[str, Positions] = {}
        self.unheard = 0
        """Facts that were durable when their program or server died before it could say so."""
        self.outlived = 0
        """Programs that went on when their server was back."""
        self.too_late = 0
        """Kills that came when the program had done all its work."""
        self._server = server
        self._verified_every = verified_every
        self._kills = 0
        self._keys = [orjson.loads(raw)["key"] for raw in given]
        self._chance = chance
        self._checked_to = 0

    @property
    def remaining(self) -> int:
        """How many lines were not acknowledged yet."""
        return len(self.given) - len(self.acknowledged)

    def kill_client(self) -> None:
        """Start a submit where the last one ended, kill it, and check the ledger."""
        with self._working() as run:
            run.process.kill()
            code, _ = run.to_its_end()
        self.too_late += code == DONE  # on a busy machine it may have had its last answer before the kill
        assert code in (KILLED, DONE)
        self._take_down(run.answers())
        self._check_after_kill()

    def kill_server(self, *, away: bool = False) -> None:
        """Start a submit, kill the server, start it again, and check the ledger.

        The program goes on, or says that the server is gone. With `away` the server comes back when the program ended.
        """
        assert self._server is not None
        with self._working() as run:
            self._server.kill()
            if not away:
                self._server.start_again()
            code, said = run.to_its_end()
        if away:
            self._server.start_again()
        is_done(code, said) if code == DONE else is_told(code, said)
        self.too_late += away and code == DONE  # with its server away it can only have been done before
        self.outlived += not away and code == DONE
        self._take_down(run.answers())
        self._check_after_kill()

    def check(self, *, verified: bool = True) -> None:
        """Everything acknowledged is there under its key, in a gapless order, and the ledger verifies."""
        with world.opened(self.place) as session:
            log, head = session.log, session.log.refresh()
            facts = log.follow(self._checked_to, head)
            assert [fact.position for fact in facts] == list(range(self._checked_to + 1, head + 1))
            self._checked_to = head
            tokens = {key: log.token("#key", f"{lines.SOURCE}\n{key}") for key in self.acknowledged}
            bound = log.bindings(list(tokens.values()))
            wanted = [position for positions in self.acknowledged.values() for position in positions]
            at = {fact.position: fact for fact in log.facts_at(wanted)}
            for key, positions in self.acknowledged.items():
                token = tokens[key]
                assert token in bound, f"{key} was acknowledged and is not there"
                assert bound[token].positions == positions
                (fact,) = [at[position] for position in positions]
                assert isinstance(fact.event, TimeLogged)
                assert fact.envelope.key == token
            if verified:
                found = verify(log)
                assert found.findings == ()
                assert found.facts == head

    def finish(self) -> None:
        """All lines once more: each is a fact once; and again: nothing is added."""
        with world.opened(self.place) as session:
            session.clock.stand_at(lines.evening_of(lines.working_days()[-1]))
            self._take_down([answer.as_json(0) for answer in session.submit(self.given)])
            again = session.submit(self.given)
            assert {answer.outcome for answer in again} == {"unchanged"}
            assert {answer.key: answer.positions for answer in again} == self.acknowledged
            facts = session.log.follow(0, session.log.refresh())
            logged = [fact.position for fact in facts if isinstance(fact.event, TimeLogged)]
            assert sorted(p for positions in self.acknowledged.values() for p in positions) == logged
            assert len(logged) == len(self.given)
        self.check()

    def _check_after_kill(self) -> None:
        self._kills += 1
        self.check(verified=self._kills % self._verified_every == 0)

    @contextmanager
    def _working(self) -> Iterator[Running]:
        """A submit from where the last one ended, after some answers and a moment, or while it starts."""
        fresh = next((n for n, key in enumerate(self._keys) if key not in self.acknowledged), len(self._keys))
        start = max(fresh - self._chance.randrange(AGAIN_MAX), 0)
        answers = min(1 + self._chance.randrange(ANSWERS_MAX), len(self.given) - start)
        given = self.given[start : start + answers + AHEAD]
        with submitting(self.place, given, self._chance.randrange(2**32)) as run:
            if self._chance.random() < 0.2:
                time.sleep(self._chance.uniform(0, START_SECONDS))
            else:
                run.wait_for(answers)
                time.sleep(self._chance.uniform(0, 0.03))
            yield run

    def _take_down(self, answers: Sequence[dict[str, Any]]) -> None:
        for answer in answers:
            key, positions = answer["key"], tuple(answer["positions"])
            known = self.acknowledged.get(key)
            if answer["outcome"] == "accepted":
                assert known is None, f"{key} was accepted twice"
            else:
                assert answer["outcome"] == "unchanged", answer
                assert known in (None, positions), f"{key} stands elsewhere than acknowledged"
                self.unheard += known is None
            self.acknowledged[key] = positions


def is_told(code: int, said: str) -> None:
    """The program ended because its server was gone, and said so in the words of ledger/terms/errors.py, once."""
    assert code == UNAVAILABLE, said
    assert said.startswith(("The server", "The connection to the server", "Nothing was recorded:")), said
    assert len(said.splitlines()) == 1, said


def is_done(code: int, said: str) -> None:
    """The program came to its end and said nothing but its summary."""
    assert code == DONE, said
    assert re.match(r"[0-9,]+ lines?: ", said), said


def _feed(pipe: IO[bytes], given: Sequence[bytes], seed: int, enough: Event) -> None:
    """Write the lines in bursts, so that groups of all sizes are in flight when the kill comes."""
    chance = random.Random(seed)
    at = 0
    with suppress(BrokenPipeError):
        while at < len(given) and not enough.is_set():
            burst = given[at : at + 1 + chance.randrange(120)]
            pipe.write(b"".join(raw + b"\n" for raw in burst))
            pipe.flush()
            at += len(burst)
            time.sleep(chance.choice((0, 0, 0.002, 0.005)))
        # The end of the input would let the program end by itself.
        enough.wait()
    with suppress(BrokenPipeError):
        pipe.close()
