"""What stands for a claim, when payers change their minds: never two live claims of one month."""

from decimal import Decimal
from typing import Any

import pytest

from ledger.streams.claims import ClaimAcknowledged, ClaimReleased
from ledger.streams.claims_state import Claims
from ledger.streams.merging import PatientsMerged
from ledger.terms.identity import claims_tag
from tests.commands.test_claim_answers import acknowledged, denied, paid, released
from tests.commands.test_claim_changes import at_the_payer, void
from tests.commands.test_claims import attested, claim_of, release, set_up, withdraw
from tests.commands.test_month_signing import attest
from tests.commands.test_payers import covered
from tests.commands.world import ADA, BILLER, OTHER_PATIENT, PATIENT, assigned, on, patient
from tests.gwt import Given


def claims(ledger: Given, of: str = PATIENT) -> Claims:
    found: Claims = ledger.state(claims_tag(of))
    return found


def statuses(ledger: Given) -> list[str]:
    return [claims(ledger).status(claim) for claim in claims(ledger).claims]


def live(ledger: Given) -> list[bool]:
    return [claims(ledger).is_live(claim) for claim in claims(ledger).claims]


def said(ledger: Given, claim: str, outcome: Any, received_on: str = "2026-04-03") -> Given:
    """The payer's front door speaks of a claim."""
    answer = ClaimAcknowledged(patient=PATIENT, claim=claim, outcome=outcome, received_on=on(received_on))
    return ledger.and_(answer).by(BILLER)


def test_a_rejected_claim_that_was_sent_again_twice_does_not_come_back_to_life_when_the_payer_takes_it_after_all() -> (
    None
):
    sent = attested().then(release())
    first = claim_of(sent)
    again = said(sent, first, "rejected").then(release(replaces=first))
    second = claim_of(again)
    third = said(again, second, "rejected").then(release(replaces=second))

    assert statuses(said(third, first, "accepted")) == ["replaced", "replaced", "released"]
    assert live(said(third, first, "accepted")) == [False, False, True]


def test_nor_where_the_one_in_between_was_withdrawn() -> None:
    sent = attested().then(release())
    first = claim_of(sent)
    again = said(sent, first, "rejected").then(release(replaces=first))
    second = claim_of(again)
    third = again.then(withdraw(second)).then(release(replaces=second))

    assert statuses(said(third, first, "accepted")) == ["replaced", "withdrawn", "released"]


def test_nor_where_an_earlier_one_was_named_that_had_been_withdrawn() -> None:
    sent = attested().then(release())
    first = claim_of(sent)
    again = sent.then(withdraw(first)).then(release())
    second = claim_of(again)
    third = said(again, second, "rejected").then(release(replaces=first))

    assert statuses(said(third, second, "accepted")) == ["withdrawn", "replaced", "released"]
    assert live(said(third, second, "accepted")) == [False, False, True]


def test_a_rejection_of_an_earlier_day_that_comes_late_takes_nothing_from_an_accepted_claim() -> None:
    sent = attested().then(release())
    first = claim_of(sent)
    late = said(said(sent, first, "accepted", "2026-04-05"), first, "rejected", "2026-04-03")

    assert (statuses(late), live(late)) == (["accepted"], [True])
    assert claims(late).claims[0].received_on == on("2026-04-05")


def test_a_claim_that_was_taken_and_then_turned_away_was_never_filed() -> None:
    sent = attested().then(release())
    first = claim_of(sent)
    turned_away = said(said(sent, first, "accepted"), first, "rejected")

    assert statuses(turned_away) == ["rejected"]
    assert claims(turned_away).claims[0].received_on is None


def test_a_void_that_the_payer_denies_voids_nothing() -> None:
    sent = at_the_payer()
    voided = sent.then(void(sent))
    answer = sent.when(denied(sent, "16")).event.model_copy(update={"claim": claim_of(voided)})
    denial = voided.and_(answer).by(BILLER)

    assert (statuses(denial), live(denial)) == (["accepted", "denied"], [True, False])
    first: Any = denial.when(void(sent)).events[0]
    assert first.replaces == claim_of(sent)


def test_a_rejected_claim_that_nothing_came_of_is_live_when_the_payer_takes_it_after_all() -> None:
    sent = attested().then(release())
    first = claim_of(sent)
    again = said(sent, first, "rejected").then(release(replaces=first))
    turned_away = said(again, claim_of(again), "rejected")

    assert live(said(turned_away, first, "accepted")) == [True, False]


def test_a_month_whose_claim_was_rejected_is_released_as_one_that_stands_for_it_also_where_nobody_names_it() -> None:
    sent = attested().then(release())
    first = claim_of(sent)
    event = said(sent, first, "rejected").when(release()).event

    assert isinstance(event, ClaimReleased)
    assert (event.replaces, event.frequency) == (first, "1")


def test_what_stands_for_a_claim_of_a_merged_patient_is_released_where_that_claim_is() -> None:
    sent = attested(set_up().and_(patient(OTHER_PATIENT, "10043"), assigned(OTHER_PATIENT))).then(release())
    first = claim_of(sent)
    joined = said(sent, first, "rejected").and_(PatientsMerged(patient=OTHER_PATIENT, merged=PATIENT)).by(BILLER)
    event = joined.when(release(patient=OTHER_PATIENT, replaces=first)).event

    assert isinstance(event, ClaimReleased)
    assert (event.patient, event.replaces) == (PATIENT, first)


# --- sent to the payer whose month it is ----------------------------------------------------------------------------


def of_acme_now(ledger: Given) -> Given:
    """The patient's coverage turns out to be another payer's, and Dr Ada signs the month anew."""
    moved = covered(ledger, "acme").by(ADA)
    return moved.then(attest(moved)).by(BILLER)


def taken_back() -> Given:
    """A claim that was paid, and of which the payer took everything back."""
    sent = released()
    done = sent.then(paid(sent))
    back = sent.when(paid(sent)).event.model_copy(
        update={"status": "reversed", "charge": Decimal("-85.00"), "paid": Decimal("-52.90")}
        | {"patient_share": Decimal("-13.23"), "lines": (), "on": on("2026-04-28")}
    )
    return done.and_(back).by(BILLER)


def denied_by_medicare() -> Given:
    sent = released()
    return sent.then(acknowledged(sent)).then(denied(sent, "109"))


@pytest.mark.parametrize("answered", [denied_by_medicare, taken_back])
def test_what_another_payer_owes_nothing_for_is_sent_to_the_payer_whose_month_it_is(answered: Any) -> None:
    ledger = of_acme_now(answered())
    first = claim_of(ledger)

    assert ledger.when(release()).refused == "claim_is_live"
    after = ledger.then(release(replaces=first))
    event: Any = after.facts[-1].event
    assert (event.payer, event.frequency, event.replaces, event.payer_number) == ("acme", "1", first, None)
    assert (statuses(after), live(after)) == (["replaced", "released"], [False, True])


def test_not_where_the_same_payer_denied_it_nor_where_another_one_paid() -> None:
    same, sent = denied_by_medicare(), released()
    paid_by_another = of_acme_now(sent.then(paid(sent)))

    assert same.when(release(replaces=claim_of(same))).refused == "claim_not_replaceable"
    assert paid_by_another.when(release(replaces=claim_of(sent))).refused == "claim_not_replaceable"
