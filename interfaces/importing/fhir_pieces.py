"""A bundle in pieces: where each of its entries stands in the bytes, and what is left without them.

Promise: nothing is built of a file here, so that the largest takes no more memory than its bytes and a place for each
entry; where the frame is JSON and each entry is, so is the file. Not promised: that they are; whoever parses them finds
that out.
"""

import re
from typing import Final, NamedTuple

ENTRIES_MAX: Final = 100_000
"""Entries of one chart: a hospital's fullest has some ten thousand."""
FRAME_BYTES_MAX: Final = 1 << 20
"""Of a bundle beside its entries, which is parsed in one piece."""
PARTS_MAX: Final = 500_000
"""Values of one entry, by its commas and brackets: parsed, each takes some hundred bytes, however short it is."""
_TOKEN: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[{}\[\]"]', re.DOTALL)
_SCALAR: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[^\s,\[\]{}":]++', re.DOTALL)
_ENTRIES: Final = re.compile(rb"[ \t\r\n]*:[ \t\r\n]*\[")
_BLANK: Final = re.compile(rb"[ \t\r\n]*")
_ENTRY: Final = b'"entry"'


class Malformed(Exception):
    """The bytes are no JSON; from which of them on, counted from 1."""

    def __init__(self, at: int) -> None:
        super().__init__("malformed")
        self.at = at + 1


class TooMuch(Exception):
    """The file holds more than a chart does; what, in words."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class Pieces(NamedTuple):
    """The places of a bundle's entries, and the bundle without them."""

    frame: bytes
    entries: list[tuple[int, int]]
    """From where to where each one stands."""


def pieces_of(content: bytes) -> Pieces:
    """The pieces of a file. Raises Malformed and TooMuch."""
    opened = _entries_at(content)
    entries: list[tuple[int, int]] = []
    end = opened if opened is None else _entries_in(content, opened, entries)
    beside = len(content) if opened is None or end is None else opened + len(content) - end
    if beside > FRAME_BYTES_MAX:
        raise TooMuch("more than 1 MiB beside its entries")
    frame = content if opened is None or end is None else content[:opened] + content[end:]
    return Pieces(frame, entries)


def holds_too_much(content: bytes, at: int, end: int) -> bool:
    """Whether an entry holds more values than can be looked at in one piece."""
    if end - at <= PARTS_MAX:
        return False
    return sum(content.count(mark, at, end) for mark in (b",", b"{", b"[")) > PARTS_MAX


def _entries_at(content: bytes) -> int | None:
    """Behind the bracket that opens the bundle's entries; None where it has none that are spelled so."""
    depth = 0
    for token in _TOKEN.finditer(content):
        if token.start() > FRAME_BYTES_MAX:
            raise TooMuch("more than 1 MiB beside its entries")
        mark = token[0]
        if mark in (b"{", b"["):
            depth += 1
        elif mark in (b"}", b"]"):
            depth -= 1
        elif mark == b'"':
            raise Malformed(token.start())
        elif depth == 1 and mark == _ENTRY and (opens := _ENTRIES.match(content, token.end())):
            return opens.end()
    return None


def _entries_in(content: bytes, at: int, found: list[tuple[int, int]]) -> int:
    """Note where each entry stands; where the bracket is that closes them."""
    at = _behind_blanks(content, at)
    if content[at : at + 1] == b"]":
        return at
    while True:
        end = _end_of_value(content, at)
        found.append((at, end))
        if len(found) > ENTRIES_MAX:
            raise TooMuch(f"more than {ENTRIES_MAX:,} entries")
        at = _behind_blanks(content, end)
        mark = content[at : at + 1]
        if mark == b"]":
            return at
        if mark != b",":
            raise Malformed(at)
        at = _behind_blanks(content, at + 1)


def _end_of_value(content: bytes, at: int) -> int:
    if content[at : at + 1] not in (b"{", b"["):
        scalar = _SCALAR.match(content, at)
        if scalar is None:
            raise Malformed(at)
        return scalar.end()
    depth = 0
    for token in _TOKEN.finditer(content, at):
        mark = token[0]
        if mark in (b"{", b"["):
            depth += 1
        elif mark in (b"}", b"]"):
            depth -= 1
            if not depth:
                return token.end()
        elif mark == b'"':
            raise Malformed(token.start())
    raise Malformed(len(content))


def _behind_blanks(content: bytes, at: int) -> int:
    found = _BLANK.match(content, at)
    assert found is not None, "nothing at all is blank too"
    return found.end()
