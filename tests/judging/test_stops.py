"""Revocation, disenrolment, void consents: until when minutes count, and what it takes for them to count again."""

from datetime import date

import pytest

from ledger.judging import judge_month
from ledger.judging.shapes import Verdict
from ledger.rulebook import rulebook_of, shipped_edition
from ledger.terms.people import Programme
from tests.facts import Chart, codes, opaque
from tests.rulebook.case_months import under


def worked(*days: str, chart: Chart | None = None, minutes: int = 10, **said: object) -> Chart:
    chart = chart or Chart()
    for on in days:
        chart.time(f"{on} 10:00", minutes, **said)  # type: ignore[arg-type]
    return chart


def reasons(verdict: Verdict) -> list[list[str]]:
    return [codes(line.notices) for line in verdict.lines]


def counted(verdict: Verdict) -> list[int]:
    return [line.counted // 60 for line in verdict.lines]


# --- revocation -------------------------------------------------------------------------------------------------


def test_minutes_of_the_whole_month_of_a_revocation_count() -> None:
    chart = worked("2026-03-05", "2026-03-31", activity="chart_review")
    chart.revoke("2026-03-12")
    verdict = chart.verdict()

    assert counted(verdict) == [10, 10]
    assert reasons(verdict) == [[], []]
    assert codes(verdict.notices) == ["consent_revoked_in_month"]
    assert codes(verdict.missing) == []


def test_minutes_of_later_months_do_not_count() -> None:
    chart = worked("2026-04-02", activity="chart_review")
    chart.revoke("2026-03-12")
    verdict = chart.verdict("2026-04")

    assert reasons(verdict) == [["after_revocation"]]
    assert verdict.lines[0].notices[0].seconds == 600
    assert codes(verdict.missing) == ["consent_revoked", "minutes_below_minimum"]


def test_a_revocation_on_the_last_day_of_a_month_ends_that_month() -> None:
    chart = worked("2026-03-31", "2026-04-01", activity="chart_review")
    chart.revoke("2026-03-31")

    assert counted(chart.verdict("2026-03")) == [10]
    assert counted(chart.verdict("2026-04")) == [0]


def test_a_revocation_recorded_months_later_takes_the_months_since() -> None:
    chart = worked("2026-04-02", minutes=25)
    before = chart.verdict("2026-04")
    chart.revoke("2026-03-12", recorded="2026-06-20 12:00")
    after = chart.verdict("2026-04")

    assert (before.staff_seconds, after.staff_seconds) == (1500, 0)
    assert before.digest != after.digest


def test_an_entry_across_the_end_of_the_month_of_a_revocation_counts_up_to_midnight() -> None:
    chart = Chart()
    chart.time("2026-03-31 23:50", 20, activity="chart_review")
    chart.revoke("2026-03-12")

    assert [chart.verdict(month).staff_seconds for month in ("2026-03", "2026-04")] == [600, 0]


def test_untimed_work_on_the_last_day_of_the_month_of_a_revocation_needs_no_order() -> None:
    chart = Chart()
    chart.untimed("2026-03-31", 20, activity="chart_review")
    chart.revoke("2026-03-12")

    assert counted(chart.verdict()) == [20]


def test_consent_again_in_the_same_month_goes_on_without_a_break() -> None:
    chart = worked("2026-03-05", "2026-03-14", "2026-04-02", activity="chart_review")
    chart.revoke("2026-03-12")
    chart.consent("2026-03-20 09:00", name="again")
    march, april = chart.verdict("2026-03"), chart.verdict("2026-04")

    assert (counted(march), counted(april)) == ([10, 10], [10])
    assert (codes(march.notices), codes(april.missing)) == ([], ["minutes_below_minimum"])


def test_consent_again_in_a_later_month_counts_from_its_own_moment() -> None:
    chart = worked("2026-04-02", "2026-04-20", activity="chart_review")
    chart.revoke("2026-03-12")
    chart.consent("2026-04-10 09:00", name="again")
    verdict = chart.verdict("2026-04")

    assert (counted(verdict), reasons(verdict)) == ([0, 10], [["after_revocation"], []])
    assert codes(verdict.missing) == ["minutes_below_minimum"]


def test_untimed_work_before_consent_again_lies_after_the_revocation() -> None:
    chart = Chart()
    chart.untimed("2026-04-02", 10, activity="chart_review")
    chart.untimed("2026-04-10", 10, activity="chart_review")
    chart.untimed("2026-04-10", 10, activity="chart_review", order="after")
    chart.revoke("2026-03-12")
    chart.consent("2026-04-10 09:00", name="again")
    verdict = chart.verdict("2026-04")

    assert counted(verdict) == [0, 0, 10]
    assert [found[0] for found in reasons(verdict)] == ["after_revocation", "untimed_on_boundary_day", "no_clock_times"]


def test_a_consent_of_the_day_of_the_revocation_is_no_consent_again() -> None:
    chart = worked("2026-04-02", activity="chart_review")
    chart.revoke("2026-03-12")
    chart.consent("2026-03-12 16:00", name="same day")
    verdict = chart.verdict("2026-04")

    assert codes(verdict.missing) == ["consent_revoked", "minutes_below_minimum"]
    assert codes(verdict.notices) == ["consent_on_day_of_revocation"]


def test_a_consent_of_the_day_of_the_revocation_is_for_review_in_the_month_that_the_programme_ends_too() -> None:
    chart = worked("2026-03-05", activity="chart_review")
    chart.revoke("2026-03-12")
    chart.consent("2026-03-12 16:00", name="same day")
    found = chart.verdict().notices

    assert codes(found) == ["consent_revoked_in_month", "consent_on_day_of_revocation"]
    assert [notice.readings for notice in found] == [("medicare.ccm.consent.revocation_effective",)] * 2


def test_a_supplement_after_a_revocation_does_not_revive_the_consent() -> None:
    chart = Chart(without=["consent"])
    chart.consent("2026-01-05 09:00", lacks=["cost_sharing"])
    chart.revoke("2026-03-12")
    chart.supplement("2026-04-10 09:00", affirms=["cost_sharing"])
    worked("2026-04-20", chart=chart, activity="chart_review")

    assert reasons(chart.verdict("2026-04")) == [["after_revocation"]]
    assert codes(chart.verdict("2026-04").missing) == ["consent_revoked", "minutes_below_minimum"]


def test_a_supplement_completes_a_consent_given_again() -> None:
    chart = worked("2026-04-20", activity="chart_review")
    chart.revoke("2026-03-12")
    chart.consent("2026-04-05 09:00", name="again", lacks=["cost_sharing"])
    chart.supplement("2026-04-10 09:00", name="again", affirms=["cost_sharing"])

    assert counted(chart.verdict("2026-04")) == [10]


def test_a_second_revocation_ends_the_consent_given_again() -> None:
    chart = worked("2026-04-20", "2026-05-20", activity="chart_review")
    chart.revoke("2026-03-12", name="first")
    chart.consent("2026-04-05 09:00", name="again")
    chart.revoke("2026-04-06", name="second")

    assert [counted(chart.verdict(month)) for month in ("2026-04", "2026-05")] == [[10], [0]]


def test_a_consent_given_again_that_is_revoked_later_still_outlives_the_month() -> None:
    chart = worked("2026-03-05", activity="chart_review")
    chart.revoke("2026-03-12", name="first")
    chart.consent("2026-03-20 09:00", name="again")
    chart.revoke("2026-04-06", name="second")

    assert [codes(chart.verdict(month).notices) for month in ("2026-03", "2026-04")] == [
        [], ["consent_revoked_in_month"],
    ]  # fmt: skip


def test_the_order_in_which_revocation_and_consent_again_arrive_does_not_matter() -> None:
    first, second = worked("2026-04-20"), worked("2026-04-20")
    first.revoke("2026-03-12")
    first.consent("2026-04-05 09:00", name="again")
    second.consent("2026-04-05 09:00", name="again")
    second.revoke("2026-03-12")

    assert first.verdict("2026-04").digest == second.verdict("2026-04").digest


def test_a_revocation_of_another_programme_ends_nothing_here() -> None:
    chart = worked("2026-04-02")
    chart.revoke("2026-03-12", scope=[Programme.RPM, Programme.BHI])

    assert counted(chart.verdict("2026-04")) == [10]


def test_a_revocation_of_several_programmes_ends_each() -> None:
    chart = worked("2026-04-02", activity="chart_review")
    chart.revoke("2026-03-12", scope=[Programme.RPM, Programme.CCM])

    assert reasons(chart.verdict("2026-04")) == [["after_revocation"]]


def test_a_revocation_of_another_practitioners_care_ends_nothing_here() -> None:
    chart = worked("2026-04-02")
    chart.revoke("2026-03-12", practitioner="MD2")

    assert counted(chart.verdict("2026-04")) == [10]


def test_a_month_whose_practitioner_was_not_meant_asks_for_consent_to_that_one() -> None:
    chart = worked("2026-04-02", chart=Chart(without=["designation"]), activity="chart_review")
    chart.designate("MD2")
    chart.consent("2026-01-06 09:00", name="second", practitioner="MD2")
    chart.revoke("2026-03-12", practitioner="MD2")

    assert "consent_names_other_practitioner" in codes(chart.verdict("2026-04").missing)


def test_a_retracted_revocation_never_was() -> None:
    chart = worked("2026-04-02", minutes=25)
    before = chart.verdict("2026-04")
    chart.revoke("2026-03-12")
    chart.retract_revocation()

    assert chart.verdict("2026-04").digest == before.digest


def test_a_revocation_before_any_consent_ends_nothing() -> None:
    chart = worked("2026-04-02")
    chart.revoke("2026-01-04")

    assert counted(chart.verdict("2026-04")) == [10]


# --- contact after a revocation -----------------------------------------------------------------------------------


def test_a_call_after_a_revocation_counts_to_the_months_end_and_is_for_review() -> None:
    chart = worked("2026-03-12", "2026-03-13")
    chart.revoke("2026-03-12")
    verdict = chart.verdict()

    assert (counted(verdict), reasons(verdict)) == ([10, 10], [[], ["contact_after_revocation"]])


def test_a_call_in_a_later_month_is_for_review_too() -> None:
    chart = worked("2026-04-02")
    chart.revoke("2026-03-12")

    assert reasons(chart.verdict("2026-04")) == [["after_revocation", "contact_after_revocation"]]


@pytest.mark.parametrize("activity", ["chart_review", "consent_conversation"])
def test_work_that_is_no_contact_is_not_for_review(activity: str) -> None:
    chart = worked("2026-03-13", activity=activity)
    chart.revoke("2026-03-12")

    assert "contact_after_revocation" not in reasons(chart.verdict())[0]


def test_work_of_an_activity_that_nobody_lists_is_no_contact() -> None:
    chart = worked("2026-03-13", activity="made_up")
    chart.revoke("2026-03-12")

    assert reasons(chart.verdict()) == [["activity_not_listed"]]


def test_a_call_of_another_programme_is_not_for_review() -> None:
    chart = worked("2026-03-13", programme=Programme.RPM)
    chart.revoke("2026-03-12")

    assert reasons(chart.verdict()) == [["other_programme"]]


def test_a_call_after_consent_again_is_not_for_review() -> None:
    chart = worked("2026-03-15", "2026-03-20")
    chart.revoke("2026-03-12")
    chart.consent("2026-03-18 09:00", name="again")

    assert reasons(chart.verdict()) == [["contact_after_revocation"], []]


# --- disenrolment -------------------------------------------------------------------------------------------------


def test_minutes_after_the_day_of_disenrolment_do_not_count() -> None:
    chart = worked("2026-03-15", "2026-03-16")
    chart.disenrol("2026-03-15")
    verdict = chart.verdict()

    assert (counted(verdict), reasons(verdict)) == ([10, 0], [[], ["after_disenrolment"]])
    (found,) = verdict.notices
    assert (found.code, found.readings) == ("disenrolled_in_month", ("medicare.ccm.consent.disenrolment_effective",))


def test_untimed_work_of_a_day_after_the_disenrolment_does_not_count() -> None:
    chart = Chart()
    chart.untimed("2026-03-20", 10)
    chart.disenrol("2026-03-15")

    assert [found[0] for found in reasons(chart.verdict())] == ["after_disenrolment"]


def test_a_disenrolment_on_the_first_day_of_a_month_leaves_that_day() -> None:
    chart = worked("2026-03-01", "2026-03-02")
    chart.disenrol("2026-03-01")

    assert counted(chart.verdict()) == [10, 0]


def test_of_two_disenrolments_in_a_month_the_last_one_ends_it() -> None:
    chart = worked("2026-03-05")
    chart.disenrol("2026-03-10", name="first")
    chart.consent("2026-03-15 09:00", name="again")
    chart.disenrol("2026-03-20", name="second")
    chart.coverage(name="second", payer="acme", kind="commercial", rank=2)
    worked("2026-03-16", "2026-03-21", chart=chart)
    verdict = chart.verdict()

    assert counted(verdict) == [10, 10, 0]
    assert verdict.date_of_service == date(2026, 3, 16)


def test_a_month_without_counted_work_is_dated_by_the_last_of_its_disenrolments() -> None:
    chart = Chart()
    chart.disenrol("2026-03-10", name="first")
    chart.consent("2026-03-15 09:00", name="again")
    chart.disenrol("2026-03-20", name="second")

    assert chart.verdict().date_of_service == date(2026, 3, 20)


def test_the_date_of_service_is_never_later_than_the_disenrolment() -> None:
    chart = worked("2026-03-05", "2026-03-16", minutes=25)
    chart.disenrol("2026-03-15")
    verdict = chart.verdict()

    assert verdict.date_of_service == date(2026, 3, 5)
    assert codes(verdict.missing) == []


def test_a_month_after_a_disenrolment_is_blocked() -> None:
    chart = worked("2026-04-02")
    chart.disenrol("2026-03-15")
    verdict = chart.verdict("2026-04")

    assert reasons(verdict) == [["after_disenrolment"]]
    assert codes(verdict.missing) == ["patient_disenrolled", "minutes_below_minimum"]
    assert verdict.date_of_service == date(2026, 4, 30)


def test_consent_again_after_a_disenrolment_counts_from_its_moment() -> None:
    chart = worked("2026-03-10", "2026-03-18", "2026-03-25")
    chart.disenrol("2026-03-15")
    chart.consent("2026-03-20 09:00", name="again")
    verdict = chart.verdict()

    assert (counted(verdict), reasons(verdict)) == ([10, 0, 10], [[], ["after_disenrolment"], []])
    assert verdict.date_of_service == date(2026, 3, 31)
    assert codes(verdict.notices) == []


def test_an_entry_across_consent_again_counts_from_the_moment_of_consent() -> None:
    chart = Chart()
    chart.disenrol("2026-03-15")
    chart.consent("2026-03-20 09:00", name="again")
    chart.time("2026-03-20 08:50", 30)
    (line,) = chart.verdict().lines

    assert (line.counted, line.notices[0].seconds) == (1200, 600)


def test_an_entry_across_the_midnight_after_a_disenrolment_counts_up_to_it() -> None:
    chart = Chart()
    chart.time("2026-03-15 23:50", 30)
    chart.disenrol("2026-03-15")

    assert chart.verdict().staff_seconds == 600


@pytest.mark.parametrize(
    ("on", "order", "expected"),
    [
        ("2026-03-14", None, "no_clock_times"),
        ("2026-03-15", None, "untimed_on_boundary_day"),
        ("2026-03-15", "after", "after_disenrolment"),
        ("2026-03-15", "before", "no_clock_times"),
        ("2026-03-16", None, "after_disenrolment"),
        ("2026-03-20", None, "untimed_on_boundary_day"),
        ("2026-03-20", "before", "after_disenrolment"),
        ("2026-03-20", "after", "no_clock_times"),
        ("2026-03-21", None, "no_clock_times"),
    ],
)
def test_untimed_work_on_the_borders_of_a_disenrolment_needs_its_order(
    on: str, order: str | None, expected: str
) -> None:
    chart = Chart()
    chart.disenrol("2026-03-15")
    chart.consent("2026-03-20 09:00", name="again")
    chart.untimed(on, 10, order=order)

    assert reasons(chart.verdict())[0][0] == expected


def test_untimed_work_on_a_disenrolment_that_ends_the_month_needs_its_order_too() -> None:
    chart = Chart()
    chart.disenrol("2026-03-31")
    chart.untimed("2026-03-31", 10)

    assert reasons(chart.verdict()) == [["untimed_on_boundary_day"]]


def test_a_disenrolment_by_a_practice_that_does_not_bill_ends_nothing() -> None:
    chart = worked("2026-03-20")
    chart.disenrol("2026-03-15", practice="former")

    assert counted(chart.verdict()) == [10]


def test_a_disenrolment_of_no_practice_in_particular_ends_the_programme_of_whoever_bills() -> None:
    chart = worked("2026-03-20")
    chart.disenrol("2026-03-15", practice=None)

    assert counted(chart.verdict()) == [0]


def test_a_disenrolment_from_another_programme_ends_nothing_here() -> None:
    chart = worked("2026-03-20")
    chart.disenrol("2026-03-15", programme=Programme.RPM)

    assert counted(chart.verdict()) == [10]


def test_a_retracted_disenrolment_never_was() -> None:
    chart = worked("2026-03-20")
    before = chart.verdict()
    chart.disenrol("2026-03-15")
    chart.retract_disenrolment()

    assert chart.verdict().digest == before.digest


def test_of_a_revocation_and_a_disenrolment_in_one_month_the_earlier_end_holds() -> None:
    chart = worked("2026-03-18", "2026-03-25", activity="chart_review")
    chart.revoke("2026-03-12")
    chart.disenrol("2026-03-20")
    verdict = chart.verdict()

    assert (counted(verdict), codes(verdict.notices)) == ([10, 0], ["disenrolled_in_month"])


# --- void consents ------------------------------------------------------------------------------------------------


def test_a_month_is_judged_as_if_a_void_consent_never_was_and_says_so() -> None:
    chart, never = worked("2026-03-10"), worked("2026-03-10", chart=Chart(without=["consent"]))
    chart.invalidate()
    verdict, expected = chart.verdict(), never.verdict()

    assert codes(verdict.missing) == codes(expected.missing) == ["consent_not_on_file", "minutes_below_minimum"]
    assert reasons(verdict) == reasons(expected) == [["without_consent"]]
    assert codes(verdict.notices) == ["consent_invalidated"]


def test_the_rule_on_void_consents_is_among_those_of_ends_that_were_read() -> None:
    chart = worked("2026-03-20")
    chart.consent("2026-01-10 09:00", name="second")
    chart.invalidate()
    chart.revoke("2026-03-12")
    read = chart.verdict().readings

    assert {"medicare.ccm.consent.invalid_counts", "medicare.ccm.consent.revocation_effective"} <= set(read)


def test_another_consent_stands_when_one_is_void() -> None:
    chart = worked("2026-03-05", "2026-03-20")
    chart.consent("2026-03-10 09:00", name="second")
    chart.invalidate()
    verdict = chart.verdict()

    assert (counted(verdict), reasons(verdict)) == ([0, 10], [["before_consent"], []])
    assert codes(verdict.notices) == ["consent_invalidated"]


def test_a_void_consent_that_was_incomplete_is_not_worth_a_word() -> None:
    chart = worked("2026-03-05")
    chart.consent("2026-02-10 09:00", name="second", lacks=["cost_sharing"])
    chart.invalidate("second")

    assert codes(chart.verdict().notices) == []


def test_the_programme_starts_with_the_first_consent_that_is_not_void() -> None:
    chart = worked("2026-03-20", chart=Chart(without=["visit"]))
    chart.visit("2025-02-20", "99213")  # within a year before January, and not before March
    chart.consent("2026-03-10 09:00", name="second")
    before = chart.verdict()
    chart.invalidate()

    assert "initiating_visit_missing" not in codes(before.missing)
    assert "initiating_visit_missing" in codes(chart.verdict().missing)


# --- capabilities, and names in messages ------------------------------------------------------------------------


def test_months_whose_date_of_service_lies_after_a_lapse_are_blocked() -> None:
    chart = worked("2026-03-10", minutes=25)
    worked("2026-04-10", chart=chart, minutes=25)
    chart.end_capability("access_24x7", "2026-04-29")

    assert codes(chart.verdict("2026-03").missing) == []
    assert codes(chart.verdict("2026-04").missing) == ["access_24x7_not_attested"]


def test_a_capability_attested_again_after_a_lapse_serves_from_its_first_day() -> None:
    chart = worked("2026-04-10", minutes=25)
    chart.end_capability("access_24x7", "2026-03-15")
    chart.capability("access_24x7", from_on="2026-04-10")

    assert codes(chart.verdict("2026-04").missing) == []
    assert "access_24x7_not_attested" in codes(chart.verdict("2026-03").missing)


def test_the_lapse_of_one_capability_leaves_the_others() -> None:
    chart = worked("2026-03-10", minutes=25)
    chart.end_capability("cehrt_holds_all_ccm_records", "2026-01-15")

    assert codes(chart.verdict().missing) == []


def test_a_notice_of_a_revocation_that_holds_at_once_says_so() -> None:
    at_once = under(rulebook_of(shipped_edition()), {"medicare.ccm.consent.revocation_effective": "day_end"})
    chart = worked("2026-03-20", activity="chart_review")
    chart.revoke("2026-03-12")
    (found,) = judge_month(chart.facts(), at_once, edition="a case").lines[0].notices

    assert "revoked consent on 2026-03-12, with effect at the end of that day" in found.happened


def test_a_notice_of_an_end_names_the_rule_and_nobody() -> None:
    chart = worked("2026-04-02", activity="chart_review")
    chart.revoke("2026-03-12")
    (found,) = chart.verdict("2026-04").lines[0].notices

    assert "the patient revoked consent on 2026-03-12, with effect at the end of 2026-03" in found.happened
    assert found.readings == ("medicare.ccm.consent.revocation_effective",)
    assert opaque("pt", "patient") not in found.happened + found.remedy


def test_what_was_read_of_ends_and_stays_stands_in_the_readings() -> None:
    chart = worked("2026-03-10")
    plain = chart.verdict().readings
    chart.revoke("2026-03-12")
    chart.stay("2026-03-20", "2026-03-22")
    read = chart.verdict().readings

    assert {name for name in read if name not in plain} == {
        "medicare.ccm.consent.contact_after_revocation_effect",
        "medicare.ccm.consent.disenrolment_effective",
        "medicare.ccm.consent.revocation_effective",
        "medicare.ccm.time.admission_day_counts",
        "medicare.ccm.time.discharge_day_counts",
        "medicare.ccm.time.stay_counts",
        "medicare.ccm.time.stay_edge_effect",
        "medicare.ccm.time.stay_kinds",
    }
