"""The record of the door where it cannot be written at once: nobody who came in is left out of it."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from interfaces.http import entrances as door
from interfaces.http.entrances import ATTEMPTS_MAX, Entrances
from ledger.terms.errors import StoreUnavailable

NOW = datetime(2026, 3, 31, 18, 0, tzinfo=UTC)


class _Ledger:
    """A hosted ledger that holds what is put on record; away for as many questions as it is told."""

    name = "clinic"

    def __init__(self, away: int = 0) -> None:
        self.away = away
        self.held: list[Any] = []

    async def ask(self, question: Callable[[Any], None]) -> None:
        if self.away:
            self.away -= 1
            raise StoreUnavailable("The store is away.", "Wait for it.")
        question(self)


def _recording(monkeypatch: Any) -> Entrances:
    monkeypatch.setattr(door, "_on_record", lambda ledger, entrances: ledger.held.extend(entrances))
    return Entrances(lambda: NOW)


def test_a_login_is_on_record_also_where_more_attempts_were_denied_than_may_wait(monkeypatch: Any) -> None:
    entrances, ledger = _recording(monkeypatch), _Ledger()

    async def flooded() -> None:
        for _ in range(ATTEMPTS_MAX + 5):
            entrances.denied(ledger, None, "feed", "not_authenticated")  # type: ignore[arg-type]
        entrances.let_in(ledger, "key:ak")  # type: ignore[arg-type]
        await entrances.written()

    asyncio.run(flooded())

    assert "key:ak" in ledger.held
    assert entrances.dropped == 5


def test_a_login_that_came_while_the_ledger_was_away_is_on_record_with_its_next_request(monkeypatch: Any) -> None:
    entrances, ledger = _recording(monkeypatch), _Ledger(away=1)

    async def came_twice() -> None:
        for _ in range(2):
            entrances.let_in(ledger, "key:ak")  # type: ignore[arg-type]
            await entrances.written()

    asyncio.run(came_twice())

    assert ledger.held == ["key:ak"]
