"""Break-glass: a person reads elsewhere for some hours by the own login; another person answers for what it was."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from commands.catalog import CATALOG
from commands.elevations import HOURS_MAX
from commands.intents.elevations import Elevate, EndElevation, ReviewElevation
from ledger.streams.access import RecordRead
from ledger.streams.elevations import ElevationReviewed, Elevations, ReadingElevated
from ledger.streams.staff import RoleGranted
from ledger.terms.identity import RECORD_ONLY_PREFIXES, accessed_tag, elevated_tag, elevation_tag
from ledger.terms.people import Role
from tests.commands.world import (
    ADMIN,
    BO,
    COMPLIANCE,
    FEED,
    NURSE,
    OTHER_PATIENT,
    OTHER_PRACTICE,
    PATIENT,
    PRACTICE,
    SINCE,
    assigned,
    known,
    patient,
    person,
)
from tests.gwt import Given, opaque

NOW = datetime.fromisoformat("2026-03-31T18:00:00+00:00")
SECOND = opaque("st", 41)
"""A compliance officer of the nurse's own practice alone."""


def office() -> Given:
    """The nurse works in one practice; the other patient belongs to the other one."""
    elsewhere = (patient(OTHER_PATIENT, "77"), assigned(OTHER_PATIENT, OTHER_PRACTICE))
    return known().and_(*elsewhere, *person(SECOND, Role.COMPLIANCE, PRACTICE)).by(NURSE)


def glass(**changes: Any) -> Elevate:
    whole: dict[str, Any] = {
        "reason": "emergency",
        "case": "ER-2026-7",
        "patients": (OTHER_PATIENT,),
        "until": NOW + timedelta(hours=4),
        "words": "Found at the bus stop without her list of drugs.",
    }
    return Elevate(**{**whole, **changes})


def of(ledger: Given, step: type[EndElevation] | type[ReviewElevation], **more: Any) -> Any:
    """A step of the newest elevation."""
    newest = [fact.event for fact in ledger.facts if isinstance(fact.event, ReadingElevated)][-1]
    return step(elevation=newest.elevation, words="The ward has them.", **more)


def elevated(**changes: Any) -> Given:
    return office().then(glass(**changes))


def later(ledger: Given, hours: int = 5) -> Given:
    return ledger.at((NOW + timedelta(hours=hours)).isoformat())


# --- elevate ------------------------------------------------------------------------------------------------------


def test_a_nurse_opens_the_record_of_a_patient_of_another_practice() -> None:
    event = office().when(glass()).event

    assert (event.staff, event.patients, event.until) == (NURSE, (OTHER_PATIENT,), NOW + timedelta(hours=4))
    assert (event.reason, event.case) == ("emergency", "ER-2026-7")


def test_the_patient_s_trail_shows_it_and_no_decision_rests_on_it() -> None:
    tags = office().when(glass()).event.tags()

    assert accessed_tag(OTHER_PATIENT) in tags
    assert not any(tag.startswith(RECORD_ONLY_PREFIXES) for tag in tags)


def test_a_whole_practice_can_be_opened() -> None:
    assert office().when(glass(patients=(), practice=OTHER_PRACTICE)).event.practice == OTHER_PRACTICE


def test_the_same_again_is_unchanged_while_it_runs() -> None:
    told = elevated()

    assert len(told.when(glass()).unchanged) == 1
    assert isinstance(told.when(glass(case="ER-2026-8")).event, ReadingElevated)


@pytest.mark.parametrize("whom", [{"patients": ()}, {"practice": OTHER_PRACTICE}], ids=["nobody", "both"])
def test_it_is_for_patients_or_for_one_practice(whom: dict[str, Any]) -> None:
    assert office().when(glass(**whom)).refused == "elevation_target_unclear"


def test_whom_nobody_registered_cannot_be_opened() -> None:
    assert office().when(glass(patients=(opaque("pt", 99),))).refused == "no_such_patient"
    assert office().when(glass(patients=(), practice=opaque("pr", 99))).refused == "no_such_practice"


def test_it_lasts_twelve_hours_at_most() -> None:
    assert timedelta(hours=12) == HOURS_MAX
    assert office().when(glass(until=NOW + HOURS_MAX)).event
    assert office().when(glass(until=NOW + HOURS_MAX + timedelta(seconds=1))).refused == "elevation_too_long"


def test_it_ends_ahead() -> None:
    assert office().when(glass(until=NOW)).refused == "elevation_not_ahead"


def test_what_the_own_role_opens_needs_none() -> None:
    assert office().when(glass(patients=(PATIENT,))).refused == "elevation_not_needed"
    assert office().when(glass(patients=(), practice=PRACTICE)).refused == "elevation_not_needed"
    assert office().by(COMPLIANCE).when(glass()).refused == "elevation_not_needed"


def test_of_several_patients_one_is_enough_to_need_it() -> None:
    assert office().when(glass(patients=(PATIENT, OTHER_PATIENT))).event.patients == (PATIENT, OTHER_PATIENT)


def test_an_integration_is_never_elevated() -> None:
    assert office().by(FEED).when(glass()).refused == "capacity_missing"


def test_a_program_with_a_role_of_a_person_is_not_elevated_either() -> None:
    program = office().and_(RoleGranted(staff=FEED, role=Role.BILLER, practice=PRACTICE, from_on=SINCE)).by(FEED)

    assert program.when(glass()).refused == "elevation_not_by_person"


# --- how long it opens anything -----------------------------------------------------------------------------------


def opens(ledger: Given, at: datetime) -> bool:
    state: Elevations = ledger.state(elevated_tag(NURSE))
    return bool(state.running(at))


def test_it_opens_until_its_end_and_not_at_it() -> None:
    told = elevated()

    assert opens(told, NOW + timedelta(hours=4) - timedelta(seconds=1))
    assert not opens(told, NOW + timedelta(hours=4))


def test_one_that_was_ended_opens_nothing() -> None:
    told = elevated()
    ended = told.then(of(told, EndElevation))

    assert not opens(ended, NOW)


def test_what_was_read_under_it_is_known_to_it() -> None:
    told = elevated()
    (event,) = (fact.event for fact in told.facts if isinstance(fact.event, ReadingElevated))
    read = RecordRead(
        reader=NURSE, on=NOW.date(), question="month", patients=(OTHER_PATIENT,), elevation=event.elevation
    )
    state: Elevations = told.and_(read).state(elevation_tag(event.elevation))

    assert [len(told.facts) + 1] == list(state.elevations[0].reads)


# --- end ----------------------------------------------------------------------------------------------------------


def test_who_is_elevated_or_compliance_ends_it_once() -> None:
    told = elevated()

    assert told.when(of(told, EndElevation)).event.staff == NURSE
    assert told.by(COMPLIANCE).when(of(told, EndElevation)).event.staff == NURSE
    assert len(told.again(of(told, EndElevation)).unchanged) == 1


def test_nobody_else_ends_it() -> None:
    told = elevated()

    assert told.by(ADMIN).when(of(told, EndElevation)).refused == "elevation_of_other"
    assert told.by(BO).when(of(told, EndElevation)).refused == "elevation_of_other"
    assert told.by(SECOND).when(of(told, EndElevation)).refused == "not_in_this_practice"


def test_what_is_over_is_not_ended() -> None:
    told = later(elevated())

    assert told.when(of(told, EndElevation)).refused == "elevation_over"


def test_what_nobody_opened_is_neither_ended_nor_reviewed() -> None:
    unknown = {"elevation": opaque("el", 9), "words": "What was it?"}

    assert office().when(EndElevation(**unknown)).refused == "no_such_elevation"
    assert office().by(COMPLIANCE).when(ReviewElevation(**unknown, outcome="justified")).refused == "no_such_elevation"


# --- review -------------------------------------------------------------------------------------------------------


def test_compliance_answers_what_it_was_once_it_is_over() -> None:
    told = later(elevated()).by(COMPLIANCE)
    event = told.when(of(told, ReviewElevation, outcome="not_justified")).event

    assert isinstance(event, ElevationReviewed)
    assert (event.staff, event.outcome) == (NURSE, "not_justified")


def test_while_it_runs_nobody_can_say_what_it_was() -> None:
    told = elevated().by(COMPLIANCE)
    ended = told.then(of(told, EndElevation))

    assert told.when(of(told, ReviewElevation, outcome="justified")).refused == "elevation_running"
    assert ended.when(of(ended, ReviewElevation, outcome="justified")).event


def test_the_answer_is_given_once() -> None:
    told = later(elevated()).by(COMPLIANCE)
    answered = told.then(of(told, ReviewElevation, outcome="justified"))

    assert len(answered.when(of(told, ReviewElevation, outcome="justified")).unchanged) == 1
    assert answered.when(of(told, ReviewElevation, outcome="not_justified")).refused == "review_settled"


def test_nobody_reviews_the_own_one() -> None:
    everywhere = RoleGranted(staff=NURSE, role=Role.COMPLIANCE, practice=None, from_on=NOW.date())
    told = later(elevated().and_(everywhere))

    assert told.when(of(told, ReviewElevation, outcome="justified")).refused == "review_about_self"


@pytest.mark.parametrize("whom", [{}, {"patients": (), "practice": OTHER_PRACTICE}], ids=["patient", "practice"])
def test_compliance_of_another_practice_does_not_review_it(whom: dict[str, Any]) -> None:
    told = later(elevated(**whom)).by(SECOND)

    assert told.when(of(told, ReviewElevation, outcome="justified")).refused == "not_in_this_practice"


def test_only_compliance_reviews() -> None:
    told = later(elevated()).by(BO)

    assert told.when(of(told, ReviewElevation, outcome="justified")).refused == "capacity_missing"
    assert CATALOG["review_elevation"].roles == (Role.COMPLIANCE,)
