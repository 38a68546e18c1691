"""Why a code is not billed, or no more of it: limits that were raised, levels that no minutes measure, shared codes."""

from typing import Any

import pytest

from ledger.judging import Ground, why_not, why_not_reasons
from ledger.judging.reason import plain_reason, see
from ledger.rulebook import Reading, Rulebook
from ledger.rulebook.reading import Quantity
from ledger.terms.people import Programme
from tests.facts import Chart, day, law
from tests.months import clean


def answered(chart: Chart, code: str, programme: Programme = Programme.CCM) -> dict[str, Any]:
    return why_not(chart.verdict(programme=programme), code, law()[0])


def own(minutes: int) -> Chart:
    """Minutes of the practitioner, who chose to bill them."""
    chart = Chart()
    chart.time("2026-03-09 09:00", minutes, by="MD")
    chart.choose("personal")
    return chart


# --- limits -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "raised_to", "units_max", "next_unit"),
    [
        ("99437", None, 2, None),
        ("99437", 1, 2, None),
        ("99437", 2, 2, None),
        ("99437", 3, 3, 120),
        ("99491", 3, 1, None),
    ],
)
def test_a_raised_limit_is_the_one_that_is_told_where_the_edit_lets_it_be_raised(
    code: str, raised_to: int | None, units_max: int, next_unit: int | None
) -> None:
    chart = own(100)
    if raised_to is not None:
        chart.raise_limit(code, raised_to)
    answer = answered(chart, code)

    assert (units_max, next_unit) == (answer["units_max"], answer["minutes_for_next_unit"])


def test_an_absolute_limit_that_somebody_raised_is_told_as_it_is() -> None:
    chart = Chart()
    chart.time("2026-03-09 09:00", 100)
    chart.raise_limit("99439", 4)

    assert 2 == answered(chart, "99439")["units_max"]


def test_a_code_without_a_limit_may_have_any_number_of_units() -> None:
    chart = Chart("2022-03")
    chart.time("2022-03-09 09:00", 100)
    book = without("medicare.ccm.99490.units_max")
    answer = why_not(chart.verdict(), "99490", book)

    assert (1, None) == (answer["units_max"], answer["minutes_for_next_unit"])


def without(*names: str) -> Rulebook:
    """The shipped rulebook without some quantities."""
    book = law()[0]
    return Rulebook([each for name, each in book.quantities.items() if name not in names], book.sources)


# --- levels -----------------------------------------------------------------------------------------------------


def of_apcm() -> Chart:
    """A month of APCM, of two conditions."""
    chart = Chart()
    chart.consent("2026-01-05 09:00", name="apcm", programme=Programme.APCM)
    chart.designate("MD", programme=Programme.APCM)
    return chart


@pytest.mark.parametrize(("code", "units"), [("G0556", 0), ("G0557", 1), ("G0558", 0)])
def test_a_level_of_apcm_needs_no_minutes_and_is_billed_once(code: str, units: int) -> None:
    answer = answered(of_apcm(), code, Programme.APCM)

    assert (True, "apcm", False, units, 1, None, None) == (
        answer["is_known"],
        answer["family"],
        answer["is_by_minutes"],
        answer["units_earned"],
        answer["units_max"],
        answer["minutes_for_next_unit"],
        answer["minutes_missing"],
    )


def test_another_code_is_answered_with_the_levels_in_a_month_of_apcm_and_with_none_in_one_of_ccm() -> None:
    levels = ["G0556", "G0557", "G0558"]

    assert levels == answered(of_apcm(), "99490", Programme.APCM)["known"]
    assert not set(levels) & set(answered(of_apcm(), "99213")["known"])


def test_the_tree_of_a_level_names_its_rule_and_asks_for_no_minutes() -> None:
    chart = of_apcm()
    ground = Ground.of(chart.facts(), chart.verdict(programme=Programme.APCM), law()[0])
    needed = why_not_reasons(ground, "G0556")[0]

    assert needed.what == "level.G0556"


# --- one code in two families -----------------------------------------------------------------------------------


def quantity(name: str, unit: str, value: int | str) -> Quantity:
    reading = Reading(name, value, unit, day("2020-01-01"), None, None, "A source.", "CONFIRMED", ("CCM-CODE-01",))
    return Quantity(name, "test.toml", unit, "Says.", "", ("CCM-CODE-01",), (reading,))


def shared() -> Rulebook:
    """The first code of complex CCM is that of non-complex CCM; a further unit of it has no steps, and no limit."""
    base, addon = "medicare.ccm.families.complex_base", "medicare.ccm.families.complex_addon"
    book = without(base, addon, "medicare.ccm.99490.units_max")
    return Rulebook(
        [*book.quantities.values(), quantity(base, "code", "99490"), quantity(addon, "code", "99499")], book.sources
    )


@pytest.mark.parametrize(
    ("chosen", "suggested", "family"),
    [("complex", "noncomplex", "complex"), (None, "noncomplex", "noncomplex"), (None, None, "noncomplex")],
)
def test_a_code_of_several_families_is_asked_of_the_one_that_bills_or_of_the_first(
    chosen: Any, suggested: Any, family: str
) -> None:
    verdict = clean().verdict()._replace(chosen=chosen, suggested=suggested)

    assert family == why_not(verdict, "99490", shared())["family"]


def test_a_further_unit_whose_step_no_rule_gives_needs_what_the_first_one_needs() -> None:
    answer = why_not(clean().verdict(), "99499", shared())

    assert ("complex", 20, 1) == (answer["family"], answer["minutes_for_next_unit"], answer["units_max"])


def test_a_first_unit_whose_minimum_no_rule_gives_needs_none() -> None:
    answer = why_not(Chart().verdict(), "99490", without("medicare.ccm.99490.minutes_minimum"))

    assert (0, 0) == (answer["minutes_for_next_unit"], answer["minutes_missing"])


# --- remedies ---------------------------------------------------------------------------------------------------


def test_a_month_that_lacks_minutes_tells_how_many_and_one_that_has_them_does_not() -> None:
    chart = Chart()
    chart.time("2026-03-09 09:00", 40)
    lacking = "1 more qualifying minutes; work that is not logged can be, with its service dates."

    assert lacking in answered_after(chart, "59:00")["remedies"]
    assert lacking not in answered_after(chart, "60:00")["remedies"]


def answered_after(chart: Chart, length: str) -> dict[str, Any]:
    again = Chart()
    again.time("2026-03-09 09:00", length)
    return answered(again, "99487")


def test_where_nothing_bills_no_other_family_is_said_to() -> None:
    answer = answered(Chart(), "99490")

    assert (None, "noncomplex") == (answer["other_family_bills"], answer["family"])
    assert not [each for each in answer["remedies"] if "choose_family" in each]


def test_where_two_families_have_their_minutes_the_practitioner_chooses_the_one_that_does_not_bill() -> None:
    chart = Chart()
    chart.time("2026-03-03 10:00", 25)
    chart.time("2026-03-04 10:00", 35, by="MD")
    answer = answered(chart, "99491")

    assert "The billing practitioner chooses the family personal (choose_family)." in answer["remedies"]
    assert "noncomplex" == answer["other_family_bills"]


def test_no_remedy_says_that_there_is_nothing_to_do() -> None:
    chart = Chart()
    chart.time("2026-03-10 10:00", 15)
    chart.time("2026-03-10 10:05", 15, by="S2")
    chart.time("2026-03-11 10:00", 5, activity="prior_authorization")
    answer = answered(chart, "99490")
    said = [notice.remedy for line in chart.verdict().lines for notice in line.notices]

    assert any(each.startswith("Nothing to do") for each in said)
    assert not [each for each in answer["remedies"] if each.startswith("Nothing to do") or not each]


def test_what_is_opened_elsewhere_says_so_and_nothing_more() -> None:
    assert {"what": "amount", "value": "66.13", "see": True} == plain_reason(see("amount", "66.13"), {}, 9)
