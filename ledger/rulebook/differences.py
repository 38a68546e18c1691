"""What changed between two editions: quantity by quantity, with the days on which the answer is another.

Promise: every day on which a look-up would give another value lies in a span of some change, and no other day does;
payers' exceptions are compared under their own names and for whom they apply. What gives the same values and is cited,
dated or worded otherwise is `reworded`, without spans. Not promised: that a month comes out otherwise; judging says.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Final, Literal, NamedTuple

from ledger.rulebook.reading import Quantity, Reading, Value
from ledger.rulebook.rules import Rulebook, days_of_change

_DAY: Final = timedelta(days=1)

Kind = Literal["added", "removed", "changed", "reworded"]


class Span(NamedTuple):
    """Days on which two editions differ, and what each says on them; None where it says nothing."""

    first: date
    last: date
    """date.max where no end is known."""
    before: Reading | None
    after: Reading | None


class Change(NamedTuple):
    """One quantity that two editions do not share as it is."""

    name: str
    kind: Kind
    payer: str | None
    kind_of_coverage: str | None
    """For whom an exception applies; both None for the base."""
    spans: tuple[Span, ...]


_Of = tuple[str, str | None, str | None]


def differences(before: Rulebook, after: Rulebook) -> tuple[Change, ...]:
    """The changes from one edition to another, by name."""
    old, new = _by_name(before), _by_name(after)
    found = (_change(of, old.get(of, ()), new.get(of, ())) for of in sorted({*old, *new}, key=_in_order))
    return tuple(change for change in found if change is not None)


def _by_name(book: Rulebook) -> dict[_Of, tuple[Quantity, ...]]:
    found: dict[_Of, tuple[Quantity, ...]] = {(q.name, None, None): (q,) for q in book.quantities.values()}
    for exception in book.exceptions:
        for quantity in exception.quantities:
            of = (quantity.name, exception.payer, exception.kind)
            found[of] = (*found.get(of, ()), quantity)
    return found


def _in_order(of: _Of) -> tuple[str, str, str]:
    return of[0], of[1] or "", of[2] or ""


def _change(of: _Of, old: tuple[Quantity, ...], new: tuple[Quantity, ...]) -> Change | None:
    if old == new:
        return None
    spans = tuple(_joined(_spans(old, new)))
    kind: Kind = "added" if not old else "removed" if not new else "changed" if spans else "reworded"
    return Change(of[0], kind, of[1], of[2], spans)


def _spans(old: tuple[Quantity, ...], new: tuple[Quantity, ...]) -> Iterator[Span]:
    starts = sorted({*days_of_change((*old, *new))})
    for nth, first in enumerate(starts):
        before, after = _on(old, first), _on(new, first)
        if _value(before) != _value(after):
            last = starts[nth + 1] - _DAY if nth + 1 < len(starts) else date.max
            yield Span(first, last, before, after)


def _on(quantities: tuple[Quantity, ...], day: date) -> Reading | None:
    return next((reading for quantity in quantities if (reading := quantity.on(day)) is not None), None)


def _value(reading: Reading | None) -> tuple[str, Value] | None:
    return None if reading is None else (reading.unit, reading.value)


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Spans that follow each other with the same values on both sides, as one."""
    held: Span | None = None
    for span in spans:
        if held is not None and held.last + _DAY == span.first and _values(held) == _values(span):
            held = held._replace(last=span.last)
            continue
        if held is not None:
            yield held
        held = span
    if held is not None:
        yield held


def _values(span: Span) -> tuple[object, object]:
    return _value(span.before), _value(span.after)
