"""The decider about time: what somebody did for a patient, from when to when, stored whatever it says.

An entry is one fact, told at once whether it counts, by the judge's own functions.
"""

from commands.deciding import Asked, Law, States
from commands.entry_given import Place, content_of, place_of, unreadable, words_or_none
from commands.intents.care_month import LogTime
from commands.time_standing import notices_of_entry
from ledger.streams.care_month import TimeLogged, Work
from ledger.terms.identity import patient_tag, row_tag, staff_tag
from ledger.terms.notices import in_order, notice
from ledger.terms.outcome import Accepted, Outcome, Refused, Unchanged
from ledger.terms.refusals import refused


def decide_log_time(asked: Asked[LogTime], states: States, law: Law) -> Outcome:
    """Record work for a patient, and say at once which seconds of it do not count and why.

    Reads the patient, performer and actor, the practice of the day, the month or months, and the performer's days; law:
    everything that counting time reads. Refuses, in order: time_shape_unclear, source_row_id_required,
    end_before_start, zero_duration, interval_over_24_hours, in_the_future, patient_in_no_practice; and for a row of the
    source that is known without clock times, exists_with_different_content where it says something else (Unchanged
    where it says the same). Notices: those of the judge, and practice_of_performer.
    """
    if refusal := unreadable(asked, needs_row=True):
        return refusal
    patient, performer = asked.patient, asked.people["performer"]
    if need := states.missing(patient_tag(patient), staff_tag(performer), staff_tag(asked.actor)):
        return need
    place = place_of(asked, states, patient)
    if not isinstance(place, Place):
        return place
    if need := states.missing(*place.tags(states, patient, performer)):
        return need
    is_timed = asked.command.minutes is None
    row = None if is_timed else asked.token("#row", f"{asked.source_system}\n{asked.source_row}")
    content = content_of(asked, states, law, place, patient)
    content["words"] = words_or_none(content["words"])
    event = TimeLogged(entry=asked.new_id("te"), row=row, **content)
    if event.row is not None:
        if need := states.missing(row_tag(event.row)):
            return need
        if (known := states.get(row_tag(event.row))) is not None:
            return _repeated(known.work, known.position, event)
    found = notices_of_entry(event, states, law, asked.now)
    if place.assumed:
        happened = "The patient belongs to no practice on that day; the entry is kept in the only practice that fits."
        found.append(notice("practice_of_performer", happened))
    return Accepted((event,), in_order(found), (("entry", event.entry),))


def _repeated(known: Work, position: int, event: TimeLogged) -> Unchanged | Refused:
    """A row of the source that is known: the same, or something else under the same id."""
    said = [(e.performer, e.programme, e.activity, e.on, e.seconds, e.order) for e in (known, event)]
    if said[0] == said[1]:
        return Unchanged((position,), (("entry", known.entry),))
    happened = "The source's row was recorded before with other content."
    return refused("exists_with_different_content", happened=happened)
