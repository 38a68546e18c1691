"""The trail: who did what when, to whom, what was refused; along both clocks, page by page."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from ledger.store.engine import StoredReadModels
from ledger.streams.access import CommandRefused, RecordRead
from ledger.streams.base import ERASED
from ledger.streams.governance import DeliveryReleased
from ledger.streams.patient import PracticeAssigned
from ledger.terms.people import Role
from projections.audit_trail import outcome_of
from projections.follow import Follower
from projections.happened import month_of_fact
from projections.questions import AuditPage, audit, counted_actions
from projections.wording import ERASED_TEXT
from tests.projections.company import BILLER, NURSES, PRACTICES, PRACTITIONERS, an_id, set_up, time
from tests.projections.conftest import OpenModels
from tests.projections.fake_log import FakeLog, envelope

MARCH = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
FIRST, SECOND = an_id("pt", 1), an_id("pt", 2)


@pytest.fixture
def log() -> FakeLog:
    """Set-up, two assignments, three entries (one late), a refusal that was repeated, a read of two charts."""
    made = FakeLog()
    for event in set_up():
        made.add(event, envelope(BILLER, "init", capacity=None), MARCH)
    nurse = envelope(NURSES[0], "log_time")
    for patient, practice in ((FIRST, PRACTICES[0]), (SECOND, PRACTICES[1])):
        made.add(PracticeAssigned(patient=patient, practice=practice, from_on=date(2026, 1, 1)), nurse, MARCH)
    made.add(time(FIRST, 1, NURSES[0], MARCH, 600), nurse, MARCH + timedelta(hours=1))
    made.add(time(SECOND, 2, NURSES[0], MARCH, 600), nurse, MARCH + timedelta(hours=2))
    made.add(time(FIRST, 3, NURSES[0], MARCH, 600), nurse, MARCH + timedelta(days=30))
    refusal = CommandRefused(
        subject=FIRST, command="attest_month", code="minutes_below_minimum", because="13 of 20", on=date(2026, 4, 2)
    )
    refused = made.add(refusal, envelope(PRACTITIONERS[0], "attest_month"), MARCH + timedelta(days=31))
    made.repeats[refused.position] = 7
    read = RecordRead(reader=BILLER, on=date(2026, 4, 3), question="months", patients=(FIRST, SECOND))
    made.add(read, envelope(BILLER, "months", capacity=Role.BILLER), MARCH + timedelta(days=32))
    return made


@pytest.fixture
def models(open_models: OpenModels, log: FakeLog) -> StoredReadModels:
    opened = open_models("one")
    Follower(log, opened).pull()
    return opened


def topics(page: AuditPage) -> list[str]:
    return [entry.row.topic for entry in page.entries]


def test_every_fact_is_in_the_trail_once(log: FakeLog, models: StoredReadModels) -> None:
    page = audit(log, models, limit=1000)

    assert [fact.position for fact in log.facts] == [entry.row.position for entry in page.entries]
    assert sum(count for _, count in counted_actions(models)) == len(log.facts)


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ({"actor": PRACTITIONERS[0]}, ["command_refused"]),
        ({"outcome": "refused"}, ["command_refused"]),
        ({"action": "command_refused"}, ["command_refused"]),
        ({"action": "attest_month"}, ["command_refused"]),
        ({"action": "record_read"}, ["record_read"]),
        ({"patient": SECOND}, ["practice_assigned", "time_logged", "record_read"]),
        ({"patient": FIRST, "action": "time_logged"}, ["time_logged", "time_logged"]),
        ({"patient": SECOND, "practice": PRACTICES[0]}, ["time_logged"]),
        ({"practice": PRACTICES[1], "actor": BILLER}, ["practice_registered", "record_read"]),
        ({"patient": an_id("pt", 9)}, []),
    ],
)
def test_the_trail_is_searched_by(
    log: FakeLog, models: StoredReadModels, search: dict[str, Any], expected: list[str]
) -> None:
    assert expected == topics(audit(log, models, **search))


def test_the_two_clocks_answer_differently_for_late_work(log: FakeLog, models: StoredReadModels) -> None:
    recorded = audit(log, models, action="time_logged", until=MARCH + timedelta(days=1))
    happened = audit(log, models, action="time_logged", until=date(2026, 3, 2), clock="happened")

    assert len(recorded.entries) == 2
    assert len(happened.entries) == 3


def test_along_the_clock_of_recording_both_ends_are_included(log: FakeLog, models: StoredReadModels) -> None:
    at = MARCH + timedelta(hours=1)

    assert ["time_logged"] == topics(audit(log, models, since=at, until=at))


def test_an_instant_on_the_clock_of_happening_is_taken_by_its_date(log: FakeLog, models: StoredReadModels) -> None:
    found = audit(log, models, action="time_logged", since=MARCH, until=MARCH, clock="happened")

    assert len(found.entries) == 3


def test_pages_follow_each_other_without_gap_or_repeat(log: FakeLog, models: StoredReadModels) -> None:
    seen: list[int] = []
    after: int | None = 0
    while after is not None:
        page = audit(log, models, after=after, limit=4)
        seen += [entry.row.position for entry in page.entries]
        after = page.next_after

    assert list(range(1, len(log.facts) + 1)) == seen


def test_a_search_as_of_a_position_shows_nothing_later(log: FakeLog, models: StoredReadModels) -> None:
    page = audit(log, models, as_of=3)

    assert [1, 2, 3] == [entry.row.position for entry in page.entries]
    assert page.position == 3


def test_a_refusal_says_how_often_it_happened(log: FakeLog, models: StoredReadModels) -> None:
    (entry,) = audit(log, models, outcome="refused").entries

    assert entry.times == 7
    assert entry.row.code == "minutes_below_minimum"
    assert entry.row.patient == FIRST


def test_words_in_the_trail_are_opened_on_request(log: FakeLog, models: StoredReadModels) -> None:
    page = audit(
        log,
        models,
        action="time_logged",
        limit=1,
        open_words=lambda fact: fact.event.model_copy(update={"words": ERASED}),
    )

    assert ERASED_TEXT in {text for _, text in page.entries[0].line.words}


def test_a_delivery_that_was_released_and_refused_is_a_refusal() -> None:
    event = DeliveryReleased(delivery=an_id("dv", 1), source="timer", outcome="refused", code="patient_unknown")

    assert outcome_of(event) == ("refused", "patient_unknown")


def test_time_names_its_first_month() -> None:
    assert month_of_fact(time(FIRST, 1, NURSES[0], MARCH, 600)) == "2026-03"
