"""How a ledger comes into being on either engine: whole, once, and never over another."""

import pytest

from ledger.store.connection import create, exists, info_of
from ledger.terms.errors import LedgerDamaged, NeedsNewerProgram, NotALedger, WrongKey
from ledger.terms.identity import type_of_id
from tests.store.sample import (
    MASTER_KEY,
    NOON,
    NewPlace,
    RepeatableIds,
    StandingClock,
    ledger_id_at,
    new_ledger,
    place_of,
    proposal,
    registered,
    reopened,
)
from tests.store.tampering import tamper


def test_there_is_no_ledger_where_none_was_made(new_place: NewPlace) -> None:
    place = new_place("ledger")

    assert not exists(place)
    with pytest.raises(NotALedger, match="no ledger"):
        reopened(place)


def test_a_ledger_that_was_made_is_there_and_says_who_it_is_without_a_key(new_place: NewPlace) -> None:
    with new_ledger(new_place("ledger")) as ledger:
        place = place_of(ledger)

    assert exists(place)
    assert info_of(place)[:3] == (ledger_id_at(place), 1, False)


def test_a_ledger_is_never_made_over_another(new_place: NewPlace) -> None:
    place = new_place("ledger")
    with new_ledger(place) as ledger:
        ledger.append([proposal(registered())])

    with pytest.raises(NotALedger, match="already"):
        new_ledger(place)

    with reopened(place) as ledger:
        assert ledger.refresh() == 1


def test_a_ledger_draws_its_own_id_where_none_is_given(new_place: NewPlace) -> None:
    place = new_place("ledger")
    ids = RepeatableIds(str(place))

    with create(place, master_key=MASTER_KEY, clock=StandingClock(), ids=ids, simulated=True) as ledger:
        assert type_of_id.match(ledger.ledger_id)
        assert ledger.ledger_id.startswith("lg_")
        assert ledger.simulated
        assert ledger.created_at == NOON


def test_a_ledger_of_a_later_format_asks_for_a_newer_program(new_place: NewPlace) -> None:
    place = new_place("ledger")
    new_ledger(place).close()
    tamper(place, "UPDATE ledger_info SET format = 2")

    with pytest.raises(NeedsNewerProgram, match="format 2"):
        reopened(place)


def test_a_ledger_that_does_not_say_who_it_is_is_damaged(new_place: NewPlace) -> None:
    place = new_place("ledger")
    new_ledger(place).close()
    tamper(place, "DELETE FROM ledger_info")

    with pytest.raises(LedgerDamaged, match="who it is"):
        reopened(place)


def test_a_ledger_of_a_later_migration_asks_for_that_program(new_place: NewPlace) -> None:
    place = new_place("ledger")
    new_ledger(place).close()
    tamper(place, "INSERT INTO migrations VALUES (99, '0099_later.sql', zeroblob(32), 5)")

    with pytest.raises(NeedsNewerProgram, match="0099_later"):
        reopened(place)


def test_a_migration_applied_with_another_text_stops_the_start(new_place: NewPlace) -> None:
    place = new_place("ledger")
    new_ledger(place).close()
    tamper(place, "UPDATE migrations SET sha256 = zeroblob(32) WHERE number = 1")

    with pytest.raises(LedgerDamaged, match="another text"):
        reopened(place)


def test_a_ledger_does_not_open_with_another_master_key(new_place: NewPlace) -> None:
    place = new_place("ledger")
    new_ledger(place).close()

    with pytest.raises(WrongKey):
        reopened(place, master_key=b"x" * 32)


def test_closing_twice_is_closing_once(new_place: NewPlace) -> None:
    ledger = new_ledger(new_place("ledger"))
    ledger.close()

    ledger.close()

    with reopened(place_of(ledger)) as again:
        assert again.refresh() == 0


def test_two_ledgers_of_one_process_share_nothing(new_place: NewPlace) -> None:
    with new_ledger(new_place("a")) as first, new_ledger(new_place("b")) as second:
        first.append([proposal(registered())])

        assert (first.refresh(), second.refresh()) == (1, 0)
