"""The master key is rotated: the vault opens under the old key or the new one, never both, and no fact is touched."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from ledger.store.connection import Ledger, Place, open_ledger
from ledger.store.fsck import verify
from ledger.store.masterkeys import Master
from ledger.store.postgres.rewrapping import PostgresRewrapping, PostgresVault
from ledger.store.rotation import Rotated, rotate_master_key
from ledger.store.sqlite.rewrapping import SqliteRewrapping, SqliteVault
from ledger.streams.base import ERASED, identity_scope
from ledger.streams.erasure import ErasureBegun
from ledger.terms.errors import LedgerDamaged, NotALedger, StoreUnavailable, WrongKey
from ledger.terms.identity import id_from
from tests.postgres.servers import superuser
from tests.store.kms import StandInKms
from tests.store.sample import (
    CANARY,
    MASTER_KEY,
    OTHER_PATIENT,
    PATIENT,
    NewPlace,
    RepeatableIds,
    StandingClock,
    ledger_id_at,
    new_ledger,
    proposal,
    registered,
    reopened,
)
from tests.store.tampering import tamper
from tests.store.vaults import kept_in_vault, vault_at

NEW_KEY = bytes(range(100, 132))
THIRD_KEY = bytes(range(50, 82))


@pytest.fixture
def place(new_place: NewPlace) -> Place:
    """A ledger with one patient who was erased and one who was not."""
    place = new_place("ledger")
    with new_ledger(place) as ledger:
        ledger.append([proposal(registered(), key="a"), proposal(registered(OTHER_PATIENT), key="b")])
        ledger.append([proposal(begun(OTHER_PATIENT), key="begun")])
        ledger.vault.destroy([f"{OTHER_PATIENT}/identity"])
    return place


def begun(patient: str) -> ErasureBegun:
    """An erasure of who a patient is has begun."""
    scopes = (identity_scope(patient),)
    return ErasureBegun(patient=patient, erasure=id_from("er", bytes(16)), scopes=scopes)


def rotated(place: Place, old: Master = MASTER_KEY, new: Master = NEW_KEY) -> Rotated:
    return rotate_master_key(
        place, ledger_id_at(place), old=old, new=new, clock=StandingClock(), ids=RepeatableIds("rotate")
    )


def given_names(ledger: Ledger) -> list[object]:
    """What is read of the two patients: a name, or that it was erased."""
    ledger.refresh()
    found = [getattr(ledger.open_words(fact), "words", None) for fact in ledger.facts_at([1, 2])]
    return [getattr(getattr(words, "demographics", None), "given", words) for words in found]


def opened(place: Place, master: Master) -> Ledger:
    return open_ledger(place, master_key=master, clock=StandingClock(), ids=RepeatableIds("again"))


def test_after_a_rotation_the_new_key_reads_every_word_and_the_old_one_opens_nothing(place: Place) -> None:
    done = rotated(place)

    assert (done.generation, done.keys) == (2, 3)
    with opened(place, NEW_KEY) as ledger:
        assert given_names(ledger) == [CANARY, ERASED]
    with pytest.raises(WrongKey, match=f"called {done.key_id}, the one of generation 2"):
        opened(place, MASTER_KEY)


def test_a_rotation_touches_no_fact(place: Place) -> None:
    with reopened(place) as ledger:
        before = verify(ledger)

    rotated(place)

    with opened(place, NEW_KEY) as ledger:
        after = verify(ledger)
    assert after.is_sound
    assert (after.root, after.facts) == (before.root, before.facts)


def test_tokens_are_the_same_after_a_rotation(place: Place) -> None:
    with reopened(place) as ledger:
        before = (ledger.token("mrn", "A-1"), ledger.content_digest(b"content"))

    rotated(place)

    with opened(place, NEW_KEY) as ledger:
        assert (ledger.token("mrn", "A-1"), ledger.content_digest(b"content")) == before


def test_words_are_sealed_and_keys_destroyed_after_a_rotation_as_before(place: Place) -> None:
    rotated(place)

    with opened(place, NEW_KEY) as ledger:
        ledger.append([proposal(registered("pt_cccccccccccccccccccccccccc"), key="c")])
        ledger.append([proposal(begun(PATIENT), key="d")])
        ledger.vault.destroy([f"{PATIENT}/identity"])

    with opened(place, NEW_KEY) as ledger:
        assert given_names(ledger) == [ERASED, ERASED]
        assert verify(ledger).is_sound


def test_a_rotation_that_is_asked_for_again_does_nothing(place: Place) -> None:
    first = rotated(place)

    again = rotated(place)

    assert again == Rotated(first.key_id, 2, 0)


def test_a_master_key_is_rotated_any_number_of_times(place: Place) -> None:
    rotated(place)

    done = rotated(place, NEW_KEY, THIRD_KEY)

    assert done.generation == 3
    with opened(place, THIRD_KEY) as ledger:
        assert given_names(ledger) == [CANARY, ERASED]
    with pytest.raises(WrongKey):
        opened(place, NEW_KEY)


def test_a_key_that_opens_nothing_rotates_nothing(place: Place) -> None:
    with pytest.raises(WrongKey):
        rotated(place, THIRD_KEY)

    with reopened(place) as ledger:
        assert given_names(ledger) == [CANARY, ERASED]


def test_the_new_key_must_be_another_one(place: Place) -> None:
    with pytest.raises(WrongKey, match="is the old one"):
        rotated(place, MASTER_KEY, MASTER_KEY)


def test_the_vault_of_another_ledger_is_not_rotated(place: Place) -> None:
    with pytest.raises(NotALedger):
        rotate_master_key(
            place,
            "lg_bbbbbbbbbbbbbbbbbbbbbbbbbb",
            old=MASTER_KEY,
            new=NEW_KEY,
            clock=StandingClock(),
            ids=RepeatableIds(),
        )


def test_a_key_that_does_not_open_stops_a_rotation_and_nothing_is_changed(place: Place) -> None:
    tamper(place, f"UPDATE data_keys SET wrapped = zeroblob(60) WHERE scope = '{PATIENT}/identity'", of_vault=True)

    with pytest.raises(LedgerDamaged):
        rotated(place)

    vault_at(place).close()


# --- a key service in place of a key ----------------------------------------------------------------


def test_a_ledger_moves_from_a_key_file_to_a_key_service_and_back(place: Place) -> None:
    service = StandInKms("clinic")

    rotated(place, MASTER_KEY, service)
    with opened(place, service) as ledger:
        ledger.append([proposal(registered("pt_cccccccccccccccccccccccccc"), key="c")])
        assert given_names(ledger) == [CANARY, ERASED]
    rotated(place, service, NEW_KEY)

    with opened(place, NEW_KEY) as ledger:
        assert given_names(ledger) == [CANARY, ERASED]
    with pytest.raises(WrongKey):
        opened(place, service)


def test_a_key_service_is_asked_once_for_a_key_that_is_open(place: Place) -> None:
    service = StandInKms("clinic")
    rotated(place, MASTER_KEY, service)
    with opened(place, service) as ledger:
        given_names(ledger)
        before = service.calls

        given_names(ledger)

        assert service.calls == before


def test_a_key_service_that_is_out_of_reach_is_no_wrong_key_and_no_damage(place: Place) -> None:
    service = StandInKms("clinic")
    rotated(place, MASTER_KEY, service)
    service.is_reachable = False

    with pytest.raises(StoreUnavailable):
        opened(place, service)


def test_a_key_service_that_goes_away_in_the_middle_leaves_the_old_key(place: Place) -> None:
    class Going(StandInKms):
        def wrap(self, key: bytes, aad: bytes) -> bytes:
            self.is_reachable = self.calls < 5
            return super().wrap(key, aad)

    with pytest.raises(StoreUnavailable):
        rotated(place, MASTER_KEY, Going("clinic"))

    with reopened(place) as ledger:
        assert given_names(ledger) == [CANARY, ERASED]


def test_a_service_that_does_not_open_what_it_wrapped_is_not_rotated_to(place: Place) -> None:
    class Broken(StandInKms):
        def wrap(self, key: bytes, aad: bytes) -> bytes:
            return super().wrap(key[::-1], aad)

    with pytest.raises(WrongKey, match="does not open what it wrapped"):
        rotated(place, MASTER_KEY, Broken("clinic"))

    with reopened(place) as ledger:
        assert given_names(ledger) == [CANARY, ERASED]


# --- crashes ------------------------------------------------------------------------------------------


class _Crash(BaseException):
    """The process ends here."""


STEPS = ("identity", "begin", "named", "put_named", "live", "put", "left")


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_a_crash_at_any_step_leaves_a_vault_that_the_old_key_opens(
    place: Place, monkeypatch: pytest.MonkeyPatch, step: str, when: str
) -> None:
    kind = SqliteRewrapping if isinstance(place, Path) else PostgresRewrapping
    real: Callable[..., object] = getattr(kind, step)

    def crashing(*args: object) -> object:
        if when == "after":
            real(*args)
        raise _Crash

    monkeypatch.setattr(kind, step, crashing)
    with pytest.raises(_Crash):
        rotated(place)
    monkeypatch.undo()

    with reopened(place) as ledger:
        assert given_names(ledger) == [CANARY, ERASED]
    with pytest.raises(WrongKey):
        opened(place, NEW_KEY)
    rotated(place)
    with opened(place, NEW_KEY) as ledger:
        assert given_names(ledger) == [CANARY, ERASED]


def test_a_crash_between_commit_and_cleaning_leaves_the_new_key_and_is_cleaned_when_asked_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = wrapped_keys(place)
    kind = SqliteVault if isinstance(place, Path) else PostgresVault

    def crashing(_: object) -> None:
        raise _Crash

    monkeypatch.setattr(kind, "clean", crashing)
    with pytest.raises(_Crash):
        rotated(place)
    monkeypatch.undo()

    with opened(place, NEW_KEY) as ledger:
        assert given_names(ledger) == [CANARY, ERASED]
    rotated(place)
    assert not kept_in_vault(place, old)


def test_no_wrapping_under_the_old_key_is_left_in_the_vaults_files(place: Place) -> None:
    with reopened(place) as ledger:  # enough for pages to be split
        ledger.vault.ensure([f"pt_{number:026}/identity" for number in range(500)])
    old = wrapped_keys(place)
    assert kept_in_vault(place, old) == len(old) == 504

    rotated(place)

    assert kept_in_vault(place, old) == 0


# --- other programs -----------------------------------------------------------------------------------


def test_a_program_with_the_old_key_goes_on_with_what_it_has_open_and_adds_no_key(place: Place) -> None:
    with reopened(place) as ledger:
        assert given_names(ledger) == [CANARY, ERASED]
        rotated(place)

        assert given_names(ledger) == [CANARY, ERASED]
        with pytest.raises(WrongKey, match="rotated while this program ran"):
            ledger.append([proposal(registered("pt_cccccccccccccccccccccccccc"), key="c")])

        assert ledger.refresh() == 3


def test_a_program_with_the_old_key_is_told_why_it_cannot_open_a_key(place: Place) -> None:
    with reopened(place) as ledger:
        rotated(place)

        with pytest.raises(WrongKey, match="rotated while this program ran"):
            given_names(ledger)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE data_keys SET wrapped = zeroblob(60)",
        "UPDATE data_keys SET wrapped = zeroblob(60), generation = generation + 1",
        "UPDATE data_keys SET generation = generation + 1",
        "UPDATE data_keys SET wrapped = zeroblob(60), generation = generation + 1 WHERE wrapped IS NULL",
        "UPDATE named_keys SET wrapped = zeroblob(60)",
        "UPDATE named_keys SET wrapped = zeroblob(60), generation = generation + 1",
        "INSERT INTO data_keys (scope, wrapped, created_at, generation) VALUES ('x', zeroblob(60), 0, 2)",
        "UPDATE vault_info SET check_value = zeroblob(44)",
        "UPDATE vault_info SET generation = generation + 2, check_value = zeroblob(44), rotated_at = 0",
        "UPDATE vault_info SET generation = generation + 1, rotated_at = 0",
        "UPDATE vault_info SET generation = generation - 1, check_value = zeroblob(44), rotated_at = 0",
        "UPDATE vault_info SET ledger_id = 'x', generation = 2, check_value = zeroblob(44), rotated_at = 1",
        "UPDATE vault_info SET key_id = 'mine'",
        "DELETE FROM vault_info",
    ],
)
def test_the_database_lets_a_wrapping_be_replaced_on_the_way_to_the_next_generation_only(
    place: Place, statement: str
) -> None:
    assert refuses(place, statement)


def test_after_a_rotation_an_old_wrapping_is_not_put_back(place: Place) -> None:
    rotated(place)

    assert refuses(place, "UPDATE data_keys SET wrapped = zeroblob(60), generation = 1")
    assert refuses(
        place, "INSERT INTO data_keys (scope, wrapped, created_at, generation) VALUES ('x', zeroblob(60), 0, 1)"
    )


# --- helpers ------------------------------------------------------------------------------------------


def wrapped_keys(place: Place) -> list[bytes]:
    """Every wrapped value of the vault."""
    found: list[bytes] = []
    query = (
        "SELECT wrapped FROM data_keys WHERE wrapped IS NOT NULL UNION ALL SELECT wrapped FROM named_keys"
        " UNION ALL SELECT check_value FROM vault_info"
    )
    tamper(place, lambda run: found.extend(bytes(value) for (value,) in run(query)), of_vault=True)
    return found


def refuses(place: Place, statement: str) -> bool:
    """Whether the database refuses a statement, whoever asks."""
    if isinstance(place, Path):
        db = sqlite3.connect(place / "vault.db", isolation_level=None)
        try:
            db.execute(statement)
        except sqlite3.IntegrityError:
            return True
        finally:
            db.close()
        return False
    with superuser(place) as connection:
        try:
            connection.execute(statement.replace("zeroblob(60)", "'\\x00'").replace("zeroblob(44)", "'\\x00'").encode())
        except psycopg.errors.RestrictViolation:
            return True
        return False
