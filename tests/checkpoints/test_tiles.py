"""Tiles hold the hashes of RFC 6962: any growing gives the reference root, and every path out of them verifies."""

from collections.abc import Iterable
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.proof.merkle import root_of, verify_consistency, verify_inclusion
from ledger.store.checkpoints import tiles as log
from ledger.store.checkpoints.tiles import HASH_BYTES, WIDTH, MissingTile, TileId, Tiles

LEAVES = [sha256(number.to_bytes(4, "big")).digest() for number in range(WIDTH**2 + 700)]
AROUND_BORDERS = (1, 2, 3, 255, 256, 257, 511, 512, 513, 1023, WIDTH**2 - 1, WIDTH**2, WIDTH**2 + 1, WIDTH**2 + 699)


def grown_by(batches: Iterable[int]) -> tuple[dict[TileId, bytes], int]:
    """The tiles of a log that grew by these numbers of leaves, and its size."""
    tiles: dict[TileId, bytes] = {}
    size = 0
    for count in batches:
        edge = {tile: tiles[tile] for tile in log.edge(size)}
        tiles |= log.grown(edge, size, LEAVES[size : size + count])
        size += count
    return tiles, size


def whole(size: int) -> dict[TileId, bytes]:
    return grown_by((size,))[0]


@given(st.lists(st.integers(0, 700), max_size=6))
def test_leaves_in_batches_of_any_size_give_the_root_and_the_tiles_of_all_at_once(batches: list[int]) -> None:
    tiles, size = grown_by(batches)

    assert log.root(lambda _: tiles, size) == root_of(LEAVES[:size])
    assert tiles == (whole(size) if size else {})


@pytest.mark.parametrize("size", AROUND_BORDERS)
def test_a_log_has_the_tiles_that_its_size_says_and_no_others(size: int) -> None:
    tiles = whole(size)

    assert {tile: len(hashes) // HASH_BYTES for tile, hashes in tiles.items()} == {
        tile: log.width(tile, size) for tile in log.all_tiles(size)
    }
    assert set(log.edge(size)) == {tile for tile, hashes in tiles.items() if len(hashes) < log.TILE_BYTES}


@pytest.mark.parametrize("size", AROUND_BORDERS)
def test_the_root_needs_the_edge_only(size: int) -> None:
    tiles = whole(size)
    edge = {tile: tiles[tile] for tile in log.edge(size)}

    assert log.root(lambda _: edge, size) == root_of(LEAVES[:size])


@given(st.data())
def test_every_path_verifies(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 1_500))
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))
    tiles = whole(size)
    root = root_of(LEAVES[:size])

    included = log.hashes_of(lambda _: tiles, size, log.inclusion(index, size))
    consistent = log.hashes_of(lambda _: tiles, size, log.consistency(old, size))

    assert verify_inclusion(LEAVES[index], index, size, included, root)
    assert verify_consistency(old, root_of(LEAVES[:old]), size, root, consistent)


@pytest.mark.parametrize("size", AROUND_BORDERS)
@pytest.mark.parametrize("of_size", [(0, 1), (1, 2), (99, 100)])
def test_paths_at_the_borders_of_tiles_verify(size: int, of_size: tuple[int, int]) -> None:
    index = (size - 1) * of_size[0] // of_size[1]
    tiles = whole(size)
    root = root_of(LEAVES[:size])

    included = log.hashes_of(lambda _: tiles, size, log.inclusion(index, size))
    consistent = log.hashes_of(lambda _: tiles, size, log.consistency(index + 1, size))

    assert verify_inclusion(LEAVES[index], index, size, included, root)
    assert verify_consistency(index + 1, root_of(LEAVES[: index + 1]), size, root, consistent)


@given(st.integers(1, 1_500), st.integers(1, 1_500))
def test_tiles_of_a_longer_log_answer_for_a_shorter_one(first: int, second: int) -> None:
    size, longer = sorted((first, second))
    tiles = whole(longer)

    assert log.root(lambda _: tiles, size) == root_of(LEAVES[:size])


def test_a_path_asks_for_few_tiles() -> None:
    asked: set[TileId] = set()
    size = WIDTH**2 + 699
    tiles = whole(size)

    def read(wanted: Iterable[TileId]) -> Tiles:
        asked.update(wanted)
        return tiles

    log.hashes_of(read, size, log.inclusion(300, size))

    assert asked == {TileId(0, 1), TileId(1, 0), TileId(1, 1), TileId(0, 258)}


def test_a_tile_that_is_gone_or_too_short_is_named() -> None:
    tiles = whole(600)
    short = {**tiles, TileId(0, 2): tiles[TileId(0, 2)][:-HASH_BYTES]}

    with pytest.raises(MissingTile, match="tile 0/2"):
        log.root(lambda _: short, 600)
    with pytest.raises(MissingTile, match="tile 1/0"):
        log.grown({TileId(0, 2): tiles[TileId(0, 2)]}, 600, LEAVES[600:900])
