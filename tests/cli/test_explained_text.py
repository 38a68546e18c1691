"""What `month --explain` and `--why-not` show on a terminal of a hundred columns: three months, word for word.

After a change that is meant, write them anew: `python -m tests.cli.test_explained_text`, and read the difference.
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from interfaces.cli.explained_text import explained_lines, why_not_lines
from interfaces.cli.reasons_text import WIDTH, Quoting, ReasonsText, rule_text
from interfaces.cli.reasons_titles import title
from ledger.streams.base import Envelope, Fact, Vouched
from ledger.streams.governance import Adoption
from projections.month_answer import MonthAnswer
from projections.month_reasons import month_reasons, why_not_answer
from tests import months
from tests.facts import Chart, day, law

GOLDEN = Path(__file__).parent / "golden"
ENVELOPE = Envelope(
    authenticated_as="os:tester", actor="tester", capacity=None, vouched=Vouched.SIMULATION, command="told"
)
Build = Callable[[], Chart]


class ToldLog:
    """The facts of a chart by position."""

    def __init__(self, chart: Chart) -> None:
        self._facts = {
            at: Fact(
                position=at,
                recorded_at=recorded_at,
                home=event.tags()[0],
                version=1,
                event=event,
                envelope=ENVELOPE,
            )
            for at, (event, recorded_at) in enumerate(chart.told, start=1)
        }

    def facts_at(self, positions: Iterable[int]) -> list[Fact]:
        return [self._facts[at] for at in sorted(set(positions))]


def answer_of(chart: Chart) -> MonthAnswer:
    """The answer about the chart's month; its first fact stands for the adoption of the edition."""
    adoption = Adoption(edition=law()[1], encoded="", position=1, on=day("2010-01-01"))
    return MonthAnswer(
        verdict=chart.verdict(),
        position=len(chart.told),
        adoption=adoption,
        as_attested=None,
        attested_amount=None,
        entered_after=(),
        attestations=0,
        under_adopted=None,
        erased=(),
        facts=chart.facts(),
    )


def reasons(chart: Chart) -> dict[str, Any]:
    return month_reasons(ToldLog(chart), answer_of(chart), law()[0])  # type: ignore[arg-type]


def explained(chart: Chart) -> list[str]:
    return list(explained_lines(reasons(chart), (), None, {}))


def why_not(chart: Chart, code: str) -> list[str]:
    asked = why_not_answer(ToldLog(chart), answer_of(chart), law()[0], code)  # type: ignore[arg-type]
    return list(why_not_lines(asked))


SCREENS: dict[str, Callable[[], list[str]]] = {
    "explained_clean": lambda: explained(months.clean()),
    "explained_troubled": lambda: explained(months.troubled()),
    "explained_blocked": lambda: explained(months.blocked()),
    "why_not_99439": lambda: why_not(months.blocked(), "99439"),
    "why_not_99487": lambda: why_not(months.troubled(), "99487"),
}


@pytest.mark.parametrize("name", SCREENS)
def test_a_month_reads_word_for_word_as_it_did(name: str) -> None:
    assert (GOLDEN / f"{name}.txt").read_text().splitlines() == SCREENS[name]()


@pytest.mark.parametrize("name", SCREENS)
def test_no_line_is_wider_than_a_hundred_columns(name: str) -> None:
    assert [] == [line for line in SCREENS[name]() if len(line) > WIDTH]


@pytest.mark.parametrize("name", SCREENS)
def test_no_rule_is_quoted_twice(name: str) -> None:
    marks = [int(found[1]) for line in SCREENS[name]() if (found := re.match(r" +\[(\d+)\] medicare", line))]

    assert list(range(1, len(marks) + 1)) == marks


@pytest.mark.parametrize("name", SCREENS)
def test_no_fact_is_told_twice(name: str) -> None:
    words = " ".join(line.strip() for line in SCREENS[name]())
    told = re.findall(r"#(\d+) [a-z_]+ of ", words)

    assert sorted(set(told)) == sorted(told)


def test_a_figure_without_words_of_its_own_is_shown_by_its_name() -> None:
    node: dict[str, Any] = {
        "what": "expected_to_pay",
        "value": "61.22",
        "because": [],
        "facts": [],
        "absent": None,
        "parts": [],
    }

    assert "expected to pay: 61.22" == title(node)
    assert ["expected to pay: 61.22"] == list(ReasonsText(Quoting(), lambda _: ()).lines(node))


def test_of_one_unit_one_is_said() -> None:
    reading = {
        "reading": "medicare.ccm.99490.units_max",
        "value": 1,
        "unit": "units",
        "effective": "2015-01-01",
        "until": "2016-12-31",
        "cite": "NCCI",
        "rules": [],
    }

    assert "medicare.ccm.99490.units_max = 1 unit (from 2015-01-01 to 2016-12-31; NCCI)" == rule_text(reading)


if __name__ == "__main__":
    for screen, lines in SCREENS.items():
        (GOLDEN / f"{screen}.txt").write_text("\n".join(lines()) + "\n")
