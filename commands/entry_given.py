"""What a command says of an entry, made into the content of a fact: its shape, its practice and zone, its local parts.

Shared by the deciders that log, correct and move time. Promise: an entry is cut to the whole seconds within it, so that
nothing rounds up (CCM-TIME-14), and parted at the local midnights of the practice's zone, once, here; nothing later
opens a zone.
"""

from datetime import date
from typing import Any, Final, NamedTuple

from commands.deciding import Asked, Law, States
from commands.guards import is_future
from commands.intents.care_month import EntryGiven
from ledger.judging.edges import months_beside
from ledger.streams.base import SEALED, Closed
from ledger.streams.care_month import Contact, Segment, TimeWords
from ledger.terms.calendar import (
    DAY_SECONDS,
    LocalPart,
    month_of,
    split_at_local_midnight,
    utc_dates,
    within_whole_seconds,
)
from ledger.terms.identity import care_month_tag, practice_tag, staff_day_tag
from ledger.terms.outcome import Need, Refused
from ledger.terms.people import Role, Side
from ledger.terms.refusals import refused

DELIVERERS: Final = (Role.INTEGRATION, Role.MACHINE)
"""Roles that hand on what others entered: who entered it is then not known, and not said."""
ACTIVITIES: Final = "medicare.ccm.activities"
UNLISTED: Final = "unlisted"


class Place(NamedTuple):
    """Where an entry belongs: practice and zone, local parts, and whether the practice had to be assumed."""

    practice: str
    zone: str
    parts: tuple[LocalPart, ...]
    on: date
    """The local date on which the entry begins."""
    assumed: bool

    def months(self) -> tuple[str, ...]:
        """The care months that the entry will touch, in order."""
        if len(self.parts) < 2:
            return (month_of(self.on),)
        return tuple(dict.fromkeys(month_of(part.on) for part in self.parts))

    def days(self) -> tuple[date, ...]:
        """The UTC dates on which the performer's overlaps are found; an untimed entry has its local date."""
        return utc_dates(self.parts[0].start, self.parts[-1].end) if self.parts else (self.on,)

    def tags(self, states: States, patient: str, performer: str) -> tuple[str, ...]:
        """The months and the performer's days that the entry will belong to; months beside that may hold its seconds.

        The patient must be here.
        """
        own = self.months()
        days = [part.on for part in self.parts]
        beside = [b for m in own for b in months_beside(states.patient(patient), (self.practice,), m, days)]
        months = [care_month_tag(patient, month) for month in dict.fromkeys((*own, *beside))]
        return (*months, *[staff_day_tag(performer, day) for day in self.days()])


def unreadable(asked: Asked[EntryGiven], *, needs_row: bool) -> Refused | None:
    """Why the entry has no readable date and duration; without clock times `needs_row` asks for the source's own id.

    Refuses, in order: time_shape_unclear, source_row_id_required, in_the_future, end_before_start, zero_duration,
    interval_over_24_hours.
    """
    command = asked.command
    start, end = command.start, command.end
    is_timed = start is not None and end is not None and command.on is None and command.minutes is None
    is_untimed = start is None and end is None and command.on is not None and command.minutes is not None
    if not is_timed and not is_untimed:
        return refused("time_shape_unclear")
    if start is None or end is None:
        if needs_row and (asked.source_row is None or asked.source_system is None):
            return refused("source_row_id_required")
        assert command.on is not None
        return refused("in_the_future", what="The work") if is_future(asked, command.on) else None
    if end < start:
        return refused("end_before_start", what="The entry")
    start, end = within_whole_seconds(start, end)
    if end <= start:
        return refused("zero_duration")
    if (end - start).total_seconds() > DAY_SECONDS:
        return refused("interval_over_24_hours")
    if is_future(asked, end):
        return refused("in_the_future", what="The work")
    return None


def place_of(asked: Asked[EntryGiven], states: States, whose: str) -> Place | Refused | Need:
    """The practice of the day in its own zone; where there is none, the only one of performer, actor or patient.

    `whose` is the patient whom the work was for. Refuses: patient_in_no_practice.
    """
    command, patient = asked.command, states.patient(whose)
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
    seen = {practice}
    while True:
        if need := states.missing(practice_tag(practice)):
            return need
        zone = states.practice(practice).zone
        parts = _parts(asked, zone)
        on = parts[0].on if parts else guess
        belongs = patient.practice_on(on)
        # Two practices may each see the work on the other's day: then the one stays that was asked first.
        if belongs is None or belongs in seen or on == guess:
            return Place(practice, zone, parts, on, assumed)
        practice, guess = belongs, on  # the local date, not the UTC date, says to which practice the patient belonged
        seen.add(practice)


def _parts(asked: Asked[EntryGiven], name: str) -> tuple[LocalPart, ...]:
    command = asked.command
    if command.start is None or command.end is None:
        return ()
    zone = asked.zones.zone(name)
    assert zone is not None, "a practice is registered with a zone that exists"
    return split_at_local_midnight(*within_whole_seconds(command.start, command.end), zone)


def words_or_none(words: TimeWords) -> TimeWords | Closed:
    """The words, or nothing to seal where there are none."""
    return words if words.description is not None or words.activity is not None else SEALED


def content_of(asked: Asked[EntryGiven], states: States, law: Law, place: Place, whose: str) -> dict[str, Any]:
    """The fields of the fact, but its own id and the row of its source: what was said, in the ledger's words."""
    command, performer = asked.command, asked.people["performer"]
    on = place.on
    is_listed = command.activity is not None and law.on(on).listed(ACTIVITIES, command.activity) is not None
    words = TimeWords(description=command.description, activity=None if is_listed else command.activity)
    untimed = command.minutes is not None
    given = command.contact
    return {
        "patient": whose,
        "practice": place.practice,
        "performer": performer,
        "programme": command.programme,
        "activity": command.activity if is_listed or command.activity is None else UNLISTED,
        "described": bool((command.description or "").strip()),
        "segments": tuple([Segment(start=p.start, end=p.end, on=p.on, offset=p.offset) for p in place.parts]),
        "on": command.on,
        "seconds": _seconds(command, place),
        "order": command.order if untimed else None,
        "zone": place.zone,
        "tzdata": asked.zones.version,
        "supervised_by": asked.person("supervised_by") or _designee(command, states, whose, month_of(on)),
        "employer": command.employer,
        "work_country": command.work_country,
        "work_state": command.work_state,
        "entered_by": None if asked.actor == performer or asked.capacity in DELIVERERS else asked.actor,
        "contact": Contact(**given.model_dump()) if given else None,
        "sensitivity": command.sensitivity,
        "capture": command.capture,
        "plan_revision": command.plan_revision,
        "form_version": command.form_version,
        "words": words,
    }


def _seconds(command: EntryGiven, place: Place) -> int:
    if command.minutes is not None:
        return command.minutes * 60
    return int((place.parts[-1].end - place.parts[0].start).total_seconds())


def _designee(command: EntryGiven, states: States, whose: str, month: str) -> str | None:
    """Who supervises where the source does not say: the billing practitioner designated for the month."""
    standing = states.patient(whose).designation(month, command.programme, Side.PRACTITIONER)
    return standing.event.practitioner if standing else None
