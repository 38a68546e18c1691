"""Deciders about the ledger's own timer: what it measures is observed here, and asserted by nobody (readings, 5)."""

from typing import Any, Final

from commands.deciding import Asked, Law, States
from commands.entry_given import Place, content_of, place_of, unreadable, words_or_none
from commands.intents.care_month import LogTime
from commands.intents.timers import StartTimer, StopTimer
from commands.time_standing import notices_of_entry
from ledger.streams.care_month import TimeLogged
from ledger.streams.timers import Timers, TimerStarted, TimerStopped
from ledger.terms.identity import patient_tag, staff_tag, timer_tag
from ledger.terms.notices import in_order
from ledger.terms.outcome import Accepted, Outcome
from ledger.terms.refusals import refused

_TIMER: Final = {
    "zero_duration": "Since the timer was started no whole second has passed.",
    "interval_over_24_hours": "The timer has run for more than 24 hours.",
}
"""What happened, where what the timer saw is no entry."""


def decide_start_timer(asked: Asked[StartTimer], states: States, law: Law) -> Outcome:
    """Start the actor's timer for a patient, by the ledger's clock.

    Reads the actor's timers and the patient. Refuses: timer_runs (CCM-TIME-05: nobody works for two at once).
    """
    if need := states.missing(timer_tag(asked.actor), patient_tag(asked.patient)):
        return need
    timers: Timers = states.get(timer_tag(asked.actor))
    if timers.running is not None:
        return refused("timer_runs")
    event = TimerStarted(
        timer=asked.new_id("tm"),
        performer=asked.actor,
        patient=asked.patient,
        programme=asked.command.programme,
        activity=asked.command.activity,
        started_at=asked.now,
    )
    return Accepted((event,), (), (("timer", event.timer),))


def decide_stop_timer(asked: Asked[StopTimer], states: States, law: Law) -> Outcome:
    """Stop the actor's timer, by the ledger's clock: it becomes an entry of `observed_timer`, or, discarded, nothing.

    Reads the actor and the actor's timers, the patient, the practice of the day, months and days of the entry; law:
    everything that counting time reads. Refuses, in order: no_timer_runs, zero_duration, interval_over_24_hours,
    patient_in_no_practice. Notices: those of the judge.
    """
    if need := states.missing(timer_tag(asked.actor), staff_tag(asked.actor)):
        return need
    timers: Timers = states.get(timer_tag(asked.actor))
    running = timers.running
    if running is None:
        return refused("no_timer_runs")
    if asked.command.discard:
        return Accepted((_stopped(asked, running, None),))
    if need := states.missing(patient_tag(running.patient)):
        return need
    given = _as_entry(asked, running)
    if refusal := unreadable(given, needs_row=False):
        return refusal._replace(happened=_TIMER.get(refusal.code, refusal.happened))
    place = place_of(given, states, running.patient)
    if not isinstance(place, Place):
        return place
    if need := states.missing(*place.tags(states, running.patient, asked.actor)):
        return need
    content = content_of(given, states, law, place, running.patient)
    content |= {"capture": "observed_timer", "words": words_or_none(content["words"])}
    event = TimeLogged(entry=asked.new_id("te"), **content)
    notices = in_order(notices_of_entry(event, states, law, asked.now))
    ids = (("patient", running.patient), ("entry", event.entry))
    return Accepted((event, _stopped(asked, running, event.entry)), notices, ids)


def _stopped(asked: Asked[StopTimer], running: TimerStarted, entry: str | None) -> TimerStopped:
    return TimerStopped(
        timer=running.timer, performer=asked.actor, patient=running.patient, stopped_at=asked.now, entry=entry
    )


def _as_entry(asked: Asked[StopTimer], running: TimerStarted) -> Asked[LogTime]:
    """What the timer saw, as if it had been sent."""
    command = asked.command
    sent = LogTime(
        patient=running.patient,
        performer=asked.actor,
        programme=running.programme,
        start=running.started_at,
        end=asked.now,
        activity=command.activity or running.activity,
        description=command.description,
        work_country=command.work_country,
        contact=command.contact,
    )
    people: dict[str, Any] = {**asked.people, "patient": running.patient, "performer": asked.actor}
    return asked._replace(command=sent, people=people)  # type: ignore[arg-type, return-value]
