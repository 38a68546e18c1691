"""The history of a patient: nothing left out, both clocks, who vouches, words only for whoever may see them."""

from datetime import UTC, date, datetime

import pytest

from ledger.streams.base import ERASED, SEALED, Event, Fact, Source, Vouched
from ledger.streams.patient import DeathRecorded
from ledger.streams.upcast import EVENTS
from ledger.terms.identity import care_month_tag, patient_tag, refusals_tag
from projections.happened import HAPPENED, happened_on, patients_of, staff_of
from projections.history_line import line_of
from projections.patient_history import facts_of, history
from projections.wording import ERASED_TEXT, SEALED_TEXT, duration, title
from tests.projections.company import NAME, NURSES, an_id, happenings, time
from tests.projections.fake_log import FakeLog, envelope

PATIENT = an_id("pt", 1)
AT = datetime(2026, 3, 31, 23, 50, tzinfo=UTC)


def log_with(*events: Event, vouched: Vouched = Vouched.LOGIN, source: Source | None = None) -> FakeLog:
    log = FakeLog()
    for event in events:
        log.add(event, envelope(NURSES[0], "log_time", vouched=vouched, source=source), AT)
    return log


def erased(fact: Fact) -> Event:
    return fact.event.model_copy(update={"words": ERASED})


def sealed(fact: Fact) -> Event:
    return fact.event.model_copy(update={"words": SEALED})


def opened(fact: Fact) -> Event:
    return fact.event


def test_every_event_says_when_it_happened() -> None:
    assert set(EVENTS) == set(HAPPENED)


def test_every_fact_about_the_patient_is_there_once_and_in_order() -> None:
    log = FakeLog()
    for told in happenings(1, 300):
        log.add(*told)
    about = {
        fact.position
        for fact in log.facts
        for tag in fact.event.tags()
        if tag in (patient_tag(PATIENT), f"care_plan/{PATIENT}", refusals_tag(PATIENT))
        or tag.startswith(f"care_month/{PATIENT}/")
    }

    assert sorted(about) == [line.position for line in history(log, PATIENT)]
    assert len(about) > 20


def test_an_entry_across_a_month_end_is_one_line() -> None:
    entry = time(PATIENT, 1, NURSES[0], AT, 1200)
    second = entry.segments[0].model_copy(update={"on": date(2026, 4, 1)})
    log = log_with(entry.model_copy(update={"segments": (*entry.segments, second)}))

    assert log.tags_starting(f"care_month/{PATIENT}/") == [
        care_month_tag(PATIENT, "2026-03"),
        care_month_tag(PATIENT, "2026-04"),
    ]
    assert [1] == [line.position for line in history(log, PATIENT)]


def test_a_history_as_of_a_position_shows_nothing_learned_later() -> None:
    log = log_with(*(time(PATIENT, n, NURSES[0], AT, 600) for n in range(4)))

    assert [1, 2] == [line.position for line in history(log, PATIENT, as_of=2)]
    assert [3, 4] == [line.position for line in history(log, PATIENT, after=2)]


def test_who_looked_is_shown_on_request() -> None:
    log = FakeLog()
    for told in happenings(2, 300):
        log.add(*told)
    plain, with_accesses = (facts_of(log, PATIENT, with_accesses=each) for each in (False, True))

    assert "record_read" not in {fact.event.TOPIC for fact in plain}
    assert "record_read" in {fact.event.TOPIC for fact in with_accesses}


def test_a_line_keeps_the_clocks_apart() -> None:
    source = Source(system="timer", recorded_at=datetime(2026, 3, 31, 20, 0, tzinfo=UTC))
    log = log_with(time(PATIENT, 1, NURSES[0], datetime(2026, 3, 30, 15, 0, tzinfo=UTC), 600), source=source)
    (line,) = history(log, PATIENT)

    assert line.happened == datetime(2026, 3, 30, 15, 0, tzinfo=UTC)
    assert line.happened_on == date(2026, 3, 30)
    assert line.source_recorded_at == datetime(2026, 3, 31, 20, 0, tzinfo=UTC)
    assert line.recorded_at == AT
    assert line.is_late


@pytest.mark.parametrize(
    ("vouched", "asserted_by"),
    [
        (Vouched.LOGIN, None),
        (Vouched.SOURCE, "timer"),
        (Vouched.SIMULATION, "simulation"),
        (Vouched.PROGRAM, "program"),
    ],
)
def test_what_only_a_source_vouches_for_is_asserted_by_it(vouched: Vouched, asserted_by: str | None) -> None:
    log = log_with(time(PATIENT, 1, NURSES[0], AT, 600), vouched=vouched, source=Source(system="timer"))
    (line,) = history(log, PATIENT)

    assert line.who.asserted_by == asserted_by
    assert line.who.actor == NURSES[0]
    assert line.who.capacity == "clinical_staff"


@pytest.mark.parametrize(
    ("opener", "shown"),
    [(erased, ERASED_TEXT), (sealed, SEALED_TEXT), (opened, NAME)],
)
def test_words_are_shown_opened_sealed_or_erased(opener: object, shown: str) -> None:
    log = log_with(time(PATIENT, 1, NURSES[0], AT, 600))
    (line,) = history(log, PATIENT, open_words=opener)  # type: ignore[arg-type]

    assert shown in {text for _, text in line.words}


def test_time_is_told_in_minutes_and_seconds() -> None:
    line = line_of(log_with(time(PATIENT, 1, NURSES[0], AT, 1170)).facts[0])

    assert line.what == "Time logged"
    assert ("duration", "19 min 30 s") in line.details
    assert ("from", "2026-03-31T23:50:00Z") in line.details
    assert ("activity", "medication_reconciliation") in line.details


def test_untimed_work_of_a_restricted_kind_is_told_by_its_day() -> None:
    untimed = time(PATIENT, 1, NURSES[0], AT, 600).model_copy(
        update={"segments": (), "on": date(2026, 3, 30), "activity": None, "sensitivity": "psychotherapy"}
    )
    line = line_of(log_with(untimed).facts[0])

    assert line.happened == date(2026, 3, 30)
    assert {("on", "2026-03-30"), ("activity", "none given"), ("sensitivity", "psychotherapy")} <= set(line.details)


def test_every_event_of_the_company_has_a_line() -> None:
    log = FakeLog()
    for told in happenings(3, 200):
        log.add(*told)
    lines = [line_of(fact, opened) for fact in log.facts]

    assert len(log.facts) == len(lines)
    assert all(line.what and line.details for line in lines if line.topic != "patient_registered")
    assert not any(NAME in text for line in lines for _, text in line.details)


def test_a_death_happened_on_its_day_and_a_registration_when_it_was_recorded() -> None:
    died = log_with(DeathRecorded(patient=PATIENT, on=date(2026, 2, 1))).facts[0]
    registered = next(told for told in happenings(1, 60) if told.event.TOPIC == "patient_registered")
    log = FakeLog()
    known = log.add(*registered)

    assert happened_on(died) == date(2026, 2, 1)
    assert happened_on(known) == known.recorded_at.date()


def test_facts_name_their_patients_and_staff() -> None:
    events = {told.event.TOPIC: told.event for told in happenings(4, 400)}

    assert staff_of(events["role_granted"]) in NURSES
    assert patients_of(events["role_granted"]) == ()
    assert len(patients_of(events["record_read"])) >= 1
    assert staff_of(events["record_read"]) is None
    assert patients_of(events["command_refused"])[0].startswith("pt_")


def test_words_of_the_field_come_from_the_topic() -> None:
    assert title("care_plan_copy_given") == "Care plan copy given"
    assert duration(59) == "0 min 59 s"
