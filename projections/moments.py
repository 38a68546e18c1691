"""Moments of a ledger: a position, or an instant that stands for one.

Promise: a moment means one position, and whatever is asked as of it sees nothing recorded behind that position. An
instant means the highest position recorded at or before it. Not promised: that a fact was true then; only that the
ledger had learned it.
"""

from datetime import datetime
from typing import Protocol

from ledger.streams.base import EventLog

AsOf = int | datetime | None
"""A position, an instant, or now."""


class DatedLog(EventLog, Protocol):
    """A log that knows where it stood at an instant."""

    def position_at(self, instant: datetime) -> int:
        """The highest position recorded at or before an instant; 0 where there is none."""
        ...


def position_of(log: DatedLog, as_of: AsOf) -> int:
    """The position that `as_of` means; now is the highest one."""
    head = log.refresh()
    if as_of is None:
        return head
    return min(log.position_at(as_of) if isinstance(as_of, datetime) else as_of, head)
