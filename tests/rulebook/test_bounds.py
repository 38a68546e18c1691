"""A payer's numbers are held within bounds when they load, and within those bounds no month stops being judged."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

import pytest

from ledger.judging import judge_month
from ledger.rulebook import Diagnostic, Rulebook, RulebookError, load_rulebook, shipped_edition
from ledger.rulebook.carried_out import CARRIED_OUT
from ledger.rulebook.units import BOUNDS, DECIMAL_MOST
from ledger.terms.people import Programme
from tests.rulebook.case_months import chart_of
from tests.rulebook.cases import FOLDER

SHIPPED: Final = dict(shipped_edition().files)
PROFILE: Final = "payers/acme/rules.toml"
_DECIMALS: Final = ("rvu", "dollars_per_rvu", "percent")
_FILES: Final = ("units", "visits", "programmes", "extra_planning", "clinics", "limits", "other_services", "time")
_OF_EACH: Final = 4

MONTHS: Final = tuple(
    case
    for file in _FILES
    for case in [
        case
        for case in tomllib.loads((FOLDER / f"{file}.toml").read_text())["case"]
        if case.get("kind", "month") == "month" and "if_the_law_said" not in case
    ][:_OF_EACH]
)
"""Charts of many kinds: those that stand first in their files."""


def profile(values: Mapping[str, str], book: Rulebook) -> bytes:
    """An exception to the law of Medicare FFS, for the payer of the charts."""
    rules = sorted({rule for name in values for rule in book.quantity(name).rules})
    head = (
        'exception = "Otherwise"\nbase = "medicare"\napplies_to = {payer = "medicare", kind = "medicare_ffs"}\n'
        f"implements = {rules}\nchecked = 2026-11-22\n"
    )
    tables = (
        f'\n["{name}"]\nsays = "Otherwise."\nvalues = [\n'
        f'  {{effective = 2000-01-01, value = {value}, cite = "Acme", confidence = "DESIGN"}},\n]\n'
        for name, value in values.items()
    )
    return (head + "".join(tables)).encode()


def loaded(values: Mapping[str, str], book: Rulebook) -> Rulebook:
    return load_rulebook({**SHIPPED, PROFILE: profile(values, book)}, first_time=False)


def faults_of(values: Mapping[str, str], book: Rulebook) -> tuple[Diagnostic, ...]:
    with pytest.raises(RulebookError) as caught:
        loaded(values, book)
    return caught.value.diagnostics


@pytest.mark.parametrize(
    ("name", "value", "unit", "remedy"),
    [
        ("medicare.ccm.99439.minutes_step", "0", "minutes", "Write a whole number from 1 to 44640."),
        ("medicare.ccm.99490.minutes_minimum", "0", "minutes", "Write a whole number from 1 to 44640."),
        ("medicare.ccm.99490.minutes_minimum", "44641", "minutes", "Write a whole number from 1 to 44640."),
        ("medicare.ccm.initiating_visit.lookback_years", "101", "years", "Write a whole number from 0 to 100."),
        ("medicare.ccm.initiating_visit.lookback_years", "5000", "years", "Write a whole number from 0 to 100."),
        (
            "medicare.ccm.99489.units_max",
            "10001",
            "units",
            'Write a whole number from 0 to 10000, or "unlimited".',
        ),
        (
            "medicare.pfs.rvu_facility.99490",
            "10000.5",
            "rvu",
            "Write a number with a decimal point, from 0.0 to 10000.0.",
        ),
    ],
)
def test_a_number_of_a_payer_beyond_its_bounds_is_refused_at_its_line(
    name: str, value: str, unit: str, remedy: str, book: Rulebook
) -> None:
    assert faults_of({name: value}, book) == (
        Diagnostic(PROFILE, 10, name, f"The value {value} is not of unit {unit}.", remedy),
    )


def test_a_number_of_the_base_beyond_its_bounds_is_refused_at_its_line() -> None:
    file = "medicare/ccm/99439.toml"
    base = SHIPPED[file].replace(b"value = 20,", b"value = 0,")

    with pytest.raises(RulebookError) as caught:
        load_rulebook({**SHIPPED, file: base}, first_time=False)

    assert {(d.file, d.table, d.problem) for d in caught.value.diagnostics} == {
        (file, "minutes_step", "The value 0 is not of unit minutes.")
    }


# --- within the bounds ----------------------------------------------------------------------------------------


def extremes(book: Rulebook, nth: int) -> dict[str, int | Decimal]:
    """The least (0) or the most (1) that each number may be which a payer may say otherwise."""
    decimals = (Decimal("0.0"), DECIMAL_MOST.quantize(Decimal("0.1")))
    return {
        name: decimals[nth] if quantity.unit in _DECIMALS else BOUNDS[quantity.unit][nth]
        for name, quantity in book.quantities.items()
        if quantity.unit in (*BOUNDS, *_DECIMALS) and name not in CARRIED_OUT
    }


def judge_all(book: Rulebook) -> None:
    for case in MONTHS:
        programme = Programme(case.get("programme", "CCM"))
        judge_month(chart_of(case).facts(), book, edition="a case", programme=programme)


@pytest.mark.parametrize("nth", [0, 1], ids=["least", "most"])
def test_charts_are_judged_by_a_payer_whose_numbers_are_all_as_far_out_as_they_may_be(nth: int, book: Rulebook) -> None:
    far = loaded({name: str(value) for name, value in extremes(book, nth).items()}, book)

    judge_all(far)

    assert far.view(payer="medicare", kind="medicare_ffs").in_force(date(2026, 3, 31)).find(
        "medicare.ccm.99439.minutes_step"
    ) != book.in_force(date(2026, 3, 31)).find("medicare.ccm.99439.minutes_step")


@pytest.mark.slow
@pytest.mark.parametrize("nth", [0, 1], ids=["least", "most"])
def test_charts_are_judged_by_a_payer_with_any_one_number_as_far_out_as_it_may_be(nth: int, book: Rulebook) -> None:
    far = loaded({name: str(value) for name, value in extremes(book, nth).items()}, book)
    exception = next(each for each in far.exceptions if each.profile == "acme")

    for quantity in exception.quantities:
        alone = replace(exception, quantities=(quantity,))
        judge_all(Rulebook(book.quantities.values(), book.sources, (alone,)))
