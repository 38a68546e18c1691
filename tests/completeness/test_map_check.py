"""Verification holds every map on record against the facts, on both engines and in the pass that it makes anyway."""

import pytest

from ledger.store.batches import side_by_side
from ledger.store.checkpoints.completing import Completeness
from ledger.store.checkpoints.map_check import MapCheck
from ledger.store.connection import Ledger
from ledger.store.verifying.log import verify_log
from ledger.store.verifying.naming import Named
from tests.completeness.counting import grow_with, look_at, map_now, record
from tests.store.sample import NewPlace, new_ledger, place_of, reopened
from tests.store.tampering import tamper


def refuted(ledger: Ledger) -> list[int]:
    check = MapCheck(ledger)
    with ledger.engine.snapshot() as stored:
        for _ in check.heard(side_by_side(stored.facts(), stored.members())):
            pass
    return [position for position, _ in check.refuted()]


def test_true_maps_are_refuted_by_nothing(ledger: Ledger) -> None:
    for numbers in (range(3), range(20), range(120)):
        grow_with(ledger, numbers)
        look_at(ledger)
        map_now(ledger)

    assert refuted(ledger) == []


def test_without_maps_there_is_nothing_to_refute(ledger: Ledger) -> None:
    grow_with(ledger, range(3))

    assert refuted(ledger) == []


def test_a_map_from_which_a_fact_was_withheld_is_refuted(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    grow_with(ledger, range(9))
    true = map_now(ledger)
    store = type(ledger.engine.completeness_store())
    counted = store.counted
    monkeypatch.setattr(store, "counted", lambda self, after, until: counted(self, after, until)[:-1])
    grow_with(ledger, [1, 2])
    at = record(ledger, Completeness(ledger).next_map().said)
    monkeypatch.undo()

    assert at > true.up_to
    assert refuted(ledger) == [at]


def test_a_map_that_counts_itself_is_refuted(ledger: Ledger) -> None:
    grow_with(ledger, [1])
    said = Completeness(ledger).next_map().said
    at = record(ledger, said._replace(up_to=said.up_to + 1))

    assert refuted(ledger) == [at]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE stored_events SET leaf = zeroblob(32) WHERE rowid = 4",
        (
            "UPDATE event_tags SET tag_id = (SELECT tag_id FROM event_tags WHERE position = 1 AND ordinal = 0)"
            " , seq = 99 WHERE position = 4 AND ordinal = 0"
        ),
    ],
)
def test_facts_that_were_changed_since_refute_the_maps_behind_them(new_place: NewPlace, change: str) -> None:
    with new_ledger(new_place("ledger")) as ledger:
        grow_with(ledger, range(9))
        said, place = map_now(ledger), place_of(ledger)
    tamper(place, change)

    with reopened(place) as ledger:
        assert refuted(ledger) == [said.up_to + 1]


def test_verification_of_the_log_names_the_map_that_the_facts_refute(ledger: Ledger) -> None:
    grow_with(ledger, range(9))
    map_now(ledger)
    assert verify_log(ledger).is_sound
    at = record(ledger, Completeness(ledger).next_map().said._replace(root=bytes(32)))

    found = verify_log(ledger).findings

    assert [(each.verdict.value, each.position, each.named) for each in found] == [("map_differs", at, Named.EDITED)]
