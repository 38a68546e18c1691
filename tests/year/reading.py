"""The independent reading of a whole ledger: every patient-month, every staff day, every history, from the raw facts.

Deliberately naive, written from readings.md and ccm-rules.md. It shares no fold, no judge and no decider with the
program; where the two differ, one of them is wrong.
"""

from pathlib import Path
from typing import Any

from tests.year.book import END, Book
from tests.year.entries import Entries, on_day
from tests.year.month_papers import MonthPapers
from tests.year.raw import Raw, facts_of

NOT_ABOUT = ("record_read", "timer_started", "timer_stopped", "delivery_resolved")
"""Facts that name a patient and are no part of the record: who looked; what a timer became stands there as an entry,
and whom a delivery was meant for as what was delivered."""


class Reading:
    """One ledger, read once."""

    def __init__(self, folder: Path) -> None:
        self.book = Book(facts_of(folder))
        self.entries = Entries(self.book)

    # --- months -----------------------------------------------------------------------------------------------------

    def months(self) -> list[tuple[str, str]]:
        """Every patient who goes on, with every month about which anything was ever told of that person."""
        into = self.book.into()
        told = set()
        for fact in self.book.facts:
            for tag in fact["tags"]:
                kind, _, rest = tag.partition("/")
                if kind == "care_month":
                    patient, _, month = rest.partition("/")
                    told.add((self.book.one_person(patient)[0] if into else patient, month))
        return sorted(told)

    def month(self, patient: str, month: str, at: int = END) -> MonthPapers:
        """One month as known at a position."""
        return MonthPapers(self.book, self.entries, patient, month, at)

    def standing(self, month: MonthPapers) -> str:
        """Where a month stands: a signature speaks first, and is stale where the month says something else by now."""
        signatures = [*month.in_month("month_attested"), *month.in_month("attestation_withdrawn")]
        signed = self.entries.signature(sorted(signatures, key=lambda f: f["position"]), month.patient, month.at)
        if signed is not None:
            then = self.month(signed["patient"], month.month, signed["as_of"])
            return "attested" if said(then) == said(month) else "stale"
        if not month.stands:
            return "nothing_logged"
        if not month.available:
            return "below_minimum"
        return "blocked" if month.missing else "ready"

    # --- staff days -------------------------------------------------------------------------------------------------

    def staff_days(self) -> list[tuple[str, int]]:
        """Every performer with every UTC day on which any of their entries ever lay."""
        return sorted(self.entries.on_day)

    def staff_day(self, performer: str, on: int) -> dict[str, Any]:
        """What a performer's day holds: seconds covered, entries contested, seconds lost to another patient's entry."""
        covered: set[int] = set()
        untimed = 0
        for stand in self.entries.day_of(performer, on):
            covered |= {second for start, end in on_day(stand, on) for second in range(start, end)}
            untimed += 0 if stand.said["segments"] else int(stand.said["seconds"])
        lost, contested = self.entries.shared(performer, on)
        given = {entry: len(seconds) for entry, seconds in lost.items()}
        return {"covered": len(covered), "untimed": untimed, "contested": contested, "lost": given}

    # --- histories --------------------------------------------------------------------------------------------------

    def history(self, patient: str) -> list[tuple[int, str]]:
        """Every fact about a patient, by position: all that name the patient in their content, and what was refused."""
        found = [
            (fact["position"], fact["topic"])
            for fact in self.book.facts
            if _names(fact, patient) and fact["topic"] not in NOT_ABOUT
        ]
        return sorted(found)


def said(month: MonthPapers) -> tuple[Any, ...]:
    """Everything that a month says, whoever's id it goes by: what a signature is about."""
    entries = [
        (ln.entry, ln.on, ln.performer, ln.seconds, ln.counted, ln.pool, frozenset(ln.codes)) for ln in month.lines
    ]
    families = [(name, f["minutes"], tuple(f["lines"]), f["amount"]) for name, f in month.families.items()]
    coverage = month.coverage[0]
    payer = coverage["payer"] if coverage is not None else None
    activities = [month.entries.stand(line.entry, month.at) for line in month.lines]
    worked = [stand.said["activity"] if stand else None for stand in activities]
    bills = (month.practice, month.designee, payer, month.on)
    return (entries, worked, families, bills, month.chosen, month.missing | month.reviews, month.others)


def _names(fact: Raw, patient: str) -> bool:
    return any(fact[name] == patient for name in ("patient", "from_patient", "merged", "other_patient", "subject"))
