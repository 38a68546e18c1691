"""The judge against the naive reading of the same documents: no difference in seconds, units, dollars, what is missing.

A difference prints its seed; `random_chart(seed)` builds that month again. What the documents leave open stands in
`naive.FREEDOMS` with how it is resolved.
"""

from collections import Counter
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
from tests.campaign import Campaign
from tests.facts import Chart, codes, law
from tests.oracle.naive import NaiveMonth
from tests.oracle.naive_law import CLINICS
from tests.oracle.random_charts import random_chart, told
from tests.oracle.random_law import RandomChart

BATCH, MONTHS = 500, 100_000


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
        "with visits": sorted((line.on, line.practitioner, line.amount) for line in verdict.with_visits),
        "services": (
            sorted(((s.told.event.code, s.row, s.finding) for s in verdict.services), key=str),
            any(notice.code == "services_exclude_each_other" for notice in (*verdict.missing, *verdict.notices)),
        ),
        "same day": _lines_with(verdict, "visit_same_day"),
        "teaching": _lines_with(verdict, "in_person_counted"),
    }


def _lines_with(verdict: Verdict, code: str) -> set[str]:
    return {line.entry for line in verdict.lines if code in codes(line.notices)}


def differences(chart: RandomChart) -> dict[str, tuple[Any, Any]]:
    """What the naive reading and the judge say differently: naive first."""
    naive = NaiveMonth(told(chart), chart.patient, chart.month, chart.asked.value).answer()
    judged = as_said(chart.verdict(record=False, programme=chart.asked))
    return {key: (naive[key], judged[key]) for key in naive if naive[key] != judged[key]}


def compare(seeds: range) -> None:
    """Every month of the seeds, the first difference raised with its seed."""
    for seed in seeds:
        found = differences(random_chart(seed))

        assert not found, f"seed {seed}: {found}"


def test_the_first_random_months_come_to_what_the_documents_say() -> None:
    compare(range(100))


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(20))
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
def test_a_hundred_thousand_fresh_months_come_to_what_the_documents_say(campaign: Campaign) -> None:
    """Months of seeds that follow the campaign's; every difference is listed by the seed of its month."""
    first, seen, differ = campaign.seed << 20, Counter[str](), list[str]()
    for seed in range(first, first + MONTHS):
        chart = random_chart(seed)
        seen.update(kinds_of(chart))
        if found := differences(chart):
            differ.append(f"seed {seed}: {found}")
        if seed % 1000 == 0:
            campaign.note(first_month=first, last_month=seed, differences=len(differ), months=dict(seen))
    campaign.note(first_month=first, last_month=first + MONTHS - 1, differences=len(differ), months=dict(seen))

    assert not differ, differ[:20]


def kinds_of(chart: RandomChart) -> list[str]:
    """What a month is one of, for the report."""
    told_of = {event.TOPIC for event, _ in chart.told}
    kinds = ["all", chart.asked.value, *(["SEED_STRICT"] if chart.strict else [])]
    kinds += sorted(told_of & {"limit_raised", "other_service_reported", "extra_planning_attested", "stay_recorded"})
    clinics = {getattr(event, "capability", None) for event, _ in chart.told} & set(CLINICS)
    return [*kinds, "clinic"] if clinics else kinds
