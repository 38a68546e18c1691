"""Tiles above those of the leaves, up to the second level, which takes 65,536 facts: each hash and each tile counts."""

from hashlib import sha256

import pytest

from ledger.store.checkpoints.tiles import HASH_BYTES, WIDTH, TileId, grown
from ledger.store.verifying.naming import Named
from ledger.store.verifying.own_log import OwnLog
from ledger.store.verifying.roots import Roots

SIZE = WIDTH * WIDTH + 300


@pytest.fixture(scope="module")
def leaves() -> list[bytes]:
    return [sha256(number.to_bytes(4, "big")).digest() for number in range(SIZE)]


@pytest.fixture(scope="module")
def tiles(leaves: list[bytes]) -> dict[TileId, bytes]:
    return grown({}, 0, leaves)


def found(leaves: list[bytes], tiles: dict[TileId, bytes]) -> list[tuple[Named | None, str]]:
    rows = Roots((SIZE,))
    own = OwnLog(((level, n, hashes) for (level, n), hashes in sorted(tiles.items())), SIZE, (SIZE,))
    for n, start in enumerate(range(0, SIZE, WIDTH)):
        rows.add(leaves[start : start + WIDTH])
        own.take(n, leaves[start : start + WIDTH], rows)
    own.finish(rows)
    return [(each.named, each.words) for each in own.found]


def test_tiles_of_three_levels_are_whole(leaves: list[bytes], tiles: dict[TileId, bytes]) -> None:
    assert {tile.level for tile in tiles} == {0, 1, 2}
    assert found(leaves, tiles) == []


@pytest.mark.parametrize("tile", [TileId(1, 0), TileId(1, 1), TileId(2, 0)])
def test_a_hash_changed_in_an_upper_tile_is_named(
    leaves: list[bytes], tiles: dict[TileId, bytes], tile: TileId
) -> None:
    changed = tiles[tile][:-1] + bytes([tiles[tile][-1] ^ 1])

    assert found(leaves, tiles | {tile: changed}) == [
        (Named.EDITED, f"Tile {tile.level}/{tile.n} does not hold the roots of the tiles below it.")
    ]


@pytest.mark.parametrize("tile", [TileId(1, 0), TileId(1, 1), TileId(2, 0)])
def test_an_upper_tile_that_is_gone_is_named(leaves: list[bytes], tiles: dict[TileId, bytes], tile: TileId) -> None:
    width = len(tiles[tile]) // HASH_BYTES

    assert found(leaves, {each: hashes for each, hashes in tiles.items() if each != tile}) == [
        (Named.DELETED, f"Tile {tile.level}/{tile.n} holds 0 hashes of {width}.")
    ]
