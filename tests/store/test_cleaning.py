"""A vault that comes out of a backup holds keys of erasures: they are destroyed again before anything is opened."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ledger.store.cleaning import clean_restored
from ledger.store.connection import Ledger, Place
from ledger.store.fsck import verify
from ledger.store.fsck_fact import Verdict
from ledger.store.vault import Vault
from ledger.streams.base import ERASED, Event
from ledger.streams.erasure import ErasureApproved, ErasureBegun
from ledger.terms.errors import LedgerDamaged, StoreUnavailable
from ledger.terms.identity import ErasureId, id_from
from tests.postgres.servers import tamperer
from tests.store.sample import (
    CANARY,
    OTHER_PATIENT,
    PATIENT,
    NewPlace,
    new_ledger,
    proposal,
    registered,
    reopened,
)
from tests.store.tampering import edit, tamper

SCOPE = f"{PATIENT}/identity"
NEVER_USED = f"{PATIENT}/1999"


@pytest.fixture
def place(new_place: NewPlace) -> Place:
    """A ledger with the words of two patients."""
    place = new_place("ledger")
    with new_ledger(place) as ledger:
        ledger.append([proposal(registered(), key="a"), proposal(registered(OTHER_PATIENT), key="b")])
    return place


def begun(*scopes: str) -> Event:
    return ErasureBegun(patient=PATIENT, erasure=erasure_id(), scopes=scopes)


def approved() -> Event:
    return ErasureApproved(patient=PATIENT, erasure=erasure_id(), not_before=date(2026, 3, 1))


def erasure_id() -> ErasureId:
    return id_from("er", bytes(16))


def erase(place: Place, *scopes: str) -> None:
    """The erasure as the program does it: the fact that it began, then the keys."""
    with reopened(place) as ledger:
        ledger.append([proposal(begun(*scopes), key="begun")])
        ledger.vault.destroy(scopes)


def words(ledger: Ledger) -> list[object]:
    opened = [ledger.open_words(fact) for fact in ledger.facts_at([1, 2])]
    return [getattr(each, "words", None) for each in opened]


def is_gone(place: Place) -> bool:
    """Whether the words of the first patient are gone, and only those."""
    with reopened(place) as ledger:
        ledger.refresh()
        first, second = words(ledger)
        assert CANARY in str(second)
        return first is ERASED


def test_words_that_were_erased_stay_gone_when_the_vault_comes_back_from_a_backup(place: Place, tmp_path: Path) -> None:
    restore = backed_up(place, tmp_path)
    erase(place, SCOPE)
    restore()

    assert is_gone(place)


def test_it_is_said_how_many_keys_came_back_and_not_whose(place: Place, tmp_path: Path) -> None:
    restore = backed_up(place, tmp_path)
    erase(place, SCOPE)
    restore()

    with capture_logs() as lines, reopened(place) as ledger:
        pass

    assert lines == [
        {"event": "erased_keys_destroyed_again", "ledger": ledger.ledger_id, "count": 1, "log_level": "warning"}
    ]


def test_a_start_after_that_finds_nothing_to_destroy_and_says_nothing(place: Place, tmp_path: Path) -> None:
    restore = backed_up(place, tmp_path)
    erase(place, SCOPE)
    restore()
    reopened(place).close()

    with capture_logs() as lines, reopened(place) as ledger:
        assert clean_restored(ledger) == 0

    assert lines == []


def test_a_ledger_whose_vault_knows_of_every_erasure_reads_no_fact_at_its_start(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    erase(place, SCOPE)
    reopened(place).close()
    monkeypatch.setattr(Ledger, "read_all", None)

    reopened(place).close()


def test_an_older_ledger_beside_a_newer_vault_is_looked_through_again(place: Place) -> None:
    erase(place, SCOPE)
    with reopened(place) as ledger:
        ledger.vault.rows.note_erasures(7)

        assert clean_restored(ledger) == 0
        assert ledger.vault.rows.erasures_seen() == 1


def test_an_erasure_that_did_not_begin_destroys_nothing(place: Place) -> None:
    with reopened(place) as ledger:
        ledger.append([proposal(approved(), key="approved")])

    assert not is_gone(place)


def test_an_erasure_that_was_cut_short_after_it_began_is_carried_out_at_the_next_start(place: Place) -> None:
    with reopened(place) as ledger:
        ledger.append([proposal(begun(SCOPE), key="begun")])

    assert is_gone(place)


def test_a_start_that_is_cut_short_destroys_the_rest_at_the_next_one(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    restore = backed_up(place, tmp_path)
    erase(place, SCOPE)
    restore()

    def failing(_vault: Vault, _scopes: object) -> None:
        raise StoreUnavailable("The vault is locked.", "Try again.")

    monkeypatch.setattr(Vault, "destroy", failing)
    with pytest.raises(StoreUnavailable):
        reopened(place)
    monkeypatch.undo()

    assert is_gone(place)


def test_no_key_is_made_for_an_erased_scope_that_never_had_one(place: Place) -> None:
    erase(place, SCOPE, NEVER_USED)

    with reopened(place) as ledger:
        assert ledger.vault.is_destroyed(NEVER_USED)
        with pytest.raises(StoreUnavailable, match="destroyed by an erasure"):
            ledger.vault.ensure([NEVER_USED])


def test_a_ledger_whose_restored_keys_were_destroyed_again_is_sound(place: Place, tmp_path: Path) -> None:
    restore = backed_up(place, tmp_path)
    erase(place, SCOPE)
    restore()

    with reopened(place) as ledger:
        assert verify(ledger).is_sound


def test_an_erasure_that_cannot_be_read_keeps_a_ledger_shut_but_for_whoever_verifies_it(
    place: Place, tmp_path: Path
) -> None:
    restore = backed_up(place, tmp_path)
    erase(place, SCOPE)
    with reopened(place) as ledger:
        ledger.append([proposal(begun(NEVER_USED), key="again")])
    restore()
    tamper(place, edit("state", 3, lambda state: state.replace(b'"scopes"', b'"scobes"')))

    with pytest.raises(LedgerDamaged):
        reopened(place)
    for _ in range(2):
        with reopened(place, to_verify=True) as ledger:
            found = verify(ledger).findings
            assert {each.position for each in found if each.verdict is Verdict.BODY_DAMAGED} == {3}
            assert ledger.vault.is_destroyed(NEVER_USED)
            assert ledger.vault.rows.erasures_seen() != 2
    with pytest.raises(LedgerDamaged):
        reopened(place)


def backed_up(place: Place, folder: Path) -> Callable[[], object]:
    """Back up the vault; what is answered puts it back as it was."""
    if isinstance(place, Path):
        copy = shutil.copy(place / "vault.db", folder / "backup.db")
        return lambda: shutil.copy(copy, place / "vault.db")
    rows: dict[str, list[tuple[object, ...]]] = {}
    columns = {
        "data_keys": "scope, wrapped, created_at, generation",
        "vault_info": "one, ledger_id, format, check_value, destroyed, generation, key_id, rotated_at, erasures_seen",
    }
    with tamperer(place) as connection:
        for table, names in columns.items():
            rows[table] = connection.execute(f"SELECT {names} FROM {table}".encode()).fetchall()

    def restore() -> None:
        with tamperer(place) as connection:
            for table, kept in rows.items():
                connection.execute(f"DELETE FROM {table}".encode())
                marks = ", ".join(["%s"] * len(kept[0]))
                for row in kept:
                    connection.execute(f"INSERT INTO {table} ({columns[table]}) VALUES ({marks})".encode(), row)

    return restore
