"""What the naive reading found wrong in the judge, each as the smallest month that shows it; all are mended."""

from ledger.terms.people import Programme
from tests.facts import Chart, codes

EVERYTHING = ("availability", "cost_sharing", "one_practitioner", "right_to_stop")


def ready(chart: Chart) -> Chart:
    """Twenty-five minutes in the middle of the month, so that nothing but the matter itself is missing."""
    chart.time(f"{chart.month}-09 10:00", 25)
    return chart


def test_a_revision_made_after_midnight_of_the_next_month_is_no_plan_of_this_one() -> None:
    # 00:30 in Chicago was taken for the evening before, because the end of a day was that of the westernmost zone.
    chart = ready(Chart(without=["plan"]))
    chart.revise_plan("2026-04-01 00:30")
    chart.sign_plan(at="2026-04-01 08:00")
    chart.give_copy(at="2026-04-01 08:00")

    assert codes(chart.verdict().missing) == ["care_plan_missing"]


def test_a_revision_of_the_last_evening_is_a_plan_of_the_month() -> None:
    chart = ready(Chart(without=["plan"]))
    chart.revise_plan("2026-03-31 23:59")
    chart.sign_plan(at="2026-04-01 08:00")
    chart.give_copy(at="2026-04-01 08:00")

    assert codes(chart.verdict().missing) == []


def test_the_signature_under_a_later_plan_does_not_sign_an_earlier_one_entered_late() -> None:
    # Revision 1 was made after the month; revision 2 is older and was entered late. Only revision 1 is signed.
    chart = ready(Chart(without=["plan"]))
    chart.revise_plan("2026-04-10 09:00")
    chart.sign_plan(at="2026-04-10 09:30")
    chart.give_copy(at="2026-04-10 09:30")
    chart.revise_plan("2026-03-05 09:00", revision=2)

    assert codes(chart.verdict().missing) == ["care_plan_not_signed"]


def test_the_signature_under_an_earlier_plan_entered_late_is_seen() -> None:
    chart = ready(Chart(without=["plan"]))
    chart.revise_plan("2026-03-20 09:00")
    chart.give_copy(at="2026-03-20 09:30")
    chart.revise_plan("2026-03-05 09:00", revision=2)
    chart.sign_plan(at="2026-03-25 09:30", revision=2)
    verdict = chart.verdict()

    assert codes(verdict.missing) == []
    assert "care_plan_revision_unsigned" in codes(verdict.notices)


def test_untimed_work_on_a_day_of_death_that_ends_the_month_needs_its_order() -> None:
    # Death on the last day of a month was no boundary at all, so minutes after it counted.
    chart = ready(Chart())
    chart.death("2026-03-31")
    for order in (None, "after", "before"):
        chart.untimed("2026-03-31", 10, order=order)
    lines = chart.verdict().lines

    assert [line.counted for line in lines] == [1500, 0, 0, 600]
    assert [codes(line.notices)[:1] for line in lines[1:3]] == [["untimed_on_boundary_day"], ["after_death"]]


def test_a_death_on_the_last_day_leaves_the_date_of_service_where_it_was() -> None:
    chart = ready(Chart())
    chart.death("2026-03-31")
    verdict = chart.verdict()

    assert verdict.date_of_service.isoformat() == "2026-03-31"
    assert verdict.standing == "ready"


def test_coverage_confirmed_on_the_evening_before_is_not_confirmed_on_the_date_of_service() -> None:
    # 20:00 in Chicago is the next day in UTC.
    chart = Chart(without=["coverage"])
    chart.coverage(until_on="2026-03-20", verified="2026-03-17 20:00")
    chart.time("2026-03-18 10:00", 25)

    assert codes(chart.verdict().missing) == ["coverage_ended_in_month"]


def test_a_recollection_does_not_hold_back_a_note_that_says_the_same() -> None:
    # The recollected supplement speaks of an earlier moment, counts from a later one, and went first.
    chart = Chart(without=["consent"])
    chart.consent("2026-03-02 09:00", lacks=EVERYTHING[1:])
    chart.supplement("2026-03-03 09:00", affirms=EVERYTHING, evidence="recollection", recorded="2026-03-20 09:00")
    chart.supplement("2026-03-04 09:00", affirms=EVERYTHING, evidence="contemporaneous_note")
    chart.time("2026-03-10 10:00", 25)
    verdict = chart.verdict()

    assert verdict.staff_seconds == 1500
    assert verdict.consent_from is not None
    assert verdict.consent_from.isoformat() == "2026-03-04T15:00:00+00:00"


def test_the_level_of_apcm_is_that_of_the_date_of_service() -> None:
    # Coverage of a Qualified Medicare Beneficiary ended on the 20th; on the month's last day nobody was one.
    chart = Chart(without=["coverage", "consent", "designation"])
    chart.coverage(until_on="2026-03-20", qmb=True, verified="2026-03-25 09:00")
    chart.consent("2026-01-05 09:00", programme=Programme.APCM)
    chart.designate("MD", programme=Programme.APCM)
    verdict = chart.verdict(programme=Programme.APCM)

    assert verdict.date_of_service.isoformat() == "2026-03-20"
    assert [line.code for line in verdict.charges] == ["G0558"]
