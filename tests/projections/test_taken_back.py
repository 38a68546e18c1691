"""A claim is paid while an answer that pays it stands, in whichever order answers and what takes them back arrive."""

from datetime import date

import pytest

from ledger.streams.claims import ClaimRemitted, PaymentStatus, RemittedLine
from projections.claims.outcomes import Outcome, Units
from projections.claims.reconciliation import Reconciliation, reconcile
from projections.claims.reconciliation_shapes import Size
from tests.projections.claim_lives import (
    BACK,
    BOTH,
    DENIED,
    FIRST,
    PAID,
    SECOND,
    acknowledged,
    dollars,
    lives,
    not_ready,
    off,
    released,
    remitted,
    told,
)

APRIL, MAY, JUNE, JULY = date(2026, 4, 20), date(2026, 5, 4), date(2026, 6, 1), date(2026, 7, 6)
REST = told("99439", 2, "120.00", "78.56", off("CO-45", "21.80"), off("PR-2", "19.64"))
REST_BACK = told("99439", 2, "-120.00", "-78.56", off("CO-45", "-21.80"), off("PR-2", "-19.64"))
REST_DENIED = told("99439", 2, "120.00", "0.00", off("CO-151", "120.00"))
UNDENIED = told("99490", 1, "-85.00", "0.00", off("CO-97", "-85.00"))


def said(status: PaymentStatus, on: date, *lines: RemittedLine) -> ClaimRemitted:
    return remitted(FIRST, status, *lines, on=on)


def outcome(*answers: ClaimRemitted, lines: object = BOTH) -> Outcome:
    found = lives(released(lines=lines), acknowledged(), *answers)[0].outcome
    assert not found.unexplained, "what was answered is paid, the patient's, reduced or denied"
    return found


def balanced(*answers: ClaimRemitted) -> Reconciliation:
    found = reconcile([not_ready("consent_missing")], lives(released(), acknowledged(), *answers))
    assert found.balances, found.unexplained
    return found


def test_a_claim_paid_in_parts_is_not_paid_where_both_were_taken_back_before_the_second_one_is_heard_of() -> None:
    answers = [said("paid", APRIL, PAID), said("reversed", JUNE, BACK), said("reversed", JUNE, REST_BACK)]
    found = outcome(*answers)

    assert (found.standing, found.units, found.paid) == ("open", Units(open=3), dollars("-78.56"))
    heard_of = outcome(*answers, said("paid", MAY, REST))
    assert (heard_of.standing, heard_of.units, heard_of.paid) == ("open", Units(open=3), dollars("0.00"))


def test_nor_is_it_where_another_claim_stands_for_it() -> None:
    claims = lives(
        released(lines=BOTH),
        said("paid", APRIL, PAID),
        released(SECOND, lines=BOTH, replaces=FIRST, frequency="7"),
        said("reversed", JUNE, BACK),
        said("reversed", JUNE, REST_BACK),
        remitted(SECOND, "paid", PAID, REST, on=JUNE),
    )
    found = reconcile([], claims)

    assert found.balances, found.unexplained
    assert (found.paid.claims, found.paid.units, found.open) == (1, 3, Size())
    assert ("answered", "replaced") in [(each.step, each.reason) for each in found.differences]
    assert "paid_anew" not in [each.reason for each in found.differences]


def test_one_that_was_taken_back_and_paid_anew_is_paid_before_its_first_payment_is_heard_of() -> None:
    found = outcome(said("reversed", JUNE, BACK), said("paid", JUNE, PAID), lines=None)

    assert (found.standing, found.units, found.paid, found.cuts) == ("paid", Units(paid=1), dollars("0.00"), ())
    assert found.unanswered == dollars("85.00"), "as the answers say so far"


def test_one_that_was_taken_back_and_denied_is_denied_before_its_payment_is_heard_of() -> None:
    answers = [said("reversed", JUNE, BACK), said("denied", JUNE, DENIED)]

    found = outcome(*answers, lines=None)
    assert (found.standing, found.units, found.denied) == ("denied", Units(denied=1), dollars("85.00"))
    assert outcome(*answers, said("paid", APRIL, PAID), lines=None).denied == dollars("85.00")


def test_of_one_that_is_paid_anew_but_for_a_line_the_rest_is_denied_before_its_first_payment_is_heard_of() -> None:
    answers = [said("reversed", JUNE, BACK, REST_BACK), said("paid", JUNE, PAID, REST_DENIED)]

    found = outcome(*answers)
    assert (found.standing, found.units, found.denied) == ("paid", Units(paid=1, denied=2), dollars("120.00"))
    heard_of = outcome(*answers, said("paid", APRIL, PAID, REST))
    assert (heard_of.units, heard_of.denied, heard_of.paid) == (found.units, found.denied, dollars("52.90"))


@pytest.mark.parametrize("status", ["paid", "denied"])
def test_a_payment_stands_where_what_is_taken_back_is_a_later_answer(status: PaymentStatus) -> None:
    """The reversal of the first payment lies around; the second answer and its reversal have come."""
    later, back = (PAID, BACK) if status == "paid" else (DENIED, UNDENIED)
    found = outcome(said("paid", APRIL, PAID), said(status, MAY, later), said("reversed", JUNE, back), lines=None)

    assert (found.standing, found.paid) == ("paid", dollars("52.90"))


def test_a_denial_stands_where_the_payment_behind_it_was_taken_back() -> None:
    found = outcome(said("denied", APRIL, DENIED), said("paid", MAY, PAID), said("reversed", JUNE, BACK), lines=None)

    assert (found.standing, found.units, found.denied) == ("denied", Units(denied=1), dollars("85.00"))


def test_a_reversal_may_take_back_several_answers_at_once_or_one_in_parts() -> None:
    parts = [said("paid", APRIL, PAID), said("paid", MAY, REST)]
    at_once = outcome(*parts, said("reversed", JUNE, BACK, REST_BACK))
    in_parts = outcome(said("paid", APRIL, PAID, REST), said("reversed", JUNE, BACK), said("reversed", JULY, REST_BACK))

    assert (at_once.standing, in_parts.standing) == ("open", "open")


def test_of_a_payment_of_which_a_part_was_taken_back_the_rest_is_paid() -> None:
    found = outcome(said("paid", APRIL, PAID, REST), said("reversed", JUNE, REST_BACK))

    assert (found.standing, found.units, found.paid) == ("paid", Units(paid=1, denied=2), dollars("52.90"))


def test_what_was_decided_on_the_day_of_a_reversal_stands_in_whichever_order_they_are_recorded() -> None:
    found = outcome(said("paid", JUNE, PAID), said("reversed", JUNE, UNDENIED), lines=None)

    assert found.standing == "paid"


def test_a_reconciliation_balances_while_a_payment_that_was_taken_back_is_still_to_come() -> None:
    assert balanced(said("reversed", JUNE, BACK), said("paid", JUNE, PAID)).paid == Size(1, 1, dollars("0.00"))
    assert balanced(said("reversed", JUNE, BACK), said("denied", JUNE, DENIED)).denied == Size(1, 1, dollars("85.00"))
    assert balanced(said("reversed", JUNE, BACK)).open == Size(1, 1, dollars("170.00"))
