"""A question whose connection breaks: it is asked again where it can be, and its outcome is never unknown."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from ledger.store.connection import Ledger
from ledger.store.postgres.address import Address
from ledger.store.postgres.ledgers import check_ledgers
from ledger.store.postgres.loading import source
from ledger.store.postgres.server import Server
from ledger.terms.errors import StoreUnavailable
from tests.postgres import attackers
from tests.postgres.attackers import Ground
from tests.postgres.servers import superuser, unused_address
from tests.postgres.waiting import begun, end, locked, until, waiting
from tests.store.sample import address_of, proposal, registered

ground = pytest.fixture(scope="module", name="ground")(attackers.ground)

pytestmark = pytest.mark.slow


def broken(address: Address, work: Callable[[], Any], table: str) -> Any:
    """What comes of a work whose connection is ended while it waits for a table."""
    with locked(address, table):
        answer = begun(work)
        schema = address.beside(f"{address.ledger}_models") if table == "tracking" else address
        until(lambda: bool(waiting(schema, table)))
        end(address, waiting(schema, table))
        until(lambda: answer.done() or bool(waiting(schema, table)))
    return answer.result(30)


@pytest.mark.parametrize("way", ["position", "rows"])
def test_a_question_to_the_read_models_is_asked_again(ledger: Ledger, way: str) -> None:
    models = ledger.read_models()
    ask: dict[str, Callable[[], object]] = {
        "position": lambda: models.position("x"),
        "rows": lambda: models.rows("SELECT notification_id FROM tracking"),
    }
    assert broken(address_of(ledger), ask[way], "tracking") == {"position": None, "rows": []}[way]


def test_several_questions_of_one_moment_are_told_that_the_store_was_not_there(ledger: Ledger) -> None:
    models = ledger.read_models()

    def work() -> None:
        with models.at_one_moment() as moment:
            moment.rows("SELECT 1 FROM tracking")

    with pytest.raises(StoreUnavailable, match="connection to the server broke"):
        broken(address_of(ledger), work, "tracking")
    assert models.position("x") is None


def test_a_broken_pull_is_told_that_the_store_was_not_there(ledger: Ledger) -> None:
    models = ledger.read_models()

    with pytest.raises(StoreUnavailable) as raised:
        broken(address_of(ledger), lambda: models.write("x", expected=None, position=1, statements=()), "tracking")
    assert "same key" not in str(raised.value)


def test_a_broken_export_is_told_that_the_store_was_not_there(ledger: Ledger) -> None:
    ledger.append([proposal(registered())])
    address = address_of(ledger)

    def work() -> None:
        with source(address) as tables:
            list(tables.facts())

    with pytest.raises(StoreUnavailable) as raised:
        broken(address, work, "stored_events")
    assert "same key" not in str(raised.value)


def test_a_broken_check_is_no_finding(ledger: Ledger) -> None:
    address = address_of(ledger)

    with pytest.raises(StoreUnavailable, match="connection to the server broke"):
        broken(address, lambda: list(check_ledgers(address, (address.ledger,))), "ledger_info")


# --- as whom a connection acts ------------------------------------------------------------------------------


def test_after_a_role_that_was_refused_the_next_acts_as_the_login_itself(ground: Ground) -> None:
    server = Server(ground.address_of("app"), connections_max=1)
    with server.lease(ground.a.role("writer")):
        pass
    with pytest.raises(psycopg.errors.InsufficientPrivilege), server.lease(ground.b.role("writer")):
        pass
    with server.lease(None) as connection:
        row = connection.execute("SELECT current_user = session_user").fetchone()
    server.close()

    assert row == (True,)


def test_the_login_itself_is_acted_as_without_a_word() -> None:
    # A connection that says nothing but what it is asked: the last query of the backend is the one before.
    address = unused_address()
    server = Server(address, connections_max=1)
    with server.lease(None) as connection:
        pid = connection.info.backend_pid
        connection.execute("SELECT 'the last word'")
    with server.lease(None), superuser(address) as other:
        row = other.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", (pid,)).fetchone()
    server.close()

    assert row == ("SELECT 'the last word'",)


def test_what_was_prepared_is_known_of_one_connection_only() -> None:
    server = Server(unused_address(), connections_max=2)
    with server.lease(None) as one, server.lease(None) as two:
        server.prepared(one).add(b"x")

        assert (server.prepared(one), server.prepared(two)) == ({b"x"}, set())
    server.close()
