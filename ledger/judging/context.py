"""What is the same for every entry of a month, looked up once before the first entry is judged."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from ledger.judging.consent import MonthConsent
from ledger.judging.days import counted_from
from ledger.judging.law import MonthLaw
from ledger.judging.performers import Performers
from ledger.judging.shapes import MonthFacts
from ledger.judging.window import Window
from ledger.streams.staff_day import StaffDay
from ledger.terms.intervals import Intervals, union_all

_NEVER: Final = 1 << 62
_NO_LOSSES: Final[dict[str, Intervals]] = {}
_NO_OVERFILL: Final[dict[str, int]] = {}
_NOBODY: Final[frozenset[str]] = frozenset()


class MonthContext:
    """The law, the window, consent and performers of one month."""

    __slots__ = (
        "closes",
        "consent_from",
        "consent_on",
        "contested",
        "designee",
        "enterers",
        "facts",
        "law",
        "lost",
        "opens",
        "overfull",
        "performers",
        "troubled",
        "window",
    )

    def __init__(
        self, facts: MonthFacts, law: MonthLaw, window: Window, designee: str | None, consent: MonthConsent
    ) -> None:
        self.facts = facts
        self.law = law
        self.window = window
        self.designee = designee
        self.consent_from = consent.counts_from
        self.consent_on = consent.counts_on
        self.opens = _NEVER if consent.counts_from is None else counted_from(consent.counts_from)
        """The first epoch second that may count."""
        self.closes: date = window.last_countable
        """The last local date that may count."""
        self.performers = Performers(facts.staff, designee, window.first, window.last, law)
        self.look_at(facts.staff_days)

    def look_at(self, days: Mapping[str, StaffDay]) -> None:
        """Take these staff days: which entries share seconds with another patient or overfill the day."""
        self.lost, self.overfull, self.contested = _NO_LOSSES, _NO_OVERFILL, _NOBODY
        marked = [day for day in days.values() if day.lost or day.contested or day.overfull]
        if marked:
            lost: dict[str, Intervals] = {}
            overfull: dict[str, int] = {}
            for day in marked:
                for entry, intervals in day.lost:
                    lost[entry] = union_all(lost.get(entry, ()), intervals)
                for entry, seconds in day.overfull:
                    overfull[entry] = overfull.get(entry, 0) + seconds
            self.lost, self.overfull = lost, overfull
            self.contested = frozenset().union(*(day.contested for day in marked))
        self.troubled = self.contested | self.lost.keys() | self.overfull.keys() if marked else _NOBODY
