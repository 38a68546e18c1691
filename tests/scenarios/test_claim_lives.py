"""Lives of claims from release to the end, each told as one story; and scenarios 29, 36 and 41 of the reference.

Eroded claims have their own lives beside possible overpayments. Money of reversals is below zero.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from commands.intents.care_month import LogTime
from commands.intents.claims import ReleaseClaim, ReopenClaim
from commands.intents.wrong_patient import MergePatients
from ledger.rulebook import Edition, Rulebook, rulebook_of, shipped_edition
from ledger.rulebook.claims import filing_deadline
from ledger.streams.care_plan import CarePlanSigned
from ledger.streams.claims import ClaimAcknowledged, ClaimRemitted
from ledger.streams.claims_state import Claims
from ledger.streams.designation import DesignationWithdrawn
from ledger.streams.patient import VisitRecorded
from ledger.streams.practice import CapabilityAttested, ChargeAdopted, PolicyAdopted
from ledger.terms.identity import claims_tag
from tests.commands.changes import verdict
from tests.commands.test_claim_answers import acknowledged, denied, paid, released
from tests.commands.test_claim_changes import _rejection as rejection
from tests.commands.test_claim_changes import at_the_payer, void, waive
from tests.commands.test_claims import NPI, attested, charge, claim_of, release, set_up, withdraw
from tests.commands.test_month_signing import attest
from tests.commands.world import (
    ADA,
    ADMIN,
    BILLER,
    BO,
    COMPLIANCE,
    DESIGNATION,
    NURSE,
    OTHER_PATIENT,
    OTHER_PRACTICE,
    PATIENT,
    PRACTICE,
    SINCE,
    assigned,
    consent,
    designated,
    enrolled,
    on,
    patient,
    practice,
    utc,
)
from tests.gwt import Given, opaque

GUARD = ("2026-03", "CCM", "practitioner")


def claims_of(ledger: Given) -> Claims:
    claims: Claims = ledger.state(claims_tag(PATIENT))
    return claims


def statuses(ledger: Given) -> list[str]:
    claims = claims_of(ledger)
    return [claims.status(each) for each in claims.claims]


def accepted(claim: str, number: str | None = None) -> ClaimAcknowledged:
    return ClaimAcknowledged(
        patient=PATIENT, claim=claim, outcome="accepted", received_on=on("2026-05-06"), payer_number=number
    )


def payment(ledger: Given, claim: str) -> ClaimRemitted:
    event: ClaimRemitted = ledger.when(paid(ledger)).event
    return event.model_copy(update={"claim": claim})


# --- lives ----------------------------------------------------------------------------------------------------------


def test_a_clean_claim_is_released_accepted_and_paid() -> None:
    ledger = released()
    seen = [statuses(ledger)]
    ledger = ledger.then(acknowledged(ledger, payer_number="M1"))
    seen.append(statuses(ledger))
    ledger = ledger.then(paid(ledger))
    seen.append(statuses(ledger))
    claim = claims_of(ledger).claims[0]

    assert seen == [["released"], ["accepted"], ["paid"]]
    assert (claim.event.charge, claim.paid, claim.patient_share) == (
        Decimal("85.00"),
        Decimal("52.90"),
        Decimal("13.23"),
    )


def test_a_rejected_claim_is_sent_again_and_paid_and_its_clock_ran_from_the_date_of_service() -> None:
    ledger = released()
    ledger = ledger.then(acknowledged(ledger, "rejected"))
    assert claims_of(ledger).live(GUARD) is None
    again = ledger.then(release())
    first, second = claims_of(again).claims
    done = again.and_(accepted(second.event.claim), payment(ledger, second.event.claim))

    assert (second.event.replaces, second.event.date_of_service) == (first.event.claim, first.event.date_of_service)
    assert statuses(done) == ["replaced", "paid"]
    assert claims_of(done).claims[0].received_on is None


def test_a_denied_claim_is_reopened_and_paid_under_its_own_number() -> None:
    ledger = released()
    ledger = ledger.then(acknowledged(ledger)).then(denied(ledger, "50"))
    assert ledger.when(release(replaces=claim_of(ledger))).refused == "claim_not_replaceable"
    asked = ReopenClaim(patient=PATIENT, claim=claim_of(ledger), on=on("2026-05-04"), words="The plan was overlooked.")
    reopened = ledger.then(asked)
    done = reopened.and_(payment(reopened, claim_of(reopened)))
    claim = claims_of(done).claims[0]

    assert statuses(done) == ["paid"]
    assert (len(claim.remitted), len(claim.reopened), claim.paid) == (2, 1, Decimal("52.90"))


def test_a_replaced_claim_hands_its_month_to_the_one_that_replaces_it_at_the_payer() -> None:
    ledger = at_the_payer()
    first = claim_of(ledger)
    replaced = ledger.then(release(replaces=first))
    done = replaced.and_(payment(ledger, claim_of(replaced)))

    assert statuses(done) == ["replaced", "paid"]
    assert [each.event.frequency for each in claims_of(done).claims] == ["1", "7"]
    assert claims_of(done).live(GUARD) == claims_of(done).claims[1]


def test_a_replacement_that_is_rejected_leaves_the_claim_that_the_payer_has() -> None:
    ledger = at_the_payer()
    replaced = ledger.then(release(replaces=claim_of(ledger)))
    rejected = replaced.and_(rejection(claim_of(replaced)))

    assert statuses(rejected) == ["accepted", "rejected"]
    once_more = rejected.then(release(replaces=claim_of(ledger)))
    late = once_more.and_(accepted(claim_of(replaced)))
    assert [claims_of(late).is_live(each) for each in claims_of(late).claims] == [False, False, True]


def test_a_voided_claim_counts_as_none_and_its_money_goes_back() -> None:
    ledger = at_the_payer()
    ledger = ledger.then(paid(ledger))
    voided = ledger.then(void(ledger))
    payment_of_first = claims_of(ledger).claims[0].remitted[0].event
    back = payment_of_first.model_copy(
        update={
            "status": "reversed",
            "charge": Decimal("-85.00"),
            "paid": Decimal("-52.90"),
            "patient_share": Decimal("-13.23"),
            "lines": (),
        }
    )
    done = voided.and_(accepted(claim_of(voided)), back)

    assert statuses(done) == ["voided", "accepted"]
    assert (claims_of(done).claims[0].paid, claims_of(done).live(GUARD)) == (Decimal("0.00"), None)


def test_a_withdrawn_claim_counts_as_none_and_the_month_is_released_anew() -> None:
    ledger = released()
    withdrawn = ledger.then(withdraw(claim_of(ledger)))
    assert claims_of(withdrawn).live(GUARD) is None
    anew = withdrawn.then(release())

    assert statuses(anew) == ["withdrawn", "released"]


def test_of_a_paid_claim_the_share_is_waived_once_and_what_the_payer_paid_stays() -> None:
    ledger = released()
    ledger = ledger.then(acknowledged(ledger)).then(paid(ledger))
    waived = ledger.then(waive(ledger))
    claim = claims_of(waived).claims[0]

    assert claim.waived is not None
    assert (statuses(waived), claim.paid) == (["paid"], Decimal("52.90"))


# --- scenario 29: lines that do not go together ---------------------------------------------------------------------


def _law(changes: dict[str, tuple[str, str]]) -> tuple[Rulebook, str]:
    """An edition that a ledger adopted, with lines of files that say something else."""
    files = dict(shipped_edition().files)
    for name, (old, new) in changes.items():
        text = files[name].decode()
        assert old in text, name
        files[name] = text.replace(old, new).encode()
    edition = Edition.of(files)
    return rulebook_of(edition), edition.digest


def test_scenario_29_a_claim_with_99490_and_99487_is_refused() -> None:
    step = '\n[minutes_step]\nunit = "minutes"\nsays = "A step."\nrules = ["CCM-CODE-02"]\nvalues = [\n'
    step += '  {effective = 2015-01-01, value = 60, cite = "Somebody", confidence = "DESIGN"},\n]\n\n[units_max]'
    law = _law(
        {
            "medicare/ccm/families.toml": ('value = "99439"', 'value = "99487"'),
            "medicare/ccm/99487.toml": ("\n[units_max]", step),
        }
    )
    ledger = replace(set_up(80).and_(_charge("99487")), law=law)

    refusal = attested(ledger).when(release()).refusal
    assert refusal.code == "lines_do_not_stand"
    assert "99487" in refusal.happened


def test_scenario_29_a_claim_with_99439_alone_is_refused() -> None:
    law = _law({"medicare/ccm/99439.toml": ('value = "99490"', 'value = "99491"')})
    ledger = replace(set_up(45), law=law)

    refusal = attested(ledger).when(release()).refusal
    assert refusal.code == "lines_do_not_stand"
    assert "99439 (parent_missing)" in refusal.happened


def _charge(code: str) -> ChargeAdopted:
    return ChargeAdopted(practice=PRACTICE, code=code, amount=Decimal("150.00"), from_on=on("2026-01-01"))


# --- scenario 36: a second claim of the month -----------------------------------------------------------------------


def paid_in_march() -> Given:
    ledger = released()
    return ledger.then(acknowledged(ledger)).then(paid(ledger))


def test_scenario_36_a_second_99490_with_another_date_of_service_is_refused() -> None:
    at_once = PolicyAdopted(practice=PRACTICE, policy="date_of_service", value="threshold", from_on=on("2026-01-01"))
    call = LogTime(
        patient=PATIENT,
        performer=NURSE,
        start=utc("2026-03-15T15:00"),
        end=utc("2026-03-15T15:25"),
        activity="phone_call",
        description="Call.",
    )
    there = practice().model_copy(update={"npi": NPI})
    told = enrolled().and_(there, charge(), at_once).by(NURSE).at("2026-03-15T20:00:00+00:00").then(call)
    ledger = attested(told.at("2026-04-01T15:00:00+00:00")).then(release())
    ledger = ledger.at("2026-05-04T15:00:00+00:00")
    ledger = ledger.then(acknowledged(ledger)).then(paid(ledger))
    later = at_once.model_copy(update={"value": "last_day_of_month", "from_on": on("2026-02-01")})
    moved = ledger.and_(later).by(ADA)
    signed = moved.then(attest(moved))

    assert claims_of(ledger).claims[0].event.date_of_service == on("2026-03-15")
    assert verdict(signed).date_of_service == on("2026-03-31")
    assert signed.by(BILLER).when(release()).refused == "claim_is_live"


def test_scenario_36_nor_under_the_other_id_of_a_patient_who_was_merged() -> None:
    ledger = paid_in_march().and_(patient(OTHER_PATIENT, "10043"), assigned(OTHER_PATIENT)).by(COMPLIANCE)
    one = ledger.then(MergePatients(patient=OTHER_PATIENT, merged=PATIENT, evidence="One face.")).by(BILLER)

    for who in (PATIENT, OTHER_PATIENT):
        asked = ReleaseClaim(patient=who, month="2026-03")
        assert one.when(asked).unchanged == (claims_of(ledger).claims[0].position,)


def test_scenario_36_nor_by_another_practice_and_practitioner() -> None:
    ledger = paid_in_march().and_(
        DesignationWithdrawn(
            patient=PATIENT, designation=DESIGNATION, reason="patient_chose_other", from_month="2026-03"
        ),
        designated(BO, OTHER_PRACTICE, designation=opaque("dg", 7), from_month="2026-03"),
        consent(consent=opaque("cs", 7), practitioner=BO, occurred_at=utc("2026-02-20T15:00")),
        CarePlanSigned(patient=PATIENT, revision=1, practitioner=BO, signed_at=utc("2026-02-21T17:00")),
        VisitRecorded(
            patient=PATIENT,
            visit=opaque("vs", 7),
            on=on("2026-02-20"),
            code="99214",
            practitioner=BO,
            ccm_discussed=True,
        ),
        practice(OTHER_PRACTICE, "America/New_York", "751234562").model_copy(update={"npi": NPI}),
        *(
            CapabilityAttested(
                practice=OTHER_PRACTICE, capability=name, edition_year=year, attested_by=ADMIN, from_on=SINCE
            )
            for name, year in _CAPABILITIES
        ),
    )
    his = ledger.by(BO)
    signed = his.then(attest(his)).by(BILLER)

    assert signed.when(release()).refused == "claim_is_live"


_CAPABILITIES: tuple[tuple[Any, int | None], ...] = (("cehrt_year", 2025), ("access_24x7", None))


# --- scenario 41: the leap day --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("served", "until"), [("2024-02-29", "2025-02-28"), ("2024-03-01", "2025-03-03")])
def test_scenario_41_a_service_of_the_leap_day_is_received_by_28_february(served: str, until: str) -> None:
    book = rulebook_of(shipped_edition())

    assert filing_deadline(on(served), book.in_force) == on(until)
