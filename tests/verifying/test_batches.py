"""Facts are looked at in batches, and what is found does not depend on where a batch ends."""

import pytest

from ledger.store import batches
from ledger.store.connection import Ledger, Place
from ledger.store.verifying.log import verify_log
from ledger.store.verifying.naming import Finding
from tests.checkpoints.keys import adopt, grow, sealer
from tests.store.sample import place_of, reopened
from tests.store.tampering import Tamper, edit, moved_into_the_salt, tamper

FACTS = 19
BATCHES = (1, 2, 3, 5, 64)


@pytest.fixture
def place(ledger: Ledger) -> Place:
    """A ledger of some facts; checkpoints cover all but the last ones, and end inside batches."""
    adopt(ledger)
    while ledger.refresh() < FACTS:
        grow(ledger, 1)
        if ledger.refresh() in {4, 5, 11, 16}:
            sealer(ledger).seal()
    place = place_of(ledger)
    ledger.close()
    return place


def findings(place: Place) -> list[Finding]:
    with reopened(place) as ledger:
        return list(verify_log(ledger).findings)


TAMPERINGS: dict[str, tuple[str | Tamper, ...]] = {
    "nothing": (),
    "a body": (edit("state", 7, lambda state: state[:-1] + bytes([state[-1] ^ 1])),),
    "a header": (edit("prefix", 9, lambda prefix: prefix[:-1] + bytes([prefix[-1] ^ 1])),),
    "a short body": (edit("state", 9, lambda state: state[:7]),),
    "a leaf": (edit("leaf", 18, lambda leaf: leaf[::-1]),),
    "a time": ("UPDATE stored_events SET recorded_at = recorded_at - 90000000000 WHERE rowid = 13",),
    "a fact": ("DELETE FROM stored_events WHERE rowid = 6",),
    "the tags of a fact": ("DELETE FROM event_tags WHERE position = 10",),
    "the second tag of a fact": ("DELETE FROM event_tags WHERE position = 10 AND ordinal = 1",),
    "a number": ("UPDATE event_tags SET seq = seq + 700 WHERE position = 12 AND ordinal = 0",),
    "the end": (f"DELETE FROM stored_events WHERE rowid > {FACTS - 2}",),
    "the place of the last fact": (
        f"UPDATE stored_events SET rowid = {FACTS + 300} WHERE rowid = {FACTS}",
        f"UPDATE event_tags SET position = {FACTS + 300} WHERE position = {FACTS}",
    ),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_what_is_found_does_not_depend_on_where_a_batch_ends(
    place: Place, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tamper(place, *TAMPERINGS[name])
    by_size = []
    for size in BATCHES:
        monkeypatch.setattr(batches, "AT_ONCE", size)
        by_size.append(findings(place))

    assert by_size == [by_size[0]] * len(BATCHES)
    assert bool(by_size[0]) is (name != "nothing")


def test_a_salt_that_takes_in_how_its_tag_begins_is_found(place: Place) -> None:
    tamper(place, moved_into_the_salt)

    assert {each.verdict.value for each in findings(place)} >= {"tags_differ"}
