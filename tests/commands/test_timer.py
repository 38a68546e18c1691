"""The ledger's own timer: what it saw is observed; a performer has one at a time."""

from typing import Any

from commands.intents.timers import StartTimer, StopTimer
from tests.commands.changes import counted, two_patients
from tests.commands.world import ASSISTANT, NURSE, OTHER_PATIENT, PATIENT, STRANGER, office, patient
from tests.gwt import Given

START, STOP = "2026-03-10T15:00:30+00:00", "2026-03-10T15:20:45+00:00"


def start(**changes: Any) -> StartTimer:
    return StartTimer(**{"patient": PATIENT, "activity": "phone_call", **changes})


def stop(**changes: Any) -> StopTimer:
    return StopTimer(**{"description": "Called about glucose.", **changes})


def running() -> Given:
    return two_patients().by(NURSE).at(START).then(start())


def test_a_timer_that_is_stopped_becomes_an_entry_that_the_ledger_observed() -> None:
    then = running().at(STOP).when(stop())
    entry, stopped = list[Any](then.events)

    assert ("observed_timer", 1215, NURSE) == (entry.capture, entry.seconds, entry.performer)
    assert stopped.entry == entry.entry == then.ids["entry"]
    assert [1215] == counted(running().at(STOP).then(stop()))


def test_a_second_live_start_of_a_performer_is_refused() -> None:
    assert "timer_runs" == running().when(start(patient=OTHER_PATIENT)).refused


def test_another_performers_timer_runs_beside_it() -> None:
    assert running().by(ASSISTANT).when(start()).codes == []


def test_a_timer_can_be_started_again_once_it_is_stopped() -> None:
    assert running().at(STOP).then(stop()).when(start()).codes == []


def test_nothing_is_stopped_where_nothing_runs() -> None:
    assert "no_timer_runs" == two_patients().by(NURSE).when(stop()).refused
    assert "no_timer_runs" == running().by(ASSISTANT).when(stop()).refused


def test_a_timer_that_was_left_running_for_more_than_a_day_can_only_be_discarded() -> None:
    ledger = running().at("2026-03-11T15:00:31+00:00")

    assert "interval_over_24_hours" == ledger.when(stop()).refused
    assert None is ledger.when(stop(discard=True)).event.entry


def test_who_left_a_timer_running_is_told_to_discard_it_and_to_log_the_work() -> None:
    left = running().at("2026-03-11T15:00:31+00:00").when(stop()).refusal

    assert "The timer has run for more than 24 hours." == left.happened
    assert "discard it (`stop_timer` with `discard`)" in left.remedy


def test_a_timer_stopped_in_the_second_of_its_start_is_no_entry() -> None:
    assert "zero_duration" == running().when(stop()).refused


def test_a_discarded_timer_leaves_no_entry() -> None:
    assert [] == counted(running().at(STOP).then(stop(discard=True)))


def test_a_timer_for_a_patient_in_no_practice_says_so_when_it_is_stopped() -> None:
    ledger = office().and_(patient(), *()).by(STRANGER).at(START).then(start())

    assert "patient_in_no_practice" == ledger.at(STOP).when(stop()).refused


def test_what_the_entry_lacks_is_said_when_the_timer_stops() -> None:
    assert ["description_missing"] == running().at(STOP).when(stop(description=None)).codes
