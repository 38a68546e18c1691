"""What reasons are found in: the facts of a month as folded, the verdict on them, and the rulebook that judged it.

Reasons are looked for after the fact, where somebody asks: the judge itself carries none, and is not slowed by them.
Promise: pure. Not promised: that a verdict and facts of two moments fit each other; they must be of one.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final, NamedTuple

from ledger.judging.law import MonthLaw, law_on
from ledger.judging.payers import book_of
from ledger.judging.shapes import EntryLine, MonthFacts, Verdict
from ledger.rulebook import Rulebook
from ledger.streams.month_state import Entry
from ledger.streams.patient_state import Designation
from ledger.terms.calendar import first_day, last_day
from ledger.terms.people import Programme, Side


class Ground(NamedTuple):
    """One judged month with everything that it was judged by."""

    facts: MonthFacts
    verdict: Verdict
    rulebook: Rulebook
    adopted: int | None = None
    """The position at which the edition was adopted that judged the month."""
    side: Side = Side.PRACTITIONER

    @classmethod
    def of(cls, facts: MonthFacts, verdict: Verdict, rulebook: Rulebook, adopted: int | None = None) -> "Ground":
        """The ground of a verdict, with the law as its programme and its coverage have it."""
        return cls(facts, verdict, book_of(verdict, rulebook), adopted)

    @property
    def programme(self) -> Programme:
        """Of which programme the month is."""
        return self.verdict.programme

    @property
    def law(self) -> MonthLaw:
        """The law of the month's last day."""
        return law_on(self.rulebook, self.last)

    @property
    def first(self) -> date:
        """The first day of the month."""
        return first_day(self.verdict.month)

    @property
    def last(self) -> date:
        """The last day of the month."""
        return last_day(self.verdict.month)

    @property
    def designation(self) -> Designation | None:
        """The designation that occupies the month."""
        return self.facts.patient.designation(self.verdict.month, self.programme, self.side)

    def entry(self, line: EntryLine) -> Entry | None:
        """The entry that a line of the verdict speaks of."""
        return self.facts.month.entry(line.entry)


class Evidence(NamedTuple):
    """The facts that something rests on, and the kinds of facts that were looked for and are not there."""

    facts: tuple[int, ...] = ()
    """Positions, ascending, each once."""
    absent: tuple[str, ...] = ()
    """Topics: no such fact, or none that would do, is in the ledger up to the position of the answer."""

    def and_(self, other: "Evidence") -> "Evidence":
        """Both together."""
        return found((*self.facts, *other.facts), absent=(*self.absent, *other.absent))


NOTHING: Final = Evidence()


def found(positions: Iterable[int], *, absent: Iterable[str] = ()) -> Evidence:
    """Evidence of these positions, in order."""
    return Evidence(tuple(sorted({position for position in positions if position})), tuple(dict.fromkeys(absent)))
