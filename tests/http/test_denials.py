"""How often callers were denied becomes a fact: once a minute, in bounded rows, without a word of what was sent."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from commands.entering import attempts_counted
from interfaces.http.denials import OnRecord
from interfaces.http.hosting import Denials
from ledger.streams.access import ROWS_MAX, AttemptsCounted
from ledger.terms.errors import StoreUnavailable
from tests.house import House, house
from tests.http.asking import Asked, asked_at
from tests.http.feed_server import wait_until


@pytest.fixture(scope="module")
def it(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    folder = tmp_path_factory.mktemp("denied")
    with asked_at(folder / "ledger", folder) as found:
        yield found


def counted(house_: House, after: int = 0) -> list[AttemptsCounted]:
    facts = house_.log.follow(after, 10_000)
    return [fact.event for fact in facts if isinstance(fact.event, AttemptsCounted)]


def rows(event: AttemptsCounted) -> set[tuple[str | None, str, str, int]]:
    return {(each.login, each.operation, each.code, each.times) for each in event.attempts}


def flushed(it: Asked) -> AttemptsCounted:
    """What the server puts on record when its minute is over."""
    before = it.position()
    app = it.served.app
    asyncio.run_coroutine_threadsafe(app.state.denied.record(), app.state.loop).result(20)
    (event,) = counted(it.served.house, before)
    return event


def test_denied_attempts_of_all_kinds_are_counted_by_login_operation_and_code(it: Asked) -> None:
    it.request("/feed", who="cora")
    own = it.served.house.ids["key:cora"]
    it.served.house.log.refresh()
    with it.served.client("no-key") as stranger:
        for _ in range(5):
            assert stranger.get("/holds").status_code == 401
    fay = it.served.key("fay", frozenset({"read", "append"}))
    data = {
        "name": "N",
        "tin": "123456780",
        "zone": "America/Chicago",
        "sites": [{"name": "M", "place_of_service": "11"}],
    }
    with it.served.client(fay) as desk:
        for key in ("a", "b"):
            line = {"data": data, "actor": {"id": it.ids["fay"]}, "clock": it.served.house.clock}
            told = desk.post("/commands/register_practice", json=line, headers={"Idempotency-Key": key})
            assert (told.status_code, told.json()["code"]) == (403, "capacity_missing")
    event = flushed(it)

    assert {
        (own, "feed", "scope_missing", 1),
        (None, "list_holds", "not_authenticated", 5),
        ("key:fay", "register_practice", "capacity_missing", 2),
    } <= rows(event)
    assert event.beyond is None


def test_refused_lines_of_a_stream_are_counted_too(it: Asked) -> None:
    fay = it.served.key("fay", frozenset({"read", "append"}))
    line = it.served.house.line("revoke_api_key", {"key": "ak_" + "a" * 26, "reason": "lost"}, actor="fay")
    with it.served.client(fay) as desk:
        desk.post("/lines", content=line + b"\n", headers={"Content-Type": "application/x-ndjson"})

    assert ("key:fay", "revoke_api_key", "capacity_missing", 1) in rows(flushed(it))


def test_a_read_that_is_refused_is_counted(it: Asked) -> None:
    it.served.login("feed")
    assert it.request("/holds", who="feed").status_code == 403

    assert ("key:feed", "list_holds", "not_in_this_practice", 1) in rows(flushed(it))


def test_where_nobody_was_denied_nothing_is_recorded(it: Asked) -> None:
    app, before = it.served.app, it.position()
    asyncio.run_coroutine_threadsafe(app.state.denied.record(), app.state.loop).result(20)

    assert it.position() == before


def test_a_flood_makes_one_fact_with_bounded_rows(tmp_path: Path) -> None:
    denials = Denials()
    for number in range(ROWS_MAX + 20):
        for _ in range(ROWS_MAX + 20 - number):
            denials.add(f"key:{number}", "month", "scope_missing")
    with house(tmp_path / "ledger", with_patient=False) as it:
        attempts_counted(it.handler, denials.taken(), 60)
        (event,) = counted(it)

    assert ROWS_MAX == len(event.attempts)
    assert ("key:0", ROWS_MAX + 20) == (event.attempts[0].login, event.attempts[0].times)
    assert sum(range(1, 21)) == event.beyond
    assert 60 == event.seconds


class _Ledger:
    """A hosted ledger that is away for as many questions as it is told."""

    name = "clinic"

    def __init__(self, away: int) -> None:
        self.away = away
        self.denials = Denials()
        self.held: list[Any] = []

    async def ask(self, question: Callable[[Any], None]) -> None:
        if self.away:
            self.away -= 1
            raise StoreUnavailable("The store is away.", "Wait for it.")
        question(self)


def test_what_could_not_be_written_is_written_a_minute_later(monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = _Ledger(away=1)
    monkeypatch.setattr("interfaces.http.denials.counted", lambda it, counts, _: it.held.append(dict(counts)))
    ledger.denials.add(None, "feed", "not_authenticated")

    async def two_minutes() -> None:
        on_record = OnRecord(lambda: [ledger])  # type: ignore[list-item]
        for _ in range(2):
            await on_record.record()
            ledger.denials.add(None, "feed", "not_authenticated")

    asyncio.run(two_minutes())

    assert [{(None, "feed", "not_authenticated"): 2}] == ledger.held


def test_counts_are_put_on_record_by_themselves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interfaces.http.denials.MINUTE", 0.2)
    with asked_at(tmp_path / "ledger", tmp_path) as it:
        before = it.position()
        with it.served.client("no-key") as stranger:
            stranger.get("/holds")

        wait_until(lambda: bool(counted(it.served.house, before)))
