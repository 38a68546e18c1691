"""The map as pure bytes: the same for the same facts in whatever batches, and another one where a fact is withheld."""

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from ledger.proof.completeness import Map
from ledger.proof.leaf import Prefix, encode_prefix
from ledger.store.completeness_map import (
    Counted,
    Tally,
    Wanted,
    class_of,
    counted_of,
    depth_for,
    map_of,
    maps_of,
    next_depth,
)
from tests.completeness.counting import by_hand, patient

LEDGER = "lg_aaaaaaaaaaaaaaaaaaaaaaaaaa"


def fact(position: int, whom: int, fact_class: str = "record") -> Counted:
    tags = (f"care_month/{patient(whom)}/2026-0{whom % 3 + 1}", "staff_day/st_x/2026-03-05")
    return Counted(position, fact_class, tags, sha256(f"leaf {position}".encode()).digest())


@st.composite
def facts(draw: st.DrawFn) -> list[Counted]:
    told = draw(st.lists(st.tuples(st.integers(0, 6), st.sampled_from(["record", "review", "access"])), max_size=40))
    return [fact(position, whom, fact_class) for position, (whom, fact_class) in enumerate(told, start=1)]


@given(facts(), st.lists(st.integers(0, 40), max_size=6), st.integers(0, 4))
def test_a_map_is_the_same_in_whatever_batches_its_facts_were_counted(
    told: list[Counted], cuts: list[int], depth: int
) -> None:
    tally = Tally(LEDGER)
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(told)], strict=True):
        tally.take(told[start:end])

    assert map_of(tally.entries(), depth, 9)[0] == map_of(by_hand(LEDGER, told), depth, 9)[0]


@given(facts(), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 4)), max_size=6))
def test_whoever_verifies_makes_the_root_of_every_map_in_one_pass(
    told: list[Counted], asked: list[tuple[int, int]]
) -> None:
    wanted = [Wanted(*each) for each in asked]

    made = maps_of(LEDGER, iter(told), wanted)

    assert made == {each: map_of(by_hand(LEDGER, told[: each.up_to]), each.depth, each.up_to)[0] for each in wanted}


@given(facts().filter(bool), st.data())
def test_a_withheld_fact_gives_another_root(told: list[Counted], data: st.DataObject) -> None:
    withheld = data.draw(st.integers(0, len(told) - 1))
    wanted = Wanted(len(told), 3)

    true = maps_of(LEDGER, told, [wanted])
    false = maps_of(LEDGER, told[:withheld] + told[withheld + 1 :], [wanted])

    assert true[wanted].root != false[wanted].root


def test_two_facts_in_another_order_give_another_root() -> None:
    one, two = fact(1, 1), fact(2, 1)
    wanted = [Wanted(2, 0)]

    assert maps_of(LEDGER, [one, two], wanted) != maps_of(
        LEDGER, [two._replace(position=1), one._replace(position=2)], wanted
    )


def test_a_fact_without_a_patient_is_counted_for_nobody() -> None:
    told = Counted(1, "record", ("ledger", "staff/st_aaaaaaaaaaaaaaaaaaaaaaaaaa"), bytes(32))

    said = maps_of(LEDGER, [told], [Wanted(1, 0)])

    assert said[Wanted(1, 0)] == Map(0, 1, 0, map_of([], 0, 1)[0].root)


def test_a_fact_of_a_month_counts_for_the_patient_and_for_the_month() -> None:
    tally = Tally(LEDGER)

    tally.take([fact(1, 1)])

    assert sorted(one.count for one in tally.entries()) == [1, 1]


def test_about_eight_entries_share_a_bucket() -> None:
    assert [depth_for(entries) for entries in (0, 1, 8, 9, 16, 17, 32, 33, 600_000)] == [0, 0, 0, 1, 1, 2, 2, 3, 17]


def test_a_map_grows_deeper_only_when_its_buckets_hold_twice_that() -> None:
    assert [next_depth(entries, 3) for entries in (1, 64, 65, 128, 129)] == [3, 3, 3, 3, 5]


def test_the_class_of_a_fact_is_read_from_its_prefix() -> None:
    prefix = encode_prefix(Prefix(LEDGER, "time_logged", 1, "review", bytes(32), bytes(32), ()))

    assert class_of(prefix) == "review"
    assert counted_of([(1, prefix, b"leaf")], [(1, "one"), (1, "two")]) == [
        Counted(1, "review", ("one", "two"), b"leaf")
    ]
