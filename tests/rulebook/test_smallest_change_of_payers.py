"""The smallest change to any value or date of a shipped profile makes a named case fail, as for the base.

A change that leaves the payer's law as it was on every day, because the base says the same there, is none.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

import pytest

from ledger.rulebook import Quantity, Rulebook
from ledger.rulebook.views import base_name
from tests.rulebook.cases import Case, all_cases
from tests.rulebook.changes import Change, changes_of

_DAY: Final = timedelta(days=1)
UNREAD: Final = frozenset({"medicare.ccm.care_plan.fax_counts_as_sharing@seed_strict"})
"""Values that nothing in the program asks for yet: facts of sharing a plan with others are not recorded."""
CASES: Final = tuple(case for case in all_cases() if case.file == "payers.toml")


def changed(book: Rulebook, change: Change) -> Rulebook:
    """The rulebook with one quantity of an exception changed."""
    exceptions = [
        replace(each, quantities=tuple(change.quantity if q.name == change.name else q for q in each.quantities))
        for each in book.exceptions
    ]
    return Rulebook(book.quantities.values(), book.sources, exceptions)


def days_of(quantity: Quantity) -> Iterator[date]:
    """The days around each border of an exception."""
    for reading in quantity.readings:
        for border in (reading.effective, *([reading.until] if reading.until else [])):
            yield from (border - _DAY, border, border + _DAY)


def is_none(book: Rulebook, other: Rulebook, change: Change) -> bool:
    """Whether the payer's law has the same values on all days around the borders."""
    name, laws = base_name(change.name), [each.view(payer="seed_strict") for each in (book, other)]
    return all(laws[0].in_force(on).get(name) == laws[1].in_force(on).get(name) for on in days_of(change.quantity))


def noticed(book: Rulebook, change: Change) -> Case | None:
    """The first case that answers otherwise."""
    other = changed(book, change)
    asked = (case for case in CASES if change.is_of_date or case.kind != "first_days")
    return next((case for case in asked if case.fails(other)), None)


@pytest.mark.slow
def test_the_smallest_change_of_any_exception_makes_a_named_case_fail(book: Rulebook) -> None:
    quantities = [quantity for exception in book.exceptions for quantity in exception.quantities]
    unnoticed = [
        f"{change.name}: {change.what}"
        for quantity in quantities
        for change in changes_of(quantity, book)
        if (change.is_of_date or change.name not in UNREAD)
        and not is_none(book, changed(book, change), change)
        and noticed(book, change) is None
    ]

    assert unnoticed == []
