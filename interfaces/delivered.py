"""What was delivered, and what of it waits, for programs: the command line and the server tell the same.

Promise: nothing about a patient is in it; positions, counts, opaque ids and the names of sources are. Keys of a sender
are read from a file or a body and never told again: what is wrong with one is told by its line.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final, Protocol

from interfaces.plain import plain

if TYPE_CHECKING:
    from ledger.streams.governance import ParkedDelivery
    from projections.deliveries import Deliveries

KEYS_MAX: Final = 1_000_000
KEY_BYTES_MAX: Final = 1_000
"""Bytes of a key, which has two hundred characters at most."""


class KeysUnreadable(Exception):
    """A list of keys that cannot be read: the line, and why."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line = line
        self.why = why


class Lines(Protocol):
    """A binary file, or the body of a request."""

    def readline(self, size: int = -1, /) -> bytes:
        """The next line with its end, cut at `size` bytes; nothing at the end."""
        ...


def keys_in(stream: Lines) -> Iterator[tuple[int, str]]:
    """The keys of a list, one a line, each with its line; blank lines are passed over. Raises KeysUnreadable."""
    number = 0
    while raw := stream.readline(KEY_BYTES_MAX + 1):
        number += 1
        if number > KEYS_MAX:
            raise KeysUnreadable(number, f"A list holds at most {KEYS_MAX:,} keys.")
        if len(raw) > KEY_BYTES_MAX:
            raise KeysUnreadable(number, "A key has at most 200 characters.")
        try:
            key = raw.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8")
        except UnicodeDecodeError:
            raise KeysUnreadable(number, "The line is not UTF-8.") from None
        if key:
            yield number, key


def told(found: "Deliveries") -> dict[str, Any]:
    """The deliveries of a source's day."""
    answer = {name: plain(part) for name, part in found._asdict().items() if name not in _APART}
    answer["documents"] = [plain(each) for each in found.documents]
    if found.compared is not None:
        answer["keys"] = plain(found.compared)
    return {"as_of": found.position, **answer}


_APART: Final = frozenset({"position", "documents", "compared"})


def waiting_told(found: "Sequence[ParkedDelivery]", today: date) -> list[dict[str, Any]]:
    """Parked deliveries, each with how many days it has waited; the token of what it waits for is left out."""
    return [
        {**{name: value for name, value in plain(each).items() if name != "awaited"}, "days": _days(each, today)}
        for each in found
    ]


def _days(each: "ParkedDelivery", today: date) -> int | None:
    return max(0, (today - each.parked_on).days) if each.is_open else None


def waiting_counted(found: "Sequence[ParkedDelivery]") -> dict[str, dict[str, int]]:
    """Of what waits, by what it waits for: how many deliveries, and for how many people or claims."""
    of_kind = Counter(each.waits_for for each in found if each.is_open)
    distinct = {kind: len({e.awaited for e in found if e.is_open and e.waits_for == kind}) for kind in of_kind}
    return {kind: {"deliveries": of_kind[kind], "distinct": distinct[kind]} for kind in sorted(of_kind)}
