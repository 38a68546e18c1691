"""Fractions of a second: no entry counts a second that it does not hold whole (CCM-TIME-14)."""

import pytest

from commands.intents.care_month import LogTime
from commands.intents.time_changes import CorrectTime
from commands.intents.timers import StartTimer, StopTimer
from ledger.terms.calendar import stored_instant
from tests.commands.changes import counted, two_patients
from tests.commands.world import NURSE, PATIENT, enrolled, utc
from tests.gwt import Given

MONTH = "2026-03"


def ledger() -> Given:
    return two_patients().at("2026-03-10T22:00:00+00:00").by(NURSE)


def call(start: str, end: str) -> LogTime:
    return LogTime(
        patient=PATIENT,
        performer=NURSE,
        start=utc(f"2026-03-10T{start}"),
        end=utc(f"2026-03-10T{end}"),
        activity="phone_call",
        description="Call about glucose.",
    )


def test_an_entry_that_begins_within_a_second_counts_from_the_next_one() -> None:
    assert 1199 == ledger().when(call("15:00:00.900", "15:20:00")).event.seconds


def test_an_entry_that_ends_within_a_second_counts_up_to_it() -> None:
    assert 1200 == ledger().when(call("15:00:00", "15:20:00.999")).event.seconds


def test_ten_entries_with_fractions_at_both_ends_add_up_to_less_than_they_lasted() -> None:
    then = ledger()
    for minute in range(0, 20, 2):
        then = then.then(call(f"15:{minute:02d}:00.900", f"15:{minute + 1:02d}:59.900"))

    assert [118] * 10 == counted(then)


def test_an_entry_that_ends_within_a_second_and_one_that_begins_there_share_nothing() -> None:
    then = ledger().then(call("09:50:00", "10:00:00.500")).when(call("10:00:00.500", "10:10:00"))
    (piece,) = then.event.segments

    assert ("2026-03-10T10:00:01Z", 599, []) == (stored_instant(piece.start), then.event.seconds, then.codes)


def test_an_entry_of_whole_seconds_is_stored_as_it_was_told() -> None:
    (piece,) = ledger().when(call("15:00:00", "15:20:00")).event.segments

    assert ("2026-03-10T15:00:00Z", "2026-03-10T15:20:00Z") == (stored_instant(piece.start), stored_instant(piece.end))


@pytest.mark.parametrize(
    ("start", "end"),
    [("15:00:00.100", "15:00:00.900"), ("15:00:00.500", "15:00:01.400"), ("15:00:00", "15:00:00.999")],
)
def test_an_entry_without_a_whole_second_is_refused_as_one_of_no_duration(start: str, end: str) -> None:
    assert "zero_duration" == ledger().when(call(start, end)).refused


def test_an_entry_that_ends_a_fraction_before_it_begins_is_refused() -> None:
    assert "end_before_start" == ledger().when(call("15:00:00.900", "15:00:00.100")).refused


def test_the_last_fraction_before_local_midnight_belongs_to_the_next_day() -> None:
    late = enrolled().at("2026-04-01T06:00:00+00:00").by(NURSE)
    over = call("15:00", "15:20").model_copy(
        update={"start": utc("2026-04-01T04:59:59.500"), "end": utc("2026-04-01T05:10")}
    )

    assert ("2026-04",) == late.when(over).event.months()


def test_a_correction_rounds_nothing_up_either() -> None:
    logged = ledger().when(call("15:00", "15:20"))
    told = dict(call("15:00:00.900", "15:20:00"))
    correction = CorrectTime(month=MONTH, entry=logged.ids["entry"], reason="Fractions.", **told)

    assert 1199 == ledger().then(call("15:00", "15:20")).when(correction).event.seconds


def test_the_ledgers_own_timer_rounds_nothing_up_either() -> None:
    running = two_patients().by(NURSE).at("2026-03-10T15:00:00.900+00:00").then(StartTimer(patient=PATIENT))
    entry, _ = running.at("2026-03-10T15:20:00+00:00").when(StopTimer(description="Called.")).events

    assert 1199 == entry.seconds  # type: ignore[attr-defined]
