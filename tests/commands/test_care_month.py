"""Time: stored whatever it says, cut at local midnight, told at once what does not count and why."""

from datetime import date
from typing import Any

import pytest

from commands.intents.care_month import LogTime
from ledger.streams.base import SEALED
from ledger.streams.practice import PolicyAdopted
from ledger.terms.people import Programme, Role
from tests.commands.world import (
    ADA,
    ASSISTANT,
    BILLER,
    DESK,
    FEED,
    NURSE,
    OTHER_PATIENT,
    OTHER_PRACTICE,
    PATIENT,
    PRACTICE,
    SINCE,
    STRANGER,
    assigned,
    died,
    enrolled,
    known,
    office,
    on,
    patient,
    person,
    utc,
)
from tests.gwt import Given, opaque


def work(start: str | None = "2026-03-31T15:00", end: str | None = "2026-03-31T15:20", **changes: Any) -> LogTime:
    whole: dict[str, Any] = {
        "patient": PATIENT,
        "performer": NURSE,
        "start": utc(start) if start else None,
        "end": utc(end) if end else None,
        "activity": "phone_call",
        "description": "Glucose log reviewed by phone.",
    }
    return LogTime(**{**whole, **changes})


def untimed(minutes: int = 20, day: str = "2026-03-30", **changes: Any) -> LogTime:
    return work(None, None, on=on(day), minutes=minutes, **changes)


# --- what is stored ---------------------------------------------------------------------------------------------


def test_clean_time_counts_and_nothing_is_said() -> None:
    then = enrolled().by(NURSE).when(work())

    assert (1200, PRACTICE, "America/Chicago", []) == (
        then.event.seconds,
        then.event.practice,
        then.event.zone,
        then.codes,
    )


def test_an_entry_is_cut_down_to_whole_seconds() -> None:
    late = utc("2026-03-31T15:00").replace(second=30, microsecond=999_999)

    assert 1169 == enrolled().by(NURSE).when(work(start=None).model_copy(update={"start": late})).event.seconds


def test_words_of_either_kind_are_sealed() -> None:
    described = enrolled().by(NURSE).when(work())
    by_its_own_word = enrolled().by(NURSE).when(work(activity="foot care class", description=None))

    assert ("Glucose log reviewed by phone.", None) == (
        described.event.words.description,
        described.event.words.activity,
    )
    assert (None, "foot care class") == (
        by_its_own_word.event.words.description,
        by_its_own_word.event.words.activity,
    )


def test_who_bills_ccm_supervises_no_time_of_another_programme() -> None:
    then = enrolled().by(NURSE)

    assert (ADA, None) == (
        then.when(work()).event.supervised_by,
        then.when(work(programme=Programme.RPM)).event.supervised_by,
    )


def test_work_across_midnight_at_month_end_belongs_to_both_months() -> None:
    ledger = enrolled().at("2026-04-01T06:00:00+00:00").by(NURSE)
    then = ledger.when(work("2026-04-01T04:50", "2026-04-01T05:10"))

    assert [date(2026, 3, 31), date(2026, 4, 1)] == [segment.on for segment in then.event.segments]
    assert ("2026-03", "2026-04") == then.event.months()
    assert 1200 == then.event.seconds


def test_an_hour_that_the_clock_change_takes_is_not_lost() -> None:
    ledger = enrolled().at("2026-03-08T12:00:00+00:00").by(NURSE)

    assert 3600 == ledger.when(work("2026-03-08T07:30", "2026-03-08T08:30")).event.seconds


def test_the_billing_practitioner_supervises_where_nobody_is_named() -> None:
    named = enrolled().by(NURSE).when(work(supervised_by=STRANGER)).event.supervised_by

    assert ADA == enrolled().by(NURSE).when(work()).event.supervised_by
    assert STRANGER == named


def test_a_word_of_the_source_that_is_in_no_list_is_sealed_and_counts_as_unlisted() -> None:
    then = enrolled().by(NURSE).when(work(activity="Chart scrubbing"))

    assert ("unlisted", "Chart scrubbing") == (then.event.activity, then.event.words.activity)
    assert ["activity_not_listed"] == then.codes
    assert "Chart" not in then.event.model_dump_json()


def test_an_entry_without_words_seals_nothing() -> None:
    then = enrolled().by(NURSE).when(work(activity=None, description=None))

    assert then.event.words is SEALED
    assert ["activity_missing", "description_missing"] == then.codes


def test_a_blank_description_describes_nothing() -> None:
    then = enrolled().by(NURSE).when(work(description="   "))

    assert ["description_missing"] == then.codes


def test_who_enters_for_somebody_else_is_kept() -> None:
    own, other = (enrolled().by(actor).when(work()).event.entered_by for actor in (NURSE, ASSISTANT))

    assert (None, ASSISTANT) == (own, other)


def test_an_integration_hands_on_and_enters_nothing() -> None:
    assert enrolled().by(FEED).when(work()).event.entered_by is None


def test_time_that_a_biller_enters_for_a_nurse_counts_with_a_review_notice() -> None:
    then = enrolled().by(BILLER).when(work())

    assert ["entered_by_biller"] == then.codes


def test_the_decision_rests_on_the_streams_that_another_entry_would_move() -> None:
    read = enrolled().by(NURSE).when(work()).read

    assert {f"care_month/{PATIENT}/2026-03", f"staff_day/{NURSE}/2026-03-31", f"patient/{PATIENT}"} <= read


# --- the practice of the day ------------------------------------------------------------------------------------


def unassigned() -> Given:
    return office().and_(patient())


def test_a_patient_of_no_practice_is_kept_in_the_performers() -> None:
    then = unassigned().by(NURSE).when(work())

    assert PRACTICE == then.event.practice
    assert "practice_of_performer" in then.codes


def test_before_the_assignment_the_only_practice_of_a_patient_will_do() -> None:
    later = unassigned().and_(assigned(since=on("2026-04-01"))).by(FEED)
    then = later.when(work(performer=FEED))

    assert PRACTICE == then.event.practice
    assert "practice_of_performer" in then.codes


def test_the_local_date_says_to_which_practice_the_patient_belonged() -> None:
    moved = enrolled().and_(assigned(where=OTHER_PRACTICE, since=on("2026-03-31"))).by(NURSE)
    evening = moved.when(work("2026-03-31T02:00", "2026-03-31T02:20"))
    next_day = moved.when(work())

    assert (PRACTICE, OTHER_PRACTICE) == (evening.event.practice, next_day.event.practice)


def test_time_of_nobodys_practice_cannot_be_placed() -> None:
    assert "patient_in_no_practice" == unassigned().by(FEED).when(work(performer=FEED)).refused


# --- what cannot be read ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"start": None},
        {"end": None},
        {"start": None, "end": None},
        {"on": on("2026-03-30")},
        {"minutes": 20},
        {"start": None, "end": None, "minutes": 20},
        {"start": None, "end": None, "on": on("2026-03-30")},
    ],
)
def test_an_entry_has_either_clock_times_or_a_date_and_minutes(changes: dict[str, Any]) -> None:
    entry = work().model_copy(update=changes)

    assert "time_shape_unclear" == enrolled().by(NURSE).when(entry).refused


def test_an_entry_does_not_end_before_it_begins() -> None:
    assert "end_before_start" == enrolled().by(NURSE).when(work("2026-03-31T15:20", "2026-03-31T15:00")).refused


def test_an_entry_lasts_at_least_a_second() -> None:
    assert "zero_duration" == enrolled().by(NURSE).when(work("2026-03-31T15:00", "2026-03-31T15:00")).refused


def test_an_entry_lasts_at_most_24_hours() -> None:
    assert "interval_over_24_hours" == enrolled().by(NURSE).when(work("2026-03-30T14:59", "2026-03-31T15:00")).refused
    assert 86_400 == enrolled().by(NURSE).when(work("2026-03-30T15:00", "2026-03-31T15:00")).event.seconds


def test_an_entry_does_not_end_in_the_future() -> None:
    assert "in_the_future" == enrolled().by(NURSE).when(work("2026-03-31T17:50", "2026-03-31T18:06")).refused
    assert 900 == enrolled().by(NURSE).when(work("2026-03-31T17:50", "2026-03-31T18:05")).event.seconds


def test_25_hours_go_before_the_future() -> None:
    assert "interval_over_24_hours" == enrolled().by(NURSE).when(work("2026-04-01T00:00", "2026-04-02T01:00")).refused


# --- without clock times ----------------------------------------------------------------------------------------


def test_an_untimed_entry_of_a_source_row_counts_with_its_share_shown() -> None:
    then = enrolled().by(FEED).row("r1").when(untimed())

    assert (1200, date(2026, 3, 30), ()) == (then.event.seconds, then.event.on, then.event.segments)
    assert ["no_clock_times"] == then.codes


@pytest.mark.parametrize(("system", "row"), [("timer", None), (None, "r1")])
def test_an_untimed_entry_needs_the_sources_own_id(system: Any, row: str | None) -> None:
    assert "source_row_id_required" == enrolled().by(FEED).row(row, system).when(untimed()).refused


def test_an_untimed_entry_of_the_day_after_tomorrow_is_refused() -> None:
    assert "in_the_future" == enrolled().by(FEED).row("r1").when(untimed(day="2026-04-02")).refused


def test_the_same_row_again_is_unchanged_whatever_its_key() -> None:
    ledger = enrolled().by(FEED).row("r1")

    assert (len(ledger.facts) + 1,) == ledger.again(untimed()).unchanged


def test_the_same_row_with_other_minutes_is_refused() -> None:
    ledger = enrolled().by(FEED).row("r1").then(untimed())

    assert "exists_with_different_content" == ledger.when(untimed(minutes=25)).refused


def test_another_row_with_the_same_content_is_new_work() -> None:
    assert 1200 == enrolled().by(FEED).row("r1").then(untimed()).row("r2").when(untimed()).event.seconds


def test_an_untimed_entry_on_the_day_of_consent_needs_its_order() -> None:
    ledger = enrolled().at("2026-01-06T18:00:00+00:00").by(FEED).row("r1")

    assert "untimed_on_boundary_day" in ledger.when(untimed(day="2026-01-05")).codes
    assert "untimed_on_boundary_day" not in ledger.when(untimed(day="2026-01-05", order="after")).codes


# --- what does not count ----------------------------------------------------------------------------------------


def test_time_before_consent_is_kept_and_does_not_count() -> None:
    ledger = enrolled().at("2026-01-05T18:00:00+00:00").by(NURSE)
    then = ledger.when(work("2026-01-05T14:50", "2026-01-05T15:10"))

    assert ["before_consent"] == then.codes
    assert 600 == then.notices[0].seconds


def test_time_without_consent_is_kept_and_does_not_count() -> None:
    assert "without_consent" in known().by(NURSE).when(work()).codes


def test_time_of_a_biller_is_kept_and_never_counts() -> None:
    assert "performer_not_clinical" in enrolled().by(BILLER).when(work(performer=BILLER)).codes


def two_patients() -> Given:
    return enrolled().and_(patient(OTHER_PATIENT, "10043"), assigned(OTHER_PATIENT)).by(NURSE)


def test_one_person_with_two_patients_at_once_keeps_the_first() -> None:
    first = two_patients().then(work("2026-03-31T15:00", "2026-03-31T15:20", patient=OTHER_PATIENT))
    then = first.when(work("2026-03-31T15:10", "2026-03-31T15:30"))

    assert ["performer_with_other_patient", "contested_time"] == then.codes
    assert 600 == then.notices[0].seconds


def test_two_persons_with_one_patient_at_once_count_once() -> None:
    then = enrolled().by(NURSE).then(work()).by(ASSISTANT).when(work(performer=ASSISTANT))

    assert ["time_already_covered"] == then.codes


def a_nurse(country: str | None) -> Given:
    registered, *roles = person(opaque("st", 40), Role.CLINICAL_STAFF, PRACTICE, "rn")
    return enrolled().and_(registered.model_copy(update={"work_country": country}), *roles).by(opaque("st", 40))


@pytest.mark.parametrize(
    ("ledger", "command", "code"),
    [
        (enrolled().by(NURSE), work(programme=Programme.RPM), "other_programme"),
        (enrolled().by(FEED), work(performer=FEED), "performer_not_a_person"),
        (enrolled().by(DESK), work(performer=DESK), "performer_not_clinical"),
        (enrolled().by(NURSE), work(work_country="PH"), "work_outside_us"),
        (a_nurse(None), work(performer=opaque("st", 40)), "work_country_unknown"),
        (enrolled().by(NURSE), work(activity="visit"), "activity_not_counted"),
        (enrolled().by(NURSE), work(activity="staff_in_person_education"), "activity_needs_reviewer"),
        (enrolled().and_(died("2026-03-20")).by(NURSE), work(), "after_death"),
        (enrolled().by(NURSE), work("2026-03-28T15:00", "2026-03-28T15:20"), "recorded_late"),
        (enrolled().by(NURSE), work("2026-03-01T15:00", "2026-03-01T15:20"), "recorded_very_late"),
        (enrolled().by(NURSE), work("2014-12-01T15:00", "2014-12-01T15:20"), "outside_the_rules"),
    ],
)
def test_time_is_stored_and_told_why_it_does_not_count(ledger: Given, command: LogTime, code: str) -> None:
    then = ledger.when(command)

    assert 1200 == then.event.seconds
    assert code in then.codes


def test_a_policy_of_the_practice_may_refuse_to_count_entries_without_clock_times() -> None:
    adopted = PolicyAdopted(practice=PRACTICE, policy="untimed_counts", value="no", from_on=SINCE)

    assert ["untimed_not_adopted"] == enrolled().and_(adopted).by(FEED).row("r1").when(untimed()).codes


def test_a_day_of_more_than_24_hours_does_not_count_beyond_them() -> None:
    full = enrolled().by(FEED).row("r1").then(untimed(minutes=1430)).row("r2")

    assert "day_over_24_hours" in full.when(untimed(minutes=20)).codes


def test_a_month_that_is_touched_on_its_last_minute_only_speaks_for_both() -> None:
    dead = enrolled().and_(died("2026-03-31")).at("2026-04-01T06:00:00+00:00").by(NURSE)
    then = dead.when(work("2026-04-01T04:50", "2026-04-01T05:10"))

    assert ["after_death"] == then.codes
    assert 600 == then.notices[0].seconds


def test_a_row_of_a_source_that_comes_again_with_a_day_of_another_month_counts_once() -> None:
    ledger = enrolled().by(FEED).row("r1").then(untimed())

    assert "exists_with_different_content" == ledger.when(untimed(day="2026-02-27")).refused
