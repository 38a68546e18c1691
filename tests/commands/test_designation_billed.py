"""A designation is withdrawn freely before its months are billed, never under a live claim, then by compliance only."""

from typing import Any

import pytest

from commands.intents.designation import WithdrawDesignation
from tests.commands.test_claim_answers import released
from tests.commands.test_claims import attested, claim_of, withdraw
from tests.commands.world import ADA, COMPLIANCE, DESIGNATION, PATIENT, SITE_ADMIN


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
