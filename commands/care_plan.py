"""Deciders about the care plan: revise, sign, record that a copy was given."""

from commands.deciding import Asked, Law, States
from commands.guards import (
    after_death,
    by_rule,
    document_of,
    is_after_death,
    is_future,
    offset_there,
    practice_needed,
)
from commands.intents.care_plan import RecordPlanCopy, ReviseCarePlan, SignCarePlan
from ledger.rulebook import Rules
from ledger.streams.care_plan import (
    CarePlanCopyGiven,
    CarePlanRevised,
    CarePlanSigned,
    PlanElement,
    PlanRevision,
    PlanWords,
)
from ledger.streams.patient_state import Patient
from ledger.streams.staff import ROLE_FACTS
from ledger.terms.calendar import month_of
from ledger.terms.identity import care_plan_tag, patient_tag, staff_tag
from ledger.terms.notices import in_order, notice
from ledger.terms.outcome import Accepted, Notice, Outcome, Unchanged
from ledger.terms.people import Programme, Side
from ledger.terms.refusals import REFUSALS, refused


def decide_revise_care_plan(asked: Asked[ReviseCarePlan], states: States, law: Law) -> Outcome:
    """Record a whole revision of the plan; its number is the next one.

    Reads the patient, the plan and the practice of that day; law: medicare.ccm.care_plan.elements_required,
    .intervention_owners_required, .review_date_required. Refuses, in order: in_the_future, after_death. Notices:
    care_plan_element_missing, care_plan_owners_missing, care_plan_review_date_missing, condition_not_on_record,
    plan_waits_for_signature.
    """
    command, patient = asked.command, asked.patient
    if need := states.missing(patient_tag(patient), care_plan_tag(patient)):
        return need
    state = states.patient(patient)
    if is_future(asked, command.revised_at):
        return refused("in_the_future", what="The revision")
    if is_after_death(state, command.revised_at):
        return after_death(state, "the revision")
    if need := practice_needed(asked, states, command.revised_at):
        return need
    elements = tuple(PlanElement(element=given.element, text=given.text) for given in command.elements)
    event = CarePlanRevised(
        patient=patient,
        revision=len(states.plan(patient).revisions) + 1,
        revised_at=command.revised_at,
        offset=offset_there(asked, states, command.revised_at),
        author=asked.person("author"),
        elements=tuple(dict.fromkeys(given.element for given in command.elements)),
        intervention_owners=command.intervention_owners,
        conditions=command.conditions,
        goals=command.goals,
        review_on=command.review_on,
        medications_reviewed=command.medications_reviewed,
        document=document_of(asked, command.document),
        words=PlanWords(elements=elements, pointer=command.pointer),
    )
    notices = _plan_notices(event, state, law.on(command.revised_at.date()))
    return Accepted((event,), notices, (("revision", str(event.revision)),))


def decide_sign_care_plan(asked: Asked[SignCarePlan], states: States, law: Law) -> Outcome:
    """Sign a revision; the signature carries the present moment and no other (CCM-PLAN-07, CCM-AMEND-05).

    Reads the patient, the plan and the actor; law: medicare.ccm.billing_practitioner.credentials. Refuses, in order:
    revision_unknown, already_struck, after_death, signature_not_by_practitioner. Unchanged where the actor has signed
    it. Notices: plan_signed_by_other.
    """
    patient, number = asked.patient, asked.command.revision
    if need := states.missing(patient_tag(patient), care_plan_tag(patient), staff_tag(asked.actor)):
        return need
    state, revision = states.patient(patient), states.plan(patient).revision(number)
    if revision is None:
        return refused("revision_unknown")
    if revision.taken_out is not None:
        return refused("already_struck", facts=(revision.position, revision.taken_out.position))
    if is_after_death(state, asked.now):
        return after_death(state, "the signature")
    by = law.on(asked.today).find("medicare.ccm.billing_practitioner.credentials")
    may_bill = by.value if by and isinstance(by.value, tuple) else ()
    if states.staff(asked.actor).credential not in may_bill:
        because = by_rule(by, REFUSALS["signature_not_by_practitioner"].because)
        facts = states.staff(asked.actor).told_at(*ROLE_FACTS)
        return refused("signature_not_by_practitioner", because=because, by=(by,), facts=facts)
    before = dict(revision.signatures).get(asked.actor)
    if before is not None:
        return Unchanged((before,))
    event = CarePlanSigned(patient=patient, revision=number, practitioner=asked.actor, signed_at=asked.now)
    return Accepted((event,), _signer_notices(asked, state, law.on(asked.today)))


def decide_record_plan_copy(asked: Asked[RecordPlanCopy], states: States, law: Law) -> Outcome:
    """Record that the patient or a caregiver received a copy of a revision (CCM-PLAN-05).

    Reads the plan. Refuses, in order: revision_unknown, in_the_future. Unchanged where just this copy is on record.
    Notices: copy_before_revision, copy_of_struck_revision.
    """
    command, patient = asked.command, asked.patient
    if need := states.missing(care_plan_tag(patient)):
        return need
    plan = states.plan(patient)
    revision = plan.revision(command.revision)
    if revision is None:
        return refused("revision_unknown")
    if is_future(asked, command.given_at):
        return refused("in_the_future", what="The copy")
    event = CarePlanCopyGiven(
        patient=patient,
        revision=command.revision,
        given_at=command.given_at,
        given_to=command.given_to,
        channel=command.channel,
        given_by=asked.person("given_by"),
    )
    notices = _copy_notices(event, revision)
    if known := next((at for copy, at in plan.copies if copy == event), None):
        return Unchanged((known,), (), notices)
    return Accepted((event,), notices)


def _copy_notices(event: CarePlanCopyGiven, revision: PlanRevision) -> tuple[Notice, ...]:
    found: list[Notice] = []
    if event.given_at < revision.revised_at:
        happened = "The copy is dated earlier than the revision that it is a copy of."
        found.append(notice("copy_before_revision", happened))
    if revision.taken_out is not None:
        happened = "The revision was struck, or moved to another patient; the copy counts as none."
        found.append(notice("copy_of_struck_revision", happened))
    return in_order(found)


def _plan_notices(event: CarePlanRevised, patient: Patient, rules: Rules) -> tuple[Notice, ...]:
    """What the revision lacks by the rules of its day, in the judge's words, and that it waits for a signature."""
    found: list[Notice] = []
    required = rules.find("medicare.ccm.care_plan.elements_required")
    for element in required.value if required and isinstance(required.value, tuple) else ():
        if element not in event.elements:
            happened = f"The revision lacks the element group {element.replace('_', ' ')}."
            found.append(notice("care_plan_element_missing", happened, required))
    owners = rules.find("medicare.ccm.care_plan.intervention_owners_required")
    if owners and owners.value and not event.intervention_owners:
        happened = "The revision does not say who is responsible for each intervention."
        found.append(notice("care_plan_owners_missing", happened, owners))
    review = rules.find("medicare.ccm.care_plan.review_date_required")
    if review and review.value and event.review_on is None:
        found.append(notice("care_plan_review_date_missing", "The revision has no date of its next review.", review))
    if not {known.event.condition for known in patient.conditions}.issuperset(event.conditions):
        happened = "The revision names conditions that are not in the patient's record."
        found.append(notice("condition_not_on_record", happened))
    signed_by = rules.find("medicare.ccm.care_plan.signed_by")
    found.append(notice("plan_waits_for_signature", "The revision supports no claim before it is signed.", signed_by))
    return in_order(found)


def _signer_notices(asked: Asked[SignCarePlan], patient: Patient, rules: Rules) -> tuple[Notice, ...]:
    standing = patient.designation(month_of(asked.today), Programme.CCM, Side.PRACTITIONER)
    if standing is None or standing.event.practitioner == asked.actor:
        return ()
    happened = "The signer is not the billing practitioner of this month."
    return (notice("plan_signed_by_other", happened, rules.find("medicare.ccm.care_plan.signed_by")),)
