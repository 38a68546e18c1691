"""Roots of the log at every size that somebody signed, while its leaves go by once, a tile at a time.

Promise: the roots are those of RFC 6962, section 2.1; memory is one digest a level, and the hashes of level 1 (an
eighth of a byte a fact), which is what the tiles above are made of. Not promised: anything about the leaves.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from ledger.proof.merkle import EMPTY_ROOT, MerkleFrontier, interior
from ledger.store.checkpoints.tiles import HASH_BYTES, WIDTH, TileId, subtree


class Roots:
    """Takes in tiles from the first on, and keeps the roots at the sizes that were asked for."""

    def __init__(self, sizes: Iterable[int]) -> None:
        self._wanted = sorted(set(sizes) - {0})
        self._subtrees: list[bytes] = []
        self.nodes: list[bytes] = []
        """The hashes of level 1: the roots of the full tiles."""
        self.size = 0
        self.at: dict[int, bytes] = {0: EMPTY_ROOT}
        """Roots by size, of the sizes asked for that were reached."""

    def add(self, leaves: Sequence[bytes]) -> None:
        """The next tile; only the last may hold fewer than 256 leaves."""
        assert self.size % WIDTH == 0, "nothing follows a tile that is not full"
        low = bisect_right(self._wanted, self.size)
        high = bisect_right(self._wanted, self.size + len(leaves))
        if inside := [size for size in self._wanted[low:high] if size < self.size + WIDTH]:
            self._stop_at(inside, leaves)
        self.size += len(leaves)
        if len(leaves) == WIDTH:
            self.push(subtree(b"".join(leaves)))
            if self._wanted[low:high] and self._wanted[high - 1] == self.size:
                self.at[self.size] = self._folded(None)
        elif leaves:
            self.at.setdefault(self.size, self._partial(leaves))

    def like(self, other: "Roots", count: int) -> None:
        """A tile of `count` leaves that `other` took in just now, where everything before was the same as well."""
        low, high = bisect_right(self._wanted, self.size), bisect_right(self._wanted, self.size + count)
        self.at.update((size, other.at[size]) for size in self._wanted[low:high])
        self.size += count
        if count == WIDTH:
            self.push(other.nodes[-1])

    def push(self, node: bytes) -> None:
        """The root of the next full tile, whose leaves were counted before."""
        self.nodes.append(node)
        count = len(self.nodes)
        while not count & 1:
            node = interior(self._subtrees.pop(), node)
            count >>= 1
        self._subtrees.append(node)

    def trust(self, nodes: Iterable[bytes]) -> None:
        """Begin behind full tiles of which only the roots are looked at."""
        for node in nodes:
            self.push(node)
            self.size += WIDTH

    def root(self) -> bytes:
        """The root of everything that was taken in."""
        if self.size in self.at:
            return self.at[self.size]
        return self._folded(None)

    def upper(self, size: int) -> dict[TileId, bytes]:
        """The tiles above level 0 that a log of `size` leaves has, made from what was taken in."""
        found, level, hashes = {}, 1, self.nodes[: size // WIDTH]
        while hashes:
            rows = [hashes[at : at + WIDTH] for at in range(0, len(hashes), WIDTH)]
            found.update({TileId(level, n): b"".join(row) for n, row in enumerate(rows)})
            hashes = [subtree(b"".join(row)) for row in rows if len(row) == WIDTH]
            level += 1
        return found

    def _stop_at(self, sizes: Sequence[int], leaves: Sequence[bytes]) -> None:
        frontier, done = MerkleFrontier(), 0
        for size in sizes:
            for leaf in leaves[done : size - self.size]:
                frontier.append(leaf)
            done = size - self.size
            self.at[size] = self._folded(frontier.root())

    def _partial(self, leaves: Sequence[bytes]) -> bytes:
        frontier = MerkleFrontier()
        for leaf in leaves:
            frontier.append(leaf)
        return self._folded(frontier.root())

    def _folded(self, node: bytes | None) -> bytes:
        for left in reversed(self._subtrees):
            node = left if node is None else interior(left, node)
        return EMPTY_ROOT if node is None else node


def split(hashes: bytes) -> list[bytes]:
    """The hashes of a tile."""
    return [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes) // HASH_BYTES * HASH_BYTES, HASH_BYTES)]
