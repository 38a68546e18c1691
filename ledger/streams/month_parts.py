"""What a folded care month is made of: entries with their marks, what is gone, attestations, who is one person.

Promise: plain values; what becomes of them is said in month_state.py. Not promised: that an entry counts.
"""

from datetime import datetime
from typing import Final, Literal, NamedTuple

from ledger.streams.attesting import AttestationWithdrawn
from ledger.streams.care_month import MonthAttested, Piece, Work
from ledger.terms.intervals import Intervals
from ledger.terms.people import Programme


class Awaiting(NamedTuple):
    """Why an entry may raise nothing yet: the month was attested without it, or with other content."""

    attestation: str
    before: "Entry | None"
    """As it stood when the month was attested, with what it waited for itself; None: it was not there."""
    is_later: bool = False
    """Whether the work began after the signature: recorded in time, it waits for nothing (readings, section 5)."""
    signed_at: datetime | None = None
    """Of work without clock times that was not there: the signature, whose local day the judge looks for."""
    programme: Programme = Programme.CCM
    """Whose month was attested: the work waits in that one alone."""


class Marks(NamedTuple):
    """What few entries have: what happened to them since they were logged."""

    corrected: int = 0
    """How often."""
    is_moved_here: bool = False
    has_late_reason: bool = False
    disputed_at: int | None = None
    """The position of the newest dispute, while it is open."""
    awaiting: Awaiting | None = None
    is_approved: bool = False
    """Whether compliance let it raise the month: what is said of it later is measured against what was approved."""
    earlier: "tuple[Entry, ...]" = ()
    """What it said before it was corrected, oldest first."""
    told: tuple[int, ...] = ()
    """The positions of what was said of it since, apart from its content: reasons, disputes, approvals."""


UNMARKED: Final = Marks()


class Entry(NamedTuple):
    """A time entry as it stands in one care month."""

    work: Work
    position: int
    """The newest fact that says what it is."""
    recorded_at: datetime
    """When it was logged first: a correction makes nothing later, or earlier."""
    pieces: tuple[Piece, ...]
    """Timed entries: the segments of this month."""
    seconds: int
    """Seconds of the entry within this month."""
    held_by_others: Intervals
    """Seconds of this entry that an entry recorded earlier for the same patient already holds."""
    place: int
    """The position that orders it among the others: where it was logged, or moved here."""
    marks: Marks | None = None


class Gone(NamedTuple):
    """An entry that stands here no more: what it said last, and the fact that took it out."""

    entry: Entry
    position: int
    why: Literal["struck", "moved", "corrected"]


class Attested(NamedTuple):
    """An attestation of a month, with where it stands, and its withdrawal."""

    event: MonthAttested
    position: int
    withdrawn: AttestationWithdrawn | None = None
    withdrawn_position: int | None = None

    @property
    def programme(self) -> Programme:
        """Of which programme the month was signed."""
        return self.event.programme or Programme.CCM


class Together(NamedTuple):
    """Since which position two ids are one person."""

    ids: frozenset[str]
    since: int
