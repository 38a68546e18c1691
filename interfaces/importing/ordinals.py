"""Which of several identical rows a row is: the ordinal in the key of a timed row without an id of its source.

Cost: 8 bytes for each distinct row plus at most an eighth of spare room (about 9 MB at a million rows), and about 170
bytes more for each distinct row that comes again. Rows with an id of their source are not counted here. Two different
rows among a million share the 8 bytes with a chance of 3 in 100 million; the later one then gets ordinal 1, not 0.
"""

from typing import Final

_BUCKETS: Final = 4096
_WIDTH: Final = 8


class Ordinals:
    """The digests met so far, in many small arrays of bytes that are searched and never sorted."""

    __slots__ = ("_again", "_buckets")

    def __init__(self) -> None:
        self._buckets: list[bytearray | None] = [None] * _BUCKETS
        self._again: dict[bytes, int] = {}

    def next_of(self, digest: bytes) -> int:
        """0 for the first row of that digest, 1 for the second, and so on."""
        mark = digest[2 : 2 + _WIDTH]
        number = int.from_bytes(digest[:2], "big") % _BUCKETS
        bucket = self._buckets[number]
        if bucket is None:
            self._buckets[number] = bytearray(mark)
            return 0
        if not _holds(bucket, mark):
            bucket += mark
            return 0
        self._again[mark] = self._again.get(mark, 0) + 1
        return self._again[mark]


def _holds(bucket: bytearray, mark: bytes) -> bool:
    at = bucket.find(mark)
    while at >= 0 and at % _WIDTH:
        at = bucket.find(mark, at + 1)
    return at >= 0
