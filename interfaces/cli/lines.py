"""Lines out of a file or a pipe in groups: a full group under load, whatever is there when the input idles.

Promise: a line is handed on as soon as nothing more is waiting behind it, so a writer who waits for an answer gets
it; at most one line of the allowed length, and one group, is held; a longer line is counted and handed on as None,
its bytes are not kept. Lines end in LF (a CR before it is white space to JSON). A blank line carries no delivery: it
is counted, so that line numbers are those of the file, and not handed on. The mark with which some programs begin a
UTF-8 file is no part of its first line.
"""

import os
import select
from collections.abc import Iterator
from typing import Final, NamedTuple

GROUP_LINES_MAX: Final = 512
GROUP_BYTES_MAX: Final = 4_000_000
_CHUNK: Final = 1 << 16
_IDLE_SECONDS: Final = 0.001
"""Long enough for a busy writer's next line to arrive, too short for a waiting one to notice."""


class Numbered(NamedTuple):
    """A line with its number in the file, counted from 1; None where it was longer than allowed."""

    number: int
    raw: bytes | None


class LineGroups:
    """The groups of lines that an open file descriptor gives."""

    def __init__(self, descriptor: int, *, line_bytes_max: int) -> None:
        self._descriptor = descriptor
        self._limit = line_bytes_max
        self._partial = bytearray()
        self._is_too_long = False
        self._number = 0
        self._group: list[Numbered] = []
        self._group_bytes = 0
        self.is_waiting = False
        """Whether nothing is at work: an interruption now breaks nothing."""

    def __iter__(self) -> Iterator[list[Numbered]]:
        """Groups until the input ends; a last line without a line end is a line."""
        while True:
            chunk = self._next_chunk()
            if chunk is None:
                yield self._taken()
                continue
            if not chunk:
                break
            for whole in self._lines_of(chunk):
                self._add(whole)
                if len(self._group) >= GROUP_LINES_MAX or self._group_bytes >= GROUP_BYTES_MAX:
                    yield self._taken()
        if self._partial or self._is_too_long:
            self._add(self._finished())
        if self._group:
            yield self._taken()

    def _next_chunk(self) -> bytes | None:
        """Bytes; nothing at the end of the input; None where lines are waiting and the input idles."""
        self.is_waiting = True
        try:
            if self._group and not self._is_ready():
                return None
            return os.read(self._descriptor, _CHUNK)
        finally:
            self.is_waiting = False

    def _is_ready(self) -> bool:
        poll = select.poll()
        poll.register(self._descriptor, select.POLLIN | select.POLLHUP)
        return bool(poll.poll(_IDLE_SECONDS * 1000))

    def _lines_of(self, chunk: bytes) -> Iterator[bytes | None]:
        start = 0
        while (end := chunk.find(b"\n", start)) >= 0:
            self._keep(chunk[start:end])
            yield self._finished()
            start = end + 1
        self._keep(chunk[start:])

    def _keep(self, piece: bytes) -> None:
        if not self._is_too_long:
            self._partial += piece
            if len(self._partial) > self._limit:
                self._is_too_long = True
                self._partial = bytearray()

    def _finished(self) -> bytes | None:
        whole = None if self._is_too_long else bytes(self._partial)
        self._partial, self._is_too_long = bytearray(), False
        return whole

    def _add(self, whole: bytes | None) -> None:
        self._number += 1
        if self._number == 1 and whole is not None:
            whole = whole.removeprefix(b"\xef\xbb\xbf")
        if whole is None or whole.strip():
            self._group.append(Numbered(self._number, whole))
            self._group_bytes += len(whole or b"")

    def _taken(self) -> list[Numbered]:
        group, self._group, self._group_bytes = self._group, [], 0
        return group
