"""Work that begins before midnight and ends after it: policies, revocations, stays and roles are asked on each day."""

from ledger.streams.staff import RoleEnded, RoleGranted
from ledger.terms.people import Role
from tests.facts import Chart, codes, day, opaque

LATE_EVENING = "2026-03-10 23:50"
TEACHING = "staff_in_person_education"


def taught(chart: Chart) -> list[tuple[int, list[str]]]:
    """Twenty-five minutes of teaching, ten before midnight: what counts of them, and what is said."""
    chart.time(LATE_EVENING, 25, activity=TEACHING)
    return [(line.counted, codes(line.notices)) for line in chart.verdict().lines]


def test_teaching_counts_from_the_midnight_on_which_the_policy_begins() -> None:
    chart = Chart()
    chart.policy("staff_in_person_counts", "yes", from_on="2026-03-11")

    assert [(900, ["activity_needs_reviewer", "in_person_counted"])] == taught(chart)


def test_teaching_counts_to_the_midnight_on_which_the_policy_ends() -> None:
    chart = Chart()
    chart.policy("staff_in_person_counts", "yes")
    chart.policy("staff_in_person_counts", "no", from_on="2026-03-11")

    assert [(600, ["activity_needs_reviewer", "in_person_counted"])] == taught(chart)
    assert 600 == chart.verdict().staff_seconds
    assert day("2026-03-10") == chart.verdict().lines[0].last_counted_on


def test_teaching_without_a_policy_on_either_day_does_not_count_at_all() -> None:
    assert [(0, ["activity_needs_reviewer"])] == taught(Chart())


def test_teaching_under_the_policy_on_both_days_counts_whole() -> None:
    chart = Chart()
    chart.policy("staff_in_person_counts", "yes")

    assert [(1500, ["in_person_counted"])] == taught(chart)


def test_a_call_that_goes_on_after_the_day_of_a_revocation_is_for_review() -> None:
    chart = Chart()
    chart.time(LATE_EVENING, 25, activity="phone_call")
    chart.revoke("2026-03-10")

    assert ["contact_after_revocation"] == codes(chart.verdict().lines[0].notices)


def test_work_that_goes_on_into_a_stay_of_another_kind_is_for_review() -> None:
    chart = Chart()
    chart.time(LATE_EVENING, 25)
    chart.stay("2026-03-11", "2026-03-12", kind="observation")

    assert "work_in_other_stay" in codes(chart.verdict().notices)


def test_work_that_goes_on_into_a_day_without_coverage_is_for_review() -> None:
    chart = Chart(without=("coverage",))
    chart.coverage(until_on="2026-03-10")
    chart.coverage(name="second", from_on="2026-03-12")
    chart.time(LATE_EVENING, 25)

    assert "coverage_gap" in codes(chart.verdict().notices)


def test_who_becomes_a_biller_at_midnight_entered_it_as_one() -> None:
    chart = Chart()
    chart.tell(
        RoleEnded(staff=opaque("st", "biller"), role=Role.BILLER, practice=chart.practice, last_on=day("2026-01-31"))
    )
    chart.tell(
        RoleGranted(staff=opaque("st", "biller"), role=Role.BILLER, practice=chart.practice, from_on=day("2026-03-11"))
    )
    chart.time(LATE_EVENING, 25, entered_by=opaque("st", "biller"))

    assert ["entered_by_biller"] == codes(chart.verdict().lines[0].notices)
