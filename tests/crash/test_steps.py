"""Program, server or connection end between any two steps of an append on PostgreSQL: one fact in the end, or none.

The steps of the program are its requests to the server, and a proxy loses each of them, or its answer. The steps of the
server are the tables that its function writes one after the other: a lock on each holds the function there.
"""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from threading import Event

import pytest

from benchmarks import lines, world
from commands.answer import Answer
from interfaces.embedded import Server
from ledger.store.fsck import verify
from ledger.store.postgres.address import Address, parse_address
from ledger.store.postgres.server import Server as DatabaseServer
from ledger.streams.care_month import TimeLogged
from ledger.streams.patient import PatientRegistered
from tests.crash.killing import KILLED, Running, is_told, submitting
from tests.crash.proxy import Lost, Proxy, When
from tests.postgres.servers import unused_address

WRITTEN = ("append_lock", "tags", "event_tags", "stored_events", "ccm_control.ledgers", "command_keys", "reading_sets")
"""What the function locks and writes; somebody else's SHARE lock lets it read them all."""
LeftAlone = tuple[world.Place, Running]
LOST: tuple[Lost, ...] = ("request", "answer")
PATIENTS = 1
DAY = lines.working_days()[0]
(ENTRY,) = lines.day_of_time(DAY, range(PATIENTS))


@pytest.fixture(scope="module", autouse=True)
def left_alone(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LeftAlone]:
    """A program that waits its twenty seconds for a server that does not come back; meanwhile the others are tested."""
    base = tmp_path_factory.mktemp("left")
    place = world.make(base, unused_address(server.url), patients=PATIENTS)
    gone = Event()
    with Proxy(server.url) as proxy:

        def go() -> None:
            proxy.close()
            gone.set()

        proxy.lose("answer", _is_append, go)
        with submitting(_through(proxy, place), [_registration(1)]) as run:
            assert gone.wait(timeout=60)
            yield place, run


@pytest.fixture
def place(server: Server, tmp_path: Path) -> world.Place:
    return world.make(tmp_path, unused_address(server.url), patients=PATIENTS)


# --- the connection -------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("lost", LOST)
def test_whichever_request_or_answer_is_lost_the_delivery_is_answered_and_one_fact(
    place: world.Place, server: Server, lost: Lost
) -> None:
    with Proxy(server.url) as proxy, world.opened(_through(proxy, place)) as session:
        for number in count(1):
            line = _registration(number)
            proxy.lose(lost, _is_number(number))
            (answer,) = session.submit([line])
            (again,) = session.submit([line])

            assert answer.outcome in {"accepted", "unchanged"}
            assert (again.outcome, again.positions) == ("unchanged", answer.positions)
            if not proxy.has_lost:
                break
    # Steps of an append are at least: look, look for the key of the patient, store it, append.
    assert number > 3
    _holds(place, registrations=PATIENTS + number)


# --- the program ----------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("lost", LOST)
def test_a_program_that_dies_before_its_append_or_before_the_answer_leaves_none_or_one(
    place: world.Place, server: Server, lost: Lost
) -> None:
    keys = _data_keys(place)
    with Proxy(server.url) as proxy, submitting(_through(proxy, place), [_registration(1)]) as run:
        proxy.lose(lost, _is_append, run.process.kill)
        code, _ = run.to_its_end()

    assert code == KILLED
    assert run.answers() == []
    assert _data_keys(place) == keys + 1
    _holds(place, registrations=PATIENTS + (lost == "answer"))
    with world.opened(place) as session:
        (again,) = session.submit([_registration(1)])
    assert again.outcome == ("accepted" if lost == "request" else "unchanged")
    # The key of a patient whom nobody recorded stays, and does no harm.
    assert _data_keys(place) == keys + (2 if lost == "request" else 1)
    _holds(place, registrations=PATIENTS + 1)


# --- the server -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("table", WRITTEN)
def test_a_server_that_dies_while_its_function_writes_leaves_nothing_and_the_program_sends_it_again(
    place: world.Place, server: Server, table: str
) -> None:
    with world.opened(place) as session, _held_at(table, session, place) as answering:
        server.kill()
        server.start_again()
        (answer,) = answering.result()
        (again,) = session.submit([ENTRY])

    assert answer.outcome == "accepted"
    assert (again.outcome, again.positions) == ("unchanged", answer.positions)
    _holds(place, entries=1)


# --- both, for good -------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_program_whose_server_is_gone_with_the_answer_says_that_the_outcome_is_unknown(left_alone: LeftAlone) -> None:
    place, run = left_alone
    code, said = run.to_its_end()

    is_told(code, said)
    assert "while facts were being recorded" in said
    assert "Send it again under the same key" in said
    assert run.answers() == []
    with world.opened(place) as session:
        (again,) = session.submit([_registration(1)])
    assert again.outcome == "unchanged"
    _holds(place, registrations=PATIENTS + 1)


# --- what they share ------------------------------------------------------------------------------------------------


@contextmanager
def _held_at(table: str, session: world.Opened, place: world.Place) -> Iterator[Future[list[Answer]]]:
    """An entry being submitted whose append waits on the server for a table that somebody holds."""
    address = _address(place)
    name = table if "." in table else f'"{address.schema}".{table}'
    with DatabaseServer(address).connected() as holder, ThreadPoolExecutor(1) as thread:
        holder.execute("BEGIN")
        holder.execute(f"LOCK TABLE {name} IN SHARE MODE")
        session.clock.stand_at(lines.evening_of(DAY))
        answering = thread.submit(session.submit, [ENTRY])
        while holder.execute("SELECT FROM pg_locks WHERE NOT granted").fetchone() is None:
            assert not answering.done(), "it did not wait"
            time.sleep(0.01)
        yield answering


def _through(proxy: Proxy, place: world.Place) -> world.Place:
    return place._replace(where=parse_address(proxy.url).beside(_address(place).ledger))


def _address(place: world.Place) -> Address:
    assert isinstance(place.where, Address)
    return place.where


def _registration(number: int) -> bytes:
    data = {"identifiers": [{"system": "mrn", "value": f"lost-{number}"}], "demographics": {"family": "Berg"}}
    return lines.line(f"lost-{number}", "register_patient", data, actor="integration")


def _is_number(number: int) -> When:
    return lambda seen, _: seen == number


def _is_append(_number: int, request: bytes) -> bool:
    """Whether it is a call of the function: Bind names what was prepared before."""
    return request[:1] == b"B" and b".append\0" in request[:200]


def _holds(place: world.Place, *, registrations: int = PATIENTS, entries: int = 0) -> None:
    """So many patients and entries, and everything in its place."""
    with world.opened(place) as session:
        facts = session.log.follow(0, session.log.refresh())
        assert [fact.position for fact in facts] == list(range(1, len(facts) + 1))
        assert sum(isinstance(fact.event, PatientRegistered) for fact in facts) == registrations
        assert sum(isinstance(fact.event, TimeLogged) for fact in facts) == entries
        assert verify(session.log).findings == ()


def _data_keys(place: world.Place) -> int:
    with DatabaseServer(_address(place)).connected() as connection:
        row = connection.execute(f'SELECT count(*) FROM "{_address(place).schema}_vault".data_keys').fetchone()
    assert row is not None
    return int(row[0])
