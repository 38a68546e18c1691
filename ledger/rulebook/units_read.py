"""The unit in which this program reads each quantity that it reads.

A number is only a number: twenty of minutes and twenty of hours are both whole, and a rule that was read in the wrong
unit would be obeyed wrongly and shown rightly. So the unit of every quantity that something reads stands here, once,
by its name; `medicare.pcm.X` and `medicare.apcm.X` stand for `medicare.ccm.X` and have its unit. Quantities that
nothing reads may have any unit that is known (units.py).

Promise: every quantity of the shipped edition has its unit here; a test walks them. Not promised: that a reader reads.
"""

import re
from typing import Final

_BY_PROGRAMME: Final[dict[str, dict[str, str]]] = {
    "amendments": {
        "word": "corrected_by",
        "words": "kinds",
        "yes_no": "late_work_raises_claim original_stays_readable signature_back_dated",
    },
    "attestation": {
        "effect": "decision_making_missing_effect",
        "text": "month_reviewed_1",
        "word": "signed_by statement",
        "yes_no": "before_month_end",
    },
    "billing_practitioner": {
        "count": "per_month_max",
        "effect": "other_programmes_effect",
        "words": "anybodys_programmes credentials furnishing_credentials limited_credentials other_programmes",
        "yes_no": "across_practices",
    },
    "care_plan": {
        "count": "goals_per_condition_min",
        "effect": "copy_missing_effect expected_missing_effect missing_effect overdue_effect",
        "months": "review_months review_months_complex",
        "word": "signed_by",
        "words": "elements_expected elements_required",
        "yes_no": "copy_required fax_counts_as_sharing intervention_owners_required required review_date_required",
    },
    "consent": {
        "days": "reminder_days",
        "effect": "contact_after_revocation_effect incomplete_effect late_effect",
        "word": "disenrolment_effective revocation_effective",
        "words": "evidence_counts_from_occurrence evidence_counts_from_recording fields_required items_required "
        "methods",
        "yes_no": "decline_stops electronic_sharing_required invalid_counts new_practitioner_needs_own per_programme "
        "renewal_required required staff_may_obtain",
    },
    "eligibility": {
        "count": "conditions_managed_max conditions_min diagnoses_min same_category_characters",
        "effect": "conditions_managed_effect conditions_missing_effect coverage_missing_effect risk_missing_effect "
        "same_category_effect",
        "months": "condition_months_min",
        "word": "risk_attested_by",
        "yes_no": "condition_list_closed",
    },
    "families": {
        "code": "level_1 level_2 level_3",
        "count": "level_2_conditions_min per_month_max",
        "effect": "choice_missing_effect",
        "yes_no": "choice_required complex_plan_revision_required minute_counts_once typed_total_counts",
    },
    "initiating_visit": {
        "codes": "not_qualifying_codes qualifying_codes",
        "effect": "missing_effect not_discussed_effect other_practitioner_effect same_group_effect",
        "months": "review_months",
        "word": "required_for",
        "years": "lookback_years renewal_years",
    },
    "performers": {
        "effect": "exclusion_check_effect other_practice_effect",
        "word": "supervision",
        "words": "clinical_credentials clinical_roles employers supervisor_roles work_countries",
        "yes_no": "excluded_counts licence_lapsed_counts other_practitioner_counts other_roles_count "
        "practitioner_counts_as_staff programs_count staff_counts_as_personal",
    },
    "policy": {
        "word": "complex_attestation noncomplex_attestation personal_attestation suggested_first",
        "yes_no": "staff_in_person_counts untimed_counts",
    },
    "practice": {
        "effect": "capability_missing_effect continuity_missing_effect",
        "yes_no": "access_24x7_required cehrt_holds_all_required cehrt_year_required plan_access_24h_required",
    },
    "reviews": {"days": "parked_days_max stale_answer_days"},
    "rhc": {"effect": "choice_missing_effect", "word": "choice_policy", "words": "capabilities families"},
    "time": {
        "codes": "visit_day_codes",
        "count": "patients_at_once_max persons_at_once_max",
        "days": "late_reason_days",
        "effect": "late_effect no_contact_effect stay_edge_effect visit_day_effect",
        "hours": "entry_hours_max late_hours staff_day_hours_max",
        "months": "no_contact_months_max",
        "word": "period rounding zone",
        "words": "fields_required stay_kinds",
        "yes_no": "admission_day_counts after_coverage_counts after_death_counts discharge_day_counts "
        "in_person_reviewed late_raise_counts one_code_per_minute stay_counts visit_day_counts",
    },
}
"""Below the folder of a programme: by file and unit, the quantities."""
_BESIDE: Final[dict[str, dict[str, str]]] = {
    "claims": {
        "count": "base_codes_per_month_max diagnoses_min",
        "days": "filing_review_days",
        "word": "date_of_service",
        "words": "competing_biller_reasons federal_holidays places_not_billed places_reviewed",
        "years": "filing_years reopening_good_cause_years reopening_years",
        "yes_no": "date_span_allowed replacements_taken",
    },
    "npi": {"count": "digits", "word": "check_prefix", "words": "first_digits", "yes_no": "proves_enrolment"},
    "overpayments": {"days": "return_days suspension_days_max triage_days", "years": "lookback_years"},
    "retention": {
        "days": "notice_days",
        "years": "enrolment_years hipaa_years medicare_advantage_years false_claims_years refund_years",
    },
    "pfs.conversion_factor": {"dollars_per_rvu": "nonqp qp"},
    "pfs.payment": {
        "percent": "coinsurance_percent sequestration_percent",
        "word": "rounding",
        "words": "order",
        "yes_no": "deductible_taken_off qmb_is_billed",
    },
    "pfs.pricing": {
        "codes": "national_rate_codes",
        "percent": "percent_unless_known",
        "word": "price_on rounding",
        "words": "facility_places office_places",
        "yes_no": "facility_unless_told national_estimate qp_unless_told",
    },
}
"""Beside the programmes."""


def _named(folder: str, by_file: dict[str, dict[str, str]]) -> dict[str, str]:
    return {
        f"{folder}{file}.{quantity}": unit
        for file, units in by_file.items()
        for unit, quantities in units.items()
        for quantity in quantities.split()
    }


_NAMED: Final = _named("medicare.ccm.", _BY_PROGRAMME) | _named("medicare.", _BESIDE)
_PATTERNS: Final = tuple(
    (re.compile(pattern).fullmatch, unit)
    for pattern, unit in (
        (r"medicare\.ccm\.[A-Z0-9]\d{4}\.minutes_(?:minimum|step)", "minutes"),
        (r"medicare\.ccm\.[A-Z0-9]\d{4}\.units_(?:max|review_above)", "units"),
        (r"medicare\.ccm\.[A-Z0-9]\d{4}\.limit_may_be_overridden", "yes_no"),
        (r"medicare\.ccm\.[A-Z0-9]\d{4}\.parent_code", "code"),
        (r"medicare\.ccm\.[A-Z0-9]\d{4}\.(?:parent|same_date)_codes", "codes"),
        (r"medicare\.ccm\.[A-Z0-9]\d{4}\.per_practitioner_max", "count"),
        (r"medicare\.ccm\.[A-Z0-9]\d{4}\.start_years_max", "years"),
        (r"medicare\.ccm\.[A-Z0-9]\d{4}\.decision_making_by", "word"),
        (r"medicare\.ccm\.[A-Z0-9]\d{4}\.decision_making_levels", "words"),
        (r"medicare\.ccm\.families\.\w+_(?:base|addon)", "code"),
        (r"medicare\.ccm\.activities\.(?:counted|not_counted|needs_reviewer)\.\w+", "words"),
        (r"medicare\.conflicts\.\w+\.(?:\w+_)?effect(?:_\w+)?", "effect"),
        (r"medicare\.conflicts\.\w+\.(?:codes|not_with)", "codes"),
        (r"medicare\.conflicts\.\w+\.scope", "scope"),
        (r"medicare\.conflicts\.\w+\.within", "within"),
        (r"medicare\.conflicts\.\w+\.payable", "yes_no"),
        (r"medicare\.pfs\.rvu_(?:facility|nonfacility|work|pe_facility|pe_nonfacility|mp)\.\w+", "rvu"),
        (r"medicare\.retention\.(?:[a-z]{2}|other)_(?:minor_)?years", "years"),
        (r"medicare\.pfs\.practitioner_percent\.\w+", "percent"),
    )
)
_programme: Final = re.compile(r"medicare\.(?:pcm|apcm)\.").match


def unit_read(name: str) -> str | None:
    """The unit in which a quantity (full name, without a payer's mark) is read; None where nothing reads it."""
    programme = _programme(name)
    if programme:
        name = f"medicare.ccm.{name[programme.end() :]}"
    found = _NAMED.get(name)
    return found or next((unit for matches, unit in _PATTERNS if matches(name)), None)
