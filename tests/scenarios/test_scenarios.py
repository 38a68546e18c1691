"""The scenarios that billers know, as data beside this file: each case is one patient-month and its expected answer."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from ledger.judging.consent import consent_notices, consents_of
from ledger.judging.shapes import Verdict
from ledger.terms.people import Programme
from tests.facts import Chart, codes, law

HERE = Path(__file__).parent
CASES = tomllib.loads((HERE / "section_14.toml").read_text())["case"]
BOUNDARIES = tomllib.loads((HERE / "boundaries.toml").read_text())
KNOWN = {
    "says", "rules", "month", "without", "consent", "consent_lacks", "visit", "decision_making", "choice", "time",
    "elsewhere_before", "elsewhere_after", "codes", "amount", "unpaid_minutes", "counted_seconds", "why", "missing",
    "notices", "unavailable", "revoked", "stay",
}  # fmt: skip


def units(verdict: Verdict) -> dict[str, int]:
    return {line.code: line.units for line in verdict.charges}


def chart_of(case: dict[str, Any]) -> Chart:
    chart = Chart(case.get("month", "2026-03"), without=case.get("without", ()))
    if "consent" in case:
        chart.consent(**case["consent"])
    if "visit" in case:
        chart.visit(**case["visit"])
    if "revoked" in case:
        chart.revoke(case["revoked"])
    if "stay" in case:
        chart.stay(*case["stay"])
    for entry in case.get("elsewhere_before", ()):
        log(chart, entry, who="another patient")
    for entry in case["time"]:
        log(chart, entry)
    for entry in case.get("elsewhere_after", ()):
        log(chart, entry, who="another patient")
    if "decision_making" in case:
        chart.decision_making(case["decision_making"])
    if "choice" in case:
        chart.choose(case["choice"])
    return chart


def log(chart: Chart, entry: Any, **said: Any) -> None:
    if isinstance(entry, dict):
        rest = dict(entry)
        chart.time(rest.pop("start"), rest.pop("length"), by=rest.pop("who"), **rest, **said)
    else:
        who, start, length, *activity = entry
        chart.time(start, length, by=who, activity=activity[0] if activity else "phone_call", **said)


@pytest.mark.parametrize("case", CASES, ids=[case["says"].partition(":")[0] for case in CASES])
def test_a_worked_scenario_is_judged_as_we_read_it(case: dict[str, Any]) -> None:
    assert set(case) <= KNOWN, "a case has a key that the runner does not know"
    chart = chart_of(case)
    verdict = chart.verdict()

    assert units(verdict) == case["codes"]
    assert codes(verdict.missing) == case.get("missing", [])
    assert codes(verdict.notices) == case.get("notices", [])
    assert [codes(line.notices) for line in verdict.lines] == case.get("why", [[] for _ in verdict.lines])
    if "amount" in case:
        assert str(verdict.amount) == case["amount"]
    if "counted_seconds" in case:
        assert verdict.staff_seconds + verdict.personal_seconds == case["counted_seconds"]
    if "unpaid_minutes" in case:
        assert verdict.family is not None
        result = verdict.result(verdict.family)
        assert result is not None
        assert result.unpaid_minutes == case["unpaid_minutes"]
    for family in case.get("unavailable", ()):
        assert not next(r for r in verdict.families if r.family == family).is_available
    if "consent_lacks" in case:
        (standing,) = consents_of(chart.facts().patient, Programme.CCM, law()[0])
        assert codes(consent_notices(standing)) == case["consent_lacks"]


@pytest.mark.parametrize("minutes", BOUNDARIES["staff"])
def test_staff_minutes_earn_units_only_when_complete(minutes: str) -> None:
    verdict = month_of(minutes, by="S1")

    assert earned(verdict, "noncomplex") == BOUNDARIES["staff"][minutes]


@pytest.mark.parametrize("minutes", BOUNDARIES["personal"])
def test_the_practitioners_minutes_earn_units_only_when_complete(minutes: str) -> None:
    verdict = month_of(minutes, by="MD")

    assert earned(verdict, "personal") == BOUNDARIES["personal"][minutes]


@pytest.mark.parametrize("minutes", BOUNDARIES["complex"])
def test_complex_minutes_earn_units_only_when_complete(minutes: str) -> None:
    verdict = month_of(minutes, by="S1", level="moderate")

    assert earned(verdict, "complex") == BOUNDARIES["complex"][minutes]


@pytest.mark.parametrize("period", BOUNDARIES["price"], ids=[p["month"] for p in BOUNDARIES["price"]])
def test_units_are_priced_by_date_of_service_to_the_cent(period: dict[str, Any]) -> None:
    staff = month_of("90", by="S1", level="high", month=period["month"])
    own = month_of("60", by="MD", month=period["month"])
    prices = {
        line.code: line.amount / line.units
        for verdict in (staff, own)
        for result in verdict.families
        for line in result.lines
        if line.amount is not None
    }

    assert {code: str(price) for code, price in prices.items()} == period["codes"]


def month_of(minutes: str, *, by: str, level: str | None = None, month: str = "2026-03") -> Verdict:
    chart = Chart(month)
    if minutes != "0":
        chart.time(f"{month}-09 09:00", minutes if ":" in minutes else int(minutes), by=by)
    if level is not None:
        chart.decision_making(level)
    return chart.verdict()


def earned(verdict: Verdict, family: str) -> dict[str, int]:
    result = next(r for r in verdict.families if r.family == family)
    return {line.code: line.units for line in result.lines}
