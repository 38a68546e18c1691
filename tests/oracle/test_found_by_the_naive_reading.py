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


def test_a_spoken_consent_of_the_first_minute_of_2017_counts() -> None:
    # Midnight in Chicago is 06:00 in UTC; the day was taken to be the evening before, when consent had to be written.
    chart = Chart("2017-01", without=["consent"])
    chart.consent("2017-01-01 00:00", method="verbal", offset=-6 * 3600)
    chart.time("2017-01-09 10:00", 25)

    assert chart.verdict().staff_seconds == 1500


def test_a_spoken_consent_of_2016_that_is_supplemented_in_2017_had_to_be_written() -> None:
    # It was read by the rules of the day of its supplement, by which it may be spoken.
    chart = Chart("2017-01", without=["consent"])
    chart.consent("2016-12-29 12:00", method="verbal", lacks=EVERYTHING[1:])
    chart.supplement("2017-01-04 09:00", affirms=EVERYTHING)
    chart.time("2017-01-09 10:00", 25)

    assert codes(chart.verdict().missing)[0] == "consent_incomplete"
    assert chart.verdict().staff_seconds == 0


def test_a_written_consent_of_2016_is_completed_in_2017() -> None:
    chart = Chart("2017-01", without=["consent"])
    chart.consent("2016-12-29 12:00", method="written", lacks=EVERYTHING[1:])
    chart.supplement("2017-01-04 09:00", affirms=EVERYTHING)
    chart.time("2017-01-09 10:00", 25)

    assert chart.verdict().staff_seconds == 1500


def test_apcm_that_was_consented_to_in_2024_starts_with_the_programme() -> None:
    # Its start was read by the rules of 2024, when there was no APCM: those of CCM, which look back one year.
    chart = Chart("2025-02", without=["visit", "consent", "designation"])
    chart.consent("2024-12-20 09:00", programme=Programme.APCM)
    chart.designate("MD", programme=Programme.APCM)
    chart.visit("2022-01-01", "99214")

    assert "initiating_visit_missing" not in codes(chart.verdict(programme=Programme.APCM).missing)


def test_a_visit_of_more_than_three_years_before_apcm_began_opens_nothing() -> None:
    chart = Chart("2025-02", without=["visit", "consent", "designation"])
    chart.consent("2024-12-20 09:00", programme=Programme.APCM)
    chart.designate("MD", programme=Programme.APCM)
    chart.visit("2021-12-31", "99214")
    (missing,) = [n for n in chart.verdict(programme=Programme.APCM).missing if n.code == "initiating_visit_missing"]

    assert "APCM starts on 2025-01-01" in missing.happened
