"""Deciders about conditions and care plan revisions that were recorded about the wrong patient, twice, or in error.

Compliance moves or strikes them (readings, 2). Nothing is deleted: what was recorded stays readable as what it was,
and months that are judged from now on do without it. A move says the content anew about the right patient in the same
fact, so that there is no moment at which it stands nowhere.
"""

from typing import Any, Final, TypeVar

from pydantic import BaseModel

from commands.deciding import Asked, Law, States
from commands.guards import after_death, is_after_death, out_of_reach
from commands.intents.wrong_patient import MoveCondition, MovePlanRevision, StrikeCondition, StrikePlanRevision
from ledger.streams.base import SEALED, Closed, Event
from ledger.streams.care_plan import PlanRevision, PlanRevisionMoved, PlanRevisionStruck, RevisionContent
from ledger.streams.patient import ConditionContent
from ledger.streams.wrong_patient import ConditionMoved, ConditionStruck, MoveWords, StrikeWords, TakenOut
from ledger.terms.identity import care_plan_tag, patient_tag, staff_tag
from ledger.terms.notices import in_order, notice
from ledger.terms.outcome import Accepted, Notice, Outcome, Refused, Unchanged
from ledger.terms.refusals import refused

W = TypeVar("W", bound=BaseModel)
_CONTENT: Final = frozenset({"patient", "words"})
"""What a move says anew of the content that it takes along: whom it is about, and the words under that one's key."""


def decide_move_condition(asked: Asked[MoveCondition], states: States, law: Law) -> Outcome:
    """Move a condition to the right patient's record; it keeps its id.

    Reads both patients, the sealed words of the condition, and the actor. Refuses, in order: not_in_this_practice (the
    right patient's), no_such_condition, moved_to_itself, already_struck. Unchanged where it was moved to that patient
    before.
    """
    command, patient, to = asked.command, asked.patient, asked.people["to_patient"]
    if need := states.missing(patient_tag(patient), patient_tag(to), staff_tag(asked.actor)):
        return need
    if refusal := out_of_reach(asked, states, to):
        return refusal
    state = states.patient(patient)
    known, gone = state.condition(command.condition), dict(state.taken_out).get(command.condition)
    if known is None and gone is None:
        return refused("no_such_condition")
    if to == patient:
        return refused("moved_to_itself")
    if known is None:
        return _gone(gone, to)
    wrong = known.event.patient
    said = asked.opened(patient_tag(wrong), known.position)
    assert isinstance(said, ConditionContent)
    event = ConditionMoved(
        patient=to,
        from_patient=wrong,
        words=_words(said.words),
        reason=MoveWords(reason=command.reason),
        **_content(said, ConditionContent),
    )
    return Accepted((event,), (), (("condition", event.condition),))


def decide_strike_condition(asked: Asked[StrikeCondition], states: States, law: Law) -> Outcome:
    """Strike a condition: it holds for no month that is judged from now on; as of before it is shown.

    Reads the patient. Refuses, in order: no_such_condition, already_struck (moved to another patient). Unchanged where
    it was struck before.
    """
    command, patient = asked.command, asked.patient
    if need := states.missing(patient_tag(patient)):
        return need
    state = states.patient(patient)
    known, gone = state.condition(command.condition), dict(state.taken_out).get(command.condition)
    if known is None:
        return _gone(gone, None) if gone else refused("no_such_condition")
    words = StrikeWords(evidence=command.evidence)
    wrong = known.event.patient
    event = ConditionStruck(patient=wrong, condition=command.condition, reason=command.reason, words=words)
    return Accepted((event,))


def decide_move_plan_revision(asked: Asked[MovePlanRevision], states: States, law: Law) -> Outcome:
    """Move a revision to the right patient's plan, where it gets the next number and waits for a signature.

    Reads both patients and plans, the sealed words of the revision, and the actor; law:
    medicare.ccm.care_plan.signed_by. Refuses, in order: not_in_this_practice (the right patient's), revision_unknown,
    moved_to_itself, already_struck, after_death (of the right patient). Unchanged where it was moved to that patient
    before. Notices: condition_not_on_record, plan_waits_for_signature.
    """
    patient, to = asked.patient, asked.people["to_patient"]
    people = (patient_tag(patient), patient_tag(to), staff_tag(asked.actor))
    if need := states.missing(*people, care_plan_tag(patient), care_plan_tag(to)):
        return need
    if refusal := out_of_reach(asked, states, to):
        return refusal
    revision = states.plan(patient).revision(asked.command.revision)
    if revision is None:
        return refused("revision_unknown")
    if to in states.group(patient):
        return refused("moved_to_itself")
    if revision.taken_out is not None:
        return _gone(revision.taken_out, to)
    if is_after_death(states.patient(to), revision.revised_at):
        return after_death(states.patient(to), "the revision")
    event = _moved(asked, states, revision)
    return Accepted((event,), _moved_notices(event, states, law), (("revision", str(event.revision)),))


def decide_strike_plan_revision(asked: Asked[StrikePlanRevision], states: States, law: Law) -> Outcome:
    """Strike a revision: it keeps its number and is no plan of this patient.

    Reads the plan. Refuses, in order: revision_unknown, already_struck (moved to another patient). Unchanged where it
    was struck before.
    """
    command, patient = asked.command, asked.patient
    if need := states.missing(care_plan_tag(patient)):
        return need
    revision = states.plan(patient).revision(command.revision)
    if revision is None:
        return refused("revision_unknown")
    if revision.taken_out is not None:
        return _gone(revision.taken_out, None)
    event = PlanRevisionStruck(
        patient=patient,
        revision=command.revision,
        reason=command.reason,
        words=StrikeWords(evidence=command.evidence),
    )
    return Accepted((event,))


def _gone(gone: TakenOut | None, to: str | None) -> Unchanged | Refused:
    """What is answered where it was taken out before: in just this way, or otherwise."""
    assert gone is not None
    return Unchanged((gone.position,)) if gone.to == to else refused("already_struck", facts=(gone.position,))


def _content(said: Event, kind: type[Event]) -> dict[str, Any]:
    """The clear content of a fact, field by field, without what the move says anew."""
    return {name: getattr(said, name) for name in kind.model_fields if name not in _CONTENT}


def _words(said: W | Closed | None) -> W | Closed:
    """The words to be sealed anew; none where there were none, or where their key is gone."""
    return SEALED if said is None or isinstance(said, Closed) else said


def _moved(asked: Asked[MovePlanRevision], states: States, revision: PlanRevision) -> PlanRevisionMoved:
    to = asked.people["to_patient"]
    said = asked.opened(care_plan_tag(asked.patient), revision.position)
    assert isinstance(said, RevisionContent)
    content = _content(said, RevisionContent) | {"revision": len(states.plan(to).revisions) + 1}
    return PlanRevisionMoved(
        patient=to,
        from_patient=asked.patient,
        from_revision=revision.revision,
        words=_words(said.words),
        reason=MoveWords(reason=asked.command.reason),
        **content,
    )


def _moved_notices(event: PlanRevisionMoved, states: States, law: Law) -> tuple[Notice, ...]:
    found: list[Notice] = []
    known = {learned.event.condition for learned in states.patient(event.patient).conditions}
    if not known.issuperset(event.conditions):
        happened = "The revision names conditions that are not in the right patient's record."
        found.append(notice("condition_not_on_record", happened))
    signed_by = law.on(event.revised_at.date()).find("medicare.ccm.care_plan.signed_by")
    found.append(notice("plan_waits_for_signature", "The revision supports no claim before it is signed.", signed_by))
    return in_order(found)
