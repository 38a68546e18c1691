"""What a month rests on is named rule by rule: an auditor who is shown the readings is shown all of them."""

from tests.facts import Chart

TIME = """
consent.required consent.new_practitioner_needs_own consent.per_programme
performers.clinical_roles performers.clinical_credentials performers.other_roles_count performers.programs_count
performers.other_practitioner_counts performers.work_countries performers.excluded_counts
performers.licence_lapsed_counts performers.practitioner_counts_as_staff
time.fields_required time.one_code_per_minute time.persons_at_once_max time.patients_at_once_max
time.staff_day_hours_max time.after_death_counts time.after_coverage_counts time.late_hours time.late_reason_days
time.late_raise_counts time.rounding time.no_contact_effect
"""
RELEASE = """
billing_practitioner.per_month_max billing_practitioner.credentials performers.exclusion_check_effect
performers.other_practice_effect performers.supervisor_roles initiating_visit.qualifying_codes
initiating_visit.missing_effect
initiating_visit.not_discussed_effect initiating_visit.same_group_effect initiating_visit.other_practitioner_effect
eligibility.conditions_min eligibility.condition_months_min eligibility.conditions_missing_effect
eligibility.risk_missing_effect eligibility.same_category_characters eligibility.coverage_missing_effect
care_plan.required care_plan.elements_required care_plan.intervention_owners_required care_plan.review_date_required
care_plan.elements_expected care_plan.goals_per_condition_min care_plan.signed_by care_plan.copy_required
care_plan.review_months practice.cehrt_year_required practice.access_24x7_required families.choice_required
policy.suggested_first practice.plan_access_24h_required practice.cehrt_holds_all_required
billing_practitioner.other_programmes billing_practitioner.other_programmes_effect
billing_practitioner.anybodys_programmes
"""
CONSENT = """
consent.methods consent.items_required consent.fields_required consent.evidence_counts_from_occurrence
consent.evidence_counts_from_recording consent.decline_stops
"""
START = "initiating_visit.required_for initiating_visit.lookback_years"
CODES = """
families.noncomplex_base families.noncomplex_addon families.complex_base families.personal_base 99490.minutes_minimum
99439.minutes_step 99439.units_max 99487.minutes_minimum 99491.minutes_minimum
"""
ELSEWHERE = {
    "medicare.claims.date_of_service",
    "medicare.claims.diagnoses_min",
    "medicare.pfs.conversion_factor.nonqp",
    "medicare.pfs.rvu_nonfacility.99490",
}


def named(*lists: str) -> set[str]:
    return {f"medicare.ccm.{name}" for names in lists for name in names.split()}


def month(activity: str = "phone_call") -> Chart:
    chart = Chart()
    chart.time("2026-03-10 10:00", 20, activity=activity)
    return chart


def test_a_clean_month_names_every_rule_that_it_was_judged_by() -> None:
    expected = named(TIME, RELEASE, CONSENT, START, CODES, "activities.counted.contact") | ELSEWHERE

    assert set(month().verdict().readings) == expected


def test_of_the_lists_of_activities_those_are_named_in_which_the_months_activities_stand() -> None:
    read = set(month("staff_in_person_education").verdict().readings)

    asked = ("activities.needs_reviewer.staff_in_person", "policy.staff_in_person_counts", "time.in_person_reviewed")
    assert named(*asked) <= read
    assert not named("activities.counted.contact") & read


def test_the_policy_on_time_without_clock_times_is_named_where_there_is_some() -> None:
    chart = Chart()
    chart.untimed("2026-03-10", 20)

    assert named("policy.untimed_counts") <= set(chart.verdict().readings)
    assert not named("policy.untimed_counts") & set(month().verdict().readings)
