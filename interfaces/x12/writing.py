"""X12 as bytes: segments with their separators, and the envelopes around them with counts and control numbers.

Promise: what is written can be read back. Text is put into the basic character set (capitals, digits, plain marks):
accents are taken off, a separator within words becomes a space, and a letter that has no plain form is refused as
Unwritable, never dropped. Counts are counted here; control numbers and the instant are handed in. Not promised: that
a receiver takes the content.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal, NamedTuple

ELEMENT: Final = "*"
COMPONENT: Final = ":"
REPEAT: Final = "^"
END: Final = "~"
VERSION: Final = "00501"
CONTROL_MAX: Final = 999_999_999

_BASIC: Final = re.compile(r"[A-Z0-9!\"&'()+,\-./;?= ]*")
_SEPARATORS: Final = str.maketrans(dict.fromkeys("*:^~", " "))
_LETTERS: Final = str.maketrans(
    {"\u00c6": "AE", "\u00d8": "O", "\u0110": "D", "\u00d0": "D", "\u00de": "TH", "\u0141": "L", "\u0152": "OE"}
)
"""Latin letters that are no letter with a mark: ash, slashed o, crossed d, eth, thorn, crossed l, ethel."""
_MARKS: Final = str.maketrans(
    dict.fromkeys("\u2018\u2019\u02bc\u0060\u00b4", "'")
    | dict.fromkeys("\u201c\u201d", '"')
    | dict.fromkeys("\u2010\u2011\u2013\u2014", "-")
)
"""Apostrophes, quotation marks and dashes as people and word processors write them."""
_SPACES: Final = re.compile(r"\s+")

Element = str | tuple[str, ...]
"""An element, or a composite by its components."""
Segment = tuple[Element, ...]
"""A segment: its name, then its elements."""


class Unwritable(ValueError):
    """Words that have no form in the basic character set, or are too long for their element; `why` says which."""

    def __init__(self, why: Literal["letters", "length", "empty"]) -> None:
        super().__init__(why)
        self.why = why


class Correspondent(NamedTuple):
    """One end of an interchange: the kind of its number, the number, and what the group within calls it."""

    qualifier: str
    number: str
    code: str


class Head(NamedTuple):
    """What stands in the outer envelope."""

    sender: Correspondent
    receiver: Correspondent
    at: datetime
    control: int
    """The number of the interchange, and of the group within."""
    is_test: bool


class Group(NamedTuple):
    """Transaction sets of one kind: function, the guide's version, the set's number, and the segments of each."""

    function: str
    version: str
    kind: str
    sets: tuple[tuple[Segment, ...], ...]


def words(text: str, most: int, *, cut: bool = False) -> str:
    r"""Words as an element of at most `most` characters takes them; what is longer is cut, or refused.

    Raises Unwritable. Example: "Jos\u00e9 O'Hara*" -> "JOSE O'HARA".
    """
    plain = _plain(text)
    if not _BASIC.fullmatch(plain):
        raise Unwritable("letters")
    if not plain:
        raise Unwritable("empty")
    if len(plain) > most and not cut:
        raise Unwritable("length")
    return plain[:most].rstrip()


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.translate(_MARKS))
    bare = "".join(each for each in apart if not unicodedata.combining(each))
    return _SPACES.sub(" ", bare.upper().translate(_LETTERS).translate(_SEPARATORS)).strip()


def amount(value: Decimal) -> str:
    """An amount without needless digits: 85, 85.5, 66.13; below zero with its sign."""
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("", "-0") else text


def written(segment: Segment) -> str:
    """One segment with its separators; empty elements at its end are left out. Raises Unwritable."""
    elements = [_element(element) for element in segment]
    while elements and not elements[-1]:
        elements.pop()
    return ELEMENT.join(elements) + END


def _element(element: Element) -> str:
    parts = (element,) if isinstance(element, str) else element
    if not all(_BASIC.fullmatch(part) for part in parts):
        raise Unwritable("letters")
    return COMPONENT.join(parts).rstrip(COMPONENT)


def interchange(head: Head, groups: Sequence[Group]) -> str:
    """A whole interchange: ISA to IEA, every group and set with its counts. Raises Unwritable."""
    assert 1 <= head.control <= CONTROL_MAX, "a control number has nine digits"
    number = f"{head.control:09}"
    body = "".join(_group(head, group, head.control + at) for at, group in enumerate(groups))
    return f"{_isa(head, number)}{body}{written(('IEA', str(len(groups)), number))}"


def _isa(head: Head, number: str) -> str:
    """The only segment of fixed width: it also says which characters are separators."""
    sender, receiver = head.sender, head.receiver
    elements = (
        *("ISA", "00", " " * 10, "00", " " * 10),
        *(sender.qualifier, f"{sender.number:15}", receiver.qualifier, f"{receiver.number:15}"),
        *(f"{head.at:%y%m%d}", f"{head.at:%H%M}", REPEAT, VERSION, number, "0", "T" if head.is_test else "P"),
    )
    text = ELEMENT.join((*elements, COMPONENT)) + END
    assert len(text) == 106, "an ISA segment has 106 characters"
    return text


def _group(head: Head, group: Group, control: int) -> str:
    opening: Segment = (
        *("GS", group.function, head.sender.code, head.receiver.code),
        *(f"{head.at:%Y%m%d}", f"{head.at:%H%M}", str(control), "X", group.version),
    )
    sets = (_set(group, segments, f"{at:04}") for at, segments in enumerate(group.sets, start=1))
    return "".join((written(opening), *sets, written(("GE", str(len(group.sets)), str(control)))))


def _set(group: Group, segments: Iterable[Segment], number: str) -> str:
    # A remittance is the one kind whose header does not repeat the version.
    version = "" if group.kind == "835" else group.version
    body = [written(("ST", group.kind, number, version)), *map(written, segments)]
    return "".join((*body, written(("SE", str(len(body) + 1), number))))
