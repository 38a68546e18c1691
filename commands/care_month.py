"""The decider about time: what somebody did for a patient, from when to when, stored whatever it says.

An entry is one fact: cut into whole seconds, parted at the local midnights of the practice's zone, and told at once
whether it counts, by the judge's own functions.
"""

from datetime import date
from typing import Final, NamedTuple

from commands.deciding import Asked, Law, States
from commands.guards import is_future
from commands.intents.care_month import LogTime
from commands.time_standing import notices_of_entry
from ledger.streams.base import SEALED
from ledger.streams.care_month import Contact, Segment, TimeLogged, TimeWords, Work
from ledger.terms.calendar import (
    DAY_SECONDS,
    LocalPart,
    month_of,
    split_at_local_midnight,
    utc_dates,
    whole_seconds,
)
from ledger.terms.identity import care_month_tag, patient_tag, practice_tag, row_tag, staff_day_tag, staff_tag
from ledger.terms.notices import in_order, notice
from ledger.terms.outcome import Accepted, Need, Outcome, Refused, Unchanged
from ledger.terms.people import Programme, Role, Side
from ledger.terms.refusals import refused

DELIVERERS: Final = (Role.INTEGRATION, Role.MACHINE)
"""Roles that hand on what others entered: who entered it is then not known, and not said."""
ACTIVITIES: Final = "medicare.ccm.activities"
UNLISTED: Final = "unlisted"


class _Place(NamedTuple):
    """Where an entry belongs: practice and zone, local parts, and whether the practice had to be assumed."""

    practice: str
    zone: str
    parts: tuple[LocalPart, ...]
    on: date
    """The local date on which the entry begins."""
    assumed: bool

    def tags(self, patient: str, performer: str) -> tuple[str, ...]:
        """The months and the performer's days that the entry will belong to."""
        if len(self.parts) < 2:
            months: tuple[str, ...] = (month_of(self.on),)
        else:
            months = tuple(dict.fromkeys(month_of(part.on) for part in self.parts))
        days = utc_dates(self.parts[0].start, self.parts[-1].end) if self.parts else (self.on,)
        return (
            *[care_month_tag(patient, month) for month in months],
            *[staff_day_tag(performer, day) for day in days],
        )


def decide_log_time(asked: Asked[LogTime], states: States, law: Law) -> Outcome:
    """Record work for a patient, and say at once which seconds of it do not count and why.

    Reads the patient, performer and actor, the practice of the day, the month or months, and the performer's days; law:
    everything that counting time reads. Refuses, in order: time_shape_unclear, source_row_id_required,
    end_before_start, zero_duration, interval_over_24_hours, in_the_future, patient_in_no_practice; and for a row of the
    source that is known without clock times, exists_with_different_content where it says something else (Unchanged
    where it says the same). Notices: those of the judge, and practice_of_performer.
    """
    if refusal := _unreadable(asked):
        return refusal
    patient, performer = asked.patient, asked.people["performer"]
    if need := states.missing(patient_tag(patient), staff_tag(performer), staff_tag(asked.actor)):
        return need
    place = _place(asked, states)
    if not isinstance(place, _Place):
        return place
    if need := states.missing(*place.tags(patient, performer)):
        return need
    event = _entry(asked, states, law, place)
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


def _unreadable(asked: Asked[LogTime]) -> Refused | None:
    """Why the entry has no readable date and duration."""
    command = asked.command
    start, end = command.start, command.end
    is_timed = start is not None and end is not None and command.on is None and command.minutes is None
    is_untimed = start is None and end is None and command.on is not None and command.minutes is not None
    if not is_timed and not is_untimed:
        return refused("time_shape_unclear")
    if start is None or end is None:
        if asked.source_row is None or asked.source_system is None:
            return refused("source_row_id_required")
        assert command.on is not None
        return refused("in_the_future", what="The work") if is_future(asked, command.on) else None
    start, end = whole_seconds(start), whole_seconds(end)
    if end < start:
        return refused("end_before_start", what="The entry")
    if end == start:
        return refused("zero_duration")
    if (end - start).total_seconds() > DAY_SECONDS:
        return refused("interval_over_24_hours")
    if is_future(asked, end):
        return refused("in_the_future", what="The work")
    return None


def _place(asked: Asked[LogTime], states: States) -> _Place | Refused | Need:
    """The practice of the day in its own zone; where there is none, the only one of performer, actor or patient."""
    command, patient = asked.command, states.patient(asked.patient)
    guess = command.start.date() if command.start else command.on
    assert guess is not None
    practice = patient.practice_on(guess)
    assumed = practice is None
    if practice is None:
        performer, actor = states.staff(asked.people["performer"]), states.staff(asked.actor)
        candidates = (performer.practices_on(guess), actor.practices_on(guess), patient.practices)
        practice = next((p for found in candidates if len(found) == 1 for p in found if p is not None), None)
    if practice is None:
        return refused("patient_in_no_practice")
    while True:
        if need := states.missing(practice_tag(practice)):
            return need
        zone = states.practice(practice).zone
        parts = _parts(asked, zone)
        on = parts[0].on if parts else guess
        belongs = patient.practice_on(on)
        if belongs in (practice, None) or on == guess:
            return _Place(practice, zone, parts, on, assumed)
        practice, guess = belongs, on  # the local date, not the UTC date, says to which practice the patient belonged


def _parts(asked: Asked[LogTime], name: str) -> tuple[LocalPart, ...]:
    command = asked.command
    if command.start is None or command.end is None:
        return ()
    zone = asked.zones.zone(name)
    assert zone is not None, "a practice is registered with a zone that exists"
    return split_at_local_midnight(whole_seconds(command.start), whole_seconds(command.end), zone)


def _entry(asked: Asked[LogTime], states: States, law: Law, place: _Place) -> TimeLogged:
    command, performer = asked.command, asked.people["performer"]
    on = place.on
    is_listed = command.activity is not None and law.on(on).listed(ACTIVITIES, command.activity) is not None
    words = TimeWords(description=command.description, activity=None if is_listed else command.activity)
    untimed = command.minutes is not None
    given = command.contact
    return TimeLogged(
        entry=asked.new_id("te"),
        patient=asked.patient,
        practice=place.practice,
        performer=performer,
        programme=command.programme,
        activity=command.activity if is_listed or command.activity is None else UNLISTED,
        described=command.description is not None,
        segments=tuple([Segment(start=p.start, end=p.end, on=p.on, offset=p.offset) for p in place.parts]),
        on=command.on,
        seconds=_seconds(command, place),
        order=command.order if untimed else None,
        zone=place.zone,
        tzdata=asked.zones.version,
        supervised_by=asked.person("supervised_by") or _designee(asked, states, month_of(on)),
        employer=command.employer,
        work_country=command.work_country,
        work_state=command.work_state,
        entered_by=None if asked.actor == performer or asked.capacity in DELIVERERS else asked.actor,
        contact=Contact(**given.model_dump()) if given else None,
        sensitivity=command.sensitivity,
        capture=command.capture,
        plan_revision=command.plan_revision,
        form_version=command.form_version,
        row=asked.token("#row", f"{asked.source_system}\n{asked.source_row}") if untimed else None,
        words=words if words.description is not None or words.activity is not None else SEALED,
    )


def _seconds(command: LogTime, place: _Place) -> int:
    if command.minutes is not None:
        return command.minutes * 60
    return int((place.parts[-1].end - place.parts[0].start).total_seconds())


def _designee(asked: Asked[LogTime], states: States, month: str) -> str | None:
    """Who supervises where the source does not say: the billing practitioner designated for the month."""
    if asked.command.programme is not Programme.CCM:
        return None
    standing = states.patient(asked.patient).designation(month, Programme.CCM, Side.PRACTITIONER)
    return standing.event.practitioner if standing else None


def _repeated(known: Work, position: int, event: TimeLogged) -> Unchanged | Refused:
    """A row of the source that is known: the same, or something else under the same id."""
    said = [(e.performer, e.programme, e.activity, e.on, e.seconds, e.order) for e in (known, event)]
    if said[0] == said[1]:
        return Unchanged((position,), (("entry", known.entry),))
    happened = "The source's row was recorded before with other content."
    return refused("exists_with_different_content", happened=happened)
