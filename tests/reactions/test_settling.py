"""Compliance settles a review, once, with a reason; nobody settles what is about their own work."""

from typing import Any

import pytest

from commands.intents.reviews import NoteReactionRun, RaiseReview, ReportStaleMonth, SettleReview
from ledger.streams.reviews import ReviewWords
from ledger.streams.staff import RoleGranted
from ledger.terms.people import Role
from tests.commands.world import (
    ADA,
    AUDITOR,
    BO,
    COMPLIANCE,
    NURSE,
    OTHER_PRACTICE,
    PATIENT,
    PRACTICE,
    SINCE,
    enrolled,
    known,
    on,
    person,
)
from tests.gwt import Given, opaque
from tests.reactions.given import MACHINE, MONTH, found, machine, stale
from tests.reactions.test_reviews_due import parked, waits

LOCAL = opaque("st", 41)


def reported() -> Given:
    return stale().then(ReportStaleMonth(patient=PATIENT, month=MONTH)).by(COMPLIANCE)


def settle(ledger: Given, **changes: Any) -> SettleReview:
    whole = {"review": found(ledger).review, "outcome": "done", "reason": "The month was attested again."}
    return SettleReview(**{**whole, **changes})


def also_compliance(ledger: Given, who: str, practice: str | None = None) -> Given:
    return ledger.and_(RoleGranted(staff=who, role=Role.COMPLIANCE, practice=practice, from_on=SINCE)).by(who)


def test_a_review_is_settled_with_its_reason_sealed() -> None:
    ledger = reported()

    event = ledger.when(settle(ledger)).event

    assert (found(ledger).review, PATIENT, MONTH, "done") == (event.review, event.patient, event.month, event.outcome)
    assert ReviewWords(reason="The month was attested again.") == event.words
    assert [("words", f"{PATIENT}/2026")] == [(field, scope) for field, _, scope in event.sealing()]


def test_the_same_answer_again_is_unchanged() -> None:
    ledger = reported()

    assert (len(ledger.facts) + 1,) == ledger.again(settle(ledger)).unchanged


def test_what_is_settled_stays_so() -> None:
    ledger = reported()

    assert "review_settled" == ledger.then(settle(ledger)).when(settle(ledger, outcome="no_action_needed")).refused


def test_a_review_that_was_never_raised_cannot_be_settled() -> None:
    ledger = reported()

    assert "no_such_review" == ledger.when(settle(ledger, review=opaque("rw", 9))).refused


@pytest.mark.parametrize("who", [ADA, NURSE])
def test_who_signed_or_worked_in_the_month_does_not_settle_what_is_found_about_it(who: str) -> None:
    ledger = reported()

    assert "review_about_self" == also_compliance(ledger, who).when(settle(ledger)).refused


def test_the_billing_practitioner_does_not_settle_that_the_plan_is_overdue() -> None:
    begun = enrolled().and_(*machine()).by(MACHINE).at("2026-12-02T06:00:00+00:00")
    due = begun.then(RaiseReview(what="care_plan_review", patient=PATIENT, since_on=on("2026-12-01")))
    review = due.facts[-1].event.review  # type: ignore[attr-defined]
    command = SettleReview(review=review, outcome="done", reason="Revised.")

    assert "review_about_self" == also_compliance(due, ADA).when(command).refused
    assert due.by(COMPLIANCE).when(command).events


@pytest.mark.parametrize("who", [ADA, AUDITOR, MACHINE, BO])
def test_only_compliance_settles(who: str) -> None:
    ledger = reported()

    assert "capacity_missing" == ledger.by(who).when(settle(ledger)).refused


def test_compliance_of_another_practice_does_not() -> None:
    ledger = reported().and_(*person(LOCAL, None, None))

    assert "not_in_this_practice" == also_compliance(ledger, LOCAL, OTHER_PRACTICE).when(settle(ledger)).refused
    assert also_compliance(ledger, LOCAL, PRACTICE).when(settle(ledger)).events


def test_a_review_of_a_delivery_is_settled_under_a_key_of_its_own() -> None:
    begun = parked().and_(*machine()).by(MACHINE).at("2026-03-09T06:00:00+00:00").then(waits())
    review = begun.facts[-1].event.review  # type: ignore[attr-defined]
    command = SettleReview(review=review, outcome="done", reason="Discarded.")

    event = begun.by(COMPLIANCE).when(command).event

    assert [("words", review)] == [(field, scope) for field, _, scope in event.sealing()]
    assert (f"review/{review}", "reviews/2026-03") == event.tags()


# --- how far a reaction came -------------------------------------------------------------------------------------


def test_how_far_a_reaction_came_is_a_fact_and_never_goes_back() -> None:
    ledger = known().and_(*machine()).by(MACHINE)
    noted = ledger.then(NoteReactionRun(reaction="close_refusal_counts", up_to=40))
    at = len(noted.facts)

    assert (at,) == noted.when(NoteReactionRun(reaction="close_refusal_counts", up_to=40)).unchanged
    assert (at,) == noted.when(NoteReactionRun(reaction="close_refusal_counts", up_to=39)).unchanged
    assert 41 == noted.when(NoteReactionRun(reaction="close_refusal_counts", up_to=41)).event.up_to
    assert ("reaction/close_refusal_counts",) == noted.facts[-1].event.tags()
