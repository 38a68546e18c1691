"""The memory of a server does not grow with the number of its requests, whatever they ask for.

The real program is measured from outside, by the resident set of its process, under requests of all kinds: commands
that are accepted, unchanged, refused and parked, questions, pages of the feed, streams, documents, and what is not let
in or is not there.
"""

import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from benchmarks import lines, world
from benchmarks.http_clients import Client, request
from benchmarks.memory import megabytes
from ledger.store.postgres.address import Address
from tests.campaign import Campaign
from tests.http.clients import NO_TLS
from tests.http.places import ENGINES, new_place
from tests.http.program import Kept, issued, running
from tests.http.server_process import ServerProcess

PATIENTS: Final = 25
AT_ONCE: Final = 500
"""Requests between two looks at the process; the clients hold so many in memory."""
GROWTH_MAX_MB: Final = 40
"""Megabytes by which the process may grow in some thousand requests: its caches are still being filled."""
GROWTH_MAX: Final = 1.10
"""By how much the process may grow from the hundred thousandth request to the millionth."""
BASE: Final = "/v1/ledgers/main"


class Asking:
    """Requests of all kinds to one server, and what was answered."""

    def __init__(self, base: Path, place: Address | None, chance: random.Random) -> None:
        self.place = world.make(base, place, patients=PATIENTS)
        self.kept = Kept(self.place.where, self.place.key_file)
        self._chance = chance
        self._entries = self._fresh()
        self._known: list[tuple[str, bytes]] = []
        self._source = issued(self.kept, "--source", lines.SOURCE, scopes=("append", "import"))
        with world.opened(self.place) as session:
            (staff,) = {each for login, each in session.handler.governance().logins if login.startswith("os:")}
        self._staff = issued(self.kept, "--staff", staff, scopes=("read", "feed"))
        self.statuses: Counter[int] = Counter()

    def run(self, server: ServerProcess, count: int) -> Iterator[tuple[int, float]]:
        """Send so many requests; from time to time how many there were, and the megabytes of the process."""
        client = Client(server.port, 16)
        try:
            while self.statuses.total() < count:
                client.ready(([self._one() for _ in range(AT_ONCE - 2)], 0.0))
                self.statuses += client.go().statuses
                self._documents(server)
                yield self.statuses.total(), megabytes(server.process.pid, "VmRSS")
        finally:
            client.close()

    def _one(self) -> bytes:
        kind = self._chance.random()
        if kind < 0.60:
            return self._command(kind)
        if kind < 0.90:
            return self._question(kind)
        nobody = {"Authorization": f"Bearer {self._chance.randbytes(16).hex()}"}
        # Most of them are told 429, as a flood of strangers is.
        path = f"{BASE}/lag" if kind < 0.95 else f"/nothing/{self._chance.randrange(10**9)}"
        return request(path, b"", nobody, "GET")

    def _command(self, kind: float) -> bytes:
        key, raw = next(self._entries)
        if kind < 0.15 and self._known:
            key, raw = self._chance.choice(self._known)
        elif kind < 0.20:
            line = json.loads(raw)
            line["data"]["start"], line["data"]["end"] = line["data"]["end"], line["data"]["start"]
            raw = json.dumps(line).encode()
        else:
            self._known = [*self._known[-999:], (key, raw)]
        return request(f"{BASE}/commands", raw, {"Authorization": f"Bearer {self._source}", "Idempotency-Key": key})

    def _question(self, kind: float) -> bytes:
        after = self._chance.randrange(500)
        month = f"2025-{1 + self._chance.randrange(12):02d}"
        paths = {
            0.75: "/refusals",
            0.80: f"/feed?after={after}&limit=20",
            0.85: f"/months/{month}?no=such",
            0.88: f"/audit?since={month}-01&limit=5",
        }
        path = next((path for share, path in paths.items() if kind < share), f"/deliveries?day={month}-10")
        return request(f"{BASE}{path}", b"", {"Authorization": f"Bearer {self._staff}"}, "GET")

    def _documents(self, server: ServerProcess) -> None:
        """A stream of lines and a time log: their answers come in chunks."""
        some = b"".join(next(self._entries)[1] + b"\n" for _ in range(20))
        log = "patient_id,staff_id,start,end,activity,source_row_id\n"
        log += "".join(f"M{n:07d},nurse-0000,yesterday,today,phone_call,r{n}\n" for n in range(20))
        headers = {"Authorization": f"Bearer {self._source}"}
        with httpx.Client(base_url=server.url, headers=headers, timeout=60, trust_env=False, verify=NO_TLS) as client:
            streamed = client.post(f"{BASE}/lines", content=some)
            imported = client.post(
                f"{BASE}/import/time-log?source={lines.SOURCE}", content=log, headers={"Content-Type": "text/csv"}
            )
        self.statuses.update((streamed.status_code, imported.status_code))

    def _fresh(self) -> Iterator[tuple[str, bytes]]:
        """An entry a patient and working day, and the same entries once more under other keys."""
        turn = 0
        while True:
            turn += 1
            for day in lines.working_days():
                for raw in lines.day_of_time(day, range(PATIENTS)):
                    line: dict[str, Any] = json.loads(raw)
                    line["key"] = key = f"{turn}-{line['key']}"
                    line["data"]["description"] += f" ({turn})"
                    yield key, json.dumps(line).encode()


def asking(engine: str, folder: Path, chance: random.Random) -> Asking:
    """Requests to a ledger of its own on an engine."""
    place = new_place(engine, folder)
    return Asking(folder, place if isinstance(place, Address) else None, chance)


def served(asked: Asking, folder: Path) -> Any:
    """The program over the ledger of these requests, which takes as many as come."""
    return running({"main": asked.kept}, folder, environment={"CCM_LEDGER_LOG": "warning"}, more=RATES)


RATES: Final = '[rates]\nper_login = "100000000/hour"\n'


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
def test_thousands_of_requests_take_a_bounded_amount_of_memory(engine: str, tmp_path: Path) -> None:
    asked = asking(engine, tmp_path, random.Random(20_260_302))
    with served(asked, tmp_path) as server:
        seen = dict(asked.run(server, 3_000))

    early, late = seen[2 * AT_ONCE], max(seen.values())
    assert {200, 201, 400, 401, 404, 422, 429} <= set(asked.statuses), asked.statuses
    assert max(asked.statuses) < 500, asked.statuses
    assert late - early < GROWTH_MAX_MB, seen


@pytest.mark.soak
@pytest.mark.parametrize("engine", ENGINES)
def test_a_million_requests_take_no_more_memory_than_a_hundred_thousand(
    engine: str, tmp_path: Path, campaign: Campaign
) -> None:
    count = 1_000_000 // len(ENGINES)
    asked = asking(engine, tmp_path, campaign.random)
    early = late = 0.0
    with served(asked, tmp_path) as server:
        for number, megabytes_now in asked.run(server, count):
            early = megabytes_now if number <= count // 10 else early
            late = megabytes_now
            if number % 10_000 < AT_ONCE:
                counts = dict(sorted(asked.statuses.items()))
                campaign.note(requests=number, early_mb=round(early, 1), late_mb=round(late, 1), statuses=counts)

    assert max(asked.statuses) < 500, asked.statuses
    assert late <= early * GROWTH_MAX
