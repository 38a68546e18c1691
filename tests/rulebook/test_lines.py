"""The lines of a bill, whatever the minutes: an add-on beside its base, and each code once."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from ledger.rulebook import Rulebook, Rules, RulesInForce, UnitsEarned, units_complex, units_noncomplex, units_personal

Law = Callable[[str], RulesInForce]

EARNED: dict[str, Callable[[int, Rules], UnitsEarned]] = {
    "noncomplex": units_noncomplex,
    "personal": units_personal,
    "complex": units_complex,
}
DAYS = ("2016-06-30", "2018-06-30", "2020-06-30", "2021-06-30", "2026-03-31")


def codes_of(family: str, minutes: int, rules: Rules) -> list[str]:
    return [code for code, _ in EARNED[family](minutes, rules).lines]


@pytest.mark.parametrize("family", EARNED)
@pytest.mark.parametrize("day", DAYS)
def test_an_add_on_never_stands_without_its_base(law_on: Law, family: str, day: str) -> None:
    """CCM-CODE-06: the base is the one that the rule file names as the add-on's parent."""
    law = law_on(day)
    for minutes in range(400):
        codes = codes_of(family, minutes, law)

        assert [law.word(f"medicare.ccm.{addon}.parent_code") for _, addon in pairwise(codes)] == codes[:-1]


@pytest.mark.parametrize("family", EARNED)
def test_each_code_has_one_line_with_all_its_units(law_on: Law, family: str) -> None:
    """CCM-CLAIM-08: 99490 once and 99439 twice are two lines."""
    law = law_on("2026-03-31")
    for minutes in range(400):
        codes = codes_of(family, minutes, law)

        assert len(codes) == len(set(codes))
    assert units_noncomplex(60, law).lines == (("99490", 1), ("99439", 2))


def test_every_add_on_of_a_rule_file_names_its_parent(book: Rulebook) -> None:
    """CCM-CODE-06: no add-on, in any year, is without the base that it goes with."""
    addons = {
        str(reading.value)
        for name, quantity in book.quantities.items()
        if name.startswith("medicare.ccm.families.") and name.endswith("_addon")
        for reading in quantity.readings
    }

    assert addons >= {"G2058", "99439", "99437", "99489"}
    assert all(f"medicare.ccm.{addon}.parent_code" in book.quantities for addon in addons)
