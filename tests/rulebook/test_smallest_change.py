"""The smallest change to any value or date of the shipped rule files makes a named case fail.

Every dated value of every quantity is changed in turn (changes.py), in memory, and the cases that read it are asked
again. A case that answers something else, or cannot answer, has noticed. Three things are held besides:

- a case that notices must have named the quantity among what it read: otherwise a reading set is not whole;
- a value must be noticed by a case that shows what it does. `first_days`, which says from when a rule holds, is asked
  about dates only;
- a date moves by one day. A month is judged by the rules of its last day, so that most single days are seen by no month
  (2017-01-02 in place of 2017-01-01 changes no month at all). Who asks for the law of a day sees each of them (`rules
  show NAME --on DATE`), and so does `first_days`; where a change of the law changes months, cases on both sides of it
  stand in families.toml, units.toml, consent.toml and visits.toml.

`published` and `checked` say when somebody looked, and `cite` and `note` where: nothing is judged by them, and they are
left alone. `UNREAD` lists values that nothing in the program asks for yet, each with who will.
"""

from collections import deque
from collections.abc import Iterator
from itertools import chain
from typing import Final

import pytest

from ledger.judging.families import family_result
from ledger.judging.law import law_of, readings_of
from ledger.rulebook import Quantity, Rulebook
from tests.rulebook.cases import Case, all_cases
from tests.rulebook.changes import Change, changes_of

UNREAD: Final = {
    "medicare.ccm.care_plan.fax_counts_as_sharing": "facts of sharing a plan with others, which are not recorded yet",
    "medicare.ccm.consent.electronic_sharing_required": "2015 and 2016: the item is not recorded, and not modelled",
    "medicare.ccm.consent.staff_may_obtain": "informational: nobody's consent is judged by who obtained it",
    "medicare.ccm.practice.continuity_missing_effect": "care teams, which no fact names yet",
    "medicare.ccm.time.no_contact_months_max": "red flags (CCM-RED-24), which look at several months",
}
"""Values, not dates, that no answer depends on, with what will read them. Nothing else may be in it."""
QUICK: Final = ("medicare.ccm.99439.", "medicare.ccm.consent.methods", "medicare.pfs.rvu_facility.99490")
"""What `make check` looks at."""
_LAST: Final = {"month": 1, "visits": 2, "units": 2, "command": 3}
"""Kinds that take longest are asked last."""


class Looking:
    """The cases, with what each has read of the shipped law."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self.cases = sorted(all_cases(), key=lambda case: _LAST.get(case.kind, 0))
        self.read = {case.says: case.question.reads(book) for case in self.cases}
        self._lately: deque[Case] = deque(maxlen=8)
        """Cases that noticed the last few changes: most likely they notice the next one of the quantity too."""

    def complaints(self, quantity: Quantity) -> Iterator[str]:
        """The changes of a quantity that no case notices, or that one notices without having named it."""
        for change in changes_of(quantity, self.book):
            if change.name in UNREAD and not change.is_of_date:
                continue
            complaint = self._complaint(change)
            if complaint:
                yield f"{change.name}: {change.what}: {complaint}"

    def noticed_by(self, quantity: Quantity) -> dict[str, str]:
        """For each change of a quantity the sentence of the case that noticed it."""
        found = ((change, self._first(change)) for change in changes_of(quantity, self.book))
        return {change.what: case.says for change, case in found if case is not None}

    def _complaint(self, change: Change) -> str:
        if self._is_noticed(change):
            return ""
        other = next((c for c in self._others(change) if c.fails(change.applied(self.book))), None)
        if other is None:
            return "no case noticed"
        # Of what was not in force yet there was nothing to name.
        return "" if change.is_of_date else f"{other.says!r} noticed and does not name it as read"

    def _is_noticed(self, change: Change) -> bool:
        changed = change.applied(self.book)
        for case in chain(tuple(self._lately), self.cases):
            if self._may_notice(case, change) and case.fails(changed):
                if case in self._lately:
                    self._lately.remove(case)
                self._lately.appendleft(case)
                return True
        return False

    def _first(self, change: Change) -> Case | None:
        changed = change.applied(self.book)
        return next((case for case in self.cases if self._may_notice(case, change) and case.fails(changed)), None)

    def _may_notice(self, case: Case, change: Change) -> bool:
        if case.kind == "first_days":
            return change.is_of_date
        return case.kind not in {"month", "units", "visits", "services"} or change.name in self.read[case.says]

    def _others(self, change: Change) -> Iterator[Case]:
        return (case for case in self.cases if case.kind != "first_days" and not self._may_notice(case, change))


@pytest.fixture(scope="module")
def looking(book: Rulebook) -> Iterator[Looking]:
    """What was kept of a thousand rulebooks that nobody asks for again is let go afterwards."""
    yield Looking(book)
    for kept in (law_of, family_result, readings_of):
        kept.cache_clear()


def test_the_smallest_change_of_a_number_a_list_and_a_price_makes_a_named_case_fail(looking: Looking) -> None:
    quantities = [q for name, q in looking.book.quantities.items() if name.startswith(QUICK)]

    assert [] == [complaint for quantity in quantities for complaint in looking.complaints(quantity)]


@pytest.mark.slow
def test_the_smallest_change_of_any_value_or_date_makes_a_named_case_fail(looking: Looking) -> None:
    complaints = [each for quantity in looking.book.quantities.values() for each in looking.complaints(quantity)]

    assert complaints == []


def test_what_is_listed_as_unread_is_noticed_by_no_case(looking: Looking) -> None:
    noticed = {
        name: looking.noticed_by(looking.book.quantities[name]).keys()
        - {change.what for change in changes_of(looking.book.quantities[name], looking.book) if change.is_of_date}
        for name in UNREAD
    }

    assert {} == {name: what for name, what in noticed.items() if what}


def test_the_case_that_notices_is_named(looking: Looking) -> None:
    noticed = looking.noticed_by(looking.book.quantities["medicare.ccm.performers.clinical_credentials"])

    assert "Nine credentials of clinical staff count, five minutes each" in noticed.values()
    assert "A health coach, and somebody of whom no credential is on record, count nothing" in noticed.values()
