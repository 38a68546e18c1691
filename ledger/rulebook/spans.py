"""A quantity as its days: which reading holds from when to when, with what stands over it laid in.

Promise: spans follow each other, never overlap, and leave out the days on which nothing is in force; on each day they
say what `Quantity.on` says. Used where rules are held against each other when they are loaded, never by judging.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Final, NamedTuple

from ledger.rulebook.reading import Quantity, Reading

_DAY: Final = timedelta(days=1)


class Span(NamedTuple):
    """The days, both included, on which a reading holds; `last` is date.max where no end is known."""

    first: date
    last: date
    reading: Reading

    def meets(self, other: "Span") -> bool:
        """Whether both hold on some day."""
        return self.first <= other.last and other.first <= self.last


def spans_of(quantity: Quantity | None) -> tuple[Span, ...]:
    """The spans of a quantity, oldest first; none where there is no such quantity."""
    if quantity is None:
        return ()
    readings = quantity.readings
    if all(earlier.until is not None and earlier.until < later.effective for earlier, later in pairwise(readings)):
        return tuple(Span(r.effective, r.until or date.max, r) for r in readings if not r.is_absent)
    return tuple(_merged(quantity))


def gap_in(spans: Iterable[Span], first: date, last: date) -> date | None:
    """The first day from `first` to `last` on which no span holds; None where they hold on all."""
    wanted = first
    for span in spans:
        if span.first > wanted:
            return wanted
        if span.last >= last:
            return None
        if span.last >= wanted:
            wanted = span.last + _DAY
    return wanted


def _merged(quantity: Quantity) -> Iterator[Span]:
    """Spans where readings stand over others: the last that covers a day holds."""
    days = {reading.effective for reading in quantity.readings}
    days |= {r.until + _DAY for r in quantity.readings if r.until is not None and r.until < date.max}
    edges = sorted(days)
    for nth, first in enumerate(edges):
        last = edges[nth + 1] - _DAY if nth + 1 < len(edges) else date.max
        reading = quantity.on(first)
        if reading is not None and not reading.is_absent:
            yield Span(first, last, reading)
