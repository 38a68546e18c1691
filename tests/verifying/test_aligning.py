"""What happened to the facts, told from the places at which the evidence knows them."""

from hypothesis import given
from hypothesis import strategies as st

from ledger.store.verifying.aligning import Change, Row, changes
from ledger.store.verifying.naming import Named


def rows(*origins: int | None, first: int = 1) -> list[Row]:
    return [Row(position, origin) for position, origin in enumerate(origins, first)]


def test_facts_that_stand_where_they_stood_are_no_change() -> None:
    assert changes(rows(1, 2, 3), 1, 3) == []


def test_an_unknown_fact_in_the_place_of_a_known_one_was_edited() -> None:
    assert changes(rows(1, None, 3), 1, 3) == [Change(Named.EDITED, 2)]


def test_a_fact_that_is_missing_with_its_place_was_deleted() -> None:
    assert changes([Row(1, 1), Row(3, 3)], 1, 3) == [Change(Named.DELETED, 2)]


def test_a_fact_whose_followers_moved_up_was_deleted() -> None:
    assert changes(rows(1, 3, 4, 5), 1, 5) == [Change(Named.DELETED, 2)]


def test_neighbours_that_are_missing_are_one_deletion() -> None:
    assert changes(rows(1, 5, 6), 1, 6) == [Change(Named.DELETED, 2, 3)]


def test_an_unknown_fact_between_known_ones_was_inserted() -> None:
    assert changes(rows(1, None, 2, 3), 1, 3) == [Change(Named.INSERTED, 2)]


def test_a_copy_of_a_known_fact_was_inserted() -> None:
    assert changes(rows(1, 2, 1, 3), 1, 3) == [Change(Named.INSERTED, 3)]


def test_two_facts_that_changed_places_are_reordered() -> None:
    found = changes(rows(1, 3, 2, 4), 1, 4)

    assert [(change.named, change.facts) for change in found] == [(Named.REORDERED, 1)]
    assert found[0].position in {2, 3}


def test_a_fact_that_moved_to_the_front_is_the_only_one_that_moved() -> None:
    assert changes(rows(4, 1, 2, 3), 1, 4) == [Change(Named.REORDERED, 1)]


def test_missing_facts_at_the_end_were_cut_off() -> None:
    assert changes(rows(1, 2), 1, 5) == [Change(Named.TRUNCATED, 3, 3)]


def test_facts_behind_the_end_of_the_evidence_are_no_change() -> None:
    assert changes(rows(1, 2, 3, None, None), 1, 3) == []


def test_facts_that_moved_up_from_behind_the_end_of_the_evidence_are_no_change() -> None:
    assert changes(rows(1, 3, None, None), 1, 3) == [Change(Named.DELETED, 2)]


def test_a_copy_behind_the_end_of_the_evidence_was_inserted() -> None:
    assert changes(rows(1, 2, 3, 2), 1, 3) == [Change(Named.INSERTED, 4)]


def test_a_ledger_of_which_nothing_is_left_was_cut_off() -> None:
    assert changes([], 1, 2) == [Change(Named.TRUNCATED, 1, 2)]


def test_only_the_places_asked_about_are_compared() -> None:
    assert changes(rows(8, None, 10, first=8), 8, 10) == [Change(Named.EDITED, 9)]


@given(st.lists(st.integers(1, 40), unique=True), st.integers(1, 40))
def test_any_removal_is_accounted_for_place_by_place(gone: list[int], size: int) -> None:
    left = [place for place in range(1, size + 1) if place not in gone]
    found = changes(rows(*left), 1, size)

    assert {change.named for change in found} <= {Named.DELETED, Named.TRUNCATED}
    places = {place for change in found for place in range(change.position, change.position + change.facts)}
    assert places == {place for place in gone if place <= size}


@given(st.permutations(list(range(1, 12))))
def test_any_other_order_is_named_as_such_and_nothing_else(order: list[int]) -> None:
    found = changes(rows(*order), 1, len(order))

    assert {change.named for change in found} <= {Named.REORDERED}
    assert (found == []) == (order == sorted(order))
