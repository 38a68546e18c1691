"""Changes one step away from a rule: corrections, moves, strikes, merges, designations, and what a chart rests on."""

from datetime import date
from typing import Any

import pytest

from commands.intents.care_month import LogTime
from commands.intents.patient import DemographicsGiven, RecordDeath
from ledger.streams.care_month import TimeLogged
from ledger.streams.designation import DesignationWithdrawn
from ledger.streams.merging import PatientsUnmerged
from ledger.streams.patient import IdentifierLink, PatientRegistered
from ledger.streams.staff import RoleEnded, RoleGranted
from ledger.terms.people import Programme, Role
from tests.commands.changes import correct, dispute, entry_of, logged, move, strike, two_patients
from tests.commands.test_designation import designate, standing, withdraw, withdrawn
from tests.commands.test_eligibility import condition, coverage, death, risk, visit
from tests.commands.test_merging import (
    SITE_COMPLIANCE,
    THIRD,
    merge,
    merged,
    other_designated,
    registered,
    registered_two,
    three,
    two,
    unmerge,
)
from tests.commands.world import (
    ADA,
    COMPLIANCE,
    DESK,
    FEED,
    NURSE,
    OTHER_PATIENT,
    OTHER_PRACTICE,
    PATIENT,
    PRACTICE,
    SINCE,
    assigned,
    designated,
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

LATE = "2026-03-20T15:00:00+00:00"


# --- corrections ------------------------------------------------------------------------------------------------


def untimed(entry: str, minutes: int, day: date = date(2026, 3, 10)) -> Any:
    """A correction into minutes without clock times."""
    return correct(entry).model_copy(update={"start": None, "end": None, "on": day, "minutes": minutes})


def of_minutes() -> Given:
    """Twenty-five minutes of 10 March without clock times."""
    return logged(None, ledger=two_patients().row("r1"), on=date(2026, 3, 10), minutes=25).row(None)


def learned(ledger: Given, command: Any) -> Any:
    """When the ledger learned of the corrected work."""
    return ledger.by(NURSE).at(LATE).when(command).event.first_recorded_at


@pytest.mark.parametrize(
    ("minutes", "day", "is_news"),
    [(25, 10, False), (24, 10, False), (26, 10, True), (25, 11, True)],
)
def test_more_minutes_or_another_day_are_news_where_there_are_no_clock_times(
    minutes: int, day: int, is_news: bool
) -> None:
    ledger = of_minutes()
    found = learned(ledger, untimed(entry_of(ledger), minutes, date(2026, 3, day)))

    assert (found == utc("2026-03-20T15:00")) is is_news


@pytest.mark.parametrize(("minutes", "is_news"), [(25, False), (40, True)])
def test_an_entry_that_loses_its_clock_times_tells_of_more_where_its_minutes_are_more(
    minutes: int, is_news: bool
) -> None:
    ledger = logged()

    assert (learned(ledger, untimed(entry_of(ledger), minutes)) == utc("2026-03-20T15:00")) is is_news


def across_midnight() -> Given:
    """From 23:50 on 10 March in Chicago, for twenty minutes."""
    return logged("2026-03-11T04:50", "2026-03-11T05:10")


def test_the_second_day_of_an_entry_across_midnight_is_no_news() -> None:
    ledger = across_midnight()
    entry = entry_of(ledger)

    assert learned(ledger, untimed(entry, 20, date(2026, 3, 11))) != utc("2026-03-20T15:00")
    assert learned(ledger, untimed(entry, 20, date(2026, 3, 12))) == utc("2026-03-20T15:00")


def test_seconds_on_either_side_of_midnight_that_were_not_told_are_news() -> None:
    ledger = logged("2026-03-11T04:50", "2026-03-11T05:00")

    assert learned(ledger, correct(entry_of(ledger), "2026-03-11T04:50", "2026-03-11T05:10")) == utc("2026-03-20T15:00")


def test_a_correction_within_its_month_brings_nothing_along() -> None:
    ledger = logged()
    disputed = ledger.by(ADA).then(dispute(entry_of(ledger)))

    assert disputed.by(NURSE).when(correct(entry_of(ledger))).event.brings is None


# --- moves and strikes ------------------------------------------------------------------------------------------


def test_a_move_to_times_that_cannot_be_is_refused() -> None:
    ledger = logged().by(NURSE)

    assert "end_before_start" == ledger.when(move(entry_of(ledger), end="2026-03-10T14:00")).refused


def test_a_move_to_minutes_without_clock_times_asks_for_no_row_of_a_source() -> None:
    ledger = logged().by(NURSE)
    told = {"start": None, "end": None, "on": date(2026, 3, 10), "minutes": 20}

    assert 1200 == ledger.when(move(entry_of(ledger)).model_copy(update=told)).event.seconds


def test_an_entry_without_clock_times_is_struck_in_its_month() -> None:
    ledger = of_minutes()
    event = ledger.by(COMPLIANCE).when(strike(entry_of(ledger))).event

    assert (("2026-03",), (date(2026, 3, 10),)) == (event.months, event.days)


def test_compliance_of_any_practice_of_the_patient_moves_an_entry_and_that_of_another_does_not() -> None:
    ledger = logged().and_(assigned(PATIENT, OTHER_PRACTICE, date(2025, 1, 1)))
    own = person(opaque("st", 42), Role.COMPLIANCE, OTHER_PRACTICE)
    apart = person(opaque("st", 43), Role.COMPLIANCE, opaque("pr", 9))
    entry = entry_of(ledger)

    assert OTHER_PATIENT == ledger.and_(*own).by(opaque("st", 42)).when(move(entry)).event.patient
    assert "not_the_performer" == ledger.and_(*apart).by(opaque("st", 43)).when(move(entry)).refused


def test_compliance_of_all_practices_moves_an_entry_of_a_patient_of_none() -> None:
    unassigned = office().and_(patient(), patient(OTHER_PATIENT, "10043"))
    ledger = logged(ledger=unassigned)

    assert OTHER_PATIENT == ledger.by(COMPLIANCE).when(move(entry_of(ledger))).event.patient


# --- the shape and the place of an entry ------------------------------------------------------------------------


@pytest.mark.parametrize("half", ["start", "end"])
def test_half_of_an_interval_beside_minutes_is_unclear(half: str) -> None:
    told = {half: utc("2026-03-10T15:00"), "on": date(2026, 3, 10), "minutes": 25}
    command = LogTime(patient=PATIENT, performer=NURSE, activity="phone_call", description="Call.", **told)  # type: ignore[arg-type]

    assert "time_shape_unclear" == two_patients().by(NURSE).row("r1").when(command).refused


def test_an_entry_across_midnight_belongs_to_the_practice_of_its_first_day() -> None:
    ledger = two_patients().and_(assigned(PATIENT, OTHER_PRACTICE, date(2026, 3, 11)))
    event = logged("2026-03-11T03:50", "2026-03-11T04:10", ledger=ledger).facts[-1].event

    assert isinstance(event, TimeLogged)
    assert PRACTICE == event.practice


def test_a_performer_of_two_practices_works_for_the_only_one_of_whoever_enters_it() -> None:
    both = RoleGranted(staff=NURSE, role=Role.CLINICAL_STAFF, practice=OTHER_PRACTICE, from_on=SINCE)
    unassigned = office().and_(patient(), both)
    command = LogTime(
        patient=PATIENT,
        performer=NURSE,
        start=utc("2026-03-10T15:00"),
        end=utc("2026-03-10T15:25"),
        activity="phone_call",
        description="Call.",
    )

    assert "patient_in_no_practice" == unassigned.by(NURSE).when(command).refused
    assert PRACTICE == unassigned.by(ADA).when(command).event.practice


# --- merges -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "other",
    [{"who": ADA}, {"programme": Programme.PCM}],
)
def test_one_practitioner_or_another_programme_collides_with_nothing(other: dict[str, Any]) -> None:
    both = two().and_(designated(), other_designated(**other))

    assert [] == both.when(merge()).codes


def numbered(*tokens: str, who: str) -> PatientRegistered:
    """A patient known by Medicare numbers."""
    return PatientRegistered(patient=who, links=tuple(IdentifierLink(system="mbi", token=each) for each in tokens))


@pytest.mark.parametrize(
    ("mine", "theirs", "expected"),
    [
        (("a", "b"), ("c",), ["mbi_differs"]),
        (("a", "b"), ("b",), []),
        (("a",), (), []),
        ((), ("a",), []),
    ],
)
def test_two_medicare_numbers_are_for_review_where_none_is_known_of_both(
    mine: tuple[str, ...], theirs: tuple[str, ...], expected: list[str]
) -> None:
    one = numbered(*[each * 32 for each in mine], who=opaque("pt", 8))
    other = numbered(*[each * 32 for each in theirs], who=opaque("pt", 9))
    both = known().and_(one, assigned(opaque("pt", 8)), other, assigned(opaque("pt", 9))).by(COMPLIANCE)

    assert expected == both.when(merge(opaque("pt", 8), opaque("pt", 9))).codes


def test_a_date_of_birth_stays_known_when_demographics_without_one_come_later() -> None:
    ledger, command = registered_two(registered("1950-02-03", "1"), registered("1950-03-02", "2"))
    later = registered("1950-02-03", "1").model_copy(update={"demographics": DemographicsGiven(given="Patricia")})

    assert ["birth_dates_differ"] == ledger.by(DESK).then(later).by(COMPLIANCE).when(command).codes


def test_the_merge_that_stands_against_another_one_is_named_and_no_ended_one() -> None:
    ended = three().and_(merged(), PatientsUnmerged(patient=PATIENT, merged=OTHER_PATIENT), merged())
    refusal = ended.when(merge(THIRD)).refusal

    assert ("already_merged", (len(ended.facts),)) == (refusal.code, refusal.facts)


def test_a_merge_that_was_undone_and_done_again_is_unchanged_since_then() -> None:
    again = two().and_(merged(), PatientsUnmerged(patient=PATIENT, merged=OTHER_PATIENT), merged())

    assert (len(again.facts),) == again.when(merge()).unchanged


def test_an_unmerge_is_unchanged_since_it_was_done_last() -> None:
    apart = PatientsUnmerged(patient=PATIENT, merged=OTHER_PATIENT)
    twice = two().and_(merged(), apart, merged(), apart)

    assert (len(twice.facts),) == twice.when(unmerge()).unchanged


def test_another_merge_that_was_undone_is_not_the_one_that_is_asked_for() -> None:
    turned = two().and_(merged(OTHER_PATIENT, PATIENT), PatientsUnmerged(patient=OTHER_PATIENT, merged=PATIENT))
    third = three().and_(merged(THIRD, OTHER_PATIENT), PatientsUnmerged(patient=THIRD, merged=OTHER_PATIENT))

    assert ["not_merged"] * 2 == [turned.when(unmerge()).refused, third.when(unmerge()).refused]


def test_compliance_of_one_practice_unmerges_nobody_of_another() -> None:
    officer = person(SITE_COMPLIANCE, Role.COMPLIANCE, PRACTICE)
    apart = known().and_(*officer, patient(OTHER_PATIENT, "10043"), assigned(OTHER_PATIENT, OTHER_PRACTICE))

    assert "not_in_this_practice" == apart.by(SITE_COMPLIANCE).when(unmerge()).refused


# --- designations -----------------------------------------------------------------------------------------------


def test_a_withdrawn_designation_is_made_anew() -> None:
    ledger = known().and_(designated(), withdrawn("2026-03")).by(ADA)

    assert ADA == ledger.when(designate()).event.practitioner


def test_a_designation_of_more_than_stands_is_no_repetition() -> None:
    ledger = known().and_(designated(from_month="2026-04", until_month="2026-06")).by(ADA)

    assert "month_occupied" == ledger.when(designate(from_month="2026-03", until_month="2026-06")).refused
    assert "month_occupied" == ledger.when(designate(from_month="2026-04")).refused
    assert 1 == len(ledger.when(designate(from_month="2026-05", until_month="2026-06")).unchanged)


def in_two_practices(*extra: Any) -> Given:
    """Dr Ada works as a practitioner in both practices; the patient changes to the other one in May."""
    second = RoleGranted(staff=ADA, role=Role.PRACTITIONER, practice=OTHER_PRACTICE, from_on=SINCE)
    return known().and_(second, assigned(PATIENT, OTHER_PRACTICE, date(2026, 5, 1)), *extra).by(ADA)


@pytest.mark.parametrize(("month", "practice"), [("2026-03", PRACTICE), ("2026-05", OTHER_PRACTICE)])
def test_a_designation_is_for_the_practice_of_its_first_month(month: str, practice: str) -> None:
    assert practice == in_two_practices().when(designate(from_month=month)).event.practice


def test_roles_of_another_kind_and_those_that_ended_leave_no_doubt_about_the_practice() -> None:
    extra = (
        RoleGranted(staff=ADA, role=Role.ADMINISTRATOR, practice=OTHER_PRACTICE, from_on=SINCE),
        RoleGranted(staff=ADA, role=Role.PRACTITIONER, practice=opaque("pr", 9), from_on=SINCE),
        RoleEnded(staff=ADA, role=Role.PRACTITIONER, practice=opaque("pr", 9), last_on=on("2025-06-30")),
    )
    unassigned = office().and_(patient(), *extra).by(ADA)

    assert PRACTICE == unassigned.when(designate()).event.practice


def test_a_program_bills_nothing_whatever_its_credential() -> None:
    robot = person(opaque("st", 44), Role.PRACTITIONER, PRACTICE, "md", is_person=False)

    assert (
        "practitioner_may_not_bill"
        == known().and_(*robot).by(opaque("st", 44)).when(designate(opaque("st", 44))).refused
    )


def test_a_month_before_all_rules_has_nobody_who_may_bill_it() -> None:
    assert "practitioner_may_not_bill" == known().by(ADA).when(designate(from_month="2014-03")).refused


@pytest.mark.parametrize("month", ["2026-02", "2026-03"])
def test_a_designation_with_an_end_is_withdrawn_up_to_its_last_month(month: str) -> None:
    event = standing(until_month="2026-03").by(ADA).when(withdraw(from_month=month)).event

    assert isinstance(event, DesignationWithdrawn)
    assert month == event.from_month


# --- what a chart rests on --------------------------------------------------------------------------------------


def test_a_condition_may_end_on_the_day_of_its_onset_or_have_no_onset() -> None:
    assert on("2019-05-01") == known().by(FEED).when(condition(abated_on=on("2019-05-01"))).event.abated_on
    assert None is known().by(FEED).when(condition(onset_on=None, abated_on=on("2019-05-01"))).event.onset_on


@pytest.mark.parametrize("said", [{"icd10": None}, {"source_code": None}])
def test_the_end_of_a_condition_that_is_known_by_one_code_is_that_conditions(said: dict[str, Any]) -> None:
    begun = known().by(FEED).then(condition(**said))
    ended = begun.when(condition(abated_on=on("2026-03-10"), **said)).event

    assert begun.facts[-1].event.condition == ended.condition  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("said", "months", "expected"),
    [(None, 3, (None, 3)), (True, None, (True, None)), (None, None, (None, 6)), (False, 3, (False, 3))],
)
def test_the_end_of_a_condition_says_its_course_anew_or_leaves_it(
    said: bool | None, months: int | None, expected: tuple[bool | None, int | None]
) -> None:
    begun = known().by(FEED).then(condition(expected_12_months=None, expected_months=6))
    told = condition(abated_on=on("2026-03-10"), expected_12_months=said, expected_months=months)
    ended = begun.when(told).event

    assert expected == (ended.expected_12_months, ended.expected_months)


@pytest.mark.parametrize(
    ("months", "words"),
    [(11, "CCM asks for 12"), (12, "the lesser word holds"), (13, "the lesser word holds")],
)
def test_of_two_words_on_the_course_the_notice_says_which_one_holds(months: int, words: str) -> None:
    then = known().by(FEED).when(condition(expected_12_months=False, expected_months=months))

    assert ["condition_not_chronic"] == then.codes
    assert words in then.notices[0].happened


def test_a_condition_said_not_to_last_twelve_months_and_no_more_is_stored_without_a_word() -> None:
    assert [] == known().by(FEED).when(condition(expected_12_months=False)).codes


def test_a_day_before_all_rules_has_no_rule_to_be_late_by_and_no_visit_that_qualifies() -> None:
    assert [] == enrolled().by(ADA).when(risk(on=on("2014-06-01"))).codes
    assert ["visit_not_qualifying"] == known().by(FEED).when(visit(on=on("2014-06-01"))).codes


@pytest.mark.parametrize(("day", "expected"), [("2026-03-29", []), ("2026-03-28", ["risk_attested_late"])])
def test_a_risk_is_attested_late_after_forty_eight_hours(day: str, expected: list[str]) -> None:
    assert expected == enrolled().by(ADA).when(risk(on=on(day))).codes


def test_a_coverage_of_one_day_is_one() -> None:
    event = known().by(FEED).when(coverage(from_on=on("2026-01-01"), until_on=on("2026-01-01"))).event

    assert event.from_on == event.until_on


def test_a_death_is_compared_with_its_newest_record_day_and_document() -> None:
    first = RecordDeath(patient=PATIENT, on=on("2026-03-20"), document="d" * 64)
    second = first.model_copy(update={"document": "e" * 64})
    told = known().by(DESK).then(first).then(second)

    assert (len(told.facts),) == told.when(second).unchanged
    assert 1 == len(told.when(first).events)
    assert (len(told.facts),) == told.when(first.model_copy(update={"document": None})).unchanged


def test_a_day_of_death_that_was_corrected_is_unchanged_by_its_newest_record() -> None:
    told = known().and_(died("2026-03-19"), died("2026-03-20")).by(NURSE)

    assert (len(told.facts),) == told.when(death()).unchanged
