"""Hundreds of ledgers in one process: opened when used, closed when not, one question a poll, on several servers."""

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from interfaces.embedded import Server
from ledger.store.connection import Ledger
from ledger.store.postgres.address import Address, parse_address
from ledger.store.postgres.fleet import POLL_PATIENCE, Fleet, Moved
from ledger.store.postgres.founding import found
from ledger.store.postgres.routing import Routes
from ledger.terms.errors import NotALedger, StoreUnavailable
from ledger.terms.ports import Clock
from projections.follow import Follower
from projections.table_set import tracked_position
from tests.postgres.proxies import Proxy
from tests.postgres.servers import shared_server, superuser, unused_address
from tests.postgres.waiting import until
from tests.store.sample import MASTER_KEY, PATIENT, RepeatableIds, StandingClock, assigned, proposal, registered

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server beside that of this run, which writes down every statement."""
    with Server.start(tmp_path_factory.mktemp("second"), settings={"log_statement": "all"}) as server:
        yield server


def new_place(url: str) -> Address:
    address = unused_address(url)
    ids = RepeatableIds(address.ledger)
    found(address, master_key=MASTER_KEY, clock=StandingClock(), ids=ids, simulated=False, ledger_id=None)
    return address


def fleet_of(table: Mapping[str, Address], open_max: int = 64, clock: Clock | None = None) -> Fleet:
    return Fleet(
        lambda: table,
        master_key_of=lambda _: MASTER_KEY,
        clock=clock or StandingClock(),
        ids=RepeatableIds("fleet"),
        open_max=open_max,
    )


def append(ledger: Ledger) -> None:
    ledger.append([proposal(assigned())])


def statements(server: Server) -> int:
    """How many statements the server has written down."""
    text = (server.folder / "postgresql.log").read_text()
    return text.count("LOG:  execute ") + text.count("LOG:  statement: ")


def test_ledgers_on_two_servers_are_served_by_one_process(second: Server) -> None:
    table = {"north": new_place(shared_server()), "south": new_place(second.url)}
    with fleet_of(table) as fleet:
        assert fleet.poll() == ((), ())
        with fleet.ledger("south") as ledger:
            append(ledger)

        assert fleet.poll() == ((Moved("south", 1),), ())
        with fleet.ledger("north") as ledger:
            append(ledger)
            append(ledger)

        assert fleet.poll() == ((Moved("north", 2),), ())
        assert fleet.poll() == ((), ())


def test_a_poll_is_one_question_however_many_ledgers_there_are(second: Server) -> None:
    table = {f"l{number}": new_place(second.url) for number in range(12)}
    with fleet_of(table) as fleet:
        fleet.poll()
        for name in table:
            with fleet.ledger(name) as ledger:
                append(ledger)
        before = statements(second)
        polled = fleet.poll()
        after = statements(second)

    assert len(polled.moved) == len(table)
    # Acting as the login again, after an append as a writer, goes with the question.
    assert after - before == 1


def test_idle_ledgers_ask_nothing_and_have_no_thread(second: Server) -> None:
    table = {f"l{number}": new_place(second.url) for number in range(8)}
    with fleet_of(table) as fleet:
        with fleet.ledger("l0"):
            threads = threading.active_count()
        for name in table:
            with fleet.ledger(name):
                pass
        before = statements(second)
        time.sleep(0.3)

        assert threading.active_count() == threads
        assert statements(second) == before


def test_only_so_many_ledgers_stay_open() -> None:
    table = {f"l{number}": new_place(shared_server()) for number in range(5)}
    with fleet_of(table, open_max=2) as fleet:
        for name in table:
            with fleet.ledger(name) as ledger:
                append(ledger)

        assert fleet.open_count == 2
        with fleet.ledger("l0") as first, fleet.ledger("l1") as second_one, fleet.ledger("l2") as third:
            assert {ledger.refresh() for ledger in (first, second_one, third)} == {1}
            assert fleet.open_count == 3
        assert fleet.open_count == 2


def test_a_ledger_that_is_used_twice_at_once_is_opened_once() -> None:
    table = {"one": new_place(shared_server())}
    with fleet_of(table) as fleet, fleet.ledger("one") as first, fleet.ledger("one") as again:
        assert first is again


def test_read_models_are_pulled_for_those_that_moved() -> None:
    table = {f"l{number}": new_place(shared_server()) for number in range(3)}
    with fleet_of(table) as fleet:
        with fleet.ledger("l1") as ledger:
            ledger.append([proposal(registered())])
        for name, position in fleet.poll().moved:
            with fleet.ledger(name) as ledger:
                models = ledger.read_models()
                Follower(ledger, models).pull()

                assert (name, tracked_position(models)) == ("l1", position)


def test_a_ledger_that_the_table_moved_is_found_at_its_new_place(tmp_path: Path, second: Server) -> None:
    old, new = new_place(shared_server()), new_place(second.url)
    file = tmp_path / "routes.toml"
    file.write_text(f"[ledgers]\nnorth = '{old}'\n")
    routes = Routes(file)
    keys = {"master_key_of": lambda _: MASTER_KEY, "clock": StandingClock(), "ids": RepeatableIds("f")}
    with Fleet(routes.table, **keys) as fleet:  # type: ignore[arg-type]
        with fleet.ledger("north") as ledger:
            append(ledger)
        assert fleet.poll().moved == (Moved("north", 1),)
        with fleet.ledger("north") as at_the_old_place:
            file.write_text(f"[ledgers]\nnorth = '{new}'\n# moved\n")
            with fleet.ledger("north") as ledger:
                assert (ledger.refresh(), at_the_old_place.refresh()) == (0, 1)
                ledger.append([proposal(registered()), proposal(assigned(PATIENT))])

        assert fleet.poll().moved == (Moved("north", 2),)
        assert fleet.open_count == 1


def connections(server: Server) -> set[int]:
    """The backends that programs of ours have on the server now."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        rows = connection.execute("SELECT pid FROM pg_stat_activity WHERE application_name = 'ccm-ledger'").fetchall()
    return {pid for (pid,) in rows}


def test_connections_stay_while_a_ledger_that_was_moved_is_in_use_and_go_with_its_last_user(tmp_path: Path) -> None:
    with Server.start(tmp_path / "old") as old:
        table = {"north": new_place(old.url)}
        elsewhere = new_place(shared_server())
        with fleet_of(table) as fleet:
            fleet.poll()
            with fleet.ledger("north") as ledger:
                append(ledger)
                used = connections(old)
                table["north"] = elsewhere
                with fleet.ledger("north") as moved:
                    assert moved.refresh() == 0
                fleet.poll()

                assert ledger.refresh() == 1
                assert connections(old) == used
            until(lambda: connections(old) == set())
            assert fleet.poll() == ((), ())


@contextmanager
def black_hole() -> Iterator[Address]:
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield parse_address(f"postgresql://x@127.0.0.1:{listening.getsockname()[1]}/x")


class AheadClock:
    """The system's clock, set forward by hand."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def test_a_server_that_never_answers_keeps_a_poll_waiting_once_in_a_while_only() -> None:
    near, clock = new_place(shared_server()), AheadClock()
    with black_hole() as far, fleet_of({"far": far, "near": near}, clock=clock) as fleet:
        times = []
        for ahead in (0, 0, 0, 31):
            clock.ahead += timedelta(seconds=ahead)
            began = time.monotonic()
            moved, ((url, error),) = fleet.poll()
            times.append(time.monotonic() - began)

            assert (moved, url, type(error)) == ((), far.server, StoreUnavailable)
    asked = [seconds > 1 for seconds in times]
    assert asked == [True, False, False, True]
    assert max(times) < POLL_PATIENCE + 2


def test_a_server_that_falls_silent_on_a_line_that_stands_keeps_a_poll_no_longer() -> None:
    near = new_place(shared_server())
    with Proxy(near) as proxy, fleet_of({"far": proxy.address}, clock=AheadClock()) as fleet:
        assert fleet.poll() == ((), ())
        proxy.keep_answers()
        began = time.monotonic()
        silent = fleet.poll().silent

        assert [type(error) for _, error in silent] == [StoreUnavailable]
        assert time.monotonic() - began < POLL_PATIENCE + 2


def test_a_ledger_is_opened_while_another_waits_for_its_silent_server() -> None:
    near = new_place(shared_server())
    with black_hole() as far, fleet_of({"far": far, "near": near}) as fleet, ThreadPoolExecutor(1) as thread:
        opening = thread.submit(fleet.ledger("far").__enter__)
        time.sleep(0.3)
        began = time.monotonic()
        with fleet.ledger("near") as ledger:
            append(ledger)

        assert time.monotonic() - began < 2
        assert not opening.done()
        assert isinstance(opening.exception(), StoreUnavailable)


def test_a_poll_sees_all_ledgers_of_its_login_after_one_could_not_be_opened() -> None:
    ours = [new_place(shared_server()) for _ in range(3)]
    login = f"{ours[0].schema}_poll"
    granted = f"{ours[0].role('writer')}, {ours[1].role('writer')}, {ours[2].role('reader')}"
    with superuser(ours[0]) as connection:
        connection.execute(f"CREATE ROLE {login} LOGIN; GRANT {granted} TO {login}".encode())
    as_login = urlsplit(ours[0].server)
    server = as_login._replace(netloc=f"{login}@{as_login.netloc.rpartition('@')[2]}").geturl()
    table = {name: Address(server, address.ledger) for name, address in zip("abc", ours, strict=True)}
    with fleet_of(table) as fleet:
        for name in "ab":
            with fleet.ledger(name) as ledger:
                append(ledger)
        with pytest.raises(StoreUnavailable, match="may not do that"), fleet.ledger("c"):
            pass

        assert fleet.poll() == ((Moved("a", 1), Moved("b", 1)), ())


def test_an_address_with_a_parameter_that_is_none_is_told_by_the_poll_and_keeps_the_others_from_nothing() -> None:
    near, wrong = new_place(shared_server()), parse_address("postgresql://x@127.0.0.1/x?foo=bar")
    with fleet_of({"wrong": wrong, "near": near}) as fleet:
        with fleet.ledger("near") as ledger:
            append(ledger)
        moved, ((url, error),) = fleet.poll()

        assert (moved, url, type(error)) == ((Moved("near", 1),), wrong.server, NotALedger)
        with pytest.raises(NotALedger, match="parameter"), fleet.ledger("wrong"):
            pass


def test_a_server_that_is_gone_keeps_the_others_from_nothing(tmp_path: Path) -> None:
    with Server.start(tmp_path / "third") as third:
        table = {"far": new_place(third.url), "near": new_place(shared_server())}
        with fleet_of(table) as fleet:
            fleet.poll()
            third.stop()
            with fleet.ledger("near") as ledger:
                append(ledger)
            moved, ((url, error),) = fleet.poll()

            assert moved == (Moved("near", 1),)
            assert (url, type(error)) == (third.url, StoreUnavailable)


def test_a_name_that_the_table_lacks_is_no_ledger() -> None:
    with fleet_of({}) as fleet, pytest.raises(NotALedger, match="no ledger of that name") as raised, fleet.ledger("x"):
        pass
    assert "Add its line" in raised.value.remedy


def test_a_place_without_a_ledger_is_told_at_its_use() -> None:
    nowhere = parse_address(str(unused_address()))
    with fleet_of({"x": nowhere}) as fleet:
        assert fleet.poll() == ((), ())
        with pytest.raises(NotALedger), fleet.ledger("x"):
            pass
