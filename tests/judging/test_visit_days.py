"""A visit and CCM on one day: only the visit's own work is the visit's."""

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
