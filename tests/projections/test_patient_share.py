"""What a patient owes for a month: before an answer an estimate with both ends, afterwards what the payer left."""

from datetime import date
from typing import Any

import pytest

from ledger.judging import book_of
from ledger.streams.base import Event
from ledger.streams.claims import CostShareWaived, RemittedLine
from ledger.streams.overpayments import OverpaymentNoticed, OverpaymentReturned
from projections.claims.patient_share import Beside, PatientShare, patient_share
from tests.facts import Chart, law
from tests.gwt import opaque
from tests.projections.claim_lives import (
    BACK,
    DENIED,
    FIRST,
    PAID,
    PATIENT,
    SECOND,
    acknowledged,
    claims_of,
    dollars,
    off,
    released,
    remitted,
    told,
    withdrawn,
)

TO_DEDUCTIBLE = told("99490", 1, "85.00", "12.90", off("CO-45", "18.87"), off("PR-1", "50.00"), off("PR-2", "3.23"))
OVERPAYMENT = opaque("op", 1)
WAIVED = CostShareWaived(patient=PATIENT, claim=FIRST, on=date(2026, 5, 2))


def chart(**coverage: Any) -> Chart:
    """March with 25 minutes; the coverage is said as given, where it is given."""
    found = Chart(without=("coverage",) if coverage else ())
    if coverage:
        found.coverage(**coverage)
    found.time("2026-03-09 10:00", 25)
    return found


def share(*events: Event, of: Chart | None = None) -> PatientShare:
    """What the patient owes after these facts about claims."""
    whole = of or chart()
    facts, verdict = whole.facts(), whole.verdict()
    assert verdict.practice is not None
    assert verdict.practitioner is not None
    return patient_share(
        verdict,
        book_of(verdict, law()[0]),
        patient=facts.patient,
        practice=facts.practices[verdict.practice],
        biller=facts.staff[verdict.practitioner],
        of_all=[claims_of(*events)],
    )


def owed(found: PatientShare) -> tuple[str, str | None]:
    return found.why, None if found.owed is None else str(found.owed)


# --- before an answer -----------------------------------------------------------------------------------------------


def test_before_an_answer_the_estimate_has_both_ends_of_the_deductible() -> None:
    found = share()
    assert found.estimate is not None

    assert (dollars("66.13"), dollars("13.23"), dollars("66.13"), dollars("20.0")) == found.estimate[:4]
    assert ("nothing_claimed", None) == owed(found)
    assert "medicare.pfs.payment.coinsurance_percent" in {reading.name for reading in found.estimate.reads}


def test_a_claim_without_an_answer_is_estimated_by_its_own_lines_and_nothing_may_be_billed() -> None:
    found = share(released(), acknowledged())

    assert ("not_answered", None) == owed(found)
    assert (dollars("85.00"), dollars("13.23")) == (found.charge, found.estimate and found.estimate.deductible_met)


def test_a_claim_of_a_place_in_a_facility_is_estimated_by_what_is_allowed_there() -> None:
    found = share(released(place_of_service="22"))

    assert found.estimate is not None
    assert (dollars("43.76"), dollars("8.75")) == found.estimate[:2]


def test_a_payer_with_rates_of_its_own_has_no_estimate_and_says_why() -> None:
    found = share(of=chart(payer="sunny_advantage", kind="medicare_advantage"))
    assert found.estimate is not None

    assert (None, None, None) == found.estimate[:3]
    assert "sets its own rates" in (found.estimate.why_not or "")


def test_a_month_that_bills_nothing_has_no_estimate() -> None:
    assert share(of=Chart()).estimate is None


def test_a_withdrawn_claim_is_none() -> None:
    found = share(released(), withdrawn())

    assert ("nothing_claimed", None) == owed(found)
    assert found.charge is None


# --- afterwards -----------------------------------------------------------------------------------------------------


def test_after_the_answer_only_the_payers_amounts_count() -> None:
    found = share(released(), remitted(FIRST, "paid", PAID))

    assert ("as_the_payer_says", "13.23") == owed(found)
    assert (None, dollars("52.90")) == (found.estimate, found.paid)
    assert (("coinsurance", dollars("13.23")),) == found.left


def test_deductible_and_coinsurance_are_told_apart() -> None:
    found = share(released(), remitted(FIRST, "paid", TO_DEDUCTIBLE))

    assert (("deductible", dollars("50.00")), ("coinsurance", dollars("3.23"))) == found.left
    assert ("as_the_payer_says", "53.23") == owed(found)


def test_what_the_payer_left_without_a_reason_is_other() -> None:
    whole = remitted(FIRST, "paid", charge=dollars("85.00"), paid=dollars("52.90"), patient_share=dollars("13.23"))

    assert (("other", dollars("13.23")),) == share(released(), whole).left


def test_a_denied_claim_leaves_nothing_to_the_patient() -> None:
    assert ("nothing_left", "0.00") == owed(share(released(), remitted(FIRST, "denied", DENIED)))


def test_what_was_taken_back_is_not_answered_and_owed_no_more() -> None:
    found = share(released(), remitted(FIRST, "paid", PAID), remitted(FIRST, "reversed", BACK))

    assert ("not_answered", None) == owed(found)


def test_a_claim_that_was_resent_is_owed_once() -> None:
    again = released(SECOND, replaces=FIRST)
    found = share(released(), acknowledged(FIRST, "rejected"), again, remitted(SECOND, "paid", PAID))

    assert ("as_the_payer_says", "13.23") == owed(found)


def test_claims_of_other_months_are_no_part_of_it() -> None:
    assert ("nothing_claimed", None) == owed(share(released(month="2026-02"), remitted(FIRST, "paid", PAID)))


# --- answers that cannot all be true ---------------------------------------------------------------------------------


def test_a_claim_that_was_paid_twice_asks_nothing_of_the_patient_until_it_is_cleared_up() -> None:
    found = share(released(), remitted(FIRST, "paid", PAID), remitted(FIRST, "paid", PAID, on=date(2026, 4, 27)))

    assert ("to_clear_up", None) == owed(found)
    assert (dollars("26.46"), dollars("105.80")) == (found.share, found.paid)


def test_a_payment_that_was_taken_back_and_made_anew_is_no_second_one() -> None:
    anew = remitted(FIRST, "paid", PAID, on=date(2026, 4, 27))

    assert ("as_the_payer_says", "13.23") == owed(
        share(released(), remitted(FIRST, "paid", PAID), remitted(FIRST, "reversed", BACK), anew)
    )


def test_a_claim_that_was_denied_and_replaced_is_owed_as_the_new_answer_says() -> None:
    again = released(SECOND, replaces=FIRST, frequency="7")
    found = share(released(), remitted(FIRST, "denied", DENIED), again, remitted(SECOND, "paid", PAID))

    assert ("as_the_payer_says", "13.23") == owed(found)


def test_more_left_to_the_patient_than_was_asked_is_to_be_cleared_up() -> None:
    much = remitted(FIRST, "paid", charge=dollars("85.00"), paid=dollars("52.90"), patient_share=dollars("1323.00"))

    assert ("to_clear_up", None) == owed(share(released(), much))


def test_less_than_nothing_left_to_the_patient_is_to_be_cleared_up() -> None:
    less = remitted(FIRST, "paid", charge=dollars("85.00"), paid=dollars("66.13"), patient_share=dollars("-13.23"))

    assert ("to_clear_up", None) == owed(share(released(), less))


# --- who is not billed ----------------------------------------------------------------------------------------------


def test_a_qualified_medicare_beneficiary_owes_nothing_before_and_after() -> None:
    qmb = chart(qmb=True)

    assert ("qmb", "0.00") == owed(share(of=qmb))
    assert ("qmb", "0.00") == owed(share(released(), remitted(FIRST, "paid", PAID), of=qmb))


def test_a_qmb_by_the_second_coverage_is_one_too() -> None:
    both = chart()
    both.coverage(name="state", payer="state_medicaid", kind="medicaid", rank=2, qmb=True)
    found = share(released(), remitted(FIRST, "paid", PAID), of=both)

    assert ("qmb", "0.00") == owed(found)
    assert (Beside("state_medicaid", "medicaid", 2),) == found.beside


def test_a_qmb_of_another_year_is_none() -> None:
    ended = chart()
    ended.coverage(name="state", kind="medicaid", rank=2, qmb=True, until_on="2025-12-31")

    assert ("as_the_payer_says", "13.23") == owed(share(released(), remitted(FIRST, "paid", PAID), of=ended))


def test_a_share_that_was_waived_is_not_owed() -> None:
    found = share(released(), remitted(FIRST, "paid", PAID), WAIVED)

    assert ("waived", "0.00") == owed(found)
    assert (dollars("13.23"), dollars("13.23")) == (found.share, found.waived)


def test_a_waiver_moves_nothing_before_the_payer_answers() -> None:
    assert ("not_answered", None) == owed(share(released(), WAIVED))


# --- beside it ------------------------------------------------------------------------------------------------------


def test_a_second_coverage_of_the_day_is_noted_by_rank_and_one_that_ended_is_not() -> None:
    several = chart()
    several.coverage(name="gap", payer="gap_plan", kind="commercial", rank=3)
    several.coverage(name="state", payer="state_medicaid", kind="medicaid", rank=2)
    several.coverage(name="old", payer="old_plan", kind="commercial", rank=2, until_on="2026-03-10")

    assert ["state_medicaid", "gap_plan"] == [each.payer for each in share(of=several).beside]


def test_a_share_that_was_given_back_is_not_owed() -> None:
    noticed = OverpaymentNoticed.model_construct(
        patient=PATIENT, overpayment=OVERPAYMENT, claim=FIRST, lost=(), patient_share=dollars("13.23")
    )  # type: ignore[call-arg]
    returned = OverpaymentReturned.model_construct(
        patient=PATIENT, overpayment=OVERPAYMENT, amount=dollars("52.90"), patient_share=dollars("13.23")
    )  # type: ignore[call-arg]
    found = share(released(), remitted(FIRST, "paid", PAID), noticed, returned)

    assert ("refunded", "0.00") == owed(found)
    assert dollars("13.23") == found.refunded


def _back(amount: str, share: str) -> tuple[OverpaymentNoticed, OverpaymentReturned]:
    noticed = OverpaymentNoticed.model_construct(
        patient=PATIENT, overpayment=OVERPAYMENT, claim=FIRST, lost=(), patient_share=dollars(share)
    )  # type: ignore[call-arg]
    returned = OverpaymentReturned.model_construct(
        patient=PATIENT, overpayment=OVERPAYMENT, amount=dollars(amount), patient_share=dollars(share)
    )  # type: ignore[call-arg]
    return noticed, returned


def test_a_share_that_was_given_back_counts_once_when_the_payer_leaves_as_much_less() -> None:
    less = told("99490", 1, "85.00", "40.00", off("CO-45", "35.00"), off("PR-2", "10.00"))
    paid = released(), remitted(FIRST, "paid", PAID), *_back("12.90", "3.23")
    shown = remitted(FIRST, "reversed", BACK), remitted(FIRST, "paid", less)

    assert ("as_the_payer_says", "10.00") == owed(share(*paid))
    assert ("as_the_payer_says", "10.00") == owed(share(*paid, *shown))


def test_what_was_given_back_and_taken_back_is_owed_when_it_is_paid_anew() -> None:
    back = released(), remitted(FIRST, "paid", PAID), *_back("52.90", "13.23"), remitted(FIRST, "reversed", BACK)
    anew = remitted(FIRST, "paid", PAID, on=date(2026, 6, 1))

    assert ("as_the_payer_says", "13.23") == owed(share(*back, anew))


def test_of_a_claim_and_the_one_that_stands_for_it_one_share_is_left_and_first_cleared_up() -> None:
    replacement = released(SECOND, replaces=FIRST, frequency="7")
    found = share(released(), remitted(FIRST, "paid", PAID), replacement, remitted(SECOND, "paid", PAID))

    assert ("to_clear_up", None) == owed(found)
    assert (("coinsurance", dollars("13.23")),) == found.left


# --- a payer behind it ----------------------------------------------------------------------------------------------

SECONDARY = told("99490", 1, "85.00", "13.23", off("OA-23", "71.77"))
IN_PART = told("99490", 1, "85.00", "10.00", off("OA-23", "71.77"), off("PR-2", "3.23"))
NOTHING = told("99490", 1, "85.00", "0.00", off("OA-23", "71.77"), off("CO-45", "13.23"))


@pytest.mark.parametrize(
    ("line", "why", "rest"),
    [
        (SECONDARY, "paid_by_another", "0.00"),
        (IN_PART, "as_the_payer_says", "3.23"),
        (NOTHING, "paid_by_another", "0.00"),
    ],
)
@pytest.mark.parametrize("said", ["2", "20", None])
def test_what_a_second_payer_paid_or_took_off_is_not_the_patient_s_to_pay(
    line: RemittedLine, why: str, rest: str, said: str | None
) -> None:
    second = remitted(FIRST, "paid", line, on=date(2026, 5, 4), payer_status=said)
    found = share(released(), remitted(FIRST, "paid", PAID, payer_status="19"), second)

    assert (why, rest) == owed(found)
    assert (dollars("52.90"), dollars("13.23"), line.paid) == (found.paid, found.share, found.by_others)


def test_what_a_second_payer_took_back_is_the_patient_s_again() -> None:
    back = told("99490", 1, "-85.00", "-13.23", off("OA-23", "-71.77"))
    first = remitted(FIRST, "paid", PAID, payer_status="19", payer_number="A1")
    second = remitted(FIRST, "paid", SECONDARY, on=date(2026, 5, 4), payer_status="2", payer_number="B1")
    reversed_ = remitted(FIRST, "reversed", back, on=date(2026, 6, 4), payer_status="22", payer_number="B1")

    assert ("as_the_payer_says", "13.23") == owed(share(released(), first, second, reversed_))
