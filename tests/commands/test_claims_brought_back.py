"""Two patients are one person, and a payer changes its mind: a claim that comes back to life beside another is told."""

from decimal import Decimal
from typing import Any

import pytest

from commands.intents.base import Command
from commands.intents.claims import RecordAcknowledgment, RecordRemittance, WithdrawClaim
from ledger.streams.claims import ClaimAcknowledged, ClaimReleased, ClaimRemitted, ClaimWithdrawn
from ledger.streams.merging import PatientsMerged
from ledger.streams.overpayments import ClaimLostGround, OverpaymentNoticed
from ledger.terms.identity import claims_tag, patient_tag
from tests.commands.test_claim_answers import number_of, paid, released
from tests.commands.test_claims import claim_of, release
from tests.commands.world import BILLER, OTHER_PATIENT, PATIENT, assigned, on, patient
from tests.gwt import Given, opaque, token

THEIRS, NUMBER = opaque("cl", 88), "C" * 20
MERGED = PatientsMerged(patient=PATIENT, merged=OTHER_PATIENT)


def answer(claim: str, outcome: Any, of: str = PATIENT) -> ClaimAcknowledged:
    return ClaimAcknowledged(patient=of, claim=claim, outcome=outcome, received_on=on("2026-04-03"))


def copied(ledger: Given, **changes: Any) -> ClaimReleased:
    """A claim of the other patient, made like the first one's."""
    first: ClaimReleased = ledger.state(claims_tag(PATIENT)).claims[0].event
    own = {"patient": OTHER_PATIENT, "claim": THEIRS, "control_number": NUMBER, **changes}
    return first.model_copy(update={**own, "link": token("#claim", own["control_number"])})


def rejected_and_merged() -> Given:
    """The first patient's claim was rejected; the other's claim, released later, lives; then they are one."""
    sent = released()
    facts = (patient(OTHER_PATIENT, "10043"), assigned(OTHER_PATIENT), copied(sent), MERGED)
    return sent.and_(answer(claim_of(sent), "rejected"), *facts).by(BILLER)


def accepted(number: str) -> RecordAcknowledgment:
    return RecordAcknowledgment(control_number=number, outcome="accepted", received_on=on("2026-04-05"))


def number_ours(ledger: Given) -> str:
    number: str = number_of(ledger)
    return number


def test_a_claim_that_the_payer_takes_after_all_has_the_later_one_withdrawn() -> None:
    ledger = rejected_and_merged()
    told = ledger.when(accepted(number_ours(ledger)))
    event, lost = told.events

    assert isinstance(event, ClaimAcknowledged)
    assert isinstance(lost, ClaimLostGround)
    assert (lost.patient, lost.claim, [(each.code, each.units) for each in lost.lost]) == (
        OTHER_PATIENT,
        THEIRS,
        [("99490", 1)],
    )
    assert told.codes == ["billed_twice"]
    assert "2026-03" in told.notices[0].happened


def test_a_later_one_that_is_paid_is_a_possible_overpayment() -> None:
    ledger = rejected_and_merged()
    theirs = ledger.then(paid(ledger, control_number=NUMBER))
    noticed = theirs.when(accepted(number_ours(ledger))).events[1]

    assert isinstance(noticed, OverpaymentNoticed)
    assert (noticed.claim, noticed.amount, noticed.patient_share) == (THEIRS, Decimal("52.90"), Decimal("13.23"))


def test_a_rejected_later_one_that_is_paid_after_all_is_one_at_once() -> None:
    sent = released()
    facts = (patient(OTHER_PATIENT, "10043"), assigned(OTHER_PATIENT), copied(sent))
    ledger = sent.and_(*facts, answer(THEIRS, "rejected", OTHER_PATIENT), MERGED).by(BILLER)
    told = ledger.when(paid(ledger, control_number=NUMBER))
    event, noticed = told.events

    assert isinstance(event, ClaimRemitted)
    assert isinstance(noticed, OverpaymentNoticed)
    assert (noticed.claim, noticed.amount, told.codes) == (THEIRS, Decimal("52.90"), ["billed_twice"])


def test_what_was_told_unpaid_is_told_again_when_money_comes_and_not_before() -> None:
    ledger = rejected_and_merged()
    both = ledger.then(accepted(number_ours(ledger)))
    theirs = both.when(accepted(NUMBER))
    with_money = both.when(paid(both, control_number=NUMBER))

    assert (len(theirs.events), theirs.codes) == (1, [])
    assert isinstance(with_money.events[1], OverpaymentNoticed)
    assert with_money.codes == ["billed_twice"]


def test_more_money_for_it_is_noticed_by_itself() -> None:
    ledger = rejected_and_merged()
    both = ledger.then(accepted(number_ours(ledger))).then(paid(ledger, control_number=NUMBER))
    more = paid(
        ledger, control_number=NUMBER, on=on("2026-04-27"), paid=Decimal("10.00"), patient_share=Decimal("0.00")
    )
    noticed = both.when(more).events[1]

    assert isinstance(noticed, OverpaymentNoticed)
    assert (noticed.amount, noticed.patient_share) == (Decimal("10.00"), Decimal("0.00"))


def test_a_void_that_the_payer_rejects_brings_its_claim_back() -> None:
    sent = released()
    void = copied(sent, patient=PATIENT, claim=opaque("cl", 77), frequency="8", replaces=claim_of(sent))
    facts = (patient(OTHER_PATIENT, "10043"), assigned(OTHER_PATIENT), copied(sent, control_number="D" * 20), void)
    ledger = sent.and_(*facts, MERGED).by(BILLER)
    told = ledger.when(RecordAcknowledgment(control_number=NUMBER, outcome="rejected", received_on=on("2026-04-05")))

    assert [each.TOPIC for each in told.events] == ["claim_acknowledged", "claim_lost_ground"]
    assert (told.events[1].claim, told.codes) == (THEIRS, ["billed_twice"])  # type: ignore[attr-defined]


def test_so_does_a_replacement_that_is_withdrawn() -> None:
    sent = released()
    first = claim_of(sent)
    anew = copied(sent, patient=PATIENT, claim=opaque("cl", 77), frequency="7", replaces=first)
    facts = (patient(OTHER_PATIENT, "10043"), assigned(OTHER_PATIENT), copied(sent, control_number="D" * 20), anew)
    ledger = sent.and_(*facts, MERGED).by(BILLER)
    withdrawal = WithdrawClaim(patient=PATIENT, claim=opaque("cl", 77), reason="month_changed", words="Not so.")
    told = ledger.when(withdrawal)

    assert [type(each) for each in told.events] == [ClaimWithdrawn, ClaimLostGround]
    assert told.codes == ["billed_twice"]


def test_a_claim_that_comes_back_alone_is_nothing_to_tell() -> None:
    sent = released()
    ledger = sent.and_(answer(claim_of(sent), "rejected")).by(BILLER)
    told = ledger.when(accepted(number_ours(ledger)))

    assert (len(told.events), told.codes) == (1, [])


def test_nor_are_claims_of_two_people() -> None:
    sent = released()
    facts = (patient(OTHER_PATIENT, "10043"), assigned(OTHER_PATIENT), copied(sent))
    told = sent.and_(answer(claim_of(sent), "rejected"), *facts).by(BILLER).when(accepted(number_ours(sent)))

    assert (len(told.events), told.codes) == (1, [])


@pytest.mark.parametrize("kind", [accepted, None])
def test_an_answer_that_brings_nothing_back_reads_no_patient(kind: Any) -> None:
    sent = released()
    asked: Command = accepted(number_ours(sent)) if kind else paid(sent)

    assert isinstance(asked, RecordAcknowledgment | RecordRemittance)
    assert patient_tag(PATIENT) not in sent.when(asked).read


def test_the_same_answer_again_is_unchanged() -> None:
    ledger = rejected_and_merged()

    assert ledger.again(accepted(number_ours(ledger))).unchanged == (len(ledger.facts) + 1,)


def test_what_is_sent_anew_stands_for_what_was_rejected_also_where_the_other_patients_claim_was_withdrawn_later() -> (
    None
):
    ledger = rejected_and_merged()
    withdrawn = ledger.then(WithdrawClaim(patient=PATIENT, claim=THEIRS, reason="month_changed", words="Not so."))
    event = withdrawn.when(release()).event

    assert (event.replaces, event.patient) == (claim_of(released()), PATIENT)
