"""Days without a zone: nobody near the date line is refused, and nobody else gets more than that."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

import pytest

from commands.guards import by_rule, is_after_death, is_future
from tests.commands.world import died, known, on, utc
from tests.gwt import Given


@dataclass(frozen=True)
class At:
    """As much of a question as the clock."""

    now: datetime


def dead() -> Any:
    ledger: Given = known().and_(died("2026-03-20"))
    return ledger.state(ledger.facts[-1].home)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (utc("2026-03-31T10:05"), False),
        (utc("2026-03-31T10:06"), True),
        (on("2026-04-01"), False),
        (on("2026-04-02"), True),
    ],
)
def test_a_moment_is_future_after_five_minutes_and_a_day_when_it_has_begun_nowhere(
    when: datetime | date, expected: bool
) -> None:
    assert expected == is_future(cast(Any, At(utc("2026-03-31T10:00"))), when)


@pytest.mark.parametrize(("now", "expected"), [("2026-03-31T09:54", True), ("2026-03-31T09:55", False)])
def test_a_day_begins_first_where_it_is_fourteen_hours_later(now: str, expected: bool) -> None:
    assert expected == is_future(cast(Any, At(utc(now))), on("2026-04-01"))


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (utc("2026-03-21T11:59"), False),
        (utc("2026-03-21T12:00"), True),
        (on("2026-03-20"), False),
        (on("2026-03-21"), True),
    ],
)
def test_a_moment_lies_after_a_death_when_its_day_has_ended_everywhere(when: datetime | date, expected: bool) -> None:
    assert expected == is_after_death(dead(), when)


def test_nothing_lies_after_a_death_that_is_not_on_record() -> None:
    alive = known()

    assert not is_after_death(alive.state(alive.facts[-1].home), on("2026-03-21"))


def test_where_no_rule_is_at_hand_a_message_quotes_none() -> None:
    assert "Nobody may." == by_rule(None, "Nobody may.")
