"""Deciders about stays, and about the record of a death that was made in error.

A stay is testimony. Taking a stay or a death back is an act, by the desk or compliance (a feed that is trusted for acts
may take back its own stays): it makes minutes count that did not, so it is not for those who worked them, and it asks
for evidence.
"""

from datetime import date, datetime
from typing import NamedTuple

from commands.deciding import Asked, Law, States
from commands.endings import taken_back
from commands.guards import document_of, is_future, offset_there, practice_needed, says_the_same
from commands.intents.status import RecordStay, RetractDeath, RetractStay
from ledger.judging.days import local_dates
from ledger.streams.base import SEALED
from ledger.streams.endings import EvidenceWords
from ledger.streams.patient_state import Patient
from ledger.streams.status_state import Stay
from ledger.streams.stays import DeathRetracted, StayRecorded, StayRetracted, StayWords
from ledger.terms.calendar import next_whole_second, whole_seconds
from ledger.terms.identity import patient_tag
from ledger.terms.notices import in_order, notice
from ledger.terms.outcome import Accepted, Notice, Outcome, Refused, Unchanged
from ledger.terms.refusals import refused


def decide_record_stay(asked: Asked[RecordStay], states: States, law: Law) -> Outcome:
    """Record a stay; the discharge may come later, under the stay's id or with the same kind and admission.

    A word that leaves an hour out keeps the one on record where the day is the same: it says less, not otherwise. An
    hour that was wrong is told rightly, or the stay is taken back and recorded anew.
    Reads the patient and, for clock times, the practice of those days; law: medicare.ccm.time.stay_kinds. Refuses, in
    order: no_such_stay, stay_shape_unclear, end_before_start, in_the_future (the admission). Unchanged where just this
    stay is on record and the command brings no words. Notices: stay_edge_day, stay_restated, discharge_planned.
    """
    command, patient = asked.command, asked.patient
    if need := states.missing(patient_tag(patient)):
        return need
    state = states.patient(patient)
    if command.stay is not None and state.status.stay(command.stay) is None:
        return refused("no_such_stay")
    if command.admitted_on is None and command.admitted_at is None:
        return refused("stay_shape_unclear")
    for moment in (command.admitted_at, command.discharged_at):
        if moment is not None and (need := practice_needed(asked, states, moment)):
            return need
    edges = _edges(asked, states)
    if isinstance(edges, Refused):
        return edges
    words = StayWords(facility=command.facility, note=command.note)
    event = StayRecorded(
        patient=patient,
        stay=command.stay or asked.new_id("sy"),
        kind=command.kind,
        admitted_on=edges.admitted_on,
        admitted_at=edges.admitted_at,
        discharged_on=edges.discharged_on,
        discharged_at=edges.discharged_at,
        document=document_of(asked, command.document),
        words=words if words != StayWords() else SEALED,
    )
    return _recorded(asked, state, event, law)


def decide_retract_stay(asked: Asked[RetractStay], states: States, law: Law) -> Outcome:
    """Take back a stay that was recorded in error; months are judged as if it never was.

    Reads the patient. Refuses, in order: no_such_stay, already_taken_back (for another reason). Unchanged where it was
    taken back for that reason.
    """
    command, patient = asked.command, asked.patient
    if need := states.missing(patient_tag(patient)):
        return need
    known = states.patient(patient).status.stay(command.stay)
    if known is None:
        return refused("no_such_stay")
    words = EvidenceWords(evidence=command.evidence)
    event = StayRetracted(patient=known.event.patient, stay=command.stay, reason=command.reason, words=words)
    return taken_back(known, event, "The stay")


def decide_retract_death(asked: Asked[RetractDeath], states: States, law: Law) -> Outcome:
    """Take back every record of the patient's death so far; months are judged as those of somebody alive.

    Reads the patient. Refuses: no_death_on_record. Unchanged where the record was taken back for that reason and none
    came since.
    """
    command, patient = asked.command, asked.patient
    if need := states.missing(patient_tag(patient)):
        return need
    state = states.patient(patient)
    event = DeathRetracted(patient=patient, reason=command.reason, words=EvidenceWords(evidence=command.evidence))
    if state.deaths:
        return Accepted((event,))
    before = state.status.death_retracted
    if before is not None and says_the_same(before[0], event):
        return Unchanged((before[1],))
    return refused("no_death_on_record")


class _Edges(NamedTuple):
    """The edges of a stay as days, and as moments where they are known."""

    admitted_on: date
    admitted_at: datetime | None
    discharged_on: date | None
    discharged_at: datetime | None


def _edges(asked: Asked[RecordStay], states: States) -> _Edges | Refused:
    """The edges with the local days of their moments; where no zone is known, the longest stay that it may be.

    A second of which a part lies in the stay lies in it: no time counts that it bars (CCM-TIME-14).
    """
    command = asked.command
    came = whole_seconds(command.admitted_at) if command.admitted_at is not None else None
    went = whole_seconds(command.discharged_at) if command.discharged_at is not None else None
    admitted_on, discharged_on = command.admitted_on, command.discharged_on
    if came is not None:
        there = local_dates(came, offset_there(asked, states, came))
        if admitted_on is not None and not there[0] <= admitted_on <= there[1]:
            return refused("stay_shape_unclear")
        admitted_on = admitted_on or there[0]
    if went is not None:
        there = local_dates(went, offset_there(asked, states, went))
        if discharged_on is not None and not there[0] <= discharged_on <= there[1]:
            return refused("stay_shape_unclear")
        discharged_on = discharged_on or there[1]
    assert admitted_on is not None
    ends_early = came is not None and went is not None and went < came
    if ends_early or (discharged_on is not None and discharged_on < admitted_on):
        return refused("end_before_start", what="The stay")
    if is_future(asked, came or admitted_on):
        return refused("in_the_future", what="The admission")
    left = next_whole_second(command.discharged_at) if command.discharged_at is not None else None
    return _Edges(admitted_on, came, discharged_on, left)


def _recorded(asked: Asked[RecordStay], state: Patient, event: StayRecorded, law: Law) -> Outcome:
    """The stay as a new one, as another word on one that is known, or as nothing new."""
    is_named = asked.command.stay is not None
    standing = [known for known in state.status.stays if known.retracted is None]
    known = state.status.stay(event.stay) if is_named else _same_admission(standing, event)
    if event.words is SEALED:
        same = [known] if is_named and known is not None and known.retracted is None else standing
        for stay in same:
            if says_the_same(stay.event, whole := _with_hours(event, stay), but="stay"):
                return Unchanged((stay.position,), (("stay", stay.event.stay),), _notices(asked, whole, law))
    if known is None:
        return Accepted((event,), _notices(asked, event, law), (("stay", event.stay),))
    event = _with_hours(event, known).model_copy(update={"stay": known.event.stay, "patient": known.event.patient})
    notices = _notices(asked, event, law)
    happened = "Another record of this stay was on file; from now on this one is used."
    restated = notice("stay_restated", happened)
    return Accepted((event,), in_order([*notices, restated]), (("stay", event.stay),))


def _with_hours(event: StayRecorded, known: Stay) -> StayRecorded:
    """The event with the hours on record of days that it names without one, unless the other edge contradicts them."""
    before = known.event
    if known.retracted is not None:
        return event
    came, went = event.admitted_at, event.discharged_at
    if came is None and event.admitted_on == before.admitted_on:
        came = before.admitted_at
    if went is None and event.discharged_on == before.discharged_on:
        went = before.discharged_at
    if (came, went) == (event.admitted_at, event.discharged_at):
        return event
    if came is not None and went is not None and went < came:
        return event
    return event.model_copy(update={"admitted_at": came, "discharged_at": went})


def _same_admission(standing: list[Stay], event: StayRecorded) -> Stay | None:
    """The stay without discharge that this one ends: of the same kind, from the same day on."""
    return next(
        (
            known
            for known in standing
            if known.event.discharged_on is None
            and (known.event.kind, known.event.admitted_on) == (event.kind, event.admitted_on)
        ),
        None,
    )


def _notices(asked: Asked[RecordStay], event: StayRecorded, law: Law) -> tuple[Notice, ...]:
    """What to know of a stay: edges without an hour, and a discharge that has not come yet."""
    edges = _edge_notices(event, law)
    went = event.discharged_at or event.discharged_on
    if went is None or not is_future(asked, went):
        return edges
    return in_order([*edges, notice("discharge_planned", "The discharge lies in the future: until then it is a plan.")])


def _edge_notices(event: StayRecorded, law: Law) -> tuple[Notice, ...]:
    """Which edges of a stay that bars time have no clock time."""
    rules = law.on(event.admitted_on)
    kinds = rules.get("medicare.ccm.time.stay_kinds")
    if not isinstance(kinds, tuple) or event.kind not in kinds:
        return ()
    lacking = ["admission"] if event.admitted_at is None else []
    if event.discharged_on is not None and event.discharged_at is None:
        lacking.append("discharge")
    if not lacking:
        return ()
    happened = (
        f"The hour of {' and '.join(lacking)} is not on record: without it the day of admission does not count, and "
        "that of discharge does."
    )
    return (notice("stay_edge_day", happened, rules.find("medicare.ccm.time.stay_edge_effect")),)
