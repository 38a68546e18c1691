"""The completeness map: golden bytes, presence and absence, and every element of a proof spoilt in turn."""

import struct
from functools import reduce
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.proof.checkpoint import BadProof
from ledger.proof.completeness import (
    START,
    Entry,
    Map,
    bucket_hash,
    bucket_number,
    map_interior,
    map_root,
    next_head,
    subject_key,
    subjects_of,
    verify_map_proof,
)
from ledger.store.completeness_map import bucket_of, buckets_of, changed, levels_of, map_of, path_in
from tests.proof.reference import leaves_of

LEDGER = "lg_aaaaaaaaaaaaaaaaaaaaaaaaaa"
PATIENT = "pt_" + "b" * 26
MONTH = f"care_month/{PATIENT}/2026-03"
HEAD = reduce(next_head, leaves_of(3), START)
ENTRIES = [
    Entry(subject_key(LEDGER, f"patient/pt_{number}"), kind, number + 1, sha256(bytes([number, kind])).digest())
    for number in range(20)
    for kind in range(3)
]
DEPTH = 3
SAID, BUCKETS, LEVELS = map_of(ENTRIES, DEPTH, 500)


def proof_of(key: bytes) -> tuple[bytes, tuple[bytes, ...]]:
    number = bucket_number(key, DEPTH)
    return BUCKETS[number], path_in(LEVELS, number)


def test_the_key_of_a_subject_is_the_hash_of_a_four_byte_and_two_sized_names() -> None:
    sized = b"\x00\x00\x00\x1d" + LEDGER.encode() + b"\x00\x00\x00\x25" + f"patient/{PATIENT}".encode()

    assert subject_key(LEDGER, f"patient/{PATIENT}") == sha256(b"\x04" + sized).digest()


def test_the_head_runs_over_the_leaves() -> None:
    first, second, third = leaves_of(3)
    one = sha256(b"\x03" + bytes(32) + first).digest()
    two = sha256(b"\x03" + one + second).digest()

    assert sha256(b"\x03" + two + third).digest() == HEAD


def test_a_bucket_holds_its_entries_sorted_each_in_seventy_three_bytes() -> None:
    low, high = Entry(b"\x01" * 32, 2, 7, b"\x0a" * 32), Entry(b"\x02" * 32, 0, 9, b"\x0b" * 32)

    assert bucket_of([high, low]).hex() == (
        "01" * 32 + "02" + "0000000000000007" + "0a" * 32 + "02" * 32 + "00" + "0000000000000009" + "0b" * 32
    )


def test_the_hashes_of_the_map_are_told_apart_by_their_first_byte() -> None:
    assert bucket_hash(b"entries") == sha256(b"\x05entries").digest()
    assert map_interior(b"l" * 32, b"r" * 32) == sha256(b"\x06" + b"l" * 32 + b"r" * 32).digest()
    assert map_root(3, 500, 60, b"t" * 32) == sha256(b"\x07" + struct.pack(">BQQ", 3, 500, 60) + b"t" * 32).digest()


def test_a_map_of_one_entry_has_its_golden_root() -> None:
    said, _, _ = map_of([Entry(subject_key(LEDGER, MONTH), 0, 3, HEAD)], 2, 9)

    assert (said.depth, said.up_to, said.entries) == (2, 9, 1)
    assert said.root.hex() == "1783859e179b6341206bf6ae4cf73f8cab023d60b0cafc397a6cf33a9d3fd7e0"


@pytest.mark.parametrize(
    ("tags", "subjects"),
    [
        ([f"patient/{PATIENT}", "identifier/00"], {f"patient/{PATIENT}"}),
        ([MONTH, "staff_day/st_x/2026-03-01"], {f"patient/{PATIENT}", MONTH}),
        ([f"care_plan/{PATIENT}"], {f"patient/{PATIENT}"}),
        ([f"claims/{PATIENT}"], {f"patient/{PATIENT}"}),
        ([f"accessed/{PATIENT}", "access/st_x/2026-03-01"], {f"patient/{PATIENT}"}),
        ([f"reviewed/{PATIENT}"], {f"patient/{PATIENT}"}),
        ([f"erasure/{PATIENT}"], {f"patient/{PATIENT}"}),
        ([f"refusals/{PATIENT}"], {f"patient/{PATIENT}"}),
        (["refusals/st_x", "staff/st_x", "ledger", "by/st_x", "parked/ehr"], set()),
        ([f"patient/{PATIENT}", "patient/pt_other"], {f"patient/{PATIENT}", "patient/pt_other"}),
    ],
)
def test_a_fact_is_about_the_patients_and_months_of_its_tags(tags: list[str], subjects: set[str]) -> None:
    assert subjects_of(tags) == subjects


def test_the_map_shows_the_one_entry_of_every_subject_and_class() -> None:
    for entry in ENTRIES:
        assert verify_map_proof(SAID, entry.key, entry.fact_class, *proof_of(entry.key)) == entry


def test_the_map_shows_that_a_subject_has_no_entry() -> None:
    absent = subject_key(LEDGER, "patient/pt_nobody")

    assert verify_map_proof(SAID, absent, 0, *proof_of(absent)) is None


def test_the_bucket_of_another_subject_does_not_show_absence() -> None:
    key = ENTRIES[0].key
    other = next(one.key for one in ENTRIES if bucket_number(one.key, DEPTH) != bucket_number(key, DEPTH))

    with pytest.raises(BadProof, match="does not lead to the root"):
        verify_map_proof(SAID, key, 0, *proof_of(other))


def test_a_bucket_whose_entries_are_not_in_order_or_not_its_own_is_refused_although_its_root_is_right() -> None:
    first, second = (Entry(bytes([number]) * 32, 0, 1, START) for number in (1, 2))
    swapped = bucket_of([second]) + bucket_of([first])
    twice = bucket_of([first]) * 2
    misplaced = bucket_of([Entry(b"\xff" * 32, 0, 1, START)])

    for bucket in (swapped, twice, misplaced):
        levels = levels_of([bucket_hash(bucket), bucket_hash(b"")])
        said = Map(1, 500, 2, map_root(1, 500, 2, levels[-1][0]))
        with pytest.raises(BadProof, match="not in order"):
            verify_map_proof(said, first.key, 0, bucket, path_in(levels, 0))


def test_every_element_of_a_completeness_proof_counts() -> None:
    key = ENTRIES[0].key
    bucket, path = proof_of(key)
    spoilt = [
        (SAID._replace(depth=4), bucket, path),
        (SAID._replace(up_to=501), bucket, path),
        (SAID._replace(entries=61), bucket, path),
        (SAID._replace(root=bytes(32)), bucket, path),
        (SAID, bucket[:-1], path),
        (SAID, bucket[:-73], path),
        (SAID, bucket, path[:-1]),
        (SAID, bucket, (*path, bytes(32))),
        (SAID, bucket, (path[0] + b"\x00", *path[1:])),
    ]
    spoilt += [(SAID, bucket[:at] + bytes([bucket[at] ^ 1]) + bucket[at + 1 :], path) for at in range(len(bucket))]
    spoilt += [
        (SAID, bucket, (*path[:place], sha256(node).digest(), *path[place + 1 :])) for place, node in enumerate(path)
    ]

    for said, other_bucket, other_path in spoilt:
        with pytest.raises(BadProof):
            verify_map_proof(said, key, 0, other_bucket, other_path)


entries = st.builds(
    Entry,
    st.binary(min_size=32, max_size=32),
    st.integers(0, 2),
    st.integers(0, 2**40),
    st.binary(min_size=32, max_size=32),
)
maps = st.lists(entries, max_size=30, unique_by=lambda one: (one.key, one.fact_class))


@given(maps, st.integers(0, 5), st.integers(0, 2**40), st.binary(min_size=32, max_size=32))
def test_any_map_shows_each_of_its_entries_and_no_other(
    held: list[Entry], depth: int, up_to: int, absent: bytes
) -> None:
    said, buckets, levels = map_of(held, depth, up_to)
    wanted = {(one.key, one.fact_class): one for one in held}

    for key, fact_class in {*wanted, (absent, 1)}:
        number = bucket_number(key, depth)
        proven = verify_map_proof(said, key, fact_class, buckets[number], path_in(levels, number))
        assert proven == wanted.get((key, fact_class))


@given(maps, st.lists(entries, min_size=1, max_size=5))
def test_a_map_that_was_changed_is_the_map_made_anew(held: list[Entry], later: list[Entry]) -> None:
    _, _, levels = map_of(held, 4, 1)
    after = {(one.key, one.fact_class): one for one in [*held, *later]}
    buckets = buckets_of(after.values(), 4)
    touched = {bucket_number(one.key, 4) for one in later}

    changed(levels, {number: bucket_hash(buckets[number]) for number in touched})

    assert levels == map_of(list(after.values()), 4, 1)[2]
