"""Verification of files: values of another kind, dropped guards and tables, and damaged pages."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ledger.store.connection import Ledger
from ledger.store.fsck import verify
from ledger.store.fsck_fact import Verdict
from tests.store.sample import assigned, envelope, folder_of, proposal, registered, reopened, reported, sqlite_of
from tests.store.tampering import found, tampered

READINGS = b"[]"
READINGS_DIGEST = "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"


def fill(ledger: Ledger) -> None:
    ledger.append([proposal(registered(), key="k1"), proposal(registered("pt_bbbbbbbbbbbbbbbbbbbbbbbbbb"), once="o")])
    with_readings = proposal(assigned(), by=envelope(readings=READINGS_DIGEST))
    ledger.append([with_readings._replace(readings=READINGS), proposal(reported(given="Other"), key="k4")])


@pytest.fixture
def folder(ledger: Ledger) -> Path:
    """A closed ledger of four facts."""
    fill(ledger)
    ledger.close()
    return folder_of(ledger)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE command_keys SET positions = 'none'",
        "UPDATE command_keys SET positions = '{}'",
        "UPDATE command_keys SET outcome = 'forgotten'",
    ],
)
def test_a_key_that_is_bound_to_nonsense_is_found(folder: Path, change: str) -> None:
    assert {finding.verdict for finding in tampered(folder, change)} == {Verdict.KEY_DANGLES}


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ("UPDATE stored_events SET state = 'text' WHERE rowid = 2", ("body_damaged", 2)),
        ("UPDATE stored_events SET recorded_at = 'noon' WHERE rowid = 2", ("body_damaged", 2)),
        ("UPDATE event_tags SET salt = 'salt' WHERE position = 2 AND ordinal = 0", ("tags_differ", 2)),
        ("UPDATE event_tags SET seq = 'one' WHERE position = 2 AND ordinal = 1", ("stream_gap", 2)),
        ("UPDATE tags SET head = 'two' WHERE tag LIKE 'patient/pt_b%'", ("head_differs", None)),
        ("UPDATE command_keys SET positions = x'00'", ("key_dangles", None)),
        ("UPDATE refusal_count SET position = 'one'", ("key_dangles", None)),
        ("UPDATE reading_sets SET digest = 'abc'", ("reading_set_differs", None)),
    ],
)
def test_a_value_of_another_kind_is_a_finding_and_no_crash(
    folder: Path, change: str, finding: tuple[str, int | None]
) -> None:
    assert finding in found(tampered(folder, change))


def test_a_dropped_trigger_is_found(folder: Path) -> None:
    db = sqlite3.connect(folder / "ledger.db")
    db.execute("DROP TRIGGER stored_events_no_update")
    db.close()

    with reopened(folder) as ledger:
        findings = verify(ledger).findings

    assert [finding.verdict for finding in findings] == [Verdict.SCHEMA_DIFFERS]
    assert "stored_events_no_update" in findings[0].words


@pytest.mark.parametrize("table", ["tags", "reading_sets"])
def test_a_table_that_is_gone_is_a_finding_and_no_crash(ledger: Ledger, table: str) -> None:
    fill(ledger)
    sqlite_of(ledger).execute(f"DROP TABLE {table}")

    findings = verify(ledger).findings

    assert {finding.verdict for finding in findings} == {Verdict.SCHEMA_DIFFERS, Verdict.FILE_DAMAGED}
    assert findings[-1].words == f"The database cannot be read to its end: no such table: {table}."


def test_a_damaged_page_is_found(folder: Path) -> None:
    path = folder / "ledger.db"
    content = bytearray(path.read_bytes())
    with closing(sqlite3.connect(path)) as connection:
        ((state,),) = connection.execute("SELECT state FROM stored_events ORDER BY rowid DESC LIMIT 1")
        ((page_bytes,),) = connection.execute("PRAGMA page_size")
    page = content.rindex(state) // page_bytes * page_bytes
    content[page : page + 400] = b"\xff" * 400
    path.write_bytes(content)

    with reopened(folder) as ledger:
        verdicts = {finding.verdict for finding in verify(ledger).findings}

    assert Verdict.FILE_DAMAGED in verdicts
