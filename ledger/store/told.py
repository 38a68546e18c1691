"""What was read of short streams without decoding them, kept while they stay as they are.

A performer's day is asked about again for every patient of that day. Promise: what is answered is what reading the
stream anew would give: a stream that grew, or a server that took over, is read again. Not promised: that anything is
kept; at most `STREAMS_MAX` streams are.
"""

from collections.abc import Hashable
from threading import Lock
from typing import Final, Generic, TypeVar

T = TypeVar("T")
Told = tuple[tuple[int, T], ...]
"""What was read of each fact of a stream, with its position, in order."""
STREAMS_MAX: Final = 1_024
"""About six megabytes of days of a busy nurse."""


class ToldStreams(Generic[T]):
    """What was read, by stream; threads may share it."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Hashable, Told[T]]] = {}
        self._lock = Lock()

    def of(self, tag: str, as_of: Hashable) -> Told[T] | None:
        """What was read of a stream that stood as it stands; None where that is not known."""
        known = self._known.get(tag)
        return known[1] if known is not None and known[0] == as_of else None

    def keep(self, tag: str, as_of: Hashable, told: Told[T]) -> None:
        """Keep what was read, in the place of what was kept longest where there is no room."""
        with self._lock:
            self._known.pop(tag, None)
            while len(self._known) >= STREAMS_MAX:
                del self._known[next(iter(self._known))]
            self._known[tag] = as_of, told


def up_to(told: Told[T], position: int) -> Told[T]:
    """What was read of the facts up to a position."""
    if told[-1][0] <= position:
        return told
    return tuple(each for each in told if each[0] <= position)
