"""Other services of a month: told by anybody, told again, taken back with evidence."""

from typing import Any

import pytest

from commands.intents.services import RecordOtherService, RetractOtherService
from tests.commands import test_merging
from tests.commands.world import (
    ADA,
    AUDITOR,
    BILLER,
    BO,
    COMPLIANCE,
    DESK,
    FEED,
    NURSE,
    OTHER_PATIENT,
    OTHER_PRACTICE,
    PATIENT,
    died,
    known,
    on,
)
from tests.gwt import Given, opaque

NOWHERE = opaque("os", 77)


def service(**changes: Any) -> RecordOtherService:
    whole: dict[str, Any] = {
        "patient": PATIENT,
        "code": "G0181",
        "on": on("2026-03-12"),
        "npi": "1558598797",
        "source": "claim_history",
    }
    return RecordOtherService(**{**whole, **changes})


# --- record_other_service ---------------------------------------------------------------------------------------


def test_another_service_is_recorded_in_its_month_with_an_id() -> None:
    then = known().by(BILLER).when(service())

    assert (f"care_month/{PATIENT}/2026-03",) == then.event.tags()
    assert ("G0181", "1558598797", None) == (then.event.code, then.event.npi, then.event.period_until)
    assert then.ids["service"] == then.event.service
    assert [] == then.codes


@pytest.mark.parametrize("who", [ADA, NURSE, DESK, FEED, BILLER, AUDITOR])
def test_anybody_may_tell_of_another_service(who: str) -> None:
    assert 1 == len(known().by(who).when(service()).events)


def test_its_biller_is_somebody_here_or_a_practice_of_this_ledger() -> None:
    then = known().by(BILLER).when(service(npi=None, by_practitioner=BO, by_practice=OTHER_PRACTICE))

    assert (BO, OTHER_PRACTICE) == (then.event.by_practitioner, then.event.by_practice)
    assert [] == then.codes


def test_a_service_of_several_months_stands_in_each_of_them() -> None:
    then = known().by(BILLER).when(service(on=on("2025-12-31"), until_on=on("2026-03-01")))

    assert ["2025-12", "2026-01", "2026-02", "2026-03"] == [tag[-7:] for tag in then.event.tags()]


def test_transitional_care_stands_for_thirty_days_where_the_source_names_no_last_day() -> None:
    then = known().by(BILLER).when(service(code="99495", on=on("2026-03-03")))

    assert on("2026-04-01") == then.event.period_until
    assert ["2026-03", "2026-04"] == [tag[-7:] for tag in then.event.tags()]


def test_a_last_day_that_the_source_names_is_the_last_day() -> None:
    then = known().by(BILLER).when(service(code="99495", on=on("2026-03-03"), until_on=on("2026-03-20")))

    assert then.event.period_until is None
    assert ["2026-03"] == [tag[-7:] for tag in then.event.tags()]


def test_a_code_in_no_row_is_kept_and_told() -> None:
    then = known().by(BILLER).when(service(code="99213"))

    assert ["service_in_no_row"] == then.codes
    assert "99213" == then.event.code


def test_a_service_without_a_biller_is_kept_and_told() -> None:
    assert ["service_without_biller"] == known().by(BILLER).when(service(npi=None)).codes
    assert [] == known().by(BILLER).when(service(npi=None, source="own")).codes


def test_what_is_told_of_the_document_is_a_token() -> None:
    digest = "ab" * 32

    assert digest not in known().by(BILLER).when(service(document=digest)).event.model_dump_json()


def test_a_practice_that_nobody_knows_is_refused() -> None:
    assert "no_such_practice" == known().by(BILLER).when(service(by_practice=opaque("pr", 77))).refused


def test_a_service_of_five_months_is_refused() -> None:
    five = service(on=on("2025-11-30"), until_on=on("2026-03-01"))

    assert "service_too_long" == known().by(BILLER).when(five).refused
    assert 1 == len(known().by(BILLER).when(service(on=on("2025-12-01"), until_on=on("2026-03-31"))).events)


def test_a_service_that_ends_before_it_begins_is_refused() -> None:
    assert "end_before_start" == known().by(BILLER).when(service(until_on=on("2026-03-11"))).refused
    assert 1 == len(known().by(BILLER).when(service(until_on=on("2026-03-12"))).events)


def test_a_service_in_the_future_is_refused_and_one_that_ends_there_is_not() -> None:
    assert "in_the_future" == known().by(BILLER).when(service(on=on("2026-04-02"))).refused
    assert 1 == len(known().by(BILLER).when(service(until_on=on("2026-04-30"))).events)


@pytest.mark.parametrize("code", ["G018", "g0181", "G01811", "G-181", ""])
def test_what_is_no_code_cannot_be_read(code: str) -> None:
    with pytest.raises(ValueError, match="code"):
        service(code=code)


def test_the_same_service_again_is_unchanged_with_its_id() -> None:
    ledger = known().by(BILLER)
    again = ledger.again(service(code="99495"))

    assert (len(ledger.facts) + 1,) == again.unchanged
    assert ledger.when(service(code="99495")).ids == again.ids


@pytest.mark.parametrize(
    "changes",
    [{"code": "G0182"}, {"on": on("2026-03-13")}, {"npi": None, "tin": "361234567"}, {"source": "remittance"}],
    ids=lambda changes: next(iter(changes)),
)
def test_a_service_of_which_anything_else_is_told_is_another_report(changes: dict[str, Any]) -> None:
    assert 1 == len(known().by(BILLER).then(service()).when(service(**changes)).events)


def test_a_service_after_the_patients_death_is_testimony_too() -> None:
    assert 1 == len(known().and_(died("2026-03-02")).by(BILLER).when(service()).events)


# --- retract_other_service --------------------------------------------------------------------------------------


def told() -> tuple[Given, str]:
    ledger = known().by(BILLER).then(service())
    return ledger, ledger.state(f"care_month/{PATIENT}/2026-03").services[0].event.service


def retract(which: str, reason: Any = "source_corrected", month: str = "2026-03") -> RetractOtherService:
    return RetractOtherService(
        patient=PATIENT, month=month, service=which, reason=reason, evidence="The claim was another patient's."
    )


@pytest.mark.parametrize("who", [COMPLIANCE, DESK, BILLER, FEED])
def test_a_service_is_taken_back_by_compliance_the_desk_the_biller_or_the_feed(who: str) -> None:
    ledger, which = told()
    then = ledger.by(who).when(retract(which))

    assert (which, ("2026-03",)) == (then.event.service, then.event.months)
    assert "The claim was another patient's." == then.event.words.evidence


@pytest.mark.parametrize("who", [ADA, NURSE, AUDITOR])
def test_a_service_is_not_taken_back_by_those_whose_month_it_stands_in_the_way_of(who: str) -> None:
    ledger, which = told()

    assert "capacity_missing" == ledger.by(who).when(retract(which)).refused


def test_a_service_of_two_months_is_taken_back_in_both() -> None:
    ledger = known().by(BILLER).then(service(code="99495"))
    which = ledger.state(f"care_month/{PATIENT}/2026-04").services[0].event.service
    back = ledger.then(retract(which, month="2026-04"))

    for month in ("2026-03", "2026-04"):
        (known_there,) = back.state(f"care_month/{PATIENT}/{month}").services
        assert known_there.retracted is not None


def test_a_service_that_the_month_does_not_hold_is_not_taken_back() -> None:
    ledger, which = told()

    assert "no_such_service" == ledger.when(retract(NOWHERE)).refused
    assert "no_such_service" == ledger.when(retract(which, month="2026-02")).refused


def test_a_service_is_taken_back_once_and_for_one_reason() -> None:
    ledger, which = told()
    back = ledger.then(retract(which))

    assert (len(ledger.facts) + 1,) == back.when(retract(which)).unchanged
    assert "already_taken_back" == back.when(retract(which, "wrong_patient")).refused


def test_a_service_told_again_after_it_was_taken_back_is_a_new_one() -> None:
    ledger, which = told()

    assert which != ledger.then(retract(which)).when(service()).event.service


# --- patients who were merged -----------------------------------------------------------------------------------


def test_a_service_of_one_of_two_merged_patients_is_told_again_and_taken_back_of_the_one_who_goes_on() -> None:
    ledger = test_merging.two().by(BILLER).then(service(patient=OTHER_PATIENT))
    which = ledger.state(f"care_month/{OTHER_PATIENT}/2026-03").services[0].event.service
    one = ledger.and_(test_merging.merged()).by(BILLER)

    assert (len(ledger.facts),) == one.when(service()).unchanged
    assert OTHER_PATIENT == one.when(retract(which)).event.patient
