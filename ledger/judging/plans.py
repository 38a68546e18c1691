"""The care plan of a month: in force on the date of service, signed, whole, given (CCM-PLAN-01 to -07)."""

from datetime import date
from typing import Final

from ledger.judging.days import local_dates, months_before
from ledger.judging.law import MonthLaw
from ledger.streams.care_plan import CarePlan, PlanRevision
from ledger.terms.notices import notice
from ledger.terms.outcome import Notice

COMPLEX_REVIEW: Final = "care_plan.review_months_complex"
"""The quantity by which the plan of a patient in complex CCM is due sooner; an edition may lack it."""


def plan_in_force(plan: CarePlan, date_of_service: date) -> PlanRevision | None:
    """The newest revision made by the end of the date of service, by the local day on which it was made.

    A revision that was struck, or moved to another patient, is none.
    """
    made = [r for r in plan.revisions if made_on(r) <= date_of_service and r.taken_out is None]
    return max(made, key=lambda r: (r.revised_at, r.revision), default=None)


def made_on(revision: PlanRevision) -> date:
    """The local day of a revision; the latest that it may be where its UTC offset is unknown: nothing is back-dated."""
    return local_dates(revision.revised_at, revision.offset)[1]


def plan_blocks(plan: CarePlan, revision: PlanRevision | None, designee: str | None, law: MonthLaw) -> list[Notice]:
    """What blocks release on the side of the care plan.

    Elements are those of the revision in force. Signed is a plan when the billing practitioner signed that revision or
    an earlier one; the signature may follow the date of service, the plan may not. A copy of any revision, given at
    any time, is a copy.
    Reads: medicare.ccm.care_plan.required, .signed_by, .elements_required, .intervention_owners_required,
    .review_date_required, .copy_required.
    """
    if revision is None:
        if not law.asks("care_plan.required"):
            return []
        happened = "No care plan was in force on the date of service."
        return [notice("care_plan_missing", happened, law.reading("care_plan.required"))]
    found: list[Notice] = []
    if not _signed_by_then(plan, revision, designee):
        happened = "The billing practitioner has signed no revision of the care plan."
        found.append(notice("care_plan_not_signed", happened, law.reading("care_plan.signed_by")))
    absent = [element for element in law.care_plan_elements if element not in revision.elements]
    if absent:
        happened = f"The care plan lacks: {', '.join(absent)}."
        found.append(notice("care_plan_element_missing", happened, law.reading("care_plan.elements_required")))
    if not revision.intervention_owners and law.asks("care_plan.intervention_owners_required"):
        happened = "The care plan does not say who is responsible for its interventions."
        found.append(
            notice("care_plan_owners_missing", happened, law.reading("care_plan.intervention_owners_required"))
        )
    if revision.review_on is None and law.asks("care_plan.review_date_required"):
        happened = "The care plan does not say when it is to be reviewed."
        found.append(notice("care_plan_review_date_missing", happened, law.reading("care_plan.review_date_required")))
    is_given = any(r.copy_given_at is not None and r.taken_out is None for r in plan.revisions)
    if not is_given and law.asks("care_plan.copy_required"):
        happened = "No copy of the care plan was given to the patient or a caregiver."
        found.append(notice("care_plan_copy_not_given", happened, law.reading("care_plan.copy_required")))
    return found


def _is_signed(revision: PlanRevision, designee: str | None) -> bool:
    """Whether the billing practitioner signed the revision, or answered for it later (CCM-AMEND-07)."""
    for signer, _ in revision.signatures:
        if designee is None or signer == designee:
            return True
    return any(designee in (None, signer) for signer, _ in revision.answered_for)


def _signed_by_then(plan: CarePlan, revision: PlanRevision, designee: str | None) -> bool:
    """Whether this revision or an earlier one is signed. A late entry can have a higher number and an earlier date."""
    if revision.taken_out is None and _is_signed(revision, designee):
        return True
    standing = (r for r in plan.revisions if r.revised_at <= revision.revised_at and r.taken_out is None)
    return any(_is_signed(r, designee) for r in standing)


def plan_reviews(
    plan: CarePlan, revision: PlanRevision | None, designee: str | None, on: date, law: MonthLaw, *, is_complex: bool
) -> list[Notice]:
    """What to look at in the plan that was in force on the date of service.

    Reads: medicare.ccm.care_plan.elements_expected, .goals_per_condition_min, .review_months, .signed_by; of a month
    that bills complex CCM .review_months_complex (CCM-PLAN-04).
    """
    if revision is None:
        return []
    found: list[Notice] = []
    if not _is_signed(revision, designee) and _signed_by_then(plan, revision, designee):
        happened = f"Revision {revision.revision} of the care plan is not signed; an earlier one is."
        found.append(notice("care_plan_revision_unsigned", happened, law.reading("care_plan.signed_by")))
    if revision.answered_for and not any(designee in (None, signer) for signer, _ in revision.signatures):
        happened = f"Revision {revision.revision} was not signed; the practitioner answered for it later."
        found.append(notice("care_plan_signature_attested", happened, law.reading("care_plan.signed_by")))
    absent = [element for element in law.care_plan_expected if element not in revision.elements]
    if absent:
        happened = f"A typical plan also has: {', '.join(absent)}."
        found.append(notice("care_plan_element_expected", happened, law.reading("care_plan.elements_expected")))
    if revision.goals < law.goals_per_condition_min * len(revision.conditions):
        happened = f"The care plan has {revision.goals} goals for {len(revision.conditions)} managed conditions."
        found.append(notice("care_plan_goals_few", happened, law.reading("care_plan.goals_per_condition_min")))
    due = revision.review_on is not None and revision.review_on < on
    made = made_on(revision)
    by, months = law.reading("care_plan.review_months"), law.review_months
    if is_complex and (sooner := law.find(COMPLEX_REVIEW)) is not None:
        assert isinstance(sooner.value, int), "months are counted"
        by, months = sooner, sooner.value
    if due or made < months_before(on, months):
        happened = f"The care plan of {made.isoformat()} is due for review."
        found.append(notice("care_plan_review_due", happened, by))
    return found
