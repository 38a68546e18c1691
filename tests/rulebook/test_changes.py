"""A rulebook with one change is what it would be if it were built with that change from the beginning."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

import pytest

from ledger.rulebook import Reading, Rulebook
from tests.rulebook.changes import changes_of

NAMES: Final = (
    "medicare.ccm.99439.units_max",
    "medicare.ccm.consent.methods",
    "medicare.ccm.time.stay_kinds",
    "medicare.pfs.conversion_factor.qp",
)
"""A number of several values, lists of one and of several, and one that begins anew every year."""

Span = tuple[date, date, dict[str, Reading]]


def spans(book: Rulebook) -> Iterator[Span]:
    """What is in force from each day of change on, until when."""
    day = date.min
    while True:
        law = book.in_force(day)
        yield law.first_day, law.last_day, dict(law.by_name)
        if law.last_day == date.max:
            return
        day = law.last_day + timedelta(days=1)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_in_force_after_a_change_is_what_the_changed_quantities_say(name: str, book: Rulebook) -> None:
    changes = list(changes_of(book.quantity(name), book))
    anew = [
        Rulebook((book.quantities | {name: change.quantity}).values(), book.sources, book.exceptions)
        for change in changes
    ]

    assert [list(spans(each)) for each in anew] == [list(spans(change.applied(book))) for change in changes]
    assert {True, False} == {change.is_of_date for change in changes}
