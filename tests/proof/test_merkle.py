"""The Merkle root: RFC 6962 by its own definition, and the published test vectors of Certificate Transparency."""

from hashlib import sha256

import pytest

from ledger.proof.merkle import EMPTY_ROOT, MerkleFrontier, root_of

# The leaves and roots that the Certificate Transparency log test suites share (sizes 0 to 8).
CT_LEAVES = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
CT_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def ct_leaf_hashes(size: int) -> list[bytes]:
    return [sha256(b"\x00" + bytes.fromhex(leaf)).digest() for leaf in CT_LEAVES[:size]]


def by_definition(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word, over leaf hashes."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + by_definition(leaves[:split]) + by_definition(leaves[split:])).digest()


@pytest.mark.parametrize("size", range(9))
def test_the_root_is_the_published_one(size: int) -> None:
    assert root_of(ct_leaf_hashes(size)).hex() == CT_ROOTS[size]


def test_the_root_follows_the_definition_at_every_size_up_to_seventy() -> None:
    leaves = [sha256(str(number).encode()).digest() for number in range(70)]
    frontier = MerkleFrontier()

    for size, leaf in enumerate(leaves):
        assert frontier.root() == by_definition(leaves[:size])
        assert frontier.size == size
        frontier.append(leaf)


def test_a_log_without_leaves_has_the_root_of_nothing() -> None:
    assert MerkleFrontier().root() == EMPTY_ROOT


def test_swapping_two_leaves_changes_the_root() -> None:
    first, second, third = ct_leaf_hashes(3)

    assert root_of([first, second, third]) != root_of([second, first, third])


def test_a_leaf_that_is_no_digest_is_a_programming_error() -> None:
    with pytest.raises(AssertionError):
        MerkleFrontier().append(b"short")
