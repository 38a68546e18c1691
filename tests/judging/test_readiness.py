"""A clean month but for one thing: what blocks its release, and what is for review, in the order of the catalogue."""

from typing import Any

import pytest

from ledger.terms.notices_of_months import OF_REVIEW
from ledger.terms.notices_of_release import OF_RELEASE
from ledger.terms.people import Role
from tests.facts import ELEMENTS, Chart, codes, opaque


def clean(month: str = "2026-03", *, without: tuple[str, ...] = (), minutes: int = 25) -> Chart:
    chart = Chart(month, without=without)
    chart.time(f"{month}-09 10:00", minutes)
    return chart


def blocks(chart: Chart, month: str | None = None) -> list[str]:
    return codes(chart.verdict(month).missing)


def reviews(chart: Chart, month: str | None = None) -> list[str]:
    return codes(chart.verdict(month).notices)


def test_a_clean_month_is_ready_and_says_nothing() -> None:
    verdict = clean().verdict()

    assert (verdict.standing, verdict.missing, verdict.notices) == ("ready", (), ())
    assert str(verdict.amount) == "66.13"


def test_a_month_after_death_is_blocked() -> None:
    chart = Chart(month="2026-04")
    chart.death("2026-03-31")

    assert blocks(chart) == ["month_after_death", "minutes_below_minimum"]


def test_the_month_of_death_may_be_released_by_the_last_counted_day() -> None:
    chart = clean()
    chart.death("2026-03-20")
    verdict = chart.verdict()

    assert verdict.missing == ()
    assert verdict.date_of_service.isoformat() == "2026-03-09"


def test_a_patient_of_no_practice_is_blocked() -> None:
    assert blocks(clean(without=("assignment",))) == ["practice_not_assigned"]


def test_a_month_without_a_billing_practitioner_is_blocked() -> None:
    assert blocks(clean(without=("designation",))) == ["practitioner_not_designated"]


@pytest.mark.parametrize(
    ("role", "credential", "npi"),
    [
        (Role.CLINICAL_STAFF, "rn", "1234567893"),
        (Role.PRACTITIONER, "dpm", "1234567893"),
        (Role.PRACTITIONER, None, "1234567893"),
        (Role.PRACTITIONER, "md", None),
        (Role.CLINICAL_STAFF, "md", "1234567893"),
    ],
)
def test_a_designee_who_may_not_bill_blocks(role: Role, credential: str | None, npi: str | None) -> None:
    chart = Chart(without=["designation", "consent", "plan", "visit"])
    chart.person("doubtful", role, credential, npi=npi)
    chart.designate("doubtful")

    assert "practitioner_may_not_bill" in blocks(chart)


def test_a_designee_whom_nobody_registered_blocks() -> None:
    chart = Chart(without=["designation"])
    chart.designate("nobody")

    assert "practitioner_may_not_bill" in blocks(chart)


def test_a_nurse_practitioner_may_bill() -> None:
    chart = Chart(without=["designation"])
    chart.person("NP", Role.PRACTITIONER, "np", npi="1558598797")
    chart.designate("NP")

    assert "practitioner_may_not_bill" not in blocks(chart)


def test_no_consent_blocks() -> None:
    assert blocks(clean(without=("consent",))) == ["consent_not_on_file", "minutes_below_minimum"]


def test_an_incomplete_consent_blocks() -> None:
    chart = Chart(without=["consent"])
    chart.consent("2026-01-05 09:00", method=None)

    assert blocks(chart) == ["consent_incomplete", "minutes_below_minimum"]


def test_a_consent_that_names_somebody_else_blocks() -> None:
    chart = Chart(without=["consent"])
    chart.consent("2026-01-05 09:00", practitioner="MD2")

    assert blocks(chart) == ["consent_names_other_practitioner", "minutes_below_minimum"]


# --- the initiating visit -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2025-01-04", ["initiating_visit_missing"]),
        ("2025-01-05", []),
        ("2026-03-31", []),
        ("2026-04-01", ["initiating_visit_missing"]),
    ],
)
def test_a_visit_counts_from_a_year_before_the_start_to_the_months_end(on: str, expected: list[str]) -> None:
    chart = clean(without=("visit",))
    chart.visit(on)

    assert blocks(chart) == expected


def test_a_missing_visit_names_the_rule_of_the_window_that_was_searched() -> None:
    (missing,) = clean(without=("visit",)).verdict().missing

    assert missing.readings == (
        "medicare.ccm.initiating_visit.missing_effect",
        "medicare.ccm.initiating_visit.lookback_years",
    )
    assert "CCM starts on 2026-01-05" in missing.happened


@pytest.mark.parametrize("code", ["99211", "99441", "93793", "99490", None])
def test_a_service_that_does_not_qualify_is_no_visit(code: str | None) -> None:
    chart = clean(without=("visit",))
    chart.visit("2025-12-10", code)

    assert blocks(chart) == ["initiating_visit_missing"]


@pytest.mark.parametrize("code", ["99212", "99215", "G0438", "G0439", "G0402", "99496"])
def test_a_service_that_qualifies_is_a_visit(code: str) -> None:
    chart = clean(without=("visit",))
    chart.visit("2025-12-10", code)

    assert blocks(chart) == []


def test_a_visit_where_ccm_was_not_discussed_is_for_review() -> None:
    chart = clean(without=("visit",))
    chart.visit("2025-12-10", discussed=None)

    assert (blocks(chart), reviews(chart)) == ([], ["initiating_visit_not_discussed"])


def test_a_visit_with_a_colleague_is_for_review() -> None:
    chart = clean(without=("visit",))
    chart.visit("2025-12-10", by="MD2")

    assert (blocks(chart), reviews(chart)) == ([], ["initiating_visit_by_colleague"])


@pytest.mark.parametrize(("since", "missing"), [("2025-12-10", False), ("2025-12-11", True)])
def test_a_colleague_is_who_shared_the_practice_on_the_day_of_the_visit(since: str, missing: bool) -> None:
    chart = clean(without=("visit", "designation", "consent"))
    chart.person("new", Role.PRACTITIONER, "md", npi="1000000004", from_on=since)
    chart.designate("new")
    chart.consent("2026-01-05 09:00", practitioner="new")
    chart.visit("2025-12-10", by="MD2")

    assert ("initiating_visit_missing" in blocks(chart)) is missing


def test_a_visit_with_a_stranger_does_not_qualify() -> None:
    chart = clean(without=("visit",))
    chart.person("elsewhere", Role.PRACTITIONER, "md", npi="1000000004", practice=opaque("pr", "elsewhere"))
    chart.visit("2025-12-10", by="elsewhere")

    assert blocks(chart) == ["initiating_visit_missing"]


def test_a_visit_in_a_practice_of_the_same_tin_is_for_review() -> None:
    chart, sister = clean(without=("visit",)), opaque("pr", "sister")
    chart.tell(chart.told[0][0].model_copy(update={"practice": sister}))
    chart.other_service("71046", "2026-03-12", by_practice=sister)
    chart.person("elsewhere", Role.PRACTITIONER, "md", npi="1000000004", practice=sister)
    chart.visit("2025-12-10", by="elsewhere")

    assert (blocks(chart), reviews(chart)) == ([], ["initiating_visit_by_colleague"])


def test_a_visit_with_somebody_who_is_not_registered_does_not_qualify() -> None:
    chart = clean(without=("visit",))
    chart.visit("2025-12-10", by="nobody")

    assert blocks(chart) == ["initiating_visit_missing"]


def test_a_visit_of_nobody_known_does_not_qualify() -> None:
    chart = clean(without=("visit",))
    chart.visit("2025-12-10", by=None)

    assert blocks(chart) == ["initiating_visit_missing"]


def test_the_best_of_several_visits_is_taken() -> None:
    chart = clean(without=("visit",))
    chart.visit("2025-12-10", by="MD2", discussed=False)
    chart.visit("2025-11-10")

    assert reviews(chart) == []


def test_until_2016_everybody_needed_a_visit_with_the_discussion() -> None:
    chart = Chart("2016-03", without=["visit", "consent"])
    chart.capability("plan_access_24h_other_providers")
    chart.consent("2016-01-05 09:00", method="written")
    chart.visit("2015-12-10", discussed=None)
    undiscussed = blocks(chart)
    chart.visit("2015-12-11")

    assert undiscussed == ["initiating_visit_missing", "minutes_below_minimum"]
    assert blocks(chart) == ["minutes_below_minimum"]


# --- eligibility and coverage ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (None, ["conditions_below_minimum", "diagnoses_below_minimum"]),
        ({"icd10": "I10"}, []),
        ({"icd10": None}, ["diagnoses_below_minimum"]),
        ({"icd10": "E11.9", "name": "again"}, ["conditions_below_minimum", "diagnoses_below_minimum"]),
        ({"icd10": "I10", "expected": None}, ["conditions_below_minimum", "diagnoses_below_minimum"]),
        ({"icd10": "I10", "expected": False}, ["conditions_below_minimum", "diagnoses_below_minimum"]),
        ({"icd10": "I10", "onset_on": "2026-03-31"}, []),
        ({"icd10": "I10", "onset_on": "2026-04-01"}, ["conditions_below_minimum", "diagnoses_below_minimum"]),
        ({"icd10": "I10", "abated_on": "2026-03-01"}, []),
        ({"icd10": "I10", "abated_on": "2026-02-28"}, ["conditions_below_minimum", "diagnoses_below_minimum"]),
    ],
)
def test_two_conditions_in_force_in_the_month_are_needed(second: dict[str, Any] | None, expected: list[str]) -> None:
    chart = clean(without=("conditions",))
    chart.condition("E11.9")
    if second is not None:
        chart.condition(**second)

    assert blocks(chart) == expected


def test_two_diagnoses_of_one_family_are_for_review() -> None:
    chart = clean(without=("conditions",))
    chart.condition("E11.9")
    chart.condition("E11.65")

    assert (blocks(chart), reviews(chart)) == ([], ["conditions_of_one_family"])


@pytest.mark.parametrize(("on", "expected"), [("2026-03-31", []), ("2026-04-01", ["risk_not_attested"])])
def test_the_risk_is_attested_by_the_months_end(on: str, expected: list[str]) -> None:
    chart = clean(without=("risk",))
    chart.risk(on)

    assert blocks(chart) == expected


def test_no_coverage_blocks_and_dollars_are_an_estimate() -> None:
    verdict = clean(without=("coverage",)).verdict()

    assert codes(verdict.missing) == ["coverage_not_on_file"]
    assert (verdict.payer, str(verdict.amount)) == (None, "66.13")


@pytest.mark.parametrize(
    ("verified", "expected"),
    [
        (None, ["coverage_ended_in_month"]),
        ("2026-03-08 12:00", ["coverage_ended_in_month"]),
        ("2026-03-09 12:00", []),
    ],
)
def test_coverage_that_ended_in_the_month_blocks_until_confirmed(verified: str | None, expected: list[str]) -> None:
    chart = clean()
    chart.coverage(until_on="2026-03-20", verified=verified)
    verdict = chart.verdict()

    assert codes(verdict.missing) == expected
    assert verdict.date_of_service.isoformat() == "2026-03-09"


def test_coverage_to_the_months_last_day_has_not_ended_in_it() -> None:
    chart = clean()
    chart.coverage(until_on="2026-03-31")

    assert blocks(chart) == []


def test_the_payer_is_that_of_the_months_last_day() -> None:
    chart = clean()
    chart.coverage(until_on="2026-03-15")
    chart.coverage(name="plan", payer="acme_advantage", kind="medicare_advantage", from_on="2026-03-16")
    verdict = chart.verdict()

    assert (verdict.payer, codes(verdict.missing)) == ("acme_advantage", [])
    assert codes(verdict.notices) == ["payer_sets_own_rules"]


def test_of_two_coverages_the_first_in_rank_pays() -> None:
    chart = clean()
    chart.coverage(name="second", payer="supplement", kind="commercial", rank=2)

    assert chart.verdict().payer == "medicare"


@pytest.mark.parametrize(("from_on", "until_on"), [("2020-01-01", "2026-02-28"), ("2026-04-01", None)])
def test_a_coverage_of_other_months_leaves_no_doubt_about_who_pays(from_on: str, until_on: str | None) -> None:
    chart = clean()
    chart.coverage(name="another", payer="acme", kind="commercial", from_on=from_on, until_on=until_on)

    assert (chart.verdict().payer, blocks(chart), reviews(chart)) == ("medicare", [], [])


def test_counted_work_on_a_day_without_coverage_is_for_review() -> None:
    chart = clean(without=("coverage",))
    chart.coverage(from_on="2026-03-10")

    assert (blocks(chart), reviews(chart)) == ([], ["coverage_gap"])


# --- plan and practice ----------------------------------------------------------------------------------------


def test_no_care_plan_blocks() -> None:
    assert blocks(clean(without=("plan",))) == ["care_plan_missing"]


@pytest.mark.parametrize(("at", "expected"), [("2026-03-31 23:00", []), ("2026-04-01 08:00", ["care_plan_missing"])])
def test_a_plan_must_be_in_force_by_the_date_of_service(at: str, expected: list[str]) -> None:
    chart = clean(without=("plan",))
    chart.revise_plan(at)
    chart.sign_plan(at="2026-04-02 09:00")
    chart.give_copy(at="2026-04-02 09:00")

    assert blocks(chart) == expected


@pytest.mark.parametrize("by", [None, "MD2"])
def test_a_plan_that_the_billing_practitioner_did_not_sign_blocks(by: str | None) -> None:
    chart = clean(without=("plan",))
    chart.revise_plan("2026-01-05 10:00")
    chart.give_copy()
    if by:
        chart.sign_plan(by=by)

    assert blocks(chart) == ["care_plan_not_signed"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"elements": [e for e in ELEMENTS if e != "goals"]}, ["care_plan_element_missing"]),
        ({"owners": False}, ["care_plan_owners_missing"]),
        ({"review_on": None}, ["care_plan_review_date_missing"]),
    ],
)
def test_a_plan_that_lacks_an_element_blocks(said: dict[str, Any], expected: list[str]) -> None:
    chart = clean(without=("plan",))
    chart.revise_plan("2026-01-05 10:00", **said)
    chart.sign_plan()
    chart.give_copy()

    assert blocks(chart) == expected


def test_a_plan_of_which_no_copy_was_given_blocks() -> None:
    chart = clean(without=("plan",))
    chart.revise_plan("2026-01-05 10:00")
    chart.sign_plan()

    assert blocks(chart) == ["care_plan_copy_not_given"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"elements": ELEMENTS[:-1]}, ["care_plan_element_expected"]),
        ({"goals": 1}, ["care_plan_goals_few"]),
        ({"review_on": "2026-03-30"}, ["care_plan_review_due"]),
        ({"review_on": "2026-03-31"}, []),
    ],
)
def test_a_plan_that_could_be_better_is_for_review(said: dict[str, Any], expected: list[str]) -> None:
    chart = clean(without=("plan",))
    chart.revise_plan("2026-01-05 10:00", **said)
    chart.sign_plan()
    chart.give_copy()

    assert (blocks(chart), reviews(chart)) == ([], expected)


@pytest.mark.parametrize(("at", "expected"), [("2025-03-31 12:00", []), ("2025-03-30 12:00", ["care_plan_review_due"])])
def test_a_plan_older_than_a_year_is_for_review(at: str, expected: list[str]) -> None:
    chart = clean(without=("plan",))
    chart.revise_plan(at, review_on="2027-01-01")
    chart.sign_plan()
    chart.give_copy()

    assert reviews(chart) == expected


def test_a_newer_revision_without_signature_is_for_review() -> None:
    chart = clean()
    chart.revise_plan("2026-02-05 10:00", revision=2)

    assert (blocks(chart), reviews(chart)) == ([], ["care_plan_revision_unsigned"])


@pytest.mark.parametrize(
    ("capability", "expected"), [("access_24x7", ["cehrt_not_attested"]), ("cehrt_year", ["access_24x7_not_attested"])]
)
def test_a_capability_that_nobody_attested_blocks(capability: str, expected: list[str]) -> None:
    chart = clean(without=("capabilities",))
    chart.capability(capability)

    assert blocks(chart) == expected


@pytest.mark.parametrize(("last_on", "expected"), [("2026-03-31", []), ("2026-03-30", ["access_24x7_not_attested"])])
def test_a_capability_is_attested_for_the_date_of_service(last_on: str, expected: list[str]) -> None:
    chart = clean()
    chart.end_capability("access_24x7", last_on)

    assert blocks(chart) == expected


@pytest.mark.parametrize(
    ("capability", "expected"), [("cehrt_year", "cehrt_not_attested"), ("access_24x7", "access_24x7_not_attested")]
)
def test_a_capability_that_lapsed_on_a_day_of_counted_work_blocks(capability: str, expected: str) -> None:
    """CCM-ACCESS-01: block if lapsed; that it is there again on the date of service heals no day before."""
    chart = Chart()
    chart.end_capability(capability, "2026-03-01")
    chart.capability(capability, from_on="2026-03-31")
    chart.time("2026-03-10 10:00", 25)
    (found,) = chart.verdict().missing

    assert found.code == expected
    assert " is not attested for 2026-03-10, when counted work was done." in found.happened


@pytest.mark.parametrize(("back_on", "expected"), [("2026-03-10", []), ("2026-03-11", ["access_24x7_not_attested"])])
def test_a_lapse_between_two_days_of_work_says_nothing(back_on: str, expected: list[str]) -> None:
    chart = Chart()
    chart.end_capability("access_24x7", "2026-03-05")
    chart.capability("access_24x7", from_on=back_on)
    chart.time("2026-03-05 10:00", 10)
    chart.time("2026-03-10 10:00", 15)

    assert blocks(chart) == expected


def test_of_work_across_midnight_only_the_day_that_counts_asks_for_a_capability() -> None:
    chart = Chart(without=("capabilities", "consent"))
    chart.consent("2026-03-10 00:00")
    chart.capability("cehrt_year")
    chart.capability("access_24x7", from_on="2026-03-10")
    chart.time("2026-03-09 23:50", 35)
    verdict = chart.verdict()

    assert (verdict.staff_seconds, codes(verdict.missing)) == (25 * 60, [])


def test_of_work_across_midnight_either_day_that_counts_asks_for_a_capability() -> None:
    chart = Chart(without=("capabilities",))
    chart.capability("cehrt_year")
    chart.capability("access_24x7", from_on="2026-03-10")
    chart.time("2026-03-09 23:50", 35)

    assert blocks(chart) == ["access_24x7_not_attested"]


def test_work_that_does_not_count_asks_for_no_capability_on_its_day() -> None:
    chart = Chart(without=("capabilities",))
    chart.capability("cehrt_year")
    chart.capability("access_24x7", from_on="2026-03-10")
    chart.time("2026-03-09 10:00", 10, activity="appointment_booking")
    chart.time("2026-03-10 10:00", 25)

    assert blocks(chart) == []


# --- minutes and families -------------------------------------------------------------------------------------


def test_a_month_below_every_minimum_is_blocked_and_says_how_far() -> None:
    verdict = clean(minutes=19).verdict()

    assert (verdict.standing, codes(verdict.missing)) == ("below_minimum", ["minutes_below_minimum"])
    assert verdict.missing[0].happened.startswith("19 qualifying minutes are logged, 20 are needed (99490). Rule ")


def test_several_families_without_a_choice_block() -> None:
    chart = Chart()
    chart.time("2026-03-09 10:00", 30, by="MD")

    assert blocks(chart) == ["family_not_chosen"]


def test_a_choice_that_the_month_does_not_support_blocks() -> None:
    chart = clean()
    chart.choose("personal")
    verdict = chart.verdict()

    assert (codes(verdict.missing), verdict.charges) == (["chosen_family_not_available"], ())


def test_a_choice_by_somebody_else_has_no_effect_and_is_for_review() -> None:
    chart = clean()
    chart.choose("noncomplex", by="MD2")
    verdict = chart.verdict()

    assert (verdict.chosen, codes(verdict.notices)) == (None, ["choice_by_other"])


def test_a_month_without_two_way_contact_is_for_review() -> None:
    chart = Chart()
    chart.time("2026-03-09 10:00", 25, activity="chart_review", two_way=False)

    assert reviews(chart) == ["no_two_way_contact"]


@pytest.mark.parametrize("who", ["provider", "pharmacy", "community", "other"])
def test_a_two_way_call_with_somebody_who_does_not_speak_for_the_patient_is_no_contact_with_the_patient(
    who: str,
) -> None:
    chart = Chart()
    chart.time("2026-03-09 10:00", 25, activity="pharmacy_coordination", with_whom=who)

    assert reviews(chart) == ["no_two_way_contact"]


def test_a_two_way_call_with_a_caregiver_is_contact_with_the_patient() -> None:
    chart = Chart()
    chart.time("2026-03-09 10:00", 25, activity="caregiver_call", with_whom="caregiver")

    assert reviews(chart) == []


@pytest.mark.parametrize(("spoke", "expected"), [(True, []), (False, ["no_two_way_contact"])])
def test_one_two_way_contact_is_enough_also_among_entries_that_are_looked_at_one_by_one(
    spoke: bool, expected: list[str]
) -> None:
    chart = Chart()
    chart.time("2026-03-09 10:00", 25, two_way=False)
    chart.time("2026-03-10 10:00", 25, two_way=spoke)
    chart.time("2026-03-11 10:00", 25, activity="chart_review", two_way=False, described=False)

    assert reviews(chart) == expected


def test_service_of_2027_gets_no_price() -> None:
    chart = clean("2027-03")
    verdict = chart.verdict()

    assert (verdict.amount, codes(verdict.notices)) == (None, ["no_price_on_file"])
    assert [(line.code, line.units) for line in verdict.charges] == [("99490", 1)]


def test_everything_at_once_comes_in_the_order_of_the_catalogue() -> None:
    parts = ("assignment", "capabilities", "conditions", "risk", "visit", "coverage", "consent", "designation", "plan")
    verdict = Chart(without=parts).verdict()

    assert codes(verdict.missing) == [
        "practice_not_assigned",
        "practitioner_not_designated",
        "consent_not_on_file",
        "initiating_visit_missing",
        "conditions_below_minimum",
        "diagnoses_below_minimum",
        "risk_not_attested",
        "coverage_not_on_file",
        "care_plan_missing",
        "cehrt_not_attested",
        "access_24x7_not_attested",
        "minutes_below_minimum",
    ]
    assert verdict.standing == "nothing_logged"


def test_the_order_of_what_blocks_is_pinned() -> None:
    assert [kind.code for kind in OF_RELEASE] == [
        "no_rules_in_force",
        "month_after_death",
        "practice_not_assigned",
        "practitioner_not_designated",
        "practitioner_may_not_bill",
        "practitioner_departed",
        "practitioner_excluded",
        "programme_excludes_other",
        "consent_not_on_file",
        "consent_incomplete",
        "consent_names_other_practitioner",
        "consent_revoked",
        "patient_disenrolled",
        "initiating_visit_missing",
        "conditions_below_minimum",
        "diagnoses_below_minimum",
        "risk_not_attested",
        "coverage_not_on_file",
        "coverage_ended_in_month",
        "care_plan_missing",
        "care_plan_not_signed",
        "care_plan_element_missing",
        "care_plan_owners_missing",
        "care_plan_review_date_missing",
        "care_plan_copy_not_given",
        "cehrt_not_attested",
        "access_24x7_not_attested",
        "cehrt_holds_all_not_attested",
        "plan_access_24h_not_attested",
        "conflicting_service",
        "minutes_below_minimum",
        "chosen_family_not_available",
        "family_not_chosen",
        "extra_planning_same_date",
    ]
    assert {kind.effect.value for kind in OF_RELEASE} == {"blocks_release"}
    assert {kind.effect.value for kind in OF_REVIEW} == {"review"}
