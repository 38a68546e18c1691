"""Small words that every screen uses: amounts, durations, counts, notices, positions."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from ledger.terms.outcome import Notice

ESTIMATE: Final = "national estimate"
"""Amounts come from the national schedule without a locality: they are no promise of payment."""


FAMILIES: Final[Mapping[str, str]] = {
    "noncomplex": "non-complex CCM",
    "complex": "complex CCM",
    "personal": "CCM by the practitioner personally",
    "rhc": "care management of a clinic (G0511)",
    "pcm_staff": "PCM by clinical staff",
    "pcm_personal": "PCM by the practitioner personally",
    "apcm": "APCM, by conditions and not by minutes",
}
_KINDS: Final = frozenset({"yes_no", "word", "words", "code", "codes", "effect", "text", "count", "absent"})
"""Units of a rule that say what kind of value it is and measure nothing."""


def family_name(family: str) -> str:
    """A family of codes in words; one without words of its own by its name."""
    return FAMILIES.get(family, family.replace("_", " "))


def unit_text(unit: str, *, is_one: bool = False) -> str:
    """The unit of a rule behind its value; nothing where it measures nothing."""
    return "" if unit in _KINDS else f" {unit.removesuffix('s') if is_one else unit}"


def dollars(amount: str | None) -> str:
    """Dollars out of JSON, where they are text."""
    return money(None if amount is None else Decimal(amount))


def in_order(counts: Counter[str]) -> list[tuple[str, int]]:
    """Codes with their counts: the most frequent first, then by name."""
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def money(amount: Decimal | None) -> str:
    """An amount in dollars, its sign before them, or a dash where no price is on file."""
    if amount is None:
        return "-"
    return f"{'-' if amount < 0 else ''}${abs(amount):,.2f}"


def clock(seconds: int) -> str:
    """Whole seconds as minutes and seconds, such as 19:59."""
    minutes, rest = divmod(seconds, 60)
    return f"{minutes}:{rest:02d}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def moment(instant: datetime) -> str:
    """An instant in UTC to the second."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def codes(charges: Iterable[Any]) -> str:
    """Codes with their units, such as 99490 x1, 99439 x2."""
    return ", ".join(f"{line.code} x{line.units}" for line in charges)


def codes_of(units: Iterable[tuple[str, int]], *, none: str = "-") -> str:
    """The same of pairs (code, units)."""
    return ", ".join(f"{code} x{count}" for code, count in units) or none


def some(names: Sequence[str], *, shown_max: int = 3) -> str:
    """The first few names of a list, and how many there are beside them."""
    if len(names) <= shown_max + 1:
        return ", ".join(names) or "-"
    return f"{', '.join(names[:shown_max])} and {len(names) - shown_max} more"


def notice_lines(notices: Iterable["Notice"], *, indent: str = "  ") -> list[str]:
    """Notices as two lines each: what happened and by which rule, and what to do."""
    lines = []
    for notice in notices:
        lines.append(f"{indent}{notice.code}: {notice.happened}")
        if notice.remedy:
            lines.append(f"{indent}  {notice.remedy}")
    return lines


def apart(seconds: int) -> str:
    """What lies between two clocks in its two largest units: `2 d 3 h later`, `4 min earlier`, `no later`."""
    if not seconds:
        return "no later"
    left = abs(seconds)
    parts: list[str] = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count or (parts and size >= 60):
            parts.append(f"{count} {unit}")
    shown = " ".join(part for part in parts[:2] if not part.startswith("0 "))
    return f"{shown} {'later' if seconds > 0 else 'earlier'}"
