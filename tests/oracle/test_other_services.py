"""Other services of random months: the judge against the naive reading of the table, service by service.

A difference prints its seed; `random_month(seed)` builds that month again. What the table leaves open stands in
`naive_services.FREEDOMS` with how it is resolved.
"""

import pytest

from ledger.judging.shapes import Verdict
from ledger.terms.calendar import first_day, last_day
from tests.facts import Chart, codes
from tests.oracle.dice import Dice
from tests.oracle.naive_services import NaiveServices
from tests.oracle.random_charts import random_chart, told
from tests.oracle.random_services import random_services

FINDINGS = {
    *("conflicting_service", "service_of_other_biller", "service_to_look_at", "service_biller_unknown"),
    "service_not_payable",
}


def random_month(seed: int) -> Chart:
    """A month of 2015 to 2026 with other services; every third one of a bent chart with crowded time."""
    dice = Dice(f"services {seed}")
    chart: Chart
    if seed % 3 == 0:
        chart = random_chart(seed)
    else:
        month = f"{dice.randint(2015, 2026)}-{dice.choice((1, 1, 7, 12, 12)):02d}"
        lacks = ["designation"] if dice.often(0.05) else []
        chart = Chart(month, without=[*lacks, "consent"])
        chart.consent(f"{chart.year - 1}-12-15 09:00")
        for who, minutes in (("S1", dice.choice((25, 65))), ("MD", dice.choice((0, 35)))):
            if minutes:
                chart.time(f"{dice.on(month)} 1{'0' if who == 'S1' else '4'}:00", minutes, by=who)
        if dice.often(0.5):
            chart.decision_making("moderate")
        if dice.often(0.6):
            chart.choose(dice.choice(("noncomplex", "complex", "personal")))
        if dice.often(0.3):
            chart.death(dice.choice((f"{month}-01", dice.on(month))))
    random_services(chart, dice, dice.choice((1, 2, 4, 8)), named="more")
    return chart


def naive(chart: Chart, verdict: Verdict) -> NaiveServices:
    counting = [line for line in verdict.lines if line.counted]
    return NaiveServices(
        [fact for fact in told(chart) if fact.get("patient", chart.patient) == chart.patient],
        first=first_day(chart.month),
        last=last_day(chart.month),
        served=verdict.date_of_service,
        worked={on for line in counting for on in (line.on, line.last_counted_on) if on is not None},
        family=verdict.family,
        biller=verdict.practitioner,
        practice=verdict.practice,
        strict=verdict.payer == "seed_strict",
        codes={line.code for line in verdict.charges},
    )


def compare(seeds: range) -> None:
    """Every month of the seeds, the first difference raised with its seed."""
    for seed in seeds:
        chart = random_month(seed)
        verdict = chart.verdict(record=False)
        reading = naive(chart, verdict)
        judged = [(line.told.event.code, line.row, line.finding) for line in verdict.services]
        expected = reading.answer()
        said = {*codes(verdict.missing), *codes(verdict.notices)}

        assert sorted(expected, key=str) == sorted(judged, key=str), seed
        assert {found for _, _, found in expected if found} == said & FINDINGS, seed
        assert reading.excluding() == ("services_exclude_each_other" in said), seed


@pytest.mark.parametrize("batch", range(4))
def test_other_services_of_random_months_mean_what_the_table_says(batch: int) -> None:
    compare(range(batch * 100, (batch + 1) * 100))


@pytest.mark.soak
def test_those_of_many_more_months_do_too() -> None:
    compare(range(400, 30_000))
