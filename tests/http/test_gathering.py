"""Many clients of one loop hand in lines at once: each gets its own answers, and they share commits."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from commands.answer import Answer
from commands.wire import Delivery, Unreadable
from interfaces.http.gathering import Gathering, Overfull
from ledger.terms.errors import StoreUnavailable
from tests.house import House, house

CLIENTS = 16
LINES = 12

Line = Delivery | Unreadable
Gathered = Gathering[Line, Answer]


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    """The one thread that decides."""
    with ThreadPoolExecutor(1) as thread:
        yield thread


def entry(it: House, client: int, number: int) -> Line:
    minute = f"2026-01-{7 + client // 8:02d}T{10 + client % 8}:{5 * number % 60:02d}"
    data = {"patient": it.ids["patient"], "performer": it.ids["bea"], "activity": "phone_call"}
    data |= {"start": f"{minute}:00Z", "end": f"{minute}:59Z", "description": "Called about the inhaler."}
    return it.handler.read(it.line("log_time", data, actor="bea", key=f"c{client}-{number}"))


def together(count: int, client: Callable[[int], Awaitable[Any]]) -> list[Any]:
    """What so many clients of one loop heard."""

    async def all_of_them() -> list[Any]:
        return await asyncio.gather(*map(client, range(count)), return_exceptions=True)

    return asyncio.run(all_of_them())


def test_every_client_gets_the_answers_to_its_own_lines(tmp_path: Path, executor: ThreadPoolExecutor) -> None:
    with house(tmp_path / "ledger") as it:
        it.clock = "2026-02-01T12:00:00Z"
        lines = [[entry(it, client, number) for number in range(LINES)] for client in range(CLIENTS)]
        before = it.log.refresh()
        gathering: Gathered = Gathering(it.handler.handle, executor)

        async def hand_in(client: int) -> list[str | None]:
            return [answer.key for line in lines[client] for answer in await gathering.hand_in([line])]

        heard = together(CLIENTS, hand_in)

        assert heard == [[f"c{client}-{n}" for n in range(LINES)] for client in range(CLIENTS)]
        assert it.log.refresh() - before == CLIENTS * LINES


class Held:
    """A function that keeps its first group, until so many pieces wait in all; it notes the groups."""

    def __init__(self, until: int) -> None:
        self.groups: list[list[str]] = []
        self._until = until
        self._go_on = threading.Event()

    def handle(self, pieces: Sequence[str]) -> list[str]:
        """The pieces in capitals; trouble where one asks for it."""
        self.groups.append(list(pieces))
        assert self._go_on.wait(10)
        if "trouble" in pieces:
            raise StoreUnavailable("The disk is full.")
        return [piece.upper() for piece in pieces]

    async def turn(self, client: int, gathering: Gathering[str, str]) -> None:
        """Let the first client be taken in alone, and all others wait together."""
        while client and not self.groups:
            await asyncio.sleep(0.001)
        if client == 0:
            self._letting_go = asyncio.create_task(self._let_go(gathering))

    async def _let_go(self, gathering: Gathering[str, str]) -> None:
        while gathering.waiting < self._until:
            await asyncio.sleep(0.001)
        self._go_on.set()


def test_pieces_that_wait_together_become_one_group_in_their_order(executor: ThreadPoolExecutor) -> None:
    held = Held(until=8)
    gathering = Gathering(held.handle, executor)

    async def hand_in(client: int) -> list[str]:
        await held.turn(client, gathering)
        return await gathering.hand_in([f"{client}a", f"{client}b"])

    heard = together(4, hand_in)

    assert heard == [[f"{client}A", f"{client}B"] for client in range(4)]
    assert held.groups[0] == ["0a", "0b"]
    assert sorted(held.groups[1]) == ["1a", "1b", "2a", "2b", "3a", "3b"]


def test_trouble_reaches_everybody_of_its_group_and_nobody_else(executor: ThreadPoolExecutor) -> None:
    held = Held(until=3)
    gathering = Gathering(held.handle, executor)

    async def hand_in(client: int) -> list[str]:
        await held.turn(client, gathering)
        return await gathering.hand_in(["trouble" if client == 2 else str(client)])

    first, *others = together(3, hand_in)
    later = together(1, lambda client: gathering.hand_in(["later"]))

    assert first == ["0"]
    assert [str(other) for other in others] == [str(StoreUnavailable("The disk is full."))] * 2
    assert later == [["LATER"]]


def test_a_client_that_goes_away_stops_nobody_and_takes_no_piece_back(executor: ThreadPoolExecutor) -> None:
    held = Held(until=3)
    gathering = Gathering(held.handle, executor)

    async def hand_in(client: int) -> list[str]:
        await held.turn(client, gathering)
        asked = asyncio.create_task(gathering.hand_in([str(client)]))
        await asyncio.sleep(0)
        if client == 1:
            asked.cancel()
        return await asked

    heard = together(3, hand_in)

    assert [heard[0], heard[2]] == [["0"], ["2"]]
    assert isinstance(heard[1], asyncio.CancelledError)
    assert [piece for group in held.groups for piece in sorted(group)] == ["0", "1", "2"]


def test_what_does_not_fit_any_more_is_told_at_once_and_is_not_taken_in(executor: ThreadPoolExecutor) -> None:
    held = Held(until=2)
    gathering = Gathering(held.handle, executor, waiting_max=2)

    async def hand_in(client: int) -> list[str]:
        if client == 0:
            await held.turn(client, gathering)
        return await gathering.hand_in([f"{client}a", f"{client}b"])

    first, second = together(2, hand_in)

    assert first == ["0A", "0B"]
    assert type(second) is Overfull
    assert held.groups == [["0a", "0b"]]
