"""Rural health clinics and federally qualified health centers: G0511, the transition of 2025, the codes one by one."""

from typing import Any

import pytest

from ledger.judging.shapes import Verdict
from ledger.terms.people import Programme
from tests.facts import Chart, codes


def clinic(month: str, minutes: int | str = 20, *, kind: str = "rural_health_clinic", by: str = "S1") -> Chart:
    chart = Chart(month)
    chart.capability(kind)
    chart.time(f"{month}-09 09:00", minutes, by=by)
    return chart


def billed(verdict: Verdict) -> dict[str, int]:
    return {line.code: line.units for line in verdict.charges}


def may_bill(verdict: Verdict) -> list[str]:
    return [result.family for result in verdict.families if result.is_available]


@pytest.mark.parametrize("kind", ["rural_health_clinic", "federally_qualified_health_center"])
@pytest.mark.parametrize(
    ("month", "expected"),
    [
        ("2024-12", ["rhc"]),
        ("2025-01", ["noncomplex", "rhc"]),
        ("2025-06", ["noncomplex", "rhc"]),
        ("2025-07", ["noncomplex", "rhc"]),
        ("2025-09", ["noncomplex", "rhc"]),
        ("2025-10", ["noncomplex"]),
    ],
)
def test_a_clinic_bills_the_bundle_until_its_end(kind: str, month: str, expected: list[str]) -> None:
    assert may_bill(clinic(month, kind=kind).verdict()) == expected


@pytest.mark.parametrize(("minutes", "expected"), [("19:59", {}), (20, {"G0511": 1}), (90, {"G0511": 1})])
def test_the_bundle_needs_twenty_minutes_and_pays_once(minutes: Any, expected: dict[str, int]) -> None:
    assert billed(clinic("2024-06", minutes).verdict()) == expected


def test_the_bundle_adds_minutes_of_staff_and_practitioner() -> None:
    chart = clinic("2024-06", "10:30")
    chart.time("2024-06-10 09:00", "9:30", by="MD")

    assert billed(chart.verdict()) == {"G0511": 1}


@pytest.mark.parametrize(("month", "amount"), [("2024-02", "71.71"), ("2024-03", "72.90"), ("2025-06", "54.67")])
def test_the_bundle_has_the_price_of_its_day(month: str, amount: str) -> None:
    result = clinic(month).verdict().result("rhc")
    assert result is not None

    assert str(result.amount) == amount


def test_the_codes_one_by_one_are_refused_a_clinic_before_2025() -> None:
    result = clinic("2024-12").verdict().result("noncomplex")
    assert result is not None

    assert codes(result.notices) == ["family_not_for_clinic"]


def test_the_bundle_is_not_in_force_from_october_2025() -> None:
    result = clinic("2025-10").verdict().result("rhc")
    assert result is not None

    assert codes(result.notices) == ["family_not_in_force"]


@pytest.mark.parametrize(("choice", "expected"), [("g0511", ["rhc"]), ("individual", ["noncomplex"])])
def test_in_the_transition_a_clinic_makes_one_choice_for_all(choice: str, expected: list[str]) -> None:
    chart = clinic("2025-09")
    chart.policy("g0511_billing", choice)
    verdict = chart.verdict()

    assert may_bill(verdict) == expected
    assert "clinic_choice_missing" not in codes(verdict.notices)


@pytest.mark.parametrize(("choice", "family"), [("g0511", "noncomplex"), ("individual", "rhc")])
def test_what_the_clinic_did_not_choose_names_its_choice(choice: str, family: Any) -> None:
    chart = clinic("2025-09")
    chart.policy("g0511_billing", choice)
    result = chart.verdict().result(family)
    assert result is not None

    assert [n.readings for n in result.notices] == [("medicare.ccm.rhc.choice_policy",)]
    assert f"policy g0511_billing says {choice}" in result.notices[0].happened
    assert "adopts another policy" in result.notices[0].remedy


@pytest.mark.parametrize("month", ["2018-01", "2019-12"])
def test_a_clinic_bills_nothing_of_pcm_before_there_is_any(month: str) -> None:
    chart = Chart(month)
    chart.capability("rural_health_clinic")
    chart.consent(f"{month[:4]}-01-02 09:00", name="pcm", programme=Programme.PCM)
    chart.designate("MD", programme=Programme.PCM)
    chart.time(f"{month}-09 09:00", 60, programme=Programme.PCM)
    verdict = chart.verdict(programme=Programme.PCM)

    assert (billed(verdict), may_bill(verdict)) == ({}, [])
    assert {code for result in verdict.families for code in codes(result.notices)} == {"family_not_in_force"}


@pytest.mark.parametrize(("month", "asked"), [("2024-12", False), ("2025-01", True), ("2025-10", False)])
def test_the_choice_is_asked_for_in_the_transition_only(month: str, asked: bool) -> None:
    assert ("clinic_choice_missing" in codes(clinic(month).verdict().notices)) is asked


def test_the_bundle_of_pcm_needs_thirty_minutes() -> None:
    chart = Chart("2024-06")
    chart.capability("rural_health_clinic")
    chart.consent("2024-01-05 09:00", name="pcm", programme=Programme.PCM)
    chart.designate("MD", programme=Programme.PCM)
    chart.time("2024-06-09 09:00", 29, programme=Programme.PCM)
    below = chart.verdict(programme=Programme.PCM)
    chart.time("2024-06-10 09:00", 1, programme=Programme.PCM)
    enough = chart.verdict(programme=Programme.PCM)

    assert (billed(below), billed(enough)) == ({}, {"G0511": 1})


def test_an_office_knows_no_bundle() -> None:
    chart = Chart("2024-06")
    chart.time("2024-06-09 09:00", 20)

    assert chart.verdict().result("rhc") is None


def test_a_clinic_that_ceased_to_be_one_bills_as_an_office() -> None:
    chart = clinic("2024-06")
    chart.end_capability("rural_health_clinic", "2024-05-31")

    assert billed(chart.verdict()) == {"99490": 1}
