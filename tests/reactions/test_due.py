"""When something is due: by its own date, or as old as a rule allows; the search and the decider agree."""

from datetime import date, timedelta

import pytest

from ledger.judging.days import months_before
from ledger.judging.due import (
    FOR_EVER,
    NEVER,
    Since,
    asked_of,
    cared_for,
    dates_of,
    due_on,
    is_cared_for,
    newest_due,
    stopped_on,
)
from ledger.rulebook import RulesInForce
from ledger.streams import care_plan, patient_state
from ledger.streams.care_plan import PlanRevisionStruck
from ledger.streams.designation import DesignationWithdrawn
from ledger.streams.endings import ConsentInvalidated, ConsentRevoked
from ledger.streams.folding import FOLDINGS
from ledger.streams.merging import PatientsMerged, PatientsUnmerged
from ledger.streams.patient import VisitRecorded
from ledger.streams.reviews import DUE_KINDS, DueKind
from ledger.terms.identity import care_plan_tag, patient_tag
from ledger.terms.people import Programme
from projections.base import Row
from projections.due_dates import DueDates
from projections.states import States
from projections.tables.layout import PATIENT_DATES
from tests.commands.world import (
    DESIGNATION,
    OTHER_PATIENT,
    PATIENT,
    consent,
    designated,
    died,
    enrolled,
    known,
    on,
    patient,
    plan,
    utc,
)
from tests.gwt import Given, opaque, shipped_rulebook
from tests.projections.fake_log import FakeLog


def law(day: str = "2026-06-01") -> RulesInForce:
    return shipped_rulebook()[0].in_force(on(day))


def patient_of(given: Given) -> patient_state.Patient:
    state: patient_state.Patient = given.state(patient_tag(PATIENT))
    return state


def plan_of(given: Given) -> care_plan.CarePlan:
    state: care_plan.CarePlan = given.state(care_plan_tag(PATIENT))
    return state


def dates(given: Given) -> dict[DueKind, date]:
    return {what: since.on for what, since in dates_of(patient_of(given), plan_of(given)).items()}


def test_a_patient_of_whom_nothing_is_on_record_has_no_dates() -> None:
    assert dates_of(patient_of(known()), plan_of(known())) == {}


def test_the_dates_are_those_of_plan_consent_and_visit() -> None:
    expected = {
        "care_plan_age": on("2026-01-05"),
        "care_plan_review": on("2026-12-01"),
        "consent_age": on("2026-01-05"),
        "visit_age": on("2025-12-10"),
    }

    assert expected == dates(enrolled())


def test_the_newest_visit_counts_whatever_was_recorded_last() -> None:
    earlier = VisitRecorded(patient=PATIENT, visit=opaque("vs", 2), on=on("2024-02-01"), code="99213")

    assert on("2025-12-10") == dates(enrolled().and_(earlier))["visit_age"]


def test_a_revision_recorded_late_is_not_the_newest() -> None:
    late = plan(2).model_copy(update={"revised_at": utc("2025-06-01T15:00"), "review_on": on("2025-12-01")})

    assert on("2026-12-01") == dates(enrolled().and_(late))["care_plan_review"]


def test_a_date_names_the_fact_that_set_it() -> None:
    given = known().and_(plan())

    found = dates_of(patient_of(given), plan_of(given))["care_plan_review"]

    assert Since(on("2026-12-01"), len(given.facts)) == found


def test_a_consent_to_another_programme_is_none_to_ccm() -> None:
    assert "consent_age" not in dates(known().and_(consent(programme=Programme.RPM)))


def test_a_consent_without_a_date_counts_from_when_it_was_recorded() -> None:
    given = known().and_(consent(occurred_at=None), at=utc("2026-02-03T12:00"))

    assert on("2026-02-03") == dates(given)["consent_age"]


@pytest.mark.parametrize(
    ("what", "since", "due"),
    [
        ("care_plan_review", "2026-12-01", "2026-12-02"),
        ("care_plan_age", "2026-01-05", "2027-01-06"),
        ("care_plan_age", "2024-02-29", "2025-03-01"),
        ("consent_age", "2026-01-05", "2027-01-05"),
        ("visit_age", "2025-12-10", "2026-12-11"),
        ("parked_delivery", "2026-03-02", "2026-03-09"),
        ("unanswered_stale_month", "2026-03-02", "2026-03-16"),
    ],
)
def test_each_kind_is_due_when_its_rule_says(what: DueKind, since: str, due: str) -> None:
    assert on(due) == due_on(what, on(since), law())


@pytest.mark.parametrize("day", ["2026-02-28", "2026-03-01", "2026-01-31", "2024-02-29", "2025-08-30"])
def test_a_plan_is_due_on_the_first_day_on_which_the_judge_says_so(day: str) -> None:
    due = due_on("care_plan_age", on(day), law())
    assert due is not None

    assert months_before(due, 12) > on(day)
    assert months_before(due - timedelta(days=1), 12) <= on(day)


@pytest.mark.parametrize("what", DUE_KINDS)
def test_a_search_by_the_newest_day_misses_nothing_that_is_due(what: DueKind) -> None:
    for day in (on("2026-01-01") + timedelta(days=n) for n in range(800)):
        due = due_on(what, day, law())
        assert due is not None

        newest = newest_due(what, due, law())

        assert newest is not None
        assert day <= newest


@pytest.mark.parametrize("what", DUE_KINDS)
def test_where_the_edition_has_no_rule_nothing_is_due(what: DueKind) -> None:
    before_ccm = law("2014-12-31")

    assert due_on(what, on("2014-01-01"), before_ccm) is None
    assert newest_due(what, on("2014-12-31"), before_ccm) is None


def test_a_patient_is_cared_for_while_somebody_is_designated() -> None:
    patient = patient_of(enrolled())

    assert ("2026-01", FOR_EVER) == cared_for(patient)
    assert is_cared_for(patient, on("2026-05-01"))
    assert not is_cared_for(patient, on("2025-12-31"))


def test_a_patient_without_a_designation_is_not_cared_for() -> None:
    assert (NEVER, NEVER) == cared_for(patient_of(known()))
    assert not is_cared_for(patient_of(known()), on("2026-05-01"))


def test_a_withdrawal_ends_it() -> None:
    withdrawn = DesignationWithdrawn(patient=PATIENT, designation=DESIGNATION, reason="transfer", from_month="2026-04")
    patient = patient_of(enrolled().and_(withdrawn))

    assert ("2026-01", "2026-03") == cared_for(patient)
    assert not is_cared_for(patient, on("2026-04-01"))


def test_a_designation_withdrawn_from_its_first_month_never_was() -> None:
    withdrawn = DesignationWithdrawn(
        patient=PATIENT, designation=DESIGNATION, reason="entered_in_error", from_month="2026-01"
    )

    assert (NEVER, NEVER) == cared_for(patient_of(enrolled().and_(withdrawn)))


def test_an_end_of_its_own_ends_it() -> None:
    given = known().and_(designated(until_month="2026-03"))

    assert ("2026-01", "2026-03") == cared_for(patient_of(given))


def test_death_ends_it() -> None:
    patient = patient_of(enrolled().and_(died("2026-03-10")))

    assert ("2026-01", "2026-03") == cared_for(patient)
    assert is_cared_for(patient, on("2026-03-10"))
    assert not is_cared_for(patient, on("2026-03-11"))


# --- what was taken out, and patients who were merged ---------------------------------------------------------


def test_a_revision_that_was_struck_postpones_nothing() -> None:
    wrong = plan(2).model_copy(update={"revised_at": utc("2026-03-01T16:00"), "review_on": on("2028-01-01")})
    found = dates(enrolled().and_(wrong, PlanRevisionStruck(patient=PATIENT, revision=2, reason="wrong_patient")))

    assert (on("2026-12-01"), on("2026-01-05")) == (found["care_plan_review"], found["care_plan_age"])


def void(given: Given) -> Given:
    """With a consent of June that was found void."""
    june = consent(consent=opaque("cs", 2), occurred_at=utc("2026-06-01T15:00"))
    return given.and_(june, ConsentInvalidated(patient=PATIENT, consent=opaque("cs", 2), reason="wrong_patient"))


def test_a_consent_that_was_found_void_makes_none_younger() -> None:
    assert on("2026-01-05") == dates(void(enrolled()))["consent_age"]


def test_of_two_designations_the_first_begins_it_and_the_last_ends_it() -> None:
    second = designated(designation=opaque("dg", 2), from_month="2026-06", until_month="2026-08")
    patient = patient_of(known().and_(designated(until_month="2026-03"), second))

    assert ("2026-01", "2026-08") == cared_for(patient)


def test_a_revocation_ends_it_with_the_month_in_which_it_was_told() -> None:
    revoked = ConsentRevoked(
        patient=PATIENT, revocation=opaque("rv", 1), scope=(Programme.CCM,), told_on=on("2026-03-10")
    )

    assert ("2026-01", "2026-03") == cared_for(patient_of(enrolled().and_(revoked)))


def test_a_revocation_of_another_programme_stops_nothing() -> None:
    revoked = ConsentRevoked(
        patient=PATIENT, revocation=opaque("rv", 1), scope=(Programme.RPM,), told_on=on("2026-03-10")
    )

    assert stopped_on(patient_of(enrolled().and_(revoked))) is None


def test_a_consent_that_was_found_void_does_not_bring_back_who_revoked() -> None:
    told_on = on("2026-03-10")
    revoked = ConsentRevoked(patient=PATIENT, revocation=opaque("rv", 1), scope=(Programme.CCM,), told_on=told_on)

    assert told_on == stopped_on(patient_of(void(enrolled().and_(revoked))))


def merged() -> Given:
    """The enrolled patient goes on as the other one."""
    return enrolled().and_(patient(OTHER_PATIENT, "10043"), PatientsMerged(patient=OTHER_PATIENT, merged=PATIENT))


def test_what_is_due_of_merged_patients_is_due_of_whoever_goes_on() -> None:
    given = merged()
    found, of_plan = asked_of(OTHER_PATIENT, given.state)

    assert dates(enrolled()) == {what: since.on for what, since in dates_of(found, of_plan).items()}
    assert ("2026-01", FOR_EVER) == cared_for(found)


def test_of_a_patient_who_goes_on_as_another_nothing_is_due() -> None:
    given = merged()
    found, of_plan = asked_of(PATIENT, given.state)

    assert ({}, (NEVER, NEVER)) == (dates_of(found, of_plan), cared_for(found))


def test_after_an_unmerge_each_is_asked_alone() -> None:
    given = merged().and_(PatientsUnmerged(patient=OTHER_PATIENT, merged=PATIENT))

    assert dates(enrolled()) == {what: since.on for what, since in dates_of(*asked_of(PATIENT, given.state)).items()}
    assert {} == dates_of(*asked_of(OTHER_PATIENT, given.state))


def test_the_rows_of_all_who_were_merged_follow_the_merge() -> None:
    log = FakeLog()
    rows: dict[str, Row] = {}
    states = States(log, after=0)
    due_dates = DueDates(states)
    for fact in merged().facts:
        tags = fact.event.tags()
        for tag in tags:
            if tag.partition("/")[0] in FOLDINGS:
                states.apply(tag, fact)
        due_dates.apply(fact, tags)
        if not isinstance(fact.event, PatientsMerged):
            [*due_dates.settle(due=True)]
    for changes in due_dates.settle(due=True):
        if changes.table is PATIENT_DATES:
            rows |= {str(row[0]): row for row in changes.rows}

    assert (OTHER_PATIENT, "2026-01", FOR_EVER, "2026-12-01", "2026-01-05") == rows[OTHER_PATIENT][:5]
    assert (PATIENT, NEVER, NEVER, None, None, None, None) == rows[PATIENT]
