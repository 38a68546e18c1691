"""Where facts stood before, out of nothing but the leaf hashes that were sealed."""

from hashlib import sha256

from ledger.proof.leaf import encode_tail, leaf_hash
from ledger.store.verifying.aligning import changes
from ledger.store.verifying.naming import Named
from ledger.store.verifying.tracing import Header, Member, traced

PATIENTS = "abcab"
"""About whom each of the facts of the sample is, over and over."""


def blinded(name: str) -> bytes:
    return sha256(name.encode()).digest()


def book(count: int = 30) -> list[tuple[str, tuple[str, ...]]]:
    """What facts say and which streams they are in."""
    return [(f"fact {at}", (f"patient {PATIENTS[at % 5]}", "by nurse", f"day {at // 7}")) for at in range(count)]


def written(pages: list[tuple[str, tuple[str, ...]]], first: int = 1) -> list[Header]:
    """The facts as a ledger that is whole in itself has them, from a position on."""
    seen: dict[str, int] = {}
    headers = []
    for position, (said, streams) in enumerate(pages, 1):
        members = []
        for stream in streams:
            seen[stream] = seen.get(stream, 0) + 1
            members.append(Member(stream, blinded(stream + said.partition("!")[0]), seen[stream]))
        headers.append(Header(position, said.encode(), 1_000, tuple(members)))
    return headers[first - 1 :]


def leaves(headers: list[Header]) -> dict[int, bytes]:
    return {
        header.position: leaf_hash(
            header.prefix,
            encode_tail(header.position - 1, header.recorded_at, [(m.blinded, m.seq) for m in header.members]),
        )
        for header in headers
    }


def named(now: list[tuple[str, tuple[str, ...]]], sealed: int = 30) -> set[tuple[Named, int]]:
    """What tracing and aligning say of a history, against the leaves of the sample."""
    old = leaves(written(book()[:sealed]))
    found = changes(traced(written(now), old), 1, sealed)
    return {(change.named, change.position) for change in found}


def test_an_unchanged_history_has_its_own_places() -> None:
    assert named(book()) == set()


def test_a_fact_taken_out_with_everything_recomputed_was_deleted() -> None:
    now = book()
    del now[11]

    assert {(Named.DELETED, 12)} <= named(now)
    assert {name for name, _ in named(now)} == {Named.DELETED}


def test_two_neighbours_taken_out_were_deleted() -> None:
    now = book(40)
    del now[11:13]

    assert named(now) == {(Named.DELETED, 12)}


def test_two_facts_taken_out_in_different_places_were_deleted() -> None:
    now = book(40)
    del now[20]
    del now[4]

    assert named(now) == {(Named.DELETED, 5), (Named.DELETED, 21)}


def test_an_invented_fact_with_everything_recomputed_was_inserted() -> None:
    now = book()
    now.insert(9, ("invented", ("patient a", "by nurse", "day 1")))

    assert named(now) == {(Named.INSERTED, 10)}


def test_two_facts_that_changed_places_with_everything_recomputed_are_reordered() -> None:
    now = book()
    now[6], now[23] = now[23], now[6]

    assert {name for name, _ in named(now)} == {Named.REORDERED}


def test_a_changed_fact_with_its_leaf_recomputed_was_edited() -> None:
    now = book()
    now[8] = ("another thing", now[8][1])

    assert named(now) == {(Named.EDITED, 9)}


def test_a_fact_that_was_given_to_another_patient_was_edited() -> None:
    now = book()
    now[8] = ("about another", ("patient c", "by nurse", "day 1"))

    assert named(now) == {(Named.EDITED, 9)}


def test_facts_behind_the_sealed_ones_are_not_judged() -> None:
    assert named(book(), sealed=20) == set()


def test_facts_cut_off_at_the_end_are_named_so() -> None:
    assert named(book()[:25]) == {(Named.TRUNCATED, 26)}
