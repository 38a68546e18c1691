"""Stays in hospitals and nursing facilities: which seconds of a month they bar, and what to look at.

Promise: where clock times are known they decide to the second; where they are not, the day of admission does not count
and the day of discharge does (CCM-TIME-11; readings, section 12). A day that is both is a day of admission. Not
promised: that every stay was told of.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

from ledger.judging.days import counted_from
from ledger.judging.law import MonthLaw
from ledger.rulebook import RulesInForce
from ledger.streams.care_month import ClockOrder, Piece
from ledger.streams.patient_state import Patient
from ledger.streams.stays import StayRecorded
from ledger.terms.calendar import epoch_seconds
from ledger.terms.intervals import Intervals, union_all, without
from ledger.terms.notices import notice
from ledger.terms.outcome import Notice

_TIME: Final = "medicare.ccm.time"
STAY_NAMES: Final = (
    f"{_TIME}.stay_counts",
    f"{_TIME}.stay_kinds",
    f"{_TIME}.stay_edge_effect",
    f"{_TIME}.admission_day_counts",
    f"{_TIME}.discharge_day_counts",
)
"""What is read where a stay touches the month."""
_KINDS_OF_OLD: Final = ("hospital_inpatient", "snf_part_a")
"""The kinds that stay_counts itself names: editions before stay_kinds say no more."""
_DAY: Final = timedelta(days=1)


class _StayLaw(NamedTuple):
    kinds: frozenset[str]
    """The kinds of stays during which time does not count."""
    admission_day_counts: bool
    discharge_day_counts: bool
    names: frozenset[str]


@lru_cache(maxsize=64)
def _stay_law(rules: RulesInForce) -> _StayLaw:
    kinds = rules.get(STAY_NAMES[1])
    barring = frozenset(kinds if isinstance(kinds, tuple) else _KINDS_OF_OLD)
    return _StayLaw(
        frozenset() if rules.yes(STAY_NAMES[0]) else barring,
        rules.yes(STAY_NAMES[3]),
        rules.yes(STAY_NAMES[4]),
        frozenset(name for name in STAY_NAMES if rules.find(name) is not None),
    )


class _Barring(NamedTuple):
    """A stay that bars time, with its edges in epoch seconds where their clock times are known."""

    first_on: date
    last_on: date
    """The day of discharge; the last day that there is, while no discharge is known."""
    starts: int | None
    ends: int | None
    is_open: bool

    def bars(self, piece: Piece, law: _StayLaw) -> tuple[int, int]:
        """The part of a piece that lies in the stay; empty where the end is not after the start."""
        on = piece.on
        if self.starts is not None:
            low = self.starts
        elif on > self.first_on or (on == self.first_on and not law.admission_day_counts):
            low = piece.start
        else:
            low = piece.end
        if self.ends is not None:
            high = self.ends
        elif on < self.last_on or (on == self.last_on and self._is_whole_on(on, law)):
            high = piece.end
        else:
            high = piece.start
        return max(low, piece.start), min(high, piece.end)

    def _is_whole_on(self, on: date, law: _StayLaw) -> bool:
        """Whether the day of discharge, its hour unknown, lies in the stay: where the patient came on that day too."""
        return self.is_open or on == self.first_on or not law.discharge_day_counts

    def is_edge(self, on: date) -> bool:
        """Whether a day is the stay's first or last, and the clock time of that is not known."""
        comes, goes = on == self.first_on, on == self.last_on and not self.is_open
        return (comes and self.starts is None) or (goes and self.ends is None)

    def holds(self, on: date, order: ClockOrder | None) -> bool:
        """Whether work of a day without clock times lies in the stay, as far as its order is stated."""
        comes, goes = on == self.first_on, on == self.last_on and not self.is_open
        if comes and goes:
            return order is not None
        if comes:
            return order == "after"
        if goes:
            return order == "before"
        return self.first_on < on <= self.last_on

    def needs_order(self, on: date, order: ClockOrder | None) -> bool:
        """Whether work of a day without clock times lies on an edge of the stay and says no order."""
        return order is None and (on == self.first_on or (on == self.last_on and not self.is_open))


class Stays:
    """The stays that touch one month."""

    __slots__ = ("_barring", "_law", "_others", "days", "names", "open_since")

    def __init__(self, stays: Iterable[StayRecorded], first: date, last: date, law: _StayLaw) -> None:
        found = tuple(stays)
        self._law = law
        self._barring = tuple(_barring(stay) for stay in found if stay.kind in law.kinds)
        self._others = tuple(stay for stay in found if stay.kind not in law.kinds)
        self.days = frozenset(on for stay in self._barring for on in _days(stay, first, last))
        """The days of the month on which seconds may be barred."""
        self.open_since = min((s.admitted_on for s in found if s.discharged_on is None), default=None)
        """Since when a stay lasts whose discharge nobody recorded."""
        self.names = law.names

    def outside(self, pieces: list[Piece]) -> list[Piece]:
        """The pieces without what lies in a stay."""
        kept: list[Piece] = []
        for piece in pieces:
            taken: Intervals = union_all(tuple(stay.bars(piece, self._law) for stay in self._barring))
            kept += [Piece(start, end, piece.on) for start, end in without(piece.start, piece.end, taken)]
        return kept

    def hold(self, on: date, order: ClockOrder | None) -> bool:
        """Whether work of a day without clock times lies in a stay, as far as its order is stated."""
        return any(stay.holds(on, order) for stay in self._barring)

    def need_order(self, on: date, order: ClockOrder | None) -> bool:
        """Whether work of a day without clock times lies on the edge of a stay and says no order."""
        return any(stay.needs_order(on, order) for stay in self._barring)

    def edge(self, days: Iterable[date]) -> date | None:
        """The first of some days that is a day of admission or discharge whose clock time is not known."""
        return next((on for on in days if any(stay.is_edge(on) for stay in self._barring)), None)

    def findings(self, counted_on: frozenset[date], law: MonthLaw) -> list[Notice]:
        """What to look at in the month: a stay without discharge, counted work in a stay of another kind."""
        found: list[Notice] = []
        if self.open_since is not None:
            happened = f"A stay that began on {self.open_since.isoformat()} has no discharge on record."
            found.append(notice("stay_without_discharge", happened, law.rules.find(STAY_NAMES[0])))
        within = sorted(on for on in counted_on if any(_touches(stay, on, on) for stay in self._others))
        if within:
            days = ", ".join(on.isoformat() for on in within)
            happened = f"Work on {days} counts and lies in a stay of a kind that bars none."
            by = law.rules.find(STAY_NAMES[1]) or law.rules.find(STAY_NAMES[0])
            found.append(notice("work_in_other_stay", happened, by))
        return found


def stays_in_month(patient: Patient, first: date, last: date, law: MonthLaw) -> Stays | None:
    """The stays on record that touch a month; None where there are none.

    Reads: medicare.ccm.time.stay_counts, .stay_kinds, .admission_day_counts, .discharge_day_counts (CCM-TIME-11, -12).
    """
    on_record = (stay.event for stay in patient.status.stays if stay.retracted is None)
    found = tuple(stay for stay in on_record if _touches(stay, first, last))
    return Stays(found, first, last, _stay_law(law.rules)) if found else None


def _touches(stay: StayRecorded, first: date, last: date) -> bool:
    return stay.admitted_on <= last and (stay.discharged_on is None or stay.discharged_on >= first)


def _barring(stay: StayRecorded) -> _Barring:
    return _Barring(
        stay.admitted_on,
        stay.discharged_on or date.max,
        counted_from(stay.admitted_at) if stay.admitted_at is not None else None,
        epoch_seconds(stay.discharged_at) if stay.discharged_at is not None else None,
        stay.discharged_on is None,
    )


def _days(stay: _Barring, first: date, last: date) -> Iterable[date]:
    begin, end = max(stay.first_on, first), min(stay.last_on, last)
    return (begin + _DAY * number for number in range((end - begin).days + 1))
