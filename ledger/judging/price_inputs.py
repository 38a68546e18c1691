"""What a month's price depends on and no rule says: site, QP status, credential, payer, QMB, locality.

Each is taken from a fact where there is one, with its position, and is assumed otherwise, by the rulebook's own
default. Promise: nothing here moves a verdict. Not promised: that the claim will say the same; the place of service
of a claim and the enrolment of the biller are not known here.
"""

from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from ledger.judging.prices import Gpci, Price, PricedAs, PriceInput, percent_reading, price_charges
from ledger.judging.shapes import Verdict
from ledger.judging.site import CLINICS, own_name, site_of
from ledger.judging.window import window_of
from ledger.rulebook import Rulebook, Rules
from ledger.rulebook.views import base_name
from ledger.streams.care_month import Family
from ledger.streams.patient import CoverageRecorded
from ledger.streams.patient_state import Patient
from ledger.streams.practice import Practice
from ledger.streams.staff import Staff
from ledger.terms.calendar import first_day, last_day

_PRICING: Final = "medicare.pfs.pricing"
_YES_NO: Final = {True: "yes", False: "no"}


class MonthPrices(NamedTuple):
    """The prices of a month: of the codes that it bills, and of every family that it could bill."""

    billing: Price | None
    """None where the month bills nothing yet."""
    families: tuple[tuple[Family, Price], ...]


def price_month(
    verdict: Verdict, rulebook: Rulebook, *, patient: Patient, practice: Practice | None, biller: Staff | None
) -> MonthPrices:
    """What a judged month is expected to pay, family by family; `practice` and `biller` are those of the verdict.

    Reads: as priced_as and price_charges, by the rules of the date of service.
    """
    on = verdict.date_of_service
    rules = rulebook.in_force(on)
    priced = priced_as(patient, practice, biller, verdict.month, on, rules)
    families = tuple(
        (result.family, price_charges(result.lines, priced, on=on, rules=rules))
        for result in verdict.families
        if result.is_available
    )
    billing = dict(families).get(verdict.family) if verdict.family is not None else None
    return MonthPrices(billing, families)


def price_billing(
    verdict: Verdict, rulebook: Rulebook, *, patient: Patient, practice: Practice | None, biller: Staff | None
) -> Price | None:
    """The price of the family that bills alone, as `price_month` has it; None where the month bills nothing.

    Reads: as price_month.
    """
    if not verdict.charges:
        return None
    on = verdict.date_of_service
    rules = rulebook.in_force(on)
    priced = priced_as(patient, practice, biller, verdict.month, on, rules)
    return price_charges(verdict.charges, priced, on=on, rules=rules)


def priced_as(
    patient: Patient,
    practice: Practice | None,
    biller: Staff | None,
    month: str,
    on: date,
    rules: Rules,
    place: str | None = None,
) -> PricedAs:
    """What a month's services of a day are priced by, each input with where it was learned or why it is assumed.

    `place` is the place of service of the claim, where one was released.

    Reads: medicare.pfs.pricing.facility_places, .office_places, .facility_unless_told, .qp_unless_told,
    .percent_unless_known, medicare.pfs.practitioner_percent, medicare.ccm.rhc.capabilities (CCM-RATE-10, -11, -13,
    CCM-CLAIM-05, CCM-PAY-03, CCM-G0511-04).
    """
    site = site_of(practice, on, rules, place)
    status = _status(biller, on, rules)
    payer, qmb, is_medicare = _coverage(patient, month, on)
    gpci, locality = _locality(practice, on)
    credential = biller.credential if biller is not None else None
    return PricedAs(
        is_facility=site.value == "facility",
        is_qualifying=status.value == "yes",
        credential=credential,
        gpci=gpci,
        is_medicare=is_medicare,
        is_qmb=qmb.value == "yes",
        clinic_by=CLINICS if site.value == "health_center" else None,
        inputs=(site, status, _credential(biller, rules), payer, qmb, locality),
    )


def _status(biller: Staff | None, on: date, rules: Rules) -> PriceInput:
    said = biller.qualifying(on.year) if biller is not None else None
    if said is not None:
        says = f"recorded of whoever bills for payment year {on.year}"
        return PriceInput("qualifying_participant", _YES_NO[said[0]], said[1], says)
    name = f"{_PRICING}.qp_unless_told"
    why = f"nothing is on record for payment year {on.year}"
    return PriceInput("qualifying_participant", _YES_NO[bool(rules.get(name))], None, why, own_name(rules, name))


def _credential(biller: Staff | None, rules: Rules) -> PriceInput:
    """The percent of whoever bills, by the credential on record."""
    credential = biller.credential if biller is not None else None
    reading = percent_reading(credential, rules)
    readings = (reading.name,) if reading is not None else ()
    if biller is None or not biller.is_registered:
        return PriceInput("credential", "none", None, "nobody is designated, or is not on record", readings)
    if reading is None or base_name(reading.name).endswith(f".{credential}"):
        return PriceInput("credential", credential or "none", biller.position, "registered of whoever bills", readings)
    why = "no percent is known for the credential of whoever bills" if credential else "no credential is on record"
    return PriceInput("credential", credential or "none", None, why, readings)


def _coverage(patient: Patient, month: str, on: date) -> tuple[PriceInput, PriceInput, bool]:
    """Who pays, whether the patient is a QMB, and whether Medicare FFS pays, by the coverage of the month.

    A QMB is a QMB whichever coverage on the day says so: billing the share in error is the worse of the two errors.
    """
    window = window_of(patient, first_day(month), last_day(month))
    coverage = window.coverage
    if coverage is None:
        payer = PriceInput("payer", "medicare_ffs", None, "no coverage is on file for the month")
    else:
        payer = PriceInput("payer", coverage.kind, _position(patient, coverage), "coverage on file for the month")
    held = [c for c in window.on_file if c.from_on <= on and (c.until_on is None or on <= c.until_on)]
    spoken = next((c for c in held if c.qmb), coverage if coverage in held else None)
    if spoken is None:
        qmb = PriceInput("qmb", "no", None, "no coverage is on file for the day")
    else:
        qmb = PriceInput("qmb", _YES_NO[spoken.qmb], _position(patient, spoken), "coverage on file for the day")
    return payer, qmb, coverage is None or coverage.kind == "medicare_ffs"


def _position(patient: Patient, coverage: CoverageRecorded) -> int:
    return max(known.position for known in patient.coverages if known.event.coverage == coverage.coverage)


def _locality(practice: Practice | None, on: date) -> tuple[Gpci | None, PriceInput]:
    found = practice.locality(on) if practice is not None else None
    if found is None:
        return None, PriceInput("locality", "national", None, "no locality is on record")
    event, position = found
    gpci = Gpci(event.locality, Decimal(event.gpci_work), Decimal(event.gpci_pe), Decimal(event.gpci_mp))
    says = f"work {event.gpci_work}, practice expense {event.gpci_pe}, malpractice {event.gpci_mp}; {event.cite}"
    return gpci, PriceInput("locality", event.locality, position, says)
