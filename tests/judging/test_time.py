"""One entry, one fault apart from a clean month: what does not count and why, in the order of the catalogue."""

from datetime import timedelta
from hashlib import sha256

import pytest

from ledger.judging.shapes import EntryLine
from ledger.terms.notices import RANK
from ledger.terms.notices_of_time import OF_TIME
from ledger.terms.people import Programme, Role
from tests.facts import Chart, codes, opaque

MORNING = "2026-03-10 10:00"


def only_line(chart: Chart) -> EntryLine:
    (line,) = chart.verdict().lines
    return line


def reasons(chart: Chart) -> list[str]:
    return codes(only_line(chart).notices)


def logged(by: str = "S1", **said: object) -> Chart:
    chart = Chart()
    chart.time(MORNING, 20, by=by, **said)  # type: ignore[arg-type]
    return chart


def test_a_clean_entry_counts_whole_and_says_nothing() -> None:
    line = only_line(logged())

    assert (line.counted, line.pool, line.notices) == (1200, "staff", ())


def test_time_in_a_month_before_the_programme_existed_does_not_count() -> None:
    chart = Chart("2014-06")
    chart.time("2014-06-10 10:00", 25)
    verdict = chart.verdict()

    assert codes(verdict.missing) == ["no_rules_in_force"]
    assert codes(verdict.lines[0].notices) == ["outside_the_rules"]
    assert verdict.standing == "below_minimum"
    assert (verdict.staff_seconds, verdict.personal_seconds, verdict.untimed_seconds) == (0, 0, 0)
    assert (verdict.families, verdict.suggested, verdict.charges) == ((), None, ())


def test_the_signed_bytes_of_a_month_before_the_programme_existed_say_that_nothing_counts() -> None:
    chart = Chart("2014-06")
    entry = chart.time("2014-06-10 10:00", 25)
    verdict = chart.verdict()
    lines = (
        f"ccm-month-1|{chart.patient}|2014-06|{verdict.edition}",
        f"bills|{chart.practice}|-|-|2014-06-30",
        "seconds|0|0|0",
        f"entry|{entry}|2014-06-10|{opaque('st', 'S1')}|phone_call|1500|0|-|outside_the_rules",
        "chosen|-",
        "finding|no_rules_in_force",
        "",
    )

    assert verdict.digest == sha256("\n".join(lines).encode()).hexdigest()


def test_time_of_another_programme_does_not_count_for_ccm() -> None:
    assert reasons(logged(programme=Programme.RPM)) == ["other_programme"]


def test_time_of_another_programme_still_holds_its_seconds() -> None:
    chart = logged(programme=Programme.RPM)
    chart.time(MORNING, 30, by="S2")

    assert [line.counted for line in chart.verdict().lines] == [0, 600]


def test_time_of_somebody_who_is_not_registered_does_not_count() -> None:
    assert reasons(logged(by="stranger")) == ["performer_not_registered"]


def test_time_of_a_program_does_not_count() -> None:
    chart = Chart()
    chart.person("caller", Role.CLINICAL_STAFF, "rn", is_person=False)
    chart.time(MORNING, 20, by="caller")

    assert reasons(chart) == ["performer_not_a_person"]


@pytest.mark.parametrize(("from_on", "until_on"), [("2026-03-11", None), ("2010-01-01", "2026-03-09")])
def test_time_on_a_day_without_a_role_does_not_count(from_on: str, until_on: str | None) -> None:
    chart = Chart()
    chart.person("temp", Role.CLINICAL_STAFF, "rn", from_on=from_on, until_on=until_on)
    chart.time(MORNING, 20, by="temp")

    assert reasons(chart) == ["performer_role_not_held"]


@pytest.mark.parametrize(("from_on", "until_on"), [("2026-03-10", None), ("2010-01-01", "2026-03-10")])
def test_time_on_the_first_and_on_the_last_day_of_a_role_counts(from_on: str, until_on: str | None) -> None:
    chart = Chart()
    chart.person("temp", Role.CLINICAL_STAFF, "rn", from_on=from_on, until_on=until_on)
    chart.time(MORNING, 20, by="temp")

    assert only_line(chart).counted == 1200


def test_a_role_in_another_practice_is_no_role_here() -> None:
    chart = Chart()
    chart.person("visitor", Role.CLINICAL_STAFF, "rn", practice=opaque("pr", "elsewhere"))
    chart.time(MORNING, 20, by="visitor")

    assert reasons(chart) == ["performer_role_not_held"]


@pytest.mark.parametrize("role", [Role.BILLER, Role.FRONT_DESK, Role.ADMINISTRATOR])
def test_time_of_a_role_that_is_not_clinical_does_not_count(role: Role) -> None:
    chart = Chart()
    chart.person("clerk", role, "rn")
    chart.time(MORNING, 20, by="clerk")

    assert reasons(chart) == ["performer_not_clinical"]


def test_time_of_a_practitioner_who_does_not_bill_the_month_counts_nowhere() -> None:
    line = only_line(logged(by="MD2"))

    assert (line.counted, line.pool, codes(line.notices)) == (0, None, ["other_practitioner"])


def test_time_of_staff_without_a_credential_does_not_count() -> None:
    chart = Chart()
    chart.person("aide", Role.CLINICAL_STAFF, None)
    chart.time(MORNING, 20, by="aide")

    assert reasons(chart) == ["credential_missing"]


def test_time_of_a_credential_that_is_not_clinical_does_not_count() -> None:
    chart = Chart()
    chart.person("aide", Role.CLINICAL_STAFF, "chw")
    chart.time(MORNING, 20, by="aide")

    assert reasons(chart) == ["credential_not_clinical"]


def test_work_outside_the_united_states_does_not_count() -> None:
    assert reasons(logged(work_country="PH")) == ["work_outside_us"]


def test_the_entrys_country_wins_over_the_performers() -> None:
    chart = Chart()
    chart.person("remote", Role.CLINICAL_STAFF, "rn", country="PH")
    chart.time(MORNING, 20, by="remote")
    chart.time("2026-03-11 10:00", 20, by="remote", work_country="US")

    assert [line.counted for line in chart.verdict().lines] == [0, 1200]


def test_time_without_an_activity_does_not_count() -> None:
    assert reasons(logged(activity=None)) == ["activity_missing"]


def test_time_without_a_description_does_not_count() -> None:
    assert reasons(logged(described=False)) == ["description_missing"]


@pytest.mark.parametrize("activity", ["unlisted", "a_word_of_nobody"])
def test_an_activity_in_no_list_does_not_count(activity: str) -> None:
    assert reasons(logged(activity=activity)) == ["activity_not_listed"]


@pytest.mark.parametrize(
    "activity",
    ["visit", "initiating_assessment", "acute_illness", "billing", "prior_authorization", "appointment_booking"],
)
def test_an_activity_that_is_kept_only_does_not_count(activity: str) -> None:
    assert reasons(logged(activity=activity)) == ["activity_not_counted"]


@pytest.mark.parametrize("activity", ["follow_up_coordination", "transportation_arrangements", "contact_attempt"])
def test_coordination_and_documented_attempts_count(activity: str) -> None:
    assert only_line(logged(activity=activity)).counted == 1200


def test_teaching_in_person_needs_the_practices_policy() -> None:
    assert reasons(logged(activity="staff_in_person_education")) == ["activity_needs_reviewer"]


def test_teaching_in_person_counts_from_the_day_of_the_policy() -> None:
    chart = Chart()
    chart.policy("staff_in_person_counts", "yes", from_on="2026-03-10")
    chart.time("2026-03-09 10:00", 20, activity="staff_in_person_education")
    chart.time("2026-03-10 10:00", 20, activity="staff_in_person_education")

    assert [line.counted for line in chart.verdict().lines] == [0, 1200]


def test_somebody_has_to_look_at_teaching_that_counts_by_the_practices_policy() -> None:
    chart = Chart()
    chart.policy("staff_in_person_counts", "yes")
    chart.time("2026-03-10 10:00", 20, activity="staff_in_person_education")
    (line,) = chart.verdict().lines

    assert (1200, ["in_person_counted"]) == (line.counted, codes(line.notices))
    assert ("medicare.ccm.time.in_person_reviewed",) == line.notices[0].readings


def test_untimed_work_does_not_count_where_the_practice_says_so() -> None:
    chart = Chart()
    chart.policy("untimed_counts", "no")
    chart.untimed("2026-03-10", 20)

    assert reasons(chart) == ["untimed_not_adopted"]


def test_time_without_consent_does_not_count() -> None:
    chart = Chart(without=["consent"])
    chart.time(MORNING, 20)

    assert reasons(chart) == ["without_consent"]


def test_time_before_consent_does_not_count() -> None:
    chart = Chart(without=["consent"])
    chart.consent("2026-03-10 10:20")
    chart.time(MORNING, 20)

    assert reasons(chart) == ["before_consent"]


def test_an_entry_across_the_moment_of_consent_counts_from_it() -> None:
    chart = Chart(without=["consent"])
    chart.consent("2026-03-10 10:05")
    chart.time(MORNING, 20)
    line = only_line(chart)

    assert (line.counted, codes(line.notices), line.notices[0].seconds) == (900, ["before_consent"], 300)


def test_a_started_second_of_consent_does_not_count() -> None:
    chart = Chart(without=["consent"])
    chart.consent("2026-03-10 10:05:00.500000")
    chart.time(MORNING, 20)

    assert only_line(chart).counted == 899


def test_work_up_to_the_day_of_death_counts_and_later_work_does_not() -> None:
    chart = Chart()
    chart.death("2026-03-10")
    chart.time("2026-03-10 23:50", 20)
    line = only_line(chart)

    assert (line.counted, codes(line.notices), line.notices[0].seconds) == (600, ["after_death"], 600)


def test_work_up_to_the_end_of_coverage_counts_and_later_work_does_not() -> None:
    chart = Chart()
    chart.coverage(until_on="2026-03-10")
    chart.time("2026-03-10 23:50", 20)
    line = only_line(chart)

    assert (line.counted, codes(line.notices), line.notices[0].seconds) == (600, ["after_coverage_end"], 600)


def test_untimed_work_on_the_day_of_consent_needs_a_stated_order() -> None:
    chart = Chart(without=["consent"])
    chart.consent("2026-03-10 10:00")
    chart.untimed("2026-03-10", 20)

    assert reasons(chart) == ["untimed_on_boundary_day"]


@pytest.mark.parametrize(("order", "counted"), [("before", 0), ("after", 1200)])
def test_untimed_work_on_the_day_of_consent_counts_when_it_lay_after(order: str, counted: int) -> None:
    chart = Chart(without=["consent"])
    chart.consent("2026-03-10 10:00")
    chart.untimed("2026-03-10", 20, order=order)

    assert only_line(chart).counted == counted


@pytest.mark.parametrize(("on", "counted"), [("2026-03-09", 0), ("2026-03-11", 1200)])
def test_untimed_work_on_the_days_beside_consent_needs_no_order(on: str, counted: int) -> None:
    chart = Chart(without=["consent"])
    chart.consent("2026-03-10 10:00")
    chart.untimed(on, 20)

    assert only_line(chart).counted == counted


@pytest.mark.parametrize(("order", "code"), [(None, "untimed_on_boundary_day"), ("after", "after_death")])
def test_untimed_work_on_the_day_of_death_counts_only_when_it_lay_before(order: str | None, code: str) -> None:
    chart = Chart()
    chart.death("2026-03-10")
    chart.untimed("2026-03-10", 20, order=order)

    assert reasons(chart) == [code]


def test_untimed_work_before_death_on_its_day_counts() -> None:
    chart = Chart()
    chart.death("2026-03-10")
    chart.untimed("2026-03-10", 20, order="before")

    assert reasons(chart) == ["no_clock_times"]


def test_untimed_work_on_the_last_day_of_coverage_needs_a_stated_order() -> None:
    chart = Chart()
    chart.coverage(until_on="2026-03-10")
    chart.untimed("2026-03-10", 20)

    assert reasons(chart) == ["untimed_on_boundary_day"]


def test_seconds_that_an_earlier_entry_of_the_patient_holds_do_not_count_again() -> None:
    chart = Chart()
    chart.time(MORNING, 20, by="S1")
    chart.time("2026-03-10 10:15", 20, by="S2")
    line = chart.verdict().lines[1]

    assert (line.counted, codes(line.notices), line.notices[0].seconds) == (900, ["time_already_covered"], 300)


def test_the_first_recorded_keeps_the_seconds_also_when_it_does_not_count_itself() -> None:
    chart = Chart()
    chart.time(MORNING, 20, by="biller")
    chart.time(MORNING, 20, by="S1")

    assert [codes(line.notices) for line in chart.verdict().lines] == [
        ["performer_not_clinical"],
        ["time_already_covered"],
    ]


def test_one_person_with_two_patients_counts_for_the_first_recorded() -> None:
    chart = Chart()
    chart.time("2026-03-10 10:10", 20, who="another patient")
    chart.time(MORNING, 20)
    line = only_line(chart)

    assert (line.counted, line.notices[0].seconds) == (600, 600)
    assert codes(line.notices) == ["performer_with_other_patient", "contested_time"]


def test_seconds_lost_twice_are_taken_once() -> None:
    chart = Chart()
    chart.time(MORNING, 10, who="another patient", by="S1")
    chart.time(MORNING, 10, by="S2")
    chart.time(MORNING, 20, by="S1")
    line = chart.verdict().lines[1]

    assert (line.counted, [(n.code, n.seconds) for n in line.notices]) == (
        600,
        [("time_already_covered", 600), ("contested_time", None)],
    )


def test_a_day_holds_no_more_than_twenty_four_hours() -> None:
    chart = Chart()
    chart.untimed("2026-03-10", 1430, who="another patient")
    chart.untimed("2026-03-10", 20)
    line = only_line(chart)

    assert (line.counted, codes(line.notices)) == (600, ["day_over_24_hours", "no_clock_times"])


def test_timed_work_after_a_full_day_of_untimed_work_does_not_count() -> None:
    chart = Chart()
    chart.untimed("2026-03-10", 1430, who="another patient")
    chart.time(MORNING, 20)
    line = only_line(chart)

    assert (line.counted, [(n.code, n.seconds) for n in line.notices]) == (600, [("day_over_24_hours", 600)])


def across_the_month_end(filled: int) -> Chart:
    """Forty minutes about the local midnight after 31 March, on a UTC day that other work has `filled` by minutes."""
    chart = Chart("2026-04")
    chart.untimed("2026-04-01", filled)
    chart.time("2026-03-31 23:40", 40)
    return chart


@pytest.mark.parametrize(("filled", "march", "april"), [(1420, 1200, 0), (1410, 1200, 600), (1430, 600, 0)])
def test_seconds_beyond_a_full_day_are_taken_once_where_the_work_crosses_a_month_end(
    filled: int, march: int, april: int
) -> None:
    chart = across_the_month_end(filled)

    assert (march, april) == (chart.verdict("2026-03").lines[0].counted, chart.verdict("2026-04").lines[-1].counted)


def test_untimed_work_counts_by_default_and_shows_its_share() -> None:
    chart = Chart()
    chart.untimed("2026-03-10", 20)
    verdict = chart.verdict()

    assert codes(verdict.lines[0].notices) == ["no_clock_times"]
    assert (verdict.staff_seconds, verdict.untimed_seconds) == (1200, 1200)


def test_both_entries_of_a_contested_minute_say_so() -> None:
    chart = Chart()
    chart.time(MORNING, 20)
    chart.time("2026-03-10 10:10", 20, who="another patient")
    line = only_line(chart)

    assert (line.counted, codes(line.notices)) == (1200, ["contested_time"])


def test_an_unknown_work_country_is_for_review_and_counts() -> None:
    chart = Chart()
    chart.person("remote", Role.CLINICAL_STAFF, "rn", country=None)
    chart.time(MORNING, 20, by="remote")
    line = only_line(chart)

    assert (line.counted, codes(line.notices)) == (1200, ["work_country_unknown"])


@pytest.mark.parametrize(
    ("late", "expected"),
    [
        (timedelta(hours=48), []),
        (timedelta(hours=48, seconds=1), ["recorded_late"]),
        (timedelta(days=7), ["recorded_late"]),
        (timedelta(days=7, seconds=1), ["recorded_very_late"]),
    ],
)
def test_lateness_is_measured_from_the_end_of_the_work(late: timedelta, expected: list[str]) -> None:
    chart = logged(late=late)

    assert reasons(chart) == expected
    assert only_line(chart).counted == 1200


def test_time_that_a_biller_entered_for_a_nurse_counts_and_is_for_review() -> None:
    line = only_line(logged(entered_by=opaque("st", "biller")))

    assert (line.counted, codes(line.notices)) == (1200, ["entered_by_biller"])


def test_time_that_a_colleague_entered_needs_no_review() -> None:
    assert reasons(logged(entered_by=opaque("st", "S2"))) == []


def test_the_practitioners_own_time_is_a_pool_of_its_own() -> None:
    verdict = logged(by="MD").verdict()

    assert (verdict.staff_seconds, verdict.personal_seconds) == (0, 1200)


def test_an_entry_across_the_end_of_the_month_counts_in_both_months_with_its_own_seconds() -> None:
    chart = Chart()
    chart.time("2026-03-31 23:50", 20)

    assert [chart.verdict(month).staff_seconds for month in ("2026-03", "2026-04")] == [600, 600]


def test_the_night_of_daylight_saving_time_neither_adds_nor_takes_a_second() -> None:
    chart = Chart()
    chart.time("2026-03-08 01:50", 20)

    assert chart.verdict().staff_seconds == 1200


def test_several_reasons_are_all_listed_in_order_and_the_first_takes_the_seconds() -> None:
    chart = Chart(without=["consent"])
    chart.time(MORNING, 20, by="biller", activity="billing", described=False, programme=Programme.RPM)
    line = only_line(chart)

    assert [(n.code, n.seconds) for n in line.notices] == [
        ("other_programme", 1200),
        ("performer_not_clinical", None),
        ("description_missing", None),
        ("activity_not_counted", None),
        ("without_consent", None),
    ]


def test_the_order_of_the_catalogue_is_pinned() -> None:
    assert [kind.code for kind in OF_TIME] == [
        "outside_the_rules",
        "other_programme",
        "performer_not_registered",
        "performer_not_a_person",
        "performer_excluded",
        "performer_role_not_held",
        "performer_not_clinical",
        "other_practitioner",
        "credential_missing",
        "credential_not_clinical",
        "licence_lapsed",
        "work_outside_us",
        "activity_missing",
        "description_missing",
        "activity_not_listed",
        "activity_not_counted",
        "activity_needs_reviewer",
        "untimed_not_adopted",
        "without_consent",
        "before_consent",
        "after_revocation",
        "after_disenrolment",
        "after_death",
        "after_coverage_end",
        "during_stay",
        "visit_day",
        "untimed_on_boundary_day",
        "time_already_covered",
        "performer_with_other_patient",
        "day_over_24_hours",
        "raise_awaits_approval",
        "no_clock_times",
        "contested_time",
        "contact_after_revocation",
        "stay_edge_day",
        "visit_same_day",
        "in_person_counted",
        "work_country_unknown",
        "recorded_very_late",
        "recorded_late",
        "entered_by_biller",
        "time_corrected",
        "time_moved_here",
        "time_disputed",
    ]
    assert list(RANK)[: len(OF_TIME)] == [kind.code for kind in OF_TIME]
