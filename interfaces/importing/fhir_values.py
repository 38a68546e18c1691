"""Dates, codes and names as FHIR R4 writes them, in the forms of our commands.

Promise: a partial date stays no date; an instant becomes the day on which it was, in the zone that is given or, without
one, as the source wrote it; a code keeps its system. Reading never raises.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, tzinfo
from typing import Any, Final, NamedTuple

from interfaces.importing.fhir_bundle import Resource, as_dict, as_list, as_text
from ledger.terms.calendar import stored_instant

_PARTIAL: Final = re.compile(r"^\d{4}(-\d{2})?$")
_DAY: Final = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_INSTANT: Final = re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$")

_CODE_SYSTEMS: Final[Mapping[str, str]] = {
    "http://snomed.info/sct": "snomed",
    "http://hl7.org/fhir/sid/icd-10-cm": "icd10cm",
    "http://hl7.org/fhir/sid/icd-9-cm": "icd9cm",
    "http://www.ama-assn.org/go/cpt": "cpt",
    "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets": "hcpcs",
    "urn:oid:2.16.840.1.113883.6.285": "hcpcs",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "rxnorm",
}
_CODE: Final = re.compile(r"^[A-Za-z0-9.\-]{1,32}$")


class Day(NamedTuple):
    """A day, or the reason (a key of REASONS) why there is none."""

    on: date | None
    reason: str = ""


class Coded(NamedTuple):
    """A code with the short name of its system; `other` where we have no name for it."""

    system: str
    code: str


def day(text: Any, zone: tzinfo | None) -> Day:
    """The day of a FHIR date, dateTime or instant."""
    if text is None:
        return Day(None, "date_absent")
    if not isinstance(text, str) or not text.isascii():
        return Day(None, "date_unreadable")
    if _PARTIAL.match(text):
        return Day(None, "date_partial")
    try:
        if _DAY.match(text):
            return Day(date.fromisoformat(text))
        if (at := instant(text)) is not None:
            return Day((at.astimezone(zone) if zone else at).date())
    except (ValueError, OverflowError):
        pass
    return Day(None, "date_unreadable")


def instant(text: Any) -> datetime | None:
    """A FHIR dateTime with time and offset as an instant at its own offset; None for anything else."""
    if not isinstance(text, str) or not text.isascii() or not _INSTANT.match(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def stored(text: Any) -> str | None:
    """A FHIR dateTime with time and offset as a command carries it, in UTC; None for anything else."""
    at = instant(text)
    try:
        return None if at is None else stored_instant(at)
    except OverflowError:
        return None


def codings(concept: Any) -> Iterator[Coded]:
    """The readable codes of a CodeableConcept, in its order."""
    for coding in as_list(as_dict(concept).get("coding")):
        code = as_text(as_dict(coding).get("code"))
        if code and _CODE.match(code):
            yield Coded(_CODE_SYSTEMS.get(as_text(as_dict(coding).get("system")) or "", "other"), code)


def first_of(found: Iterable[Coded], *systems: str) -> str | None:
    """The first code of one of these systems."""
    return next((coded.code for coded in found if coded.system in systems), None)


def words(concept: Any) -> str | None:
    """What a CodeableConcept says in words: its text, else the first display."""
    if text := as_text(as_dict(concept).get("text")):
        return text
    displays = (as_text(as_dict(coding).get("display")) for coding in as_list(as_dict(concept).get("coding")))
    return next((display for display in displays if display), None)


def status_of(resource: Resource, field: str) -> str | None:
    """The code of a status that FHIR gives as a CodeableConcept."""
    return next((coded.code for coded in codings(resource.get(field))), None)


def given_and_family(names: Any) -> tuple[str | None, str | None]:
    """Given and family name of the official name, else of the first."""
    held = [as_dict(name) for name in as_list(names)]
    chosen = next((name for name in held if name.get("use") == "official"), held[0] if held else {})
    given = " ".join(part for part in map(as_text, as_list(chosen.get("given"))) if part)
    return given or None, as_text(chosen.get("family"))


def postal_address(addresses: Any) -> str | None:
    """The first address on one line."""
    first = as_dict(next(iter(as_list(addresses)), None))
    parts = [*as_list(first.get("line")), *(first.get(key) for key in ("city", "state", "postalCode"))]
    return ", ".join(part for part in map(as_text, parts) if part) or None


def phone(telecoms: Any) -> str | None:
    """The first telephone number."""
    numbers = (
        as_text(entry.get("value")) for entry in map(as_dict, as_list(telecoms)) if entry.get("system") == "phone"
    )
    return next((number for number in numbers if number), None)
