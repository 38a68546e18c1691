"""What a fact says of how often a refusal was given is compared with the count beside the facts."""

import pytest

from ledger.store.connection import Place
from ledger.store.fsck import verify
from ledger.streams.reviews import RefusalsCounted
from tests.reactions.company import company, opened, react
from tests.store.tampering import found, tamper, tampered


@pytest.fixture
def closed(place: Place) -> int:
    """A closed ledger whose refusals were counted: the position of the fact that says so."""
    with company(place) as it:
        react(it.log)
        facts = it.log.follow(0, it.log.refresh())
        return next(fact.position for fact in facts if isinstance(fact.event, RefusalsCounted))


def test_a_count_as_it_was_closed_is_sound(place: Place, closed: int) -> None:
    with opened(place) as log:
        assert (True, 0) == (verify(log).is_sound, verify(log).risen)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE refusal_count SET count = 2",
        "UPDATE refusal_count SET position = 1",
        "DELETE FROM refusal_count",
    ],
    ids=["lower", "of_another_refusal", "gone"],
)
def test_a_count_that_is_not_what_was_closed_is_found(place: Place, closed: int, change: str) -> None:
    assert {("count_differs", closed)} == found(tampered(place, change))


def test_a_count_that_somebody_raised_is_told_and_is_no_damage(place: Place, closed: int) -> None:
    tamper(place, "UPDATE refusal_count SET count = 9")

    with opened(place) as log:
        assert (True, 1) == (verify(log).is_sound, verify(log).risen)


def test_a_closing_whose_bytes_are_damaged_is_found_as_that(place: Place, closed: int) -> None:
    damaged = f"UPDATE stored_events SET state = zeroblob(40) WHERE rowid = {closed}"

    assert ("body_damaged", closed) in found(tampered(place, damaged))
