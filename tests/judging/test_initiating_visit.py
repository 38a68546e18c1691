"""When a programme that was broken began, and which visits serve: those after its start, those of nobody known."""

import pytest

from tests.facts import Chart, codes

MISSING = "initiating_visit_missing"


def restarted(*, again: str = "2026-04-01", month: str = "2026-04") -> Chart:
    """Seen in December 2024, consent in January 2025; consent again on some day; twenty-five minutes in the month."""
    chart = Chart(month, without=("visit", "consent"))
    chart.visit("2024-12-10")
    chart.consent("2025-01-05 10:00", name="first")
    chart.consent(f"{again} 10:00", name="again")
    chart.time(f"{month}-06 10:00", 25)
    return chart


def blocks(chart: Chart, month: str | None = None) -> list[str]:
    return codes(chart.verdict(month).missing)


# --- where a programme was broken -------------------------------------------------------------------------------


def test_a_programme_that_was_revoked_and_taken_up_again_needs_a_visit_of_the_year_before_it_began_anew() -> None:
    chart = restarted()
    chart.revoke("2025-02-10")
    (missing,) = chart.verdict().missing

    assert missing.code == MISSING
    assert missing.happened.startswith("CCM starts on 2026-04-01 and no qualifying visit")


def test_so_does_one_that_the_practice_had_ended() -> None:
    chart = restarted()
    chart.disenrol("2025-02-10")

    assert blocks(chart) == [MISSING]


def test_a_visit_of_the_year_before_it_began_anew_makes_the_patient_seen() -> None:
    chart = restarted()
    chart.revoke("2025-02-10")
    chart.visit("2025-04-01", "99213", discussed=False)
    verdict = chart.verdict()

    assert (codes(verdict.missing), codes(verdict.notices)) == ([], ["initiating_visit_not_discussed"])


def test_a_programme_that_nobody_ended_needs_no_further_visit() -> None:
    assert blocks(restarted()) == []


@pytest.mark.parametrize(("again", "began"), [("2026-02-28", []), ("2026-03-01", [MISSING])])
@pytest.mark.parametrize("stop", ["revoke", "disenrol"])
def test_the_end_of_the_month_in_which_consent_ended_is_the_last_day_on_which_it_goes_on(
    stop: str, again: str, began: list[str]
) -> None:
    chart = restarted(again=again)
    getattr(chart, stop)("2026-02-10")

    assert blocks(chart) == began


def test_the_month_of_a_disenrolment_still_belongs_to_the_programme_that_it_ended() -> None:
    chart = restarted(again="2026-06-01", month="2026-02")
    chart.disenrol("2026-02-10")

    assert blocks(chart) == []


def test_a_change_of_practitioner_with_consent_to_the_successor_is_no_break() -> None:
    chart = Chart("2026-04", without=("visit", "consent", "designation"))
    chart.visit("2024-12-10", by="MD2")
    chart.consent("2025-01-05 10:00", name="first")
    chart.consent("2026-02-20 10:00", name="successor", practitioner="MD2")
    chart.revoke("2026-02-25", practitioner="MD")
    chart.designate("MD2")
    chart.time("2026-04-06 10:00", 25)

    assert MISSING not in blocks(chart)


def test_a_consent_that_was_completed_after_it_had_ended_began_nothing() -> None:
    chart = Chart("2026-04", without=("visit", "consent"))
    chart.visit("2024-12-10")
    chart.consent("2025-01-05 10:00", name="first", lacks=("right_to_stop",))
    chart.revoke("2025-02-10")
    chart.supplement("2025-03-05 10:00", name="first", affirms=("right_to_stop",))
    chart.consent("2026-04-01 10:00", name="again")
    chart.time("2026-04-06 10:00", 25)

    assert blocks(chart) == [MISSING]


def test_planning_beyond_the_visit_at_which_a_programme_begins_anew_is_not_late() -> None:
    chart = restarted()
    chart.visit("2026-04-01", "99214")
    chart.extra_planning("2026-04-01", code="99214")
    unbroken = codes(chart.verdict().notices)
    chart.revoke("2025-02-10")

    assert "extra_planning_late" in unbroken
    assert "extra_planning_late" not in codes(chart.verdict().notices)


def test_planning_beyond_the_visit_before_a_programme_begins_anew_is_not_late() -> None:
    chart = restarted(month="2026-03")
    chart.revoke("2025-02-10")
    chart.visit("2026-03-28", "99214")
    chart.extra_planning("2026-03-28", code="99214")

    assert "extra_planning_late" not in codes(chart.verdict().notices)


# --- a visit that is held after the start ---------------------------------------------------------------------


@pytest.mark.parametrize("by", ["MD", "MD2"])
@pytest.mark.parametrize("discussed", [False, None])
def test_a_required_visit_at_which_ccm_was_not_discussed_does_not_qualify(by: str, discussed: bool | None) -> None:
    chart = Chart(without=("visit",))
    chart.visit("2026-03-20", "99213", by=by, discussed=discussed)
    chart.time("2026-03-10 10:00", 25)
    (missing,) = chart.verdict().missing

    assert missing.code == MISSING
    assert "That CCM was discussed at the visit of 2026-03-20 (99213) is not on record." in missing.happened
    assert missing.remedy == "Record that visit again with its discussion where there was one, or hold one."


def test_a_required_visit_at_which_ccm_was_discussed_opens_the_month() -> None:
    chart = Chart(without=("visit",))
    chart.visit("2026-03-20", "99213")
    chart.time("2026-03-10 10:00", 25)

    assert blocks(chart) == []


@pytest.mark.parametrize(("on", "expected"), [("2026-01-05", []), ("2026-01-06", [MISSING])])
def test_on_the_day_of_the_start_the_patient_was_seen_whatever_was_discussed(on: str, expected: list[str]) -> None:
    chart = Chart(without=("visit",))
    chart.visit(on, "99213", discussed=False)
    chart.time("2026-03-10 10:00", 25)

    assert blocks(chart) == expected


# --- a visit whose practitioner is not on record --------------------------------------------------------------


def test_a_visit_whose_practitioner_is_not_on_record_does_not_qualify_and_is_named() -> None:
    chart = Chart(without=("visit",))
    chart.visit("2025-11-10", "99214", by=None)
    chart.visit("2025-12-10", "99213", by=None, discussed=None)
    chart.time("2026-03-10 10:00", 25)
    verdict = chart.verdict()
    (missing,) = verdict.missing

    assert (missing.code, codes(verdict.notices)) == (MISSING, [])
    assert "It is not on record who held the visit of 2025-12-10 (99213)." in missing.happened
    assert missing.remedy == "Record that visit again with its practitioner, or hold one."
    assert missing.readings[-1] == "medicare.ccm.initiating_visit.other_practitioner_effect"


def test_recorded_again_with_its_practitioner_it_opens_the_month() -> None:
    chart = Chart(without=("visit",))
    chart.visit("2025-12-10", "99213", by=None)
    chart.visit("2025-12-10", "99213")
    chart.time("2026-03-10 10:00", 25)

    assert blocks(chart) == []


def test_one_that_would_not_serve_with_its_practitioner_is_not_named() -> None:
    chart = Chart(without=("visit",))
    chart.visit("2026-03-20", "99213", by=None, discussed=False)
    chart.time("2026-03-10 10:00", 25)
    (missing,) = chart.verdict().missing

    assert "2026-03-20" not in missing.happened
    assert missing.remedy == "Record the visit with its code, or hold one."


def test_while_nobody_is_designated_the_visit_is_anybodys() -> None:
    chart = Chart(without=("visit", "designation"))
    chart.visit("2025-12-10", "99213", by=None)
    chart.time("2026-03-10 10:00", 25)

    assert MISSING not in blocks(chart)
