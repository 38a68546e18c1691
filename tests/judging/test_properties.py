"""What holds for every month: seconds count once, nothing is lost, and order of independent facts does not matter."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.judging import Verdict
from ledger.judging.consent_month import consent_in_month
from ledger.judging.context import MonthContext
from ledger.judging.countable import judge_entries
from ledger.judging.law import law_on
from ledger.judging.trouble import judge_entry
from ledger.judging.window import window_of
from ledger.terms.outcome import Effect
from ledger.terms.people import Programme, Side
from tests.facts import Chart, law, opaque

WORKERS = ("S1", "S2", "MD", "MD2", "biller")
ACTIVITIES = ("phone_call", "chart_review", "visit", "unlisted", None)

entries = st.lists(
    st.tuples(
        st.integers(1, 3),  # day
        st.integers(0, 90),  # minute of the morning
        st.integers(1, 45 * 60),  # seconds
        st.sampled_from(WORKERS),
        st.sampled_from(ACTIVITIES),
        st.booleans(),  # of this patient, or of another
    ),
    max_size=12,
)
consent_minute = st.none() | st.integers(0, 90)


def chart_of(told: list[tuple[int, int, int, str, str | None, bool]], consent_at: int | None) -> Chart:
    chart = Chart(without=["consent"])
    if consent_at is not None:
        chart.consent(f"2026-03-02 {9 + consent_at // 60:02d}:{consent_at % 60:02d}")
    for on, minute, seconds, who, activity, own in told:
        start = f"2026-03-{on:02d} {9 + minute // 60:02d}:{minute % 60:02d}"
        length = f"{seconds // 60}:{seconds % 60}"
        chart.time(start, length, by=who, activity=activity, who=None if own else "another patient")
    return chart


def judged(told: list[tuple[int, int, int, str, str | None, bool]], consent_at: int | None) -> Verdict:
    return chart_of(told, consent_at).verdict()


@given(entries, consent_minute)
@settings(max_examples=80)
def test_seconds_that_count_and_those_that_do_not_add_up(
    told: list[tuple[int, int, int, str, str | None, bool]], consent_at: int | None
) -> None:
    for line in judged(told, consent_at).lines:
        lost = sum(n.seconds or 0 for n in line.notices if n.effect is Effect.NOT_COUNTED)

        assert line.counted + lost == line.seconds
        assert 0 <= line.counted <= line.seconds


@given(entries, consent_minute)
@settings(max_examples=40)
def test_the_quick_way_through_a_clean_entry_says_what_the_careful_way_says(
    told: list[tuple[int, int, int, str, str | None, bool]], consent_at: int | None
) -> None:
    facts = chart_of(told, consent_at).facts()
    march = law_on(law()[0], date(2026, 3, 31))
    window = window_of(facts.patient, date(2026, 3, 1), date(2026, 3, 31))
    designation = facts.patient.designation("2026-03", Programme.CCM, Side.PRACTITIONER)
    consent = consent_in_month(facts.patient, designation, window.last, march, law()[0])
    context = MonthContext(facts, march, window, opaque("st", "MD"), consent)

    assert judge_entries(facts.month.entries, context).lines == tuple(
        judge_entry(entry, context) for entry in facts.month.entries
    )


@given(entries, consent_minute)
@settings(max_examples=80)
def test_no_second_of_a_patient_counts_twice(
    told: list[tuple[int, int, int, str, str | None, bool]], consent_at: int | None
) -> None:
    chart = chart_of(told, consent_at)
    worked: set[int] = set()
    for entry in chart.facts().month.entries:
        for piece in entry.pieces:
            worked |= set(range(piece.start, piece.end))
    verdict = chart.verdict()

    assert verdict.staff_seconds + verdict.personal_seconds <= len(worked)
    assert sum(line.counted for line in verdict.lines) == verdict.staff_seconds + verdict.personal_seconds


@given(entries, consent_minute)
@settings(max_examples=30)
def test_a_month_judged_again_gives_the_same_verdict(
    told: list[tuple[int, int, int, str, str | None, bool]], consent_at: int | None
) -> None:
    assert judged(told, consent_at) == judged(told, consent_at)


@given(st.permutations(range(8)), consent_minute)
@settings(max_examples=30)
def test_the_order_in_which_separate_work_was_recorded_does_not_change_the_month(
    order: list[int], consent_at: int | None
) -> None:
    told = [(1 + n % 3, 20 * (n // 3), 900, WORKERS[n % 5], ACTIVITIES[n % 2], True) for n in range(8)]
    one, other = judged(told, consent_at), judged([told[n] for n in order], consent_at)

    assert (one.staff_seconds, one.personal_seconds) == (other.staff_seconds, other.personal_seconds)
    assert (one.families, one.missing, one.notices) == (other.families, other.missing, other.notices)


@given(entries)
@settings(max_examples=30)
def test_a_later_consent_never_counts_more(told: list[tuple[int, int, int, str, str | None, bool]]) -> None:
    counted = [judged(told, minute).staff_seconds for minute in (0, 30, 60, 90)]

    assert counted == sorted(counted, reverse=True)


@given(st.lists(st.sampled_from(["consent", "plan", "risk", "visit", "coverage"]), unique=True))
@settings(max_examples=40)
def test_every_part_that_is_missing_is_said_whatever_else_is(parts: list[str]) -> None:
    codes = {
        "consent": "consent_not_on_file",
        "plan": "care_plan_missing",
        "risk": "risk_not_attested",
        "visit": "initiating_visit_missing",
        "coverage": "coverage_not_on_file",
    }
    chart = Chart(without=parts)
    chart.time("2026-03-09 10:00", 25, late=timedelta(minutes=1))
    said = {n.code for n in chart.verdict().missing}

    assert said - {"minutes_below_minimum"} == {codes[part] for part in parts}
