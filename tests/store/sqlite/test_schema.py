"""The schema: facts are only inserted, migrations are applied once under their checksum, and settings are durable."""

import sqlite3
from collections.abc import Iterator

import pytest

from ledger.store import migrate as migrate_module
from ledger.store.connection import Ledger
from ledger.store.migrate import Migration, migrate, migrations, pending, statements
from ledger.store.sqlite.recorder import configure
from ledger.terms.errors import LedgerDamaged, NeedsNewerProgram, StoreUnavailable
from tests.store.sample import envelope, folder_of, proposal, recorder_of, registered

READINGS = b"[]"
READINGS_DIGEST = "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"


@pytest.fixture
def db(ledger: Ledger) -> Iterator[sqlite3.Connection]:
    with_readings = proposal(registered(), by=envelope(readings=READINGS_DIGEST), key="k", once="o")
    ledger.append([with_readings._replace(readings=READINGS)])
    connection = sqlite3.connect(folder_of(ledger) / "ledger.db", isolation_level=None)
    yield connection
    connection.close()


@pytest.mark.parametrize(
    ("statement", "invariant"),
    [
        ("UPDATE stored_events SET recorded_at = 0", "never changed"),
        ("DELETE FROM stored_events", "never removed"),
        ("UPDATE event_tags SET salt = zeroblob(16)", "never changed"),
        ("DELETE FROM event_tags", "never removed"),
        ("UPDATE reading_sets SET content = ''", "never changed"),
        ("DELETE FROM reading_sets", "never removed"),
        ("UPDATE ledger_info SET simulated = 1", "keeps its id and its kind"),
        ("DELETE FROM ledger_info", "keeps its id and its kind"),
        ("UPDATE tags SET head = head", "only grows"),
        ("UPDATE tags SET head = head - 1", "only grows"),
        ("UPDATE tags SET tag = 'other'", "only grows"),
        ("DELETE FROM tags", "only grows"),
        ("UPDATE command_keys SET content = zeroblob(32)", "bound for ever"),
        ("UPDATE command_keys SET content = NULL, positions = '[2]'", "bound for ever"),
        ("UPDATE command_keys SET content = NULL, outcome = 'parked'", "bound for ever"),
        ("DELETE FROM command_keys", "bound for ever"),
        ("UPDATE refusal_count SET count = count", "only add up"),
        ("UPDATE refusal_count SET count = count + 1, position = 2", "only add up"),
        ("INSERT INTO stored_events VALUES (9, 'a', 1, 't', '', 0, '', '')", "gapless"),
        ("INSERT INTO stored_events VALUES (1, 'a', 1, 't', '', 0, '', '')", "gapless"),
        ("INSERT INTO stored_events VALUES (NULL, 'a', 1, 't', '', 0, '', '')", "gapless"),
    ],
)
def test_the_database_refuses_what_no_program_may_do(db: sqlite3.Connection, statement: str, invariant: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match=invariant):
        db.execute(statement)


def test_replacing_a_fact_is_refused_on_every_connection_of_ours(db: sqlite3.Connection) -> None:
    configure(db)
    replacement = (
        "INSERT OR REPLACE INTO stored_events"
        " SELECT 2, originator_id, originator_version, topic, '', 0, '', '' FROM stored_events"
    )

    with pytest.raises(sqlite3.IntegrityError, match="never removed"):
        db.execute(replacement)


def test_the_content_of_a_key_may_be_blanked(db: sqlite3.Connection, ledger: Ledger) -> None:
    db.execute("UPDATE command_keys SET content = NULL")

    bound = ledger.binding("k")

    assert bound is not None
    assert bound.content is None


def test_a_ledger_keeps_its_durable_settings(ledger: Ledger) -> None:
    with recorder_of(ledger).datastore.transaction(commit=False) as cursor:
        found = []
        for name in ("journal_mode", "synchronous", "recursive_triggers"):
            cursor.execute(f"PRAGMA {name}")
            found.append(cursor.fetchone()[0])

    assert found == ["wal", 2, 1]


def test_a_database_that_cannot_be_durable_is_refused() -> None:
    memory = sqlite3.connect(":memory:")

    with pytest.raises(StoreUnavailable, match="journal_mode"):
        configure(memory)
    memory.close()


@pytest.mark.parametrize("family", ["sqlite", "vault"])
def test_migrations_are_numbered_from_one_without_gaps(family: migrate_module.Family) -> None:
    numbers = [migration.number for migration in migrations(family)]

    assert numbers == list(range(1, len(numbers) + 1))


def test_migrations_are_applied_once() -> None:
    db = sqlite3.connect(":memory:", isolation_level=None)
    migrate(db, "sqlite", 5)
    before = db.execute("SELECT * FROM migrations").fetchall()

    migrate(db, "sqlite", 6)

    assert db.execute("SELECT * FROM migrations").fetchall() == before
    assert pending(db, "sqlite") == ()
    db.close()


def test_a_migration_applied_with_another_text_stops_the_start() -> None:
    db = sqlite3.connect(":memory:", isolation_level=None)
    migrate(db, "sqlite", 5)
    db.execute("UPDATE migrations SET sha256 = zeroblob(32)")

    with pytest.raises(LedgerDamaged, match="another text"):
        migrate(db, "sqlite", 6)
    db.close()


def test_a_migration_of_a_later_program_asks_for_that_program() -> None:
    db = sqlite3.connect(":memory:", isolation_level=None)
    migrate(db, "sqlite", 5)
    db.execute("INSERT INTO migrations VALUES (99, '0099_later.sql', zeroblob(32), 5)")

    with pytest.raises(NeedsNewerProgram, match="0099_later"):
        pending(db, "sqlite")
    db.close()


def test_a_migration_that_fails_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Migration(1, "0001_broken.sql", "CREATE TABLE a (x);\nCREATE TABLE a (x);\n")
    monkeypatch.setattr(migrate_module, "migrations", lambda family: (broken,))
    db = sqlite3.connect(":memory:", isolation_level=None)

    with pytest.raises(sqlite3.OperationalError):
        migrate(db, "sqlite", 5)

    assert db.execute("SELECT * FROM sqlite_master").fetchall() == []
    db.close()


def test_a_trigger_is_one_statement() -> None:
    sql = "CREATE TABLE a (x); -- note\nCREATE TRIGGER t AFTER INSERT ON a\nBEGIN SELECT 1; END;\n"

    assert len(list(statements(sql))) == 2
