"""When the day of a refusal is over, a fact says how often it was given; a count that rises after that is said anew."""

from typing import Any

from commands.intents.reviews import CloseRefusalCount
from ledger.streams.base import FactClass
from tests.commands.world import ADA, PATIENT, known
from tests.gwt import Given, token
from tests.reactions.given import MACHINE, machine, refusal


def refused_once() -> Given:
    ledger = known().and_(*machine()).and_(refusal())
    return ledger.by(MACHINE).at("2026-04-01T00:05:00+00:00")


def close(ledger: Given, **changes: Any) -> CloseRefusalCount:
    position = max(fact.position for fact in ledger.facts if fact.event.TOPIC == "command_refused")
    return CloseRefusalCount(**{"subject": PATIENT, "refusal": position, "times": 3, **changes})


def test_the_count_of_a_day_that_is_over_is_a_fact() -> None:
    ledger = refused_once()
    position = len(ledger.facts)

    event = ledger.when(close(ledger)).event

    assert (PATIENT, position, "month_changed", "2026-03-31", 3) == (
        event.subject,
        event.refusal,
        event.code,
        event.on.isoformat(),
        event.times,
    )
    assert "test" == event.by
    assert token("#refusal", f"test|month_changed|{PATIENT}|2026-03-31") == event.count
    assert (FactClass.REVIEW, (f"refusals/{PATIENT}",)) == (event.FACT, event.tags())


def test_a_day_is_over_five_minutes_after_midnight_in_utc() -> None:
    ledger = refused_once()

    assert "day_not_over" == ledger.at("2026-04-01T00:04:59+00:00").when(close(ledger)).refused
    assert ledger.at("2026-04-01T00:05:00+00:00").when(close(ledger)).events


def test_a_count_that_is_on_record_is_unchanged() -> None:
    ledger = refused_once()

    assert (len(ledger.facts) + 1,) == ledger.again(close(ledger)).unchanged


def test_a_count_that_rose_after_its_day_is_put_on_record_anew() -> None:
    ledger = refused_once()
    closed = ledger.then(close(ledger))

    assert 4 == closed.when(close(ledger, times=4)).event.times


def test_a_lower_count_takes_nothing_back() -> None:
    ledger = refused_once()
    closed = ledger.then(close(ledger))

    assert (len(closed.facts),) == closed.when(close(ledger, times=2)).unchanged


def test_a_position_at_which_nothing_was_refused_is_no_refusal() -> None:
    ledger = refused_once()

    assert "no_such_refusal" == ledger.when(close(ledger, refusal=1)).refused


def test_a_refusal_about_somebody_else_is_not_counted_here() -> None:
    ledger = refused_once()

    assert "no_such_refusal" == ledger.when(close(ledger, subject=ADA)).refused


def test_no_person_counts_refusals() -> None:
    ledger = refused_once()

    assert "capacity_missing" == ledger.by(ADA).when(close(ledger)).refused
