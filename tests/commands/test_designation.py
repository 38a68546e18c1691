"""Who bills: one practitioner a month, the first wins, across practices, and the rival learns nothing of the other."""

from typing import Any

import pytest

from commands.intents.designation import DesignatePractitioner, WithdrawDesignation
from ledger.streams.designation import DesignationWithdrawn
from ledger.terms.people import Programme, Role, Side
from tests.commands.world import (
    ADA,
    ADMIN,
    BO,
    COMPLIANCE,
    DESIGNATION,
    NURSE,
    OTHER_PRACTICE,
    PATIENT,
    PRACTICE,
    PSYCHOLOGIST,
    SITE_ADMIN,
    designated,
    died,
    enrolled,
    known,
    office,
    patient,
    person,
)
from tests.gwt import Given, opaque


def designate(who: str = ADA, **changes: Any) -> DesignatePractitioner:
    whole: dict[str, Any] = {
        "patient": PATIENT,
        "practitioner": who,
        "programme": Programme.CCM,
        "side": Side.PRACTITIONER,
        "from_month": "2026-03",
    }
    return DesignatePractitioner(**{**whole, **changes})


def withdrawn(month: str = "2026-02") -> DesignationWithdrawn:
    return DesignationWithdrawn(
        patient=PATIENT, designation=DESIGNATION, reason="patient_chose_other", from_month=month
    )


# --- designate_practitioner -------------------------------------------------------------------------------------


def test_a_practitioner_designates_herself_for_her_practice() -> None:
    then = known().by(ADA).when(designate())

    assert (ADA, PRACTICE, None) == (then.event.practitioner, then.event.practice, then.event.until_month)


def test_a_practitioner_of_another_practice_may_be_first() -> None:
    assert OTHER_PRACTICE == known().by(BO).when(designate(BO)).event.practice


def test_the_same_designation_again_is_unchanged() -> None:
    ledger = known().by(ADA)
    again = ledger.again(designate())

    assert (len(ledger.facts) + 1,) == again.unchanged
    assert ledger.when(designate()).ids == again.ids


def test_a_later_month_of_a_standing_designation_is_said_already() -> None:
    assert 1 == len(known().and_(designated()).by(ADA).when(designate(from_month="2026-07")).unchanged)


@pytest.mark.parametrize("month", ["2026-01", "2026-03", "2031-12"])
def test_an_open_ended_designation_occupies_every_later_month(month: str) -> None:
    then = known().and_(designated()).by(BO).when(designate(BO, from_month=month, until_month=month))

    assert "month_occupied" == then.refused


def test_a_designation_that_would_run_into_an_occupied_month_is_refused() -> None:
    ledger = known().and_(designated(from_month="2026-06")).by(BO)

    assert "month_occupied" == ledger.when(designate(BO)).refused
    assert "2026-05" == ledger.when(designate(BO, until_month="2026-05")).event.until_month


def test_whoever_comes_second_learns_neither_practitioner_nor_practice() -> None:
    refusal = known().and_(designated()).by(BO).when(designate(BO)).refusal
    told = f"{refusal.happened} {refusal.because} {refusal.remedy}"

    assert not any(secret in told for secret in (ADA, PRACTICE, "Practice 7", PATIENT, "1234567893"))
    assert "2026-03" in told
    assert "medicare.ccm.billing_practitioner.per_month_max, effective 2015-01-01" in told


@pytest.mark.parametrize("changes", [{"programme": Programme.PCM}, {"side": Side.FACILITY}])
def test_another_programme_or_side_has_a_key_of_its_own(changes: dict[str, Any]) -> None:
    then = known().and_(designated()).by(BO).when(designate(BO, **changes))

    assert BO == then.event.practitioner


def test_a_withdrawn_designation_leaves_its_later_months_free() -> None:
    free = known().and_(designated(), withdrawn("2026-03")).by(BO)

    assert "month_occupied" == free.when(designate(BO, from_month="2026-02")).refused
    assert BO == free.when(designate(BO)).event.practitioner


def test_nobody_designates_somebody_else() -> None:
    assert "capacity_missing" == known().by(ADA).when(designate(BO)).refused


def test_neither_nurse_nor_administrator_designates() -> None:
    refused = [known().by(actor).when(designate(actor)).refused for actor in (NURSE, ADMIN)]

    assert ["capacity_missing"] * 2 == refused


def test_a_designation_does_not_end_before_it_begins() -> None:
    assert "end_before_start" == known().by(ADA).when(designate(until_month="2026-02")).refused


def test_a_practitioner_of_all_practices_needs_the_patients() -> None:
    everywhere = person(opaque("st", 40), Role.PRACTITIONER, None, "md")
    unassigned = office().and_(patient(), *everywhere).by(opaque("st", 40))

    assert "practice_unclear" == unassigned.when(designate(opaque("st", 40))).refused


def test_no_month_after_death_is_designated() -> None:
    dead = known().and_(died("2026-03-20")).by(ADA)

    assert "after_death" == dead.when(designate(from_month="2026-04")).refused
    assert "2026-03" == dead.when(designate()).event.from_month


def test_a_limited_licence_does_not_bill() -> None:
    refusal = known().by(PSYCHOLOGIST).when(designate(PSYCHOLOGIST)).refusal

    assert "practitioner_may_not_bill" == refusal.code
    assert "medicare.ccm.billing_practitioner.credentials" in refusal.because


def test_the_order_of_refusals_is_that_of_the_catalogue() -> None:
    dead = known().and_(designated(from_month="2026-01", until_month="2026-05"), died("2026-04-20")).by(PSYCHOLOGIST)
    asked = [
        designate(BO, from_month="2026-05", until_month="2026-04"),
        designate(PSYCHOLOGIST, from_month="2026-05", until_month="2026-04"),
        designate(PSYCHOLOGIST, from_month="2026-05"),
        designate(PSYCHOLOGIST, from_month="2026-04"),
    ]
    expected = ["capacity_missing", "end_before_start", "after_death", "practitioner_may_not_bill"]

    assert expected == [dead.when(command).refused for command in asked]
    assert "month_occupied" == dead.by(BO).when(designate(BO, from_month="2026-04")).refused


# --- withdraw_designation ---------------------------------------------------------------------------------------


def withdraw(**changes: Any) -> WithdrawDesignation:
    whole: dict[str, Any] = {
        "patient": PATIENT,
        "designation": DESIGNATION,
        "reason": "patient_chose_other",
        "from_month": "2026-04",
        "evidence": "Letter of the patient.",
    }
    return WithdrawDesignation(**{**whole, **changes})


def standing(**changes: Any) -> Given:
    return known().and_(designated(**changes))


@pytest.mark.parametrize("actor", [ADA, SITE_ADMIN, ADMIN, COMPLIANCE])
def test_designee_practice_and_compliance_may_withdraw(actor: str) -> None:
    then = standing().by(actor).when(withdraw())

    assert ("2026-04", "Letter of the patient.") == (then.event.from_month, then.event.words.evidence)


def test_the_same_withdrawal_again_is_unchanged() -> None:
    ledger = standing().by(ADA)

    assert (len(ledger.facts) + 1,) == ledger.again(withdraw()).unchanged


def test_a_designation_that_is_not_there_is_not_withdrawn() -> None:
    assert "no_such_designation" == known().by(ADA).when(withdraw()).refused


def test_the_rival_may_not_withdraw() -> None:
    assert "rival_may_not_withdraw" == standing().by(BO).when(withdraw()).refused


def test_an_administrator_of_another_practice_may_not_withdraw() -> None:
    other = person(opaque("st", 40), Role.ADMINISTRATOR, OTHER_PRACTICE)

    assert "rival_may_not_withdraw" == standing().and_(*other).by(opaque("st", 40)).when(withdraw()).refused


def test_a_nurse_withdraws_nothing() -> None:
    assert "capacity_missing" == standing().by(NURSE).when(withdraw()).refused


def test_a_withdrawal_is_not_changed_by_another() -> None:
    assert "already_withdrawn" == standing().and_(withdrawn()).by(ADA).when(withdraw()).refused


def test_a_designation_that_ends_by_itself_needs_no_withdrawal() -> None:
    assert "designation_ended" == standing(until_month="2026-03").by(ADA).when(withdraw()).refused


def test_the_rival_is_refused_before_anything_about_the_designation_is_said() -> None:
    assert "rival_may_not_withdraw" == enrolled().and_(withdrawn()).by(BO).when(withdraw()).refused
