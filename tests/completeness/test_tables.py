"""The map in its tables on both engines: grown step by step it is the one made from scratch, however it was hurt."""

from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.proof.completeness import CLASSES, Entry, Map, subject_key, verify_map_proof
from ledger.store.checkpoints import completing
from ledger.store.checkpoints.completing import Completeness, CompletenessProof, FactClassName
from ledger.store.connection import Ledger
from ledger.store.fsck import verify
from ledger.streams.base import identity_scope
from ledger.terms.errors import LedgerDamaged
from tests.completeness.counting import grow_with, look_at, map_by_hand, map_now, patient, record
from tests.store.sample import PATIENT, NewPlace, new_ledger, place_of, proposal, registered, reopened
from tests.store.tampering import tamper

SUBJECT = f"patient/{PATIENT}"
PLACES = count(1)


def entry(ledger: Ledger, said: Map, proof: CompletenessProof) -> Entry | None:
    key = subject_key(ledger.ledger_id, proof.subject)
    return verify_map_proof(said, key, CLASSES.index(proof.fact_class), proof.entries, proof.path)


def number(ledger: Ledger, said: Map, subject: str = SUBJECT, fact_class: FactClassName = "record") -> int:
    proof = Completeness(ledger).proof(subject, fact_class, ledger.refresh())
    assert proof is not None
    found = entry(ledger, said, proof)
    return 0 if found is None else found.count


def test_a_map_counts_what_is_there_by_subject_and_class(ledger: Ledger) -> None:
    ledger.append([proposal(registered())])
    grow_with(ledger, range(1, 21))
    look_at(ledger)

    said = map_now(ledger)

    assert said == map_by_hand(ledger, said.depth, 24)
    assert (said.up_to, said.entries, said.depth) == (24, 22, 2)
    assert [number(ledger, said, fact_class=each) for each in ("record", "review", "access")] == [1, 0, 1]
    assert number(ledger, said, f"patient/{patient(3)}") == 1
    assert number(ledger, said, f"patient/{patient(99)}") == 0
    assert number(ledger, said, f"care_month/{PATIENT}/2026-03") == 0


@pytest.mark.slow
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.integers(0, 30), min_size=1, max_size=12), min_size=1, max_size=6))
def test_a_map_grown_in_steps_is_the_one_from_scratch(new_place: NewPlace, steps: list[list[int]]) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(completing, "READ_AT_ONCE", 5)
        with new_ledger(new_place(f"ledger {next(PLACES)}")) as ledger:
            for step in steps:
                grow_with(ledger, step)
                said = map_now(ledger)
                assert said == map_by_hand(ledger, said.depth, said.up_to)
                assert ledger.engine.completeness_store().state() == said
            for whom in range(31):
                assert number(ledger, said, f"patient/{patient(whom)}") == sum(step.count(whom) for step in steps)


def test_a_map_that_grew_too_full_is_made_deeper(ledger: Ledger) -> None:
    grow_with(ledger, range(4))
    assert map_now(ledger).depth == 0

    grow_with(ledger, range(100))
    said = map_now(ledger)

    assert said.depth == 4
    assert said == map_by_hand(ledger, 4, said.up_to)
    assert all(number(ledger, said, f"patient/{patient(whom)}") == (2 if whom < 4 else 1) for whom in range(100))


def test_before_the_first_map_there_is_no_proof(ledger: Ledger) -> None:
    grow_with(ledger, [1])

    assert Completeness(ledger).proof(SUBJECT, "record", ledger.refresh()) is None


def test_a_proof_is_by_the_newest_map_that_the_checkpoint_covers(ledger: Ledger) -> None:
    grow_with(ledger, [1])
    first = map_now(ledger)
    grow_with(ledger, [1, 1])
    map_now(ledger)

    proof = Completeness(ledger).proof(f"patient/{patient(1)}", "record", first.up_to + 1)

    assert proof is not None
    assert (proof.map, proof.up_to) == (4, 3)
    found = entry(ledger, first, proof)
    assert found is not None
    assert found.count == 1


LOST = ["DELETE FROM completeness_buckets", "DELETE FROM completeness_hashes", "DELETE FROM completeness_map"]
WRONG = [
    "UPDATE completeness_buckets SET entries = zeroblob(73)",
    "UPDATE completeness_hashes SET hashes = zeroblob(32)",
    "UPDATE completeness_map SET root = zeroblob(32)",
    "UPDATE completeness_map SET up_to = 3",
    "UPDATE completeness_map SET up_to = 99",
    "UPDATE completeness_map SET depth = 3",
]


@pytest.mark.parametrize("change", [*LOST, *WRONG])
def test_tables_that_are_lost_or_wrong_are_made_anew_and_meet_the_root(new_place: NewPlace, change: str) -> None:
    with new_ledger(new_place("ledger")) as ledger:
        grow_with(ledger, range(6))
        grow_with(ledger, range(6))
        said, place = map_now(ledger), place_of(ledger)
    tamper(place, change)

    with reopened(place) as ledger:
        assert number(ledger, said, f"patient/{patient(1)}") == 2
        grow_with(ledger, [1])
        later = map_now(ledger)
        assert later == map_by_hand(ledger, later.depth, later.up_to)
        assert number(ledger, later, f"patient/{patient(1)}") == 3


@pytest.mark.parametrize("change", [*LOST, *WRONG])
def test_wrong_tables_give_no_wrong_map(new_place: NewPlace, change: str) -> None:
    with new_ledger(new_place("ledger")) as ledger:
        grow_with(ledger, range(6))
        map_now(ledger)
        place = place_of(ledger)
    tamper(place, change)

    with reopened(place) as ledger:
        grow_with(ledger, [1])
        later = map_now(ledger)

        assert later == map_by_hand(ledger, later.depth, later.up_to)


def test_a_map_on_record_that_the_facts_refute_is_damage(ledger: Ledger) -> None:
    grow_with(ledger, [1, 2])
    true = Completeness(ledger).next_map().said
    record(ledger, true._replace(root=bytes(32)))

    with pytest.raises(LedgerDamaged, match="another map of completeness"):
        Completeness(ledger).proof(SUBJECT, "record", ledger.refresh())


def test_a_false_map_hinders_no_true_one_behind_it(ledger: Ledger) -> None:
    grow_with(ledger, [1, 2])
    record(ledger, Completeness(ledger).next_map().said._replace(root=bytes(32)))
    said = map_now(ledger)

    assert said == map_by_hand(ledger, said.depth, said.up_to)
    assert number(ledger, said, f"patient/{patient(1)}") == 1


def test_of_two_makers_the_second_finds_another_map_than_it_expected(ledger: Ledger) -> None:
    grow_with(ledger, [1])
    slow = Completeness(ledger)
    grown = slow.next_map()
    said = map_now(ledger)

    assert slow.write(grown) is False
    assert ledger.engine.completeness_store().state() == said


def test_a_maker_who_ended_between_fact_and_tables_is_caught_up_with(ledger: Ledger) -> None:
    grow_with(ledger, range(6))
    map_now(ledger)
    grow_with(ledger, [1])
    said = Completeness(ledger).next_map().said
    record(ledger, said)

    assert number(ledger, said, f"patient/{patient(1)}") == 2
    assert ledger.engine.completeness_store().state() == said


def test_a_patient_whose_words_were_destroyed_is_counted_still(ledger: Ledger) -> None:
    ledger.append([proposal(registered())])
    before = Completeness(ledger).next_map().said
    ledger.vault.destroy([identity_scope(PATIENT)])

    assert Completeness(ledger).next_map().said == before
    assert number(ledger, map_now(ledger)) == 1


def test_a_ledger_with_a_map_is_found_sound(ledger: Ledger) -> None:
    grow_with(ledger, range(6))
    map_now(ledger)

    assert list(verify(ledger).findings) == []
