"""A reader of 837P files for tests alone, made from nothing of the writer: what a file says, taken apart again."""

from datetime import date
from decimal import Decimal
from typing import Any


def segments_of(text: str) -> list[list[str]]:
    """The segments of a file by their elements, separators as its first segment says."""
    element, end = text[3], text[105]
    return [segment.split(element) for segment in text.split(end) if segment]


def _at(segment: list[str], number: int) -> str:
    return segment[number] if len(segment) > number else ""


def _day(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:8]))


class _Reader:
    def __init__(self, text: str) -> None:
        self.component = text[104]
        self.claims: list[dict[str, Any]] = []
        self.biller: dict[str, Any] = {}
        self.subscriber: dict[str, Any] = {}
        self.claim: dict[str, Any] = {}
        self.line: dict[str, Any] = {}
        self.into: dict[str, Any] = {}
        for segment in segments_of(text):
            read = getattr(self, f"_{segment[0].lower()}", None)
            if read is not None:
                read(segment)

    def _hl(self, segment: list[str]) -> None:
        self.claim = {}
        if segment[3] == "20":
            self.biller = self.into = {}
        else:
            self.subscriber = self.into = {}

    def _nm1(self, segment: list[str]) -> None:
        kind = {"85": "", "IL": "", "PR": "payer", "82": "rendering", "77": "facility"}.get(segment[1])
        if kind is None:
            return
        named = {"name": _at(segment, 3), "given": _at(segment, 4), "number": _at(segment, 9)}
        if self.claim and segment[1] in ("IL", "PR"):
            self.claim["other"][segment[1]] = self.into = named
        elif kind:
            where = self.claim or self.subscriber
            where[kind] = self.into = named
        else:
            self.into.update(named)

    def _sbr(self, segment: list[str]) -> None:
        if self.claim:
            self.claim["other"] = {"filing": _at(segment, 9)}
        else:
            self.subscriber["filing"] = _at(segment, 9)

    def _prv(self, segment: list[str]) -> None:
        where = self.biller if segment[1] == "BI" else self.claim["rendering"]
        where["taxonomy"] = segment[3]

    def _n3(self, segment: list[str]) -> None:
        self.into["place"] = segment[1:]

    def _n4(self, segment: list[str]) -> None:
        self.into["place"] += segment[1:]

    def _dmg(self, segment: list[str]) -> None:
        self.subscriber |= {"born_on": _day(segment[2]), "sex": segment[3]}

    def _ref(self, segment: list[str]) -> None:
        if segment[1] == "EI":
            self.biller["tin"] = segment[2]
        elif segment[1] == "F8":
            self.claim["payer_number"] = segment[2]
        elif segment[1] == "6R":
            self.line["number"] = segment[2]

    def _clm(self, segment: list[str]) -> None:
        place, _, frequency = segment[5].split(self.component)
        self.claim = {"control": segment[1], "charge": Decimal(segment[2]), "place": place, "frequency": frequency}
        self.claim |= {"biller": self.biller, "subscriber": self.subscriber, "lines": [], "other": None}
        self.claims.append(self.claim)

    def _hi(self, segment: list[str]) -> None:
        self.claim["diagnoses"] = [each.split(self.component)[1] for each in segment[1:]]
        self.claim["first"] = segment[1].split(self.component)[0]

    def _sv1(self, segment: list[str]) -> None:
        self.line = {
            "code": segment[1].split(self.component)[1],
            "charge": Decimal(segment[2]),
            "units": int(segment[4]),
            "pointers": segment[7].split(self.component),
        }
        self.claim["lines"].append(self.line)

    def _dtp(self, segment: list[str]) -> None:
        days = segment[3].split("-")
        self.line |= {"first": _day(days[0]), "last": _day(days[-1]), "kind": segment[2]}


def claims_in(text: str) -> list[dict[str, Any]]:
    """Every claim of a file with its biller, subscriber, payer and lines, in the file's order."""
    return _Reader(text).claims
