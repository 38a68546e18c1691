"""A ciphertext that opens under two keys: AES-GCM says who wrote a text, and not that there is only one.

GHASH is linear: with all blocks but one chosen, the last one makes the tags under both keys equal (NIST SP 800-38D,
section 6.4; Dodis, Grubbs, Ristenpart and Woodage, "Fast Message Franking", 2018, section 4).
"""

from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK: Final = 16
_REDUCTION: Final = 0xE1 << 120


def opens_under_both(first: bytes, second: bytes, nonce: bytes, text: bytes, aad: bytes, *, free: int) -> bytes:
    """Ciphertext and tag that open under two keys: under the first to `text`, but for the block numbered `free`."""
    blocks = [*_blocks(_stream(first, nonce, text))]
    lengths = (len(aad) * 8).to_bytes(8, "big") + (len(text) * 8).to_bytes(8, "big")
    count = len(blocks)

    def tag_without(key: bytes) -> int:
        """The tag as a number, with nothing in the free block."""
        total, point = _block(key, nonce + b"\0\0\0\1"), _block(key, bytes(BLOCK))
        power = point
        for number, block in enumerate([*_blocks(aad), *blocks, lengths][::-1]):
            if count - number != free:  # blocks count from the end: the lengths are block 0 there
                total ^= _times(_number(block), power)
            power = _times(power, point)
        return total

    def weight(key: bytes) -> int:
        """What the free block is multiplied by."""
        return _power(_block(key, bytes(BLOCK)), count - free + 1)

    difference = tag_without(first) ^ tag_without(second)
    block = _times(difference, _inverse(weight(first) ^ weight(second)))
    blocks[free] = block.to_bytes(BLOCK, "big")
    tag = tag_without(first) ^ _times(block, weight(first))
    return b"".join(blocks)[: len(text)] + tag.to_bytes(BLOCK, "big")


def _stream(key: bytes, nonce: bytes, text: bytes) -> bytes:
    return Cipher(algorithms.AES(key), modes.CTR(nonce + b"\0\0\0\2")).encryptor().update(text)


def _block(key: bytes, block: bytes) -> int:
    return _number(Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(block))


def _blocks(data: bytes) -> list[bytes]:
    return [data[at : at + BLOCK] for at in range(0, len(data), BLOCK)]


def _number(block: bytes) -> int:
    return int.from_bytes(block.ljust(BLOCK, b"\0"), "big")


def _times(one: int, other: int) -> int:
    """The product in GCM's field."""
    product = 0
    for bit in range(127, -1, -1):
        if other >> bit & 1:
            product ^= one
        one = one >> 1 ^ (_REDUCTION if one & 1 else 0)
    return product


def _power(base: int, exponent: int) -> int:
    result = 1 << 127
    for _ in range(exponent):
        result = _times(result, base)
    return result


def _inverse(value: int) -> int:
    """Value ** (2**128 - 2)."""
    result, square = 1 << 127, value
    for _ in range(127):
        square = _times(square, square)
        result = _times(result, square)
    return result
