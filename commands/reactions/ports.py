"""What reactions need of the world: a log that counts refusals, and read models that find what may be due.

Promise of whoever implements `Findings`: what stands in the facts up to the position that `bring_up` answers, and was
not raised, is found. Nothing found is believed: the deciders look at the streams.
"""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from ledger.claims.erosion import MovedClaim
from ledger.judging.due import Dated, StaleMonth
from ledger.streams.base import EventLog
from ledger.streams.reviews import DueKind


class Repeated(Protocol):
    """How often a refusal happened that is recorded once."""

    @property
    def position(self) -> int:
        """The position of its fact."""
        ...

    @property
    def times(self) -> int:
        """How many times it happened."""
        ...


class ReactionLog(EventLog, Protocol):
    """A ledger's log as reactions see it."""

    def refusal_counts(self, after: int = 0) -> Sequence[Repeated]:
        """How often the refusals recorded behind a position happened, in order of position."""
        ...


class Findings(Protocol):
    """What the read models find, a page at a time, in the order of their keys."""

    def bring_up(self) -> int:
        """Bring the read models up to the newest fact; the position that they stand for."""
        ...

    def stale_months(self, after: tuple[str, str, str], limit: int) -> Sequence[StaleMonth]:
        """Attested months of programmes that say something else than was signed, and that was not reported."""
        ...

    def eroded_claims(self, after: tuple[str, str], limit: int) -> Sequence[MovedClaim]:
        """Claims at stake whose month perhaps supports less than was released, as far as that was not noticed."""
        ...

    def dated(self, what: DueKind, newest: date, today: date, after: str, limit: int) -> Sequence[Dated]:
        """What counts from `newest` or earlier and was not raised; of patients only those cared for today."""
        ...
