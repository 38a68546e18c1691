"""What comes or grows behind a claim raises nothing without compliance, also where the signature is withdrawn."""

from typing import Any

from commands.intents.attesting import WithdrawAttestation
from commands.intents.care_month import LogTime
from commands.intents.time_changes import ApproveLateEntry
from tests.commands.changes import verdict
from tests.commands.test_claim_answers import released
from tests.commands.test_claims import attested, claim_of, release, withdraw
from tests.commands.test_month_signing import MONTH, attest
from tests.commands.world import ADA, BILLER, COMPLIANCE, NURSE, PATIENT, utc
from tests.gwt import Given


def charges(ledger: Given) -> list[tuple[str, int]]:
    return [(line.code, line.units) for line in verdict(ledger).charges]


def more() -> LogTime:
    return LogTime(
        patient=PATIENT,
        performer=NURSE,
        start=utc("2026-03-30T15:00"),
        end=utc("2026-03-30T15:20"),
        activity="phone_call",
        description="Call about shoes.",
    )


def newest(ledger: Given) -> Any:
    """The event of the newest fact."""
    return ledger.facts[-1].event


def unsigned(ledger: Given) -> Given:
    """The newest signature withdrawn by Dr Ada."""
    signed: Any = [fact.event for fact in ledger.facts if fact.event.TOPIC == "month_attested"][-1]
    asked = WithdrawAttestation(
        patient=PATIENT, month=MONTH, attestation=signed.attestation, reason="signed_in_error", words="Mine."
    )
    return ledger.by(ADA).then(asked)


def signed_anew(ledger: Given) -> Given:
    return ledger.by(ADA).then(attest(ledger)).by(BILLER)


BASE, RAISED = [("99490", 1)], [("99490", 1), ("99439", 1)]


def test_an_entry_made_behind_a_claim_raises_nothing_where_the_signature_is_withdrawn() -> None:
    ledger = unsigned(released().by(NURSE).then(more()))

    assert charges(ledger) == BASE
    anew = signed_anew(ledger)
    anew = anew.then(withdraw(claim_of(anew))).then(release())
    assert [(each.code, each.units) for each in newest(anew).lines] == BASE


def test_nor_where_it_was_made_while_no_signature_stood() -> None:
    ledger = unsigned(released()).by(NURSE).then(more())

    assert charges(ledger) == BASE
    assert charges(signed_anew(ledger)) == BASE


def test_compliance_lets_it_raise_and_a_new_claim_says_so() -> None:
    ledger = unsigned(released()).by(NURSE).then(more())
    entry = newest(ledger).entry
    asked = ApproveLateEntry(patient=PATIENT, month=MONTH, entry=entry, reason="The nurse's own notes of the day.")
    approved = signed_anew(ledger.by(COMPLIANCE).then(asked))
    billed = approved.then(withdraw(claim_of(approved))).then(release())

    assert [(each.code, each.units) for each in newest(billed).lines] == RAISED


def test_before_anything_is_released_a_withdrawn_signature_leaves_the_month_open() -> None:
    ledger = unsigned(attested()).by(NURSE).then(more())

    assert charges(ledger) == RAISED
    assert charges(unsigned(attested().by(NURSE).then(more()))) == RAISED
