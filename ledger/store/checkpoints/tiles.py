"""The Merkle log in tiles: what appending leaves changes, and the root and every proof out of what is stored.

tile(level, n) holds up to 256 hashes: those of the complete subtrees of 256**level leaves, from the n-th 256 on (C2SP
tlog-tiles, "Merkle Tree"). A hash that is in a tile never changes, so a tile only grows, and a log of a given size has
exactly one content for each tile.

Promise: pure; the hashes are those of RFC 6962, section 2.1; a path asks for few tiles and says which before it needs
them. Not promised: that the hashes in a tile are those of the facts; sealing.py compares them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

from ledger.proof.merkle import EMPTY_ROOT, interior

HASH_BYTES: Final = 32
HEIGHT: Final = 8
WIDTH: Final = 2**HEIGHT
TILE_BYTES: Final = WIDTH * HASH_BYTES
_NODE: Final = b"\x01"
"""What an inner node is hashed behind (ledger/proof/merkle.py)."""


class TileId(NamedTuple):
    """A tile: level 0 holds leaf hashes, each further level the roots of whole tiles of the level below."""

    level: int
    n: int


class Range(NamedTuple):
    """Leaves from `start` to before `end` whose root is a node of some tree."""

    start: int
    end: int


Tiles = Mapping[TileId, bytes]
Read = Callable[[Iterable[TileId]], Tiles]
"""Answers the tiles asked for; those that are not stored are left out."""


class MissingTile(ValueError):
    """A tile is not stored, or holds fewer hashes than a log of this size must have."""

    def __init__(self, tile: TileId) -> None:
        super().__init__(f"tile {tile.level}/{tile.n} is missing or too short")
        self.tile = tile


def width(tile: TileId, size: int) -> int:
    """How many hashes a tile holds in a log of `size` leaves; 0 where it is not there."""
    return min(max((size >> (HEIGHT * tile.level)) - WIDTH * tile.n, 0), WIDTH)


def edge(size: int) -> tuple[TileId, ...]:
    """The tiles of a log that are not full: what the next leaves are put behind, and all that its root needs."""
    found, level = [], 0
    while size >> (HEIGHT * level):
        hashes = size >> (HEIGHT * level)
        if hashes % WIDTH:
            found.append(TileId(level, hashes // WIDTH))
        level += 1
    return tuple(found)


def all_tiles(size: int, after: int = 0) -> Iterable[TileId]:
    """The tiles of a log that one of `after` leaves lacks, or holds fewer hashes of; level by level."""
    level = 0
    while size >> (HEIGHT * level):
        first = (after >> (HEIGHT * level)) // WIDTH
        last = ((size >> (HEIGHT * level)) - 1) // WIDTH
        yield from (
            tile
            for tile in (TileId(level, n) for n in range(first, last + 1))
            if width(tile, size) > width(tile, after)
        )
        level += 1


def grown(known: Tiles, size: int, leaves: Sequence[bytes]) -> dict[TileId, bytes]:
    """The tiles that change, whole, when `leaves` come behind a log of `size`; `known` holds its edge.

    MissingTile where `known` does not hold what the size says.
    """
    changed: dict[TileId, bytes] = {}
    level, start, added = 0, size, list(leaves)
    while added:
        full = []
        for n in range(start // WIDTH, (start + len(added) - 1) // WIDTH + 1):
            tile = TileId(level, n)
            before = _held(known, tile, size) if width(tile, size) else b""
            at = max(n * WIDTH - start, 0)
            content = before + b"".join(added[at : (n + 1) * WIDTH - start])
            changed[tile] = content
            if len(content) == TILE_BYTES:
                full.append(subtree(content))
        start //= WIDTH
        added, level = full, level + 1
    return changed


def unlinked(tiles: Tiles, looked_at: Iterable[TileId]) -> TileId | None:
    """The first of these tiles that is full and not what the tile above it says; None where each leads there.

    `tiles` holds them and those above them. MissingTile where one is not there.
    """
    for tile in sorted(looked_at):
        hashes = tiles.get(tile)
        if hashes is None:
            raise MissingTile(tile)
        if len(hashes) == TILE_BYTES:
            above, at = parent(tile), tile.n % WIDTH * HASH_BYTES
            if tiles.get(above, b"")[at : at + HASH_BYTES] != subtree(hashes):
                return tile
    return None


def parent(tile: TileId) -> TileId:
    """The tile that holds the root of this one, once it is full."""
    return TileId(tile.level + 1, tile.n // WIDTH)


def subtree(hashes: bytes) -> bytes:
    """The root of a power of two of hashes that stand behind each other."""
    while len(hashes) > HASH_BYTES:
        # `interior` of each two, written out: every fact that is sealed passes here twice.
        pairs = range(0, len(hashes), 2 * HASH_BYTES)
        hashes = b"".join([sha256(_NODE + hashes[at : at + 2 * HASH_BYTES]).digest() for at in pairs])
    return hashes


# --- roots and paths --------------------------------------------------------------------------------------------------


def root(read: Read, size: int) -> bytes:
    """The root of a log of `size` leaves; MissingTile where its tiles do not hold them."""
    return hashes_of(read, size, (Range(0, size),))[0] if size else EMPTY_ROOT


def inclusion(index: int, size: int) -> tuple[Range, ...]:
    """The ranges whose roots are the audit path of a leaf, from the leaf up (RFC 6962, section 2.1.1)."""
    assert 0 <= index < size, "a leaf is in a log that holds it"
    path, start, end = [], 0, size
    while end - start > 1:
        middle = start + _largest_power_below(end - start)
        if index < middle:
            path.append(Range(middle, end))
            end = middle
        else:
            path.append(Range(start, middle))
            start = middle
    return tuple(reversed(path))


def consistency(old: int, new: int) -> tuple[Range, ...]:
    """The ranges whose roots show that a log of `new` leaves begins with one of `old` (RFC 6962, section 2.1.2)."""
    assert 0 <= old <= new, "a log only grows"
    if old in {0, new}:
        return ()
    path, start, end, is_whole = [], 0, new, True
    while old != end:
        middle = start + _largest_power_below(end - start)
        if old <= middle:
            path.append(Range(middle, end))
            end = middle
        else:
            path.append(Range(start, middle))
            start, is_whole = middle, False
    if not is_whole:
        path.append(Range(start, end))
    return tuple(reversed(path))


def hashes_of(read: Read, size: int, ranges: Sequence[Range]) -> list[bytes]:
    """The roots of ranges of a log of `size` leaves, with one question for all tiles; raises as `root`."""
    parts = [_complete(each) for each in ranges]
    tiles = read({_tile_of(height, index) for part in parts for height, index in part})
    found = []
    for part in parts:
        *wider, node = [_node(tiles, size, height, index) for height, index in part]
        for left in reversed(wider):
            node = interior(left, node)
        found.append(node)
    return found


def _complete(each: Range) -> list[tuple[int, int]]:
    """(height, index) of the complete subtrees that make up a range, widest first."""
    found, start = [], each.start
    while start < each.end:
        height = (each.end - start).bit_length() - 1
        assert not start % 2**height, "a range starts where a subtree of its size may start"
        found.append((height, start >> height))
        start += 2**height
    return found


def _tile_of(height: int, index: int) -> TileId:
    level, within = divmod(height, HEIGHT)
    return TileId(level, (index << within) // WIDTH)


def _node(tiles: Tiles, size: int, height: int, index: int) -> bytes:
    level, within = divmod(height, HEIGHT)
    tile = TileId(level, (index << within) // WIDTH)
    at = (index << within) % WIDTH * HASH_BYTES
    return subtree(_held(tiles, tile, size)[at : at + HASH_BYTES * 2**within])


def _held(tiles: Tiles, tile: TileId, size: int) -> bytes:
    """The hashes that a tile has in a log of this size; a longer tile belongs to a longer log."""
    length = HASH_BYTES * width(tile, size)
    content = tiles.get(tile, b"")[:length]
    if len(content) < length:
        raise MissingTile(tile)
    return content


def _largest_power_below(count: int) -> int:
    return 1 << ((count - 1).bit_length() - 1)
