"""Which facts a notice rests on: one rule for each code that the judge gives, asked after the fact.

Promise: every code that the judge gives has a rule (a test asks for it); a rule answers with positions of facts that
the month's own streams hold, and with the kinds of facts that were looked for and are not there. A notice always has
one or the other. Not promised: that the first fact is the cause; they are what the notice rests on, in order of
recording.
"""

from collections.abc import Callable
from typing import Final

from ledger.judging import evidence_of_consents as consents
from ledger.judging import evidence_of_patients as patients
from ledger.judging import evidence_of_people as people
from ledger.judging import evidence_of_time as time
from ledger.judging.consent import FIELD_CODES, ITEM_CODES
from ledger.judging.ground import Evidence, Ground
from ledger.judging.shapes import EntryLine
from ledger.terms.outcome import Notice

OfEntry = Callable[[Ground, EntryLine], Evidence]
OfMonth = Callable[[Ground], Evidence]


def _whole_month(rule: OfMonth) -> OfEntry:
    """A rule about the patient, asked of one entry: what it answers is the same for each."""
    return lambda ground, _: rule(ground)


def _below_minimum(ground: Ground) -> Evidence:
    """The entries that count; of a programme without codes on the date of service the adoption of the edition."""
    nearest = ground.verdict.families[0].notices
    not_in_force = any(notice.code == "family_not_in_force" for notice in nearest)
    return people.adoption(ground) if not_in_force else time.counted(ground)


OF_ENTRIES: Final[dict[str, OfEntry]] = {
    "outside_the_rules": _whole_month(people.adoption),
    "other_programme": time.of_entry,
    "performer_not_registered": people.registered,
    "performer_not_a_person": people.registered,
    "performer_excluded": people.excluded,
    "performer_role_not_held": people.without_role,
    "performer_not_clinical": people.performing,
    "other_practitioner": people.other_practitioner,
    "credential_missing": people.performing,
    "credential_not_clinical": people.performing,
    "licence_lapsed": people.unlicensed,
    "work_outside_us": people.registered,
    "activity_missing": time.of_entry,
    "description_missing": time.of_entry,
    "activity_not_listed": time.of_entry,
    "activity_not_counted": time.of_entry,
    "activity_needs_reviewer": people.policy("staff_in_person_counts"),
    "untimed_not_adopted": people.policy("untimed_counts"),
    "without_consent": consents.without_consent,
    "before_consent": consents.before_consent,
    "after_revocation": consents.after_revocation,
    "after_disenrolment": consents.after_disenrolment,
    "consent_revoked": _whole_month(consents.revoked),
    "patient_disenrolled": _whole_month(consents.disenrolled),
    "after_death": _whole_month(patients.death),
    "after_coverage_end": _whole_month(patients.no_coverage),
    "during_stay": _whole_month(patients.stays),
    "untimed_on_boundary_day": time.boundary,
    "time_already_covered": time.covered,
    "performer_with_other_patient": time.with_another,
    "day_over_24_hours": time.overfull,
    "raise_awaits_approval": time.awaiting,
    "no_clock_times": time.of_entry,
    "contested_time": time.with_another,
    "contact_after_revocation": _whole_month(consents.revocations),
    "stay_edge_day": _whole_month(patients.stays),
    "in_person_counted": people.policy("staff_in_person_counts"),
    "work_country_unknown": people.registered,
    "recorded_very_late": time.of_entry,
    "recorded_late": time.of_entry,
    "entered_by_biller": time.entered_by,
    "visit_day": _whole_month(patients.visit_days),
    "visit_same_day": _whole_month(patients.visit_days),
    "time_corrected": time.of_entry,
    "time_moved_here": time.of_entry,
    "time_disputed": time.disputed,
}
"""What is said of one entry. Its own facts are added to all of it."""


def _planned_outside_ccm(ground: Ground) -> Evidence:
    """What was planned beyond visits, the consent by which CCM began, and who bills the month."""
    return patients.extra_planning_late(ground).and_(people.designations(ground))


OF_MONTHS: Final[dict[str, OfMonth]] = {
    **dict.fromkeys((*FIELD_CODES.values(), *ITEM_CODES.values()), consents.incomplete),
    "consent_method_not_accepted": consents.incomplete,
    "consent_representative_not_identified": consents.incomplete,
    "no_rules_in_force": people.adoption,
    "month_after_death": patients.death,
    "practice_not_assigned": people.assigned,
    "practitioner_not_designated": people.designated,
    "practitioner_may_not_bill": people.may_bill,
    "practitioner_departed": people.designee_departed,
    "practitioner_left_in_month": people.designee_departed,
    "practitioner_excluded": people.designee_excluded,
    "consent_not_on_file": consents.all_consents,
    "consent_incomplete": consents.incomplete,
    "consent_names_other_practitioner": consents.names_other,
    "consent_revoked": consents.revoked,
    "consent_revoked_in_month": consents.revocations,
    "consent_on_day_of_revocation": consents.revoked,
    "patient_disenrolled": consents.disenrolled,
    "disenrolled_in_month": consents.disenrolments,
    "consent_from_recollection": consents.counting,
    "consent_recorded_late": consents.counting,
    "declined_after_consent": consents.declines,
    "consent_invalidated": consents.void,
    "merged_both_attested": time.all_attestations,
    "designations_collide": people.designations,
    "initiating_visit_missing": patients.no_visit,
    "initiating_visit_not_discussed": patients.visits,
    "initiating_visit_by_colleague": patients.visits,
    "conditions_below_minimum": patients.too_few_conditions,
    "diagnoses_below_minimum": patients.too_few_conditions,
    "conditions_of_one_family": patients.conditions,
    "risk_not_attested": patients.risk,
    "coverage_not_on_file": patients.no_coverage,
    "coverage_ended_in_month": patients.unconfirmed_coverage,
    "coverage_gap": patients.coverage,
    "payer_sets_own_rules": patients.coverage,
    "stay_without_discharge": patients.open_stays,
    "work_in_other_stay": patients.stays,
    "care_plan_missing": patients.no_plan,
    "care_plan_not_signed": patients.unsigned_plan,
    "care_plan_element_missing": patients.plan,
    "care_plan_owners_missing": patients.plan,
    "care_plan_review_date_missing": patients.plan,
    "care_plan_copy_not_given": patients.no_copy,
    "care_plan_signature_attested": patients.signatures,
    "care_plan_revision_unsigned": patients.unsigned_plan,
    "care_plan_element_expected": patients.plan,
    "care_plan_goals_few": patients.plan,
    "care_plan_review_due": patients.plan,
    "cehrt_not_attested": people.capability("cehrt_year"),
    "access_24x7_not_attested": people.capability("access_24x7"),
    "cehrt_holds_all_not_attested": people.capability("cehrt_holds_all_ccm_records"),
    "plan_access_24h_not_attested": people.capability("plan_access_24h_other_providers"),
    "clinic_choice_missing": people.clinic_without_choice,
    "family_not_for_clinic": people.clinic,
    "conditions_above_maximum": patients.plan,
    "limit_raised": time.limits,
    "billed_in_other_programme": people.designations_of_biller,
    "programme_excludes_other": people.designations_of_all,
    "extra_planning_twice": patients.extra_planning,
    "extra_planning_late": patients.extra_planning_late,
    "extra_planning_outside_ccm": _planned_outside_ccm,
    "extra_planning_same_date": patients.extra_planning,
    "conflicting_service": time.services,
    "service_of_other_biller": time.services,
    "service_biller_unknown": time.services,
    "service_to_look_at": time.services,
    "service_not_payable": time.services,
    "services_exclude_each_other": time.services,
    "payer_sets_own_rates": patients.coverage,
    "no_payment_rules": people.adoption,
    "locality_not_priced": people.localities,
    "exclusion_check_missing": people.checks_of_all,
    "worked_for_other_practice": time.elsewhere,
    "supervisor_not_practitioner": people.supervisors,
    "no_two_way_contact": time.counted,
    "minutes_below_minimum": _below_minimum,
    "chosen_family_not_available": time.choices,
    "family_not_chosen": time.choices,
    "choice_by_other": time.choices,
    "family_not_in_force": people.adoption,
    "family_below_minimum": time.counted,
    "decision_making_missing": time.decision_making,
    "decision_making_by_other": time.decision_making,
    "decision_making_too_low": time.decision_making,
    "plan_not_revised_for_complex": patients.plan,
    "units_capped": time.counted,
    "units_many": time.counted,
    "no_price_on_file": people.adoption,
}
"""What is said of the month as a whole, or of one of its families of codes."""


def of_month(notice: Notice, ground: Ground) -> Evidence:
    """The facts behind something that is said of a month; of a code without a rule the adoption of the edition."""
    return OF_MONTHS.get(notice.code, people.adoption)(ground)


def of_line(notice: Notice, line: EntryLine, ground: Ground) -> Evidence:
    """The facts behind something that is said of an entry, its own among them."""
    rule = OF_ENTRIES.get(notice.code, time.of_entry)
    return time.of_entry(ground, line).and_(rule(ground, line))
