"""What stands for a claim, when payers change their minds: never two live claims of one month."""

from typing import Any

from ledger.streams.claims import ClaimAcknowledged, ClaimReleased
from ledger.streams.claims_state import Claims
from ledger.streams.merging import PatientsMerged
from ledger.terms.identity import claims_tag
from tests.commands.test_claim_answers import denied
from tests.commands.test_claim_changes import at_the_payer, void
from tests.commands.test_claims import attested, claim_of, release, set_up, withdraw
from tests.commands.world import BILLER, OTHER_PATIENT, PATIENT, assigned, on, patient
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
    assert denial.when(void(sent)).events[0].replaces == claim_of(sent)


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
