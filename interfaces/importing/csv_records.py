"""CSV bytes as rows with their line numbers, in one pass and in little memory.

Promise: a row that cannot be read (too long, not in its encoding, a NUL, a quotation mark left open) is answered with
its line, and the next line is a new start; at most one row is held. A row may run over several lines inside quotation
marks, up to 64 lines or 1 MiB. Not promised: line ends other than LF and CR LF.
"""

import csv
from collections import deque
from collections.abc import Iterator
from typing import Final, NamedTuple, Protocol

from interfaces.importing.reading import Unread, refused
from ledger.terms.outcome import Refused

ROW_BYTES_MAX: Final = 1024 * 1024
ROW_LINES_MAX: Final = 64
_CELL_MAX: Final = ROW_BYTES_MAX


class Readable(Protocol):
    """A binary file or standard input."""

    def readline(self, size: int = -1, /) -> bytes:
        """The next line with its end, cut at `size` bytes; nothing at the end of the file."""
        ...


class Row(NamedTuple):
    """One row: the line on which it begins, and its cells."""

    line: int
    cells: list[str]


def rows(stream: Readable, *, encoding: str, delimiter: str) -> Iterator[Row | Unread]:
    """The rows of a CSV file, the header among them; blank lines are passed over."""
    csv.field_size_limit(_CELL_MAX)
    lines = _Lines(stream)
    while (first := lines.next()) is not None:
        number, raw = first
        if not raw.strip():
            continue
        text = _decoded(raw, encoding)
        if isinstance(text, Refused):
            yield Unread(number, text)
            continue
        answer = _row(lines, text, encoding, delimiter)
        if isinstance(answer, Refused):
            yield Unread(number, answer)
        elif answer:
            yield Row(number, answer)


class _Lines:
    """The physical lines with their numbers; lines that were looked at in vain come again."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._number = 0
        self._again: deque[tuple[int, bytes]] = deque()

    def next(self) -> tuple[int, bytes] | None:
        if self._again:
            return self._again.popleft()
        raw = self._stream.readline(ROW_BYTES_MAX + 1)
        if not raw:
            return None
        self._number += 1
        if len(raw) > ROW_BYTES_MAX and not raw.endswith(b"\n"):
            # The rest of an endless line is read and dropped in pieces; one byte too many is what marks it.
            while (rest := self._stream.readline(ROW_BYTES_MAX)) and not rest.endswith(b"\n"):
                pass
        if self._number == 1:
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        return self._number, raw

    def give_back(self, taken: list[tuple[int, bytes]]) -> None:
        self._again.extendleft(reversed(taken))


def _decoded(raw: bytes, encoding: str) -> str | Refused:
    if len(raw) > ROW_BYTES_MAX:
        return refused("line_too_long", "The line is longer than 1 MiB.")
    if encoding == "utf-8" and raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return refused("encoding_not_utf8", "The file is UTF-16.")
    if b"\x00" in raw:
        return refused("nul_byte", "The line holds a NUL.")
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        return refused("encoding_not_utf8", f"The line is not {encoding.upper()} from its byte {error.start + 1} on.")


def _row(lines: _Lines, text: str, encoding: str, delimiter: str) -> list[str] | Refused:
    """The cells of the row that begins with `text`, with as many further lines as its quotation marks span."""
    taken: list[tuple[int, bytes]] = []
    while True:
        try:
            return next(csv.reader([text], delimiter=delimiter, strict=True), [])
        except csv.Error as error:
            if "unexpected end of data" not in str(error):
                lines.give_back(taken)
                return refused("row_malformed", "The row breaks the rules of CSV.")
        further = lines.next() if len(taken) < ROW_LINES_MAX and len(text) <= ROW_BYTES_MAX else None
        more = None if further is None else _decoded(further[1], encoding)
        if further is not None:
            taken.append(further)
        if not isinstance(more, str):
            lines.give_back(taken)
            return refused("quote_not_closed", "A quotation mark is opened in this row and not closed.")
        text += more
