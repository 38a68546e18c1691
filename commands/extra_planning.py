"""Deciders about planning beyond a visit (G0506): attest it, take it back.

It rides on a visit that the same practitioner held, once for a patient, at the start of CCM. Promise: it is attested by
whoever did it and by nobody else. Not promised: dollars; the month of the visit shows them.
"""

from commands.deciding import Asked, Law, States
from commands.designation import may_not_bill
from commands.guards import by_rule, is_after_death
from commands.intents.codes import AttestExtraPlanning, RetractExtraPlanning
from commands.limits import attested_notices
from commands.standing_entry import is_compliance
from ledger.judging.consent_month import consent_in_month
from ledger.judging.extra_planning import PARENTS, late, may_carry, repeated, standing_of
from ledger.judging.law import CONSENT_NAMES, law_on
from ledger.judging.payers import book_on
from ledger.streams.endings import EvidenceWords
from ledger.streams.extra_planning import ExtraPlanningAttested, ExtraPlanningRetracted
from ledger.streams.patient_state import Patient
from ledger.terms.calendar import last_day, month_of
from ledger.terms.identity import care_month_tag, patient_tag, staff_tag
from ledger.terms.notices import in_order
from ledger.terms.outcome import Accepted, Notice, Outcome, Unchanged
from ledger.terms.refusals import REFUSALS, refused


def decide_attest_extra_planning(asked: Asked[AttestExtraPlanning], states: States, law: Law) -> Outcome:
    """Attest assessment and planning beyond what a visit pays for (CCM-CODE-10, -11, -13).

    Reads the patient, the actor and the month of the visit; law, as of the day of the visit: medicare.ccm.G0506,
    medicare.ccm.billing_practitioner.credentials, medicare.ccm.consent. Refuses, in order: no_such_visit,
    visit_no_parent (its code carries none on that day, it has no code, or it was on another day),
    not_the_visits_practitioner, extra_planning_repeated, after_death, practitioner_may_not_bill. Unchanged where the
    actor attested it of this visit. Notices: extra_planning_late, attested_month_moved.
    """
    command, patient = asked.command, asked.patient
    if need := states.missing(patient_tag(patient), staff_tag(asked.actor)):
        return need
    state = states.patient(patient)
    visit = next((v.event for v in state.visits if v.event.visit == command.visit), None)
    if visit is None:
        return refused("no_such_visit")
    month = month_of(visit.on)
    if need := states.missing(care_month_tag(patient, month)):
        return need
    rules = law.on(visit.on, book_on(state, visit.on, law.rulebook))
    if visit.code is None or command.on not in (None, visit.on) or may_carry(visit.code, rules) is None:
        because = by_rule(rules.find(PARENTS), REFUSALS["visit_no_parent"].because)
        return refused("visit_no_parent", because=because)
    if visit.practitioner != asked.actor:
        return refused("not_the_visits_practitioner")
    standing = standing_of(state.extra_planning, asked.actor)
    if (same := next((each for each in standing if each.event.visit == visit.visit), None)) is not None:
        return Unchanged((same.position,))
    if (most := repeated(standing, rules)) is not None:
        because = by_rule(most, REFUSALS["extra_planning_repeated"].because)
        return refused("extra_planning_repeated", because=because)
    if is_after_death(state, visit.on):
        return refused("after_death", what="the visit")
    if refusal := may_not_bill(states.staff(asked.actor), visit.on, law):
        return refusal
    event = ExtraPlanningAttested(
        patient=visit.patient, visit=visit.visit, practitioner=asked.actor, on=visit.on, visit_code=visit.code
    )
    late_start = _late(state, event, law)
    return Accepted((event,), in_order([*late_start, *attested_notices(states.month(patient, month))]))


def decide_retract_extra_planning(asked: Asked[RetractExtraPlanning], states: States, law: Law) -> Outcome:
    """Take back that planning beyond a visit was done: months are judged as if it never was said.

    Reads the patient, the actor and the month of the visit. Refuses, in order: no_such_visit (nobody attested it of
    this visit), already_taken_back (for another reason), not_the_signer (neither who attested it nor compliance).
    Unchanged where it was taken back for that reason. Notices: attested_month_moved.
    """
    command, patient = asked.command, asked.patient
    if need := states.missing(patient_tag(patient), staff_tag(asked.actor)):
        return need
    known = [each for each in states.patient(patient).extra_planning if each.event.visit == command.visit]
    if not known:
        return refused("no_such_visit", happened="Nobody attested planning beyond the visit that the command names.")
    newest = known[-1]
    month = month_of(newest.event.on)
    if need := states.missing(care_month_tag(patient, month)):
        return need
    if newest.retracted is not None:
        if newest.retracted.reason == command.reason:
            return Unchanged((newest.retracted_position or newest.position,))
        return refused("already_taken_back", what="The planning beyond the visit")
    if asked.actor != newest.event.practitioner and not is_compliance(asked, states):
        return refused("not_the_signer", happened="The attestation is another practitioner's.")
    event = ExtraPlanningRetracted(
        patient=newest.event.patient,
        visit=command.visit,
        reason=command.reason,
        words=EvidenceWords(evidence=command.evidence),
    )
    return Accepted((event,), attested_notices(states.month(patient, month)))


def _late(state: Patient, event: ExtraPlanningAttested, law: Law) -> list[Notice]:
    """That CCM began long before the visit, as the month of the visit will say it too."""
    last, book = last_day(month_of(event.on)), book_on(state, event.on, law.rulebook)
    by = law_on(book, last)
    if not by.exists:
        return []
    consent = consent_in_month(state, None, last, by, book)
    law.note(tuple((rules.first_day, CONSENT_NAMES) for rules in consent.read_on), book)
    return late(event.on, consent.started_on, law.on(event.on, book))
