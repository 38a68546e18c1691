"""Whatever happens to claims, in whatever order: the equation balances, and a plain sum over the facts agrees."""

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ledger.streams.base import Event
from ledger.streams.claims import ClaimReleased, ClaimRemitted
from projections.claim_outcomes import ZERO
from projections.reconciliation import reconcile
from projections.reconciliation_shapes import ReadyMonth
from tests.gwt import opaque
from tests.projections.claim_lives import (
    BOTH,
    acknowledged,
    line,
    lives,
    not_ready,
    off,
    ready,
    released,
    remitted,
    told,
    withdrawn,
)

Draw = Any
CODES = ("99490", "99439", "99437")
CENTS = st.integers(-20_000, 20_000).map(lambda cents: Decimal(cents).scaleb(-2))
KINDS = st.sampled_from(("release", "acknowledge", "answer", "answer", "withdraw"))
REASONS = st.sampled_from(("CO-45", "CO-97", "PR-1", "PR-2", "OA-18", "PI-204"))


@st.composite
def an_answer(draw: Draw, claim: str) -> ClaimRemitted:
    """Any answer: its lines may name codes that were not asked for, and amounts that come to nothing sensible."""
    lines = []
    for code in draw(st.lists(st.sampled_from(CODES), max_size=3, unique=True)):
        adjustments = [off(draw(REASONS), str(draw(CENTS))) for _ in range(draw(st.integers(0, 2)))]
        charge, paid = str(draw(CENTS)), str(draw(CENTS))
        lines.append(told(code, draw(st.integers(0, 3)), charge, paid, *adjustments))
    status = draw(st.sampled_from(("paid", "paid", "denied", "reversed")))
    whole = {} if draw(st.booleans()) else {"charge": draw(CENTS), "paid": draw(CENTS), "patient_share": draw(CENTS)}
    return remitted(claim, status, *lines, **whole)


@st.composite
def a_life(draw: Draw) -> list[Event]:
    """What happens to the claims of one patient's month, in any order."""
    told_of: list[Event] = []
    claims: list[str] = []
    for number in range(draw(st.integers(1, 8))):
        kind = (
            draw(st.sampled_from(("release", "acknowledge", "answer", "answer", "withdraw"))) if claims else "release"
        )
        if kind == "release":
            claim = opaque("cl", number + 1)
            frequency = draw(st.sampled_from(("1", "7", "8"))) if claims else "1"
            replaces = draw(st.sampled_from(claims)) if claims and draw(st.booleans()) else None
            lines = draw(st.sampled_from((BOTH, (line(),), (line("99439", 1, "60.01"),))))
            told_of.append(released(claim, frequency=frequency, replaces=replaces, lines=lines))
            claims.append(claim)
            continue
        claim = draw(st.sampled_from(claims))
        match kind:
            case "acknowledge":
                told_of.append(acknowledged(claim, draw(st.sampled_from(("accepted", "rejected")))))
            case "answer":
                told_of.append(draw(an_answer(claim)))
            case "withdraw":
                told_of.append(withdrawn(claim))
    return told_of


MONTHS: st.SearchStrategy[list[ReadyMonth]] = st.one_of(
    st.just([]),
    st.just([not_ready("consent_missing")]),
    st.sampled_from(((("99490", 1),), (("99490", 1), ("99439", 2)), (("99487", 1),))).flatmap(
        lambda units: CENTS.map(lambda charge: [ready(units, str(abs(charge)))])
    ),
)


@given(MONTHS, a_life())
def test_every_difference_of_any_life_is_named_to_the_cent(months: list[ReadyMonth], events: list[Event]) -> None:
    found = reconcile(months, lives(*events))

    assert found.balances, (found.unexplained, found.differences)


@given(a_life())
def test_what_is_paid_shared_and_released_is_what_a_plain_sum_over_the_facts_says(events: list[Event]) -> None:
    answers = [each for each in events if isinstance(each, ClaimRemitted)]
    asked = [each for each in events if isinstance(each, ClaimReleased) and each.frequency != "8"]
    found = reconcile([], lives(*events))

    assert sum((each.paid for each in answers), ZERO) == found.paid.amount
    assert sum((each.patient_share for each in answers), ZERO) == found.patient_share
    assert (len(asked), sum((each.charge for each in asked), ZERO)) == (found.released.claims, found.released.amount)
    assert sum(line.units for each in asked for line in each.lines) == found.released.units


@given(a_life())
def test_every_claim_is_paid_denied_or_open_once_or_has_a_line_that_says_why_not(events: list[Event]) -> None:
    claims = lives(*events)
    found = reconcile([], claims)
    over = {each.claim for each in found.differences if each.size.claims < 0}

    assert found.released.claims == found.paid.claims + found.denied.claims + found.open.claims + len(over)
