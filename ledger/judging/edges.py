"""Seconds at the edge of two care months of one patient, where practices of two zones see them in different months.

A month is a calendar month in the zone of the practice, so the last evening of a month in one zone is the first morning
of the next in another. Where a patient changes practices between two recordings, or turns out to have a chart in each
of two, one entry of the same seconds lies in the one month and one in the other. They count once: for the entry that
was recorded first (CCM-TIME-03, -04; readings, 12).

Promise: of a patient of one practice, who was never merged, no other month is read. Not promised: a second of a patient
who belonged to no practice when work of the other month was recorded, and of this month to one since long before.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from ledger.streams.care_month import Piece
from ledger.streams.month_state import CareMonth, Entry
from ledger.streams.patient_state import Patient
from ledger.terms.calendar import first_day, last_day, month_of, next_month
from ledger.terms.intervals import Intervals, overlap

APART: Final = timedelta(days=2)
"""How many calendar days two zones may see one second apart: they differ by up to 26 hours."""
_DAY: Final = timedelta(days=1)


def months_beside(patient: Patient, practices: Collection[str], month: str, days: Iterable[date]) -> tuple[str, ...]:
    """The care months beside one that may hold seconds of its entries: those `days` are near, of several `practices`.

    Nothing where the patient was of one practice since before the month began: then one zone says what month it is.
    Not of who was ever merged: what was recorded meanwhile may be of another practice, and stays after an unmerge.
    """
    first = first_day(month)
    known = patient.assignments
    if (
        len({*practices, *[each.event.practice for each in known]}) == 1
        and known
        and not patient.merges
        and known[0].event.from_on < first - APART
    ):
        return ()
    last = last_day(month)
    near = tuple(days)
    found = [month_of(first - _DAY)] if any(on < first + APART for on in near) else []
    return (*found, next_month(month)) if any(on > last - APART for on in near) else tuple(found)


def days_of(entries: Iterable[Entry]) -> Iterable[date]:
    """The local days of the timed entries of a month."""
    return (piece.on for entry in entries for piece in entry.pieces)


def held_beside(month: CareMonth, beside: Sequence[CareMonth]) -> CareMonth:
    """The month, each entry with those of its seconds too that an entry of a month beside it holds."""
    others = [entry for each in beside for entry in each.entries]
    if not others:
        return month
    entries = tuple(also_held(entry, others) for entry in month.entries)
    return month if entries == month.entries else replace(month, entries=entries, tally=None)


def also_held(entry: Entry, others: Iterable[Entry], place: int | None = None) -> Entry:
    """The entry with what others hold of it that were recorded before it, or before its `place`."""
    before = entry.place if place is None else place
    held: Intervals = tuple(
        shared
        for other in others
        if other.place < before and other.work.entry != entry.work.entry
        for piece in entry.pieces
        for shared in _shared(piece, other)
    )
    return entry._replace(held_by_others=(*entry.held_by_others, *held)) if held else entry


def _shared(piece: Piece, other: Entry) -> Intervals:
    return overlap(tuple((each.start, each.end) for each in other.pieces), piece.start, piece.end)
