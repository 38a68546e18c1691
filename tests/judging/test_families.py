"""Families of codes: pools, decision making, caps, prices, what is suggested and what is chosen."""

from decimal import Decimal
from typing import Any

import pytest

from ledger.judging.citing import Citing
from ledger.judging.families import suggest
from ledger.judging.shapes import FamilyResult, Verdict
from ledger.streams.practice import PracticeRegistered, Site
from ledger.terms.people import Programme
from tests.facts import Chart, codes, law


def month(
    staff: int = 0, own: int = 0, *, level: str | None = None, by: str = "MD", of: str = "2026-03", **parts: Any
) -> Chart:
    chart = Chart(of, **parts)
    if staff:
        chart.time(f"{of}-09 09:00", staff)
    if own:
        chart.time(f"{of}-10 09:00", own, by="MD")
    if level:
        chart.decision_making(level, by=by)
    return chart


def family(verdict: Verdict, name: Any) -> FamilyResult:
    result = verdict.result(name)
    assert result is not None
    return result


def units(result: FamilyResult) -> dict[str, int]:
    return {line.code: line.units for line in result.lines}


def test_seconds_of_staff_and_practitioner_are_added_before_they_are_floored() -> None:
    chart = Chart()
    chart.time("2026-03-09 09:00", "10:30")
    chart.time("2026-03-10 09:00", "9:30", by="MD")
    verdict = chart.verdict()

    assert family(verdict, "noncomplex").minutes == 20
    assert units(family(verdict, "noncomplex")) == {"99490": 1}
    assert family(verdict, "personal").minutes == 9


def test_staff_minutes_never_count_as_personal() -> None:
    assert family(month(staff=60).verdict(), "personal").minutes == 0


@pytest.mark.parametrize(
    ("level", "by", "code"),
    [
        (None, "MD", "decision_making_missing"),
        ("straightforward", "MD", "decision_making_too_low"),
        ("low", "MD", "decision_making_too_low"),
        ("high", "MD2", "decision_making_by_other"),
    ],
)
def test_complex_without_the_billing_practitioners_decision_making_falls_back(
    level: str | None, by: str, code: str
) -> None:
    verdict = month(staff=60, level=level, by=by).verdict()

    assert codes(family(verdict, "complex").notices) == [code]
    assert (verdict.family, units(family(verdict, "noncomplex"))) == ("noncomplex", {"99490": 1, "99439": 2})
    assert (codes(verdict.missing), codes(verdict.notices)) == ([], [code])


@pytest.mark.parametrize("level", ["moderate", "high"])
def test_complex_with_decision_making_is_available_and_suggested(level: str) -> None:
    verdict = month(staff=60, level=level).verdict()

    assert (verdict.suggested, units(family(verdict, "complex"))) == ("complex", {"99487": 1})
    assert codes(verdict.missing) == ["family_not_chosen"]


def test_the_newest_attestation_of_decision_making_speaks() -> None:
    chart = month(staff=60, level="high")
    chart.decision_making("low")

    assert codes(family(chart.verdict(), "complex").notices) == ["decision_making_too_low"]


def test_below_sixty_minutes_decision_making_is_no_matter() -> None:
    verdict = month(staff=59).verdict()

    assert codes(family(verdict, "complex").notices) == ["family_below_minimum"]
    assert verdict.notices == ()


@pytest.mark.parametrize(
    ("of", "revised", "available"),
    [
        ("2019-12", None, False),
        ("2019-12", "2019-12-05 10:00", True),
        ("2020-01", None, True),
    ],
)
def test_until_2019_complex_needed_a_plan_revised_in_the_month(of: str, revised: str | None, available: bool) -> None:
    chart = Chart(of, without=["plan"])
    chart.revise_plan(f"{int(of[:4]) - 1}-12-05 10:00")
    chart.sign_plan()
    chart.give_copy()
    if revised:
        chart.revise_plan(revised, revision=2)
    chart.time(f"{of}-09 09:00", 60)
    chart.decision_making("high")
    result = family(chart.verdict(), "complex")

    assert result.is_available is available
    assert ("plan_not_revised_for_complex" in codes(result.notices)) is not available


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        ("2019-12", {"99490": 1}),
        ("2020-01", {"99490": 1, "G2058": 2}),
        ("2020-12", {"99490": 1, "G2058": 2}),
        ("2021-01", {"99490": 1, "99439": 2}),
    ],
)
def test_the_add_on_of_non_complex_ccm_has_its_years(of: str, expected: dict[str, int]) -> None:
    assert units(family(month(staff=60, of=of).verdict(), "noncomplex")) == expected


@pytest.mark.parametrize(
    ("of", "expected"),
    [("2018-12", {}), ("2019-01", {"99491": 1}), ("2021-12", {"99491": 1}), ("2022-01", {"99491": 1, "99437": 1})],
)
def test_personal_ccm_has_its_years(of: str, expected: dict[str, int]) -> None:
    result = family(month(own=60, of=of).verdict(), "personal")

    assert units(result) == expected
    assert codes(result.notices) == ([] if expected else ["family_not_in_force"])


@pytest.mark.parametrize(("own", "expected"), [(119, []), (120, ["units_capped"])])
def test_99437_is_capped_at_two_units(own: int, expected: list[str]) -> None:
    result = family(month(own=own).verdict(), "personal")

    assert units(result) == {"99491": 1, "99437": 2}
    assert codes(result.notices) == expected


@pytest.mark.parametrize(("staff", "expected"), [(79, []), (80, ["units_capped"])])
def test_99439_is_capped_at_two_units(staff: int, expected: list[str]) -> None:
    result = family(month(staff=staff).verdict(), "noncomplex")

    assert units(result) == {"99490": 1, "99439": 2}
    assert codes(result.notices) == expected


@pytest.mark.parametrize(
    ("staff", "count", "expected"),
    [
        (209, 4, []),
        (210, 5, ["units_many"]),
        (389, 10, ["units_many"]),
        (390, 10, ["units_capped", "units_many"]),
    ],
)
def test_99489_is_looked_at_above_four_units_and_capped_at_ten(staff: int, count: int, expected: list[str]) -> None:
    result = family(month(staff=staff, level="high").verdict(), "complex")

    assert units(result) == {"99487": 1, "99489": count}
    assert codes(result.notices) == expected


@pytest.mark.parametrize(
    ("staff", "own", "suggested"),
    [
        (20, 0, "noncomplex"),
        (0, 30, "personal"),  # 89.18 against 66.13
        (10, 30, "noncomplex"),  # 116.57 against 89.18
        (0, 60, "noncomplex"),  # 167.01 against 152.31
        (0, 20, "noncomplex"),
    ],
)
def test_without_complex_the_family_that_pays_more_is_suggested(staff: int, own: int, suggested: str) -> None:
    assert month(staff=staff, own=own).verdict().suggested == suggested


@pytest.mark.parametrize("year", ["2019", "2022", "2023"])
@pytest.mark.parametrize(
    ("staff", "own", "suggested"),
    [(0, 29, "noncomplex"), (0, 30, "personal"), (0, 60, "personal"), (1, 60, "noncomplex"), (20, 0, "noncomplex")],
)
def test_where_no_price_is_on_file_the_work_says_what_is_suggested(
    year: str, staff: int, own: int, suggested: str
) -> None:
    """CCM-UNIT-02: the practitioner's own family where thirty minutes are reached and no time of staff counts."""
    chart = Chart(f"{year}-03")
    chart.time(f"{year}-03-10 14:00", own, by="MD") if own else None
    chart.time(f"{year}-03-11 14:00", staff) if staff else None
    verdict = chart.verdict()

    assert (verdict.suggested, verdict.amount) == (suggested, None)


def test_of_two_families_that_pay_the_same_the_first_is_suggested() -> None:
    staff = FamilyResult("noncomplex", 30, (), Decimal(60), 0, True, ())
    personal = FamilyResult("personal", 30, (), Decimal(60), 0, True, ())

    assert suggest((staff, personal)) == "noncomplex"


def test_a_choice_by_the_billing_practitioner_bills() -> None:
    chart = month(own=60)
    chart.choose("personal")
    verdict = chart.verdict()

    assert (verdict.family, str(verdict.amount)) == ("personal", "152.31")
    assert verdict.missing == ()


def test_the_last_choice_wins() -> None:
    chart = month(own=60)
    chart.choose("personal")
    chart.choose("noncomplex")

    assert chart.verdict().family == "noncomplex"


def test_in_the_month_of_death_the_price_is_that_of_the_last_counted_day() -> None:
    chart = Chart("2024-03")
    chart.time("2024-03-08 09:00", 20)
    chart.death("2024-03-20")
    early = chart.verdict()
    chart.time("2024-03-09 09:00", 5)
    late = chart.verdict()

    assert (early.date_of_service.isoformat(), str(early.amount)) == ("2024-03-08", "61.56")
    assert (late.date_of_service.isoformat(), str(late.amount)) == ("2024-03-09", "62.58")


def test_death_on_the_months_last_day_leaves_the_date_of_service() -> None:
    chart = month(staff=20)
    chart.death("2026-03-31")

    assert chart.verdict().date_of_service.isoformat() == "2026-03-31"


def in_facility(chart: Chart, from_on: str = "2010-01-01") -> Chart:
    chart.policy("price_site", "facility", from_on=from_on)
    return chart


def test_in_a_facility_the_family_that_pays_more_there_is_suggested() -> None:
    """2026: personal 65.47 + 43.76 against 43.76 + 61.46; outside a facility 152.31 against 167.01."""
    verdict = in_facility(month(own=60)).verdict()

    assert verdict.suggested == "personal"
    assert [str(family(verdict, name).amount) for name in ("noncomplex", "personal")] == ["167.01", "152.31"]


def test_the_site_is_that_of_the_date_of_service() -> None:
    assert in_facility(month(own=60), "2026-03-31").verdict().suggested == "personal"
    assert in_facility(month(own=60), "2026-04-01").verdict().suggested == "noncomplex"


def test_a_practice_all_of_whose_sites_are_facilities_is_compared_as_one() -> None:
    chart = month(own=60)
    registered = next(at for at, (event, _) in enumerate(chart.told) if isinstance(event, PracticeRegistered))
    event, recorded_at = chart.told[registered]
    site = Site(name="Hospital", place_of_service="22")
    chart.told[registered] = (event.model_copy(update={"sites": (site,)}), recorded_at)
    verdict = chart.verdict()

    assert verdict.suggested == "personal"
    assert "medicare.pfs.pricing.facility_places" in verdict.readings


def test_where_one_family_has_no_price_in_a_facility_both_are_compared_outside_one() -> None:
    """2024 has no facility amounts: 62.58 + 2 x 47.93 against 84.55 + 59.58."""
    verdict = in_facility(month(own=60, of="2024-05")).verdict()

    assert verdict.suggested == "noncomplex"
    assert not any(name.startswith("medicare.pfs.rvu_facility") for name in verdict.readings)


def test_complex_is_suggested_in_a_facility_too() -> None:
    assert in_facility(month(own=60, level="high")).verdict().suggested == "complex"


def test_a_comparison_in_a_facility_names_its_prices_and_an_office_names_none() -> None:
    there, office = in_facility(month(own=60)).verdict(), month(own=60).verdict()

    assert {f"medicare.pfs.rvu_facility.{code}" for code in ("99490", "99439", "99491", "99437")} == set(
        there.readings
    ) - set(office.readings)


def test_the_price_of_a_code_shown_is_cited_outside_a_facility_whatever_was_compared() -> None:
    verdict = in_facility(month(own=60)).verdict()
    cited = Citing(verdict, law()[0]).of_price("99491")

    assert ["medicare.pfs.rvu_nonfacility.99491", "medicare.pfs.conversion_factor.nonqp"] == [r.name for r in cited]


def test_a_health_center_is_compared_outside_a_facility() -> None:
    chart = in_facility(month(own=60))
    chart.capability("rural_health_clinic")

    assert chart.verdict().suggested == "noncomplex"


def test_of_pcm_too_the_family_that_pays_more_in_a_facility_is_suggested() -> None:
    """2026: 67.80 + 2 x 54.11 against 87.51 + 61.46; in a facility 44.09 + 2 x 31.40 against 64.80 + 44.09."""
    chart = Chart()
    chart.consent("2026-01-05 09:00", name="pcm", programme=Programme.PCM)
    chart.designate("MD", programme=Programme.PCM)
    chart.time("2026-03-10 09:00", 60, by="MD", programme=Programme.PCM)
    chart.time("2026-03-11 09:00", 90, programme=Programme.PCM)
    office = chart.verdict(programme=Programme.PCM)
    there = in_facility(chart).verdict(programme=Programme.PCM)

    assert ("pcm_staff", "pcm_personal") == (office.suggested, there.suggested)
