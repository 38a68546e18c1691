"""The judge against the naive reading of the same documents: no difference in seconds, units, dollars, what is missing.

A difference prints its seed; `random_chart(seed)` builds that month again. What the documents leave open stands in
`naive.FREEDOMS` with how it is resolved.
"""

from typing import Any

import pytest

from ledger.judging import Verdict
from ledger.judging.consent_month import consent_in_month
from ledger.judging.context import MonthContext
from ledger.judging.countable import judge_entries
from ledger.judging.law import law_on
from ledger.judging.trouble import judge_entry
from ledger.judging.window import window_of
from ledger.streams.month_state import Entry
from ledger.terms.calendar import first_day, last_day
from ledger.terms.outcome import Effect
from ledger.terms.people import Programme, Side
from tests.facts import Chart, law
from tests.oracle.naive import NaiveMonth
from tests.oracle.random_charts import random_chart, told

BATCH = 150


def as_said(verdict: Verdict) -> dict[str, Any]:
    """The judge's answer in the words of the naive one."""
    return {
        "entries": {line.entry: line.counted for line in verdict.lines},
        "staff": verdict.staff_seconds,
        "personal": verdict.personal_seconds,
        "date_of_service": verdict.date_of_service,
        "families": {
            f.family: (f.minutes, [(line.code, line.units) for line in f.lines], f.amount, f.unpaid_minutes)
            for f in verdict.families
        },
        "suggested": verdict.suggested,
        "missing": {notice.code for notice in verdict.missing},
    }


def differences(chart: Chart) -> dict[str, tuple[Any, Any]]:
    """What the naive reading and the judge say differently: naive first."""
    naive = NaiveMonth(told(chart), chart.patient, chart.month).answer()
    judged = as_said(chart.verdict(record=False))
    return {key: (naive[key], judged[key]) for key in naive if naive[key] != judged[key]}


def compare(seeds: range) -> None:
    """Every month of the seeds, the first difference raised with its seed."""
    for seed in seeds:
        found = differences(random_chart(seed))

        assert not found, f"seed {seed}: {found}"


@pytest.mark.parametrize("batch", range(10))
def test_random_months_come_to_what_the_documents_say(batch: int) -> None:
    compare(range(batch * BATCH, (batch + 1) * BATCH))


def test_the_quick_way_says_what_the_careful_way_says_and_nothing_is_lost() -> None:
    for seed in range(300):
        chart = random_chart(seed)
        context, entries = context_of(chart)
        lines = judge_entries(entries, context).lines

        assert lines == tuple(judge_entry(entry, context) for entry in entries), seed
        for line in lines:
            lost = sum(n.seconds or 0 for n in line.notices if n.effect is Effect.NOT_COUNTED)
            assert line.counted + lost == line.seconds, seed


def context_of(chart: Chart) -> tuple[MonthContext, tuple[Entry, ...]]:
    """What the entries of a chart's month are judged by, and the entries."""
    facts, rulebook = chart.facts(), law()[0]
    last = last_day(chart.month)
    by = law_on(rulebook, last)
    designation = facts.patient.designation(chart.month, Programme.CCM, Side.PRACTITIONER)
    designee = designation.event.practitioner if designation else None
    consent = consent_in_month(facts.patient, designation, last, by, rulebook)
    window = window_of(facts.patient, first_day(chart.month), last)
    return MonthContext(facts, by, window, designee, consent), facts.month.entries


@pytest.mark.soak
def test_many_more_random_months_come_to_what_the_documents_say() -> None:
    compare(range(1_500, 30_000))
