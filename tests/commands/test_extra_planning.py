"""The billing practitioner attests planning beyond a visit (G0506), and takes it back."""

from typing import Any

import pytest

from commands.intents.codes import AttestExtraPlanning, RetractExtraPlanning
from ledger.streams.merging import PatientsMerged
from ledger.streams.patient import VisitRecorded
from ledger.streams.staff import RoleGranted
from ledger.terms.identity import patient_tag
from ledger.terms.people import Role
from tests.commands.changes import attested, verdict
from tests.commands.test_month_signing import worked
from tests.commands.world import (
    ADA,
    BO,
    COMPLIANCE,
    NURSE,
    OTHER_PATIENT,
    PATIENT,
    PRACTICE,
    PSYCHOLOGIST,
    SINCE,
    assigned,
    died,
    enrolled,
    on,
    patient,
)
from tests.gwt import Given, opaque

VISIT, LATER = opaque("vs", 21), opaque("vs", 22)


def visit(name: str = VISIT, day: str = "2026-01-05", **changes: Any) -> VisitRecorded:
    """Dr Ada held a 99214, by default on the day of the consent."""
    whole: dict[str, Any] = {"patient": PATIENT, "visit": name, "on": on(day), "code": "99214", "practitioner": ADA}
    return VisitRecorded(**{**whole, **changes})


def seen(*visits: VisitRecorded, ledger: Given | None = None) -> Given:
    """The visits are on record, and Dr Ada asks on the last of March."""
    return (ledger or enrolled()).and_(*(visits or (visit(),))).by(ADA)


def planned(name: str = VISIT, **changes: Any) -> AttestExtraPlanning:
    return AttestExtraPlanning(**{"patient": PATIENT, "visit": name, **changes})


def retracted(name: str = VISIT, **changes: Any) -> RetractExtraPlanning:
    whole: dict[str, Any] = {
        "patient": PATIENT,
        "visit": name,
        "reason": "entered_in_error",
        "evidence": "The visit paid for it.",
    }
    return RetractExtraPlanning(**{**whole, **changes})


# --- what is recorded -------------------------------------------------------------------------------------------


def test_planning_beyond_a_visit_is_attested_with_the_visits_day_and_code() -> None:
    event = seen().when(planned()).event

    assert (ADA, VISIT, on("2026-01-05"), "99214") == (event.practitioner, event.visit, event.on, event.visit_code)


def test_scenario_43_the_first_is_allowed_and_a_second_eight_months_later_is_rejected() -> None:
    ledger = seen(visit(), visit(LATER, "2026-09-08")).at("2026-09-09T15:00:00+00:00")

    assert "99214" == ledger.when(planned()).event.visit_code
    assert "extra_planning_repeated" == ledger.then(planned()).when(planned(LATER)).refused


def test_the_same_again_is_unchanged() -> None:
    ledger = seen()

    assert (len(ledger.facts) + 1,) == ledger.again(planned()).unchanged


def test_a_day_that_is_given_must_be_the_visits() -> None:
    assert VISIT == seen().when(planned(on=on("2026-01-05"))).event.visit
    assert "visit_no_parent" == seen().when(planned(on=on("2026-01-06"))).refused


def test_an_attested_month_of_the_visit_is_named() -> None:
    ledger = seen(visit(day="2026-03-12"), ledger=attested(worked(20)))

    assert ["attested_month_moved"] == ledger.when(planned()).codes
    assert "stale" == verdict(ledger.then(planned())).standing


@pytest.mark.parametrize(("day", "expected"), [("2027-01-05", []), ("2027-01-06", ["extra_planning_late"])])
def test_a_year_after_the_start_of_ccm_it_is_late(day: str, expected: list[str]) -> None:
    ledger = seen(visit(day=day)).at("2027-02-01T15:00:00+00:00")

    assert expected == ledger.when(planned()).codes


def test_a_visit_before_any_consent_is_not_late() -> None:
    assert [] == seen(visit(day="2025-12-10")).when(planned()).codes


# --- what is refused, in order ----------------------------------------------------------------------------------


def test_a_visit_that_is_not_on_record_is_refused() -> None:
    assert "no_such_visit" == seen().when(planned(LATER)).refused


@pytest.mark.parametrize("code", [None, "99211", "99490"])
def test_a_visit_that_carries_none_is_refused(code: str | None) -> None:
    assert "visit_no_parent" == seen(visit(code=code)).when(planned()).refused


def test_before_2017_no_visit_carried_any() -> None:
    assert "visit_no_parent" == seen(visit(day="2016-12-31")).when(planned()).refused
    assert "99214" == seen(visit(day="2017-01-01")).when(planned()).event.visit_code


def test_the_refusal_names_the_rule() -> None:
    because = seen(visit(code="99211")).when(planned()).refusal.because

    assert "medicare.ccm.G0506.parent_codes, effective 2017-01-01" in because


@pytest.mark.parametrize("who", [BO, None])
def test_a_visit_of_somebody_else_is_refused(who: str | None) -> None:
    assert "not_the_visits_practitioner" == seen(visit(practitioner=who)).when(planned()).refused


def test_a_visit_after_death_is_refused() -> None:
    assert "after_death" == seen(visit(), died("2026-01-04")).when(planned()).refused  # type: ignore[arg-type]


def test_a_practitioner_who_may_not_bill_is_refused() -> None:
    ledger = seen(visit(practitioner=PSYCHOLOGIST)).by(PSYCHOLOGIST)

    assert "practitioner_may_not_bill" == ledger.when(planned()).refused


def test_who_is_no_practitioner_is_refused() -> None:
    assert "capacity_missing" == seen().by(NURSE).when(planned()).refused


def test_another_practitioner_may_plan_beyond_a_visit_of_their_own() -> None:
    bo = RoleGranted(staff=BO, role=Role.PRACTITIONER, practice=PRACTICE, from_on=SINCE)
    ledger = seen(visit(), visit(LATER, "2026-02-09", practitioner=BO)).and_(bo).then(planned())

    assert BO == ledger.by(BO).when(planned(LATER)).event.practitioner


# --- patients who turned out to be one --------------------------------------------------------------------------


def merged(ledger: Given) -> Given:
    return ledger.and_(PatientsMerged(patient=PATIENT, merged=OTHER_PATIENT))


def two_charts() -> Given:
    """A visit in each of two charts of one person."""
    return seen(
        visit(),
        visit(LATER, "2026-02-09", patient=OTHER_PATIENT),
        ledger=enrolled().and_(patient(OTHER_PATIENT, "10043"), assigned(OTHER_PATIENT)),
    )


def test_what_was_attested_in_either_chart_counts_for_the_one_person() -> None:
    ledger = merged(two_charts().then(planned(LATER, patient=OTHER_PATIENT)))

    assert "extra_planning_repeated" == ledger.when(planned()).refused


def test_it_stands_in_the_chart_in_which_the_visit_stands() -> None:
    ledger = merged(two_charts()).then(planned(LATER))

    assert OTHER_PATIENT == ledger.facts[-1].event.patient  # type: ignore[attr-defined]
    assert () == ledger.state(patient_tag(PATIENT)).extra_planning


def test_of_two_that_were_attested_before_the_merge_the_first_is_billed() -> None:
    ledger = merged(two_charts().then(planned()).then(planned(LATER, patient=OTHER_PATIENT)))
    january, february = (verdict(ledger, month=month) for month in ("2026-01", "2026-02"))

    assert (1, 0) == (len(january.with_visits), len(february.with_visits))
    assert "extra_planning_twice" in [notice.code for notice in february.notices]


# --- taking it back ---------------------------------------------------------------------------------------------


def test_what_was_attested_in_error_is_taken_back_and_another_visit_may_carry_it() -> None:
    ledger = seen(visit(), visit(LATER, "2026-02-09")).then(planned()).then(retracted())

    assert () == verdict(ledger, month="2026-01").with_visits
    assert LATER == ledger.when(planned(LATER)).event.visit


def test_it_is_taken_back_by_whoever_attested_it_or_by_compliance() -> None:
    bo = RoleGranted(staff=BO, role=Role.PRACTITIONER, practice=PRACTICE, from_on=SINCE)
    ledger = seen().and_(bo).then(planned())

    assert "not_the_signer" == ledger.by(BO).when(retracted()).refused
    assert VISIT == ledger.by(COMPLIANCE).when(retracted()).event.visit


def test_nothing_attested_is_nothing_to_take_back() -> None:
    assert "no_such_visit" == seen().when(retracted()).refused


def test_taken_back_again_it_is_unchanged_and_for_another_reason_refused() -> None:
    ledger = seen().then(planned()).then(retracted())

    assert (len(ledger.facts),) == ledger.when(retracted()).unchanged
    assert "already_taken_back" == ledger.when(retracted(reason="source_corrected")).refused


def test_attested_and_taken_back_twice_over() -> None:
    ledger = seen().then(planned()).then(retracted()).then(planned()).then(retracted(reason="source_corrected"))

    assert 2 == len(ledger.state(patient_tag(PATIENT)).extra_planning)
    assert [] == [each for each in ledger.state(patient_tag(PATIENT)).extra_planning if each.retracted is None]


def test_taking_it_back_names_an_attested_month_too() -> None:
    ledger = seen(visit(day="2026-03-12")).then(planned())
    signed = attested(worked(20, ledger=ledger))

    assert ["attested_month_moved"] == signed.when(retracted()).codes
