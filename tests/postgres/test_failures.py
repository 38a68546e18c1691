"""What goes wrong between a program and its server, and the answer that each failure has.

With keys a broken append is resolved by its keys: nothing doubled, nothing lost. Without keys nobody guesses.
"""

from collections.abc import Iterator

import psycopg
import pytest

from ledger.store.append import KEY
from ledger.store.connection import Ledger
from ledger.store.fsck import verify
from ledger.store.postgres import server as server_module
from ledger.store.postgres.address import Address
from ledger.store.postgres.engine import TRIES
from ledger.streams.base import Moved
from ledger.terms.errors import LedgerDamaged, OutcomeUnknown, StoreUnavailable
from tests.postgres.appending import positions, together
from tests.postgres.proxies import Proxy
from tests.postgres.servers import superuser, unused_address
from tests.postgres.waiting import begun, end, locked, until, waiting
from tests.store.sample import address_of, assigned, new_ledger, proposal, registered, reopened, reported


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch, address: Address) -> Iterator[Ledger]:
    """A ledger whose program waits for a lock, and for a server, a third of a second."""
    assert "'20s'" in server_module._SESSION
    monkeypatch.setattr(server_module, "_SESSION", server_module._SESSION.replace("'20s'", "'300ms'"))
    monkeypatch.setattr(server_module, "PATIENCE", 1)
    with new_ledger(address) as ledger:
        yield ledger


# --- the connection -----------------------------------------------------------------------------------


def test_an_append_whose_backend_is_ended_is_sent_again_under_its_key(ledger: Ledger) -> None:
    address = address_of(ledger)
    with locked(address):
        answer = begun(lambda: ledger.append([proposal(registered(), key="k")]))
        until(lambda: bool(waiting(address)))
        end(address, waiting(address))

    assert positions(answer.result(30)[0]) == (1,)
    assert ledger.refresh() == 1
    assert verify(ledger).is_sound


def test_of_an_append_without_a_key_whose_backend_is_ended_the_outcome_is_unknown(ledger: Ledger) -> None:
    address = address_of(ledger)
    with locked(address):
        answer = begun(lambda: ledger.append([proposal(registered(), key="k"), proposal(assigned())]))
        until(lambda: bool(waiting(address)))
        end(address, waiting(address))

    with pytest.raises(OutcomeUnknown):
        answer.result(30)
    assert ledger.refresh() == 0


def test_what_was_recorded_though_its_answer_got_lost_is_found_by_its_key(address: Address) -> None:
    with new_ledger(address) as watcher, Proxy(address) as proxy, reopened(proxy.address) as ledger:
        ledger.refresh()
        with locked(address):
            answer = begun(lambda: ledger.append([proposal(assigned(), assigned(), key="k")]))
            until(lambda: bool(waiting(address)))
            proxy.keep_answers()
        until(lambda: watcher.refresh() == 2)
        proxy.break_all()

        assert answer.result(30) == [Moved(KEY)]
        bound = ledger.binding("k")
        assert bound is not None
        assert bound.positions == (1, 2)
        assert watcher.refresh() == 2
        assert verify(watcher).is_sound


def test_what_was_recorded_without_a_key_and_whose_answer_got_lost_is_not_recorded_twice(address: Address) -> None:
    with new_ledger(address) as watcher, Proxy(address) as proxy, reopened(proxy.address) as ledger:
        ledger.refresh()
        with locked(address):
            answer = begun(lambda: ledger.append([proposal(assigned())]))
            until(lambda: bool(waiting(address)))
            proxy.keep_answers()
        until(lambda: watcher.refresh() == 1)
        proxy.break_all()

        with pytest.raises(OutcomeUnknown):
            answer.result(30)
        assert ledger.refresh() == 1


@pytest.mark.parametrize("key", ["k", None])
def test_connections_that_ended_while_nobody_used_them_are_noticed_before_they_are_used(
    ledger: Ledger, key: str | None
) -> None:
    address = address_of(ledger)
    together(6, lambda number: ledger.append([proposal(reported(), key=f"before/{number}")]))
    with superuser(address) as connection:
        ended = connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'ccm-ledger'"
            " AND state = 'idle'"
        ).fetchall()
    assert ended

    (answer,) = ledger.append([proposal(assigned(), key=key)])

    assert positions(answer) == (7,)


def test_reading_goes_on_after_connections_ended(ledger: Ledger) -> None:
    ledger.append([proposal(registered())])
    with superuser(address_of(ledger)) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'ccm-ledger'"
            " AND state = 'idle'"
        )

    assert ledger.refresh() == 1
    assert [fact.position for fact in ledger.follow(0, 9)] == [1]


def test_a_server_that_was_never_there_is_unavailable(address: Address) -> None:
    nowhere = Address(f"{address.server.rpartition(':')[0]}:1/postgres", "x")

    with pytest.raises(StoreUnavailable, match="cannot be reached"):
        reopened(nowhere)


# --- locks --------------------------------------------------------------------------------------------


def test_a_ledger_that_another_program_keeps_locked_is_unavailable_and_nothing_is_recorded(impatient: Ledger) -> None:
    with locked(address_of(impatient)), pytest.raises(StoreUnavailable, match="locked for too long"):
        impatient.append([proposal(registered(), key="k")])

    assert impatient.refresh() == 0
    assert positions(impatient.append([proposal(registered(), key="k")])[0]) == (1,)


@pytest.mark.slow
def test_a_deadlock_is_resolved_by_sending_again(ledger: Ledger) -> None:
    address = address_of(ledger)
    with locked(address, "tags") as other:
        # So it is always the append that finds the deadlock and gives way.
        other.execute("SET deadlock_timeout = '1h'")
        answer = begun(lambda: ledger.append([proposal(registered())]))
        until(lambda: bool(waiting(address, "tags")))
        other.execute("LOCK TABLE append_lock IN EXCLUSIVE MODE")

    assert positions(answer.result(30)[0]) == (1,)
    assert verify(ledger).is_sound


def test_an_append_that_somebody_cancels_is_unavailable_and_nothing_is_recorded(ledger: Ledger) -> None:
    address = address_of(ledger)
    with locked(address):
        answer = begun(lambda: ledger.append([proposal(registered(), key="k")]))
        until(lambda: bool(waiting(address)))
        end(address, waiting(address), "pg_cancel_backend")

        with pytest.raises(StoreUnavailable, match="cancelled"):
            answer.result(30)
    assert ledger.refresh() == 0


# --- what the server says in the middle of an append --------------------------------------------------


def fail_with(address: Address, code: str, *, times: int) -> None:
    """Let inserts of facts fail with a code so many times; the count outlives what is rolled back."""
    with superuser(address) as connection:
        connection.execute("CREATE SEQUENCE failures")
        connection.execute(
            f"CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN"
            f" IF nextval('{address.schema}.failures') <= {times} THEN"
            f" RAISE EXCEPTION 'values of a row' USING ERRCODE = '{code}'; END IF; RETURN NULL; END $$".encode()
        )
        connection.execute(
            b"CREATE TRIGGER fails AFTER INSERT ON stored_events FOR EACH STATEMENT EXECUTE FUNCTION fail()"
        )


def test_a_serialization_failure_is_sent_again(ledger: Ledger) -> None:
    fail_with(address_of(ledger), "40001", times=TRIES - 1)

    answers = ledger.append([proposal(registered()), proposal(assigned())])

    assert [positions(answer) for answer in answers] == [(1,), (2,)]


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        ("40001", StoreUnavailable, "another transaction came first"),
        ("53100", StoreUnavailable, "disk is full"),
        ("53200", StoreUnavailable, "run out of a resource"),
        ("58030", OutcomeUnknown, "disk failed"),
        ("XX001", LedgerDamaged, "damaged"),
        ("23505", LedgerDamaged, "contradict"),
        ("22000", StoreUnavailable, "22000"),
    ],
)
def test_what_the_server_says_has_words_without_values_and_nothing_is_recorded(
    ledger: Ledger, code: str, kind: type[Exception], words: str
) -> None:
    fail_with(address_of(ledger), code, times=TRIES)

    with pytest.raises(kind, match=words) as raised:
        ledger.append([proposal(registered(), key="k")])

    assert "values of a row" not in str(raised.value)
    assert raised.value.__cause__ is None
    assert ledger.refresh() == 0
    assert ledger.binding("k") is None


def test_a_group_goes_on_once_there_is_room_again(ledger: Ledger) -> None:
    fail_with(address_of(ledger), "53100", times=1)
    with pytest.raises(StoreUnavailable, match="full"):
        ledger.append([proposal(registered(), key="k")])

    assert positions(ledger.append([proposal(registered(), key="k")])[0]) == (1,)


# --- a server that cannot be trusted ------------------------------------------------------------------


def test_a_login_that_would_not_wait_for_the_disk_is_refused(address: Address) -> None:
    new_ledger(address).close()
    login = f"{address.schema}_careless"
    with superuser(address) as connection:
        for statement in (
            f"CREATE ROLE {login} LOGIN PASSWORD 'x'",
            f"GRANT {address.role('writer')} TO {login}",
            f"ALTER ROLE {login} SET synchronous_commit = off",
        ):
            connection.execute(statement.encode())
    server = address.server.replace("//postgres@", f"//{login}@")

    with pytest.raises(StoreUnavailable, match="synchronous_commit = off"):
        reopened(Address(server, address.ledger, "x"))


def test_no_ledger_is_made_where_the_database_would_not_wait_for_the_disk(address: Address) -> None:
    second = unused_address()
    name = f"{second.schema}_db"
    with superuser(address) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off".encode())
    try:
        with pytest.raises(StoreUnavailable, match="synchronous_commit = off"):
            new_ledger(Address(address.server.rpartition("/")[0] + f"/{name}", second.ledger))
    finally:
        with psycopg.connect(address.server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
