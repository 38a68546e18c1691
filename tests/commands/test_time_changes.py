"""Corrections, moves and strikes: one fact each, all segments at once; what was said first stays readable."""

from datetime import date
from typing import Any

from ledger.streams.care_month import EntryContent
from ledger.streams.month_state import CareMonth
from ledger.terms.identity import care_month_tag, staff_day_tag
from tests.commands.changes import (
    MONTH,
    as_compliance,
    attested,
    correct,
    counted,
    entry_of,
    logged,
    move,
    strike,
    told,
    two_patients,
    verdict,
)
from tests.commands.world import (
    ADA,
    ASSISTANT,
    BILLER,
    COMPLIANCE,
    NURSE,
    OTHER_PATIENT,
    PATIENT,
    utc,
)
from tests.gwt import Given, opaque

NO_ENTRY = opaque("te", 999)


def month(ledger: Given, whose: str = PATIENT, which: str = MONTH) -> CareMonth:
    state: CareMonth = ledger.state(care_month_tag(whose, which))
    return state


# --- correct_time ------------------------------------------------------------------------------------------------


def test_the_performer_corrects_own_time_and_the_entry_keeps_its_place() -> None:
    first = logged()
    ledger = logged("2026-03-10T16:00", "2026-03-10T16:05", ledger=first)
    then = ledger.by(NURSE).then(correct(entry_of(ledger)))

    assert [600, 300] == counted(then)
    assert [e.place for e in month(ledger).entries] == [e.place for e in month(then).entries]
    assert ["time_corrected"] == [n.code for n in verdict(then).lines[0].notices]


def test_a_correction_says_the_reason_under_the_seal_and_holds_the_whole_entry() -> None:
    ledger = logged()
    event = ledger.by(NURSE).when(correct(entry_of(ledger))).event

    assert "The call list shows other times." == event.words.reason
    assert (600, "phone_call", True) == (event.seconds, event.activity, event.described)
    assert ["words"] == [sealing.field for sealing in event.sealing()]


def test_what_was_said_first_stays_in_the_ledger() -> None:
    ledger = logged()
    then = ledger.by(NURSE).then(correct(entry_of(ledger)))

    assert [1500, 600] == [f.event.seconds for f in then.facts if isinstance(f.event, EntryContent)]


def test_a_correction_out_of_the_month_takes_the_entry_out_of_it_and_into_the_other() -> None:
    ledger = logged()
    command = correct(entry_of(ledger), "2026-02-10T15:00", "2026-02-10T15:25")
    then = ledger.by(NURSE).then(command)

    assert ([], [1500]) == (counted(then), counted(then, month="2026-02"))
    assert ["corrected"] == [gone.why for gone in month(then).gone]
    assert ("2026-03",) == ledger.when(command).event.left_months


def test_a_correction_across_the_end_of_a_month_replaces_all_segments_at_once() -> None:
    ledger = logged("2026-04-01T04:50", "2026-04-01T05:10")
    assert ([600], [600]) == (counted(ledger), counted(ledger, month="2026-04"))
    then = ledger.by(NURSE).then(correct(entry_of(ledger), "2026-03-31T20:00", "2026-03-31T20:30"))

    assert ([1800], []) == (counted(then), counted(then, month="2026-04"))


def test_an_entry_that_crosses_midnight_is_found_in_either_month() -> None:
    ledger = logged("2026-04-01T04:50", "2026-04-01T05:10")
    entry = entry_of(ledger)
    then = ledger.by(NURSE).when(correct(entry, "2026-04-01T05:00", "2026-04-01T05:10", month="2026-04"))

    assert ("2026-03",) == then.event.left_months


def test_a_correction_back_into_the_month_stands_where_the_entry_stood() -> None:
    ledger = logged()
    entry = entry_of(ledger)
    away = ledger.by(NURSE).then(correct(entry, "2026-02-10T15:00", "2026-02-10T15:25"))
    back = away.then(correct(entry, month="2026-02"))

    assert ([600], ()) == (counted(back), month(back).gone)
    assert month(back).entries[0].place == month(ledger).entries[0].place


def test_a_correction_leaves_the_performers_old_day() -> None:
    ledger = logged()
    then = ledger.by(NURSE).then(correct(entry_of(ledger), "2026-03-09T15:00", "2026-03-09T15:10"))
    days = [then.state(staff_day_tag(NURSE, date(2026, 3, day))) for day in (9, 10)]

    assert [1, 0] == [len(day.worked) for day in days]


def test_a_corrected_entry_keeps_the_seconds_that_it_was_first_to_hold() -> None:
    first = logged()
    ledger = logged("2026-03-10T15:20", "2026-03-10T15:30", ledger=first, performer=ASSISTANT)
    assert [1500, 300] == counted(ledger)
    then = ledger.by(NURSE).then(correct(entry_of(ledger), "2026-03-10T15:05", "2026-03-10T15:29"))

    assert [1440, 60] == counted(then)


def test_lateness_is_that_of_the_first_recording() -> None:
    ledger = logged()
    later = ledger.by(NURSE).at("2026-03-30T15:00:00+00:00").then(correct(entry_of(ledger)))

    assert ["time_corrected"] == [n.code for n in verdict(later).lines[0].notices]


def test_an_entry_without_clock_times_gets_them_by_correction() -> None:
    ledger = logged(None, ledger=two_patients().row("r1"), on=date(2026, 3, 10), minutes=25).row(None)
    then = ledger.by(NURSE).then(correct(entry_of(ledger)))

    assert ([1500], [600]) == (counted(ledger), counted(then))
    assert verdict(then).lines[0].is_timed


def test_a_correction_tells_at_once_what_does_not_count() -> None:
    ledger = logged()
    then = ledger.by(NURSE).when(correct(entry_of(ledger), description=None))

    assert ["description_missing", "time_corrected"] == then.codes


def test_a_correction_that_tells_of_more_time_is_as_late_as_it_comes() -> None:
    ledger = logged()
    later = ledger.by(NURSE).at("2026-03-20T15:00:00+00:00")
    shorter = later.then(correct(entry_of(ledger)))
    longer = later.then(correct(entry_of(ledger), end="2026-03-10T15:40"))
    elsewhere = later.then(correct(entry_of(ledger), "2026-03-19T09:00", "2026-03-19T09:10"))

    assert "recorded_very_late" not in [n.code for n in verdict(shorter).lines[0].notices]
    assert "recorded_very_late" in [n.code for n in verdict(longer).lines[0].notices]
    assert month(elsewhere).entries[0].recorded_at == utc("2026-03-20T15:00")


def test_times_within_an_entry_without_clock_times_are_no_later_than_it() -> None:
    ledger = logged(None, ledger=two_patients().row("r1"), on=date(2026, 3, 10), minutes=25).row(None)
    then = ledger.by(NURSE).at("2026-03-20T15:00:00+00:00").then(correct(entry_of(ledger)))

    assert month(ledger).entries[0].recorded_at == month(then).entries[0].recorded_at


def test_nobody_corrects_the_time_of_another() -> None:
    ledger = logged()
    entry = entry_of(ledger)

    assert ["not_the_performer"] * 4 == [
        ledger.by(who).when(correct(entry)).refused for who in (ASSISTANT, ADA, BILLER, COMPLIANCE)
    ]


def test_a_correction_does_not_change_the_performer() -> None:
    ledger = logged()

    assert "not_the_performer" == ledger.by(NURSE).when(correct(entry_of(ledger), performer=ASSISTANT)).refused


def test_an_entry_that_is_not_there_is_not_corrected() -> None:
    assert "no_such_entry" == logged().by(NURSE).when(correct(NO_ENTRY)).refused


def test_an_entry_that_was_corrected_into_another_month_is_not_to_be_logged_anew() -> None:
    ledger = logged()
    entry = entry_of(ledger)
    out = ledger.at("2026-04-05T15:00:00+00:00").by(NURSE).then(correct(entry, "2026-04-02T15:00", "2026-04-02T15:10"))
    there = out.when(correct(entry)).refusal

    assert ("entry_not_standing", True) == (there.code, "corrected into another month" in there.happened)
    assert "stands there now, and is changed there" in there.remedy


def test_an_entry_that_stands_no_more_is_not_corrected() -> None:
    ledger = logged()
    entry = entry_of(ledger)
    struck = as_compliance(ledger).then(strike(entry))

    assert "entry_not_standing" == struck.by(NURSE).when(correct(entry)).refused


def test_a_correction_must_be_as_readable_as_an_entry() -> None:
    ledger = logged()
    entry = entry_of(ledger)
    by = ledger.by(NURSE)

    assert "time_shape_unclear" == by.when(correct(entry, minutes=5)).refused
    assert "end_before_start" == by.when(correct(entry, "2026-03-10T15:00", "2026-03-10T14:00")).refused
    assert "zero_duration" == by.when(correct(entry, "2026-03-10T15:00", "2026-03-10T15:00")).refused
    assert "interval_over_24_hours" == by.when(correct(entry, "2026-03-09T15:00", "2026-03-10T15:01")).refused
    assert "in_the_future" == by.when(correct(entry, "2026-03-10T15:00", "2026-03-10T16:00")).refused


def test_clock_times_that_reach_into_another_day_are_as_late_as_they_come() -> None:
    ledger = logged(None, ledger=two_patients().row("r1"), on=date(2026, 3, 10), minutes=25).row(None)
    over_midnight = correct(entry_of(ledger), "2026-03-11T04:50", "2026-03-11T05:10")
    then = ledger.by(NURSE).at("2026-03-20T15:00:00+00:00").then(over_midnight)

    assert utc("2026-03-20T15:00") == month(then).entries[0].recorded_at


# --- corrections of attested months ------------------------------------------------------------------------------


def test_a_correction_lowers_an_attested_month_at_once() -> None:
    ledger = attested(logged())
    then = ledger.by(NURSE).then(correct(entry_of(ledger)))

    assert ([600], "stale") == (counted(then), verdict(then).standing)


def test_a_correction_does_not_raise_an_attested_month() -> None:
    ledger = attested(logged())
    then = ledger.by(NURSE).then(correct(entry_of(ledger), "2026-03-10T15:00", "2026-03-10T15:50"))
    (line,) = verdict(then).lines

    assert (1500, "stale") == (line.counted, verdict(then).standing)
    assert ("raise_awaits_approval", 1500) == (line.notices[0].code, line.notices[0].seconds)
    assert ["recorded_very_late", "time_corrected"] == [n.code for n in line.notices[1:]]


def test_a_correction_brings_no_new_seconds_into_an_attested_month_in_place_of_old_ones() -> None:
    ledger = attested(logged())
    then = ledger.by(NURSE).then(correct(entry_of(ledger), "2026-03-10T15:15", "2026-03-10T15:40"))

    assert [600] == counted(then)


def test_clock_times_within_what_was_attested_without_them_count_and_no_more() -> None:
    untimed = logged(None, ledger=two_patients().row("r1"), on=date(2026, 3, 10), minutes=25).row(None)
    ledger = attested(untimed).by(NURSE)
    shorter = ledger.then(correct(entry_of(ledger)))
    longer = ledger.then(correct(entry_of(ledger), "2026-03-10T15:00", "2026-03-10T15:50"))

    assert ([600], [1500]) == (counted(shorter), counted(longer))


def test_what_was_attested_with_clock_times_counts_without_them_as_far_as_it_did() -> None:
    ledger = attested(logged()).by(NURSE)
    untimed: dict[str, Any] = {"start": None, "end": None, "on": date(2026, 3, 10)}
    shorter = ledger.then(correct(entry_of(ledger)).model_copy(update={**untimed, "minutes": 20}))
    longer = ledger.then(correct(entry_of(ledger)).model_copy(update={**untimed, "minutes": 40}))

    assert ([1200], [1500]) == (counted(shorter), counted(longer))


def test_an_activity_that_turns_to_counted_waits_too() -> None:
    appointment = logged("2026-03-11T15:00", "2026-03-11T15:10", ledger=logged(), activity="appointment_booking")
    ledger = attested(appointment)
    entry = entry_of(ledger, 1)
    then = ledger.by(NURSE).then(correct(entry, "2026-03-11T15:00", "2026-03-11T15:10"))

    assert [1500, 0] == counted(ledger) == counted(then)
    assert "raise_awaits_approval" in [n.code for n in verdict(then).lines[1].notices]


def test_a_correction_of_a_correction_is_measured_against_what_was_attested() -> None:
    ledger = attested(logged())
    entry = entry_of(ledger)
    shorter = ledger.by(NURSE).then(correct(entry))
    longer = shorter.then(correct(entry, "2026-03-10T15:00", "2026-03-10T15:25"))

    assert ([600], [1500]) == (counted(shorter), counted(longer))


# --- move_time -------------------------------------------------------------------------------------------------


def test_time_about_the_wrong_patient_is_moved_in_one_fact() -> None:
    ledger = logged()
    then = ledger.by(NURSE).then(move(entry_of(ledger)))

    assert 1 == len(then.facts) - len(ledger.facts)
    assert ([], ["moved"]) == (counted(then), [gone.why for gone in month(then).gone])
    assert [True] == [e.marks.is_moved_here for e in month(then, OTHER_PATIENT).entries if e.marks]


def test_a_moved_entry_has_an_id_of_its_own_and_the_words_of_each_patient_under_their_own_seal() -> None:
    ledger = logged()
    then = ledger.by(NURSE).when(move(entry_of(ledger)))
    event = then.event

    assert then.ids["entry"] == event.entry != event.from_entry
    assert [OTHER_PATIENT in s.scope for s in event.sealing()] == [True, False]
    assert [PATIENT in s.scope for s in event.sealing()] == [False, True]


def test_a_moved_entry_takes_the_place_of_the_move() -> None:
    there = logged("2026-03-10T15:10", "2026-03-10T15:30", patient=OTHER_PATIENT, performer=ASSISTANT)
    ledger = logged(ledger=there)
    then = ledger.by(NURSE).then(move(entry_of(ledger)))
    held = [e.held_by_others for e in month(then, OTHER_PATIENT).entries]

    assert [0, 900] == [sum(end - start for start, end in each) for each in held]


def test_a_move_frees_the_performer_with_the_first_patient() -> None:
    ledger = logged("2026-03-10T15:10", "2026-03-10T15:30", ledger=logged(), patient=OTHER_PATIENT)
    assert [1500] == counted(ledger)
    then = ledger.by(NURSE).then(move(entry_of(ledger), to_patient=OTHER_PATIENT))
    day = then.state(staff_day_tag(NURSE, date(2026, 3, 10)))

    assert (frozenset(), ()) == (day.contested, day.lost)


def test_compliance_moves_time_of_others() -> None:
    ledger = logged()

    assert as_compliance(ledger).when(move(entry_of(ledger))).event.from_patient == PATIENT


def test_another_nurse_does_not_move_time() -> None:
    ledger = logged()

    assert "not_the_performer" == ledger.by(ASSISTANT).when(move(entry_of(ledger))).refused


def test_a_move_does_not_change_the_performer() -> None:
    ledger = logged()

    assert "not_the_performer" == ledger.by(NURSE).when(move(entry_of(ledger), performer=ASSISTANT)).refused


def test_time_is_not_moved_to_the_patient_it_is_about() -> None:
    ledger = logged()

    assert "same_patient" == ledger.by(NURSE).when(move(entry_of(ledger), to_patient=PATIENT)).refused


def test_moved_time_does_not_raise_an_attested_month() -> None:
    there = logged("2026-03-11T15:00", "2026-03-11T15:05", ledger=logged(), patient=OTHER_PATIENT)
    ledger = attested(there)
    entry = entry_of(ledger, whose=OTHER_PATIENT)
    command = move(entry, "2026-03-11T15:00", "2026-03-11T15:05", patient=OTHER_PATIENT, to_patient=PATIENT)
    then = ledger.by(NURSE).then(command)

    assert [1500, 0] == counted(then)


# --- strike_time ------------------------------------------------------------------------------------------------


def test_compliance_strikes_an_entry_with_evidence_and_it_stays_readable() -> None:
    ledger = logged()
    then = as_compliance(ledger).then(strike(entry_of(ledger)))
    (gone,) = month(then).gone

    assert ([], "struck", 1500) == (counted(then), gone.why, gone.entry.seconds)


def test_a_struck_entry_holds_no_second_any_more() -> None:
    ledger = logged("2026-03-10T15:10", "2026-03-10T15:30", ledger=logged(), performer=ASSISTANT)
    assert [1500, 300] == counted(ledger)
    then = as_compliance(ledger).then(strike(entry_of(ledger)))

    assert [1200] == counted(then)


def test_a_strike_gives_the_performer_back_to_the_other_patient() -> None:
    ledger = logged("2026-03-10T15:10", "2026-03-10T15:30", ledger=logged(), patient=OTHER_PATIENT)
    then = as_compliance(ledger).then(strike(entry_of(ledger)))

    assert () == then.state(staff_day_tag(NURSE, date(2026, 3, 10))).lost


def test_a_strike_across_midnight_strikes_both_months() -> None:
    ledger = logged("2026-04-01T04:50", "2026-04-01T05:10")
    then = as_compliance(ledger).then(strike(entry_of(ledger)))

    assert ([], []) == (counted(then), counted(then, month="2026-04"))


def test_striking_again_changes_nothing() -> None:
    ledger = logged()
    struck = as_compliance(ledger).then(strike(entry_of(ledger)))

    assert (len(struck.facts),) == struck.when(strike(entry_of(ledger))).unchanged


def test_a_moved_entry_is_not_struck() -> None:
    ledger = logged()
    moved = ledger.by(NURSE).then(move(entry_of(ledger)))

    assert "entry_not_standing" == as_compliance(moved).when(strike(entry_of(ledger))).refused


def test_only_compliance_strikes() -> None:
    ledger = logged()

    assert "capacity_missing" == ledger.by(ADA).when(strike(entry_of(ledger))).refused


def test_nobody_strikes_own_time() -> None:
    ledger = logged(performer=COMPLIANCE)

    assert "not_self" == as_compliance(ledger).when(strike(entry_of(ledger))).refused


def test_what_was_struck_can_be_logged_anew() -> None:
    ledger = logged()
    struck = as_compliance(ledger).then(strike(entry_of(ledger)))
    again = logged(ledger=struck)

    assert [1500] == counted(again)


def test_a_strike_says_when_it_was_done_and_the_history_of_the_month_keeps_its_times() -> None:
    ledger = logged()
    event = as_compliance(ledger).when(strike(entry_of(ledger))).event

    assert (("2026-03",), (date(2026, 3, 10),), NURSE) == (event.months, event.days, event.performer)
    assert utc("2026-03-10T15:00") == told(ledger).segments[0].start
