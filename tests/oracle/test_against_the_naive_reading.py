"""The judge against the naive reading of the same documents: no difference in seconds, units, dollars, what is missing.

A difference prints its seed; `random_chart(seed)` builds that month again. What the documents leave open stands in
`naive.FREEDOMS` with how it is resolved.
"""

from typing import Any

import pytest

from ledger.judging import Verdict
from tests.facts import Chart
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


@pytest.mark.soak
def test_many_more_random_months_come_to_what_the_documents_say() -> None:
    compare(range(1_500, 30_000))
