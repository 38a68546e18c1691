"""Stays: which seconds they bar, by clock times where they are known and by days where they are not."""

import re

import pytest

from ledger.judging import judge_month
from ledger.rulebook import Rulebook, load_rulebook, shipped_edition
from tests.facts import Chart, codes, law


def stayed(admitted: str, discharged: str | None = None, **said: str) -> Chart:
    chart = Chart("2026-04")
    chart.stay(admitted, discharged, **said)
    return chart


def counted(chart: Chart) -> list[int]:
    return [line.counted // 60 for line in chart.verdict().lines]


def reasons(chart: Chart) -> list[list[str]]:
    return [codes(line.notices) for line in chart.verdict().lines]


def test_minutes_during_a_stay_do_not_count_and_those_outside_it_do() -> None:
    chart = stayed("2026-04-05", "2026-04-09")
    chart.time("2026-04-06 10:00", 10)
    chart.time("2026-04-20 10:00", 14)

    assert (counted(chart), reasons(chart)) == ([0, 14], [["during_stay"], []])
    assert codes(chart.verdict().missing) == ["minutes_below_minimum"]


def test_without_clock_times_the_day_of_admission_does_not_count_and_that_of_discharge_does() -> None:
    chart = stayed("2026-04-05", "2026-04-09")
    for on in ("04", "05", "09", "10"):
        chart.time(f"2026-04-{on} 10:00", 10)

    assert counted(chart) == [10, 0, 10, 10]
    assert reasons(chart) == [[], ["during_stay", "stay_edge_day"], ["stay_edge_day"], []]


def test_with_clock_times_the_seconds_of_the_stay_do_not_count() -> None:
    chart = stayed("2026-04-05 10:05", "2026-04-09 10:07")
    chart.time("2026-04-05 10:00", 10)
    chart.time("2026-04-09 10:00", 10)

    assert (counted(chart), reasons(chart)) == ([5, 3], [["during_stay"], ["during_stay"]])


def test_an_entry_around_a_whole_stay_counts_on_both_sides_of_it() -> None:
    chart = stayed("2026-04-05 10:05", "2026-04-05 10:15")
    chart.time("2026-04-05 10:00", 30)
    (line,) = chart.verdict().lines

    assert (line.counted, line.notices[0].seconds) == (1200, 600)


def test_one_known_clock_time_decides_its_own_day_only() -> None:
    chart = stayed("2026-04-05 10:05", "2026-04-09")
    chart.time("2026-04-05 10:00", 10)
    chart.time("2026-04-09 10:00", 10)

    assert (counted(chart), reasons(chart)) == ([5, 10], [["during_stay"], ["stay_edge_day"]])


def test_a_stay_of_one_day_without_clock_times_bars_that_day() -> None:
    chart = stayed("2026-04-05", "2026-04-05")
    chart.time("2026-04-05 10:00", 10)
    for order in (None, "before", "after"):
        chart.untimed("2026-04-05", 10, order=order)

    assert counted(chart) == [0, 0, 0, 0]
    assert [found[0] for found in reasons(chart)] == [
        "during_stay", "untimed_on_boundary_day", "during_stay", "during_stay",
    ]  # fmt: skip


def test_a_stay_of_one_day_with_one_clock_time_bars_the_rest_of_the_day() -> None:
    came, went = stayed("2026-04-05 10:05", "2026-04-05"), stayed("2026-04-05", "2026-04-05 10:05")
    for chart in (came, went):
        chart.time("2026-04-05 10:00", 10)

    assert (counted(came), counted(went)) == ([5], [5])


def test_a_stay_without_discharge_lasts_and_says_so() -> None:
    chart = stayed("2026-03-20")
    chart.time("2026-04-20 10:00", 10)
    verdict = chart.verdict()

    assert reasons(chart) == [["during_stay"]]
    assert codes(verdict.notices) == ["stay_without_discharge"]


def test_the_discharge_recorded_later_frees_the_days_after_it() -> None:
    chart = stayed("2026-03-20")
    chart.time("2026-04-20 10:00", 10)
    chart.stay("2026-03-20", "2026-04-10")

    assert (counted(chart), codes(chart.verdict().notices)) == ([10], [])


def test_a_retracted_stay_never_was() -> None:
    chart = Chart("2026-04")
    chart.time("2026-04-06 10:00", 10)
    before = chart.verdict()
    chart.stay("2026-04-05", "2026-04-09")
    chart.retract_stay()

    assert chart.verdict().digest == before.digest


def test_a_stay_recorded_again_after_its_retraction_is_a_stay() -> None:
    chart = stayed("2026-04-05", "2026-04-09")
    chart.retract_stay()
    chart.stay("2026-04-05", "2026-04-08")
    chart.time("2026-04-06 10:00", 10)

    assert counted(chart) == [0]


def test_a_part_a_stay_in_a_nursing_facility_bars_time_too() -> None:
    chart = stayed("2026-04-05", "2026-04-09", kind="snf_part_a")
    chart.time("2026-04-06 10:00", 10)

    assert reasons(chart) == [["during_stay"]]


@pytest.mark.parametrize("kind", ["observation", "emergency_department", "nursing_facility", "other"])
def test_work_in_a_stay_of_another_kind_counts_and_is_for_review(kind: str) -> None:
    chart = stayed("2026-04-05", "2026-04-09", kind=kind)
    chart.time("2026-04-06 10:00", 10)
    chart.time("2026-04-20 10:00", 10)

    assert (counted(chart), reasons(chart)) == ([10, 10], [[], []])
    (found,) = chart.verdict().notices
    assert (found.code, found.readings) == ("work_in_other_stay", ("medicare.ccm.time.stay_kinds",))


def test_work_outside_a_stay_of_another_kind_says_nothing() -> None:
    chart = stayed("2026-04-05", "2026-04-09", kind="observation")
    chart.time("2026-04-20 10:00", 10)

    assert codes(chart.verdict().notices) == []


@pytest.mark.parametrize(
    ("on", "order", "expected"),
    [
        ("2026-04-04", None, "no_clock_times"),
        ("2026-04-05", None, "untimed_on_boundary_day"),
        ("2026-04-05", "before", "no_clock_times"),
        ("2026-04-05", "after", "during_stay"),
        ("2026-04-06", "before", "during_stay"),
        ("2026-04-09", None, "untimed_on_boundary_day"),
        ("2026-04-09", "before", "during_stay"),
        ("2026-04-09", "after", "no_clock_times"),
        ("2026-04-10", None, "no_clock_times"),
    ],
)
@pytest.mark.parametrize("clock", ["", " 12:00"])
def test_untimed_work_on_the_edge_of_a_stay_never_counts_without_a_stated_order(
    clock: str, on: str, order: str | None, expected: str
) -> None:
    chart = stayed(f"2026-04-05{clock}", f"2026-04-09{clock}")
    chart.untimed(on, 10, order=order)

    assert reasons(chart)[0][0] == expected


def test_two_stays_that_overlap_bar_their_seconds_once() -> None:
    chart = stayed("2026-04-05 10:05", "2026-04-05 10:15")
    chart.stay("2026-04-05 10:10", "2026-04-05 10:20", name="transfer")
    chart.time("2026-04-05 10:00", 30)
    (line,) = chart.verdict().lines

    assert (line.counted, [n.seconds for n in line.notices]) == (900, [900])


def test_a_stay_over_the_end_of_the_month_bars_time_in_both_months() -> None:
    chart = stayed("2026-04-29", "2026-05-02")
    chart.time("2026-04-30 10:00", 10)
    chart.time("2026-05-01 10:00", 10)

    assert [[line.counted for line in chart.verdict(month).lines] for month in ("2026-04", "2026-05")] == [[0], [0]]


def test_a_day_in_the_middle_of_a_long_night_is_looked_at() -> None:
    # An entry of almost a day that begins before the stay and ends after it, so that neither of its ends lies in it.
    chart = stayed("2026-04-05 23:59", "2026-04-06 00:01")
    chart.time("2026-04-05 23:00", 120)

    assert chart.verdict().staff_seconds == 118 * 60


def test_a_stay_in_another_month_changes_nothing() -> None:
    chart = stayed("2026-05-05", "2026-05-09")
    chart.time("2026-04-20 10:00", 10)

    assert codes(chart.verdict().notices) == []


def without(*quantities: str) -> Rulebook:
    """The shipped rulebook as an edition had it that did not know these quantities yet."""
    files = {path: content for path, content in shipped_edition().files if path != "register.toml"}
    for path, content in files.items():
        text = content.decode()
        for quantity in quantities:
            text = re.sub(rf"\n\[{quantity}\]\n(?:(?!\n\[).)*", "\n", text, flags=re.DOTALL)
        for rule in ("CCM-CLAIM-04", "CCM-RED-22", "CCM-RED-16", "CCM-TIME-12"):
            if path.endswith(("ccm/consent.toml", "ccm/time.toml")):
                text = text.replace(f'"{rule}",', "")
        files[path] = text.encode()
    return load_rulebook(files)


def test_a_stay_that_begins_after_the_month_is_none_of_it() -> None:
    chart = stayed("2026-05-01")
    chart.time("2026-04-20 10:00", 10)

    assert (counted(chart), codes(chart.verdict().notices)) == ([10], [])


def test_by_an_edition_of_old_the_stays_that_the_rule_itself_names_bar_time() -> None:
    old = without("stay_kinds", "stay_edge_effect", "disenrolment_effective", "contact_after_revocation_effect")
    chart = stayed("2026-04-05", "2026-04-09")
    chart.stay("2026-04-12", "2026-04-14", kind="observation", name="observation")
    chart.disenrol("2026-04-22")
    chart.invalidate("another")
    for on in ("05", "06", "13", "20", "23"):
        chart.time(f"2026-04-{on} 10:00", 10)
    verdict = judge_month(chart.facts(), old, edition=law()[1])

    assert [line.counted // 60 for line in verdict.lines] == counted(chart) == [0, 0, 10, 10, 0]
    assert codes(verdict.notices) == ["disenrolled_in_month", "work_in_other_stay"]
    assert "medicare.ccm.time.stay_counts" in verdict.readings


# --- death ----------------------------------------------------------------------------------------------------


def test_once_a_death_is_taken_back_months_are_judged_as_alive() -> None:
    chart = Chart("2026-04")
    chart.time("2026-04-20 10:00", 25)
    before = chart.verdict()
    chart.death("2026-04-02")
    dead = chart.verdict()
    chart.retract_death()

    assert [codes(line.notices) for line in dead.lines] == [["after_death"]]
    assert chart.verdict().digest == before.digest


def test_a_death_recorded_after_the_retraction_counts_again() -> None:
    chart = Chart("2026-04")
    chart.time("2026-04-20 10:00", 25)
    chart.death("2026-04-02")
    chart.retract_death()
    chart.death("2026-04-21")

    assert chart.verdict().staff_seconds == 1500
    assert chart.verdict("2026-05").standing == "nothing_logged"


# --- coverage in retrospect -----------------------------------------------------------------------------------


def test_coverage_ended_in_retrospect_takes_the_minutes_after_its_end() -> None:
    chart = Chart("2026-04")
    chart.time("2026-04-10 10:00", 15)
    chart.time("2026-04-20 10:00", 15)
    before = chart.verdict()
    chart.coverage(until_on="2026-04-15")
    after = chart.verdict()

    assert (before.staff_seconds, after.staff_seconds) == (1800, 900)
    assert codes(after.missing)[:1] == ["coverage_ended_in_month"]


def test_coverage_whose_end_was_wrong_is_restated() -> None:
    chart = Chart("2026-04")
    chart.time("2026-04-20 10:00", 25)
    before = chart.verdict()
    chart.coverage(until_on="2026-04-15")
    chart.coverage()

    assert chart.verdict().digest == before.digest
