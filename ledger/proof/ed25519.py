"""Ed25519 signatures, verified in plain Python (RFC 8032, section 5.1.7).

Promise: strict. Key, point and scalar count in their one canonical encoding only, and a key of small order, under which
anybody can sign, verifies nothing. Not promised: speed (some milliseconds each), or secrecy, for which it has no use.
"""

from hashlib import sha512
from typing import Final

Point = tuple[int, int, int, int]
"""A point of the curve in extended coordinates (X, Y, Z, T): x = X/Z, y = Y/Z, xy = T/Z."""

_P: Final = 2**255 - 19
_ORDER: Final = 2**252 + 27742317777372353535851937790883648493
_D: Final = -121665 * pow(121666, -1, _P) % _P
_ROOT_OF_MINUS_ONE: Final = pow(2, (_P - 1) // 4, _P)
_NEUTRAL: Final[Point] = (0, 1, 1, 0)


def verify(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the holder of the key signed the message: [S]B = R + [k]A, compared as bytes of R."""
    key = _point(public_key)
    if key is None or len(signature) != 64 or _encoded(_sum_of_products(8, key, 0, _NEUTRAL)) == _encoded(_NEUTRAL):
        return False
    scalar = int.from_bytes(signature[32:], "little")
    challenge = int.from_bytes(sha512(signature[:32] + public_key + message).digest(), "little") % _ORDER
    minus_key = (-key[0] % _P, key[1], key[2], -key[3] % _P)
    return scalar < _ORDER and _encoded(_sum_of_products(scalar, _BASE, challenge, minus_key)) == signature[:32]


def _point(data: bytes) -> Point | None:
    """The point with these 32 bytes (section 5.1.3); None where there is none, or where it has another encoding."""
    number = int.from_bytes(data, "little")
    y, sign = number & (1 << 255) - 1, number >> 255
    if len(data) != 32 or y >= _P:
        return None
    above, below = y * y - 1, _D * y * y + 1
    x = above * pow(below, 3, _P) * pow(above * pow(below, 7, _P), (_P - 5) // 8, _P) % _P
    if (below * x * x - above) % _P:
        x = x * _ROOT_OF_MINUS_ONE % _P
    if (below * x * x - above) % _P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = _P - x
    return x, y, 1, x * y % _P


def _encoded(point: Point) -> bytes:
    inverse = pow(point[2], -1, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _add(one: Point, other: Point) -> Point:
    """The sum of two points, which may be the same one (section 5.1.4)."""
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c, d = 2 * one[3] * other[3] * _D % _P, 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _sum_of_products(number: int, point: Point, other_number: int, other_point: Point) -> Point:
    """`number` times one point and `other_number` times the other, in one run over the bits."""
    choices = (_NEUTRAL, point, other_point, _add(point, other_point))
    total = _NEUTRAL
    for bit in reversed(range(max(number.bit_length(), other_number.bit_length()))):
        total = _add(total, total)
        if choice := number >> bit & 1 | (other_number >> bit & 1) << 1:
            total = _add(total, choices[choice])
    return total


_BASE: Final = _point((4 * pow(5, -1, _P) % _P).to_bytes(32, "little")) or _NEUTRAL
