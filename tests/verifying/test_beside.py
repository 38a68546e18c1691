"""Bindings of keys and counts of refusals, which no leaf covers, against an archive that somebody kept."""

from pathlib import Path

import pytest

from ledger.store.archive.export import export_ledger
from ledger.store.connection import Ledger, Place
from ledger.store.verifying.beside import beside_the_facts
from ledger.store.verifying.naming import Named
from ledger.streams.base import CommandKey, Proposal
from tests.store.sample import StandingClock, assigned, envelope, place_of, proposal, registered, reopened
from tests.store.tampering import tamper


@pytest.fixture
def place(ledger: Ledger) -> Place:
    """A closed ledger: a key bound to fact 3, one answered `unchanged` with it, a refusal at 4 that happened twice."""
    again = Proposal((), envelope(), (), CommandKey("k2", b"2" * 32), "unchanged", (3,))
    ledger.append(
        [proposal(registered(), key="k1"), again, proposal(assigned(), once="o"), proposal(assigned(), once="o")]
    )
    ledger.close()
    return place_of(ledger)


@pytest.fixture
def archive(place: Place, tmp_path: Path) -> Path:
    """Its archive, made before anybody changed anything."""
    export_ledger(place, tmp_path / "kept.archive", StandingClock())
    return tmp_path / "kept.archive"


def named(place: Place, archive: Path, *changes: str) -> list[tuple[Named | None, int | None]]:
    tamper(place, *changes)
    with reopened(place) as ledger, ledger.engine.snapshot() as stored:
        return [(finding.named, finding.position) for finding in beside_the_facts(stored, archive)]


def positions(place: Place, position: int) -> str:
    return f"'[{position}]'" if isinstance(place, Path) else f"'{{{position}}}'"


def test_what_is_as_it_was_archived_has_no_findings(place: Place, archive: Path) -> None:
    assert named(place, archive) == []


def test_what_came_after_the_archive_is_no_finding(place: Place, archive: Path) -> None:
    with reopened(place) as ledger:
        ledger.append([proposal(assigned(), key="k0"), proposal(assigned(), once="o"), proposal(assigned(), once="p")])

    assert named(place, archive) == []


def test_a_key_that_is_gone_was_deleted(place: Place, archive: Path) -> None:
    assert named(place, archive, "DELETE FROM command_keys WHERE token = 'k2'") == [(Named.DELETED, 3)]


def test_a_key_that_is_bound_to_another_fact_was_edited(place: Place, archive: Path) -> None:
    change = f"UPDATE command_keys SET positions = {positions(place, 2)} WHERE token = 'k2'"

    assert named(place, archive, change) == [(Named.EDITED, 3)]


def test_a_key_whose_answer_is_another_was_edited(place: Place, archive: Path) -> None:
    change = "UPDATE command_keys SET outcome = 'parked' WHERE token = 'k1'"

    assert named(place, archive, change) == [(Named.EDITED, 3)]


def test_a_key_whose_content_was_erased_is_no_finding(place: Place, archive: Path) -> None:
    assert named(place, archive, "UPDATE command_keys SET content = NULL") == []


def test_a_count_that_is_lower_was_edited(place: Place, archive: Path) -> None:
    assert named(place, archive, "UPDATE refusal_count SET count = 1") == [(Named.EDITED, 4)]


def test_a_count_that_is_gone_was_deleted(place: Place, archive: Path) -> None:
    assert named(place, archive, "DELETE FROM refusal_count") == [(Named.DELETED, 4)]
