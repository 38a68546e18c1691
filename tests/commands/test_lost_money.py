"""What is perhaps overpaid where more than one answer, claim or payer has the month's money: once, and not never."""

from decimal import Decimal
from typing import Any

import pytest

from ledger.streams.claims import Adjustment, ClaimReleased, ClaimRemitted, RemittedLine, control_number
from ledger.streams.claims_state import Claims
from ledger.streams.merging import PatientsMerged
from ledger.streams.overpayments import OverpaymentNoticed
from ledger.terms.identity import claims_tag
from tests.commands.overpaid import (
    WHOLE,
    back,
    by_person,
    claim,
    claims,
    dismiss,
    give_back,
    identify,
    line,
    noticed,
    overpayment,
    paid,
    released,
    remitted,
    report,
    struck,
)
from tests.commands.world import COMPLIANCE, OTHER_PATIENT, PATIENT, on
from tests.gwt import Given, opaque
from tests.reactions.given import MACHINE

LESS = WHOLE[0], line("99439", 1, "60.00", "40.01", "10.00", "9.99")
"""What is paid for the month of an hour of which twenty minutes were struck: 92.91, and 23.23 left to the patient."""


def money(event: Any) -> tuple[str, str]:
    assert isinstance(event, OverpaymentNoticed)
    return str(event.amount), str(event.patient_share)


def asked(ledger: Given, which: int = 0, **changes: Any) -> Any:
    """The machine asks about one of the claims."""
    of = claims(ledger).claims[which].event.claim
    return ledger.by(MACHINE).when(report(ledger, claim=of, **changes))


def behind(ledger: Given, frequency: Any = "7", number: int = 70, **changes: Any) -> Given:
    """Another claim of the month stands for the first one."""
    first, new = claims(ledger).claims[0].event, opaque("cl", number)
    as_it = {"claim": new, "control_number": control_number(new), "link": f"{number:032x}", "frequency": frequency}
    return ledger.and_(first.model_copy(update={**as_it, "replaces": first.claim, "payer_number": "A1", **changes}))


def answered(
    ledger: Given, which: int, *lines: Any, status: Any = "paid", day: str = "2026-05-01", of: str = PATIENT
) -> Given:
    """The payer's answer to one of the claims, as a fact."""
    held: Claims = ledger.state(claims_tag(of))
    event = held.claims[which].event
    of_lines = tuple(
        RemittedLine(
            code=each.code,
            units=each.units,
            charge=each.charge,
            paid=each.paid,
            adjustments=tuple(Adjustment(group=a.group, reason=a.reason, amount=a.amount) for a in each.adjustments),
        )
        for each in lines
    )
    left = sum((a.amount for e in lines for a in e.adjustments if a.group == "PR"), Decimal(0))
    return ledger.and_(
        ClaimRemitted(
            patient=event.patient,
            claim=event.claim,
            status=status,
            on=on(day),
            charge=sum((e.charge for e in lines), Decimal(0)),
            paid=sum((e.paid for e in lines), Decimal(0)),
            patient_share=left,
            lines=of_lines,
        )
    )


# --- payers behind the first one ----------------------------------------------------------------------------------


def test_what_a_second_payer_paid_is_not_the_first_one_s_to_get_back() -> None:
    told = released(22, 20, 20)
    first = told.then(remitted(told, *WHOLE, payer_status="19"))
    second = (
        line("99490", 1, "85.00", "13.23").model_copy(update={"adjustments": ()}),
        line("99439", 2, "120.00", "20.00").model_copy(update={"adjustments": ()}),
    )
    both = first.then(remitted(first, *second, on=on("2026-05-02"), payer_status="2"))
    ledger = struck(both, 2, 1, 0)

    assert money(ledger.when(report(ledger)).event) == ("132.91", "33.23")


# --- money that went back, and came again -------------------------------------------------------------------------


def returned() -> Given:
    """Twenty minutes were struck, and what was paid for them went back by check."""
    first = noticed()
    known = first.then(identify(first))
    return known.then(give_back(known))


def test_what_went_back_by_check_is_not_noticed_again_whatever_the_payer_s_answers_say_of_it() -> None:
    ledger = returned()
    corrected = answered(ledger, 0, *back(*WHOLE), status="reversed")

    assert asked(ledger).unchanged
    assert asked(answered(corrected, 0, *LESS)).unchanged


def test_nor_where_the_payer_takes_all_back_and_pays_the_same_on_one_day() -> None:
    ledger = answered(answered(returned(), 0, *back(*WHOLE), status="reversed"), 0, *WHOLE)

    assert asked(ledger).unchanged


def test_what_the_payer_pays_anew_after_it_took_the_returned_money_back_is_other_money() -> None:
    taken = answered(returned(), 0, *back(*WHOLE), status="reversed")
    anew = answered(taken, 0, *WHOLE, day="2026-05-03")

    assert money(asked(anew).event) == ("40.01", "10.00")


# --- claims that another one stands for ---------------------------------------------------------------------------


def test_what_a_claim_lost_is_noticed_also_where_one_in_its_place_was_released_before_the_machine_looked() -> None:
    ledger = behind(struck(paid(), 2))
    denied = answered(ledger, 1, *(line(e.code, e.units, str(e.charge), "0.00") for e in LESS), status="denied")

    assert money(asked(ledger).event) == ("40.01", "10.00")
    assert money(asked(denied).event) == ("40.01", "10.00")


def test_where_both_were_paid_all_of_the_first_one_goes_back_and_once() -> None:
    first = noticed()
    both = answered(behind(first), 1, *LESS)

    assert money(asked(both).event) == ("92.90", "23.23")
    assert asked(both, 1).refused == "claim_stands"


def test_where_the_first_one_was_taken_back_nothing_is_noticed() -> None:
    ledger = answered(answered(behind(struck(paid(), 2)), 0, *back(*WHOLE), status="reversed"), 1, *LESS)

    assert asked(ledger, 0).refused == "claim_stands"
    assert asked(ledger, 1).refused == "claim_stands"


def test_a_claim_that_was_sent_again_and_paid_twice_is_paid_once_too_often() -> None:
    ledger = answered(behind(paid(), frequency="1", payer_number=None), 1, *WHOLE)

    assert money(asked(ledger, 0).event) == ("132.91", "33.23")
    assert asked(ledger, 1).refused == "claim_stands"


def test_one_that_was_raised_and_is_not_answered_in_its_new_form_keeps_its_money() -> None:
    assert asked(behind(paid())).refused == "claim_stands"


def test_what_was_paid_for_a_voided_claim_goes_back_until_the_void_took_it() -> None:
    voided = behind(paid(), frequency="8")

    assert money(asked(voided).event) == ("132.91", "33.23")
    assert asked(answered(voided, 1, *back(*WHOLE), status="reversed")).refused == "claim_stands"
    assert asked(voided, 1).refused == "claim_stands"


# --- two patients who are one --------------------------------------------------------------------------------------


def test_of_two_claims_of_merged_patients_the_later_one_is_overpaid_when_money_comes_for_both() -> None:
    told = released(22, 20, 20)
    event = claim(told).event
    other = event.model_copy(
        update={
            "patient": OTHER_PATIENT,
            "claim": opaque("cl", 71),
            "control_number": control_number(opaque("cl", 71)),
            "link": f"{71:032x}",
        }
    )
    assert isinstance(other, ClaimReleased)
    joined = told.and_(other, PatientsMerged(patient=PATIENT, merged=OTHER_PATIENT))
    both = joined.then(remitted(told, *WHOLE)).and_(
        ClaimRemitted(
            patient=OTHER_PATIENT,
            claim=other.claim,
            status="paid",
            on=on("2026-05-01"),
            charge=Decimal("205.00"),
            paid=Decimal("132.91"),
            patient_share=Decimal("33.23"),
        )
    )
    ask = both.by(MACHINE).when(report(both, claim=other.claim))

    assert money(ask.event) == ("132.91", "33.23")
    assert both.by(MACHINE).when(report(both, claim=event.claim)).refused == "claim_stands"


# --- what a person reports -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("amount", "share"), [("92.91", "0.00"), ("0.00", "23.24")])
def test_no_more_is_reported_than_was_paid_and_is_not_noticed_yet(amount: str, share: str) -> None:
    ledger = noticed()

    assert money(ledger.when(by_person(ledger, "92.90", "23.23")).events[0]) == ("92.90", "23.23")
    assert ledger.when(by_person(ledger, amount, share)).refused == "more_than_was_paid"


def test_what_was_dismissed_leaves_room_for_another_report() -> None:
    first = noticed()
    dismissed = first.then(dismiss(first))

    assert money(dismissed.when(by_person(dismissed, "132.91", "33.23")).events[0]) == ("132.91", "33.23")


def test_so_does_what_went_back_and_the_payer_took_to_the_cent_of_its_own_rounding() -> None:
    corrected = answered(answered(returned(), 0, *back(*WHOLE), status="reversed"), 0, *LESS).by(COMPLIANCE)

    assert overpayment(corrected).status == "returned"
    assert money(corrected.when(by_person(corrected, "92.91", "23.23")).events[0]) == ("92.91", "23.23")
