"""What a claim file is made of is recorded in its own shape, and a claim goes into a file once."""

from typing import Any

import pytest
from pydantic import ValidationError

from commands.intents.billing import (
    ExportClaim,
    RecordBillingDetails,
    RecordInterchange,
    RecordPayerIdentity,
    RecordRenderingDetails,
)
from commands.intents.claims import WithdrawClaim
from ledger.streams.billing import (
    BillingDetailsRecorded,
    billing_details,
    interchange,
    payer_identity,
    rendering_details,
)
from ledger.streams.claims import ClaimAcknowledged, ClaimExported
from ledger.streams.overpayments import ClaimLostGround, LostUnits
from ledger.terms.identity import claims_tag, practice_tag, staff_tag
from tests.commands.test_claims import attested, claim_of, release
from tests.commands.test_merging import merged
from tests.commands.world import (
    ADA,
    ADMIN,
    BILLER,
    BO,
    NURSE,
    OTHER_PATIENT,
    OTHER_PRACTICE,
    PATIENT,
    PRACTICE,
    SITE_ADMIN,
    assigned,
    office,
    on,
    patient,
)
from tests.gwt import Given, opaque

ADDRESS = {"line": "12 Lake Street", "city": "Chicago", "state": "IL", "zip_code": "606011234"}
NOWHERE = opaque("pr", 9)


def details(**changes: Any) -> RecordBillingDetails:
    """Under which name and from where the Chicago practice bills."""
    whole: dict[str, Any] = {
        "practice": PRACTICE,
        "name": "Lakeside Primary Care",
        "taxonomy": "207Q00000X",
        "address": ADDRESS,
        "signatures_on_file": True,
        "from_on": on("2026-01-01"),
    }
    return RecordBillingDetails(**whole | changes)


def payer(**changes: Any) -> RecordPayerIdentity:
    """Medicare as it takes the Chicago practice's claims."""
    whole: dict[str, Any] = {
        "practice": PRACTICE,
        "payer": "medicare",
        "name": "Medicare Part B Illinois",
        "number": "00131",
        "filing": "MB",
        "from_on": on("2026-01-01"),
    }
    return RecordPayerIdentity(**whole | changes)


def sender(**changes: Any) -> RecordInterchange:
    """Who sends the Chicago practice's files."""
    whole: dict[str, Any] = {
        "practice": PRACTICE,
        "sender_name": "Lakeside Primary Care",
        "sender_number": "SUB123",
        "contact": "Billing office",
        "phone": "3125550100",
        "receiver_name": "Northern Clearing",
        "receiver_number": "CLR99",
        "from_on": on("2026-01-01"),
    }
    return RecordInterchange(**whole | changes)


def rendering(**changes: Any) -> RecordRenderingDetails:
    """Dr Ada as claims name her."""
    return RecordRenderingDetails(
        **{"staff": ADA, "family": "Adams", "given": "Ada", "taxonomy": "207R00000X"} | changes
    )


def practice_of(ledger: Given) -> Any:
    return ledger.state(practice_tag(PRACTICE))


# --- record_billing_details ---------------------------------------------------------------------------------------


def test_a_practice_bills_from_an_address_from_a_day_on() -> None:
    ledger = office().by(ADMIN).then(details()).then(details(name="Lakeside Health", from_on=on("2026-04-01")))
    found = [billing_details(practice_of(ledger), on(day)) for day in ("2025-12-31", "2026-03-31", "2026-04-01")]

    assert [each[0].name if each else None for each in found] == [None, "Lakeside Primary Care", "Lakeside Health"]


def test_of_two_details_of_one_day_the_later_fact_wins() -> None:
    ledger = office().by(ADMIN).then(details()).then(details(signatures_on_file=False))
    found = billing_details(practice_of(ledger), on("2026-02-01"))

    assert found is not None
    assert (found[0].signatures_on_file, found[1]) == (False, len(ledger.facts))


def test_the_same_details_again_are_unchanged() -> None:
    ledger = office().by(BILLER)

    assert (len(ledger.facts) + 1,) == ledger.again(details()).unchanged


def test_a_facility_has_an_address_and_an_npi_of_its_own() -> None:
    facility = {"name": "North Clinic", "npi": "1558598797", "address": ADDRESS}
    event = office().by(ADMIN).when(details(facility=facility)).event

    assert isinstance(event, BillingDetailsRecorded)
    assert event.facility is not None
    assert (event.facility.name, event.facility.npi) == ("North Clinic", "1558598797")


@pytest.mark.parametrize("box", ["PO Box 12", "P.O. Box 12", "p o box 12", "Post Office Box 12"])
def test_a_claim_names_a_street_and_no_box(box: str) -> None:
    ledger = office().by(ADMIN)

    assert "address_is_a_box" == ledger.when(details(address=ADDRESS | {"line": box})).refused
    assert "address_is_a_box" == ledger.when(details(address=ADDRESS | {"second": box})).refused
    there = {"name": "North Clinic", "address": ADDRESS | {"line": box}}
    assert "address_is_a_box" == ledger.when(details(facility=there)).refused


def test_a_street_whose_name_begins_like_a_box_is_one() -> None:
    assert office().by(ADMIN).when(details(address=ADDRESS | {"line": "12 Poboxton Road"})).events


def test_an_unknown_practice_has_no_billing_details() -> None:
    assert "no_such_practice" == office().by(ADMIN).when(details(practice=NOWHERE)).refused


def test_who_administers_one_practice_records_nothing_of_another() -> None:
    assert "not_in_this_practice" == office().by(SITE_ADMIN).when(details(practice=OTHER_PRACTICE)).refused
    assert "capacity_missing" == office().by(NURSE).when(details()).refused


@pytest.mark.parametrize(
    "changes",
    [
        {"address": ADDRESS | {"zip_code": "60601"}},
        {"address": ADDRESS | {"zip_code": "60601-1234"}},
        {"address": ADDRESS | {"state": "QQ"}},
        {"address": ADDRESS | {"state": "il"}},
        {"address": ADDRESS | {"line": ""}},
        {"taxonomy": "207Q00000"},
        {"taxonomy": "207Q000000"},
        {"facility": {"name": "North", "npi": "1558598798", "address": ADDRESS}},
    ],
)
def test_a_malformed_zip_state_taxonomy_or_npi_is_unreadable(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        details(**changes)


# --- record_payer_identity ----------------------------------------------------------------------------------------


def test_each_payer_has_its_own_number_from_a_day_on() -> None:
    ledger = office().by(BILLER).then(payer()).then(payer(payer="prairie", number="PS777", filing="CI"))
    ledger = ledger.then(payer(number="00132", from_on=on("2026-06-01")))
    practice = practice_of(ledger)
    found = [
        payer_identity(practice, name, on(day))
        for name, day in (("medicare", "2026-05-31"), ("medicare", "2026-06-01"), ("prairie", "2026-06-01"))
    ]

    assert [each[0].number if each else None for each in found] == ["00131", "00132", "PS777"]
    assert payer_identity(practice, "medicaid", on("2026-06-01")) is None


def test_the_same_payer_again_is_unchanged() -> None:
    ledger = office().by(ADMIN)

    assert (len(ledger.facts) + 1,) == ledger.again(payer()).unchanged


def test_an_unknown_practice_has_no_payers() -> None:
    assert "no_such_practice" == office().by(ADMIN).when(payer(practice=NOWHERE)).refused


@pytest.mark.parametrize("changes", [{"filing": "MEDICARE"}, {"number": "0"}, {"number": "00*131"}, {"name": ""}])
def test_a_payer_without_a_kind_or_number_is_unreadable(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        payer(**changes)


# --- record_interchange -------------------------------------------------------------------------------------------


def test_who_sends_and_who_receives_holds_from_a_day_on() -> None:
    ledger = office().by(ADMIN).then(sender(is_test=True)).then(sender(from_on=on("2026-02-01")))
    found = [interchange(practice_of(ledger), on(day)) for day in ("2026-01-31", "2026-02-01")]

    assert [each[0].is_test if each else None for each in found] == [True, False]


def test_the_same_sender_again_is_unchanged() -> None:
    ledger = office().by(ADMIN)

    assert (len(ledger.facts) + 1,) == ledger.again(sender()).unchanged


def test_an_unknown_practice_sends_nothing() -> None:
    assert "no_such_practice" == office().by(ADMIN).when(sender(practice=NOWHERE)).refused


@pytest.mark.parametrize("changes", [{"phone": "555-0100"}, {"sender_number": "TOOLONGFOR15CHARS"}, {"contact": ""}])
def test_an_envelope_takes_short_numbers_and_ten_digits(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        sender(**changes)


# --- record_rendering_details -------------------------------------------------------------------------------------


def test_a_practitioner_has_a_name_for_claims_which_is_sealed() -> None:
    ledger = office().by(BILLER).then(rendering())
    found = rendering_details(ledger.state(staff_tag(ADA)))
    event = ledger.facts[-1].event

    assert found is not None
    assert (found[0].taxonomy, found[1]) == ("207R00000X", len(ledger.facts))
    assert "Adams" not in event.model_dump_json()


def test_the_newest_details_of_a_practitioner_hold() -> None:
    ledger = office().by(ADMIN).then(rendering()).then(rendering(taxonomy="207RG0300X"))
    found = rendering_details(ledger.state(staff_tag(ADA)))

    assert found is not None
    assert found[0].taxonomy == "207RG0300X"


def test_who_administers_one_practice_names_nobody_of_another() -> None:
    assert "not_in_this_practice" == office().by(SITE_ADMIN).when(rendering(staff=BO)).refused
    assert "capacity_missing" == office().by(NURSE).when(rendering()).refused


# --- export_claim -------------------------------------------------------------------------------------------------


def released() -> Given:
    return attested().then(release())


def export(ledger: Given, **changes: Any) -> ExportClaim:
    return ExportClaim(**{"patient": PATIENT, "claim": claim_of(ledger)} | changes)


def test_a_claim_is_written_into_a_file_on_a_day() -> None:
    ledger = released()
    event = ledger.when(export(ledger)).event

    assert event == ClaimExported(patient=PATIENT, claim=claim_of(ledger), on=on("2026-04-02"))


def test_an_exported_claim_is_still_released() -> None:
    ledger = released()
    claims = ledger.then(export(ledger)).state(claims_tag(PATIENT))

    assert [claims.status(claim) for claim in claims.claims] == ["released"]


def test_a_claim_that_a_file_holds_is_written_again_only_where_that_is_meant() -> None:
    ledger = released()
    again = ledger.then(export(ledger))
    refusal = again.when(export(ledger)).refusal

    assert (refusal.code, refusal.facts) == ("claim_exported_before", (len(again.facts),))
    assert again.when(export(ledger, again=True)).events


def test_a_claim_that_the_payer_has_is_written_again_only_where_that_is_meant() -> None:
    ledger = released()
    said = ClaimAcknowledged(patient=PATIENT, claim=claim_of(ledger), outcome="accepted", received_on=on("2026-04-03"))
    known = ledger.and_(said)

    assert "claim_exported_before" == known.when(export(ledger)).refused
    assert known.when(export(ledger, again=True)).events


def test_a_withdrawn_claim_goes_into_no_file() -> None:
    ledger = released()
    withdraw = WithdrawClaim(patient=PATIENT, claim=claim_of(ledger), reason="other", words="Twice.")

    assert "claim_not_exportable" == ledger.then(withdraw).when(export(ledger, again=True)).refused


@pytest.mark.parametrize("again", [False, True])
def test_a_claim_that_lost_its_ground_goes_into_no_file(again: bool) -> None:
    ledger = released()
    sent: Any = ledger.facts[-1].event
    lost = ClaimLostGround(
        patient=PATIENT,
        claim=claim_of(ledger),
        because=(),
        lost=(LostUnits(code="99490", units=1),),
        digest_now=sent.digest,
    )
    eroded = ledger.and_(lost).by(BILLER)

    assert "claim_lost_its_ground" == eroded.when(export(ledger, again=again)).refused


def test_a_rejected_claim_goes_into_no_file_but_the_one_that_stands_for_it_does() -> None:
    ledger = released()
    first = claim_of(ledger)
    said = ClaimAcknowledged(patient=PATIENT, claim=first, outcome="rejected", received_on=on("2026-04-03"))
    resent = ledger.and_(said).by(BILLER).then(release(replaces=first))

    assert "claim_not_exportable" == resent.when(ExportClaim(patient=PATIENT, claim=first)).refused
    assert resent.when(export(resent)).events


def test_a_claim_that_the_record_does_not_hold_goes_into_no_file() -> None:
    assert "no_such_claim" == released().when(ExportClaim(patient=PATIENT, claim=opaque("cl", 9))).refused


def test_a_claim_of_a_patient_who_was_merged_since_goes_into_a_file_under_whom_it_was_released_for() -> None:
    ledger = released()
    joined = ledger.and_(patient(OTHER_PATIENT, "10043"), assigned(OTHER_PATIENT), merged(OTHER_PATIENT, PATIENT))

    assert joined.when(export(ledger)).event.patient == PATIENT
    assert joined.when(export(ledger, patient=OTHER_PATIENT)).event.patient == PATIENT
    assert joined.then(export(ledger)).when(export(ledger)).refused == "claim_exported_before"


def test_a_nurse_writes_no_claims_into_files() -> None:
    ledger = released()

    assert "capacity_missing" == ledger.by(NURSE).when(export(ledger)).refused
