"""A designation is withdrawn freely before its months are billed, never under a live claim, then by compliance only."""

from typing import Any

import pytest

from commands.intents.designation import WithdrawDesignation
from ledger.streams.claims import ClaimAcknowledged
from ledger.streams.merging import PatientsMerged
from ledger.terms.people import Programme, Side
from tests.commands.test_claim_answers import released
from tests.commands.test_claims import attested, claim_of, withdraw
from tests.commands.test_merging import merged
from tests.commands.world import (
    ADA,
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
from tests.gwt import opaque

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


def test_before_the_month_is_billed_it_is_free_to_end() -> None:
    assert attested().by(ADA).when(leave()).event.from_month == "2026-03"


@pytest.mark.parametrize("who", [ADA, SITE_ADMIN, COMPLIANCE])
@pytest.mark.parametrize("from_month", ["2026-02", "2026-03"])
def test_under_a_live_claim_nobody_ends_it(who: str, from_month: str) -> None:
    ledger = released()
    refusal = ledger.by(who).when(leave(from_month=from_month)).refusal

    assert (refusal.code, "2026-03" in refusal.happened) == ("designation_billed", True)
    assert refusal.facts == (ledger.facts[-1].position,)


def test_months_behind_those_that_were_billed_are_free_to_end() -> None:
    assert released().by(ADA).when(leave(from_month="2026-04")).event.from_month == "2026-04"


def test_once_the_claim_is_live_no_more_compliance_alone_ends_it() -> None:
    ledger = released()
    taken_back = ledger.then(withdraw(claim_of(ledger)))

    assert taken_back.by(ADA).when(leave()).refused == "designation_was_billed"
    assert taken_back.by(COMPLIANCE).when(leave()).event.from_month == "2026-03"


def test_a_claim_that_the_payer_rejected_is_live_no_more() -> None:
    sent = released()
    answer = ClaimAcknowledged(patient=PATIENT, claim=claim_of(sent), outcome="rejected", received_on=on("2026-04-02"))

    assert sent.and_(answer).by(ADA).when(leave()).refused == "designation_was_billed"
    assert sent.and_(answer).by(COMPLIANCE).when(leave()).event.from_month == "2026-03"


@pytest.mark.parametrize("changes", [{"programme": Programme.PCM}, {"side": Side.FACILITY}])
def test_no_claim_of_ccm_rests_on_a_designation_of_another_programme_or_side(changes: dict[str, Any]) -> None:
    other = designated(designation=SECOND, **changes)

    assert released().and_(other).by(ADA).when(leave(designation=SECOND)).event.designation == SECOND


def test_a_claim_of_whoever_was_merged_rests_on_the_designation_too() -> None:
    both = released().and_(patient(OTHER_PATIENT, "10043"), assigned(OTHER_PATIENT), merged(OTHER_PATIENT, PATIENT))

    assert both.by(ADA).when(leave(patient=OTHER_PATIENT)).refused == "designation_billed"


def test_a_designation_of_another_practitioner_does_not_bear_the_claim() -> None:
    theirs = designated(opaque("st", 2), opaque("pr", 2), patient=OTHER_PATIENT, designation=SECOND)
    both = released().and_(
        patient(OTHER_PATIENT, "10043"),
        assigned(OTHER_PATIENT),
        theirs,
        PatientsMerged(patient=PATIENT, merged=OTHER_PATIENT),
    )

    assert both.by(COMPLIANCE).when(leave(designation=SECOND)).event.designation == SECOND


def test_a_withdrawal_that_was_said_before_stays_so_whatever_is_released() -> None:
    ledger = released()
    taken_back = ledger.then(withdraw(claim_of(ledger)))
    left = taken_back.by(COMPLIANCE).then(leave())

    assert left.by(ADA).when(leave()).unchanged
