"""Roots, inclusion paths and consistency paths as RFC 6962, sections 2.1 to 2.1.2, define them, by recursion."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

VECTORS = Path(__file__).parent / "vectors"
EMPTY = sha256(b"").digest()


def published(name: str) -> dict[str, Any]:
    """A file of published vectors, with its source."""
    vectors: dict[str, Any] = json.loads((VECTORS / f"{name}.json").read_text("utf-8"))
    return vectors


def leaves_of(size: int) -> list[bytes]:
    return [sha256(b"\x00" + str(number).encode()).digest() for number in range(size)]


def root(leaves: list[bytes]) -> bytes:
    if not leaves:
        return EMPTY
    if len(leaves) == 1:
        return leaves[0]
    split = half(len(leaves))
    return sha256(b"\x01" + root(leaves[:split]) + root(leaves[split:])).digest()


def inclusion_path(index: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    split = half(len(leaves))
    if index < split:
        return [*inclusion_path(index, leaves[:split]), root(leaves[split:])]
    return [*inclusion_path(index - split, leaves[split:]), root(leaves[:split])]


def consistency_path(size: int, leaves: list[bytes]) -> list[bytes]:
    return [] if size == 0 else subproof(size, leaves, True)


def subproof(size: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    if size == len(leaves):
        return [] if whole else [root(leaves)]
    split = half(len(leaves))
    if size <= split:
        return [*subproof(size, leaves[:split], whole), root(leaves[split:])]
    return [*subproof(size - split, leaves[split:], False), root(leaves[:split])]


def half(size: int) -> int:
    """The largest power of two below this size."""
    return 1 << (size - 1).bit_length() - 1
