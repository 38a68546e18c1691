"""A month is judged with the exceptions that its coverage falls under; by the base, with a word, where none exist."""

import json
from datetime import date
from typing import Any

import pytest

from commands.deciding import Law
from ledger.judging import Verdict, book_of, explain, judge_month, reading_list, why_not
from ledger.rulebook import Edition, ReadingSet, Rulebook, load_rulebook, rulebook_of, shipped_edition
from ledger.terms.people import Programme
from tests.facts import Chart, codes, law

MARCH = "2026-03"
STRICT = ("cehrt_holds_all_ccm_records", "plan_access_24h_other_providers")
"""What SEED_STRICT asks of a practice beside the rest."""


def strict(month: str = MARCH, *, method: str = "written", minutes: int = 25, kind: str = "medicare_ffs") -> Chart:
    """A clean month of a patient whose payer follows the source documents."""
    chart = Chart(month, without=("consent", "coverage"))
    chart.consent("2026-01-05 10:00" if month >= "2026" else f"{month}-01 08:00", method=method)
    chart.coverage(name="strict", payer="seed_strict", kind=kind)
    for capability in STRICT:
        chart.capability(capability)
    if minutes:
        chart.time(f"{month}-09 10:00", minutes)
    return chart


def with_profile(text: str) -> Rulebook:
    """The shipped rulebook with one more profile."""
    return load_rulebook({**dict(shipped_edition().files), "payers/acme/rules.toml": text.encode()})


ACME = """exception = "Acme counts from thirty minutes"
base = "medicare"
applies_to = {kind = "medicare_advantage"}
implements = ["CCM-CODE-01"]
checked = 2026-11-22

["medicare.ccm.99490.minutes_minimum"]
says = "Thirty minutes."
values = [{effective = 2026-01-01, value = 30, cite = "Acme manual", confidence = "CONFIRMED"}]
"""


def by_acme(chart: Chart, month: str | None = None) -> Verdict:
    return judge_month(chart.facts(month), with_profile(ACME), edition="acme")


# --- which law ------------------------------------------------------------------------------------------------


def test_a_month_is_judged_with_the_exceptions_of_its_payer() -> None:
    verdict = strict().verdict()

    assert (verdict.standing, verdict.missing, verdict.notices) == ("ready", (), ())
    assert (verdict.profiles, verdict.payer, verdict.payer_kind) == (("seed_strict",), "seed_strict", "medicare_ffs")


def test_a_month_under_medicare_is_judged_by_the_base_alone() -> None:
    chart = Chart(MARCH)
    chart.time("2026-03-09 10:00", 25)
    verdict = chart.verdict()

    assert verdict.profiles == ()
    assert not [name for name in verdict.readings if "@" in name]
    assert not [r for r in reading_list(law()[0], verdict.reads) if "@" in r.name]


def test_the_payer_of_the_last_day_decides_for_the_whole_month() -> None:
    chart = strict()
    chart.coverage(name="strict", payer="seed_strict", until_on="2026-03-15")
    chart.coverage(name="medicare", from_on="2026-03-16")

    assert chart.verdict().profiles == ()


def test_an_exception_of_a_kind_of_coverage_holds_for_a_payer_that_nobody_named() -> None:
    chart = Chart(MARCH, without=("coverage",))
    chart.coverage(name="plan", payer="acme_gold", kind="medicare_advantage")
    chart.time("2026-03-09 10:00", 25)

    assert by_acme(chart).profiles == ("acme",)
    assert codes(by_acme(chart).missing) == ["minutes_below_minimum"]
    assert codes(chart.verdict().missing) == []


def test_outside_the_dates_of_an_exception_the_base_holds() -> None:
    chart = Chart("2025-12", without=("coverage",))
    chart.coverage(name="plan", payer="acme_gold", kind="medicare_advantage")
    chart.time("2025-12-09 10:00", 25)
    verdict = by_acme(chart, "2025-12")

    assert (verdict.profiles, verdict.missing) == (("acme",), ())


def test_two_profiles_may_share_a_month() -> None:
    profile = ACME.replace("medicare_advantage", "commercial")
    chart = strict(kind="commercial")
    verdict = judge_month(chart.facts(), with_profile(profile), edition="both")

    assert verdict.profiles == ("acme", "seed_strict")
    assert codes(verdict.missing) == ["minutes_below_minimum"]


def test_a_payer_without_exceptions_is_estimated_by_medicare_and_says_so() -> None:
    chart = Chart(MARCH, without=("coverage",))
    chart.coverage(name="plan", payer="acme_gold", kind="commercial")
    chart.time("2026-03-09 10:00", 25)

    assert codes(chart.verdict().notices) == ["payer_sets_own_rules"]


def test_a_payer_with_exceptions_is_not_said_to_have_rules_that_nobody_knows() -> None:
    assert codes(strict(kind="commercial").verdict().notices) == []


def test_a_programme_of_the_payer_is_judged_with_its_exceptions() -> None:
    verdict = strict().verdict(programme=Programme.PCM)

    assert verdict.profiles == ("seed_strict",)


# --- SEED_STRICT ----------------------------------------------------------------------------------------------


def test_a_spoken_consent_starts_nothing_under_seed_strict() -> None:
    verdict = strict(method="verbal").verdict()

    assert verdict.staff_seconds == 0
    assert [(n.code, n.readings) for n in verdict.missing if n.code == "consent_incomplete"] == [
        ("consent_incomplete", ("medicare.ccm.consent.methods@seed_strict",))
    ]


@pytest.mark.parametrize("method", ["written", "electronic"])
def test_a_signed_consent_does(method: str) -> None:
    assert strict(method=method).verdict().missing == ()


@pytest.mark.parametrize(
    ("lapsed", "expected"),
    [
        ("cehrt_holds_all_ccm_records", "cehrt_holds_all_not_attested"),
        ("plan_access_24h_other_providers", "plan_access_24h_not_attested"),
    ],
)
def test_seed_strict_asks_for_two_more_capabilities(lapsed: str, expected: str) -> None:
    chart = strict()
    chart.end_capability(lapsed, "2026-03-30")

    assert codes(chart.verdict().missing) == [expected]


def test_medicare_asks_for_neither() -> None:
    chart = Chart(MARCH)
    chart.time("2026-03-09 10:00", 25)

    assert chart.verdict().missing == ()


@pytest.mark.parametrize(("month", "expected"), [("2016-12", ["plan_access_24h_not_attested"]), ("2017-01", [])])
def test_medicare_asked_for_access_of_other_providers_until_2016(month: str, expected: list[str]) -> None:
    chart = Chart(month)
    chart.time(f"{month}-09 10:00", 25)

    assert [code for code in codes(chart.verdict().missing) if code.startswith("plan_access")] == expected


def complex_month(payer: str, minutes: int) -> Chart:
    chart = strict(minutes=0)
    chart.coverage(name="strict", payer=payer)
    chart.decision_making("moderate")
    for nth in range(0, minutes, 60):
        chart.time(f"2026-03-{2 + nth // 60:02d} 10:00", min(60, minutes - nth))
    return chart


def billed(verdict: Verdict) -> dict[str, int]:
    return {line.code: line.units for line in verdict.charges}


@pytest.mark.parametrize(("payer", "units"), [("medicare", 10), ("seed_strict", 12)])
def test_99489_has_no_limit_under_seed_strict(payer: str, units: int) -> None:
    verdict = complex_month(payer, 420).verdict()

    assert billed(verdict) == {"99487": 1, "99489": units}
    assert ("units_capped" in codes(verdict.notices)) == (payer == "medicare")
    assert "units_many" in codes(verdict.notices)


def test_why_not_more_units_knows_that_nothing_limits_them() -> None:
    verdict = complex_month("seed_strict", 425).verdict()
    answer = why_not(verdict, "99489", law()[0])

    assert (answer["units_max"], answer["units_earned"]) == (None, 12)
    assert (answer["minutes_for_next_unit"], answer["minutes_missing"]) == (450, 25)


@pytest.mark.parametrize(
    ("month", "payer", "dollars"),
    [
        ("2025-12", "seed_strict", "60.49"),
        ("2026-03", "seed_strict", "60.49"),
        ("2026-12", "seed_strict", "60.49"),
        ("2026-03", "medicare", "66.13"),
        ("2024-12", "seed_strict", "62.58"),
        ("2027-01", "seed_strict", "None"),
    ],
)
def test_seed_strict_has_dollars_of_2025_for_2025_and_2026(month: str, payer: str, dollars: str) -> None:
    chart = strict(month)
    chart.coverage(name="strict", payer=payer)

    assert str(chart.verdict(month).amount) == dollars


def test_what_has_no_price_of_2025_has_none_under_seed_strict() -> None:
    view = law()[0].view(payer="seed_strict").in_force(date(2026, 3, 31))

    assert view.get("medicare.pfs.rvu_nonfacility.G0568") is None
    assert view.get("medicare.pfs.rvu_facility.99424") is None
    assert view.get("medicare.pfs.rvu_facility.99490") is not None


def test_every_price_that_seed_strict_knows_in_2026_is_of_2025() -> None:
    book = law()[0]
    strict_2026 = book.view(payer="seed_strict").in_force(date(2026, 6, 30))
    of_2025 = book.in_force(date(2025, 6, 30))
    prices = [n for n in strict_2026.by_name if n.startswith(("medicare.pfs.rvu_", "medicare.pfs.conversion"))]
    own = [name for name in prices if not name.startswith("medicare.pfs.rvu_work")]

    assert len(own) > 20
    assert [name for name in own if strict_2026.value(name) != of_2025.value(name)] == []


@pytest.mark.parametrize(("month", "expected"), [("2025-06", True), ("2025-07", False), ("2025-09", False)])
def test_g0511_ends_with_june_2025_under_seed_strict(month: str, expected: bool) -> None:
    chart = strict(month)
    chart.capability("rural_health_clinic")
    chart.policy("g0511_billing", "g0511")
    verdict = chart.verdict(month)
    result = verdict.result("rhc")

    assert result is not None
    assert result.is_available is expected
    assert ("99490" in billed(verdict)) is not expected


def test_a_fax_does_not_share_a_plan_under_seed_strict() -> None:
    name = "medicare.ccm.care_plan.fax_counts_as_sharing"
    book, on = law()[0], date(2026, 3, 31)

    assert (book.in_force(on).yes(name), book.view(payer="seed_strict").in_force(on).yes(name)) == (True, False)


# --- what is asked later --------------------------------------------------------------------------------------


def test_the_tree_names_the_profile_and_its_readings() -> None:
    tree = explain(strict().verdict(), law()[0])
    named = {profile["profile"] for profile in tree["bills"]["profiles"]}
    own = {reading["name"] for reading in tree["readings"] if "@" in reading["name"]}

    assert named == {"seed_strict"}
    assert own == {
        "medicare.ccm.consent.methods@seed_strict",
        "medicare.ccm.practice.cehrt_holds_all_required@seed_strict",
        "medicare.ccm.practice.plan_access_24h_required@seed_strict",
        "medicare.pfs.conversion_factor.nonqp@seed_strict",
        "medicare.pfs.rvu_nonfacility.99490@seed_strict",
    }
    assert json.dumps(tree)


def test_the_reading_set_of_a_verdict_is_that_of_its_own_law() -> None:
    verdict = strict().verdict()
    book = book_of(verdict, law()[0])

    assert verdict.reading_set == ReadingSet.of(reading_list(book, verdict.reads)).digest


def test_a_decision_notes_what_was_read_of_a_payers_law() -> None:
    rulebook, edition = law()
    verdict = strict().verdict()
    decided = Law(rulebook, edition)
    decided.note(verdict.reads, book_of(verdict, rulebook))
    read = decided.reading_set()

    assert read is not None
    assert read.digest == verdict.reading_set


def test_a_decision_about_two_payers_notes_the_law_of_both() -> None:
    rulebook, edition = law()
    decided = Law(rulebook, edition)
    for payer in ("seed_strict", "medicare"):
        chart = strict()
        chart.coverage(name="strict", payer=payer)
        verdict = chart.verdict()
        decided.note(verdict.reads, book_of(verdict, rulebook))
    read = decided.reading_set()

    assert read is not None
    assert {r.name for r in read.readings} >= {
        "medicare.ccm.consent.methods",
        "medicare.ccm.consent.methods@seed_strict",
    }


# --- signed bytes ---------------------------------------------------------------------------------------------


def signed(chart: Chart) -> list[str]:
    return chart.verdict().signable._make().decode().splitlines()


def test_a_month_that_was_judged_by_a_profile_says_so_in_what_is_signed() -> None:
    assert signed(strict())[1:3] == [
        f"bills|{strict().verdict().practice}|{strict().verdict().practitioner}|seed_strict|2026-03-31",
        "profile|seed_strict",
    ]


def test_a_month_without_a_profile_has_no_such_line() -> None:
    chart = Chart(MARCH)
    chart.time("2026-03-09 10:00", 25)

    assert not [line for line in signed(chart) if line.startswith("profile")]


def test_an_edition_without_profiles_judges_their_payers_by_the_base() -> None:
    files: dict[str, Any] = {n: c for n, c in shipped_edition().files if not n.startswith("payers/")}
    edition = Edition.of(files)
    verdict = judge_month(strict(method="verbal").facts(), rulebook_of(edition), edition=edition.digest)

    assert (verdict.profiles, verdict.standing) == ((), "ready")
