"""Clients that load a server from several threads until it is gone, and what each of them was told.

Promise: an answer counts as heard where all of it came: a response with its whole body, a line of a stream with its
end. The choices of one thread come from its seed; how the threads take turns does not.
"""

import http.client
import json
import random
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final, NamedTuple

import httpx
import orjson

from benchmarks import lines
from tests.http.clients import NO_TLS

AHEAD: Final = 150
"""Lines that a stream is ahead of its answers at most."""
_LOST: Final = (OSError, http.client.HTTPException, httpx.TransportError)
"""How it is told that a server is gone."""


class Told(NamedTuple):
    """What an answer says of a line: what became of it, and where it stands."""

    outcome: str
    code: str | None
    positions: tuple[int, ...]
    ids: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, answer: dict[str, Any]) -> "Told":
        """From a line of a stream, from the body of an answer, or from a problem document."""
        refusal = answer.get("refusal") or {}
        code = refusal.get("code") or answer.get("code")
        positions, ids = tuple(answer.get("positions", ())), tuple(answer.get("ids", {}).items())
        return cls(answer.get("outcome", "refused"), code, positions, ids)


class Sent(NamedTuple):
    """One line that was sent, and what was told of it; None where the server was gone before."""

    key: str
    raw: bytes
    told: Told | None


class Work:
    """Lines for all clients of a campaign: entries that nobody delivered yet, and between them lines of other kinds."""

    def __init__(self, patients: int) -> None:
        self._patients = patients
        self._fresh = self._entries()
        self._lock = threading.Lock()
        self._count = 0
        self._known: list[Sent] = []

    def learn(self, sent: Sent) -> None:
        """Take down what may be sent once more."""
        with self._lock:
            self._known.append(sent)

    def next(self, chance: random.Random) -> tuple[str, bytes]:
        """A key and its line."""
        with self._lock:
            self._count += 1
            kind = chance.random()
            if kind < 0.12 and self._known:
                again = chance.choice(self._known)
                return again.key, again.raw if kind < 0.08 else _changed(again.raw)
            if kind < 0.18:
                return self._newcomer()
            key, raw = next(self._fresh)
            if kind < 0.24:
                return key, _about_nobody(raw, self._count)
            return key, _backwards(raw) if kind < 0.30 else raw

    def _newcomer(self) -> tuple[str, bytes]:
        """A patient whom nobody knows: registered in several facts at once."""
        key, number = f"n-{self._count}", 500_000 + self._count
        named = {"given": "Nell", "family": "New", "born_on": "1948-05-17"}
        data = {"identifiers": [lines.patient(number), {"system": "mbi", "value": lines.mbi(number)}]}
        return key, lines.line(key, "register_patient", data | {"demographics": named}, actor="integration")

    def _entries(self) -> Iterator[tuple[str, bytes]]:
        for day in lines.working_days():
            for raw in lines.day_of_time(day, range(self._patients)):
                yield orjson.loads(raw)["key"], raw
        raise AssertionError("the campaign is longer than its lines")


class Load:
    """Three clients that bring one command a request, and one that brings a stream."""

    def __init__(self, port: int, key: str, work: Work, seed: int) -> None:
        self.sent: list[Sent] = []
        """Everything that was sent, in the order in which its fate was known."""
        self.heard = 0
        self._headers = {"Authorization": f"Bearer {key}"}
        self._port, self._work = port, work
        self._lock = threading.Lock()
        self._faults: list[BaseException] = []
        runs = [*(self._singles for _ in range(3)), self._stream]
        self._threads = [
            threading.Thread(target=self._run, args=(run, random.Random(seed + number)), daemon=True)
            for number, run in enumerate(runs)
        ]
        for thread in self._threads:
            thread.start()

    def wait_for(self, count: int) -> None:
        """Until so many answers were heard."""
        end = time.monotonic() + 60
        while self.heard < count:
            assert time.monotonic() < end, "the server answers no more"
            assert not self._faults, self._faults
            time.sleep(0.002)

    def to_its_end(self) -> list[Sent]:
        """Wait until all clients have seen that the server is gone; everything that was sent."""
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive(), "a client waits for a server that is gone"
        assert not self._faults, self._faults
        return self.sent

    def _run(self, run: Any, chance: random.Random) -> None:
        try:
            run(chance)
        except BaseException as fault:  # noqa: BLE001 - shown by the thread that waits
            self._faults.append(fault)

    def _down(self, key: str, raw: bytes, answer: dict[str, Any] | None) -> None:
        one = Sent(key, raw, None if answer is None else Told.of(answer))
        with self._lock:
            self.sent.append(one)
            self.heard += answer is not None
        if one.told is not None and one.told.outcome in ("accepted", "parked"):
            self._work.learn(one)

    def _singles(self, chance: random.Random) -> None:
        url = f"http://127.0.0.1:{self._port}/v1/ledgers/main/commands"
        with httpx.Client(headers=self._headers, timeout=60, trust_env=False, verify=NO_TLS) as client:
            while True:
                key, raw = self._work.next(chance)
                given = orjson.loads(raw)
                try:
                    if chance.random() < 0.5:
                        answer = client.post(url, content=raw, headers={"Content-Type": "application/json"})
                    else:
                        body = {name: given[name] for name in given if name not in ("v", "key", "command")}
                        path = f"{url}/{given['command']}"
                        answer = client.post(path, json=body, headers={"Idempotency-Key": key})
                except _LOST:
                    self._down(key, raw, None)
                    return
                if answer.status_code == 409 and answer.json()["code"] == "key_in_flight":
                    continue  # another client sends the same at this moment: nothing was said of the line
                assert answer.status_code in (200, 201, 202, 400, 422), answer.text
                self._down(key, raw, answer.json())

    def _stream(self, chance: random.Random) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        given: list[tuple[str, bytes]] = []
        answered = 0
        gone = threading.Event()
        with suppress(*_LOST):
            connection.putrequest("POST", "/v1/ledgers/main/lines")
            told = {**self._headers, "Content-Type": "application/x-ndjson", "Transfer-Encoding": "chunked"}
            for name, value in told.items():
                connection.putheader(name, value)
            connection.endheaders()

            def send() -> None:
                with suppress(*_LOST):
                    while not gone.is_set():
                        if len(given) - answered < AHEAD:
                            burst = [self._work.next(chance) for _ in range(1 + chance.randrange(40))]
                            given.extend(burst)
                            piece = b"".join(raw + b"\n" for _, raw in burst)
                            connection.send(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
                        time.sleep(chance.choice((0.0, 0.002, 0.01)))

            sending = threading.Thread(target=self._run, args=(lambda _: send(), chance), daemon=True)
            sending.start()
            try:
                response = connection.getresponse()
                while (line := response.readline()).endswith(b"\n"):
                    answer = json.loads(line)
                    assert answer.get("line") == answered + 1, answer
                    self._down(*given[answered], answer)
                    answered += 1
            finally:
                gone.set()
                connection.close()
                sending.join()
        for key, raw in given[answered:]:
            self._down(key, raw, None)


def _changed(raw: bytes) -> bytes:
    """The same line with other content under its key."""
    line = orjson.loads(raw)
    data = line["data"]
    if line["command"] == "register_patient":
        data["demographics"]["family"] = "Newer"
    else:
        data["description"] = "Something else was done."
    return orjson.dumps(line)


def _about_nobody(raw: bytes, number: int) -> bytes:
    """The same line about a patient whom the ledger does not know: it is parked."""
    line = orjson.loads(raw)
    line["data"]["patient"] = lines.patient(900_000 + number)
    return orjson.dumps(line)


def _backwards(raw: bytes) -> bytes:
    """The same line with an end before its beginning: it is refused."""
    line = orjson.loads(raw)
    data = line["data"]
    data["start"], data["end"] = data["end"], data["start"]
    return orjson.dumps(line)
