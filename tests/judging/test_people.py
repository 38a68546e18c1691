"""The people of a month: excluded, unlicensed, gone; judged by what is on record for its days, and by nothing else."""

from typing import Any

import pytest

from ledger.streams.patient import PracticeAssigned
from ledger.streams.practice import PracticeRegistered
from ledger.streams.staff import ExclusionChecked, LicenceRecorded, RoleEnded, RoleGranted, StaffDeparted
from ledger.terms.people import Role
from tests.facts import Chart, codes, day, opaque

MORNING = "2026-03-10 10:00"


def check(
    chart: Chart, result: Any, on: str, *, who: str = "S1", since: str | None = None, source: Any = "leie"
) -> None:
    excluded_from = day(since) if since else None
    chart.tell(
        ExclusionChecked(
            staff=opaque("st", who), checked_on=day(on), source=source, result=result, excluded_from=excluded_from
        )
    )


def licence(chart: Chart, until: str | None, *, who: str = "S1", since: str = "2020-01-01", state: str = "IL") -> None:
    chart.tell(
        LicenceRecorded(
            staff=opaque("st", who),
            kind="rn",
            state=state,
            from_on=day(since),
            until_on=day(until) if until else None,
        )
    )


def leave(chart: Chart, on: str, who: str = "MD") -> None:
    chart.tell(StaffDeparted(staff=opaque("st", who), last_on=day(on), reason="retired"))


def lines(chart: Chart) -> list[tuple[int, list[str]]]:
    return [(line.counted, codes(line.notices)) for line in chart.verdict().lines]


# --- whose minutes they are -------------------------------------------------------------------------------------


def test_minutes_of_the_designee_in_the_role_of_clinical_staff_are_staff_minutes() -> None:
    chart = Chart(without=("designation",))
    chart.person("nurse", Role.CLINICAL_STAFF, "rn")
    chart.designate("nurse")
    chart.consent("2026-01-05 09:00", name="hers", practitioner="nurse")
    chart.time(MORNING, 25, by="nurse")
    verdict = chart.verdict()

    assert (verdict.staff_seconds, verdict.personal_seconds) == (1500, 0)


# --- excluded performers ----------------------------------------------------------------------------------------


def test_time_of_an_excluded_performer_does_not_count() -> None:
    chart = Chart()
    chart.time(MORNING, 25)
    check(chart, "excluded", "2026-04-02", since="2026-02-20")

    assert [(0, ["performer_excluded"])] == lines(chart)


def test_time_before_the_exclusion_and_after_it_was_cleared_counts() -> None:
    chart = Chart()
    for on in ("09", "10", "20", "21"):
        chart.time(f"2026-03-{on} 10:00", 10)
    check(chart, "excluded", "2026-03-12", since="2026-03-10")
    check(chart, "clear", "2026-03-21")

    assert [600, 0, 0, 600] == [counted for counted, _ in lines(chart)]


@pytest.mark.parametrize("result", ["clear", "unknown"])
def test_a_check_that_found_nothing_takes_nothing(result: str) -> None:
    chart = Chart()
    chart.time(MORNING, 25)
    check(chart, result, "2026-03-02")

    assert [(1500, [])] == lines(chart)


def test_the_notice_names_the_rule() -> None:
    chart = Chart()
    chart.time(MORNING, 25)
    check(chart, "excluded", "2026-03-02")
    (line,) = chart.verdict().lines

    assert ("medicare.ccm.performers.excluded_counts",) == line.notices[0].readings


def test_an_excluded_billing_practitioner_blocks_the_month() -> None:
    chart = Chart()
    chart.time(MORNING, 25)
    check(chart, "excluded", "2026-04-02", who="MD", since="2026-03-31")

    assert ["practitioner_excluded"] == codes(chart.verdict().missing)


def test_an_exclusion_that_ended_before_the_month_blocks_nothing() -> None:
    chart = Chart()
    chart.time(MORNING, 25)
    check(chart, "excluded", "2026-01-02", who="MD")
    check(chart, "clear", "2026-03-01", who="MD")

    assert [] == codes(chart.verdict().missing)


# --- checks that are due ----------------------------------------------------------------------------------------


def test_nobody_who_was_never_checked_is_missed() -> None:
    chart = Chart()
    chart.time(MORNING, 25)

    assert [] == codes(chart.verdict().notices)


def test_who_was_checked_before_and_not_in_the_month_is_for_review() -> None:
    chart = Chart()
    chart.time(MORNING, 25)
    check(chart, "clear", "2026-02-27")

    assert ["exclusion_check_missing"] == codes(chart.verdict().notices)


def test_a_check_that_could_not_tell_is_no_check() -> None:
    chart = Chart()
    chart.time(MORNING, 25)
    check(chart, "clear", "2026-02-27")
    check(chart, "unknown", "2026-03-02")

    assert ["exclusion_check_missing"] == codes(chart.verdict().notices)


def test_a_check_within_the_month_is_enough() -> None:
    chart = Chart()
    chart.time(MORNING, 25)
    check(chart, "clear", "2026-02-27")
    check(chart, "clear", "2026-03-31")

    assert [] == codes(chart.verdict().notices)


def test_a_check_of_somebody_without_counted_time_is_not_asked_for() -> None:
    chart = Chart()
    chart.time(MORNING, 25)
    chart.time("2026-03-11 10:00", 5, by="S2", activity="billing")
    check(chart, "clear", "2026-02-27", who="S2")

    assert [] == codes(chart.verdict().notices)


# --- licences ---------------------------------------------------------------------------------------------------


def test_time_after_the_only_licence_lapsed_does_not_count() -> None:
    chart = Chart()
    chart.time("2026-03-09 10:00", 10)
    chart.time("2026-03-10 10:00", 10)
    licence(chart, "2026-03-09")

    assert [(600, []), (0, ["licence_lapsed"])] == lines(chart)


def test_another_licence_that_holds_is_enough() -> None:
    chart = Chart()
    chart.time(MORNING, 25)
    licence(chart, "2026-01-31")
    licence(chart, None, state="WI")

    assert [(1500, [])] == lines(chart)


def test_a_renewal_recorded_later_lets_the_time_count_again() -> None:
    chart = Chart()
    chart.time(MORNING, 25)
    licence(chart, "2026-01-31")
    licence(chart, "2028-01-31", since="2026-02-01")

    assert [(1500, [])] == lines(chart)


def test_of_days_before_the_first_licence_nothing_is_claimed() -> None:
    chart = Chart()
    chart.time(MORNING, 25)
    licence(chart, None, since="2026-04-01")

    assert [(1500, [])] == lines(chart)


def test_a_billing_practitioner_whose_licence_lapsed_may_not_bill() -> None:
    chart = Chart()
    chart.time(MORNING, 25)
    licence(chart, "2026-03-30", who="MD")
    (found,) = chart.verdict().missing

    assert ("practitioner_may_not_bill", ("medicare.ccm.performers.licence_lapsed_counts",)) == found[0::4]


# --- staff who left ---------------------------------------------------------------------------------------------


def test_time_after_the_last_day_does_not_count() -> None:
    chart = Chart()
    chart.time("2026-03-09 10:00", 10)
    chart.time("2026-03-10 10:00", 10)
    leave(chart, "2026-03-09", "S1")

    assert [(600, []), (0, ["performer_role_not_held"])] == lines(chart)


def test_a_practitioner_who_left_before_the_month_blocks_it() -> None:
    chart = Chart()
    chart.time(MORNING, 25)
    leave(chart, "2026-02-28")

    assert ["practitioner_departed"] == codes(chart.verdict().missing)


def test_a_practitioner_who_left_within_the_month_may_bill_it() -> None:
    chart = Chart()
    chart.time(MORNING, 25)
    leave(chart, "2026-03-12")

    assert ([], ["practitioner_left_in_month"]) == (codes(chart.verdict().missing), codes(chart.verdict().notices))


@pytest.mark.parametrize(("last", "expected"), [("2026-02-28", False), ("2026-03-01", True)])
def test_a_departure_on_the_first_day_of_the_month_lies_within_it(last: str, expected: bool) -> None:
    chart = Chart()
    chart.time(MORNING, 25)
    leave(chart, last)
    verdict = chart.verdict()

    assert ("practitioner_left_in_month" in codes(verdict.notices)) is expected
    assert ("practitioner_departed" in codes(verdict.missing)) is not expected


def test_months_before_the_departure_say_nothing() -> None:
    chart = Chart()
    chart.time(MORNING, 25)
    leave(chart, "2026-03-31")

    assert "ready" == chart.verdict().standing


def test_a_practitioner_who_came_back_bills_again() -> None:
    chart = Chart()
    chart.time(MORNING, 25)
    leave(chart, "2026-02-10")
    chart.tell(
        RoleGranted(
            staff=opaque("st", "MD"), role=Role.PRACTITIONER, practice=chart.practice, from_on=day("2026-03-01")
        )
    )

    assert "ready" == chart.verdict().standing


def test_what_somebody_signed_before_leaving_stays_signed() -> None:
    chart = Chart()
    chart.time(MORNING, 25)
    chart.attest(chart.verdict().digest)
    leave(chart, "2026-03-31")

    assert ("attested", []) == (chart.verdict().standing, codes(chart.verdict().missing))


# --- two practices ----------------------------------------------------------------------------------------------


def moved_to_another_practice() -> Chart:
    """From 2026-03-16 on the patient belongs to a practice in New York, with a nurse of its own."""
    chart = Chart()
    other = opaque("pr", "other office")
    chart.tell(PracticeRegistered(practice=other, name="Other", tin="987654321", zone="America/New_York"))
    chart.tell(PracticeAssigned(patient=chart.patient, practice=other, from_on=day("2026-03-16")))
    chart.person("S3", Role.CLINICAL_STAFF, "rn", practice=other)
    chart.time("2026-03-09 10:00", 12)
    chart.practice, own = other, chart.practice
    chart.time("2026-03-20 10:00", 13, by="S3")
    chart.practice = own
    return chart


def test_entries_keep_the_practice_of_their_day_and_the_designation_says_who_bills() -> None:
    verdict = moved_to_another_practice().verdict()

    assert (1500, opaque("pr", "office")) == (verdict.staff_seconds, verdict.practice)


def test_time_worked_for_another_practice_than_the_one_that_bills_is_for_review() -> None:
    (found,) = moved_to_another_practice().verdict().notices

    assert "worked_for_other_practice" == found.code
    assert "780 seconds" in found.happened


# --- work across midnight: each day asks for itself -------------------------------------------------------------


def across_midnight() -> Chart:
    """Three hours of S1, one on 10 March and two on 11 March."""
    chart = Chart()
    chart.time("2026-03-10 23:00", 180)
    return chart


def test_work_across_midnight_into_an_exclusion_counts_until_midnight() -> None:
    chart = across_midnight()
    check(chart, "excluded", "2026-03-20", since="2026-03-11")

    assert [(3600, ["performer_excluded"])] == lines(chart)
    found = chart.verdict().lines[0].notices[0]
    assert (7200, ("medicare.ccm.performers.excluded_counts",)) == (found.seconds, found.readings)
    assert found.happened.startswith("7200 seconds do not count: the performer was excluded on 2026-03-11.")


def test_work_across_midnight_out_of_an_exclusion_counts_from_midnight() -> None:
    chart = across_midnight()
    check(chart, "excluded", "2026-03-05", since="2026-03-05")
    check(chart, "clear", "2026-03-11")

    assert [(7200, ["performer_excluded"])] == lines(chart)
    assert day("2026-03-11") == chart.verdict().lines[0].last_counted_on


def test_work_across_midnight_after_the_last_day_of_the_role_counts_until_midnight() -> None:
    chart = across_midnight()
    office, last_on = chart.practice, day("2026-03-10")
    chart.tell(RoleEnded(staff=opaque("st", "S1"), role=Role.CLINICAL_STAFF, practice=office, last_on=last_on))

    assert [(3600, ["performer_role_not_held"])] == lines(chart)
    assert day("2026-03-10") == chart.verdict().lines[0].last_counted_on


def test_work_across_midnight_after_the_licence_lapsed_counts_until_midnight() -> None:
    chart = across_midnight()
    licence(chart, "2026-03-10")

    assert [(3600, ["licence_lapsed"])] == lines(chart)


def test_work_across_midnight_within_an_exclusion_does_not_count_at_all() -> None:
    chart = across_midnight()
    check(chart, "excluded", "2026-03-20", since="2026-03-10")

    assert [(0, ["performer_excluded"])] == lines(chart)
    assert 10800 == chart.verdict().lines[0].notices[0].seconds


def test_work_across_midnight_of_somebody_able_on_both_days_counts_whole() -> None:
    chart = across_midnight()
    check(chart, "excluded", "2026-03-20", since="2026-03-12")

    assert [(10800, [])] == lines(chart)


# --- who supervised ---------------------------------------------------------------------------------------------


def supervised(chart: Chart, by: str, **said: Any) -> list[str]:
    """What a month says whose one entry names somebody as supervising."""
    chart.time(MORNING, 25, supervised_by=opaque("st", by), **said)
    verdict = chart.verdict()
    assert verdict.staff_seconds == 1500
    return codes(verdict.notices)


@pytest.mark.parametrize("by", ["S2", "biller"])
def test_time_that_names_a_supervisor_who_is_no_practitioner_counts_and_is_for_review(by: str) -> None:
    assert ["supervisor_not_practitioner"] == supervised(Chart(), by)


@pytest.mark.parametrize("by", ["MD", "MD2"])
def test_any_practitioner_of_the_practice_may_supervise(by: str) -> None:
    assert [] == supervised(Chart(), by)


@pytest.mark.parametrize(("until", "expected"), [("2026-03-10", []), ("2026-03-09", ["supervisor_not_practitioner"])])
def test_a_supervisor_held_the_role_on_the_day_of_the_work(until: str, expected: list[str]) -> None:
    chart = Chart()
    chart.person("going", Role.PRACTITIONER, "md", until_on=until)

    assert expected == supervised(chart, "going")


def test_a_practitioner_of_another_practice_supervises_nobody_here() -> None:
    chart = Chart()
    chart.person("PT", Role.PRACTITIONER, "md", practice=opaque("pr", "elsewhere"))

    assert ["supervisor_not_practitioner"] == supervised(chart, "PT")


def test_a_supervisor_is_asked_about_also_among_entries_that_are_looked_at_one_by_one() -> None:
    assert ["supervisor_not_practitioner"] == supervised(Chart(), "S2", entered_by=opaque("st", "biller"))


def test_who_supervised_time_that_does_not_count_is_nobodys_concern() -> None:
    chart = Chart()
    chart.time(MORNING, 25)
    chart.time("2026-03-11 10:00", 25, supervised_by=opaque("st", "S2"), activity="visit")

    assert [] == codes(chart.verdict().notices)
