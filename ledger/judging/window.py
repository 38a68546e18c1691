"""The days of a month on which work may count: up to death, up to the end of coverage; and the payer.

Promise: only facts that speak of the month move it. Not promised: that coverage is what a source says it is; nobody
asked the payer here.
"""

from datetime import date
from typing import NamedTuple

from ledger.judging.days import earliest_date
from ledger.judging.law import MonthLaw
from ledger.streams.patient import CoverageRecorded
from ledger.streams.patient_state import Learned, Patient
from ledger.terms.notices import notice
from ledger.terms.outcome import Notice


class Window(NamedTuple):
    """Until when work of a month may count, and who pays for it."""

    first: date
    last: date
    died_on: date | None
    """The day of death, where it lies in the month or before it."""
    covered_until: date | None
    """The last day of coverage, where it ended before the month did and nothing follows on it."""
    coverage: CoverageRecorded | None
    """The coverage of the month: that in force on its last day, or the one that ended in it."""
    on_file: tuple[CoverageRecorded, ...]
    """All coverages on file that touch the month."""
    has_coverage: bool
    """Whether any coverage is on file, of whatever time."""
    left_on: date | None = None
    """The day on which the practice ended the programme, where it did so in the month and no consent followed."""

    @property
    def is_plain(self) -> bool:
        """Whether one coverage by Medicare FFS holds the whole month: nothing to look at."""
        return (
            len(self.on_file) == 1
            and self.covered_until is None
            and self.on_file[0].kind == "medicare_ffs"
            and self.on_file[0].from_on <= self.first
        )

    @property
    def last_countable(self) -> date:
        """The last day on which work may count; it may lie before the month."""
        limits = [limit for limit in (self.died_on, self.covered_until, self.left_on) if limit is not None]
        return min(limits, default=self.last)

    def date_of_service(self, last_counted: date | None) -> date:
        """The day that all lines carry: the month's last, or, where an end lies before it, the last counted day.

        An end is death, the end of coverage, or disenrolment. Implements CCM-CLAIM-04. A month that lies wholly after
        the end has nothing to date; it answers its last day.
        """
        limit = self.last_countable
        if limit >= self.last or limit < self.first:
            return self.last
        return last_counted or limit


def window_of(patient: Patient, first: date, last: date) -> Window:
    """The window of a month (CCM-TIME-18, CCM-ELIG-05): facts as they stand about that month.

    The payer is that of the coverage in force on the month's last day, or on the day of death; of several the lowest
    rank, then the newest. Where none is, the coverage that ended last before that day.
    """
    death = patient.died_on()
    died_on = death if death is not None and death <= last else None
    current = _newest_by_id(patient.coverages)
    settled_on = died_on if died_on is not None and died_on >= first else last
    on_file = tuple(c for c in current if c.from_on <= last and (c.until_on is None or c.until_on >= first))
    in_force = [c for c in on_file if c.from_on <= settled_on and (c.until_on is None or c.until_on >= settled_on)]
    if in_force:
        return Window(first, last, died_on, None, min(in_force, key=lambda c: c.rank), on_file, True)
    ended = [c for c in current if c.until_on is not None and c.until_on < settled_on]
    newest = max(ended, key=lambda c: (c.until_on or first, -c.rank), default=None)
    covered_until = newest.until_on if newest else None
    in_month = newest if newest is not None and covered_until is not None and covered_until >= first else None
    return Window(first, last, died_on, covered_until, in_month, on_file, bool(current))


def is_qmb(patient: Patient, on: date) -> bool:
    """Whether a coverage in force on a day says that the patient is a Qualified Medicare Beneficiary (CCM-PAY-03)."""
    return any(c.qmb and _holds(c, on) for c in _newest_by_id(patient.coverages))


def _newest_by_id(coverages: tuple[Learned[CoverageRecorded], ...]) -> list[CoverageRecorded]:
    """Each coverage as last recorded, the newest first."""
    if len(coverages) == 1:
        return [coverages[0].event]
    newest = {learned.event.coverage: learned for learned in sorted(coverages, key=lambda c: c.position)}
    return [learned.event for learned in sorted(newest.values(), key=lambda c: -c.position)]


def coverage_blocks(window: Window, date_of_service: date, law: MonthLaw) -> list[Notice]:
    """What blocks release on the side of coverage (CCM-ELIG-05; readings, section 12).

    Confirmed is a coverage that ended within the month when its newest record says that it was verified on or after
    the date of service.
    """
    coverage = window.coverage
    if coverage is None:
        happened = "No coverage is on file for the month; its dollars are estimates by Medicare FFS."
        return [notice("coverage_not_on_file", happened, law.reading("eligibility.coverage_missing_effect"))]
    if window.covered_until is None:
        return []
    # An evening in the United States is the next day in UTC: what is confirmed on a day confirms no later one.
    if coverage.verified_at is not None and earliest_date(coverage.verified_at) >= date_of_service:
        return []
    happened = f"Coverage ended on {window.covered_until.isoformat()}, within the month, and nobody confirmed it since."
    return [notice("coverage_ended_in_month", happened, law.reading("time.after_coverage_counts"))]


def coverage_reviews(
    window: Window, counted_on: frozenset[date], law: MonthLaw, profiles: tuple[str, ...] = ()
) -> list[Notice]:
    """What to look at on the side of coverage: days that no coverage holds, a payer whose rules nobody wrote down."""
    found: list[Notice] = []
    if window.coverage is None:
        return found
    begun = min(c.from_on for c in window.on_file)
    if begun > window.first or len(window.on_file) > 1:
        bare = sorted(on for on in counted_on if not any(_holds(c, on) for c in window.on_file))
        if bare:
            happened = f"No coverage on file was in force on {', '.join(on.isoformat() for on in bare)}; time counts."
            found.append(notice("coverage_gap", happened, law.reading("eligibility.coverage_missing_effect")))
    if window.coverage.kind != "medicare_ffs" and not profiles:
        happened = "The payer of the month sets its own rules and rates; dollars are estimates by Medicare FFS."
        found.append(notice("payer_sets_own_rules", happened))
    return found


def _holds(coverage: CoverageRecorded, on: date) -> bool:
    return coverage.from_on <= on and (coverage.until_on is None or on <= coverage.until_on)
