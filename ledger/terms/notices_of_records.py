"""Notices told beside an accepted command about what it recorded; in order of precedence."""

from typing import Final

from ledger.terms.notice_kind import REVIEW, kind

OF_RECORDS: Final = (
    kind(
        "assigned_elsewhere",
        REVIEW,
        "The patient is assigned to another practice than the one that registers.",
        "ONE-02",
        "If the patient changed practices, assign the new one from its first day.",
    ),
    kind(
        "practice_changed",
        REVIEW,
        "The patient belonged to another practice until now, and the new one may read the record.",
        "HIPAA-06",
        "If nobody agreed to it, assign the patient back and look at who read the record since.",
    ),
    kind(
        "visit_not_qualifying",
        REVIEW,
        "The visit does not count as an initiating visit.",
        "INIT-02 INIT-03",
        "Nothing to do, unless the code is wrong or another visit was held.",
    ),
    kind(
        "visit_code_missing",
        REVIEW,
        "The visit has no code, so it qualifies as nothing.",
        "INIT-02",
        "Record the code.",
    ),
    kind(
        "visit_without_discussion",
        REVIEW,
        "It is not on record that CCM was discussed at the visit.",
        "INIT-04",
        "Document the discussion where there was one.",
    ),
    kind(
        "condition_not_chronic",
        REVIEW,
        "Nobody said that the condition is expected to last twelve months.",
        "ELIG-01",
        "Record the expected course, if the condition is to be managed under CCM.",
    ),
    kind(
        "condition_without_diagnosis",
        REVIEW,
        "The condition has no ICD-10 code.",
        "CLAIM-06",
        "Record the condition with its ICD-10 code, or map the source's code.",
    ),
    kind(
        "risk_attested_late",
        REVIEW,
        "The risk is attested later than the day that it speaks of.",
        "AMEND-05 AMEND-06",
        "Keep the evidence of that day at hand; reviewers may give late attestations less weight.",
    ),
    kind(
        "death_date_differs",
        REVIEW,
        "Another day of death was recorded before; the newer one is used.",
        "RED-22",
        "Check the two days at their sources.",
    ),
    kind(
        "condition_not_on_record",
        REVIEW,
        "The plan names conditions that are not in the patient's record.",
        "PLAN-03",
        "Record the conditions.",
    ),
    kind(
        "copy_before_revision",
        REVIEW,
        "The copy was given before the revision was made.",
        "PLAN-05",
        "Check both dates.",
    ),
    kind(
        "plan_signed_by_other",
        REVIEW,
        "The signer is not the designated billing practitioner of the month.",
        "PLAN-07",
        "The billing practitioner signs the plan before it supports a claim.",
    ),
    kind(
        "plan_waits_for_signature",
        REVIEW,
        "The revision is not signed yet.",
        "PLAN-07",
        "The billing practitioner signs it.",
    ),
    kind(
        "practice_of_performer",
        REVIEW,
        "The patient belongs to no practice on that day; the performer's was taken.",
        "TIME-15 ONE-01",
        "Assign the patient to a practice.",
    ),
    kind(
        "month_not_ended",
        REVIEW,
        "The month has not ended; what comes later makes the attestation stale.",
        "CLAIM-07 TIME-19",
        "Attest again when the month has ended and has changed.",
    ),
    kind(
        "month_blocked",
        REVIEW,
        "Something still blocks the release of the month that was attested.",
        "CLAIM-07",
        "See what is missing in the month.",
    ),
    kind(
        "login_moved",
        REVIEW,
        "The login spoke for another staff member before.",
        "HIPAA-03",
        "Check that two people do not share the login.",
    ),
)
