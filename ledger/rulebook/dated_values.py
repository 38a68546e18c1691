"""The dated values of a quantity or of an exception: what is wrong with them, and the readings that they spell.

Promise: every fault is noted at the value that has it, by file and line; values in order of dates, without gap or
overlap, each cited and of its unit, become readings, where a value without `until` holds until the next one begins.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final

from ledger.rulebook.carried_out import known_words, unknown_words
from ledger.rulebook.reading import ABSENT, Reading, Value
from ledger.rulebook.rule_file import Place, RuleFile
from ledger.rulebook.units import CONFIDENCES, UNITS, is_text, source_keys

SOURCES: Final = "sources.toml"
_VALUE_KEYS: Final = ("effective", "value", "cite", "confidence", "until", "published")
_DAY: Final = timedelta(days=1)


def check_value(place: Place, value: dict[str, Any], unit: str, *, may_be_absent: bool = False) -> None:
    """Notes what one dated value lacks: keys, types, citation. `absent = true` may stand for a value where it may."""
    place.check_keys(value, (*_VALUE_KEYS, ABSENT) if may_be_absent else _VALUE_KEYS)
    effective, until = value.get("effective"), value.get("until")
    if type(effective) is not date:
        place.fault("`effective` is missing or not a date.", "Write effective = YYYY-MM-DD.")
    for key in ("until", "published"):
        if key in value and type(value[key]) is not date:
            place.fault(f"`{key}` is not a date.", f"Write {key} = YYYY-MM-DD, or leave it out.")
    if type(effective) is date and type(until) is date and until < effective:
        place.fault(f"Until {until} is before effective {effective}.", "Mend one of the dates.")
    given = value.get("value")
    if may_be_absent and ABSENT in value:
        if value[ABSENT] is not True or given is not None:
            place.fault("`absent` is not true, or has a value beside it.", "Write a value, or absent = true alone.")
    elif not UNITS[unit].fits(given):
        shown = "is missing" if given is None else f"{given} is not of unit {unit}"
        place.fault(f"The value {shown}.", f"Write {UNITS[unit].words}.")
    if not is_text(value.get("cite")):
        place.fault("The value has no citation.", "Add `cite`: the rule or paper that says so.")
    if value.get("confidence") not in CONFIDENCES:
        place.fault("`confidence` is missing or not known.", f"Use one of {', '.join(CONFIDENCES)}.")


def check_words(place: Place, name: str, value: Value) -> None:
    """Notes the words of a quantity's value (full name, without a payer's mark) that no code knows."""
    if unknown := unknown_words(name, value):
        known = ", ".join(known_words(name) or ("a day such as january_1, or third_monday_of_january",))
        place.fault(f"This program does not know {', '.join(unknown)} here.", f"It knows {known}.")


def check_dates(rule_file: RuleFile, name: str, values: list[dict[str, Any]]) -> None:
    """Notes where dates do not rise, overlap or leave a gap; each fault at the later value."""
    for nth in range(1, len(values)):
        place = rule_file.at(name, nth)
        before, until, start = (
            values[nth - 1]["effective"],
            values[nth - 1].get("until"),
            values[nth]["effective"],
        )
        if start <= before:
            place.fault(f"{start} does not come after {before}.", "Put values in order, oldest first, each once.")
        elif until is not None and until >= start:
            remedy = f"End the earlier value on {start - _DAY}, or begin this one after {until}."
            place.fault(f"Two values hold from {start} to {until}.", remedy)
        elif until is not None and until + _DAY < start:
            remedy = "Leave out `until` of the earlier value, or add the value that held in between."
            place.fault(f"No value holds from {until + _DAY} to {start - _DAY}.", remedy)


def check_cites(place: Place, cite: str, sources: Mapping[str, str]) -> None:
    """Notes the sources that a citation names in brackets and that nothing spells out."""
    for key in source_keys(cite):
        if key not in sources:
            place.fault(f"Source [{key}] is not in {SOURCES}.", "Spell it out there.")


def readings_of(name: str, unit: str, rules: tuple[str, ...], values: list[dict[str, Any]]) -> Iterator[Reading]:
    """The readings that sound values spell."""
    ends = [later["effective"] - _DAY for later in values[1:]]
    for value, end in zip(values, [*ends, values[-1].get("until")], strict=True):
        given: Any = value.get("value", ABSENT)
        held: Value = tuple(given) if isinstance(given, list) else given
        yield Reading(
            name=name,
            value=held,
            unit=ABSENT if ABSENT in value else unit,
            effective=value["effective"],
            until=end,
            published=value.get("published"),
            cite=value["cite"],
            confidence=value["confidence"],
            rules=rules,
        )
