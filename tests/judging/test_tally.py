"""A month of plain entries is judged by what they add up to: the same answer as entry by entry, line by line."""

from collections.abc import Mapping

import pytest

from ledger.judging import judge_month
from ledger.judging.shapes import EntryLine, Lines, Pool
from ledger.streams.month_state import Entry
from ledger.streams.tally import By, tally_of
from tests.facts import Chart, law
from tests.oracle.random_charts import random_chart


def judged_both_ways(chart: Chart) -> tuple[bool, object, object]:
    """Whether the tally stood, and the verdict with it and without it."""
    rulebook, edition = law()
    facts = chart.facts()
    month = facts.month
    looked_at = facts._replace(month=type(month)(**{**{f: getattr(month, f) for f in month.__slots__}, "tally": None}))
    with_tally, without = (judge_month(each, rulebook, edition=edition) for each in (facts, looked_at))
    said = [(v, tuple(v.lines), v.digest) for v in (with_tally, without)]
    return month.tally is not None and bool(month.entries), said[0], said[1]


@pytest.mark.parametrize("batch", range(4))
def test_random_months_are_judged_alike_with_and_without_their_tally(batch: int) -> None:
    stood = 0
    for seed in range(batch * 100, batch * 100 + 100):
        by_tally, with_tally, without = judged_both_ways(random_chart(seed))
        stood += by_tally

        assert with_tally == without, f"seed {seed}"
    assert stood > 5, "hardly any month is plain: the test shows nothing"


@pytest.mark.parametrize("seed", range(100))
def test_the_tally_kept_as_entries_come_is_that_of_all_of_them(seed: int) -> None:
    month = random_chart(seed).facts().month

    assert month.tally in (None, tally_of(month.entries))


def test_a_month_of_plain_entries_has_a_tally_of_each_performers_seconds() -> None:
    chart = Chart()
    chart.time("2026-03-09 09:00", 10)
    chart.time("2026-03-10 09:00", "5:30", by="MD")
    chart.time("2026-03-11 09:00", 7)
    tally = chart.facts().month.tally
    assert tally is not None

    assert sorted(seconds for _, seconds in tally.seconds_by) == [330, 1020]


def test_an_entry_that_is_not_plain_ends_the_tally() -> None:
    chart = Chart()
    chart.time("2026-03-09 09:00", 10)
    chart.time("2026-03-10 09:00", 10, described=False)
    chart.time("2026-03-11 09:00", 10)

    assert chart.facts().month.tally is None


def test_lines_are_equal_to_the_tuple_of_the_same_lines() -> None:
    chart = Chart()
    chart.time("2026-03-09 09:00", 10)
    lines = chart.verdict().lines

    assert lines == tuple(lines)
    assert (len(lines), lines[0].counted, lines[:1]) == (1, 600, (lines[0],))


def test_lines_of_the_same_entries_are_equal_where_each_counts_in_the_same_pool() -> None:
    chart = Chart()
    chart.time("2026-03-09 09:00", 10)
    entries, (line,) = chart.facts().month.entries, chart.verdict().lines

    def in_pool(entry: Entry, pools: Mapping[By, Pool]) -> EntryLine:
        return line._replace(entry=entry.work.entry, pool=next(iter(pools.values())))

    def lines(pool: Pool) -> Lines:
        work = entries[0].work
        return Lines(entries, {(work.performer, work.practice, work.work_country): pool}, in_pool)

    assert lines("personal") == lines("personal")
    assert lines("personal") != lines("staff")
    assert tuple(lines("personal")) != tuple(lines("staff"))
    assert lines("staff") != (*lines("staff"), lines("staff")[0])
