"""What is acknowledged is on the disk: the settings that make it so are read back from the connections that write."""

import sqlite3
from pathlib import Path
from typing import cast

import pytest

from benchmarks import world
from ledger.store.sqlite.recorder import LedgerConnection, configure
from ledger.terms.errors import StoreUnavailable
from tests.store.sample import key_rows_of, recorder_of


@pytest.fixture
def place(tmp_path: Path) -> world.Place:
    return world.found(tmp_path)


def _settings(connection: sqlite3.Connection) -> tuple[str, int]:
    (journal_mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    (synchronous,) = connection.execute("PRAGMA synchronous").fetchone()
    return journal_mode, synchronous


def test_the_connection_that_appends_flushes_at_every_commit(place: world.Place) -> None:
    with world.opened(place) as session:
        pool = recorder_of(session.log).datastore.pool
        connection = cast(LedgerConnection, pool.get_connection())
        settings = _settings(connection.sqlite)
        pool.put_connection(connection)

    assert settings == ("wal", 2)


def test_data_keys_are_as_durable_as_the_facts_sealed_under_them(place: world.Place) -> None:
    with world.opened(place) as session:
        settings = _settings(key_rows_of(session.log.vault).connection)

    assert settings == ("wal", 2)


def test_a_database_that_cannot_be_durable_is_not_used() -> None:
    connection = sqlite3.connect(":memory:")

    with pytest.raises(StoreUnavailable, match="journal_mode"):
        configure(connection)

    connection.close()
