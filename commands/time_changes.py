"""Deciders that change how an entry stands: correct it, move it to another patient, strike it.

Each is one fact about all months of the entry at once (CCM-AMEND-01 to -04; readings, section 5). Nobody edits the
minutes of another: the performer corrects, compliance strikes with evidence.
"""

from typing import Any, TypeVar

from commands.deciding import Asked, Law, States
from commands.entry_given import Place, content_of, place_of, unreadable, words_or_none
from commands.intents.time_changes import CorrectTime, MoveTime, StrikeTime
from commands.standing_entry import Standing, is_compliance, standing_entry
from commands.time_standing import notices_of_entry
from ledger.streams.care_month import TimeWords
from ledger.streams.time_changes import Brought, ChangeWords, CorrectionWords, TimeCorrected, TimeMoved, TimeStruck
from ledger.terms.calendar import epoch_seconds
from ledger.terms.identity import patient_tag, staff_tag
from ledger.terms.intervals import union_all, without
from ledger.terms.notices import in_order
from ledger.terms.outcome import Accepted, Need, Outcome, Refused, Unchanged
from ledger.terms.refusals import refused

T = TypeVar("T")


def decide_correct_time(asked: Asked[CorrectTime], states: States, law: Law) -> Outcome:
    """Replace the content of an entry of one's own, in all its months at once; it keeps its place (readings, 12).

    Reads the patient, performer and actor, the entry's months and days, those of the new content, and the practice of
    the day; law: everything that counting time reads. Refuses, in order: no_such_entry, entry_not_standing,
    time_shape_unclear, end_before_start, zero_duration, interval_over_24_hours, in_the_future, patient_in_no_practice,
    not_the_performer. Notices: those of the judge; raise_awaits_approval where the month stands attested.
    """
    standing = standing_entry(asked, states)
    if not isinstance(standing, Standing):
        return standing
    if refusal := unreadable(asked, needs_row=False):
        return refusal
    place = _placed(asked, states, standing.patient)
    if not isinstance(place, Place):
        return place
    work = standing.entry.work
    if asked.actor != work.performer or asked.people["performer"] != work.performer:
        return refused("not_the_performer", facts=(standing.entry.position,))
    content = content_of(asked, states, law, place, standing.patient)
    words: TimeWords = content["words"]
    content["words"] = CorrectionWords(**words.model_dump(), reason=asked.command.reason)
    event = TimeCorrected(
        entry=work.entry,
        place=standing.entry.place,
        first_recorded_at=asked.now if _brings_work(standing, place, content) else standing.entry.recorded_at,
        left_months=_left(standing.months, place.months()),
        left_days=_left(work.staff_dates, place.days()),
        brings=_brought(standing, place),
        **content,
    )
    return Accepted((event,), in_order(notices_of_entry(event, states, law, asked.now)), (("entry", work.entry),))


def _brings_work(standing: Standing, place: Place, content: dict[str, Any]) -> bool:
    """Whether a correction tells of seconds, or of a day, that the entry did not tell of: it may come late itself."""
    told = union_all(*(tuple((p.start, p.end) for p in entry.pieces) for _, entry in standing.parts))
    spans = [(epoch_seconds(part.start), epoch_seconds(part.end)) for part in place.parts]
    if told and spans:
        return any(without(start, end, told) for start, end in spans)
    days = {piece.on for _, entry in standing.parts for piece in entry.pieces} or {standing.entry.work.on}
    return (
        content["seconds"] > standing.entry.work.seconds or not {*(part.on for part in place.parts), place.on} <= days
    )


def _brought(standing: Standing, place: Place) -> Brought | None:
    """What happened to the entry, where it comes to a month that did not hold it."""
    marks = standing.entry.marks
    if marks is None or set(place.months()) <= set(standing.months):
        return None
    said = Brought(
        disputed_at=marks.disputed_at, has_late_reason=marks.has_late_reason, is_moved_here=marks.is_moved_here
    )
    return said if said != Brought() else None


def decide_move_time(asked: Asked[MoveTime], states: States, law: Law) -> Outcome:
    """Take an entry out of one patient's record and put it into another's: one fact, two subjects.

    Reads both patients, performer and actor, the entry's months and days, and those at the other patient. Refuses, in
    order: no_such_entry, entry_not_standing, time_shape_unclear, end_before_start, zero_duration,
    interval_over_24_hours, in_the_future, patient_in_no_practice, same_patient, not_the_performer (neither the
    performer nor compliance, or another performer is named). Notices: those of the judge on the new entry.
    """
    standing = standing_entry(asked, states)
    if not isinstance(standing, Standing):
        return standing
    work, right = standing.entry.work, asked.people["to_patient"]
    if refusal := unreadable(asked, needs_row=False):
        return refusal
    if need := states.missing(patient_tag(right)):
        return need
    place = _placed(asked, states, right)
    if not isinstance(place, Place):
        return place
    if right in states.group(asked.patient):
        return refused("same_patient")
    moves_own = asked.actor == work.performer
    if asked.people["performer"] != work.performer or not (moves_own or is_compliance(asked, states)):
        return refused("not_the_performer", facts=(standing.entry.position,))
    content = content_of(asked, states, law, place, right)
    content["words"] = words_or_none(content["words"])
    event = TimeMoved(
        entry=asked.new_id("te"),
        from_patient=standing.patient,
        from_entry=work.entry,
        left_months=standing.months,
        left_days=_left(work.staff_dates, place.days()),
        reason=ChangeWords(reason=asked.command.reason),
        **content,
    )
    return Accepted((event,), in_order(notices_of_entry(event, states, law, asked.now)), (("entry", event.entry),))


def decide_strike_time(asked: Asked[StrikeTime], states: States, law: Law) -> Outcome:
    """Strike an entry with evidence, as compliance: it holds no second any more, in none of its months.

    Reads the patient, the actor, the entry's months and days. Refuses, in order: no_such_entry, entry_not_standing,
    not_self. Unchanged where it was struck before.
    """
    command = asked.command
    standing = standing_entry(asked, states)
    if isinstance(standing, Refused) and standing.code == "entry_not_standing":
        gone = states.month(asked.patient, command.month).gone_entry(command.entry)
        return Unchanged((gone.position,)) if gone is not None and gone.why == "struck" else standing
    if not isinstance(standing, Standing):
        return standing
    work = standing.entry.work
    if asked.actor == work.performer:
        return refused("not_self", what="The entry", facts=(standing.entry.position,))
    event = TimeStruck(
        patient=standing.patient,
        entry=work.entry,
        months=standing.months,
        performer=work.performer,
        days=work.staff_dates,
        reason=command.reason,
        words=ChangeWords(evidence=command.evidence),
    )
    return Accepted((event,))


def _placed(asked: Asked[CorrectTime] | Asked[MoveTime], states: States, whose: str) -> Place | Refused | Need:
    """Where the new content belongs, once its months and the performer's days are here."""
    if need := states.missing(staff_tag(asked.people["performer"])):
        return need
    place = place_of(asked, states, whose)
    if not isinstance(place, Place):
        return place
    return states.missing(*place.tags(states, whose, asked.people["performer"])) or place


def _left(old: tuple[T, ...], new: tuple[T, ...]) -> tuple[T, ...]:
    """What the old content touched and the new one does not."""
    return tuple(each for each in old if each not in new)
