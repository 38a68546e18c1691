"""What judging cannot do without: on every day on which there are rules, and beside what asks for it.

Promise: with these, and what a family's codes need (coherence.py), every month is judged; what is not named here, an
edition may leave out, as those did that were adopted before it was a rule. Not promised: that the answer is the law's.
"""

from typing import Final

_CCM: Final = "medicare.ccm."
SINCE: Final = f"{_CCM}consent.required"
"""The quantity whose days are those on which there are rules to judge by."""
_OF_CCM: Final = """
activities.not_counted.unlisted attestation.statement billing_practitioner.credentials
billing_practitioner.furnishing_credentials billing_practitioner.limited_credentials billing_practitioner.per_month_max
care_plan.copy_required care_plan.elements_expected care_plan.elements_required care_plan.goals_per_condition_min
care_plan.intervention_owners_required care_plan.required care_plan.review_date_required care_plan.review_months
care_plan.signed_by consent.decline_stops consent.evidence_counts_from_occurrence
consent.evidence_counts_from_recording consent.fields_required consent.items_required consent.methods
consent.new_practitioner_needs_own consent.revocation_effective eligibility.conditions_min
eligibility.coverage_missing_effect eligibility.risk_missing_effect families.choice_required families.per_month_max
initiating_visit.missing_effect initiating_visit.not_discussed_effect initiating_visit.not_qualifying_codes
initiating_visit.other_practitioner_effect initiating_visit.qualifying_codes initiating_visit.required_for
initiating_visit.same_group_effect performers.clinical_credentials performers.clinical_roles
performers.excluded_counts performers.other_practitioner_counts performers.other_roles_count
performers.practitioner_counts_as_staff performers.programs_count performers.work_countries
policy.staff_in_person_counts policy.untimed_counts time.admission_day_counts time.after_coverage_counts
time.after_death_counts time.discharge_day_counts time.fields_required time.late_hours time.late_reason_days
time.no_contact_effect time.one_code_per_minute time.patients_at_once_max time.persons_at_once_max
time.staff_day_hours_max time.stay_counts
"""
_BESIDE_IT: Final = """
medicare.claims.base_codes_per_month_max medicare.claims.date_of_service medicare.claims.diagnoses_min
medicare.claims.filing_review_days medicare.claims.filing_years medicare.npi.check_prefix medicare.npi.digits
medicare.npi.first_digits medicare.overpayments.lookback_years medicare.overpayments.return_days
medicare.overpayments.triage_days
"""
ALWAYS: Final = (*(f"{_CCM}{name}" for name in _OF_CCM.split()), *_BESIDE_IT.split())
"""What every month, claim or number is judged by."""
BESIDE: Final[dict[str, tuple[str, ...]]] = {
    f"{_CCM}eligibility.conditions_managed_max": (f"{_CCM}eligibility.conditions_managed_effect",),
    f"{_CCM}families.complex_base": (f"{_CCM}99487.decision_making_levels",),
    f"{_CCM}families.rhc_base": (f"{_CCM}rhc.capabilities", f"{_CCM}rhc.families"),
    f"{_CCM}families.level_1": tuple(
        f"{_CCM}families.{each}" for each in ("level_2", "level_3", "level_2_conditions_min")
    ),
}
"""What is needed besides while another quantity is in force."""
