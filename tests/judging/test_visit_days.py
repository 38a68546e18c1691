"""A visit and CCM on one day: only the visit's own work is the visit's."""

from typing import Any

import pytest

from tests.facts import Chart, codes

VISIT_DAY = "2026-03-10"


def chart_with_a_visit() -> Chart:
    chart = Chart()
    chart.visit(VISIT_DAY, "99214")
    return chart


def test_time_on_the_day_of_a_visit_counts() -> None:
    """CCM-TIME-07: a visit on the same day does not void the nurse's call of the afternoon."""
    chart = chart_with_a_visit()
    chart.time(f"{VISIT_DAY} 15:00", 20)
    verdict = chart.verdict()

    assert [line.code for line in verdict.charges] == ["99490"]
    assert [line.counted for line in verdict.lines] == [1200]


def test_the_visits_own_work_on_that_day_does_not_count() -> None:
    """CCM-TIME-07, CCM-TIME-06: ten minutes of the visit are not among the twenty."""
    chart = chart_with_a_visit()
    chart.time(f"{VISIT_DAY} 10:00", 10, activity="visit")
    chart.time(f"{VISIT_DAY} 15:00", 20)
    verdict = chart.verdict()

    assert [line.counted for line in verdict.lines] == [0, 1200]
    assert "activity_not_counted" in codes(verdict.lines[0].notices)


def month_with_a_service(code: str = "99214", **said: Any) -> Chart:
    chart = Chart()
    chart.other_service(code, VISIT_DAY, **said)
    chart.time(f"{VISIT_DAY} 15:00", 20)
    return chart


@pytest.mark.parametrize(
    "said",
    [{"by": "MD", "source": "own"}, {"source": "own"}, {"by": "MD", "source": "remittance"}, {"npi": "1234567893"}],
    ids=["own", "own of nobody", "of a remittance", "by NPI"],
)
def test_a_visit_that_was_told_as_an_own_service_has_the_work_of_its_day_looked_at(said: dict[str, Any]) -> None:
    """CCM-TIME-07: the month says so however the practitioner's visit was told."""
    (line,) = month_with_a_service(**said).verdict().lines

    assert (1200, ["visit_same_day"]) == (line.counted, codes(line.notices))


@pytest.mark.parametrize(
    "said",
    [
        {"by": "MD2", "source": "own"},
        {"source": "eligibility_271"},
        {"npi": "1558598797", "source": "own"},
        {"code": "99490", "by": "MD", "source": "own"},
    ],
    ids=["a colleague's", "nobody's", "another NPI", "no visit"],
)
def test_other_services_of_the_day_are_no_visit_of_the_billing_practitioner(said: dict[str, Any]) -> None:
    (line,) = month_with_a_service(**said).verdict().lines

    assert [] == codes(line.notices)


def test_an_own_visit_that_was_taken_back_is_none() -> None:
    chart = month_with_a_service(by="MD", source="own", name="visit")
    chart.retract_other_service("visit")

    assert [[]] == [codes(line.notices) for line in chart.verdict().lines]


def test_of_a_service_of_several_days_each_is_a_day_of_a_visit() -> None:
    chart = Chart()
    chart.other_service("99232", "2026-03-10", until="2026-03-12", by="MD")
    for on in ("2026-03-09", "2026-03-10", "2026-03-12", "2026-03-13"):
        chart.time(f"{on} 15:00", 5)

    assert [[], ["visit_same_day"], ["visit_same_day"], []] == [codes(line.notices) for line in chart.verdict().lines]
