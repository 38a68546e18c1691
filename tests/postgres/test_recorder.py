"""The recorder on a server: the base library's tools read through it, and the writer's login inserts nothing by it."""

from urllib.parse import urlsplit

import psycopg
import pytest
from eventsourcing.persistence import ProgrammingError, StoredEvent
from psycopg import sql

from ledger.store.connection import Ledger
from ledger.store.postgres.address import Address
from ledger.store.postgres.recorder import LedgerDatastore, LedgerRecorder
from tests.postgres.servers import superuser
from tests.store.recorders import base_recorder
from tests.store.sample import address_of, proposal, registered

EVENT = StoredEvent("patient/x", 1, "patient_registered", b"")


@pytest.fixture
def as_writer(ledger: Ledger) -> Address:
    """The ledger's address for a login that is its writer and nothing else."""
    address = address_of(ledger)
    login = f"{address.schema}_login"
    with superuser(address) as connection:
        for statement in ("CREATE ROLE {} LOGIN PASSWORD 'x'", "GRANT {1} TO {0}"):
            names = map(sql.Identifier, (login, address.role("writer")))
            connection.execute(sql.SQL(statement).format(*names))
    parts = urlsplit(address.server)
    server = parts._replace(netloc=f"{login}@{parts.netloc.rpartition('@')[2]}").geturl()
    return Address(server, address.ledger, "x")


def test_the_writers_login_reads_through_the_recorder_and_inserts_nothing(ledger: Ledger, as_writer: Address) -> None:
    ledger.append([proposal(registered())])

    with LedgerDatastore(as_writer) as datastore:
        recorder = LedgerRecorder(datastore)

        assert recorder.max_notification_id() == 1
        with pytest.raises(ProgrammingError, match="permission denied"):
            recorder.insert_events([EVENT])
    assert ledger.refresh() == 1


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO stored_events VALUES (1, 1, 0, 'a', 't', '', '', '')",
        "LOCK TABLE append_lock IN EXCLUSIVE MODE",
        "LOCK TABLE stored_events IN EXCLUSIVE MODE",
    ],
)
def test_what_the_recorder_does_is_refused_to_the_writer_statement_by_statement(
    as_writer: Address, statement: str
) -> None:
    with psycopg.connect(as_writer.server, password=as_writer.password, autocommit=True) as connection:
        connection.execute(sql.SQL("SET search_path = {}").format(sql.Identifier(as_writer.schema)))

        with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
            connection.execute(statement.encode())


def test_an_insert_notifies_nobody(ledger: Ledger) -> None:
    with superuser(address_of(ledger)) as listener, base_recorder(ledger) as recorder:
        listener.execute("LISTEN stored_events")
        recorder.insert_events([EVENT])

        assert list(listener.notifies(timeout=0.05)) == []


def test_an_insert_is_durable_also_for_a_login_that_would_not_wait(ledger: Ledger, as_writer: Address) -> None:
    with superuser(address_of(ledger)) as connection:
        login = sql.Identifier(f"{as_writer.schema}_login")
        connection.execute(sql.SQL("ALTER ROLE {} SET synchronous_commit = off").format(login))

    with LedgerDatastore(as_writer) as datastore, datastore.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")

        assert cursor.fetchone() == {"synchronous_commit": "on"}
