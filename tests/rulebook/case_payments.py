"""Cases about what is expected to be paid: codes, who bills, where, who is covered; and the answer to the cent.

`codes` are units by code. What is left out nobody recorded: `sites` (places of service), `price_site`, `qualifying`,
`credential`, `payer`, `qmb`, `indices` (of a locality), `parts` (by code practice expense outside and inside a
facility, and malpractice, which a folder of one's own may bring). Amounts are texts; "none" is no amount. `values` asks
what single rules say on the day.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from ledger.judging.price_inputs import priced_as
from ledger.judging.prices import Price, price_charges
from ledger.judging.shapes import ChargeLine
from ledger.rulebook import Quantity, Reading, Rulebook
from ledger.rulebook.describe import shown_value
from ledger.streams.base import Event
from ledger.streams.patient import CoverageRecorded
from ledger.streams.patient_state import Learned, Patient
from ledger.streams.practice import LocalityRecorded, PolicyAdopted, Practice, Site
from ledger.streams.staff import QualifyingStatusRecorded, Staff
from tests.facts import opaque

_AMOUNTS: Final = (
    "national",
    "schedule",
    "allowed",
    "patient_share",
    "patient_billed",
    "sequestration",
    "medicare_pays",
)
_ASKED: Final = frozenset({*_AMOUNTS, "assumed", "notices", "values"})
KEYS: Final = _ASKED | {
    *("on", "codes", "sites", "price_site", "qualifying", "credential", "payer", "qmb", "indices", "parts"),
}

_Read = tuple[dict[str, Any], Callable[[Rulebook], dict[str, Any]], Callable[[Rulebook], frozenset[str]]]


def payments(case: Mapping[str, Any]) -> _Read:
    """What some codes are expected to pay on a day, step by step, and what had to be assumed."""
    on: date = case["on"]
    expected = {key: case[key] for key in sorted(_ASKED & case.keys())}
    practice, biller, patient = _practice(case), _biller(case), _patient(case)

    def ask(book: Rulebook) -> dict[str, Any]:
        rules = _with_parts(book, case).in_force(on)
        priced = priced_as(patient, practice, biller, f"{on:%Y-%m}", on, rules)
        lines = [ChargeLine(code, units, None) for code, units in case.get("codes", {}).items()]
        price = price_charges(lines, priced, on=on, rules=rules)
        values = {name: rules.get(name) for name in case.get("values", {})}
        shown = {name: "none" if value is None else shown_value(value) for name, value in values.items()}
        return {**_shown(price), "values": shown}

    return expected, ask, lambda _: frozenset()


def _shown(price: Price) -> dict[str, Any]:
    amounts = {name: getattr(price, name) for name in _AMOUNTS}
    return {
        **{name: "none" if amount is None else str(amount) for name, amount in amounts.items()},
        "assumed": list(price.assumed),
        "notices": [found.code for found in price.notices],
    }


def _practice(case: Mapping[str, Any]) -> Practice:
    # Not checked: a case may name a place of service that no list holds, and that none ever will.
    sites = tuple(Site.model_construct(name=place, place_of_service=place) for place in case.get("sites", ()))
    which, first, said = opaque("pr", "office"), date(2015, 1, 1), list[Event]()
    if "price_site" in case:
        said.append(PolicyAdopted(practice=which, policy="price_site", value=case["price_site"], from_on=first))
    if "indices" in case:
        work, expense, malpractice = case["indices"]
        indices = {"gpci_work": work, "gpci_pe": expense, "gpci_mp": malpractice}
        said.append(LocalityRecorded(practice=which, locality="1", from_on=first, cite="a case", **indices))
    return Practice(practice=which, sites=sites, position=1, said=tuple((event, 2) for event in said))


def _biller(case: Mapping[str, Any]) -> Staff:
    who, said = opaque("st", "biller"), list[Event]()
    if "qualifying" in case:
        year = case["on"].year
        said.append(QualifyingStatusRecorded(staff=who, payment_year=year, is_qualifying=case["qualifying"]))
    return Staff(staff=who, credential=case.get("credential"), position=1, said=tuple((event, 2) for event in said))


def _patient(case: Mapping[str, Any]) -> Patient:
    if "payer" not in case and "qmb" not in case:
        return Patient()
    event = CoverageRecorded(
        patient=opaque("pt", "patient"),
        coverage=opaque("cv", "coverage"),
        payer="payer",
        kind=case.get("payer", "medicare_ffs"),
        from_on=date(2014, 1, 1),
        qmb=case.get("qmb", False),
    )
    return Patient(coverages=(Learned(event, 1, datetime(2014, 1, 1, tzinfo=UTC)),))


def _with_parts(book: Rulebook, case: Mapping[str, Any]) -> Rulebook:
    """The rulebook and the parts of relative values that the case brings."""
    if "parts" not in case:
        return book
    brought = [
        _part(f"medicare.pfs.{name}.{code}", Decimal(value))
        for code, values in case["parts"].items()
        for name, value in zip(("rvu_pe_nonfacility", "rvu_pe_facility", "rvu_mp"), values, strict=True)
    ]
    return Rulebook([*book.quantities.values(), *brought], book.sources)


def _part(name: str, value: Decimal) -> Quantity:
    reading = Reading(name, value, "rvu", date(2024, 1, 1), None, None, "a case", "DESIGN", ("CCM-RATE-11",))
    return Quantity(name, "a case", "rvu", "Brought by a case.", "", ("CCM-RATE-11",), (reading,))
