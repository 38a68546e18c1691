"""The plan of a patient in complex CCM is due for review after half a year, that of any other after a year."""

import pytest

from tests.facts import Chart, codes

HALF_A_YEAR_RULE = "medicare.ccm.care_plan.review_months_complex"


def month_with_plan_of(at: str, *, staff: int, level: str | None = "moderate", chosen: str | None = "complex") -> Chart:
    """March 2026 with a signed plan of a day, time of staff, decision making and a choice of family."""
    chart = Chart(without=("plan",))
    chart.revise_plan(at, review_on="2027-01-01")
    chart.sign_plan()
    chart.give_copy()
    chart.time("2026-03-09 10:00", staff)
    if level is not None:
        chart.decision_making(level)
    if chosen is not None:
        chart.choose(chosen)
    return chart


@pytest.mark.parametrize(("at", "expected"), [("2025-09-28 12:00", []), ("2025-09-08 12:00", ["care_plan_review_due"])])
def test_the_plan_of_complex_ccm_is_due_after_half_a_year(at: str, expected: list[str]) -> None:
    verdict = month_with_plan_of(at, staff=60).verdict()

    assert ("complex", expected) == (verdict.family, codes(verdict.notices))
    assert HALF_A_YEAR_RULE in verdict.readings


def test_the_plan_is_due_too_where_complex_is_suggested_and_nobody_chose_yet() -> None:
    verdict = month_with_plan_of("2025-09-08 12:00", staff=60, chosen=None).verdict()

    assert ("complex", ["care_plan_review_due"]) == (verdict.suggested, codes(verdict.notices))


def test_where_non_complex_was_chosen_the_plan_of_half_a_year_is_not_due() -> None:
    verdict = month_with_plan_of("2025-09-08 12:00", staff=60, chosen="noncomplex").verdict()

    assert ("noncomplex", []) == (verdict.family, codes(verdict.notices))


def test_the_plan_of_a_non_complex_month_is_due_after_a_year_alone() -> None:
    verdict = month_with_plan_of("2025-09-08 12:00", staff=25, level=None, chosen=None).verdict()

    assert [] == codes(verdict.notices)
    assert HALF_A_YEAR_RULE not in verdict.readings
