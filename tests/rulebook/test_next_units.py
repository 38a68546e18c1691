"""How many minutes a month lacks until its next unit: so many more earn it, one less does not."""

from datetime import date

import pytest

from ledger.rulebook import rulebook_of, shipped_edition, units_of
from ledger.rulebook.next_units import next_unit

RULES = rulebook_of(shipped_edition()).in_force(date(2026, 3, 31))


@pytest.mark.parametrize("family", ["noncomplex", "complex", "personal"])
def test_so_many_minutes_more_earn_the_unit_and_one_less_does_not(family: str) -> None:
    for minutes in range(400):
        earned = units_of(family, minutes, RULES).lines
        found = next_unit(family, minutes, RULES)
        if found is None:
            assert units_of(family, minutes + 1_000, RULES).lines == earned
            continue
        assert units_of(family, minutes + found.minutes - 1, RULES).lines == earned
        more = dict(units_of(family, minutes + found.minutes, RULES).lines)
        assert more.pop(found.code) == dict(earned).pop(found.code, 0) + 1


def test_a_family_without_a_code_on_the_day_has_no_next_unit() -> None:
    early = rulebook_of(shipped_edition()).in_force(date(2014, 1, 1))

    assert next_unit("noncomplex", 12, early) is None
