"""The append on a server: what it refuses, whose clock dates the facts, keys and conditions under a race, its plans."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection as Pipe
from time import monotonic_ns

import psycopg
import pytest

from ledger.store.append import KEY
from ledger.store.connection import Ledger, Place, create
from ledger.store.fsck import verify
from ledger.store.postgres.address import Address
from ledger.store.postgres.engine import PostgresEngine
from ledger.streams.base import Appended, Moved
from ledger.terms.identity import id_from, patient_tag
from tests.postgres.appending import call_by_hand, positions, ready, together
from tests.postgres.servers import superuser, tamperer
from tests.store.sample import (
    MASTER_KEY,
    NOON,
    OTHER_PATIENT,
    PATIENT,
    RepeatableIds,
    StandingClock,
    address_of,
    assigned,
    empty,
    new_ledger,
    proposal,
    registered,
    reopened,
    reported,
)


@pytest.fixture
def real(address: Address) -> Iterator[Ledger]:
    """A ledger as `init` makes it: the server's clock dates its facts."""
    ids = RepeatableIds(address.ledger)
    with create(address, master_key=MASTER_KEY, clock=StandingClock(), ids=ids, simulated=False) as ledger:
        yield ledger


# --- what it refuses ----------------------------------------------------------------------------------


def test_an_append_that_would_not_be_durable_is_refused(ledger: Ledger) -> None:
    with superuser(address_of(ledger)) as connection:
        connection.execute("SET synchronous_commit = off")

        with pytest.raises(psycopg.Error, match="must be durable") as refused:
            call_by_hand(connection, ledger, [proposal(registered())])

    assert refused.value.sqlstate == "CCM01"
    assert ledger.refresh() == 0


def test_an_append_on_a_connection_whose_statements_were_forgotten_is_made(ledger: Ledger) -> None:
    ledger.append([proposal(registered())])
    assert isinstance(ledger.engine, PostgresEngine)
    with ledger.engine.lease() as connection:
        connection.execute("DEALLOCATE ALL")

    assert isinstance(ledger.append([proposal(assigned())])[0], Appended)


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_an_append_that_would_not_see_what_came_before_it_is_refused(ledger: Ledger, level: str) -> None:
    with superuser(address_of(ledger)) as connection, connection.transaction():
        connection.execute(f"SET TRANSACTION ISOLATION LEVEL {level}".encode())

        with pytest.raises(psycopg.Error, match="read committed") as refused, connection.transaction():
            call_by_hand(connection, ledger, [proposal(registered())])

    assert refused.value.sqlstate == "CCM02"
    assert ledger.refresh() == 0


def test_an_append_whose_transaction_is_rolled_back_leaves_nothing(ledger: Ledger) -> None:
    with superuser(address_of(ledger)) as connection, connection.transaction(force_rollback=True):
        call_by_hand(connection, ledger, [proposal(registered(), key="k")])

    assert ledger.refresh() == 0
    assert ledger.binding("k") is None
    assert positions(ledger.append([proposal(registered(), read_set=empty(), key="k")])[0]) == (1,)
    assert verify(ledger).is_sound


# --- time ---------------------------------------------------------------------------------------------


def test_facts_of_a_real_ledger_are_dated_by_the_server_and_not_by_the_writer(real: Ledger) -> None:
    (answer,) = real.append([proposal(registered())])

    assert isinstance(answer, Appended)
    assert answer.recorded_at == real.follow(0, 1)[0].recorded_at
    assert abs(datetime.now(UTC) - answer.recorded_at) < timedelta(minutes=5)


def test_a_writer_cannot_supply_the_time_of_a_real_ledger(real: Ledger) -> None:
    with (
        superuser(address_of(real)) as connection,
        pytest.raises(psycopg.Error, match="only a simulated ledger") as refused,
    ):
        call_by_hand(connection, real, [proposal(registered(), clock=NOON)])

    assert refused.value.sqlstate == "CCM03"
    assert real.refresh() == 0


def test_the_clock_of_the_server_may_be_set_back_and_that_of_the_ledger_is_not(real: Ledger) -> None:
    real.append([proposal(registered())])
    with tamperer(address_of(real)) as connection:
        connection.execute("UPDATE stored_events SET recorded_at = recorded_at + 3600 * 1000000::bigint")
    ahead = real.follow(0, 1)[0].recorded_at

    real.append([proposal(assigned())])

    assert [fact.recorded_at for fact in real.follow(0, 9)] == [ahead, ahead]


# --- conditions and keys under a race -----------------------------------------------------------------


def test_a_key_is_bound_once_however_many_ask_for_it_at_once(ledger: Ledger) -> None:
    for turn in range(10):

        def bind(number: int, key: str = f"k{turn}") -> Appended | Moved:
            return ledger.append([proposal(reported(given=f"{number}"), key=key)])[0]

        answers = together(8, bind)

        assert sorted(type(answer).__name__ for answer in answers) == ["Appended"] + ["Moved"] * 7
        assert {answer.tag for answer in answers if isinstance(answer, Moved)} == {KEY}
    assert ledger.refresh() == 10


def test_of_many_that_read_the_same_head_one_appends(ledger: Ledger) -> None:
    for head in range(10):

        def propose(number: int, head: int = head) -> Appended | Moved:
            return ledger.append([proposal(reported(given=f"{number}"), read_set=((patient_tag(PATIENT), head),))])[0]

        answers = together(8, propose)

        assert sorted(type(answer).__name__ for answer in answers) == ["Appended"] + ["Moved"] * 7
    assert ledger.refresh() == 10
    assert verify(ledger).is_sound


def test_a_decision_may_rest_on_thousands_of_streams(ledger: Ledger) -> None:
    read = tuple((f"practice/p{number}", 0) for number in range(5_000))
    moved = ((patient_tag(OTHER_PATIENT), 0),)
    ledger.append([proposal(registered(OTHER_PATIENT))])

    answers = ledger.append(
        [proposal(registered(), read_set=read), proposal(assigned(), read_set=(*read, *moved)), proposal(reported())]
    )

    assert positions(answers[0]) == (2,)
    assert answers[1] == Moved(patient_tag(OTHER_PATIENT))
    assert positions(answers[2]) == (3,)
    assert ledger.head("practice/p0") == 0


@pytest.mark.slow
def test_sixteen_threads_give_one_gapless_order(ledger: Ledger) -> None:
    def work(number: int) -> list[int]:
        done = []
        for count in range(20):
            group = [
                proposal(registered(), assigned(), key=f"{number}/{count}/{each}") for each in range(1 + number % 3)
            ]
            done += [position for answer in ledger.append(group) for position in positions(answer)]
        return done

    answers = together(16, work)

    assert sorted(position for each in answers for position in each) == list(range(1, ledger.refresh() + 1))
    assert all(each == sorted(each) for each in answers)
    assert verify(ledger).is_sound


# --- followers ----------------------------------------------------------------------------------------

GROUPS = (1, 300, 1, 40)
FACTS_EACH = 600


def write_groups(place: Place, number: int, pipe: Pipe) -> None:
    """Append in groups of one size; every second writer holds its transaction open for a while before it commits."""
    size = GROUPS[number]
    with reopened(place, seed=f"writer {number}") as ledger:
        pipe.send("ready")
        pipe.recv()
        with superuser(address_of(ledger)) as connection:
            for at in range(0, FACTS_EACH if size > 1 else 120, size):
                group = [proposal(reported(), key=f"{number}/{at + each}") for each in range(size)]
                if number % 2:
                    with connection.transaction():
                        call_by_hand(connection, ledger, group)
                        connection.execute("SELECT pg_sleep(0.05)")
                else:
                    ledger.append(group)
        pipe.send("done")


@pytest.mark.slow
def test_a_follower_misses_no_fact_of_slow_and_fast_writers(ledger: Ledger) -> None:
    workers = ready(write_groups, address_of(ledger), len(GROUPS))
    for _, pipe in workers:
        pipe.send("go")

    seen: list[int] = []
    is_over = False
    while not is_over:
        # Asked before the read, so that the last read follows the last commit.
        is_over = all(pipe.poll() for _, pipe in workers)
        seen += [fact.position for fact in ledger.follow(seen[-1] if seen else 0, 100)]
    while facts := ledger.follow(seen[-1], 1_000):
        seen += [fact.position for fact in facts]
    for process, _ in workers:
        process.join(30)

    assert seen == list(range(1, 120 + 600 + 120 + 600 + 1))
    assert verify(ledger).is_sound


# --- young tables -------------------------------------------------------------------------------------


def scanned(address: Address) -> dict[str, int]:
    """How many rows of each table were read by going through all of it."""
    with superuser(address) as connection:
        return dict(
            connection.execute(
                "SELECT relname, seq_tup_read FROM pg_stat_user_tables WHERE schemaname = %s", (address.schema,)
            ).fetchall()
        )


@pytest.mark.slow
def test_no_table_is_gone_through_however_young_it_is(address: Address) -> None:
    with new_ledger(address) as ledger:
        for count in range(150):
            read = ((patient_tag(PATIENT), count * 3),)
            group = [proposal(reported(), read_set=read, key=f"{count}"), proposal(assigned()), proposal(reported())]
            ledger.append([*group])
            ledger.look([f"{count}"])
            list(ledger.read(patient_tag(PATIENT), after=count * 3))
            ledger.follow(count * 3, 10)
            ledger.tags_of(count * 3 + 1)
            ledger.facts_at([count * 3 + 1])
            ledger.position_at(NOON)
    # The server writes what a session did into its statistics when the session ends.
    rows = scanned(address)

    assert rows["ledger_info"] >= 150
    # One row each, which no index would make quicker.
    assert {name: read for name, read in rows.items() if read and name not in {"ledger_info", "migrations"}} == {}


@pytest.mark.slow
def test_an_append_costs_the_same_when_tables_have_grown_that_nobody_analysed(ledger: Ledger) -> None:
    durations = []
    for count in range(400):
        patient = id_from("pt", count.to_bytes(16))
        group = [proposal(assigned(patient), key=f"{count}/{each}") for each in range(50)]
        started_at = monotonic_ns()
        ledger.append(group)
        durations.append(monotonic_ns() - started_at)

    # The quickest tenth: a busy machine makes some appends slow, and none quick.
    young, grown = sorted(durations[20:120])[:10], sorted(durations[-100:])[:10]
    assert ledger.refresh() == 20_000
    assert sum(grown) < 2 * sum(young)
