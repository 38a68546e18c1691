"""Many clients of one process hand in lines at once: each gets its own answer, and they share commits."""

import threading
from pathlib import Path

import pytest

from commands.wire import Delivery, Unreadable
from interfaces.intake import Intake, _Waiting
from ledger.terms.errors import StoreUnavailable
from tests.house import House, house

CLIENTS = 16
LINES = 12


def entry(it: House, client: int, number: int) -> Delivery | Unreadable:
    minute = f"2026-01-{7 + client // 8:02d}T{10 + client % 8}:{5 * number % 60:02d}"
    data = {"patient": it.ids["patient"], "performer": it.ids["bea"], "activity": "phone_call"}
    data |= {"start": f"{minute}:00Z", "end": f"{minute}:59Z", "description": "Called about the inhaler."}
    return it.handler.read(it.line("log_time", data, actor="bea", key=f"c{client}-{number}"))


def test_every_client_gets_the_answers_to_its_own_lines(tmp_path: Path) -> None:
    answers: dict[int, list[str | None]] = {}
    with house(tmp_path / "ledger") as it:
        it.clock = "2026-02-01T12:00:00Z"
        intake = Intake(it.handler)
        lines = {client: [entry(it, client, number) for number in range(LINES)] for client in range(CLIENTS)}
        before = it.log.refresh()

        def hand_in(client: int) -> None:
            answers[client] = [intake.handle([line])[0].key for line in lines[client]]

        _together(hand_in)

        assert answers == {client: [f"c{client}-{n}" for n in range(LINES)] for client in range(CLIENTS)}
        assert it.log.refresh() - before == CLIENTS * LINES


def test_lines_that_wait_together_become_one_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    with house(tmp_path / "ledger") as it:
        it.clock = "2026-02-01T12:00:00Z"
        lines = [entry(it, client, 0) for client in range(CLIENTS)]
        intake, handle, first_is_in, go_on = Intake(it.handler), it.handler.handle, threading.Event(), threading.Event()

        def slowly(batch: list[Delivery | Unreadable]) -> object:
            sizes.append(len(batch))
            first_is_in.set()
            assert go_on.wait(10)
            return handle(batch)

        monkeypatch.setattr(it.handler, "handle", slowly)
        clients = [threading.Thread(target=intake.handle, args=([lines[0]],))]
        clients[0].start()
        assert first_is_in.wait(10)
        clients += [threading.Thread(target=intake.handle, args=([line],)) for line in lines[1:]]
        for client in clients[1:]:
            client.start()
        while len(intake._waiting) < CLIENTS - 1:
            pass
        go_on.set()
        for client in clients:
            client.join(10)

    assert sizes == [1, CLIENTS - 1]


def test_trouble_reaches_everybody_whose_lines_were_in_the_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    troubled: list[str] = []
    with house(tmp_path / "ledger") as it:
        intake = Intake(it.handler)
        line = entry(it, 0, 0)

        def failing(batch: list[Delivery | Unreadable]) -> object:
            raise StoreUnavailable("The disk is full.")

        with monkeypatch.context() as patch:
            patch.setattr(it.handler, "handle", failing)

            def hand_in(client: int) -> None:
                try:
                    intake.handle([line])
                except StoreUnavailable as error:
                    troubled.append(error.happened)

            _together(hand_in)
        it.clock = "2026-02-01T12:00:00Z"

        assert troubled == ["The disk is full."] * CLIENTS
        assert [answer.outcome for answer in intake.handle([entry(it, 1, 1)])] == ["accepted"]


def test_a_client_that_is_interrupted_while_it_waits_stops_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with house(tmp_path / "ledger") as it:
        it.clock = "2026-02-01T12:00:00Z"
        intake, handle, is_in, go_on = Intake(it.handler), it.handler.handle, threading.Event(), threading.Event()

        def slowly(batch: list[Delivery | Unreadable]) -> object:
            is_in.set()
            assert go_on.wait(10)
            return handle(batch)

        monkeypatch.setattr(it.handler, "handle", slowly)
        first = threading.Thread(target=intake.handle, args=([entry(it, 0, 0)],))
        first.start()
        assert is_in.wait(10)
        interrupted = Interrupted()
        monkeypatch.setattr("interfaces.intake._Waiting", interrupted.waiting)
        with pytest.raises(KeyboardInterrupt):
            intake.handle([entry(it, 1, 0)])
        monkeypatch.undo()
        go_on.set()
        first.join(10)

        assert [answer.outcome for answer in intake.handle([entry(it, 2, 0)])] == ["accepted"]


class Interrupted:
    """Waiting that is interrupted at once, as Ctrl-C does."""

    def waiting(self, lines: object) -> _Waiting:
        made = _Waiting(lines)  # type: ignore[arg-type]
        made.turn.wait = self._interrupted  # type: ignore[method-assign]
        return made

    @staticmethod
    def _interrupted(timeout: float | None = None) -> bool:
        raise KeyboardInterrupt


def _together(work: object) -> None:
    clients = [threading.Thread(target=work, args=(client,)) for client in range(CLIENTS)]  # type: ignore[arg-type]
    for client in clients:
        client.start()
    for client in clients:
        client.join(60)
    assert not any(client.is_alive() for client in clients)
