"""A file of FHIR R4 as one patient's chart: bytes in, the Patient and its resources out, or why the file is refused.

Promise: a chart has exactly one Patient; a resource that names another patient does not get in; reading never raises,
whatever the bytes. Not promised: that a resource holds what FHIR asks for; the readers of resources look at that.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from interfaces.importing.reading import Unread, refused
from ledger.terms.digests import document_digest
from ledger.terms.outcome import Refused

SIZE_MAX: Final = 50 * 1024 * 1024
"""Bytes of a file, which is held in memory as a whole."""

_BUNDLES: Final = frozenset({"transaction", "batch", "collection", "document", "searchset"})
_ID: Final = re.compile(r"^[A-Za-z0-9.\-]{1,64}$")
_ESCAPED_NUL: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_UUID_URL: Final = re.compile(r"^urn:uuid:([0-9A-Fa-f\-]{36})$")

Resource = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One resource of a bundle: its place (from 1), type, id, content, and a digest of the content."""

    place: int
    kind: str
    id: str
    content: Resource
    digest: str
    """SHA-256 of the resource as JSON with sorted keys and no blanks: the same in every export that leaves it alone."""


@dataclass(frozen=True, slots=True)
class Chart:
    """One patient's file: its digest, the Patient, the other resources in the file's order, and what it refers to."""

    digest: str
    patient: Entry
    entries: tuple[Entry, ...]
    by_reference: Mapping[str, Entry]

    def named(self, reference: Any) -> Entry | None:
        """The resource of this file that a Reference names, or None."""
        text = as_text(as_dict(reference).get("reference"))
        return self.by_reference.get(text) if text else None

    def is_about_patient(self, resource: Resource) -> bool:
        """Whether the resource's subject (or patient) is the Patient of this chart."""
        named = self.named(resource.get("subject") or resource.get("patient"))
        return named is not None and named.place == self.patient.place

    def of_kind(self, kind: str) -> Iterator[Entry]:
        """The resources of one type, in the file's order."""
        return (entry for entry in self.entries if entry.kind == kind)


def read_chart(content: bytes) -> tuple[Chart | None, tuple[Unread, ...]]:
    """The chart that a file holds, and the refusals of the file (then there is no chart) or of single entries."""
    bundle = _bundle(content)
    if isinstance(bundle, Unread):
        return None, (bundle,)
    raws = as_list(bundle.get("entry"))
    if (wrong := _wrong_patients(raws)) is not None:
        return None, (wrong,)
    entries: list[Entry] = []
    references: dict[str, Entry] = {}
    unread: list[Unread] = []
    for place, raw in enumerate(raws, start=1):
        found = _entry(place, raw)
        if isinstance(found, Unread):
            unread.append(found)
        elif f"{found.kind}/{found.id}" in references:
            unread.append(Unread(place, refused("resource_repeated", f"A second {found.kind} has the same id.")))
        else:
            entries.append(found)
            references |= dict.fromkeys(_names(found, as_dict(raw)), found)
    patient = next((entry for entry in entries if entry.kind == "Patient"), None)
    if patient is None:
        return None, (Unread(0, refused("bundle_without_patient", "The bundle's Patient cannot be read.")), *unread)
    others = tuple(entry for entry in entries if entry.kind != "Patient")
    return Chart(document_digest(content), patient, others, references), tuple(unread)


def _wrong_patients(raws: list[Any]) -> Unread | None:
    """The refusal of a bundle with no Patient or with more; two entries of one id leave open which of them holds."""
    count = sum(1 for raw in raws if _kind(as_dict(raw).get("resource")) == "Patient")
    if count == 0:
        return Unread(0, refused("bundle_without_patient", "The bundle holds no Patient."))
    return Unread(0, refused("bundle_of_two_patients", f"The bundle holds {count} Patients.")) if count > 1 else None


def as_dict(value: Any) -> Mapping[str, Any]:
    """The value where it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """The value where it is an array, else an empty one."""
    return value if isinstance(value, list) else []


def as_text(value: Any) -> str | None:
    """The value where it is a text with something in it, without the blanks around it."""
    return (value.strip() or None) if isinstance(value, str) else None


def _bundle(content: bytes) -> Mapping[str, Any] | Unread:
    if len(content) > SIZE_MAX:
        return Unread(0, refused("file_too_large", "The file is larger than 50 MiB."))
    if not content.strip():
        return Unread(0, refused("file_empty", "The file is empty."))
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return Unread(0, _of_file("encoding_not_utf8", "The file is UTF-16."))
    content = content.removeprefix(b"\xef\xbb\xbf")
    # In JSON a NUL can also be written as an escape; neither is part of any text of a chart.
    if b"\x00" in content or _ESCAPED_NUL.search(content):
        return Unread(0, _of_file("nul_byte", "The file holds a NUL."))
    try:
        parsed = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        return Unread(0, _not_json(content, str(error)))
    if (twice := _field_twice(content)) is not None:
        return Unread(0, twice)
    if not isinstance(parsed, dict) or parsed.get("resourceType") != "Bundle" or parsed.get("type") not in _BUNDLES:
        return Unread(0, refused("not_a_bundle", "The file is JSON, and no bundle that holds a chart."))
    return parsed


def _not_json(content: bytes, error: str) -> Refused:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as wrong:
        return _of_file("encoding_not_utf8", f"The file is not UTF-8 from its byte {wrong.start + 1} on.")
    if "depth" in error.lower() or "recursion" in error.lower():
        return _too_deep()
    # The parser's message ends with the place and quotes nothing of the file.
    return refused("json_malformed", f"The file is not JSON: {error}.")


def _entry(place: int, raw: Any) -> Entry | Unread:
    resource = as_dict(as_dict(raw).get("resource"))
    kind = _kind(resource)
    if kind is None:
        return Unread(place, refused("resource_unreadable", "The entry holds no resource with a type."))
    url = _UUID_URL.match(as_text(as_dict(raw).get("fullUrl")) or "")
    number = resource.get("id", url.group(1) if url else None)
    if not isinstance(number, str) or not _ID.match(number):
        return Unread(place, refused("resource_unreadable", f"The {kind} has no id, or one that FHIR does not allow."))
    try:
        canonical = orjson.dumps(resource, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        return Unread(place, refused("nested_too_deeply", f"The {kind} is nested deeper than 254 levels."))
    return Entry(place, kind, number, resource, document_digest(canonical))


def _kind(resource: Any) -> str | None:
    kind = as_dict(resource).get("resourceType")
    return kind if isinstance(kind, str) and kind.isascii() and kind.isalpha() and len(kind) <= 64 else None


def _names(entry: Entry, raw: Mapping[str, Any]) -> Iterator[str]:
    yield f"{entry.kind}/{entry.id}"
    yield f"urn:uuid:{entry.id}"
    if url := as_text(raw.get("fullUrl")):
        yield url


def _field_twice(content: bytes) -> Refused | None:
    """The refusal of a file in which an object gives one field twice: a parser would keep the last and say nothing."""
    try:
        json.loads(content, object_pairs_hook=_no_field_twice)
    except _Twice:
        return _of_file("field_repeated", "An object of the file gives one field twice.")
    except RecursionError:
        return _too_deep()
    return None


class _Twice(Exception):
    """An object gives one field twice."""


def _no_field_twice(pairs: list[tuple[str, Any]]) -> None:
    # What the object holds was read already; only its names are looked at.
    if len({name for name, _ in pairs}) != len(pairs):
        raise _Twice


def _too_deep() -> Refused:
    return _of_file("nested_too_deeply", "The file is nested deeper than 1,024 levels.")


def _of_file(code: str, happened: str) -> Refused:
    """A refusal whose remedy speaks of lines elsewhere, for a file that is exported as a whole."""
    return refused(code, happened)._replace(remedy="Export the chart again, as one bundle in UTF-8 JSON.")
