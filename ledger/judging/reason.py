"""One reason: a figure or a notice with the rules and the facts that it rests on, and the parts that it is made of.

Promise: plain values, ready for JSON; a part that is opened elsewhere in the same tree says `see` instead of being
opened again, by the same `what`. Not promised: words for people; the command line draws them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from ledger.judging.citing import Readings
from ledger.judging.ground import NOTHING, Evidence
from ledger.rulebook import Reading

Plain = str | int | None


class Reason(NamedTuple):
    """A node of the tree behind a verdict."""

    what: str
    """What it is, in words of the machine: `amount`, `charge.noncomplex.99490`, `entry.te_...`, `missing.CODE`."""
    value: Plain
    because: Readings = ()
    evidence: Evidence = NOTHING
    parts: tuple["Reason", ...] = ()
    is_opened_elsewhere: bool = False
    more: tuple[tuple[str, Any], ...] = ()
    """What else there is to say of it: name and plain value."""


class Told(NamedTuple):
    """A fact as it is named: its kind, the day it tells of, and when the ledger learned it."""

    kind: str
    on: str | None
    """The day that it tells of; None where its source gave none."""
    recorded_at: str


class Opening:
    """The nodes of one tree, each opened once."""

    def __init__(self) -> None:
        self._opened: set[str] = set()

    def once(self, what: str, value: Plain, make: Callable[[], Reason]) -> Reason:
        """The node, opened where it comes first; after that only where to look."""
        if what in self._opened:
            return see(what, value)
        self._opened.add(what)
        return make()


def see(what: str, value: Plain) -> Reason:
    """A node that is opened elsewhere."""
    return Reason(what, value, is_opened_elsewhere=True)


def positions_in(reasons: Iterable[Reason]) -> Iterator[int]:
    """The positions of all facts that a tree names."""
    for reason in reasons:
        yield from reason.evidence.facts
        yield from positions_in(reason.parts)


def plain_reason(reason: Reason, told: Mapping[int, Told], as_of: int) -> dict[str, Any]:
    """A node and everything below it as JSON knows it; `told` names the facts by position."""
    if reason.is_opened_elsewhere:
        return {"what": reason.what, "value": reason.value, "see": True}
    return {
        "what": reason.what,
        "value": reason.value,
        **dict(reason.more),
        "because": [plain_reading(each) for each in reason.because],
        **plain_evidence(reason.evidence, told, as_of),
        "parts": [plain_reason(part, told, as_of) for part in reason.parts],
    }


def plain_evidence(evidence: Evidence, told: Mapping[int, Told], as_of: int) -> dict[str, Any]:
    """Facts by position with what they are; and what was searched for and is not there, up to which position."""
    facts = [{"position": at, **told[at]._asdict()} if at in told else {"position": at} for at in evidence.facts]
    searched = {"kinds": list(evidence.absent), "up_to": as_of} if evidence.absent else None
    return {"facts": facts, "absent": searched}


def plain_reading(reading: Reading) -> dict[str, Any]:
    """A rule as it was read: name, value and unit, its dates, and who says so."""
    return {
        "reading": reading.name,
        "value": plain_value(reading.value),
        "unit": reading.unit,
        "effective": reading.effective.isoformat(),
        "until": _day(reading.until),
        "cite": reading.cite,
        "confidence": reading.confidence,
        "rules": list(reading.rules),
    }


def plain_value(value: Any) -> Any:
    """The value of a reading as JSON knows it; decimals stay text."""
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, Decimal) else value


def _day(on: date | None) -> str | None:
    return on.isoformat() if on is not None else None
