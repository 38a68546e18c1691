"""The Merkle log over leaf hashes, and its two proofs, as RFC 6962 and RFC 9162, section 2.1, define them.

Promise: the root depends on every leaf and on their order, and costs one hash a leaf and memory for one digest a
level; a path proves one leaf or one earlier root, and only a path of exactly the right length does. Not promised: that
anybody outside saw a root (checkpoint.py and its signatures).
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final

DIGEST_BYTES: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()
"""The root of a log without leaves."""


class BadPath(ValueError):
    """A path that no tree of this size has: too short, too long, or an element that is no SHA-256."""


class MerkleFrontier:
    """A compact range: the roots of the complete subtrees, widest first, that make up the leaves seen so far."""

    def __init__(self) -> None:
        self.size = 0
        self._subtrees: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """Take in the next leaf hash."""
        assert len(leaf) == DIGEST_BYTES, "a leaf hash is a SHA-256"
        node, low_bits = leaf, self.size
        while low_bits & 1:
            node = interior(self._subtrees.pop(), node)
            low_bits >>= 1
        self._subtrees.append(node)
        self.size += 1

    def root(self) -> bytes:
        """The root of all leaves seen so far."""
        if not self._subtrees:
            return EMPTY_ROOT
        *wider, node = self._subtrees
        for left in reversed(wider):
            node = interior(left, node)
        return node


def interior(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root of these leaf hashes."""
    frontier = MerkleFrontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether this leaf hash stands at `index` (from 0) in the tree of `size` leaves with this root."""
    try:
        return root_from_inclusion(leaf, index, size, path) == root
    except BadPath:
        return False


def root_from_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root that this path leads to from the leaf, siblings first (RFC 9162, section 2.1.3.2).

    Raises BadPath where the tree has no such index or a path of another length.
    """
    if not 0 <= index < size or any(len(node) != DIGEST_BYTES for node in (leaf, *path)):
        raise BadPath("the tree has no leaf of that index, or an element is no SHA-256")
    # Below the level where the way from the leaf meets the tree's right edge every node has a sibling; above it only
    # those to the left of the edge do, one for each bit that is set.
    inner = (index ^ (size - 1)).bit_length()
    if len(path) != inner + (index >> inner).bit_count():
        raise BadPath("the path has another length than the tree asks for")
    node = leaf
    for level, sibling in enumerate(path):
        left = level >= inner or index >> level & 1
        node = interior(sibling, node) if left else interior(node, sibling)
    return node


def verify_consistency(size1: int, root1: bytes, size2: int, root2: bytes, path: Sequence[bytes]) -> bool:
    """Whether the tree of `size1` leaves is the beginning of the tree of `size2` leaves (RFC 9162, section 2.1.4.2).

    Equal sizes need equal roots and no path; nothing is the beginning of everything, but its root is the empty root.
    """
    if not 0 <= size1 <= size2 or any(len(node) != DIGEST_BYTES for node in (root1, root2, *path)):
        return False
    if size1 == 0 or size1 == size2:  # noqa: PLR1714 (two different reasons)
        return not path and root1 == (root2 if size1 else EMPTY_ROOT) and (size2 > 0 or root2 == EMPTY_ROOT)
    # The proof starts at the widest complete subtree that ends the smaller tree; where that is the whole smaller
    # tree, its root is the start and is left out of the path.
    shift = (size1 & -size1).bit_length() - 1
    index, last = (size1 - 1) >> shift, (size2 - 1) >> shift
    nodes, inner = path if index else (root1, *path), (index ^ last).bit_length()
    if len(nodes) != 1 + inner + (index >> inner).bit_count():
        return False
    old = new = nodes[0]
    for level, sibling in enumerate(nodes[1:]):
        if level >= inner or index >> level & 1:
            old, new = interior(sibling, old), interior(sibling, new)
        else:
            new = interior(new, sibling)
    return (old, new) == (root1, root2)
