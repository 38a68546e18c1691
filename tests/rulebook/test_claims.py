"""The arithmetic of claims beside what the edge checks: one meaning of an NPI, and lines in any order."""

from collections.abc import Callable
from datetime import date

import pytest

from ledger.rulebook import Rulebook, RulesInForce
from ledger.rulebook.claims import faults_of_lines, forms_npi
from ledger.terms.people import is_npi

Law = Callable[[str], RulesInForce]


@pytest.mark.parametrize(
    "number",
    ["1234567893", "2000000002", "1234567890", "3000000000", "0123456789", "123456789", "12345678934", "12345x7893"],
)
def test_the_law_and_the_edge_agree_on_what_an_npi_is(law_on: Law, number: str) -> None:
    assert is_npi(number) == forms_npi(number, law_on("2026-03-31"))


def test_an_empty_claim_has_no_fault(law_on: Law) -> None:
    assert () == faults_of_lines((), law_on("2026-03-31"))


def test_a_parent_may_stand_after_its_add_on(law_on: Law) -> None:
    assert () == faults_of_lines([("99439", 1), ("99490", 1)], law_on("2026-03-31"))


def test_a_payer_without_a_limit_takes_any_number_of_units(book: Rulebook) -> None:
    strict = book.view(payer="seed_strict").in_force(date(2026, 3, 31))

    assert () == faults_of_lines([("99487", 1), ("99489", 40)], strict)
    assert (("99489", "parent_missing"),) == faults_of_lines([("99489", 40)], strict)


def test_the_base_has_a_limit(law_on: Law) -> None:
    lines = [("99487", 1), ("99489", 11)]

    assert (("99489", "units_above_max"),) == faults_of_lines(lines, law_on("2026-03-31"))
