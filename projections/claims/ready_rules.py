"""What the law says of the rows of a month that is to be released: the next unit, the filing deadline, the lines.

Promise: each question is asked of the edition that judged the row, and equal questions are looked up once. Not
promised: exceptions that hang on the kind of a coverage: a row names its payer only. A release asks the judge itself.
"""

from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from ledger.claims.building import place_of
from ledger.claims.competing import reading_of
from ledger.judging.families import charge_line
from ledger.judging.law import law_on
from ledger.judging.other_families import FAMILIES_OF, clinic_of
from ledger.rulebook import Rulebook, RulesInForce
from ledger.rulebook.claims import faults_of_lines, filing_deadline, filing_review_on
from ledger.rulebook.next_units import next_unit
from ledger.streams.governance import Governance
from ledger.streams.practice import Practice, Site
from ledger.terms.calendar import last_day
from ledger.terms.people import Programme
from projections.judged import RulebookOf
from projections.tables.layout import MonthRow

_MEASURED_LATER: Final = frozenset({"complex", "apcm"})
"""Families that no minutes alone open."""


class Near(NamedTuple):
    """The next unit of a month: so many minutes more, of this code, worth so much by the national schedule."""

    minutes: int
    code: str
    amount: Decimal | None


class Filing(NamedTuple):
    """The day on which an unfiled claim is to be shown, and the last one on which it may be received."""

    review_on: date
    until: date


class ReadyRules:
    """The law of one list: rows of one calendar month, by the editions that judged them."""

    def __init__(self, governance: Governance, rulebook_of: RulebookOf) -> None:
        self._adopted = {each.edition: each for each in governance.adoptions}
        self._newest = rulebook_of(governance.adoptions[-1])
        self._rulebook_of = rulebook_of
        self._books: dict[tuple[str, str | None, Programme], Rulebook] = {}
        self._filing: dict[tuple[RulesInForce, date], Filing] = {}
        self._amounts: dict[tuple[RulesInForce, str], Decimal | None] = {}
        self._places: dict[tuple[RulesInForce, tuple[Site, ...]], bool] = {}
        self._faults: dict[tuple[RulesInForce, tuple[tuple[str, int], ...]], bool] = {}

    def stand(self, row: MonthRow, programme: Programme) -> bool:
        """Whether the lines of a row may stand together on a claim."""
        rules = self._rules(row, programme)
        key = rules, row.charges
        if key not in self._faults:
            # The judge holds the units of a row to their limits, which compliance may have raised.
            self._faults[key] = not faults_of_lines(row.charges, rules, row.charges)
        return self._faults[key]

    def has_place(self, row: MonthRow, programme: Programme, practice: Practice) -> bool:
        """Whether any place of the practice is one that care management is billed at (CCM-CLAIM-05)."""
        rules = self._book(row, programme).in_force(last_day(row.month))
        key = rules, practice.sites
        if key not in self._places:
            self._places[key] = place_of(practice.sites, rules.trace()) is not None
        return self._places[key]

    def filing(self, row: MonthRow, programme: Programme) -> Filing:
        """Until when a claim for the row may be received (CCM-CLAIM-22 to -24)."""
        rules = self._rules(row, programme)
        key = rules, row.date_of_service
        if key not in self._filing:
            until = filing_deadline(row.date_of_service, self._book(row, programme).in_force)
            self._filing[key] = Filing(filing_review_on(row.date_of_service, rules), until)
        return self._filing[key]

    def near(self, row: MonthRow, programme: Programme, practice: Practice | None) -> Near | None:
        """The next unit of the family that bills; where none does yet, the nearest one of those that minutes open."""
        rules = self._rules(row, programme)
        found = (next_unit(family, minutes, rules) for family, minutes in self._pools(row, programme, practice))
        nearest = min((each for each in found if each is not None), default=None)
        return Near(nearest.minutes, nearest.code, self._amount(nearest.code, rules)) if nearest is not None else None

    def is_competing(self, answers: tuple[str, ...], today: date) -> bool:
        """Whether a denial says that somebody else was paid for the month (CCM-CLAIM-21)."""
        return reading_of(answers, self._newest.in_force(today)) is not None

    def _pools(self, row: MonthRow, programme: Programme, practice: Practice | None) -> list[tuple[str, int]]:
        """(family, whole minutes of its pool) of what bills, or may come to bill."""
        if row.family is not None and row.charges:
            return [] if row.family == "apcm" else [(row.family, row.minutes)]
        whole, personal = row.staff_seconds + row.personal_seconds, row.personal_seconds
        book = self._book(row, programme)
        pooled = whole if law_on(book, last_day(row.month)).pools_practitioner else row.staff_seconds
        clinic = clinic_of(practice, row.date_of_service, book.in_force(row.date_of_service))
        may_bill = [each for each in FAMILIES_OF[programme] if (each in clinic.may_bill if clinic else each != "rhc")]
        seconds = {"rhc": whole, "personal": personal, "pcm_personal": personal}
        return [(each, seconds.get(each, pooled) // 60) for each in may_bill if each not in _MEASURED_LATER]

    def _amount(self, code: str, rules: RulesInForce) -> Decimal | None:
        key = rules, code
        if key not in self._amounts:
            self._amounts[key] = charge_line(code, 1, rules.trace()).amount
        return self._amounts[key]

    def _rules(self, row: MonthRow, programme: Programme) -> RulesInForce:
        return self._book(row, programme).in_force(row.date_of_service)

    def _book(self, row: MonthRow, programme: Programme) -> Rulebook:
        key = row.edition, row.payer, programme
        if key not in self._books:
            book = self._rulebook_of(self._adopted[row.edition])
            self._books[key] = book.view(programme=programme.value, payer=row.payer)
        return self._books[key]
