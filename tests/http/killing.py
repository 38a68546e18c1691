"""A served ledger whose server is killed under load, again and again, and what is checked of it each time.

Promise: whatever a client was told is compared with the ledger itself, opened without it, and then with what the
next server says to the same lines. What nobody was told is there whole or not at all.
"""

import random
import time
from collections import Counter
from pathlib import Path
from typing import Final

import httpx
import orjson

from benchmarks import lines, world
from ledger.store.fsck import verify
from ledger.store.postgres.address import Address
from ledger.streams.base import KeyBinding
from ledger.terms.identity import key_name
from tests.http.clients import NO_TLS
from tests.http.loading import Load, Sent, Told, Work
from tests.http.program import Kept, issued, start
from tests.http.server_process import ServerProcess

AT_ONCE: Final = 200
"""Lines of one request in which everything is sent once more."""


class Killing:
    """Kills of the servers of one ledger, with everything that any client was ever told."""

    def __init__(
        self, base: Path, address: Address | None, chance: random.Random, *, patients: int, verified_every: int = 1
    ) -> None:
        self._place = world.make(base, address, patients=patients)
        self._kept = Kept(self._place.where, self._place.key_file)
        self._key = issued(self._kept, "--source", lines.SOURCE, scopes=("append",))
        self._base, self._chance, self._verified_every = base, chance, verified_every
        self._work = Work(patients)
        self._told: dict[str, Told] = {}
        """What is durable of each key, as it was told first."""
        self._raw: dict[str, bytes] = {}
        """The content to which each of these keys is bound."""
        self._before: list[Sent] = []
        """What was sent in the round before: some of it came to the ledger behind the check."""
        self._checked_to = self._head()
        self.kills = self.answers = 0
        self.outcomes: Counter[str] = Counter()
        """What clients were told, by outcome and by the code of a refusal."""
        self.unheard = 0
        """Lines that were durable when their server died before it could say so."""
        self.lost = 0
        """Lines that were sent, not answered, and are not there."""
        self._server = self._started()

    def kill(self, heard_max: int) -> None:
        """Load the server, kill it at some moment, and check what its clients were told."""
        load = Load(self._server.port, self._key, self._work, self._chance.randrange(2**32))
        load.wait_for(1 + self._chance.randrange(heard_max))
        time.sleep(self._chance.uniform(0, 0.05))
        self._server.kill()
        sent = load.to_its_end()
        self.kills += 1
        self.answers += load.heard
        for one in sent:
            self._take_down(one)
        recorded = self._check(sent, is_verified=self.kills % self._verified_every == 0)
        self._server = self._started()
        self._send_again(sent, recorded)

    def finish(self) -> None:
        """Everything that was ever told is there, the ledger verifies, and the last server says the same of it all."""
        everything = [Sent(key, self._raw[key], told) for key, told in self._told.items()]
        self._check(everything, is_verified=True)
        self._send_again(everything, {key: told.positions for key, told in self._told.items()})
        assert self._server.stop() == 0

    def close(self) -> None:
        """End the server, if it is still there."""
        if self._server.process.poll() is None:
            self._server.kill()

    def _started(self) -> ServerProcess:
        return start({"main": self._kept}, self._base, environment={"CCM_LEDGER_LOG": "warning"})

    def _head(self) -> int:
        with world.opened(self._place) as session:
            return session.log.refresh()

    def _take_down(self, sent: Sent) -> None:
        """Hold one answer against those before it."""
        told, known = sent.told, self._told.get(sent.key)
        if told is None:
            return
        self.outcomes[told.code or told.outcome] += 1
        match told.outcome:
            case "refused":
                pass  # that nothing is durable of it is seen in the ledger
            case "accepted":
                assert known is None, f"{sent.key} was accepted twice"
                self._told[sent.key], self._raw[sent.key] = told, sent.raw
            case outcome:
                assert outcome in ("unchanged", "parked"), told
                assert known is None or (known.positions, known.ids) == (told.positions, told.ids), sent.key
                self._told.setdefault(sent.key, told)
                self._raw.setdefault(sent.key, sent.raw)

    def _check(self, sent: list[Sent], *, is_verified: bool) -> dict[str, tuple[int, ...]]:
        """Hold the ledger against what was told: the positions of every key that is there."""
        with world.opened(self._place) as session:
            log, head = session.log, session.log.refresh()
            keys = dict.fromkeys(one.key for one in (*self._before, *sent))
            tokens = {key: log.token(*key_name(lines.SOURCE, key)) for key in keys}
            facts = log.follow(self._checked_to, head - self._checked_to) if head > self._checked_to else []
            assert [fact.position for fact in facts] == list(range(self._checked_to + 1, head + 1))
            bound = log.bindings(list(tokens.values()))
            # No fact of a line is there without the others, and none that nobody sent.
            for fact in facts:
                if fact.envelope.key is not None:
                    assert fact.position in bound[fact.envelope.key].positions
            wanted = [position for binding in bound.values() for position in binding.positions]
            of_key = {fact.position: fact.envelope.key for fact in log.facts_at(wanted)}
            assert of_key == {at: token for token, binding in bound.items() for at in binding.positions}
            for key, token in tokens.items():
                known, there = self._told.get(key), bound.get(token)
                assert known is None or there is not None, f"{key} was answered and is not there"
                assert known is None or there is None or (there.positions, there.ids) == (known.positions, known.ids)
            for one in sent:
                if one.told is not None and one.told.outcome == "refused":
                    self._check_refused(one, bound.get(tokens[one.key]))
            if is_verified:
                found = verify(log)
                assert found.findings == ()
                assert found.facts == head
            self._checked_to = head
            return {key: bound[token].positions for key, token in tokens.items() if token in bound}

    def _check_refused(self, sent: Sent, there: KeyBinding | None) -> None:
        """A refused line is not there: its key is free, or bound to the other content that was named to its client."""
        assert sent.told is not None
        if sent.told.code == "exists_with_different_content":
            assert there is not None
            assert (there.positions, self._raw[sent.key] != sent.raw) == (sent.told.positions, True)
        else:
            assert there is None, f"{sent.key} was refused and is there"

    def _send_again(self, sent: list[Sent], recorded: dict[str, tuple[int, ...]]) -> None:
        """Everything once more to the new server: what was told is told again, what is there is not doubled."""
        self._before = sent
        unanswered = {one.key for one in sent if one.told is None}
        self.unheard += sum(key in recorded and key not in self._told for key in unanswered)
        self.lost += sum(key not in recorded for key in unanswered)
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/x-ndjson"}
        url = f"{self._server.url}/v1/ledgers/main/lines"
        with httpx.Client(headers=headers, timeout=60, trust_env=False, verify=NO_TLS) as client:
            for at in range(0, len(sent), AT_ONCE):
                some = sent[at : at + AT_ONCE]
                answer = client.post(url, content=b"".join(one.raw + b"\n" for one in some))
                answers = [Told.of(orjson.loads(line)) for line in answer.text.splitlines()]
                for one, told in zip(some, answers, strict=True):
                    if one.key in recorded:
                        assert told.outcome != "accepted", f"{one.key} was there and is accepted again"
                        assert told.positions == recorded[one.key]
                    if one.told is not None and one.told.outcome == "refused" and one.key not in recorded:
                        assert (told.outcome, told.code) == (one.told.outcome, one.told.code)
                    self._take_down(Sent(one.key, one.raw, told))
