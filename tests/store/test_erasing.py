"""What an erasure does to a store, on both engines: keys gone, digests blank, facts and their proofs as they were."""

from collections.abc import Iterator

import pytest

from ledger.store.connection import Ledger, Place
from ledger.store.erasing import LostPart, blank_contents, destroy, words_under
from ledger.store.fsck import verify
from ledger.streams.base import ERASED, year_scope
from ledger.streams.erasure import ErasureBegun
from ledger.terms.errors import StoreUnavailable
from ledger.terms.identity import patient_tag
from tests.store.sample import OTHER_PATIENT, PATIENT, NewPlace, assigned, new_ledger, proposal, registered, reopened

ERASURE = "er_aaaaaaaaaaaaaaaaaaaaaaaaaa"
IDENTITY = f"{PATIENT}/identity"
TAG = patient_tag(PATIENT)
KEY, OTHER_KEY = "aa" * 16, "bb" * 16


@pytest.fixture
def place(new_place: NewPlace) -> Place:
    """Where a ledger is that holds two registered patients, each delivered under a key."""
    place = new_place("ledger")
    with new_ledger(place) as ledger:
        ledger.append(
            (
                proposal(registered(), key=KEY),
                proposal(registered(OTHER_PATIENT), key=OTHER_KEY),
                proposal(assigned()),
            )
        )
    return place


@pytest.fixture
def ledger(place: Place) -> Iterator[Ledger]:
    with reopened(place) as opened:
        yield opened


def words(ledger: Ledger, tag: str = TAG) -> object:
    fact = next(iter(ledger.read(tag)))
    return getattr(ledger.open_words(fact), "words", None)


def test_words_are_erased_for_whoever_had_them_open(ledger: Ledger, place: Place) -> None:
    with reopened(place) as another:
        assert words(another) is not ERASED
        destroy(ledger, [IDENTITY])

        assert words(ledger) is words(another) is ERASED
        assert words(another, patient_tag(OTHER_PATIENT)) is not ERASED


def test_a_ledger_is_whole_after_an_erasure(ledger: Ledger) -> None:
    ledger.append([proposal(ErasureBegun(patient=PATIENT, erasure=ERASURE, scopes=(IDENTITY,)))])
    destroy(ledger, [IDENTITY])
    blank_contents(ledger, [1])
    found = verify(ledger)

    assert (found.is_sound, found.erased) == (True, 1)


def test_a_scope_that_never_had_a_key_gets_none_later(ledger: Ledger, place: Place) -> None:
    scope = year_scope(PATIENT, 2014)
    with reopened(place) as another:
        destroy(ledger, [scope])

        assert ledger.vault.gone([scope, IDENTITY]) == {scope}
        with pytest.raises(StoreUnavailable):
            ledger.vault.ensure([scope])
        with pytest.raises(StoreUnavailable):
            another.vault.ensure([scope])


def test_an_erasure_that_is_done_again_changes_nothing(ledger: Ledger) -> None:
    destroy(ledger, [IDENTITY])
    destroyed = ledger.vault.rows.destroyed()
    destroy(ledger, [IDENTITY])

    assert ledger.vault.rows.destroyed() == destroyed


def test_the_digest_of_what_was_delivered_is_blank_for_the_facts_named_and_no_other(ledger: Ledger) -> None:
    assert blank_contents(ledger, [1]) == 1

    bound = ledger.bindings((KEY, OTHER_KEY))
    assert (bound[KEY].content, bound[OTHER_KEY].content is None) == (None, False)
    assert bound[KEY].positions == (1,)


def test_blanking_again_counts_what_is_blank(ledger: Ledger) -> None:
    blank_contents(ledger, [1])

    assert blank_contents(ledger, [1, 3]) == 1
    assert blank_contents(ledger, [3]) == 0
    assert blank_contents(ledger, []) == 0


def test_a_key_that_was_bound_to_the_same_fact_again_is_blank_too(ledger: Ledger) -> None:
    ledger.append((proposal(key="cc" * 16)._replace(outcome="unchanged", positions=(1,)),))

    assert blank_contents(ledger, [1]) == 2


def test_what_is_lost_is_named_with_the_commitment_that_still_stands(ledger: Ledger) -> None:
    before = list(words_under(ledger, [TAG], [IDENTITY]))
    destroy(ledger, [IDENTITY])
    (lost,) = words_under(ledger, [TAG], [IDENTITY])

    assert before == [lost]
    assert (lost.position, lost.topic) == (1, "patient_registered")
    (part,) = lost.parts
    assert isinstance(part, LostPart)
    assert (part.scope, len(part.commitment)) == (IDENTITY, 64)


def test_nothing_is_lost_under_the_key_of_somebody_else(ledger: Ledger) -> None:
    assert list(words_under(ledger, [TAG], [f"{OTHER_PATIENT}/identity"])) == []
