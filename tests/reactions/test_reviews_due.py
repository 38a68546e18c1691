"""What comes due is raised on its day, once for each day from which its rule counts, and not when it was answered."""

from datetime import date
from typing import Any

import pytest

from commands.intents.care_month import AttestMonth
from commands.intents.reviews import RaiseReview, ReportStaleMonth, SettleReview
from ledger.streams.base import Event
from ledger.streams.designation import DesignationWithdrawn
from ledger.streams.endings import ConsentRevoked
from ledger.streams.governance import DeliveryDiscarded, DeliveryParked, DeliveryReleased, DeliveryResolved
from ledger.streams.merging import PatientsMerged
from ledger.streams.patient import VisitRecorded
from ledger.streams.reviews import DueKind
from ledger.terms.people import Programme
from tests.commands.world import (
    ADA,
    COMPLIANCE,
    DESIGNATION,
    OTHER_PATIENT,
    PATIENT,
    consent,
    died,
    enrolled,
    known,
    on,
    patient,
    plan,
    utc,
)
from tests.gwt import Given, opaque, token
from tests.reactions.given import MACHINE, MONTH, found, machine, stale, verdict

DELIVERY = opaque("dv", 1)


def on_the_day(ledger: Given, day: str) -> Given:
    """The machine, asking just after midnight in UTC."""
    return ledger.and_(*machine()).by(MACHINE).at(f"{day}T00:00:01+00:00")


def raised(what: DueKind, since_on: str, **changes: Any) -> RaiseReview:
    about = {} if what in ("parked_delivery", "unanswered_stale_month") else {"patient": PATIENT}
    return RaiseReview(**{"what": what, "since_on": on(since_on), **about, **changes})


OF_A_PATIENT: tuple[tuple[DueKind, str, str, str], ...] = (
    ("care_plan_review", "2026-12-01", "2026-12-01", "2026-12-02"),
    ("care_plan_age", "2026-01-05", "2027-01-05", "2027-01-06"),
    ("consent_age", "2026-01-05", "2027-01-04", "2027-01-05"),
    ("visit_age", "2025-12-10", "2026-12-10", "2026-12-11"),
)
NEWER: dict[DueKind, Event] = {
    "care_plan_review": plan(2).model_copy(
        update={"revised_at": utc("2026-06-05T16:00"), "review_on": on("2027-06-01")}
    ),
    "care_plan_age": plan(2).model_copy(update={"revised_at": utc("2026-06-05T16:00")}),
    "consent_age": consent(consent=opaque("cs", 2), occurred_at=utc("2026-06-05T16:00")),
    "visit_age": VisitRecorded(patient=PATIENT, visit=opaque("vs", 2), on=on("2026-06-05"), code="99213"),
}


@pytest.mark.parametrize(("what", "since", "before", "day"), OF_A_PATIENT)
def test_it_is_raised_on_the_day_and_not_before(what: DueKind, since: str, before: str, day: str) -> None:
    event = on_the_day(enrolled(), day).when(raised(what, since)).event

    assert (what, PATIENT, PATIENT, on(since), on(day)) == (
        event.what,
        event.patient,
        event.target,
        event.since_on,
        event.due_on,
    )
    assert day[:7] == event.month
    assert "review_not_due" == on_the_day(enrolled(), before).when(raised(what, since)).refused


@pytest.mark.parametrize(("what", "since", "_before", "day"), OF_A_PATIENT)
def test_it_is_raised_once(what: DueKind, since: str, _before: str, day: str) -> None:
    ledger = on_the_day(enrolled(), day)

    assert (len(ledger.facts) + 1,) == ledger.then(raised(what, since)).at("2028-01-01T00:00:00+00:00").when(
        raised(what, since)
    ).unchanged


@pytest.mark.parametrize(("what", "since", "_before", "day"), OF_A_PATIENT)
def test_what_was_renewed_is_not_due(what: DueKind, since: str, _before: str, day: str) -> None:
    ledger = on_the_day(enrolled().and_(NEWER[what]), day)

    assert "review_not_due" == ledger.when(raised(what, since)).refused


@pytest.mark.parametrize(("what", "since", "_before", "day"), OF_A_PATIENT)
def test_nothing_is_due_of_a_patient_who_died(what: DueKind, since: str, _before: str, day: str) -> None:
    ledger = on_the_day(enrolled().and_(died("2026-03-03")), day)

    assert "review_not_due" == ledger.when(raised(what, since)).refused


@pytest.mark.parametrize(("what", "since", "_before", "day"), OF_A_PATIENT)
def test_nothing_is_due_of_a_patient_who_revoked_until_a_talk_about_consent_follows(
    what: DueKind, since: str, _before: str, day: str
) -> None:
    told = ConsentRevoked(patient=PATIENT, revocation=opaque("rv", 1), scope=(Programme.CCM,), told_on=on("2026-03-10"))
    again = consent(consent=opaque("cs", 2), occurred_at=utc("2026-03-20T16:00"))
    ledger = enrolled().and_(told)

    assert "review_not_due" == on_the_day(ledger, day).when(raised(what, since)).refused
    if what != "consent_age":
        assert on_the_day(ledger.and_(again), day).when(raised(what, since)).events


@pytest.mark.parametrize(("what", "since", "_before", "day"), OF_A_PATIENT)
def test_nothing_is_due_of_a_patient_whom_nobody_bills(what: DueKind, since: str, _before: str, day: str) -> None:
    withdrawn = DesignationWithdrawn(patient=PATIENT, designation=DESIGNATION, reason="transfer", from_month="2026-04")

    assert "review_not_due" == on_the_day(enrolled().and_(withdrawn), day).when(raised(what, since)).refused


def test_a_day_that_no_record_gives_is_not_due() -> None:
    assert "review_not_due" == on_the_day(enrolled(), "2027-06-01").when(raised("visit_age", "2025-12-11")).refused


def test_without_a_plan_no_plan_is_due() -> None:
    assert "review_not_due" == on_the_day(known(), "2027-06-01").when(raised("care_plan_age", "2026-01-05")).refused


@pytest.mark.parametrize("what", ["care_plan_review", "parked_delivery", "unanswered_stale_month"])
def test_a_review_names_what_it_is_about(what: DueKind) -> None:
    command = RaiseReview(what=what, since_on=on("2026-01-05"))

    assert "review_target_unclear" == on_the_day(enrolled(), "2026-12-11").when(command).refused


# --- deliveries that wait ----------------------------------------------------------------------------------------


def parked() -> Given:
    event = DeliveryParked(
        delivery=DELIVERY, source="timer", command="log_time", waits_for="patient", awaited=token("mrn", "77")
    )
    return known().and_(event, at=utc("2026-03-02T23:59"))


def waits(**changes: Any) -> RaiseReview:
    return raised("parked_delivery", "2026-03-02", **{"source": "timer", "delivery": DELIVERY, **changes})


def test_a_delivery_that_waits_for_a_week_is_raised() -> None:
    event = on_the_day(parked(), "2026-03-09").when(waits()).event

    assert (f"timer/{DELIVERY}", None, on("2026-03-09")) == (event.target, event.patient, event.due_on)
    assert (f"review/{event.review}", "reviews/2026-03") == event.tags()


def test_a_delivery_that_waits_for_less_is_not() -> None:
    assert "review_not_due" == on_the_day(parked(), "2026-03-08").when(waits()).refused


def test_a_delivery_that_was_settled_is_not() -> None:
    released = DeliveryReleased(delivery=DELIVERY, source="timer", outcome="accepted", facts=1)
    discarded = DeliveryDiscarded(delivery=DELIVERY, source="timer", reason="test_data")

    for settled in (released, discarded):
        assert "review_not_due" == on_the_day(parked().and_(settled), "2026-04-01").when(waits()).refused


def test_a_delivery_whose_release_was_refused_waits_on() -> None:
    refused = DeliveryReleased(delivery=DELIVERY, source="timer", outcome="refused", code="month_occupied")

    assert on_the_day(parked().and_(refused), "2026-04-01").when(waits()).events


def test_a_delivery_that_was_resolved_to_a_patient_names_the_patient() -> None:
    resolved = DeliveryResolved(delivery=DELIVERY, source="timer", subject=PATIENT)

    assert PATIENT == on_the_day(parked().and_(resolved), "2026-04-01").when(waits()).event.patient


def test_a_delivery_that_nobody_parked_is_unknown() -> None:
    assert "delivery_unknown" == on_the_day(known(), "2026-04-01").when(waits()).refused


# --- findings that nobody answered -------------------------------------------------------------------------------


def reported() -> Given:
    """A month that went stale on 2 April, and was reported."""
    return stale().then(ReportStaleMonth(patient=PATIENT, month=MONTH))


def unanswered(ledger: Given) -> RaiseReview:
    return RaiseReview(what="unanswered_stale_month", review=found(ledger).review, since_on=date(2026, 4, 2))


def test_a_stale_month_that_nobody_answers_for_two_weeks_is_raised() -> None:
    ledger = reported()

    event = on_the_day(ledger, "2026-04-16").when(unanswered(ledger)).event

    assert (PATIENT, MONTH, found(ledger).review, on("2026-04-16")) == (
        event.patient,
        event.month,
        event.target,
        event.due_on,
    )
    assert "review_not_due" == on_the_day(ledger, "2026-04-15").when(unanswered(ledger)).refused


def test_compliance_settling_it_is_an_answer() -> None:
    ledger = reported()
    settle = SettleReview(review=found(ledger).review, outcome="no_action_needed", reason="Spelling of a note.")

    answered = ledger.by(COMPLIANCE).then(settle)

    assert "review_not_due" == on_the_day(answered, "2026-05-01").when(unanswered(ledger)).refused


def test_a_new_signature_is_an_answer() -> None:
    ledger = reported()
    answered = ledger.by(ADA).then(AttestMonth(patient=PATIENT, month=MONTH, digest=verdict(ledger).digest))

    assert "review_not_due" == on_the_day(answered, "2026-05-01").when(unanswered(ledger)).refused


def test_a_review_that_is_no_stale_month_cannot_be_unanswered() -> None:
    command = RaiseReview(what="unanswered_stale_month", review=opaque("rw", 9), since_on=on("2026-04-02"))

    assert "no_such_review" == on_the_day(reported(), "2026-05-01").when(command).refused


@pytest.mark.parametrize(("what", "since", "_before", "day"), OF_A_PATIENT)
def test_of_merged_patients_it_is_raised_for_whoever_goes_on(what: DueKind, since: str, _before: str, day: str) -> None:
    other = patient(OTHER_PATIENT, "10043")
    ledger = enrolled().and_(other, PatientsMerged(patient=OTHER_PATIENT, merged=PATIENT))

    assert OTHER_PATIENT == on_the_day(ledger, day).when(raised(what, since, patient=OTHER_PATIENT)).event.patient
