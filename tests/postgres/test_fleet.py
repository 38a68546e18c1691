"""Hundreds of ledgers in one process: opened when used, closed when not, one question a poll, on several servers."""

import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from interfaces.embedded import Server
from ledger.store.connection import Ledger
from ledger.store.postgres.address import Address, parse_address
from ledger.store.postgres.fleet import Fleet, Moved
from ledger.store.postgres.founding import found
from ledger.store.postgres.routing import Routes
from ledger.terms.errors import NotALedger, StoreUnavailable
from projections.follow import Follower
from projections.table_set import tracked_position
from tests.postgres.servers import shared_server, unused_address
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


def fleet_of(table: Mapping[str, Address], open_max: int = 64) -> Fleet:
    return Fleet(
        lambda: table,
        master_key_of=lambda _: MASTER_KEY,
        clock=StandingClock(),
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
    # Acting as the login again, after an append as a writer, is a statement too.
    assert after - before <= 2


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
