"""Readings: what one quantity of the law was on a date, with the source that says so.

Promise: a reading is a value with its dates, citation and rule ids, and never changes. The bytes of a set
of readings are a storage format (table reading_sets), decided once:

    b"CCMR" 0x01 | u32 count | readings sorted by name and effective date, each with
    name, unit, value, effective, until, published, cite, confidence: u32 length, bytes | u32 count of rule ids, each so

big-endian; text is UTF-8, dates are ISO 8601, an absent date is empty. A value begins with its kind: b"i" whole
number, b"d" decimal (both in digits), b"b" and 0 or 1, b"s" text, b"w" words (u32 count, then each with its
length). The digest is SHA-256 over all of it, in hex. Not promised: that a reading is right; `confidence`
says how well its source was seen.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from ledger.rulebook.errors import EditionDamaged, UnknownFormulas

Value = int | Decimal | bool | str | tuple[str, ...]
"""Whole number, decimal, yes or no, word, or words; which one, the unit of the quantity says."""

ABSENT: Final = "absent"
"""Unit and value of a reading that only says that its base has no value: a payer without the code, or the price."""

_MAGIC: Final = b"CCMR"
_VERSION: Final = b"\x01"


@dataclass(frozen=True, slots=True)
class Reading:
    """One quantity as it stood from `effective` to `until` (both days included; None is open-ended)."""

    name: str
    value: Value
    unit: str
    effective: date
    until: date | None
    published: date | None
    """The day on which the cited source was published, where the rule file says so."""
    cite: str
    confidence: str
    rules: tuple[str, ...]
    """Rule ids, such as CCM-CODE-01, that the quantity implements."""

    @property
    def is_absent(self) -> bool:
        """Whether it says that there is no value; then nothing is in force while it holds."""
        return self.unit == ABSENT

    def covers(self, on: date) -> bool:
        """Whether the reading is in force on a date."""
        return self.effective <= on and (self.until is None or on <= self.until)

    def to_bytes(self) -> bytes:
        """The canonical form inside a set of readings; see the module's docstring."""
        return b"".join(
            (
                _sized(self.name.encode()),
                _sized(self.unit.encode()),
                _sized(_value_bytes(self.value)),
                _sized(self.effective.isoformat().encode()),
                _sized(_day_bytes(self.until)),
                _sized(_day_bytes(self.published)),
                _sized(self.cite.encode()),
                _sized(self.confidence.encode()),
                _words_bytes(self.rules),
            )
        )


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity of the law with all its dated readings, oldest first and without gaps."""

    name: str
    file: str
    unit: str
    says: str
    note: str
    rules: tuple[str, ...]
    readings: tuple[Reading, ...]

    def on(self, day: date) -> Reading | None:
        """The reading in force on a date, or None outside the quantity's dates."""
        for reading in reversed(self.readings):
            if reading.covers(day):
                return reading
        return None


@dataclass(frozen=True, slots=True)
class ReadingSet:
    """The readings that a decision rests on, as canonical bytes and their SHA-256 in hex.

    The same readings give the same bytes in whatever order they were read, under every edition that has them.
    """

    readings: tuple[Reading, ...]
    content: bytes
    """The stored form."""
    digest: str

    @classmethod
    def of(cls, readings: Iterable[Reading]) -> "ReadingSet":
        """The set of these readings, each once, sorted by name and effective date."""
        unique = {(reading.name, reading.effective): reading for reading in readings}
        ordered = tuple(unique[key] for key in sorted(unique))
        body = b"".join(reading.to_bytes() for reading in ordered)
        whole = _MAGIC + _VERSION + len(ordered).to_bytes(4, "big") + body
        return cls(ordered, whole, hashlib.sha256(whole).hexdigest())

    @classmethod
    def from_bytes(cls, stored: bytes) -> "ReadingSet":
        """The set that these stored bytes spell.

        Raises EditionDamaged, and UnknownFormulas for a later format.
        """
        if stored[:4] != _MAGIC:
            raise EditionDamaged("Stored readings do not begin as a set of readings.", _DAMAGED)
        if stored[4:5] != _VERSION:
            raise UnknownFormulas("Stored readings have a format that this program does not know.", _NEWER)
        try:
            again = cls.of(_decode(stored))
        except ValueError as error:
            raise EditionDamaged("Stored readings are cut short or altered.", _DAMAGED) from error
        if again.content != stored:
            raise EditionDamaged("Stored readings are not in their canonical form.", _DAMAGED)
        return again


_DAMAGED: Final = "Keep this copy, stop writing, and run `verify` on the last good one."
_NEWER: Final = "Use a newer program."


def _sized(content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + content


def _day_bytes(day: date | None) -> bytes:
    return day.isoformat().encode() if day else b""


def _words_bytes(words: tuple[str, ...]) -> bytes:
    return len(words).to_bytes(4, "big") + b"".join(_sized(word.encode()) for word in words)


def _value_bytes(value: Value) -> bytes:
    match value:
        case bool():  # before int: a bool is an int to Python, and never one to a rule
            return b"b1" if value else b"b0"
        case int():
            return b"i" + str(value).encode()
        case Decimal():
            return b"d" + str(value).encode()
        case str():
            return b"s" + value.encode()
        case _:
            return b"w" + _words_bytes(value)


class _Bytes:
    """A cursor over stored bytes; every step past the end is a ValueError."""

    def __init__(self, content: bytes, start: int = 0) -> None:
        self._content = content
        self._at = start

    @property
    def is_spent(self) -> bool:
        return self._at == len(self._content)

    def take(self, count: int) -> bytes:
        taken = self._content[self._at : self._at + count]
        if len(taken) != count:
            raise ValueError("cut short")
        self._at += count
        return taken

    def number(self) -> int:
        return int.from_bytes(self.take(4), "big")

    def text(self) -> str:
        return self.take(self.number()).decode()

    def day(self) -> date | None:
        text = self.text()
        return date.fromisoformat(text) if text else None

    def words(self) -> tuple[str, ...]:
        return tuple([self.text() for _ in range(self.number())])


def _decode(stored: bytes) -> list[Reading]:
    cursor = _Bytes(stored, start=5)
    readings = [_reading(cursor) for _ in range(cursor.number())]
    if not cursor.is_spent:
        raise ValueError("bytes after the last reading")
    return readings


def _reading(cursor: _Bytes) -> Reading:
    name, unit = cursor.text(), cursor.text()
    value = _value(cursor.take(cursor.number()))
    return Reading(
        name=name,
        value=value,
        unit=unit,
        effective=date.fromisoformat(cursor.text()),
        until=cursor.day(),
        published=cursor.day(),
        cite=cursor.text(),
        confidence=cursor.text(),
        rules=cursor.words(),
    )


def _value(content: bytes) -> Value:
    kind, rest = content[:1], content[1:]
    match kind:
        case b"b" if rest in (b"0", b"1"):
            return rest == b"1"
        case b"i":
            return int(rest)
        case b"d":
            return _decimal(rest)
        case b"s":
            return rest.decode()
        case b"w":
            return _Bytes(rest).words()
    raise ValueError("unknown kind of value")


def _decimal(content: bytes) -> Decimal:
    try:
        return Decimal(content.decode())
    except ArithmeticError as error:  # decimal.InvalidOperation is not a ValueError
        raise ValueError("not a decimal") from error
