"""Dated work and a signature of the evening: whether it is later work is told by the practice's own day, not by UTC."""

from typing import Any

from commands.intents.care_month import LogTime
from commands.intents.wrong_patient import MergePatients
from tests.commands.changes import as_compliance, counted, logged, verdict
from tests.commands.test_month_signing import attest
from tests.commands.world import ADA, NURSE, OTHER_PATIENT, PATIENT, on
from tests.gwt import Given


def signed_in_the_evening() -> Given:
    """Dr Ada signed March on the twentieth at ten in the evening, in Chicago; in UTC it was the next day."""
    early = logged().by(ADA).at("2026-03-21T03:00:00+00:00")
    return early.then(attest(early))


def dated(ledger: Given, day: str, whose: str = PATIENT) -> Given:
    """Ten minutes of a day, without clock times, recorded on the twenty-first."""
    told = ledger.by(NURSE).row(f"r-{day}").at("2026-03-21T20:00:00+00:00")
    whole: dict[str, Any] = {"patient": whose, "performer": NURSE, "on": on(day), "minutes": 10}
    return told.then(LogTime(**whole, activity="phone_call", description="Refill arranged."))


def merged(ledger: Given) -> Given:
    """The signed chart was merged into another one, an hour later."""
    evening = as_compliance(ledger).at("2026-03-21T04:00:00+00:00")
    return evening.then(MergePatients(patient=OTHER_PATIENT, merged=PATIENT, evidence="One passport."))


def test_dated_work_of_the_day_after_an_evening_signature_is_later_work() -> None:
    then = dated(signed_in_the_evening(), "2026-03-21")

    assert ([1500, 600], "stale") == (counted(then), verdict(then).standing)


def test_dated_work_of_the_very_day_of_an_evening_signature_waits_for_approval() -> None:
    then = dated(signed_in_the_evening(), "2026-03-20")

    assert [1500, 0] == counted(then)
    assert "raise_awaits_approval" in [notice.code for notice in verdict(then).lines[1].notices]


def test_under_the_signature_of_a_merged_chart_the_local_day_tells_too() -> None:
    ledger = merged(signed_in_the_evening())
    same_day = dated(ledger, "2026-03-20", OTHER_PATIENT)
    next_day = dated(ledger, "2026-03-21", OTHER_PATIENT)

    assert [1500, 0] == [line.counted for line in verdict(same_day, OTHER_PATIENT).lines]
    assert [1500, 600] == [line.counted for line in verdict(next_day, OTHER_PATIENT).lines]
