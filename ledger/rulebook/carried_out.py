"""What of the law is carried out by code, and so can have one value only.

Most numbers, lists and answers of the rule files are read where they are applied: another value gives another month.
Some say what kind of thing the program does: that minutes add up by calendar month, that a consent is judged by its
programme, which effect a notice of the catalogue has. Their value stands here beside the file's. An edition that says
something else is refused when it is opened (`rulebook_of`), rather than adopted and not obeyed.

Other words choose between things that the program can do, such as when a revocation takes effect. `KNOWN_WORDS` has all
that code knows of each; another one, of the base or of a payer, is refused at its line when files are loaded.

Promise: a quantity is in CARRIED_OUT, or changing it changes an answer; tests/rulebook/test_smallest_change.py walks
all of them. Not promised: that an edition has a quantity of these tables; one that says nothing asks for nothing.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from ledger.rulebook.reading import Reading, Value
from ledger.rulebook.rules import Rulebook
from ledger.rulebook.workdays import HOLIDAYS, is_holiday_word

_BLOCKS: Final = ("blocks_release",)
_REVIEW: Final = ("review",)
_NOT_COUNTED: Final = ("not_counted",)

CARRIED_OUT: Final[dict[str, tuple[Value, ...]]] = {
    # Effects: what a notice of the catalogue does is part of its meaning.
    "medicare.ccm.care_plan.missing_effect": _BLOCKS,
    "medicare.ccm.care_plan.copy_missing_effect": _BLOCKS,
    "medicare.ccm.care_plan.expected_missing_effect": _REVIEW,
    "medicare.ccm.consent.incomplete_effect": _NOT_COUNTED,
    "medicare.ccm.consent.late_effect": _REVIEW,
    "medicare.ccm.consent.contact_after_revocation_effect": _REVIEW,
    "medicare.ccm.eligibility.conditions_missing_effect": _BLOCKS,
    "medicare.ccm.eligibility.risk_missing_effect": ("blocks_release", "none"),
    "medicare.ccm.eligibility.coverage_missing_effect": _BLOCKS,
    "medicare.ccm.eligibility.same_category_effect": _REVIEW,
    "medicare.ccm.families.choice_missing_effect": _BLOCKS,
    "medicare.ccm.attestation.decision_making_missing_effect": _BLOCKS,
    "medicare.ccm.initiating_visit.missing_effect": _BLOCKS,
    "medicare.ccm.initiating_visit.not_discussed_effect": _REVIEW,
    "medicare.ccm.initiating_visit.same_group_effect": _REVIEW,
    "medicare.ccm.initiating_visit.other_practitioner_effect": _BLOCKS,
    "medicare.ccm.performers.exclusion_check_effect": _REVIEW,
    "medicare.ccm.performers.other_practice_effect": _REVIEW,
    "medicare.ccm.practice.capability_missing_effect": _BLOCKS,
    "medicare.ccm.time.stay_edge_effect": _REVIEW,
    "medicare.ccm.time.late_effect": _REVIEW,
    "medicare.ccm.time.no_contact_effect": _REVIEW,
    "medicare.ccm.time.visit_day_effect": _REVIEW,
    "medicare.ccm.rhc.choice_missing_effect": _REVIEW,
    "medicare.pcm.eligibility.conditions_managed_effect": _REVIEW,
    "medicare.apcm.eligibility.risk_missing_effect": ("blocks_release", "none"),
    # Consent.
    "medicare.ccm.consent.required": (True,),
    "medicare.ccm.consent.per_programme": (True,),
    "medicare.ccm.consent.new_practitioner_needs_own": (True,),
    "medicare.ccm.consent.renewal_required": (False,),
    "medicare.ccm.consent.disenrolment_effective": ("day_end",),
    "medicare.ccm.consent.invalid_counts": (False,),
    "medicare.ccm.consent.decline_stops": (False,),
    # Time.
    "medicare.ccm.time.period": ("calendar_month",),
    "medicare.ccm.time.zone": ("billing_location",),
    "medicare.ccm.time.rounding": ("floor_monthly_total",),
    "medicare.ccm.time.one_code_per_minute": (True,),
    "medicare.ccm.time.persons_at_once_max": (1,),
    "medicare.ccm.time.patients_at_once_max": (1,),
    "medicare.ccm.time.fields_required": (("date", "duration", "performer", "credential", "activity", "description"),),
    "medicare.ccm.time.entry_hours_max": (24,),
    "medicare.ccm.time.staff_day_hours_max": (24,),
    "medicare.ccm.time.after_death_counts": (False,),
    "medicare.ccm.time.after_coverage_counts": (False,),
    # Who works, who bills, who signs.
    "medicare.ccm.performers.clinical_roles": (("clinical_staff", "practitioner"),),
    "medicare.ccm.performers.other_roles_count": (False,),
    "medicare.ccm.performers.programs_count": (False,),
    "medicare.ccm.performers.other_practitioner_counts": (False,),
    "medicare.ccm.performers.staff_counts_as_personal": (False,),
    "medicare.ccm.performers.supervision": ("general",),
    "medicare.ccm.performers.employers": (("practice", "leased", "contractor"),),
    "medicare.ccm.billing_practitioner.per_month_max": (1,),
    "medicare.ccm.billing_practitioner.across_practices": (True,),
    "medicare.ccm.billing_practitioner.other_programmes_effect": _BLOCKS,
    "medicare.ccm.99487.decision_making_by": ("billing_practitioner",),
    "medicare.ccm.eligibility.risk_attested_by": ("practitioner",),
    "medicare.ccm.care_plan.signed_by": ("billing_practitioner",),
    "medicare.ccm.attestation.signed_by": ("billing_practitioner",),
    "medicare.ccm.attestation.before_month_end": (False,),
    # Eligibility, visits, families.
    "medicare.ccm.eligibility.condition_list_closed": (False,),
    "medicare.ccm.initiating_visit.required_for": ("everyone", "new_or_not_seen"),
    "medicare.ccm.families.typed_total_counts": (False,),
    "medicare.ccm.families.minute_counts_once": (True,),
    "medicare.ccm.policy.suggested_first": ("complex",),
    # Changes to the record.
    "medicare.ccm.amendments.kinds": (("late_entry", "addendum", "correction"),),
    "medicare.ccm.amendments.original_stays_readable": (True,),
    "medicare.ccm.amendments.corrected_by": ("performer",),
    "medicare.ccm.amendments.signature_back_dated": (False,),
    "medicare.ccm.amendments.late_work_raises_claim": (False,),
    # Claims, numbers, dollars.
    "medicare.claims.date_of_service": ("last_day_of_month", "last_business_day", "threshold", "date_range"),
    "medicare.npi.proves_enrolment": (False,),
    "medicare.pfs.pricing.rounding": ("half_up_to_cents_per_unit",),
    "medicare.pfs.pricing.price_on": ("date_of_service",),
    "medicare.pfs.pricing.facility_unless_told": (False,),
    "medicare.pfs.pricing.qp_unless_told": (False,),
    "medicare.pfs.pricing.national_estimate": (True,),
}
"""By name, the values that this program carries out."""

PAYMENT_STEPS: Final[dict[str, Value]] = {
    "medicare.pfs.payment.order": ("practitioner_percent", "patient_share", "sequestration"),
    "medicare.pfs.payment.rounding": "half_up_to_cents_per_line",
    "medicare.pfs.payment.deductible_taken_off": False,
}
"""How this program goes from the fee schedule to a payment. A new edition that asks for anything else is refused; one
that was adopted before gets no payment."""

_PROGRAMMES: Final = ("ccm", "pcm", "apcm", "rpm", "rtm", "tcm", "bhi")
_EVIDENCE: Final = ("signed_form", "recording", "contemporaneous_note", "recollection")
_ATTESTED: Final = ("each", "batch")

KNOWN_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "consent.revocation_effective": ("month_end", "day_end"),
    "consent.methods": ("verbal", "written", "electronic"),
    "consent.evidence_counts_from_occurrence": _EVIDENCE,
    "consent.evidence_counts_from_recording": _EVIDENCE,
    "consent.fields_required": ("occurred_at", "obtained_by", "method", "practitioner", "given_by", "evidence"),
    "consent.items_required": ("availability", "cost_sharing", "one_practitioner", "right_to_stop"),
    "99487.decision_making_levels": ("straightforward", "low", "moderate", "high"),
    "attestation.statement": ("month_reviewed_1",),
    "billing_practitioner.other_programmes": _PROGRAMMES,
    "care_plan.overdue_effect": _REVIEW,
    "policy.complex_attestation": _ATTESTED,
    "policy.noncomplex_attestation": _ATTESTED,
    "policy.personal_attestation": _ATTESTED,
    "practice.continuity_missing_effect": _REVIEW,
    "rhc.capabilities": ("rural_health_clinic", "federally_qualified_health_center"),
    "rhc.choice_policy": ("g0511_billing",),
    "rhc.families": ("rhc", "noncomplex", "complex", "personal", "pcm_staff", "pcm_personal"),
    "time.stay_kinds": (
        *("hospital_inpatient", "snf_part_a", "observation", "emergency_department", "nursing_facility", "other"),
    ),
}
"""By name without the programme, the words that code knows: any other would be obeyed as one of these."""
_OF_SERVICES: Final = ("blocks_release", "review", "none")
"""What another service may mean for a month."""
_programme: Final = re.compile(r"medicare\.(?:ccm|pcm|apcm)\.").match
_is_of_service: Final = re.compile(r"medicare\.conflicts\.\w+\.(?:\w+_)?effect(?:_\w+)?").fullmatch


def known_words(name: str) -> tuple[str, ...] | None:
    """The words that code knows of a quantity, by its full name; None where any word of its unit will do."""
    if _is_of_service(name):
        return _OF_SERVICES
    programme = _programme(name)
    return KNOWN_WORDS.get(name[programme.end() :]) if programme else None


def unknown_words(name: str, value: Any) -> tuple[str, ...]:
    """The words of a value that no code knows, in their order."""
    if name == HOLIDAYS:
        return tuple(word for word in value if not is_holiday_word(word))
    known = known_words(name)
    if known is None:
        return ()
    return tuple(word for word in (value if isinstance(value, list | tuple) else (value,)) if word not in known)


def not_carried_out(book: Rulebook) -> Iterator[Reading]:
    """The readings by which this program cannot judge, in the order of the table."""
    for name in CARRIED_OUT:
        quantity = book.quantities.get(name)
        if quantity is not None:
            yield from (reading for reading in quantity.readings if not carries_out(name, reading.value))


def carries_out(name: str, value: Value) -> bool:
    """Whether this program can judge by a value of a quantity: also one that a payer's exception gives it."""
    return value in CARRIED_OUT.get(name, (value,))
