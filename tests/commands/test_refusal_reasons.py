"""What a refusal rests on: the rule with value, date and source, and the facts by position; and what is not told."""

import pytest

from commands.answer import refusal_json
from commands.intents.attesting import WithdrawAttestation
from commands.intents.care_month import AttestInBatch, ChooseFamily
from commands.intents.designation import DesignatePractitioner, WithdrawDesignation
from commands.intents.patient import AttestRisk
from ledger.streams.practice import CapabilityEnded
from ledger.terms.identity import care_month_tag
from ledger.terms.people import Programme, Side
from tests.commands.changes import attested, correct, entry_of, logged, strike
from tests.commands.test_month_signing import attest, digest_of, worked
from tests.commands.world import (
    ADA,
    ASSISTANT,
    BO,
    COMPLIANCE,
    DESIGNATION,
    NURSE,
    PATIENT,
    PRACTICE,
    PSYCHOLOGIST,
    died,
    enrolled,
    known,
    on,
)
from tests.gwt import Given, Then, opaque


def topics(ledger: Given, then: Then) -> list[str]:
    """The kinds of facts that a refusal names, in order of position."""
    return [ledger.facts[at - 1].event.TOPIC for at in then.refusal.facts]


def rules(then: Then) -> list[str]:
    """The names of the rules by which it was refused."""
    return [reading.name for reading in then.refusal.readings]


def designation(**changes: object) -> DesignatePractitioner:
    whole = {"patient": PATIENT, "practitioner": BO, "programme": Programme.CCM, "side": Side.PRACTITIONER}
    return DesignatePractitioner(**{**whole, "from_month": "2026-03", **changes})  # type: ignore[arg-type]


def test_a_rule_is_told_with_value_date_and_source() -> None:
    ledger = worked(19)
    refusal = refusal_json(ledger.when(attest(ledger)).refusal)

    assert [{k: r[k] for k in ("reading", "value", "unit", "effective", "cite")} for r in refusal["readings"]] == [
        {
            "reading": "medicare.ccm.99490.minutes_minimum",
            "value": 20,
            "unit": "minutes",
            "effective": "2015-01-01",
            "cite": "CY 2015 PFS final rule, as quoted in [S71]; [S10]; no midpoint [S69], [S78]",
        }
    ]


def test_a_month_below_its_minimum_names_its_entries() -> None:
    ledger = worked(19)

    assert ["time_logged"] == topics(ledger, ledger.when(attest(ledger)))


def test_what_is_dated_after_death_names_the_death() -> None:
    ledger = enrolled().and_(died("2026-02-10")).by(ADA)
    then = ledger.when(AttestRisk(patient=PATIENT, on=on("2026-02-11")))

    assert ("after_death", ["death_recorded"]) == (then.refused, topics(ledger, then))


def test_a_practitioner_who_may_not_bill_names_the_rule_and_the_registration() -> None:
    ledger = known().by(PSYCHOLOGIST)
    then = ledger.when(designation(practitioner=PSYCHOLOGIST))

    assert "practitioner_may_not_bill" == then.refused
    assert (["medicare.ccm.billing_practitioner.credentials"], ["staff_registered", "role_granted"]) == (
        rules(then),
        topics(ledger, then),
    )


def test_an_occupied_month_names_the_rule_and_not_where_the_other_designation_stands() -> None:
    then = enrolled().by(BO).when(designation())

    assert ("month_occupied", ["medicare.ccm.billing_practitioner.per_month_max"], ()) == (
        then.refused,
        rules(then),
        then.refusal.facts,
    )


def test_a_designation_that_was_withdrawn_names_both_facts() -> None:
    withdrawal = WithdrawDesignation(
        patient=PATIENT,
        designation=DESIGNATION,
        reason="practitioner_left",
        from_month="2026-04",
        evidence="Letter of March.",
    )
    ledger = enrolled().by(ADA).then(withdrawal)
    then = ledger.when(withdrawal.model_copy(update={"from_month": "2026-05"}))

    assert ("already_withdrawn", ["practitioner_designated", "designation_withdrawn"]) == (
        then.refused,
        topics(ledger, then),
    )


def test_a_family_that_is_not_supported_names_the_rule_that_the_month_lacks() -> None:
    ledger = worked(25)
    then = ledger.when(ChooseFamily(patient=PATIENT, month="2026-03", family="personal"))

    assert (["medicare.ccm.99491.minutes_minimum"], ["time_logged"]) == (rules(then), topics(ledger, then))


def test_a_month_that_is_not_ready_names_what_is_missing() -> None:
    lapsed = CapabilityEnded(practice=PRACTICE, capability="access_24x7", last_on=on("2026-02-01"))
    ledger = worked(25, ledger=enrolled().and_(lapsed))
    then = ledger.when(AttestInBatch(patient=PATIENT, month="2026-03", digest=digest_of(ledger)))

    assert "month_not_ready" == then.refused
    assert (["medicare.ccm.practice.access_24x7_required"], ["capability_attested", "capability_ended"]) == (
        rules(then),
        topics(ledger, then),
    )


def test_an_entry_of_somebody_else_is_named() -> None:
    ledger = logged().by(ASSISTANT)
    then = ledger.when(correct(entry_of(ledger)))

    assert ("not_the_performer", ["time_logged"]) == (then.refused, topics(ledger, then))


def test_an_entry_that_stands_no_more_names_what_took_it_out() -> None:
    ledger = logged().by(COMPLIANCE)
    entry = entry_of(ledger)
    struck = ledger.then(strike(entry)).by(NURSE)
    then = struck.when(correct(entry))

    assert ("entry_not_standing", ["time_logged", "time_struck"]) == (then.refused, topics(struck, then))


def test_an_attestation_of_another_names_the_signature() -> None:
    ledger = attested(logged(ledger=enrolled()))
    standing = ledger.state(care_month_tag(PATIENT, "2026-03")).attestations[-1].event.attestation
    command = WithdrawAttestation(
        patient=PATIENT, month="2026-03", attestation=standing, reason="signed_in_error", words="Not mine."
    )
    then = ledger.by(PSYCHOLOGIST).when(command)

    assert ("not_the_signer", ["month_attested"]) == (then.refused, topics(ledger, then))


def test_a_role_that_is_missing_names_those_on_record() -> None:
    ledger = enrolled().by(NURSE)
    then = ledger.when(AttestRisk(patient=PATIENT, on=on("2026-02-11")))

    assert ("capacity_missing", ["staff_registered", "role_granted"]) == (then.refused, topics(ledger, then))


def test_a_refusal_of_what_is_not_there_names_nothing() -> None:
    command = WithdrawDesignation(
        patient=PATIENT,
        designation=opaque("dg", 99),
        reason="practitioner_left",
        from_month="2026-04",
        evidence="Letter.",
    )
    then = enrolled().by(ADA).when(command)

    assert ("no_such_designation", (), ()) == (then.refused, then.refusal.readings, then.refusal.facts)


@pytest.mark.parametrize("key", ["code", "happened", "because", "remedy", "retryable", "waiting_for"])
def test_the_keys_of_a_refusal_stay(key: str) -> None:
    ledger = worked(19)

    assert key in refusal_json(ledger.when(attest(ledger)).refusal)
