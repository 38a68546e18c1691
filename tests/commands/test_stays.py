"""Stays and the record of a death: told by days or moments, told again, taken back."""

from typing import Any

import pytest

from commands.intents.patient import AssignPractice, RecordDeath
from commands.intents.status import RecordStay, RetractDeath, RetractStay
from tests.commands.world import (
    ADA,
    AUDITOR,
    COMPLIANCE,
    DESK,
    FEED,
    NURSE,
    PATIENT,
    PRACTICE,
    known,
    office,
    on,
    patient,
    utc,
)
from tests.gwt import Given, opaque

NOWHERE = opaque("sy", 77)


def stay(**changes: Any) -> RecordStay:
    whole: dict[str, Any] = {
        "patient": PATIENT,
        "kind": "hospital_inpatient",
        "admitted_at": utc("2026-03-05T18:30"),
        "discharged_at": utc("2026-03-09T16:00"),
    }
    return RecordStay(**{**whole, **changes})


def by_days(admitted: str = "2026-03-05", discharged: str | None = "2026-03-09", **changes: Any) -> RecordStay:
    days = {"admitted_at": None, "discharged_at": None, "admitted_on": on(admitted)}
    return stay(**{**days, "discharged_on": on(discharged) if discharged else None, **changes})


# --- record_stay ------------------------------------------------------------------------------------------------


def test_a_stay_is_recorded_with_its_moments_and_their_local_days() -> None:
    then = known().by(FEED).when(stay(discharged_at=utc("2026-03-10T03:30")))

    assert (on("2026-03-05"), on("2026-03-09")) == (then.event.admitted_on, then.event.discharged_on)
    assert utc("2026-03-10T03:30") == then.event.discharged_at
    assert [] == then.codes
    assert then.ids["stay"] == then.event.stay


def test_where_the_patient_stayed_is_sealed() -> None:
    then = known().by(DESK).when(stay(facility="Mercy Hospital"))

    assert "Mercy Hospital" == then.event.words.facility
    assert "Mercy" not in then.event.model_dump_json()


def test_without_a_zone_the_longest_stay_that_it_may_be_is_taken() -> None:
    nowhere = office().and_(patient()).by(DESK)
    then = nowhere.when(stay(admitted_at=utc("2026-03-05T08:00"), discharged_at=utc("2026-03-09T08:00")))

    assert (on("2026-03-04"), on("2026-03-09")) == (then.event.admitted_on, then.event.discharged_on)


def test_a_day_that_a_moment_may_lie_on_in_some_zone_does_not_contradict_it() -> None:
    nowhere = office().and_(patient()).by(DESK)
    then = nowhere.when(stay(admitted_at=utc("2026-03-05T08:00"), discharged_at=utc("2026-03-09T08:00"),
                             admitted_on=on("2026-03-05"), discharged_on=on("2026-03-08")))  # fmt: skip

    assert (on("2026-03-05"), on("2026-03-08")) == (then.event.admitted_on, then.event.discharged_on)


def test_an_admission_may_lie_on_the_earlier_of_the_days_that_it_may_be() -> None:
    nowhere = office().and_(patient()).by(DESK)
    then = nowhere.when(stay(admitted_at=utc("2026-03-05T08:00"), admitted_on=on("2026-03-04")))

    assert on("2026-03-04") == then.event.admitted_on


def test_a_stay_may_end_at_the_moment_at_which_it_began() -> None:
    then = known().by(DESK).when(stay(discharged_at=utc("2026-03-05T18:30")))

    assert then.event.admitted_at == then.event.discharged_at


def test_seconds_of_a_stay_are_whole() -> None:
    then = known().by(DESK).when(stay(admitted_at=utc("2026-03-05T18:30:00.900")))

    assert utc("2026-03-05T18:30") == then.event.admitted_at


def test_a_second_of_which_a_part_lies_in_the_stay_lies_in_it() -> None:
    came, went = utc("2026-03-05T18:30:00.900"), utc("2026-03-09T16:00:00.100")
    then = known().by(FEED).when(stay(admitted_at=came, discharged_at=went))

    assert (utc("2026-03-05T18:30:00"), utc("2026-03-09T16:00:01")) == (
        then.event.admitted_at,
        then.event.discharged_at,
    )


def test_a_discharge_in_the_last_second_of_a_day_is_of_that_day() -> None:
    then = known().by(FEED).when(stay(discharged_at=utc("2026-03-10T04:59:59.500")))

    assert on("2026-03-09") == then.event.discharged_on


def test_a_stay_without_clock_times_says_what_that_means() -> None:
    then = known().by(DESK).when(by_days())

    assert (None, None) == (then.event.admitted_at, then.event.discharged_at)
    assert ["stay_edge_day"] == then.codes
    assert "admission and discharge" in then.notices[0].happened


def test_a_stay_of_a_kind_that_bars_no_time_needs_no_clock_times() -> None:
    assert [] == known().by(DESK).when(by_days(kind="observation")).codes


def test_a_stay_may_last_and_be_planned_to_end_in_the_future() -> None:
    open_, planned = by_days(discharged=None), by_days(discharged="2026-04-20")

    assert known().by(DESK).when(open_).event.discharged_on is None
    assert on("2026-04-20") == known().by(DESK).when(planned).event.discharged_on


@pytest.mark.parametrize(
    "command", [by_days(discharged="2026-04-20"), stay(discharged_at=utc("2026-04-20T18:00"))], ids=["day", "moment"]
)
def test_a_discharge_in_the_future_is_told_to_be_a_plan(command: RecordStay) -> None:
    assert "discharge_planned" in known().by(DESK).when(command).codes
    assert "discharge_planned" not in known().by(DESK).when(by_days()).codes


def test_a_planned_discharge_told_again_is_unchanged_and_still_a_plan() -> None:
    then = known().by(DESK).again(by_days(discharged="2026-04-20"))

    assert then.unchanged
    assert "discharge_planned" in then.codes


@pytest.mark.parametrize(
    "changes",
    [
        {"admitted_at": None},
        {"admitted_on": on("2026-03-06")},
        {"discharged_on": on("2026-03-08")},
    ],
)
def test_a_stay_without_admission_or_with_days_that_do_not_agree_is_refused(changes: dict[str, Any]) -> None:
    assert "stay_shape_unclear" == known().by(DESK).when(stay(**changes)).refused


def test_a_day_and_a_moment_that_agree_are_taken() -> None:
    assert 1 == len(known().by(DESK).when(stay(admitted_on=on("2026-03-05"))).events)


@pytest.mark.parametrize(
    "command",
    [
        stay(discharged_at=utc("2026-03-05T18:29")),
        by_days(discharged="2026-03-04"),
        by_days(discharged=None, discharged_at=utc("2026-03-04T18:00")),
    ],
)
def test_a_stay_that_ends_before_it_begins_is_refused(command: RecordStay) -> None:
    assert "end_before_start" == known().by(DESK).when(command).refused


@pytest.mark.parametrize(
    "command", [stay(admitted_at=utc("2026-03-31T18:06"), discharged_at=None), by_days("2026-04-02", None)]
)
def test_an_admission_in_the_future_is_refused(command: RecordStay) -> None:
    assert "in_the_future" == known().by(DESK).when(command).refused


def test_the_same_stay_again_is_unchanged_with_its_id() -> None:
    ledger = known().by(FEED)
    again = ledger.again(stay())

    assert (len(ledger.facts) + 1,) == again.unchanged
    assert ledger.when(stay()).ids == again.ids


def test_a_discharge_told_later_ends_the_stay_of_that_admission() -> None:
    admitted = known().by(FEED).then(stay(discharged_at=None))
    then = admitted.when(stay(facility="Mercy Hospital"))

    assert admitted.state(f"patient/{PATIENT}").status.stays[0].event.stay == then.event.stay
    assert ["stay_restated"] == then.codes
    assert then.ids["stay"] == then.event.stay


def test_a_whole_stay_told_again_is_unchanged_beside_one_of_that_day_that_lasts() -> None:
    ledger = known().by(DESK).then(by_days()).then(by_days(discharged=None))

    assert (len(ledger.facts) - 1,) == ledger.when(by_days()).unchanged


def test_an_admission_of_another_day_is_another_stay() -> None:
    admitted = known().by(FEED).then(stay(discharged_at=None))
    then = admitted.when(by_days("2026-03-20", None))

    assert admitted.state(f"patient/{PATIENT}").status.stays[0].event.stay != then.event.stay


def test_a_stay_is_told_again_under_its_id_with_other_dates() -> None:
    ledger = known().by(FEED).then(stay())
    which = ledger.state(f"patient/{PATIENT}").status.stays[0].event.stay
    then = ledger.when(by_days("2026-03-04", "2026-03-08", stay=which))

    assert (which, on("2026-03-04")) == (then.event.stay, then.event.admitted_on)
    assert ["stay_edge_day", "stay_restated"] == then.codes


def test_a_discharge_told_by_days_keeps_the_hour_of_admission() -> None:
    admitted = known().by(FEED).then(stay(discharged_at=None))
    then = admitted.by(DESK).when(by_days("2026-03-05", "2026-03-08"))

    assert (utc("2026-03-05T18:30"), on("2026-03-08")) == (then.event.admitted_at, then.event.discharged_on)
    assert ["stay_edge_day", "stay_restated"] == then.codes
    assert "The hour of discharge is not on record" in then.notices[0].happened


def test_a_discharge_told_by_days_twice_is_unchanged() -> None:
    told = known().by(FEED).then(stay(discharged_at=None)).by(DESK).then(by_days("2026-03-05", "2026-03-08"))

    assert (len(told.facts),) == told.when(by_days("2026-03-05", "2026-03-08")).unchanged


def test_a_stay_told_again_by_its_days_is_unchanged() -> None:
    told = known().by(FEED).then(stay())

    assert (len(told.facts),) == told.by(DESK).when(by_days()).unchanged


def test_a_stay_told_again_under_its_id_keeps_the_hours_of_days_that_are_the_same() -> None:
    ledger, which = stayed()
    then = ledger.when(by_days("2026-03-04", "2026-03-09", stay=which))

    assert (None, utc("2026-03-09T16:00")) == (then.event.admitted_at, then.event.discharged_at)


def test_an_hour_that_the_other_edge_contradicts_is_not_kept() -> None:
    admitted = known().by(FEED).then(stay(discharged_at=None))
    discharge = by_days("2026-03-05", None, discharged_at=utc("2026-03-05T18:00"))
    then = admitted.by(DESK).when(discharge)

    assert (None, utc("2026-03-05T18:00")) == (then.event.admitted_at, then.event.discharged_at)


def test_the_hour_of_a_stay_that_was_taken_back_is_not_kept() -> None:
    ledger, which = stayed()
    back = ledger.by(DESK).then(retract(which))

    assert back.when(by_days(stay=which)).event.admitted_at is None


def test_a_stay_told_again_under_its_id_as_it_stands_is_unchanged() -> None:
    ledger = known().by(FEED).then(stay())
    which = ledger.state(f"patient/{PATIENT}").status.stays[0].event.stay

    assert (len(ledger.facts),) == ledger.when(stay(stay=which)).unchanged


def test_a_stay_that_is_not_on_record_is_not_told_again() -> None:
    assert "no_such_stay" == known().by(FEED).when(stay(stay=NOWHERE)).refused


# --- retract_stay -----------------------------------------------------------------------------------------------


def stayed() -> tuple[Given, str]:
    ledger = known().by(FEED).then(stay())
    return ledger, ledger.state(f"patient/{PATIENT}").status.stays[0].event.stay


def retract(which: str, reason: Any = "source_corrected") -> RetractStay:
    return RetractStay(patient=PATIENT, stay=which, reason=reason, evidence="The admission was cancelled.")


@pytest.mark.parametrize("who", [COMPLIANCE, DESK, FEED])
def test_a_stay_is_taken_back_by_compliance_the_desk_or_the_feed(who: str) -> None:
    ledger, which = stayed()

    assert which == ledger.by(who).when(retract(which)).event.stay


@pytest.mark.parametrize("who", [NURSE, ADA, AUDITOR])
def test_a_stay_is_not_taken_back_by_those_whose_minutes_it_bars(who: str) -> None:
    ledger, which = stayed()

    assert "capacity_missing" == ledger.by(who).when(retract(which)).refused


def test_a_stay_that_is_not_on_record_is_not_taken_back() -> None:
    assert "no_such_stay" == known().by(DESK).when(retract(NOWHERE)).refused


def test_a_stay_is_taken_back_once_and_for_one_reason() -> None:
    ledger, which = stayed()
    back = ledger.by(DESK).then(retract(which))

    assert (len(ledger.facts) + 1,) == back.when(retract(which)).unchanged
    assert "already_taken_back" == back.when(retract(which, "wrong_patient")).refused


def test_a_stay_told_again_after_it_was_taken_back_is_a_new_one() -> None:
    ledger, which = stayed()

    assert which != ledger.by(DESK).then(retract(which)).by(FEED).when(stay()).event.stay


# --- retract_death ----------------------------------------------------------------------------------------------


def death(day: str = "2026-03-20") -> RecordDeath:
    return RecordDeath(patient=PATIENT, on=on(day))


def alive(reason: Any = "wrong_patient") -> RetractDeath:
    return RetractDeath(patient=PATIENT, reason=reason, evidence="The patient answered the door.")


@pytest.mark.parametrize("who", [COMPLIANCE, DESK])
def test_a_death_is_taken_back_with_evidence(who: str) -> None:
    ledger = known().by(DESK).then(death()).by(who)
    then = ledger.when(alive())

    assert "The patient answered the door." == then.event.words.evidence
    assert ledger.then(alive()).state(f"patient/{PATIENT}").died_on() is None


@pytest.mark.parametrize("who", [ADA, NURSE, FEED])
def test_nobody_else_takes_a_death_back(who: str) -> None:
    assert "capacity_missing" == known().by(DESK).then(death()).by(who).when(alive()).refused


def test_without_a_death_on_record_there_is_nothing_to_take_back() -> None:
    assert "no_death_on_record" == known().by(DESK).when(alive()).refused


def test_a_death_taken_back_again_for_that_reason_is_unchanged_and_for_another_refused() -> None:
    ledger = known().by(DESK).then(death())

    assert (len(ledger.facts) + 1,) == ledger.again(alive()).unchanged
    assert "no_death_on_record" == ledger.then(alive()).when(alive("entered_in_error")).refused


def test_every_record_of_the_death_is_taken_back_at_once() -> None:
    twice = known().by(DESK).then(death()).then(death("2026-03-21"))

    assert twice.then(alive()).state(f"patient/{PATIENT}").died_on() is None


def test_a_death_told_again_after_it_was_taken_back_says_so() -> None:
    back = known().by(DESK).then(death()).then(alive())

    assert ["death_recorded_again"] == back.when(death()).codes


def test_what_was_refused_after_death_is_taken_once_the_death_is_taken_back() -> None:
    ledger = known().by(DESK).then(death("2026-03-02"))
    move = AssignPractice(patient=PATIENT, practice=PRACTICE, from_on=on("2026-03-10"))

    assert "after_death" == ledger.when(move).refused
    assert 1 == len(ledger.then(alive()).when(move).events)
