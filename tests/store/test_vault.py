"""The vault: keys are durable first, one a scope, bound to their place, and gone when they are destroyed."""

from collections.abc import Iterator, Mapping, Sequence

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.store.connection import Place
from ledger.terms.errors import LedgerDamaged, NotALedger, StoreUnavailable, WrongKey
from tests.store.sample import NewPlace, new_ledger
from tests.store.tampering import tamper
from tests.store.vaults import kept_in_vault, vault_at, wait_until_alone

SCOPE = "pt_x/2026"


@pytest.fixture
def place(new_place: NewPlace) -> Place:
    """Where a new ledger with its vault is."""
    place = new_place("ledger")
    new_ledger(place).close()
    return place


def seals_for(cipher: AESGCM | None, other: AESGCM | None) -> bool:
    assert cipher is not None
    assert other is not None
    return other.decrypt(b"n" * 12, cipher.encrypt(b"n" * 12, b"text", b""), b"") == b"text"


def test_another_master_key_is_the_wrong_key(place: Place) -> None:
    with pytest.raises(WrongKey):
        vault_at(place, master_key=b"x" * 32)


def test_the_vault_of_another_ledger_is_refused(place: Place) -> None:
    with pytest.raises(NotALedger):
        vault_at(place, ledger_id="lg_bbbbbbbbbbbbbbbbbbbbbbbbbb")


def test_two_processes_that_make_the_same_key_end_with_one(place: Place) -> None:
    first, second = vault_at(place, seed="a"), vault_at(place, seed="b")

    first.ensure([SCOPE])
    second.ensure([SCOPE])

    assert seals_for(first.sealing(SCOPE), second.sealing(SCOPE))
    first.close()
    second.close()


def test_the_second_of_two_racing_inserts_reads_the_first(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = vault_at(place, seed="a"), vault_at(place, seed="b")
    # The second process looked before the first one wrote.
    stale: Iterator[dict[str, bytes | None]] = iter([{}])
    real = second.rows.wrapped

    def wrapped(scopes: Sequence[str]) -> Mapping[str, bytes | None]:
        seen = next(stale, None)
        return real(scopes) if seen is None else seen

    monkeypatch.setattr(second.rows, "wrapped", wrapped)
    first.ensure([SCOPE])

    second.ensure([SCOPE])

    assert seals_for(first.opening(SCOPE), second.opening(SCOPE))
    first.close()
    second.close()


def test_a_key_is_the_same_after_a_restart(place: Place) -> None:
    vault = vault_at(place)
    vault.ensure([SCOPE])
    cipher = vault.sealing(SCOPE)
    vault.close()

    again = vault_at(place, seed="c")

    assert seals_for(cipher, again.opening(SCOPE))
    again.close()


def test_a_scope_that_never_had_a_key_has_none_and_was_not_destroyed(place: Place) -> None:
    vault = vault_at(place)

    assert vault.opening(SCOPE) is None
    assert not vault.is_destroyed(SCOPE)
    vault.close()


def test_a_destroyed_key_leaves_its_mark(place: Place) -> None:
    vault = vault_at(place)
    vault.ensure([SCOPE])

    vault.destroy([SCOPE])

    assert vault.opening(SCOPE) is None
    assert vault.is_destroyed(SCOPE)
    assert vault.rows.wrapped([SCOPE]) == {SCOPE: None}
    vault.close()


def test_keys_that_are_destroyed_again_are_counted_once(place: Place) -> None:
    vault = vault_at(place)
    vault.ensure([SCOPE])

    vault.destroy([SCOPE])
    vault.destroy([SCOPE])

    assert vault.rows.destroyed() == 1
    vault.close()


def test_a_scope_that_never_had_a_key_is_destroyed_as_well_and_never_gets_one(place: Place) -> None:
    vault = vault_at(place)
    vault.destroy(["never/was"])

    assert vault.rows.destroyed() == 1
    assert vault.is_destroyed("never/was")
    with pytest.raises(StoreUnavailable):
        vault.ensure(["never/was"])
    vault.close()


def test_the_vault_keeps_a_bounded_number_of_keys_open(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.store.vault.OPEN_KEYS_MAX", 2)
    vault = vault_at(place)
    vault.ensure(["a", "b", "c"])

    assert len(vault._open) == 2
    assert vault.sealing("a") is not None
    vault.close()


def test_a_wrapped_key_moved_to_another_scope_does_not_open(place: Place) -> None:
    vault = vault_at(place)
    vault.ensure([SCOPE, "other"])
    vault.close()
    moved = "UPDATE data_keys SET wrapped = (SELECT wrapped FROM data_keys WHERE scope = 'other')"
    tamper(place, moved, of_vault=True)

    again = vault_at(place)

    with pytest.raises(LedgerDamaged):
        again.opening(SCOPE)
    again.close()


@pytest.mark.parametrize(
    "change", ["UPDATE named_keys SET wrapped = zeroblob(60) WHERE name = 'index'", "DELETE FROM named_keys"]
)
def test_a_lost_index_key_stops_the_start(place: Place, change: str) -> None:
    tamper(place, change, of_vault=True)

    with pytest.raises(LedgerDamaged):
        vault_at(place)


def test_the_destroyed_keys_of_one_subject_are_named_and_those_of_others_are_not(place: Place) -> None:
    vault = vault_at(place)
    vault.ensure(["pt_x/2025", SCOPE, "pt_x/identity", "pt_xy/2026"])

    vault.destroy([SCOPE, "pt_xy/2026"])

    assert vault.destroyed_of("pt_x") == {SCOPE}
    assert vault.destroyed_of("pt_z") == frozenset()
    vault.close()


def test_the_bytes_of_a_destroyed_key_are_gone_from_the_vaults_files(place: Place) -> None:
    vault = vault_at(place)
    scopes = [f"pt_{number:026}/identity" for number in range(500)]
    vault.ensure(scopes)
    kept = vault.rows.wrapped(scopes)
    gone = [wrapped for scope in scopes[::7] if (wrapped := kept[scope]) is not None]
    assert kept_in_vault(place, gone) == len(gone)

    wait_until_alone(place)
    vault.destroy(scopes[::7])

    assert kept_in_vault(place, gone) == 0
    vault.close()
