"""The ledger beside the independent reading of its raw facts: months, staff days, histories; where they differ."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from ledger.judging.shapes import Verdict
from ledger.store.connection import Ledger
from ledger.streams.folding import fold
from ledger.terms.intervals import total
from projections.judged import AdoptedRulebooks, judged
from projections.patient_history import history
from projections.states import States
from tests.year.month_papers import MonthPapers
from tests.year.reading import Reading


def differences(log: Ledger, folder: Path) -> tuple[list[str], dict[str, Any]]:
    """What the ledger in a folder says otherwise than the reading, and how much was compared."""
    reading = Reading(folder)
    standings: Counter[str] = Counter()
    found = [*_months(log, reading, standings), *_staff_days(log, reading), *_histories(log, reading)]
    figures = {
        "months_compared": len(reading.months()),
        "standings": dict(sorted(standings.items())),
        "staff_days_compared": len(reading.staff_days()),
        "histories_compared": len(_patients(reading)),
    }
    return found, figures


def _months(log: Ledger, reading: Reading, standings: Counter[str]) -> Iterator[str]:
    states, rulebooks = States(log, after=log.refresh()), AdoptedRulebooks()
    for patient, month in reading.months():
        verdict = judged(states.at, rulebooks, patient, month).verdict
        read = reading.month(patient, month)
        ours, theirs = as_read(reading, read), as_judged(verdict)
        standings[ours["standing"]] += 1
        for name, value in ours.items():
            if value != theirs[name]:
                yield f"{patient} {month} {name}: read {_shown(value, theirs[name])}"


def as_read(reading: Reading, month: MonthPapers) -> dict[str, Any]:
    """A month as it was read."""
    return {
        "entries": {line.entry: (line.counted, line.pool, frozenset(line.codes)) for line in month.lines},
        "seconds": (month.staff, month.personal),
        "practitioner": month.designee,
        "practice": month.practice,
        "date_of_service": month.on,
        "families": {name: (f["minutes"], tuple(f["lines"]), f["amount"]) for name, f in month.families.items()},
        "suggested": month.suggested,
        "chosen": month.chosen,
        "missing": month.missing,
        "reviews": month.reviews,
        "standing": reading.standing(month),
    }


def as_judged(verdict: Verdict) -> dict[str, Any]:
    """The same of a verdict."""
    return {
        "entries": {ln.entry: (ln.counted, ln.pool, frozenset(n.code for n in ln.notices)) for ln in verdict.lines},
        "seconds": (verdict.staff_seconds, verdict.personal_seconds),
        "practitioner": verdict.practitioner,
        "practice": verdict.practice,
        "date_of_service": verdict.date_of_service,
        "families": {
            f.family: (f.minutes, tuple((line.code, line.units) for line in f.lines), f.amount)
            for f in verdict.families
        },
        "suggested": verdict.suggested,
        "chosen": verdict.chosen,
        "missing": {notice.code for notice in verdict.missing},
        "reviews": {notice.code for notice in verdict.notices},
        "standing": verdict.standing,
    }


def _shown(read: Any, judged_as: Any) -> str:
    if isinstance(read, dict) and isinstance(judged_as, dict):
        keys = [key for key in read.keys() | judged_as.keys() if read.get(key) != judged_as.get(key)]
        return "; ".join(f"{key}: {read.get(key)} judged {judged_as.get(key)}" for key in sorted(keys))
    if isinstance(read, set) and isinstance(judged_as, set):
        return f"also {sorted(read - judged_as)}, judged also {sorted(judged_as - read)}"
    return f"{read} judged {judged_as}"


def _staff_days(log: Ledger, reading: Reading) -> Iterator[str]:
    for performer, number in reading.staff_days():
        tag = f"staff_day/{performer}/{date(1970, 1, 1) + timedelta(days=number)}"
        folded: Any = fold(tag, log.read(tag))
        theirs = {
            "covered": total(folded.covered),
            "untimed": folded.untimed_seconds,
            "contested": set(folded.contested),
            "lost": {entry: total(pieces) for entry, pieces in folded.lost},
        }
        ours = reading.staff_day(performer, number)
        if ours != theirs:
            yield f"{tag}: read {_shown(ours, theirs)}"


def _patients(reading: Reading) -> list[str]:
    return [fact["patient"] for fact in reading.book.all_of("patient_registered")]


def _histories(log: Ledger, reading: Reading) -> Iterator[str]:
    for patient in _patients(reading):
        theirs = [(line.position, line.topic) for line in history(log, patient)]
        ours = reading.history(patient)
        if ours != theirs:
            yield f"history of {patient}: read also {set(ours) - set(theirs)}, shown also {set(theirs) - set(ours)}"
