"""Programmes besides CCM: PCM for one condition, APCM by conditions alone; each with its own consent and biller."""

from typing import Any

import pytest

from ledger.judging.shapes import Verdict
from ledger.terms.people import Programme
from tests.facts import Chart, codes

PCM, APCM = Programme.PCM, Programme.APCM


def chart_of_pcm(month: str = "2026-03", **parts: Any) -> Chart:
    """A patient with one condition, consented to PCM by the same office."""
    chart = Chart(month, without=("conditions", "plan", "designation", *parts.pop("without", ())), **parts)
    chart.condition("I50.9")
    chart.revise_plan(f"{chart.year}-01-05 10:00", conditions=1, goals=1)
    chart.sign_plan()
    chart.give_copy()
    chart.consent(f"{chart.year}-01-05 09:00", name="pcm", programme=PCM)
    chart.designate("MD", programme=PCM)
    return chart


def chart_of_apcm(month: str = "2026-03", *conditions: str, qmb: bool = False) -> Chart:
    chart = Chart(month, without=("conditions", "risk", "coverage", "designation"))
    for code in conditions:
        chart.condition(code)
    chart.coverage(qmb=qmb)
    chart.consent(f"{chart.year}-01-05 09:00", name="apcm", programme=APCM)
    chart.designate("MD", programme=APCM)
    return chart


def units(verdict: Verdict, family: Any) -> dict[str, int]:
    result = verdict.result(family)
    assert result is not None
    return {line.code: line.units for line in result.lines}


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        ("29:59", {}),
        (30, {"99426": 1}),
        ("59:59", {"99426": 1}),
        (60, {"99426": 1, "99427": 1}),
        (90, {"99426": 1, "99427": 2}),
        (120, {"99426": 1, "99427": 2}),
    ],
)
def test_staff_minutes_of_pcm_earn_units_only_when_complete(minutes: Any, expected: dict[str, int]) -> None:
    chart = chart_of_pcm()
    chart.time("2026-03-09 09:00", minutes, programme=PCM)

    assert units(chart.verdict(programme=PCM), "pcm_staff") == expected


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [("29:59", {}), (30, {"99424": 1}), (60, {"99424": 1, "99425": 1}), (120, {"99424": 1, "99425": 2})],
)
def test_the_practitioners_minutes_of_pcm_earn_its_own_family(minutes: Any, expected: dict[str, int]) -> None:
    chart = chart_of_pcm()
    chart.time("2026-03-09 09:00", minutes, by="MD", programme=PCM)

    assert units(chart.verdict(programme=PCM), "pcm_personal") == expected


def test_the_practitioners_minutes_are_not_added_to_staff_minutes_of_pcm() -> None:
    chart = chart_of_pcm()
    chart.time("2026-03-09 09:00", 20, programme=PCM)
    chart.time("2026-03-10 09:00", 20, by="MD", programme=PCM)
    verdict = chart.verdict(programme=PCM)

    assert [(r.family, r.minutes, r.is_available) for r in verdict.families] == [
        ("pcm_staff", 20, False),
        ("pcm_personal", 20, False),
    ]


@pytest.mark.parametrize(
    ("month", "expected"),
    [("2019-12", {}), ("2020-01", {"G2065": 1}), ("2021-12", {"G2065": 1}), ("2022-01", {"99426": 1, "99427": 1})],
)
def test_pcm_has_the_codes_of_its_year(month: str, expected: dict[str, int]) -> None:
    chart = chart_of_pcm(month)
    chart.time(f"{month}-09 09:00", 60, programme=PCM)

    assert units(chart.verdict(programme=PCM), "pcm_staff") == expected


def test_a_clean_month_of_pcm_is_ready_with_one_condition() -> None:
    chart = chart_of_pcm()
    chart.time("2026-03-09 09:00", 30, programme=PCM)
    verdict = chart.verdict(programme=PCM)

    assert (verdict.standing, str(verdict.amount)) == ("ready", "67.80")
    assert codes(verdict.missing) == []


def test_one_condition_is_too_few_for_ccm_and_enough_for_pcm() -> None:
    chart = chart_of_pcm()

    assert "conditions_below_minimum" in codes(chart.verdict().missing)
    assert "conditions_below_minimum" not in codes(chart.verdict(programme=PCM).missing)


@pytest.mark.parametrize(("expected", "blocked"), [(2, True), (3, False)])
def test_the_condition_of_pcm_is_expected_to_last_three_months(expected: int, blocked: bool) -> None:
    chart = chart_of_pcm()
    chart.told = [told for told in chart.told if type(told[0]).__name__ != "ConditionRecorded"]
    chart.condition("I50.9", expected=None, months=expected)
    missing = codes(chart.verdict(programme=PCM).missing)

    assert ("conditions_below_minimum" in missing) is blocked


def test_a_plan_of_pcm_that_manages_several_conditions_is_looked_at() -> None:
    chart = chart_of_pcm()
    chart.revise_plan("2026-02-01 10:00", revision=2, conditions=2)

    assert "conditions_above_maximum" in codes(chart.verdict(programme=PCM).notices)
    assert "conditions_above_maximum" not in codes(chart.verdict().notices)


def test_consent_to_ccm_is_none_to_pcm() -> None:
    chart = Chart()
    chart.designate("MD", programme=PCM)
    chart.time("2026-03-09 09:00", 30, programme=PCM)
    verdict = chart.verdict(programme=PCM)

    assert "consent_not_on_file" in codes(verdict.missing)
    assert verdict.staff_seconds == 0


def test_time_of_one_programme_does_not_count_in_the_other() -> None:
    chart = chart_of_pcm()
    chart.time("2026-03-09 09:00", 30, programme=PCM)
    chart.time("2026-03-10 09:00", 20)
    ccm, pcm = chart.verdict(), chart.verdict(programme=PCM)

    assert (ccm.staff_seconds, pcm.staff_seconds) == (1200, 1800)
    assert [codes(line.notices) for line in pcm.lines] == [[], ["other_programme"]]


def test_a_month_without_time_of_pcm_has_nothing_logged() -> None:
    chart = chart_of_pcm()
    chart.time("2026-03-10 09:00", 20)

    assert chart.verdict(programme=PCM).standing == "nothing_logged"


@pytest.mark.parametrize(("visit", "missing"), [("2025-03-30", True), ("2025-03-31", False)])
def test_pcm_asks_for_a_visit_within_a_year_also_while_it_goes_on(visit: str, missing: bool) -> None:
    chart = Chart("2026-03", without=("visit",))
    chart.visit(visit)
    chart.consent("2025-03-31 12:00", name="pcm", programme=PCM)
    chart.designate("MD", programme=PCM)

    assert ("initiating_visit_missing" in codes(chart.verdict(programme=PCM).missing)) is missing


def test_a_visit_that_pcm_lacks_to_go_on_is_told_by_that_rule() -> None:
    chart = Chart("2026-03", without=("visit", "designation"))
    chart.visit("2024-03-30")
    chart.consent("2024-03-31 12:00", name="pcm", programme=PCM)
    chart.designate("MD", programme=PCM)
    (missing,) = [n for n in chart.verdict(programme=PCM).missing if n.code == "initiating_visit_missing"]

    assert missing.happened.startswith(
        "PCM goes on only with a visit of the last year, and no qualifying visit with the billing practitioner since"
        " 2025-03-31 is on record."
    )
    assert missing.readings[1:] == ("medicare.pcm.initiating_visit.renewal_years",)


def test_a_signature_of_the_ccm_month_holds_back_no_work_of_pcm() -> None:
    chart = chart_of_pcm()
    chart.designate("MD2")
    chart.attest(chart.verdict().digest)
    chart.time("2026-03-09 09:00", 30, programme=PCM)
    verdict = chart.verdict(programme=PCM)

    assert (verdict.standing, verdict.staff_seconds, verdict.attested) == ("ready", 1800, None)


def test_months_of_two_programmes_are_different_documents() -> None:
    chart = chart_of_pcm()

    assert chart.verdict().digest != chart.verdict(programme=PCM).digest


def test_a_choice_of_another_programme_chooses_nothing_here() -> None:
    chart = chart_of_pcm()
    chart.time("2026-03-09 09:00", 30, programme=PCM)
    chart.choose("pcm_staff", programme=PCM)

    assert chart.verdict(programme=PCM).chosen == "pcm_staff"
    assert chart.verdict().chosen is None


@pytest.mark.parametrize(
    ("conditions", "qmb", "code", "amount"),
    [
        (("I10",), False, "G0556", "16.37"),
        (("I10",), True, "G0556", "16.37"),
        (("I10", "E11.9"), False, "G0557", "53.78"),
        (("I10", "E11.9"), True, "G0558", "117.24"),
        (("I10", "I10"), False, "G0556", "16.37"),
    ],
)
def test_apcm_is_billed_by_conditions_and_qmb(conditions: tuple[str, ...], qmb: bool, code: str, amount: str) -> None:
    verdict = chart_of_apcm("2026-03", *conditions, qmb=qmb).verdict(programme=APCM)

    assert units(verdict, "apcm") == {code: 1}
    assert (str(verdict.amount), verdict.standing) == (amount, "ready")


def test_a_beneficiary_is_qualified_up_to_the_last_day_of_the_coverage_that_says_so() -> None:
    chart = chart_of_apcm("2026-03", "I10", "E11.9", qmb=True)
    chart.coverage(qmb=True, until_on="2026-03-31")

    assert units(chart.verdict(programme=APCM), "apcm") == {"G0558": 1}


def test_apcm_without_any_condition_has_a_code_and_no_diagnosis_to_claim_it_by() -> None:
    verdict = chart_of_apcm().verdict(programme=APCM)

    assert units(verdict, "apcm") == {"G0556": 1}
    assert codes(verdict.missing) == ["diagnoses_below_minimum"]


@pytest.mark.parametrize(("month", "expected"), [("2024-12", {}), ("2025-01", {"G0557": 1})])
def test_apcm_begins_in_2025(month: str, expected: dict[str, int]) -> None:
    verdict = chart_of_apcm(month, "I10", "E11.9").verdict(programme=APCM)

    assert units(verdict, "apcm") == expected


def test_apcm_leaves_no_minute_unpaid_because_none_is() -> None:
    chart = chart_of_apcm("2026-03", "I10", "E11.9")
    chart.time("2026-03-10 10:00", 25, programme=APCM)
    chart.time("2026-03-11 10:00", 10, by="MD", programme=APCM)
    result = chart.verdict(programme=APCM).result("apcm")

    assert result is not None
    assert (result.minutes, result.unpaid_minutes, result.is_available) == (35, 0, True)


@pytest.mark.parametrize(("visit", "missing"), [("2023-01-04", True), ("2023-01-05", False)])
def test_apcm_asks_for_a_visit_within_three_years_of_its_start(visit: str, missing: bool) -> None:
    chart = Chart("2026-03", without=("visit",))
    chart.visit(visit)
    chart.consent("2026-01-05 09:00", name="apcm", programme=APCM)
    chart.designate("MD", programme=APCM)

    assert ("initiating_visit_missing" in codes(chart.verdict(programme=APCM).missing)) is missing
