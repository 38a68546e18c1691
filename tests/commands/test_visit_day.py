"""Time on the day of a visit of the billing practitioner: for review, or not counted where the law bars such a day."""

from dataclasses import replace

import pytest

from commands.intents.care_month import LogTime
from ledger.streams.patient import VisitRecorded
from tests.commands.world import ADA, BO, NURSE, PATIENT, enrolled, on, utc
from tests.gwt import Given, opaque
from tests.rulebook.case_months import under

KNOB = "medicare.ccm.time.visit_day_counts"


def visited(code: str = "99214", day: str = "2026-03-10", by: str = ADA) -> Given:
    visit = VisitRecorded(patient=PATIENT, visit=opaque("vs", 9), on=on(day), code=code, practitioner=by)
    return enrolled().and_(visit).by(NURSE).at("2026-03-10T22:00:00+00:00")


def call() -> LogTime:
    return LogTime(
        patient=PATIENT,
        performer=NURSE,
        start=utc("2026-03-10T19:00"),
        end=utc("2026-03-10T19:20"),
        activity="phone_call",
        description="Call about glucose.",
        work_country="US",
    )


def barring(ledger: Given) -> Given:
    """The same ledger under a law that bars the day of a visit."""
    book, edition = ledger.law
    return replace(ledger, law=(under(book, {KNOB: False}), edition))


def test_time_on_the_day_of_a_visit_is_told_to_whoever_logs_it() -> None:
    assert ["visit_same_day"] == visited().when(call()).codes


@pytest.mark.parametrize(
    ("code", "day", "by"),
    [("G0439", "2026-03-10", ADA), ("99214", "2026-03-09", ADA), ("99214", "2026-03-10", BO)],
    ids=["a wellness visit", "the day before", "another practitioner"],
)
def test_other_visits_are_not_mentioned(code: str, day: str, by: str) -> None:
    assert [] == visited(code, day, by).when(call()).codes


def test_where_the_law_bars_the_day_of_a_visit_its_time_does_not_count() -> None:
    (notice,) = barring(visited()).when(call()).notices

    assert ("visit_day", 1200) == (notice.code, notice.seconds)
    assert (KNOB,) == notice.readings


def test_where_the_law_bars_it_the_day_before_a_visit_counts() -> None:
    assert [] == barring(visited(day="2026-03-09")).when(call()).codes
