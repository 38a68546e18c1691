"""The root of the Merkle log over leaf hashes, as RFC 6962, section 2.1, defines it.

Promise: the root depends on every leaf and on their order, and costs one hash a leaf and memory for one digest a
level. Not promised: inclusion and consistency proofs, which come with checkpoints; that anybody outside saw a root.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Final

EMPTY_ROOT: Final = sha256(b"").digest()
"""The root of a log without leaves."""


class MerkleFrontier:
    """A compact range: the roots of the complete subtrees, widest first, that make up the leaves seen so far."""

    def __init__(self) -> None:
        self.size = 0
        self._subtrees: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """Take in the next leaf hash."""
        assert len(leaf) == 32, "a leaf hash is a SHA-256"
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
