"""The tiles in the ledger's own database beside the leaves of its facts, in one pass.

Promise: every tile that the last checkpoint needs is there and holds the hashes that belong in it, or is named; the
roots that the tiles alone lead to are known beside those of the rows. Not promised: which of the two is true where they
differ: the signed checkpoints say.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ledger.store.checkpoints.tiles import HASH_BYTES, WIDTH, TileId, all_tiles, width
from ledger.store.fsck_fact import Verdict
from ledger.store.verifying.naming import Finding, Named
from ledger.store.verifying.roots import Roots, split


class OwnLog:
    """Takes in the tiles of level 0 in step with those of the rows; the higher levels follow at the end."""

    def __init__(self, rows: Iterable[tuple[Any, ...]], size: int, sizes: Iterable[int]) -> None:
        self._rows = iter(rows)
        self._next: tuple[Any, ...] | None = next(self._rows, None)
        self.size = size
        """How many facts the stored checkpoints say are sealed."""
        self.roots = Roots(sizes)
        """The roots that the tiles lead to."""
        self.first = 0
        """The position of the first fact whose leaf is not the one in its tile; 0 where there is none."""
        self.found: list[Finding] = []

    def trust(self, until: int, nodes: Sequence[bytes]) -> None:
        """Begin behind tiles that were trusted; `nodes` are their roots."""
        while self._next is not None and (self._next[0], self._next[1]) < (0, until // WIDTH):
            self._next = next(self._rows, None)
        self.roots.trust(nodes)

    def take(self, n: int, leaves: Sequence[bytes], rows: Roots) -> None:
        """Compare tile n with the leaves that `rows` has taken in last."""
        content = self._tile(n)
        self._check_width(TileId(0, n), content)
        here, count = b"".join(leaves), len(content) // HASH_BYTES
        if not self.first and content == here[: len(content)]:
            self.roots.like(rows, count)
            return
        if content != here[: len(content)]:
            self.first = self.first or n * WIDTH + 1 + _common(here, content)
        if self.roots.size == n * WIDTH:
            self.roots.add(split(content))

    def finish(self, rows: Roots) -> None:
        """Look at what is left, once `rows` has taken in everything."""
        for n in range(-(-rows.size // WIDTH), -(-self.size // WIDTH)):
            self.take(n, (), rows)
        self._check_upper()

    def _tile(self, n: int) -> bytes:
        while self._next is not None and (self._next[0], self._next[1]) < (0, n):
            self._next = next(self._rows, None)
        if self._next is None or (self._next[0], self._next[1]) != (0, n):
            return b""
        content = self._next[2]
        self._next = next(self._rows, None)
        return content if isinstance(content, bytes) else b""

    def _check_upper(self) -> None:
        wanted = self.roots.upper(self.size)
        there = {}
        while self._next is not None:
            level, n, content = self._next
            if level > 0:
                there[TileId(level, n)] = content if isinstance(content, bytes) else b""
            self._next = next(self._rows, None)
        for tile in all_tiles(self.size):
            if tile.level:
                content = there.get(tile, b"")
                self._check_width(tile, content)
                if content != wanted.get(tile, b"")[: len(content)]:
                    self._find(
                        Named.EDITED, f"Tile {tile.level}/{tile.n} does not hold the roots of the tiles below it."
                    )

    def _check_width(self, tile: TileId, content: bytes) -> None:
        hashes = width(tile, self.size)
        if len(content) < HASH_BYTES * hashes:
            words = f"Tile {tile.level}/{tile.n} holds {len(content) // HASH_BYTES} hashes of {hashes}."
            self._find(Named.DELETED, words)
        elif len(content) > HASH_BYTES * hashes:
            words = (
                f"Tile {tile.level}/{tile.n} holds more hashes than the last checkpoint covers: one of them is gone."
            )
            self._find(Named.DELETED, words)

    def _find(self, named: Named, words: str) -> None:
        self.found.append(Finding(Verdict.TILE_DIFFERS, None, None, words, named))


def _common(one: bytes, other: bytes) -> int:
    """How many whole hashes two tiles begin with alike."""
    count = 0
    for a, b in zip(split(one), split(other), strict=False):
        if a != b:
            return count
        count += 1
    return count


def level_zero(rows: Iterable[tuple[Any, ...]], first: int, last: int) -> Iterator[tuple[int, bytes]]:
    """The tiles of level 0 from number `first` to `last`."""
    for level, n, content in rows:
        if level > 0 or n > last:
            return
        if n >= first and isinstance(content, bytes):
            yield n, content
