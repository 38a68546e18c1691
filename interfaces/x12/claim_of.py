"""From what the ledger knows to a claim that can be sent, or to everything that it lacks.

Promise: pure; never half a claim: everything that is missing is said at once. Names and addresses are put into the
plain form of a file, and a word that cannot be is named by its kind alone. Not promised: that a payer agrees.
"""

import re
from collections.abc import Iterable
from datetime import date
from typing import Final, Literal, NamedTuple

from interfaces.x12.claim_shapes import (
    BillingProvider,
    ClaimToSend,
    Facility,
    Line,
    Person,
    Place,
    Plan,
    Receiver,
    Rendering,
    Submitter,
    Subscriber,
)
from interfaces.x12.lacking import Lack, in_order
from interfaces.x12.writing import Unwritable, words
from ledger.streams.billing import (
    BillingDetailsRecorded,
    InterchangeRecorded,
    PayerIdentityRecorded,
    PracticeAddress,
    RenderingWords,
)
from ledger.streams.claims import ClaimReleased
from ledger.streams.patient import CoverageRecorded, Demographics, PostalAddress
from ledger.terms.people import as_mbi, is_mbi
from ledger.terms.postal import STATE_SHAPE

NAME_MAX: Final = 60
GIVEN_MAX: Final = 35
LINE_MAX: Final = 55
CITY_MAX: Final = 30
NUMBER_MAX: Final = 80
_SEXES: Final[dict[str, Literal["F", "M", "U"]]] = {"female": "F", "male": "M", "other": "U", "unknown": "U"}
_WHY: Final = {"letters": "letters_not_writable", "length": "words_too_long", "empty": "letters_not_writable"}
_ZIP: Final = re.compile(r"([0-9]{5})(?:-?([0-9]{4}))?")
_STATE: Final = re.compile(STATE_SHAPE)


class Insured(NamedTuple):
    """A coverage in force with the patient's number in it, and how its payer takes claims."""

    coverage: CoverageRecorded
    member: str | None
    identity: PayerIdentityRecorded | None


class Identity(NamedTuple):
    """Who the patient is: of every part the newest that was said, and the newest MBI."""

    demographics: Demographics
    mbi: str | None


class Known(NamedTuple):
    """Everything that the ledger knows for one claim; None is what it does not."""

    event: ClaimReleased
    payer_number: str | None
    interchange: InterchangeRecorded | None
    billing: BillingDetailsRecorded | None
    tin: str
    practice_npi: str | None
    rendering: RenderingWords | None
    taxonomy: str | None
    rendering_npi: str | None
    identity: Identity
    insured: tuple[Insured, ...]
    """Of the date of service, those of a lower rank first."""
    is_clinic: bool = False
    """Whether the practice attests that it was a health center on the date of service."""


class Sending(NamedTuple):
    """A claim with who sends it and who takes it."""

    claim: ClaimToSend
    submitter: Submitter
    receiver: Receiver
    is_test: bool


def sending_of(known: Known) -> Sending | tuple[Lack, ...]:
    """The claim as it can be sent, or everything that it lacks, in order."""
    lacks = _missing(known)
    try:
        if not lacks:
            return _sending(known)
    except Unwritable as fault:
        lacks.add(_WHY[fault.why])
    return in_order(lacks)


def _missing(known: Known) -> set[str]:
    """What is not on record."""
    demographics = known.identity.demographics
    insured = paying(known)
    there = {
        "clinics_bill_otherwise": not known.is_clinic,
        "interchange_missing": known.interchange is not None,
        "billing_details_missing": known.billing is not None,
        "signatures_not_on_file": known.billing is None or known.billing.signatures_on_file,
        "practice_npi_missing": known.practice_npi is not None,
        "payer_identity_missing": insured is None or insured.identity is not None,
        "rendering_details_missing": known.rendering is not None and known.taxonomy is not None,
        "rendering_npi_missing": known.rendering_npi is not None,
        "coverage_missing": insured is not None,
        "pays_after_another": insured is None or insured.coverage.rank <= known.insured[0].coverage.rank,
        "member_missing": insured is None or member_of(insured, known.identity) is not None,
        "member_unreadable": insured is None or _is_readable(insured, known.identity),
        "patient_name_missing": bool(demographics.family and demographics.given),
        "patient_birth_missing": demographics.born_on is not None,
        "patient_sex_missing": demographics.sex in _SEXES,
        "patient_address_missing": postal_of(demographics) is not None,
        "diagnosis_missing": bool(known.event.diagnoses),
        "payer_number_missing": known.event.frequency == "1" or known.payer_number is not None,
    }
    return {code for code, is_there in there.items() if not is_there}


def paying(known: Known) -> Insured | None:
    """The coverage by the claim's payer."""
    return next((each for each in known.insured if each.coverage.payer == known.event.payer), None)


def member_of(insured: Insured, identity: Identity) -> str | None:
    """The patient's number with a payer: with Medicare the MBI, where the coverage itself gives none."""
    is_medicare = insured.coverage.kind == "medicare_ffs"
    member = insured.member or (identity.mbi if is_medicare else None)
    return as_mbi(member) if member and is_medicare else member


def _is_readable(insured: Insured, identity: Identity) -> bool:
    member = member_of(insured, identity)
    return member is None or insured.coverage.kind != "medicare_ffs" or is_mbi(member)


def postal_of(demographics: Demographics) -> PostalAddress | None:
    """The address in parts: as given, or read from one line in the form of an import, where it has just that form.

    Example: "7 Elm Road, Apt 2, Evanston, IL, 60201-1234".
    """
    if demographics.postal is not None or demographics.address is None:
        return demographics.postal
    parts = [part.strip() for part in demographics.address.split(",")]
    if len(parts) not in (4, 5) or not all(parts):
        return None
    *lines, city, state, code = parts
    found = _ZIP.fullmatch(code)
    if found is None or not _STATE.fullmatch(state) or len(city) < 2:
        return None
    # What is too long is told as such when it is written.
    return PostalAddress.model_construct(
        line=lines[0],
        second=lines[1] if lines[1:] else None,
        city=city,
        state=state,
        zip_code="".join(filter(None, found.groups())),
    )


def _sending(known: Known) -> Sending:
    """The claim, where nothing is missing. Raises Unwritable."""
    exchange, insured = known.interchange, paying(known)
    assert exchange is not None, "asked for before"
    assert insured is not None, "asked for before"
    event = known.event
    claim = ClaimToSend(
        event.control_number,
        _biller(known),
        _subscriber(known.identity.demographics),
        _plan(insured, known.identity),
        _second(known, insured),
        _rendering(known),
        _facility(known.billing),
        event.place_of_service,
        event.frequency,
        known.payer_number if event.frequency != "1" else None,
        event.diagnoses,
        tuple(_lines(event)),
    )
    submitter = Submitter(
        words(exchange.sender_name, NAME_MAX),
        words(exchange.sender_number, NUMBER_MAX),
        words(exchange.contact, NAME_MAX),
        exchange.phone,
    )
    receiver = Receiver(words(exchange.receiver_name, NAME_MAX), words(exchange.receiver_number, NUMBER_MAX))
    return Sending(claim, submitter, receiver, exchange.is_test)


def _biller(known: Known) -> BillingProvider:
    billing = known.billing
    assert billing is not None, "asked for before"
    assert known.practice_npi is not None, "asked for before"
    return BillingProvider(
        words(billing.name, NAME_MAX), known.practice_npi, known.tin, billing.taxonomy, _place(billing.address)
    )


def _place(address: PracticeAddress | PostalAddress) -> Place:
    second = words(address.second, LINE_MAX) if address.second is not None else None
    return Place(words(address.line, LINE_MAX), second, words(address.city, CITY_MAX), address.state, address.zip_code)


def _person(family: str, given: str) -> Person:
    return Person(words(family, NAME_MAX), words(given, GIVEN_MAX))


def _subscriber(demographics: Demographics) -> Subscriber:
    address = postal_of(demographics)
    assert demographics.family is not None, "asked for before"
    assert demographics.given is not None, "asked for before"
    assert demographics.born_on is not None, "asked for before"
    assert demographics.sex is not None, "asked for before"
    assert address is not None, "asked for before"
    name = _person(demographics.family, demographics.given)
    return Subscriber(name, _place(address), demographics.born_on, _SEXES[demographics.sex])


def _plan(insured: Insured, identity: Identity) -> Plan:
    member, payer = member_of(insured, identity), insured.identity
    assert member is not None, "asked for before"
    assert payer is not None, "asked for before"
    return Plan(words(payer.name, NAME_MAX), payer.number, payer.filing, words(member, NUMBER_MAX))


def _second(known: Known, first: Insured) -> Plan | None:
    """The coverage that pays next, where its payer and the patient's number there are on record."""
    behind = (each for each in known.insured if each.coverage.rank > first.coverage.rank)
    second = next(behind, None)
    if second is None or second.identity is None or member_of(second, known.identity) is None:
        return None
    return _plan(second, known.identity)


def _rendering(known: Known) -> Rendering:
    name = known.rendering
    assert name is not None, "asked for before"
    assert known.rendering_npi is not None, "asked for before"
    assert known.taxonomy is not None, "asked for before"
    return Rendering(_person(name.family, name.given), known.rendering_npi, known.taxonomy)


def _facility(billing: BillingDetailsRecorded | None) -> Facility | None:
    facility = billing.facility if billing is not None else None
    if facility is None:
        return None
    return Facility(words(facility.name, NAME_MAX), facility.npi, _place(facility.address))


def _lines(event: ClaimReleased) -> Iterable[Line]:
    first, last = days_of(event)
    for number, line in enumerate(event.lines, start=1):
        yield Line(f"{event.control_number}-{number}", line.code, line.units, line.charge, first, last)


def days_of(event: ClaimReleased) -> tuple[date, date]:
    """The first and the last day that every line of a claim names: one day, or a range where the payer asks for one."""
    return event.first_served_on, event.date_of_service
