"""What was delivered, and what of it waits, for programs: the command line and the server tell the same.

Promise: nothing about a patient is in it; positions, counts, opaque ids and the names of sources are. Keys of a sender
are read from a file or a body and never told again: what is wrong with one is told by its line. A key that is confined
to practices is told of what belongs to these (belonging.py), as if nothing else had come.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final, Protocol

from interfaces.plain import plain

if TYPE_CHECKING:
    from interfaces.bootstrap import Session
    from ledger.streams.governance import ParkedDelivery
    from ledger.terms.outcome import Refused
    from ledger.terms.people import Purpose
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


def deliveries_of(
    session: "Session", source: str, day: date, *, keys: Lines | None = None, purpose: "Purpose | None" = None
) -> "Deliveries | Refused":
    """The deliveries of a source on a day, the read allowed and recorded before. Raises KeysUnreadable."""
    from commands.access import ask_about_source  # noqa: PLC0415 - `--help` must not wait for them
    from interfaces.belonging import Belonging  # noqa: PLC0415
    from projections.deliveries import deliveries  # noqa: PLC0415

    if refusal := ask_about_source(session.handler, "deliveries", source, purpose=purpose):
        return refusal
    named = None if keys is None else keys_in(keys)
    belonging = Belonging(session.handler)
    within = belonging.fact if belonging.is_confined else None
    return deliveries(session.log, source, day, now=session.handler.now(), keys=named, within=within)


def waiting_of(
    session: "Session",
    known: int,
    *,
    source: str | None = None,
    with_closed: bool = False,
    purpose: "Purpose | None" = None,
) -> "tuple[ParkedDelivery, ...] | Refused":
    """What waits as known at a position, of one source or of all, the read allowed and recorded before.

    To whom a delivery was resolved is told to those alone who may read there.
    """
    from commands.access import ask_about_source, ask_to_read, may_read  # noqa: PLC0415 - as above
    from interfaces.belonging import Belonging  # noqa: PLC0415
    from projections.questions import parked_list  # noqa: PLC0415
    from projections.two_patients import ANOTHER  # noqa: PLC0415

    belongs = Belonging(session.handler).delivery
    found = tuple(filter(belongs, parked_list(session.log, as_of=known, with_closed=with_closed, source=source)))
    subjects = dict.fromkeys(each.subject for each in found if each.subject and each.subject.startswith("pt_"))
    closed = {subject for subject in subjects if not may_read(session.handler, [subject])}
    shown = [subject for subject in subjects if subject not in closed]
    refusal = (
        ask_to_read(session.handler, "parked", shown, purpose=purpose, as_of=known)
        if source is None
        else ask_about_source(session.handler, "parked", source, shown, purpose=purpose, as_of=known)
    )
    if refusal is not None:
        return refusal
    return tuple(replace(each, subject=ANOTHER) if each.subject in closed else each for each in found)


def told(found: "Deliveries") -> dict[str, Any]:
    """The deliveries of a source's day."""
    answer = {name: plain(part) for name, part in found._asdict().items() if name not in _APART}
    answer["documents"] = [plain(each) for each in found.documents]
    if found.compared is not None:
        answer["keys"] = plain(found.compared)
    return {"as_of": found.position, **answer}


_APART: Final = frozenset({"position", "documents", "compared"})


def waiting_told(found: "Sequence[ParkedDelivery]", known: int, today: date) -> dict[str, Any]:
    """What waits, counted by what it waits for, and each delivery with its days; what is awaited is told to nobody."""
    listed = [
        {**{name: value for name, value in plain(each).items() if name not in _KEPT}, "days": _days(each, today)}
        for each in found
    ]
    return {"as_of": known, "waiting": _counted(found), "deliveries": listed}


_KEPT: Final = frozenset({"awaited", "came_by"})
"""What is told to nobody: for whom a delivery waits, and by which login it came."""


def _days(each: "ParkedDelivery", today: date) -> int | None:
    return max(0, (today - each.parked_on).days) if each.is_open else None


def _counted(found: "Sequence[ParkedDelivery]") -> dict[str, dict[str, int]]:
    """Of what waits, by what it waits for: how many deliveries, and for how many people or claims."""
    of_kind = Counter(each.waits_for for each in found if each.is_open)
    distinct = {kind: len({e.awaited for e in found if e.is_open and e.waits_for == kind}) for kind in of_kind}
    return {kind: {"deliveries": of_kind[kind], "distinct": distinct[kind]} for kind in sorted(of_kind)}
