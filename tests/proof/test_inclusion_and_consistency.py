"""Paths in the log: the published known answers, every way to spoil them, and a second implementation's opinion."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pymerkle  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.proof.merkle import EMPTY_ROOT, BadPath, root_from_inclusion, root_of, verify_consistency, verify_inclusion
from tests.proof.reference import consistency_path, inclusion_path, leaves_of, published, root

CT = published("certificate_transparency")
CT_LEAVES = [sha256(b"\x00" + bytes.fromhex(leaf)).digest() for leaf in CT["leaves"]]
CT_ROOTS = [bytes.fromhex(value) for value in CT["roots"]]
SOME = bytes.fromhex("abacaba000000000000000000000000000000000000000000060061e00123456")
FORTY = leaves_of(40)

Inclusion = tuple[bytes, int, int, list[bytes], bytes]
Consistency = tuple[int, bytes, int, bytes, list[bytes]]


def known_inclusion(case: dict[str, Any]) -> Inclusion:
    index, size = case["leaf"] - 1, case["size"]
    return CT_LEAVES[index], index, size, [bytes.fromhex(node) for node in case["path"]], CT_ROOTS[size]


def known_consistency(case: dict[str, Any]) -> Consistency:
    size1, size2 = case["size1"], case["size2"]
    return size1, CT_ROOTS[size1], size2, CT_ROOTS[size2], [bytes.fromhex(node) for node in case["path"]]


def flipped(path: list[bytes]) -> Iterator[list[bytes]]:
    """The path with one bit flipped, for every bit of every element."""
    for place, node in enumerate(path):
        for bit in range(256):
            number = int.from_bytes(node, "big") ^ 1 << bit
            yield [*path[:place], number.to_bytes(32, "big"), *path[place + 1 :]]


def spoilt_inclusions(known: Inclusion) -> Iterator[Inclusion]:
    """The published ways to spoil a proof of inclusion (transparency-dev/merkle), and every bit of its path."""
    leaf, index, size, path, top = known
    for wrong_index in (index - 1, index + 1, index ^ 2):
        yield leaf, wrong_index, size, path, top
    for wrong_size in (size * 2, size // 2):
        yield leaf, index, wrong_size, path, top
    for wrong_leaf in (b"WrongLeaf", b"", SOME):
        yield wrong_leaf, index, size, path, top
    for wrong_root in (EMPTY_ROOT, SOME, b""):
        yield leaf, index, size, path, wrong_root
    for garbage in (b"", top, SOME):
        yield leaf, index, size, [*path, garbage], top
        yield leaf, index, size, [garbage, *path], top
    if path:
        yield leaf, index, size, path[:-1], top
        yield leaf, index, size, path[1:], top
        yield leaf, index, size, [path[0], SOME, *path[1:]], top
    for wrong_path in flipped(path):
        yield leaf, index, size, wrong_path, top


def spoilt_consistencies(known: Consistency) -> Iterator[Consistency]:
    """The published ways to spoil a proof of consistency (transparency-dev/merkle), and every bit of its path."""
    size1, root1, size2, root2, path = known
    for wrong_size1 in (size1 - 1, size1 + 1, size1 ^ 2):
        yield wrong_size1, root1, size2, root2, path
    for wrong_size2 in (size2 * 2, size2 // 2):
        yield size1, root1, wrong_size2, root2, path
    yield size1, b"WrongRoot", size2, root2, path
    yield size1, root1, size2, b"WrongRoot", path
    yield size1, root2, size2, root1, path
    for wrong_path in ([], path[:-1], path[1:], [path[0], *path]):
        yield size1, root1, size2, root2, wrong_path
    for garbage in (b"", root1, root2):
        yield size1, root1, size2, root2, [*path, garbage]
        yield size1, root1, size2, root2, [garbage, *path]
    for wrong_path in flipped(path):
        yield size1, root1, size2, root2, wrong_path


@pytest.mark.parametrize("case", CT["inclusion"], ids=lambda case: f"{case['leaf']} of {case['size']}")
def test_a_published_proof_of_inclusion_verifies_and_none_of_its_spoilt_forms_does(case: dict[str, Any]) -> None:
    known = known_inclusion(case)

    assert verify_inclusion(*known)
    assert [spoilt for spoilt in spoilt_inclusions(known) if verify_inclusion(*spoilt)] == []


@pytest.mark.parametrize("case", CT["consistency"], ids=lambda case: f"{case['size1']} to {case['size2']}")
def test_a_published_proof_of_consistency_verifies_and_none_of_its_spoilt_forms_does(case: dict[str, Any]) -> None:
    known = known_consistency(case)

    assert verify_consistency(*known)
    if known[4]:
        assert [spoilt for spoilt in spoilt_consistencies(known) if verify_consistency(*spoilt)] == []


@pytest.mark.parametrize(("index", "size"), [(0, 0), (0, 1), (1, 0), (2, 1), (-1, 1)])
def test_no_leaf_is_in_a_log_under_the_root_of_nothing(index: int, size: int) -> None:
    assert not verify_inclusion(SOME, index, size, [], EMPTY_ROOT)


def test_a_path_that_no_tree_of_the_size_has_leads_to_no_root() -> None:
    for path in ([], [SOME, SOME]):
        with pytest.raises(BadPath):
            root_from_inclusion(FORTY[0], 0, 2, path)


@pytest.mark.parametrize(
    ("size1", "root1", "size2", "root2", "path", "consistent"),
    [
        (0, EMPTY_ROOT, 0, EMPTY_ROOT, [], True),
        (0, EMPTY_ROOT, 1, SOME, [], True),
        (1, SOME, 1, SOME, [], True),
        (0, EMPTY_ROOT, 0, SOME, [], False),
        (0, SOME, 0, SOME, [], False),
        (0, SOME, 1, SOME, [], False),
        (1, EMPTY_ROOT, 1, SOME, [], False),
        (1, SOME, 0, EMPTY_ROOT, [], False),
        (2, SOME, 1, SOME, [], False),
        (1, SOME, 2, SOME, [], False),
        (0, EMPTY_ROOT, 0, EMPTY_ROOT, [SOME], False),
        (0, EMPTY_ROOT, 1, SOME, [SOME], False),
        (1, SOME, 1, SOME, [SOME], False),
        (-1, SOME, 1, SOME, [], False),
    ],
)
def test_an_empty_or_equal_tree_needs_no_path_and_takes_none(
    size1: int, root1: bytes, size2: int, root2: bytes, path: list[bytes], consistent: bool
) -> None:
    assert verify_consistency(size1, root1, size2, root2, path) == consistent


def test_every_leaf_of_every_tree_up_to_forty_leaves_is_proven_by_its_path_and_by_no_other_length() -> None:
    for size in range(1, 41):
        top = root(FORTY[:size])
        for index in range(size):
            path = inclusion_path(index, FORTY[:size])
            assert verify_inclusion(FORTY[index], index, size, path, top)
            assert not verify_inclusion(FORTY[index], index, size, [*path, SOME], top)
            assert not path or not verify_inclusion(FORTY[index], index, size, path[:-1], top)


def test_every_pair_of_trees_up_to_forty_leaves_is_proven_consistent() -> None:
    roots = [root(FORTY[:size]) for size in range(41)]

    for size2 in range(41):
        for size1 in range(size2 + 1):
            path = consistency_path(size1, FORTY[:size2])
            assert verify_consistency(size1, roots[size1], size2, roots[size2], path)


@given(st.data())
def test_a_bit_flipped_anywhere_in_a_proof_of_inclusion_is_found(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 40))
    index = data.draw(st.integers(0, size - 1))
    leaves = FORTY[:size]
    whole = [leaves[index], root(leaves), *inclusion_path(index, leaves)]
    place, bit = data.draw(st.integers(0, len(whole) - 1)), data.draw(st.integers(0, 255))

    whole[place] = (int.from_bytes(whole[place], "big") ^ 1 << bit).to_bytes(32, "big")

    assert not verify_inclusion(whole[0], index, size, whole[2:], whole[1])


@given(st.data())
def test_a_bit_flipped_anywhere_in_a_proof_of_consistency_is_found(data: st.DataObject) -> None:
    size2 = data.draw(st.integers(2, 40))
    size1 = data.draw(st.integers(1, size2))
    whole = [root(FORTY[:size1]), root(FORTY[:size2]), *consistency_path(size1, FORTY[:size2])]
    place, bit = data.draw(st.integers(0, len(whole) - 1)), data.draw(st.integers(0, 255))

    whole[place] = (int.from_bytes(whole[place], "big") ^ 1 << bit).to_bytes(32, "big")

    assert not verify_consistency(size1, whole[0], size2, whole[1], whole[2:])


@given(st.data())
def test_a_proof_holds_for_no_other_index_and_no_other_root(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 40))
    index, other = data.draw(st.lists(st.integers(0, size - 1), min_size=2, max_size=2, unique=True))
    path, top = inclusion_path(index, FORTY[:size]), root(FORTY[:size])

    assert not verify_inclusion(FORTY[index], other, size, path, top)
    assert not verify_inclusion(FORTY[other], index, size, path, top)


@pytest.fixture(scope="module")
def second_opinion() -> pymerkle.InmemoryTree:
    """The same forty leaves in another program's tree: pymerkle, which hashes entries as RFC 6962 does."""
    tree = pymerkle.InmemoryTree()
    for number in range(40):
        tree.append_entry(str(number).encode())
    return tree


def test_another_program_finds_the_same_roots(second_opinion: pymerkle.InmemoryTree) -> None:
    for size in range(1, 41):
        assert second_opinion.get_root(size) == root_of(FORTY[:size])


def test_another_programs_proofs_of_inclusion_verify_here(second_opinion: pymerkle.InmemoryTree) -> None:
    for size in range(1, 41):
        for index in range(size):
            leaf, *path = second_opinion.prove_inclusion(index + 1, size).path
            assert verify_inclusion(leaf, index, size, path, second_opinion.get_root(size))


def test_another_program_finds_the_same_pairs_consistent(second_opinion: pymerkle.InmemoryTree) -> None:
    for size2 in range(1, 41):
        for size1 in range(1, size2 + 1):
            root1, root2 = root_of(FORTY[:size1]), root_of(FORTY[:size2])
            pymerkle.verify_consistency(root1, root2, second_opinion.prove_consistency(size1, size2))
            assert verify_consistency(size1, root1, size2, root2, consistency_path(size1, FORTY[:size2]))
