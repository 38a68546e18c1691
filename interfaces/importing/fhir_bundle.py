"""A file of FHIR R4 as one patient's chart: bytes in, the Patient and its resources out, or why the file is refused.

Promise: a chart has exactly one Patient; a resource that names another patient does not get in; reading never raises,
whatever the bytes. One entry is parsed at a time and kept as bytes, so that a chart takes a few times its size in
memory, whatever it holds. Not promised: that a resource holds what FHIR asks for; its reader looks at that.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from interfaces.importing.fhir_pieces import PARTS_MAX, Malformed, TooMuch, holds_too_much, pieces_of
from interfaces.importing.reading import Unread, refused
from ledger.terms.digests import document_digest
from ledger.terms.outcome import Refused

SIZE_MAX: Final = 50 * 1024 * 1024
"""Bytes of a file, which are held in memory."""

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
    canonical: bytes
    """The resource as JSON with sorted keys and no blanks; of a kind that nobody reads, an empty one."""
    digest: str
    """SHA-256 of the resource so written: the same in every export that leaves it alone."""

    @property
    def content(self) -> Resource:
        """The resource, parsed anew: as objects it takes ten times the memory and more."""
        parsed: Resource = orjson.loads(self.canonical)
        return parsed


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


class _Wrong(Exception):
    """The file is refused as a whole."""

    def __init__(self, refusal: Refused) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


def read_chart(content: bytes, kinds: frozenset[str] | None = None) -> tuple[Chart | None, tuple[Unread, ...]]:
    """The chart that a file holds, and the refusals of the file (then there is no chart) or of single entries.

    Of resources of other kinds than these, where some are named, the content is not kept.
    """
    try:
        found = list(_entries(content, kinds))
    except _Wrong as wrong:
        return None, (Unread(0, wrong.refusal),)
    count = sum(is_patient for _, is_patient, _ in found)
    if count != 1:
        return None, (Unread(0, _of_patients(count)),)
    entries: list[Entry] = []
    references: dict[str, Entry] = {}
    unread: list[Unread] = []
    for entry, _, url in found:
        if isinstance(entry, Unread):
            unread.append(entry)
        elif f"{entry.kind}/{entry.id}" in references:
            unread.append(Unread(entry.place, refused("resource_repeated", f"A second {entry.kind} has the same id.")))
        else:
            entries.append(entry)
            references |= dict.fromkeys(_names(entry, url), entry)
    patient = next((entry for entry in entries if entry.kind == "Patient"), None)
    if patient is None:
        return None, (Unread(0, refused("bundle_without_patient", "The bundle's Patient cannot be read.")), *unread)
    others = tuple(entry for entry in entries if entry.kind != "Patient")
    return Chart(document_digest(content), patient, others, references), tuple(unread)


def _of_patients(count: int) -> Refused:
    """The refusal of a bundle with no Patient or with more; two entries of one id leave open which of them holds."""
    if count == 0:
        return refused("bundle_without_patient", "The bundle holds no Patient.")
    return refused("bundle_of_two_patients", f"The bundle holds {count} Patients.")


def as_dict(value: Any) -> Mapping[str, Any]:
    """The value where it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """The value where it is an array, else an empty one."""
    return value if isinstance(value, list) else []


def as_text(value: Any) -> str | None:
    """The value where it is a text with something in it, without the blanks around it."""
    return (value.strip() or None) if isinstance(value, str) else None


_Found = tuple[Entry | Unread, bool, str | None]
"""An entry or why it cannot be read, whether it is a Patient, and the URL by which the bundle names it."""


def _entries(content: bytes, kinds: frozenset[str] | None) -> Iterator[_Found]:
    """The entries of a bundle, one parsed at a time. Raises _Wrong."""
    content = _of_text(content)
    try:
        frame, places = pieces_of(content)
        bundle = orjson.loads(frame)
    except TooMuch as much:
        raise _Wrong(refused("file_too_large", f"The bundle holds {much.what}.")) from None
    except Malformed as wrong:
        raise _Wrong(_not_json(content, f"it stops making sense at byte {wrong.at}")) from None
    except orjson.JSONDecodeError as error:
        raise _Wrong(_not_json(content, str(error) if len(frame) == len(content) else error.msg)) from None
    twice = _field_twice(frame)
    is_bundle = isinstance(bundle, dict) and bundle.get("resourceType") == "Bundle" and bundle.get("type") in _BUNDLES
    # A bundle that spells the name of its entries otherwise has them in its frame.
    inside = [] if places else [orjson.dumps(each) for each in as_list(as_dict(bundle).get("entry"))]
    del bundle
    for place, (at, end) in enumerate(places, start=1):
        if holds_too_much(content, at, end):
            happened = f"The entry holds more than {PARTS_MAX:,} values."
            yield Unread(place, refused("resource_unreadable", happened)), False, None
            continue
        raw = content[at:end]
        try:
            parsed = orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            raise _Wrong(_not_json(content, f"entry {place}: {error}")) from None
        twice = twice or _field_twice(raw)
        yield _found(place, parsed, kinds)
    for place, raw in enumerate(inside, start=1):
        yield _found(place, orjson.loads(raw), kinds)
    if twice is not None:
        raise _Wrong(twice)
    if not is_bundle:
        raise _Wrong(refused("not_a_bundle", "The file is JSON, and no bundle that holds a chart."))


def _of_text(content: bytes) -> bytes:
    """The bytes of a file without the mark at its beginning. Raises _Wrong where they cannot be a chart's."""
    if len(content) > SIZE_MAX:
        raise _Wrong(refused("file_too_large", "The file is larger than 50 MiB."))
    if not content or content.isspace():
        raise _Wrong(refused("file_empty", "The file is empty."))
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise _Wrong(_of_file("encoding_not_utf8", "The file is UTF-16."))
    # In JSON a NUL can also be written as an escape; neither is part of any text of a chart.
    if b"\x00" in content or _ESCAPED_NUL.search(content):
        raise _Wrong(_of_file("nul_byte", "The file holds a NUL."))
    return content.removeprefix(b"\xef\xbb\xbf")


def _not_json(content: bytes, error: str) -> Refused:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as wrong:
        return _of_file("encoding_not_utf8", f"The file is not UTF-8 from its byte {wrong.start + 1} on.")
    if "depth" in error.lower() or "recursion" in error.lower():
        return _too_deep()
    # The parser's message ends with the place and quotes nothing of the file.
    return refused("json_malformed", f"The file is not JSON: {error}.")


def _found(place: int, raw: Any, kinds: frozenset[str] | None) -> _Found:
    resource = as_dict(as_dict(raw).get("resource"))
    kind = _kind(resource)
    return _entry(place, raw, resource, kind, kinds), kind == "Patient", as_text(as_dict(raw).get("fullUrl"))


def _entry(place: int, raw: Any, resource: Resource, kind: str | None, kinds: frozenset[str] | None) -> Entry | Unread:
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
    is_kept = kinds is None or kind in kinds
    # A copy, because what orjson writes keeps the 32 KiB into which it was written.
    held = bytes(memoryview(canonical)) if is_kept else b"{}"
    return Entry(place, kind, number, held, document_digest(canonical))


def _kind(resource: Any) -> str | None:
    kind = as_dict(resource).get("resourceType")
    return kind if isinstance(kind, str) and kind.isascii() and kind.isalpha() and len(kind) <= 64 else None


def _names(entry: Entry, url: str | None) -> Iterator[str]:
    yield f"{entry.kind}/{entry.id}"
    yield f"urn:uuid:{entry.id}"
    if url is not None:
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
