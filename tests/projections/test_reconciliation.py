"""Ready = released = accepted = paid + denied + open, to the cent, and every difference has its line and its reason."""

from datetime import date
from decimal import Decimal

import pytest

from ledger.streams.base import Event
from projections.claim_outcomes import Outcome, Units
from projections.reconciliation import Reconciliation, reconcile
from projections.reconciliation_shapes import ClaimLife, Overpaid, ReadyMonth, Size
from tests.projections.claim_lives import (
    BACK,
    BOTH,
    DENIED,
    FIRST,
    PAID,
    SECOND,
    THIRD,
    acknowledged,
    dollars,
    lives,
    not_ready,
    off,
    ready,
    released,
    remitted,
    told,
    withdrawn,
)


def balanced(months: list[ReadyMonth], claims: list[ClaimLife]) -> Reconciliation:
    found = reconcile(months, claims)
    assert found.balances, found.unexplained
    return found


def of(*events: Event, month: ReadyMonth | None = None) -> Reconciliation:
    """One patient's March: ready as the first claim says it, with what happened."""
    return balanced([month or ready()], lives(*events))


def named(found: Reconciliation) -> list[tuple[str, str, int, int, str]]:
    """(step, reason, claims, units, dollars) of every line."""
    return [(d.step, d.reason, d.size.claims, d.size.units, str(d.size.amount)) for d in found.differences]


def outcome(*events: Event) -> Outcome:
    return lives(*events)[0].outcome


def size(claims: int, units: int, amount: str) -> Size:
    return Size(claims, units, dollars(amount))


ONE = size(1, 1, "85.00")

# --- one claim, stage by stage --------------------------------------------------------------------------------------


def test_a_clean_claim_has_no_difference_and_its_charge_is_paid_shared_and_reduced() -> None:
    found = of(released(), acknowledged(), remitted(FIRST, "paid", PAID))

    assert (ONE, ONE, ONE, size(1, 1, "52.90")) == (found.ready, found.released, found.accepted, found.paid)
    assert (dollars("13.23"), (("CO-45", dollars("18.87")),)) == (found.patient_share, found.reductions)
    assert () == found.differences


def test_a_month_without_anything_balances_at_nothing() -> None:
    found = balanced([], [])

    assert (Size(), Size(), Size(), ()) == (found.ready, found.released, found.answered, found.differences)


def test_a_ready_month_that_nobody_released_is_named() -> None:
    assert [("released", "ready_not_released", -1, -1, "-85.00")] == named(of())


def test_one_whose_code_has_no_charge_counts_without_dollars_and_says_so() -> None:
    found = of(month=ready(charge="0.00", why=("99490",)))

    assert [("released", "ready_not_released", -1, -1, "0.00")] == named(found)
    assert ("99490",) == found.differences[0].says


def test_a_released_claim_that_nobody_heard_of_is_not_accepted() -> None:
    assert [("accepted", "no_acknowledgment", -1, -1, "-85.00")] == named(of(released()))


def test_a_rejected_claim_that_was_not_resent_is_named_with_its_codes() -> None:
    found = of(released(), acknowledged(FIRST, "rejected", "A7:562"))

    assert [("accepted", "rejected_not_resent", -1, -1, "-85.00")] == named(found)
    assert ("A7:562",) == found.differences[0].says


def test_one_that_was_resent_is_a_claim_beside_the_one_that_stands() -> None:
    again = released(SECOND, replaces=FIRST)
    found = of(released(), acknowledged(FIRST, "rejected"), again, acknowledged(SECOND))

    assert [
        ("released", "resent", 1, 1, "85.00"),
        ("accepted", "resent", -1, -1, "-85.00"),
        ("open", "no_remittance", 1, 1, "85.00"),
    ] == named(found)


def test_a_withdrawn_claim_is_named_where_it_ends() -> None:
    assert [("accepted", "withdrawn", -1, -1, "-85.00")] == named(of(released(), withdrawn()))
    assert [("answered", "withdrawn", -1, -1, "-85.00")] == named(of(released(), acknowledged(), withdrawn()))


def test_an_accepted_claim_without_an_answer_is_open() -> None:
    found = of(released(), acknowledged())

    assert ONE == found.open
    assert [("open", "no_remittance", 1, 1, "85.00")] == named(found)


def test_an_adjudicated_claim_was_accepted_whether_or_not_anybody_acknowledged_it() -> None:
    assert ONE == of(released(), remitted(FIRST, "paid", PAID)).accepted


def test_a_denied_claim_is_denied_with_its_reasons() -> None:
    found = of(released(), acknowledged(), remitted(FIRST, "denied", DENIED))

    assert (ONE, Size()) == (found.denied, found.paid)
    assert [("denied", "denied", 1, 1, "85.00")] == named(found)
    assert ("CO-97",) == found.differences[0].says


# --- partly paid, to the cent ---------------------------------------------------------------------------------------


def test_of_two_units_one_may_be_paid() -> None:
    second = told("99439", 1, "120.00", "40.17", off("CO-151", "69.79"), off("PR-2", "10.04"))
    month = ready((("99490", 1), ("99439", 2)), "205.00")
    found = of(released(lines=BOTH), remitted(FIRST, "paid", PAID, second), month=month)

    assert (size(1, 2, "93.07"), size(0, 1, "0.00")) == (found.paid, found.denied)
    assert [("denied", "units_denied", 0, 1, "0.00")] == named(found)
    assert ("99439:1/2", "CO-151", "PR-2") == found.differences[0].says
    assert dollars("88.66") == found.reduced


def test_a_line_that_was_not_paid_is_denied_with_its_charge() -> None:
    second = told("99439", 2, "120.00", "0.00", off("CO-97", "120.00"))
    month = ready((("99490", 1), ("99439", 2)), "205.00")
    found = of(released(lines=BOTH), remitted(FIRST, "paid", PAID, second), month=month)

    assert size(0, 2, "120.00") == found.denied
    assert dollars("18.87") == found.reduced


def test_what_is_left_to_the_patient_alone_is_paid_and_not_denied() -> None:
    to_deductible = told("99490", 1, "85.00", "0.00", off("CO-45", "18.87"), off("PR-1", "66.13"))
    found = of(released(), remitted(FIRST, "paid", to_deductible))

    assert (size(1, 1, "0.00"), dollars("66.13"), Size()) == (found.paid, found.patient_share, found.denied)


def test_an_answer_without_lines_is_of_the_whole_claim() -> None:
    whole = remitted(FIRST, "paid", charge=dollars("85.00"), paid=dollars("52.90"), patient_share=dollars("32.10"))

    assert Units(paid=1) == outcome(released(), whole).units
    assert () == of(released(), whole).differences


def test_amounts_that_do_not_add_up_are_named_by_how_much() -> None:
    wrong = told("99490", 1, "85.00", "52.90", off("CO-45", "18.86"), off("PR-2", "13.23"))
    found = of(released(), remitted(FIRST, "paid", wrong))

    assert [("answered", "does_not_add_up", 0, 0, "-0.01")] == named(found)


def test_a_claim_that_was_paid_less_than_expected_is_named_with_both_amounts() -> None:
    claims = [life._replace(expected=dollars("66.14")) for life in lives(released(), remitted(FIRST, "paid", PAID))]
    found = balanced([ready()], claims)

    assert [("paid", "paid_less_than_expected", 0, 0, "0.00")] == named(found)
    assert ("66.13", "66.14") == found.differences[0].says


# --- taken back, paid again, paid twice -----------------------------------------------------------------------------


def test_a_payment_that_was_taken_back_is_open_again() -> None:
    found = of(released(), remitted(FIRST, "paid", PAID), remitted(FIRST, "reversed", BACK))

    assert (Size(), ONE, dollars("0.00")) == (found.paid, found.open, found.patient_share)
    assert [("open", "taken_back", 1, 1, "85.00")] == named(found)


def test_one_that_was_taken_back_and_paid_anew_counts_once() -> None:
    found = of(
        released(),
        remitted(FIRST, "paid", PAID),
        remitted(FIRST, "reversed", BACK),
        remitted(FIRST, "paid", PAID),
    )

    assert size(1, 1, "52.90") == found.paid
    assert [("paid", "paid_anew", 0, 0, "0.00")] == named(found)


def test_a_denial_that_is_heard_of_after_the_payment_that_followed_it_does_not_deny_the_claim() -> None:
    undone = told("99490", 1, "-85.00", "0.00", off("CO-97", "-85.00"))

    found = of(
        released(),
        remitted(FIRST, "reversed", undone, on=date(2026, 4, 20)),
        remitted(FIRST, "paid", PAID, on=date(2026, 4, 20)),
        remitted(FIRST, "denied", DENIED, on=date(2026, 4, 10)),
    )

    assert (size(1, 1, "52.90"), Size()) == (found.paid, found.denied)
    assert [("paid", "paid_anew", 0, 0, "0.00")] == named(found)


def test_a_claim_paid_twice_without_a_reversal_is_paid_beyond_its_charge() -> None:
    found = of(released(), remitted(FIRST, "paid", PAID), remitted(FIRST, "paid", PAID, on=date(2026, 4, 27)))

    assert size(1, 1, "105.80") == found.paid
    assert [("answered", "paid_beyond_charge", 0, 0, "85.00")] == named(found)


def test_a_payment_of_a_withdrawn_claim_is_money_and_is_to_be_looked_at() -> None:
    found = of(released(), withdrawn(), remitted(FIRST, "paid", PAID))

    assert size(1, 1, "52.90") == found.paid
    assert [("paid", "paid_though_withdrawn", 0, 0, "0.00")] == named(found)


# --- replaced, voided, double ---------------------------------------------------------------------------------------


def test_a_replaced_claim_whose_payment_was_not_taken_back_is_named() -> None:
    again = released(SECOND, replaces=FIRST, frequency="7")
    found = of(released(), remitted(FIRST, "paid", PAID), again, acknowledged(SECOND))

    assert [
        ("released", "replaced", 1, 1, "85.00"),
        ("paid", "replaced_not_taken_back", 0, 0, "0.00"),
        ("open", "no_remittance", 1, 1, "85.00"),
    ] == named(found)


def test_a_replaced_claim_that_was_taken_back_ends_there() -> None:
    found = of(
        released(),
        remitted(FIRST, "paid", PAID),
        released(SECOND, replaces=FIRST, frequency="7"),
        remitted(FIRST, "reversed", BACK),
        remitted(SECOND, "paid", PAID),
    )

    assert [("released", "replaced", 1, 1, "85.00"), ("answered", "replaced", -1, -1, "-85.00")] == named(found)
    assert size(1, 1, "52.90") == found.paid


def test_a_void_is_no_claim_and_what_it_takes_back_is_money_of_the_month() -> None:
    void = released(SECOND, replaces=FIRST, frequency="8")
    waiting = of(released(), remitted(FIRST, "paid", PAID), void)
    answered = of(released(), remitted(FIRST, "paid", PAID), void, remitted(SECOND, "reversed", BACK))

    assert ONE == waiting.released
    assert [("paid", "voided_not_taken_back"), ("paid", "void_not_answered")] == [n[:2] for n in named(waiting)]
    assert dollars("0.00") == answered.paid.amount
    assert ("answered", "taken_back_by_void", 0, 0, "-85.00") in named(answered)


def test_a_rejected_replacement_stands_for_nothing() -> None:
    again = released(SECOND, replaces=FIRST, frequency="7")
    found = of(released(), remitted(FIRST, "paid", PAID), again, acknowledged(SECOND, "rejected"))

    assert [
        ("released", "rejected_not_resent", 1, 1, "85.00"),
        ("accepted", "rejected_not_resent", -1, -1, "-85.00"),
    ] == named(found)


def test_two_live_claims_of_one_month_are_a_duplicate_and_both_payments_count() -> None:
    claims = [
        *lives(released(), remitted(FIRST, "paid", PAID)),
        *(life._replace(position=9) for life in lives(released(SECOND), remitted(SECOND, "paid", PAID))),
    ]
    found = balanced([ready()], claims)

    assert [("released", "duplicate_claim", 1, 1, "85.00")] == named(found)
    assert size(2, 2, "105.80") == found.paid


# --- what the month says now ----------------------------------------------------------------------------------------


def test_a_claim_whose_month_is_no_longer_ready_says_what_blocks_it() -> None:
    found = of(released(), acknowledged(), month=not_ready("consent_missing"))

    assert ("released", "no_longer_ready", 1, 1, "85.00") == named(found)[0]
    assert ("consent_missing",) == found.differences[0].says


@pytest.mark.parametrize(
    ("units", "charge", "expected", "says"),
    [
        ((("99490", 1),), "85.00", ("released", "fewer_units_ready", 0, 2, "120.00"), ("-99439:2",)),
        (
            (("99490", 1), ("99439", 2), ("99999", 1)),
            "206.00",
            ("released", "more_units_ready", 0, -1, "-1.00"),
            ("+99999:1",),
        ),
        (
            (("99487", 1),),
            "180.00",
            ("released", "other_codes_ready", 0, 2, "25.00"),
            ("-99490:1", "-99439:2", "+99487:1"),
        ),
        ((("99490", 1), ("99439", 2)), "210.00", ("released", "charge_differs", 0, 0, "-5.00"), ()),
    ],
)
def test_a_claim_that_says_more_or_less_than_its_month_now_is_named_by_how_much(
    units: tuple[tuple[str, int], ...],
    charge: str,
    expected: tuple[str, str, int, int, str],
    says: tuple[str, ...],
) -> None:
    found = of(released(lines=BOTH), acknowledged(), month=ready(units, charge))

    assert expected == named(found)[0]
    assert says == found.differences[0].says


def test_a_second_programme_of_a_patient_is_a_month_of_its_own() -> None:
    other = ready(programme="PCM", charge="70.00")
    found = balanced([ready(), other], lives(released(), acknowledged()))

    assert [("CCM", "no_remittance"), ("PCM", "ready_not_released")] == [
        (each.programme, each.reason) for each in found.differences
    ]


def test_every_amount_of_an_outcome_comes_to_the_charge() -> None:
    found = outcome(released(), remitted(FIRST, "paid", PAID))
    parts = (found.paid, found.patient_share, found.reduced, found.denied, found.unexplained, found.unanswered)

    assert found.charge == sum(parts, Decimal(0))


def test_a_third_claim_behind_two_rejected_ones_is_the_one_that_stands() -> None:
    found = of(
        released(),
        acknowledged(FIRST, "rejected"),
        released(SECOND, replaces=FIRST),
        acknowledged(SECOND, "rejected"),
        released(THIRD, replaces=SECOND),
        remitted(THIRD, "paid", PAID),
    )

    assert [("released", "resent"), ("accepted", "resent")] * 2 == [n[:2] for n in named(found)]


def test_what_is_perhaps_overpaid_and_what_was_given_back_is_named_and_moves_no_sum() -> None:
    lost = Overpaid("op_1", "identified", True, dollars("52.90"), dollars("20.00"), dollars("13.23"))
    claims = [life._replace(overpaid=(lost,)) for life in lives(released(), remitted(FIRST, "paid", PAID))]
    found = balanced([ready()], claims)

    assert [
        ("perhaps_overpaid", ("op_1", "identified", "52.90")),
        ("given_back", ("op_1", "20.00", "13.23")),
    ] == [(each.reason, each.says) for each in found.differences]
    assert (size(1, 1, "52.90"), dollars("20.00")) == (found.paid, found.given_back)


def test_a_file_of_an_earlier_day_that_comes_last_makes_no_denied_claim_a_paid_one() -> None:
    denied = remitted(FIRST, "denied", DENIED, on=date(2026, 5, 1))
    back = remitted(FIRST, "reversed", BACK, on=date(2026, 5, 1))
    found = outcome(released(), back, denied, remitted(FIRST, "paid", PAID))

    assert (found.standing, found.paid, found.denied) == ("denied", dollars("0.00"), dollars("85.00"))


# --- answers in another order, and of another payer -----------------------------------------------------------------


def test_an_answer_that_comes_late_is_older_than_the_one_that_stands() -> None:
    older = remitted(FIRST, "denied", DENIED, on=date(2026, 4, 20))
    back = remitted(FIRST, "reversed", told("99490", 1, "-85.00", "0.00", off("CO-97", "-85.00")), on=date(2026, 5, 4))
    newer = remitted(FIRST, "paid", PAID, on=date(2026, 5, 4))
    found = of(released(), acknowledged(), back, newer, older)

    assert (size(1, 1, "52.90"), Size()) == (found.paid, found.denied)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_denial_that_was_paid_later_without_a_reversal_is_answered_once(order: tuple[int, int]) -> None:
    said = (
        remitted(FIRST, "denied", DENIED, on=date(2026, 4, 20)),
        remitted(FIRST, "paid", PAID, on=date(2026, 6, 1)),
    )
    found = of(released(), acknowledged(), *(said[each] for each in order))

    assert (size(1, 1, "52.90"), Size(), dollars("18.87")) == (found.paid, found.denied, found.reduced)
    assert () == found.differences


def test_a_claim_that_was_denied_twice_is_denied_once() -> None:
    again = remitted(FIRST, "denied", DENIED, on=date(2026, 6, 1))
    found = of(released(), remitted(FIRST, "denied", DENIED), again)

    assert ONE == found.denied
    assert [("denied", "denied", 1, 1, "85.00")] == named(found)


def test_what_a_second_payer_paid_is_in_no_sum_and_named() -> None:
    second = told("99490", 1, "85.00", "13.23", off("OA-23", "71.77"))
    first = remitted(FIRST, "paid", PAID, payer_status="19")
    behind = remitted(FIRST, "paid", second, on=date(2026, 5, 4), payer_status="2")
    found = of(released(), acknowledged(), behind, first)

    assert (size(1, 1, "52.90"), dollars("13.23"), dollars("18.87")) == (found.paid, found.patient_share, found.reduced)
    assert [("paid", "paid_by_another_payer", 0, 0, "0")] == [(s, r, c, u, a[:1]) for s, r, c, u, a in named(found)]
    assert ("13.23",) == found.differences[0].says


def test_a_payer_that_is_second_by_itself_is_the_claim_s_own() -> None:
    found = of(released(), acknowledged(), remitted(FIRST, "paid", PAID, payer_status="2"))

    assert (size(1, 1, "52.90"), ()) == (found.paid, found.differences)


def test_a_payer_that_found_itself_second_later_is_the_claim_s_own_still() -> None:
    second = told("99490", 1, "85.00", "10.00", off("OA-23", "75.00"))
    first = remitted(FIRST, "paid", PAID, payer_status="1")
    back = remitted(FIRST, "reversed", BACK, payer_status="22", on=date(2026, 5, 4))
    found = of(released(), first, back, remitted(FIRST, "paid", second, payer_status="2", on=date(2026, 5, 4)))

    assert (size(1, 1, "10.00"), dollars("75.00")) == (found.paid, found.reduced)


def test_a_line_that_was_split_counts_the_units_of_the_part_that_was_paid() -> None:
    one = told("99439", 1, "60.00", "40.17", off("CO-45", "9.79"), off("PR-2", "10.04"))
    other = told("99439", 1, "60.00", "0.00", off("CO-151", "60.00"))
    month = ready((("99490", 1), ("99439", 2)), "205.00")
    found = of(released(lines=BOTH), remitted(FIRST, "paid", PAID, one, other), month=month)

    assert (2, 1) == (found.paid.units, found.denied.units)
    assert [("denied", "units_denied", 0, 1, "0.00")] == named(found)


def test_a_correction_that_stands_before_its_reversal_in_the_file_is_what_stands() -> None:
    less = told("99490", 1, "85.00", "40.00", off("CO-45", "35.00"), off("PR-2", "10.00"))
    anew, back = (remitted(FIRST, s, each, on=date(2026, 5, 4)) for s, each in (("paid", less), ("reversed", BACK)))
    (life,) = lives(released(), remitted(FIRST, "paid", PAID), anew, back)

    assert ("paid", "paid", dollars("40.00")) == (life.own_status, life.outcome.standing, life.outcome.paid)
