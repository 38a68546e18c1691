"""A designation on which claims rest: left freely before release, not while one lives, afterwards by compliance."""

from typing import Any

import pytest

from commands.intents.designation import WithdrawDesignation
from ledger.streams.claims import ClaimAcknowledged
from ledger.streams.merging import PatientsMerged
from ledger.terms.people import Programme, Side
from tests.commands.test_claims import attested, claim_of, release, withdraw
from tests.commands.test_merging import merged
from tests.commands.world import (
    ADA,
    ADMIN,
    BILLER,
    COMPLIANCE,
    DESIGNATION,
    OTHER_PATIENT,
    PATIENT,
    SITE_ADMIN,
    assigned,
    designated,
    on,
    patient,
)
from tests.gwt import Given, opaque

SECOND = opaque("dg", 2)


def leave(**changes: Any) -> WithdrawDesignation:
    whole: dict[str, Any] = {
        "patient": PATIENT,
        "designation": DESIGNATION,
        "reason": "patient_chose_other",
        "from_month": "2026-03",
        "evidence": "Letter of the patient.",
    }
    return WithdrawDesignation(**{**whole, **changes})


def claimed() -> Given:
    """March 2026 attested and released to billing."""
    return attested().then(release())


def taken_back() -> Given:
    """The claim of March withdrawn again."""
    sent = claimed()
    return sent.by(BILLER).then(withdraw(claim_of(sent)))


@pytest.mark.parametrize("actor", [ADA, SITE_ADMIN, ADMIN, COMPLIANCE])
def test_before_release_the_designee_the_practice_and_compliance_withdraw_freely(actor: str) -> None:
    assert attested().by(actor).when(leave()).event.from_month == "2026-03"


@pytest.mark.parametrize("actor", [ADA, SITE_ADMIN, ADMIN, COMPLIANCE])
def test_while_a_claim_that_rests_on_it_is_live_nobody_withdraws_it(actor: str) -> None:
    sent = claimed()
    refusal = sent.by(actor).when(leave()).refusal

    assert refusal.code == "designation_claimed"
    assert "2026-03" in refusal.happened
    assert refusal.facts == (len(sent.facts),)
    assert "withdraw_claim" in refusal.remedy


def test_nor_where_the_months_that_it_would_leave_begin_before_the_claim() -> None:
    assert claimed().by(ADA).when(leave(from_month="2026-01")).refused == "designation_claimed"


def test_the_months_behind_the_claim_are_left_freely() -> None:
    assert claimed().by(ADA).when(leave(from_month="2026-04")).event.from_month == "2026-04"


@pytest.mark.parametrize("actor", [ADA, SITE_ADMIN, ADMIN])
def test_after_the_claim_was_withdrawn_only_compliance_withdraws_it(actor: str) -> None:
    refusal = taken_back().by(actor).when(leave()).refusal

    assert refusal.code == "designation_was_claimed"
    assert "compliance" in refusal.remedy


def test_and_compliance_does() -> None:
    assert taken_back().by(COMPLIANCE).when(leave()).event.from_month == "2026-03"


def test_a_claim_that_the_payer_rejected_is_live_no_more() -> None:
    sent = claimed()
    answer = ClaimAcknowledged(patient=PATIENT, claim=claim_of(sent), outcome="rejected", received_on=on("2026-04-02"))

    assert sent.and_(answer).by(ADA).when(leave()).refused == "designation_was_claimed"
    assert sent.and_(answer).by(COMPLIANCE).when(leave()).event.from_month == "2026-03"


@pytest.mark.parametrize("changes", [{"programme": Programme.PCM}, {"side": Side.FACILITY}])
def test_no_claim_of_ccm_rests_on_a_designation_of_another_programme_or_side(changes: dict[str, Any]) -> None:
    other = designated(designation=SECOND, **changes)

    assert claimed().and_(other).by(ADA).when(leave(designation=SECOND)).event.designation == SECOND


def test_a_claim_of_whoever_was_merged_rests_on_the_designation_too() -> None:
    both = claimed().and_(patient(OTHER_PATIENT, "10043"), assigned(OTHER_PATIENT), merged(OTHER_PATIENT, PATIENT))

    assert both.by(ADA).when(leave(patient=OTHER_PATIENT)).refused == "designation_claimed"


def test_a_designation_of_another_practitioner_does_not_bear_the_claim() -> None:
    theirs = designated(opaque("st", 2), opaque("pr", 2), patient=OTHER_PATIENT, designation=SECOND)
    both = claimed().and_(
        patient(OTHER_PATIENT, "10043"),
        assigned(OTHER_PATIENT),
        theirs,
        PatientsMerged(patient=PATIENT, merged=OTHER_PATIENT),
    )

    assert both.by(COMPLIANCE).when(leave(designation=SECOND)).event.designation == SECOND


def test_a_withdrawal_that_was_said_before_stays_so_whatever_is_claimed() -> None:
    left = taken_back().by(COMPLIANCE).then(leave())

    assert left.by(ADA).when(leave()).unchanged
