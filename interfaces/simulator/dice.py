"""Seeded dice: the only chance in the project, and a repeatable one.

Promise: the same seed gives the same throws on every machine and every version of Python, which the standard library
does not promise for picking and shuffling. Not promised: anything that has to do with secrets.
"""

import zlib
from collections.abc import Sequence
from typing import Final, TypeVar

T = TypeVar("T")

_MASK: Final = (1 << 64) - 1
_STEP: Final = 0x9E3779B97F4A7C15


class Dice:
    """SplitMix64: a counter and a mixer."""

    __slots__ = ("_seed", "_state")

    def __init__(self, seed: int) -> None:
        self._seed = seed & _MASK
        self._state = self._seed

    def below(self, limit: int) -> int:
        """A whole number from 0 to `limit` - 1."""
        self._state = (self._state + _STEP) & _MASK
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return ((mixed ^ (mixed >> 31)) * limit) >> 64

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def chance(self, percent: int) -> bool:
        """True `percent` times in a hundred."""
        return self.below(100) < percent

    def pick(self, of: Sequence[T]) -> T:
        """One of several."""
        return of[self.below(len(of))]

    def fork(self, name: str) -> "Dice":
        """Dice of their own for one purpose, so that more throws for one thing move no other."""
        return Dice(self._seed * 31 + zlib.crc32(name.encode()))

    def hex(self, digits: int) -> str:
        """That many hexadecimal digits."""
        return "".join("0123456789abcdef"[self.below(16)] for _ in range(digits))

    def uuid(self) -> str:
        """Something of the shape of a UUID, version 4."""
        return f"{self.hex(8)}-{self.hex(4)}-4{self.hex(3)}-a{self.hex(3)}-{self.hex(12)}"
