"""How a practice bills moves no month: not its verdict, not its row, and no list of what came after."""

from decimal import Decimal

import pytest

from ledger.judging.unread import UNREAD, may_move
from ledger.streams.base import Event
from ledger.streams.billing import (
    BillingDetailsRecorded,
    InterchangeRecorded,
    PayerIdentityRecorded,
    PracticeAddress,
    RenderingDetailsRecorded,
)
from ledger.streams.practice import ChargeAdopted, PolicyAdopted
from projections import month_billing
from projections.follow import Follower
from projections.judged import Judged, judged
from projections.month_states import MonthStates
from projections.rebuild import rebuild
from projections.states import States
from projections.table_set import state_roots
from projections.tables.layout import MONTH_BILLING
from tests.commands.world import ADA, PATIENT, PRACTICE, on
from tests.gwt import Given
from tests.projections.claims_world import MONTH, RULEBOOKS, log_of, signed
from tests.projections.conftest import OpenModels

SINCE = on("2026-01-01")
FACTS: tuple[Event, ...] = (
    ChargeAdopted(practice=PRACTICE, code="99490", amount=Decimal("91.00"), from_on=SINCE),
    BillingDetailsRecorded(
        practice=PRACTICE,
        from_on=SINCE,
        name="Lakeside",
        taxonomy="207Q00000X",
        address=PracticeAddress(line="12 Lake Street", city="Chicago", state="IL", zip_code="606011234"),
        signatures_on_file=True,
    ),
    PayerIdentityRecorded(
        practice=PRACTICE, from_on=SINCE, payer="medicare", name="Medicare", number="00131", filing="MB"
    ),
    InterchangeRecorded(
        practice=PRACTICE,
        from_on=SINCE,
        sender_name="Lakeside",
        sender_number="SUB123",
        contact="Billing office",
        phone="3125550100",
        receiver_name="Clearing",
        receiver_number="CLR99",
        is_test=True,
    ),
    RenderingDetailsRecorded(staff=ADA, taxonomy="207R00000X"),
)


def verdicts(ledger: Given) -> list[Judged]:
    """The month as both ways of holding states have it."""
    log = log_of(ledger)
    head = len(log.facts)
    of = (States(log, after=head), MonthStates(log, PATIENT, MONTH, after=head))
    return [judged(states.at, RULEBOOKS, PATIENT, MONTH, record=True) for states in of]


def test_every_kind_of_them_is_tried_here() -> None:
    assert {type(event) for event in FACTS} == UNREAD


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.TOPIC)
def test_a_month_says_the_same_before_and_after_and_stands_for_the_same_position(fact: Event) -> None:
    ledger = signed()

    assert any(tag in verdicts(ledger)[0].reads for tag in fact.tags())
    assert verdicts(ledger.and_(fact)) == verdicts(ledger)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.TOPIC)
def test_it_has_no_month_judged_again_and_a_rebuild_has_the_same_rows(
    open_models: OpenModels, monkeypatch: pytest.MonkeyPatch, fact: Event
) -> None:
    log = log_of(signed().and_(fact))
    followed, rebuilt = open_models("followed"), open_models("rebuilt")
    log.visible = len(log.facts) - 1
    Follower(log, followed, rulebook_of=RULEBOOKS).pull()
    again: list[str] = []
    monkeypatch.setattr(month_billing, "judged", lambda *asked, **_: again.append(asked[2]))
    log.visible = len(log.facts)
    Follower(log, followed, rulebook_of=RULEBOOKS).pull()
    monkeypatch.undo()
    rebuild(log, rebuilt, rulebook_of=RULEBOOKS)

    assert again == []
    assert len(followed.rows(MONTH_BILLING.select())) > 0
    assert state_roots(followed) == state_roots(rebuilt)


def test_a_fact_of_the_same_stream_that_a_verdict_may_read_moves_the_position_of_the_month() -> None:
    policy = PolicyAdopted(practice=PRACTICE, policy="release_timing", value="threshold", from_on=SINCE)
    ledger = signed().and_(policy)

    assert may_move(policy)
    assert [each.position for each in verdicts(ledger)] == [len(ledger.facts)] * 2
