"""Where claims and possible overpayments stand: one row each, whichever way the facts were read."""

import random
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ledger.store.engine import StoredReadModels
from ledger.streams.base import Event
from ledger.streams.claim_reasons import CompetitionSettled
from ledger.streams.claims import ClaimExported, CostShareWaived
from ledger.streams.overpayments import CauseSwept, OverpaymentIdentified, OverpaymentReturned, OverpaymentTriaged
from ledger.terms.identity import claims_tag
from projections.base import Row
from projections.claims.states import claim_row, overpayment_row
from projections.follow import Follower
from projections.rebuild import rebuild
from projections.states import States
from projections.table_set import state_roots
from projections.tables.claims_layout import CLAIMS, OVERPAYMENTS, ClaimRow, OverpaymentRow
from tests.projections.claim_facts import (
    CLAIM,
    PATIENT,
    acknowledged,
    denied,
    lives,
    noticed,
    paid,
    released,
    reversed_again,
    told,
    withdrawn,
)
from tests.projections.company import an_id
from tests.projections.conftest import OpenModels
from tests.projections.fake_log import FakeLog

OVERPAYMENT = an_id("ov", 1)
SECOND = an_id("cl", 2)


def claims_after(models: StoredReadModels, *events: Event) -> dict[str, ClaimRow]:
    Follower(told(*events), models).pull()
    return {row.claim: row for row in map(ClaimRow.of, models.rows(CLAIMS.select()))}


def folded(log: FakeLog) -> tuple[list[Row], list[Row]]:
    """The rows of both tables out of nothing but the streams."""
    states = States(log, after=len(log.facts))
    of_all = [states.at(tag).state for tag in log.tags_starting("claims/")]
    claims = [claim_row(each, claim) for each in of_all for claim in each.claims]
    return sorted(claims), sorted(overpayment_row(each, one) for each in of_all for one in each.overpayments)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_fold_follow_and_rebuild_agree_about_claims(open_models: OpenModels, seed: int) -> None:
    log, chance = told(*lives(seed, 250)), random.Random(seed)
    followed, rebuilt = open_models("followed"), open_models("rebuilt")
    log.visible = 0
    while log.visible < len(log.facts):
        log.visible = min(len(log.facts), log.visible + chance.randrange(1, 40))
        Follower(log, followed, batch=chance.randrange(1, 30)).pull()
    rebuild(log, rebuilt, facts_max=50)

    assert state_roots(followed) == state_roots(rebuilt)
    assert (followed.rows(CLAIMS.select()), followed.rows(OVERPAYMENTS.select())) == folded(log)
    assert len(folded(log)[1]) > 3


def test_a_released_claim_says_what_it_asks_for_and_what_is_expected(models: StoredReadModels) -> None:
    row = claims_after(models, released())[CLAIM]

    assert (row.status, row.is_live, row.units) == ("released", True, (("99490", 1), ("99439", 2)))
    assert (row.charge_cents, row.expected_cents, row.paid_cents) == (20500, 16205, 0)
    assert (row.month, row.date_of_service, row.position, row.newest) == ("2026-03", date(2026, 3, 31), 1, 1)
    assert row.released_at.isoformat() == "2026-01-02T08:01:00+00:00"


@pytest.mark.parametrize(
    "said",
    [
        ClaimExported(patient=PATIENT, claim=CLAIM, on=date(2026, 4, 2)),
        CompetitionSettled(patient=PATIENT, claim=CLAIM, on=date(2026, 5, 4), outcome="payer_erred"),
        CostShareWaived(patient=PATIENT, claim=CLAIM, on=date(2026, 5, 4)),
    ],
    ids=lambda event: str(event.TOPIC),
)
def test_whatever_is_said_of_a_claim_is_the_newest_fact_about_it(models: StoredReadModels, said: Event) -> None:
    assert claims_after(models, released(), denied(), said)[CLAIM].newest == 3


def test_one_with_a_line_that_has_no_price_on_file_is_expected_to_be_paid_nobody_knows_what(
    models: StoredReadModels,
) -> None:
    lines = tuple(line.model_copy(update={"expected": None}) for line in released().lines)

    assert claims_after(models, released(lines=lines))[CLAIM].expected_cents is None


def test_what_was_paid_left_to_the_patient_and_taken_off_is_the_charge(models: StoredReadModels) -> None:
    row = claims_after(models, released(), acknowledged(), paid())[CLAIM]

    assert (row.status, row.received_on, row.adjudicated_on) == ("paid", date(2026, 4, 3), date(2026, 4, 20))
    assert (row.paid_cents, row.share_cents, row.reduced_cents) == (12964, 3241, 4295)
    assert row.paid_cents + row.share_cents + row.reduced_cents == row.charge_cents
    assert (row.answers, row.newest) == (("CO-45", "PR-2"), 3)


def test_what_was_reversed_has_been_paid_nothing(models: StoredReadModels) -> None:
    row = claims_after(models, released(), paid(), reversed_again())[CLAIM]

    assert (row.status, row.is_live) == ("reversed", True)
    assert (row.paid_cents, row.share_cents, row.reduced_cents) == (0, 0, 0)


def test_a_denied_claim_says_why_and_stays_live(models: StoredReadModels) -> None:
    row = claims_after(models, released(), denied())[CLAIM]

    assert (row.status, row.is_live, row.answers, row.reduced_cents) == ("denied", True, ("CO-97",), 20500)


def test_a_withdrawn_claim_is_live_no_more(models: StoredReadModels) -> None:
    row = claims_after(models, released(), withdrawn())[CLAIM]

    assert (row.status, row.is_live, row.withdrawn_on) == ("withdrawn", False, date(2026, 4, 5))


def test_a_claim_that_another_stands_for_is_replaced_and_its_newest_fact_is_about_the_other(
    models: StoredReadModels,
) -> None:
    second = released(SECOND, replaces=CLAIM, frequency="7")
    rows = claims_after(models, released(), paid(), second, acknowledged(SECOND))

    assert (rows[CLAIM].status, rows[CLAIM].is_live, rows[CLAIM].newest) == ("replaced", False, 4)
    assert (rows[SECOND].status, rows[SECOND].is_live, rows[SECOND].replaces) == ("accepted", True, CLAIM)


@pytest.mark.parametrize(
    ("said", "is_open"),
    [
        ([], 20500),
        ([acknowledged()], 20500),
        ([acknowledged(outcome="rejected")], 0),
        ([withdrawn()], 0),
        ([acknowledged(), released(SECOND, replaces=CLAIM, frequency="7")], 0),
        ([acknowledged(), released(SECOND, replaces=CLAIM, frequency="8")], 0),
    ],
)
def test_nothing_is_open_on_a_claim_that_is_not_live(models: StoredReadModels, said: list[Event], is_open: int) -> None:
    assert claims_after(models, released(), *said)[CLAIM].open_cents == is_open


def test_a_void_asks_for_nothing(models: StoredReadModels) -> None:
    void = released(SECOND, replaces=CLAIM, frequency="8")

    assert claims_after(models, released(), acknowledged(), void)[SECOND].open_cents == 0


def test_a_possible_overpayment_says_how_far_it_was_looked_into_and_what_went_back(models: StoredReadModels) -> None:
    of: dict[str, Any] = {"patient": PATIENT, "overpayment": OVERPAYMENT}
    money: dict[str, Any] = {
        "route": "voluntary_refund",
        "amount": Decimal("38.37"),
        "reference": "CHK-7",
        "patient_share": Decimal("0.00"),
    }
    events = (
        *(released(), paid(), noticed(OVERPAYMENT)),
        OverpaymentTriaged(**of, on=date(2026, 5, 4)),
        OverpaymentIdentified(**of, on=date(2026, 5, 6)),
        CauseSwept(**of, on=date(2026, 5, 7), since_on=date(2020, 5, 6), searched=72),
        OverpaymentReturned(**of, on=date(2026, 5, 9), **money),
    )
    Follower(told(*events), models).pull()
    (row,) = map(OverpaymentRow.of, models.rows(OVERPAYMENTS.select()))

    assert (row.claim, row.month, row.status, row.units) == (CLAIM, "2026-03", "identified", (("99439", 1),))
    assert (row.noticed_on, row.triaged_on, row.identified_on) == (
        *(date(2026, 5, 1), date(2026, 5, 4)),
        date(2026, 5, 6),
    )
    assert (row.begun_on, row.swept_on) == (None, date(2026, 5, 7))
    assert (row.amount_cents, row.share_cents, row.back_cents, row.share_back_cents) == (3837, 959, 3837, 0)
    assert (row.position, row.newest) == (3, 7)


def test_a_claim_keeps_the_patient_for_whom_it_was_released(models: StoredReadModels) -> None:
    other = an_id("pt", 9)
    rows = claims_after(models, released(), released(SECOND, other))

    assert (rows[CLAIM].patient, rows[SECOND].patient) == (PATIENT, other)
    assert claims_tag(PATIENT) != claims_tag(other)
