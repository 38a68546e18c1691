"""Compliance raises the limit of a code for one month, with a reason and the records; and what the month says then."""

from datetime import timedelta
from typing import Any

import pytest

from commands.intents.care_month import AttestDecisionMaking, LogTime
from commands.intents.codes import RaiseLimit
from ledger.streams.staff import RoleGranted
from ledger.terms.identity import care_month_tag
from ledger.terms.people import Role
from tests.commands.changes import attested, verdict
from tests.commands.test_month_signing import worked
from tests.commands.world import (
    ADA,
    BO,
    COMPLIANCE,
    NURSE,
    OTHER_PRACTICE,
    PATIENT,
    SINCE,
    designated,
    died,
    enrolled,
    known,
    utc,
)
from tests.gwt import Given

MONTH = "2026-03"
APRIL = "2026-04-02T15:00:00+00:00"


def raised(code: str = "99437", units: int = 4, **changes: Any) -> RaiseLimit:
    whole: dict[str, Any] = {
        "patient": PATIENT,
        "month": MONTH,
        "code": code,
        "units": units,
        "reason": "Two admissions, three calls with the cardiologist.",
        "records": "Chart, pages 40 to 52.",
    }
    return RaiseLimit(**{**whole, **changes})


def in_april(ledger: Given | None = None) -> Given:
    """The compliance officer looks at March."""
    return (ledger or enrolled()).by(COMPLIANCE).at(APRIL)


def hours(count: int, performer: str = ADA, ledger: Given | None = None) -> Given:
    """So many hours of one person's work in March, one an evening."""
    told = ledger or enrolled()
    for number in range(count):
        begun = utc("2026-03-02T15:00") + timedelta(days=number)
        entry = LogTime(
            patient=PATIENT,
            performer=performer,
            start=begun,
            end=begun + timedelta(hours=1),
            activity="phone_call",
            description="Call about glucose.",
        )
        told = told.by(performer).at((begun + timedelta(hours=2)).isoformat()).then(entry)
    return told


def units(ledger: Given, family: Any) -> dict[str, int]:
    result = verdict(ledger).result(family)
    assert result is not None
    return {line.code: line.units for line in result.lines}


def family_codes(ledger: Given, family: Any) -> list[str]:
    result = verdict(ledger).result(family)
    assert result is not None
    return [notice.code for notice in result.notices]


# --- what is recorded -------------------------------------------------------------------------------------------


def test_a_limit_is_raised_with_its_reason_and_records_sealed() -> None:
    event = in_april().when(raised()).event

    assert ("99437", 4, COMPLIANCE) == (event.code, event.units, event.by)
    assert "Chart, pages 40 to 52." == event.words.records


def test_what_was_just_said_is_unchanged() -> None:
    ledger = in_april()

    assert (len(ledger.facts) + 1,) == ledger.again(raised()).unchanged


@pytest.mark.parametrize("change", [{"units": 5}, {"reason": "Another one."}, {"records": "The call list."}])
def test_other_units_or_other_words_are_a_newer_word(change: dict[str, Any]) -> None:
    assert "limit_raised" == in_april().then(raised()).when(raised(**change)).event.TOPIC


def test_a_newer_word_may_go_back_to_the_limit() -> None:
    ledger = in_april().then(raised())

    assert 2 == ledger.when(raised(units=2)).event.units


def test_a_month_that_stands_attested_is_named() -> None:
    ledger = in_april(attested(worked(20)))

    assert ["attested_month_moved"] == ledger.when(raised()).codes


# --- what is refused, in order ----------------------------------------------------------------------------------


def test_a_month_to_come_has_no_limit_to_raise() -> None:
    assert "in_the_future" == in_april().when(raised(month="2026-06")).refused


def test_a_month_after_death_has_none_either() -> None:
    assert "after_death" == in_april(enrolled().and_(died("2026-02-20"))).when(raised()).refused


def test_nobody_raises_a_limit_of_a_month_that_they_worked_in() -> None:
    own = hours(1, NURSE).and_(RoleGranted(staff=NURSE, role=Role.COMPLIANCE, from_on=SINCE))

    assert "not_self" == own.by(NURSE).at(APRIL).when(raised()).refused


def test_nobody_raises_a_limit_of_a_month_that_they_bill() -> None:
    own = enrolled().and_(RoleGranted(staff=ADA, role=Role.COMPLIANCE, from_on=SINCE))

    assert "not_self" == own.by(ADA).at(APRIL).when(raised()).refused


def test_the_biller_of_another_month_may() -> None:
    left = known().and_(designated(until_month="2026-01"), RoleGranted(staff=ADA, role=Role.COMPLIANCE, from_on=SINCE))

    assert 4 == left.by(ADA).at(APRIL).when(raised()).event.units


def test_only_compliance_raises_a_limit() -> None:
    refused = [enrolled().by(actor).at(APRIL).when(raised()).refused for actor in (ADA, NURSE)]

    assert ["capacity_missing", "capacity_missing"] == refused


@pytest.mark.parametrize("code", ["99439", "99490", "99491", "99487", "99427", "G0557", "99999"])
def test_a_limit_that_the_rules_do_not_let_be_raised_is_refused(code: str) -> None:
    assert "limit_not_overridable" == in_april().when(raised(code)).refused


def test_the_refusal_names_the_rule() -> None:
    because = in_april().when(raised("99439")).refusal.because

    assert "medicare.ccm.99439.limit_may_be_overridden, effective 2021-01-01" in because


def test_a_code_that_did_not_exist_in_the_month_is_refused() -> None:
    assert "limit_not_overridable" == in_april().when(raised("99437", month="2021-12")).refused


@pytest.mark.parametrize(("code", "limit"), [("99437", 2), ("99489", 10)])
def test_units_within_the_limit_are_refused_and_one_more_is_not(code: str, limit: int) -> None:
    ledger = in_april()
    refusal = ledger.when(raised(code, limit)).refusal

    assert "limit_not_above" == refusal.code
    assert f"The units are not above the limit of {code}, which is {limit}." == refusal.happened
    assert f"medicare.ccm.{code}.units_max" in refusal.because
    assert limit + 1 == ledger.when(raised(code, limit + 1)).event.units


def test_the_limit_of_99425_may_be_raised() -> None:
    assert 3 == in_april().when(raised("99425", 3)).event.units


def test_less_than_the_limit_is_refused_also_where_it_was_raised() -> None:
    assert "limit_not_above" == in_april().then(raised()).when(raised(units=1)).refused


def test_the_limit_said_twice_is_refused_once_it_holds_again() -> None:
    ledger = in_april().then(raised()).then(raised(units=2))

    assert "limit_not_above" == ledger.when(raised(units=2, reason="Once more.")).refused


# --- what the month says then -----------------------------------------------------------------------------------


def test_personal_ccm_is_given_as_many_units_as_were_worked_up_to_the_raised_limit() -> None:
    ledger = hours(3)

    assert {"99491": 1, "99437": 2} == units(ledger, "personal")
    assert {"99491": 1, "99437": 4} == units(in_april(ledger).then(raised()), "personal")
    assert {"99491": 1, "99437": 5} == units(in_april(ledger).then(raised(units=9)), "personal")


def test_the_month_says_that_a_limit_was_raised() -> None:
    ledger = hours(3)

    assert ["units_capped"] == family_codes(ledger, "personal")
    assert ["limit_raised", "units_capped"] == family_codes(in_april(ledger).then(raised()), "personal")
    assert ["limit_raised"] == family_codes(in_april(ledger).then(raised(units=5)), "personal")


def test_a_limit_that_went_back_is_the_limit_and_no_notice() -> None:
    ledger = in_april(hours(3)).then(raised()).then(raised(units=2))

    assert {"99491": 1, "99437": 2} == units(ledger, "personal")
    assert ["units_capped"] == family_codes(ledger, "personal")


def test_complex_ccm_beyond_ten_further_units_needs_the_raised_limit() -> None:
    decided = AttestDecisionMaking(
        patient=PATIENT, month=MONTH, level="high", problems="Two.", data="Labs.", risk="Drugs."
    )
    ledger = hours(7, NURSE).by(ADA).at(APRIL).then(decided)

    assert {"99487": 1, "99489": 10} == units(ledger, "complex")
    assert {"99487": 1, "99489": 12} == units(in_april(ledger).then(raised("99489", 12)), "complex")


def test_a_signed_month_of_that_family_becomes_stale() -> None:
    ledger = attested(hours(3))
    then = in_april(ledger).then(raised())

    assert ("attested", "stale") == (verdict(ledger).standing, verdict(then).standing)


def test_the_limit_of_one_month_is_not_that_of_the_next() -> None:
    ledger = in_april().then(raised())

    assert (("99437", 4),) == ledger.state(care_month_tag(PATIENT, MONTH)).raised
    assert () == ledger.state(care_month_tag(PATIENT, "2026-02")).raised


def test_a_compliance_officer_of_another_practice_does_not_reach_the_patient() -> None:
    ledger = enrolled().and_(RoleGranted(staff=BO, role=Role.COMPLIANCE, practice=OTHER_PRACTICE, from_on=SINCE))

    assert "not_in_this_practice" == ledger.by(BO).at(APRIL).when(raised()).refused
