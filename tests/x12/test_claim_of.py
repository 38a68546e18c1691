"""What the ledger knows becomes a claim that can be sent, or the list of all that it lacks; never half a claim."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from interfaces.x12.claim_837 import VERSION, file_837
from interfaces.x12.claim_of import Identity, Insured, Known, Sending, postal_of, sending_of
from interfaces.x12.claim_shapes import Person, Place, Plan
from interfaces.x12.reading import Kind, transactions
from ledger.streams.billing import (
    BillingDetailsRecorded,
    InterchangeRecorded,
    PayerIdentityRecorded,
    PracticeAddress,
    RenderingWords,
)
from ledger.streams.patient import CoverageRecorded, Demographics, PostalAddress
from tests.gwt import opaque
from tests.projections.claim_lives import BOTH, PRACTICE, released
from tests.x12.checking import accepted
from tests.x12.claims import HEAD, MARCH_END
from tests.x12.reading_back import claims_in

SINCE = date(2026, 1, 1)
STREET = PracticeAddress(line="12 Lake Street", city="Chicago", state="IL", zip_code="606011234")
PAT = Demographics(
    given="Pat",
    family="O'Poe",
    born_on=date(1950, 2, 3),
    sex="female",
    postal=PostalAddress(line="7 Elm Road", city="Evanston", state="IL", zip_code="60201"),
)
MBI = "1EG4TE5MK73"


def coverage(payer: str = "medicare", kind: Any = "medicare_ffs", rank: int = 1) -> CoverageRecorded:
    return CoverageRecorded(
        patient=opaque("pt", 1), coverage=opaque("cv", rank), payer=payer, kind=kind, from_on=SINCE, rank=rank
    )


def takes(payer: str = "medicare", number: str = "00131", filing: Any = "MB") -> PayerIdentityRecorded:
    name = f"{payer} of Illinois"
    return PayerIdentityRecorded(practice=PRACTICE, from_on=SINCE, payer=payer, name=name, number=number, filing=filing)


BILLING = BillingDetailsRecorded(
    practice=PRACTICE,
    from_on=SINCE,
    name="Lakeside Primary Care",
    taxonomy="207Q00000X",
    address=STREET,
    signatures_on_file=True,
)
SENDER = InterchangeRecorded(
    practice=PRACTICE,
    from_on=SINCE,
    sender_name="Lakeside Primary Care",
    sender_number="SUB123",
    contact="Billing office",
    phone="3125550100",
    receiver_name="Northern Clearing",
    receiver_number="CLR99",
    is_test=False,
)
MEDICARE = Insured(coverage(), None, takes())
PLAN_B = Insured(coverage("prairie", "commercial", 2), "XW100", takes("prairie", "PS777", "CI"))


def known(**changes: Any) -> Known:
    whole = Known(
        event=released(lines=BOTH),
        payer_number=None,
        interchange=SENDER,
        billing=BILLING,
        tin="361234567",
        practice_npi="1245319599",
        rendering=RenderingWords(family="Adams", given="Ada"),
        taxonomy="207R00000X",
        rendering_npi="1234567893",
        identity=Identity(PAT, MBI),
        insured=(MEDICARE,),
    )
    return whole._replace(**changes)


def sent(**changes: Any) -> Sending:
    found = sending_of(known(**changes))
    assert isinstance(found, Sending), found
    return found


def lacks(**changes: Any) -> list[str]:
    found = sending_of(known(**changes))
    assert not isinstance(found, Sending)
    return [each.code for each in found]


def read(sending: Sending) -> dict[str, Any]:
    text = accepted(file_837(HEAD, sending.submitter, sending.receiver, [sending.claim]))
    (claim,) = claims_in(text)
    return claim


# --- what is there ------------------------------------------------------------------------------------------------


def test_what_was_released_is_what_the_file_says() -> None:
    event = released(lines=BOTH)
    claim = read(sent())

    assert (claim["control"], claim["charge"], claim["place"]) == (event.control_number, event.charge, "11")
    assert [(each["code"], each["units"], each["charge"]) for each in claim["lines"]] == [
        (each.code, each.units, each.charge) for each in event.lines
    ]
    assert {(each["first"], each["last"]) for each in claim["lines"]} == {(MARCH_END, MARCH_END)}
    assert claim["diagnoses"] == ["E119", "I10"]
    assert claim["subscriber"]["number"] == MBI


@pytest.mark.parametrize("frequency", ["7", "8"])
def test_a_claim_that_stands_for_another_names_the_payers_number(frequency: Any) -> None:
    event = released(frequency=frequency, replaces=opaque("cl", 8), payer_number="1126001234567")
    claim = read(sent(event=event, payer_number="1126001234567"))

    assert (claim["frequency"], claim["payer_number"]) == (frequency, "1126001234567")


def test_a_claim_that_was_rejected_and_is_sent_again_is_a_first_one_without_the_payers_number() -> None:
    sending = sent(event=released(replaces=opaque("cl", 8)), payer_number="1126001234567")

    assert sending.claim.payer_number is None


def test_a_medicare_number_is_that_of_the_coverage_before_that_of_the_identifiers() -> None:
    other = "1EG4-TE5-MK72"

    assert sent(insured=(MEDICARE._replace(member=other),)).claim.plan.member == "1EG4TE5MK72"
    assert sent().claim.plan == Plan("MEDICARE OF ILLINOIS", "00131", "MB", MBI)


def test_the_coverage_that_pays_next_goes_along() -> None:
    assert sent(insured=(MEDICARE, PLAN_B)).claim.other_plan == Plan("PRAIRIE OF ILLINOIS", "PS777", "CI", "XW100")


@pytest.mark.parametrize("second", [PLAN_B._replace(member=None), PLAN_B._replace(identity=None)])
def test_a_coverage_that_pays_next_and_is_not_known_whole_stays_out_of_a_whole_claim(second: Insured) -> None:
    assert sent(insured=(MEDICARE, second)).claim.other_plan is None


def test_a_claim_that_names_a_first_day_is_sent_as_a_range() -> None:
    claim = read(sent(event=released().model_copy(update={"service_from": date(2026, 3, 5)})))

    assert [(each["kind"], each["first"], each["last"]) for each in claim["lines"]] == [
        ("RD8", date(2026, 3, 5), MARCH_END)
    ]


def test_names_are_plain_in_the_claim() -> None:
    subscriber = sent(identity=Identity(PAT.model_copy(update={"given": "Jos\u00e9"}), MBI)).claim.subscriber

    assert subscriber.name == Person("O'POE", "JOSE")
    assert subscriber.place == Place("7 ELM ROAD", None, "EVANSTON", "IL", "60201")


def test_our_own_reader_finds_the_envelopes_whole() -> None:
    sending = sent()
    text = file_837(HEAD._replace(is_test=False), sending.submitter, sending.receiver, [sending.claim])
    (found,) = transactions(text.encode(), Kind("837", "HC", VERSION, "claims"))

    assert [each.get(2) for each in found.segments if each.name == "CLM"] == ["205"]
    assert sending.claim.charge == Decimal("205.00")


# --- what is not --------------------------------------------------------------------------------------------------


def without(field: str) -> Identity:
    return Identity(PAT.model_copy(update={field: None}), MBI)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"is_clinic": True}, "clinics_bill_otherwise"),
        ({"interchange": None}, "interchange_missing"),
        ({"billing": None}, "billing_details_missing"),
        ({"billing": BILLING.model_copy(update={"signatures_on_file": False})}, "signatures_not_on_file"),
        ({"practice_npi": None}, "practice_npi_missing"),
        ({"insured": (MEDICARE._replace(identity=None),)}, "payer_identity_missing"),
        ({"rendering": None}, "rendering_details_missing"),
        ({"taxonomy": None}, "rendering_details_missing"),
        ({"rendering_npi": None}, "rendering_npi_missing"),
        ({"insured": ()}, "coverage_missing"),
        ({"insured": (PLAN_B,)}, "coverage_missing"),
        ({"insured": (PLAN_B, MEDICARE._replace(coverage=coverage(rank=3)))}, "pays_after_another"),
        ({"identity": Identity(PAT, None)}, "member_missing"),
        ({"identity": Identity(PAT, "1SG4TE5MK73")}, "member_unreadable"),
        ({"identity": without("family")}, "patient_name_missing"),
        ({"identity": without("given")}, "patient_name_missing"),
        ({"identity": without("born_on")}, "patient_birth_missing"),
        ({"identity": without("sex")}, "patient_sex_missing"),
        ({"identity": without("postal")}, "patient_address_missing"),
        ({"event": released(diagnoses=())}, "diagnosis_missing"),
        ({"event": released(frequency="7", replaces=opaque("cl", 8))}, "payer_number_missing"),
        ({"event": released(frequency="8", replaces=opaque("cl", 8))}, "payer_number_missing"),
        ({"identity": Identity(PAT.model_copy(update={"family": "\u041f"}), MBI)}, "letters_not_writable"),
        ({"identity": Identity(PAT.model_copy(update={"family": "P" * 61}), MBI)}, "words_too_long"),
    ],
)
def test_one_thing_missing_is_named_and_no_claim_is_made(changes: dict[str, Any], code: str) -> None:
    assert lacks(**changes) == [code]


def test_everything_that_is_missing_is_said_at_once() -> None:
    assert lacks(interchange=None, rendering=None, identity=Identity(Demographics(), None)) == [
        *("interchange_missing", "rendering_details_missing", "member_missing", "patient_name_missing"),
        *("patient_birth_missing", "patient_sex_missing", "patient_address_missing"),
    ]


# --- addresses on one line ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "second", "zip_code"),
    [
        ("7 Elm Road, Evanston, IL, 60201", None, "60201"),
        ("7 Elm Road, Apt 2, Evanston, IL, 60201-1234", "Apt 2", "602011234"),
    ],
)
def test_an_address_in_the_form_of_an_import_is_read_in_parts(address: str, second: str | None, zip_code: str) -> None:
    found = postal_of(Demographics(address=address))

    assert found is not None
    assert (found.line, found.second, found.city, found.state) == ("7 Elm Road", second, "Evanston", "IL")
    assert found.zip_code == zip_code


@pytest.mark.parametrize(
    "address",
    [
        "7 Elm Road, Evanston, IL",
        "7 Elm Road, Evanston, QQ, 60201",
        "7 Elm Road, Evanston, IL, 6020",
        "7 Elm Road, Evanston IL 60201",
        ", Evanston, IL, 60201",
        "A, B, C, Evanston, IL, 60201",
    ],
)
def test_an_address_in_any_other_form_is_not_guessed_at(address: str) -> None:
    assert postal_of(Demographics(address=address)) is None


def test_an_address_in_parts_goes_before_one_on_a_line() -> None:
    both = PAT.model_copy(update={"address": "9 Oak Court, Skokie, IL, 60076"})

    assert postal_of(both) == PAT.postal
