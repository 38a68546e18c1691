"""Limits that compliance raised for a month: where the edit may be appealed with records, and nowhere else."""

import pytest

from ledger.judging.shapes import Verdict
from tests.facts import Chart, codes


def billed(verdict: Verdict) -> dict[str, int]:
    return {line.code: line.units for line in verdict.charges}


def own(minutes: int) -> Chart:
    chart = Chart()
    chart.time("2026-03-09 09:00", minutes, by="MD")
    chart.choose("personal")
    return chart


@pytest.mark.parametrize(("raised_to", "units"), [(2, 2), (3, 3), (4, 4), (5, 4)])
def test_a_raised_limit_gives_the_units_that_were_worked(raised_to: int, units: int) -> None:
    chart = own(150)
    chart.raise_limit("99437", raised_to)

    assert billed(chart.verdict()) == {"99491": 1, "99437": units}


def test_a_raised_limit_is_for_review() -> None:
    chart = own(150)
    before = codes(chart.verdict().notices)
    chart.raise_limit("99437", 4)

    assert ("units_capped" in before, "limit_raised" in before) == (True, False)
    assert "limit_raised" in codes(chart.verdict().notices)
    assert "units_capped" not in codes(chart.verdict().notices)


def test_an_absolute_limit_is_not_raised() -> None:
    chart = Chart()
    chart.time("2026-03-09 09:00", 100)
    chart.raise_limit("99439", 4)
    chart.choose("noncomplex")

    assert billed(chart.verdict()) == {"99490": 1, "99439": 2}
    assert "limit_raised" not in codes(chart.verdict().notices)


def test_the_newest_word_on_a_limit_holds() -> None:
    chart = own(150)
    chart.raise_limit("99437", 4)
    chart.raise_limit("99437", 2)

    assert billed(chart.verdict()) == {"99491": 1, "99437": 2}


def test_complex_units_above_ten_need_a_raised_limit() -> None:
    chart = Chart()
    chart.time("2026-03-09 09:00", 390)
    chart.decision_making("high")
    chart.choose("complex")
    capped = billed(chart.verdict())
    chart.raise_limit("99489", 11)

    assert (capped, billed(chart.verdict())) == ({"99487": 1, "99489": 10}, {"99487": 1, "99489": 11})


def test_the_minutes_of_raised_units_are_paid() -> None:
    chart = own(150)
    chart.raise_limit("99437", 4)
    result = chart.verdict().result("personal")
    assert result is not None

    assert result.unpaid_minutes == 0
