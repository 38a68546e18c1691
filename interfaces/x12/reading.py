"""X12 5010 files as transactions of segments: delimiters out of the ISA, every envelope checked, nothing trusted.

Promise: a file is either read whole or refused with the number of the segment where it stopped making sense; counts and
control numbers of interchange, group and transaction are compared with what stands between; no message repeats a value.
Line breaks behind and inside of segments are no content. Several interchanges, groups and transactions may follow each
other, each interchange with delimiters of its own. Not promised: that segments stand in the order of the
implementation guide; the readers of each kind ask for what they need.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from interfaces.importing.reading import refused
from ledger.terms.outcome import Refused

FILE_BYTES_MAX: Final = 128 * 1024 * 1024
SEGMENT_CHARS_MAX: Final = 10_000
ELEMENT_CHARS_MAX: Final = 1_000
ELEMENTS_MAX: Final = 100
_ISA_CHARS: Final = 106
_ISA_WIDTHS: Final = (3, 2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1)
_NAME: Final = re.compile(r"[A-Z][A-Z0-9]{1,2}", re.ASCII)
_COUNT: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f]")


class Malformed(Exception):
    """A file that is not what it says it is; `refusal` says where and what to do."""

    def __init__(self, refusal: Refused) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


class Kind(NamedTuple):
    """A kind of transaction: what ST, GS and their version say of it."""

    transaction: str
    group: str
    version: str
    words: str


class Segment(NamedTuple):
    """One segment with its number in the file, counted from 1; its name is its first element."""

    number: int
    elements: list[str]

    @property
    def name(self) -> str:
        """Its identifier, such as CLP."""
        return self.elements[0]

    def get(self, place: int) -> str:
        """An element by its number, trimmed; empty where it is not there."""
        return self.elements[place].strip() if place < len(self.elements) else ""


class Transaction(NamedTuple):
    """What stands between ST and SE, without the two."""

    number: int
    """Counted from 1 in the file."""
    begins: Segment
    ends: Segment
    segments: list[Segment]
    component: str
    """What parts the components of an element."""


class _Delimiters(NamedTuple):
    element: str
    component: str
    terminator: str
    repetition: str


def malformed(happened: str, at: Segment | int | None = None, code: str = "x12_malformed") -> Malformed:
    """The refusal of a file, with the segment at which it stopped making sense."""
    if at is None:
        return Malformed(refused(code, happened))
    where = f"Segment {at.number} ({at.name})" if isinstance(at, Segment) else f"Segment {at}"
    return Malformed(refused(code, f"{where}: {happened}"))


def transactions(content: bytes, kind: Kind) -> list[Transaction]:
    """All transactions of a file of one kind; raises Malformed where any part of it is not as it must be."""
    found: list[Transaction] = []
    reader = _Envelopes(_segments(_text(content)), kind)
    while reader.interchange(found):
        pass
    return found


def _text(content: bytes) -> str:
    if not content.removeprefix(_BYTE_ORDER_MARK).strip():
        raise malformed("The file holds nothing.", code="file_empty")
    if len(content) > FILE_BYTES_MAX:
        raise malformed(f"The file is longer than {FILE_BYTES_MAX:,} bytes.", code="x12_too_large")
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise malformed("The file is UTF-16.", code="encoding_not_utf8")
    if b"\x00" in content:
        raise malformed(f"The file holds a NUL at its byte {content.index(0) + 1}.", code="nul_byte")
    # Names in a file may come in more than one code; what is used of it is ASCII, and is checked to be.
    return content.removeprefix(_BYTE_ORDER_MARK).decode("latin-1")


class _Placed(NamedTuple):
    segment: Segment
    delimiters: _Delimiters


def _segments(text: str) -> Iterator[_Placed]:
    """The segments of all interchanges, in order; an ISA says by which delimiters those behind it are parted."""
    at, number, length = 0, 0, len(text)
    delimiters: _Delimiters | None = None
    while True:
        while at < length and text[at] in "\r\n \t":
            at += 1
        if at == length:
            return
        number += 1
        if delimiters is None:
            delimiters = _delimiters(text[at : at + _ISA_CHARS], number)
        end = text.find(delimiters.terminator, at, at + SEGMENT_CHARS_MAX + 1)
        if end < 0:
            if length - at > SEGMENT_CHARS_MAX:
                raise malformed(f"it is longer than {SEGMENT_CHARS_MAX:,} characters.", number, "x12_too_large")
            raise malformed("the file ends within it.", number)
        segment = Segment(number, _elements(text[at:end], number, delimiters))
        yield _Placed(segment, delimiters)
        at = end + 1
        if segment.name == "IEA":
            delimiters = None


def _delimiters(isa: str, number: int) -> _Delimiters:
    if not isa.startswith("ISA"):
        raise malformed("an interchange begins with ISA, and this does not.", number)
    if len(isa) < _ISA_CHARS:
        raise malformed("the file ends within it.", number)
    element, component, terminator, repetition = isa[3], isa[104], isa[105], isa[82]
    apart = {element, component, terminator}
    if len(apart) < 3 or repetition in apart or any(each.isalnum() or each == " " for each in apart):
        raise malformed("its delimiters are no three different marks.", number)
    widths = tuple(len(each) for each in isa[:105].split(element))
    if widths != _ISA_WIDTHS:
        raise malformed("its elements do not have their fixed lengths.", number)
    return _Delimiters(element, component, terminator, repetition)


def _elements(raw: str, number: int, delimiters: _Delimiters) -> list[str]:
    if "\n" in raw or "\r" in raw:
        raw = raw.replace("\r", "").replace("\n", "")
    elements = raw.split(delimiters.element)
    if not _NAME.fullmatch(elements[0]):
        raise malformed("it has no name of two or three capitals and digits.", number)
    if len(elements) > ELEMENTS_MAX or (len(raw) > ELEMENT_CHARS_MAX and max(map(len, elements)) > ELEMENT_CHARS_MAX):
        raise malformed("it has more or longer elements than any segment.", number, "x12_too_large")
    # Letters of other languages are no fault: names are passed over.
    if not raw.isprintable() and set(_CONTROLS.findall(raw)) - set(delimiters):
        raise malformed("it holds a control character.", number)
    return elements


class _Envelopes:
    """Interchange, group and transaction, each with its trailer."""

    def __init__(self, segments: Iterator[_Placed], kind: Kind) -> None:
        self._segments = segments
        self._kind = kind
        self._last = 0
        self._component = ""

    def interchange(self, found: list[Transaction]) -> bool:
        """Read one interchange; False where the file is over."""
        placed = next(self._segments, None)
        if placed is None:
            return False
        isa, self._component, self._last = placed.segment, placed.delimiters.component, placed.segment.number
        if isa.get(12) != "00501":
            raise malformed("the interchange is not of version 00501.", isa, "x12_not_expected")
        if isa.get(15) != "P":
            raise malformed("the interchange says that it is a test.", isa, "x12_not_expected")
        groups = 0
        while (segment := self._next(isa)).name != "IEA":
            if segment.name == "TA1":
                continue
            self._group(segment, found)
            groups += 1
        _closes(segment, groups, isa.get(13), "interchange", "groups")
        return True

    def _group(self, gs: Segment, found: list[Transaction]) -> None:
        kind = self._kind
        if gs.name != "GS":
            raise malformed("a group begins with GS.", gs)
        if gs.get(1) != kind.group or gs.get(8) != kind.version:
            raise malformed(f"the group is not of {kind.words}.", gs, "x12_not_expected")
        count = 0
        while (segment := self._next(gs)).name != "GE":
            found.append(self._transaction(segment, len(found) + 1))
            count += 1
        _closes(segment, count, gs.get(6), "group", "transactions")

    def _transaction(self, st: Segment, number: int) -> Transaction:
        kind = self._kind
        if st.name != "ST":
            raise malformed("a transaction begins with ST.", st)
        if st.get(1) != kind.transaction or st.get(3) not in ("", kind.version):
            raise malformed(f"the transaction is not {kind.words}.", st, "x12_not_expected")
        segments: list[Segment] = []
        while (segment := self._next(st)).name != "SE":
            if segment.name in ("ISA", "IEA", "GS", "GE", "ST"):
                raise malformed(f"the transaction that began at segment {st.number} has no SE.", segment)
            segments.append(segment)
        _closes(segment, len(segments) + 2, st.get(2), "transaction", "segments")
        return Transaction(number, st, segment, segments, self._component)

    def _next(self, opened: Segment) -> Segment:
        placed = next(self._segments, None)
        if placed is None:
            raise malformed(f"the file ends before what {opened.name} opened is closed.", opened)
        return placed.segment


def _closes(trailer: Segment, count: int, number: str, what: str, of: str) -> None:
    """Whether a trailer counts what it closes, under the same control number."""
    said = trailer.get(1)
    if not _COUNT.fullmatch(said) or int(said) != count:
        raise malformed(f"the {what} holds {count:,} {of}, and its trailer counts another number.", trailer)
    if not number or trailer.get(2) != number:
        raise malformed(f"the {what} has one control number in its header and another in its trailer.", trailer)
