"""The file of one claim with everything that it rests on: its fields, and the facts in it as facts again.

Format "ccm-ledger bill 1" (docs/bill.md): one JSON object. Promise: what is written is read back equal, and a file of
another shape is BadBill, never half a bill. Not promised: that a byte of it is true, which the offline verifier of
ledger/proof says, nor that it supports the claim, which is judged (bill_judged.py).
"""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from ledger.proof.leaf import MalformedHeader, Prefix, Tail, decode_header
from ledger.streams.base import Envelope, Event, Fact
from ledger.streams.upcast import upcast
from ledger.terms.errors import LedgerDamaged

FORMAT: Final = "ccm-ledger bill 1"
Base64 = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]*={0,2}$")]
Hex = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{2})*$")]
_DIGITS_MAX: Final = 20
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class BadBill(ValueError):
    """The bytes are no bill of this format, or a fact in it cannot be read; the words repeat nothing of it."""


class _Piece(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class RevealedTag(_Piece):
    """A stream that a fact belongs to, with the salt that blinds it in the header."""

    tag: str
    salt: Hex
    seq: int


class RevealedWords(_Piece):
    """The words of a sealed part, with both salts that its digests in the header need."""

    subject: str
    subject_salt: Hex
    salt: Hex
    plaintext: Base64


class BillFact(_Piece):
    """A fact as far as it is disclosed: its header, and of what the header commits to that which is shown."""

    position: int = Field(ge=1)
    header: Base64
    path: tuple[Base64, ...]
    """The inclusion path from its leaf to the root of the checkpoint."""
    tags: tuple[RevealedTag, ...]
    envelope: str | None
    clear: str | None
    parts: tuple[RevealedWords | None, ...]
    """One for each sealed part of the header; None where its words are withheld."""

    def header_parts(self) -> tuple[Prefix, Tail]:
        """What the header says; BadBill where it is none."""
        try:
            return decode_header(base64.b64decode(self.header, validate=True))
        except (MalformedHeader, ValueError) as error:
            raise BadBill(f"The header of the fact at position {self.position} is none.") from error

    def recorded_at(self) -> datetime:
        """When it was recorded, as the header says; BadBill where that is no time."""
        try:
            return _EPOCH + timedelta(microseconds=self.header_parts()[1].recorded_at)
        except OverflowError as error:
            raise BadBill(f"The header of the fact at position {self.position} is none.") from error

    def event(self) -> Event:
        """What was recorded, its words sealed; BadBill where it is not shown, or is no event of its kind."""
        if self.clear is None:
            raise BadBill(f"What the fact at position {self.position} says is withheld.")
        prefix, _ = self.header_parts()
        try:
            return upcast(prefix.topic, prefix.version, self.clear.encode())
        except LedgerDamaged as error:
            raise BadBill(f"What the fact at position {self.position} says is no {prefix.topic}.") from error

    def fact(self) -> Fact:
        """The fact, to be folded; BadBill where what it says is withheld or unreadable."""
        at, (home, seq) = self.recorded_at(), self._home(self.header_parts()[1])
        return Fact(self.position, at, home, seq, self.event(), _Shown(self.position, self.envelope), seq)

    def _home(self, tail: Tail) -> tuple[str, int]:
        seq = tail.tags[0].seq
        return next((each.tag for each in self.tags[:1] if each.seq == seq), ""), seq


class _Shown:
    """An envelope that is read when it is asked for; BadBill where it is withheld."""

    __slots__ = ("_position", "_text")

    def __init__(self, position: int, text: str | None) -> None:
        self._position = position
        self._text = text

    def whole(self) -> Envelope:
        try:
            return Envelope.model_validate_json(self._text or "")
        except ValidationError as error:
            raise BadBill(f"Who recorded the fact at position {self._position} is withheld or unreadable.") from error

    def said(self) -> Any:
        raise BadBill(f"Who recorded the fact at position {self._position} is not asked of a bill.")


class Completeness(_Piece):
    """That the facts about a subject are all there: the proof that the map of the ledger has just this entry."""

    subject: str
    fact_class: Literal["record", "review", "access"] = Field(alias="class")
    map: int
    """The position of the fact that holds the map's root."""
    depth: int
    entries: Base64
    path: tuple[Base64, ...]


class Bill(_Piece):
    """One claim with everything that it rests on."""

    format: Literal["ccm-ledger bill 1"]
    ledger: str
    claim: str
    checkpoint: str
    """The signed note."""
    timestamps: tuple[Base64, ...]
    keys: tuple[str, ...]
    """The keys of the log as the ledger names them: whoever trusts nobody takes them from elsewhere."""
    facts: tuple[BillFact, ...]
    completeness: tuple[Completeness, ...]
    readings: tuple[Base64, ...]
    derivation: dict[str, Any]
    """What the program of whoever made the file said: judged again by whoever reads it."""

    def text(self) -> str:
        """The file."""
        return json.dumps(self.model_dump(mode="json", by_alias=True), ensure_ascii=False, indent=1) + "\n"

    def size(self) -> int:
        """How many facts the checkpoint covers, as its note says; 0 where it is none."""
        _, _, rest = self.checkpoint.partition("\n")
        size = rest.partition("\n")[0]
        return int(size) if size.isascii() and size.isdigit() and len(size) < _DIGITS_MAX else 0

    def fact_of_claim(self) -> BillFact | None:
        """The fact by which the claim was released."""
        for each in self.facts:
            if each.clear is not None and each.header_parts()[0].topic == "claim_released":
                event = each.event()
                if getattr(event, "claim", None) == self.claim:
                    return each
        return None

    def of_topic(self, topic: str) -> Iterator[BillFact]:
        """The facts of a kind that are shown."""
        return (each for each in self.facts if each.clear is not None and each.header_parts()[0].topic == topic)


def parse_bill(data: bytes) -> Bill:
    """The bill in a file; BadBill where it is none."""
    try:
        whole = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadBill("The file is no JSON.") from error
    if not isinstance(whole, dict) or whole.get("format") != FORMAT:
        raise BadBill(f'The file is no bill of the format "{FORMAT}".')
    try:
        # By way of JSON, because a strict model takes no list for a tuple.
        return Bill.model_validate_json(data)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"] if isinstance(part, int) or part.isidentifier())
        raise BadBill(
            f"The bill lacks what a bill holds, or holds what it does not: at {where or 'its top'}."
        ) from error
