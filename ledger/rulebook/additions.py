"""Additions of a folder of one's own: the parts of relative values that the shipped rules do not have.

`payers/gpci/parts.toml` begins with `addition` (what it is, in words of your own), `base`, `implements` and `checked`,
and has one table for each quantity, under the full name in quotes, written as in a rule file:
`["medicare.pfs.rvu_mp.99490"]` with `unit = "rvu"`, `says`, `rules = ["CCM-RATE-11"]` and dated `values`. Practice
expense outside and in a facility (rvu_pe_nonfacility, rvu_pe_facility) and malpractice (rvu_mp) may be added, for codes
that have a total; nothing else. It completes the base, for every payer, and so says of no coverage that it applies.

Promise: what loads has a citation for every value, and no name has two tables. Not promised: that the parts are all
there; a code of which one is missing keeps its national amount.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ledger.rulebook.dated_values import check_cites, check_dates, check_value, readings_of
from ledger.rulebook.reading import Quantity
from ledger.rulebook.relative_values import RULE, TOTALS_OF, part_named
from ledger.rulebook.rule_file import RuleFile, check_origin
from ledger.rulebook.units import is_payer, is_text
from ledger.rulebook.views import Addition

ADDITION: Final = "addition"
"""The key with which such a file begins."""
UNIT: Final = "rvu"
_FILE_KEYS: Final = (ADDITION, "base", "implements", "checked")
_QUANTITY_KEYS: Final = ("unit", "says", "rules", "values", "note")


def load_additions(
    rule_files: Sequence[RuleFile], base: Mapping[str, Quantity], sources: Mapping[str, str]
) -> tuple[Addition, ...]:
    """The additions that these files spell, in order of files; faults are noted in the files."""
    found: list[Addition] = []
    standing: dict[str, str] = {}
    for rule_file in rule_files:
        before = rule_file.fault_count
        quantities = _addition(rule_file, base, sources)
        for quantity in quantities:
            if quantity.name in standing:
                problem = f"{quantity.name} is added here and at {standing[quantity.name]}."
                rule_file.at(quantity.name).fault(problem, "Keep one, with all values.")
            else:
                standing[quantity.name] = f"{rule_file.name}:{rule_file.line_of(quantity.name, None)}"
        if rule_file.fault_count == before:
            head = rule_file.tables
            profile = rule_file.name.split("/")[1]
            found.append(Addition(profile, head[ADDITION], head["base"], rule_file.name, quantities))
    return tuple(found)


def _addition(rule_file: RuleFile, base: Mapping[str, Quantity], sources: Mapping[str, str]) -> tuple[Quantity, ...]:
    tables = {key: value for key, value in rule_file.tables.items() if isinstance(value, dict) and key != "applies_to"}
    _check_head(rule_file, rule_file.tables.keys() - tables.keys(), base)
    if not tables:
        rule_file.fault("The addition adds nothing.", 'Add a table ["medicare.pfs.rvu_mp.99490"], or remove the file.')
    quantities = [_quantity(rule_file, name, table, base) for name, table in tables.items()]
    found = tuple(quantity for quantity in quantities if quantity is not None)
    for quantity in found:
        for nth, reading in enumerate(quantity.readings):
            check_cites(rule_file.at(quantity.name, nth), reading.cite, sources)
    return found


def _check_head(rule_file: RuleFile, keys: set[str], base: Mapping[str, Quantity]) -> None:
    rule_file.at("").check_keys(keys, _FILE_KEYS)
    head = rule_file.tables
    parts = rule_file.name.split("/")
    if len(parts) != 3 or not is_payer(parts[1]):
        problem = "The file does not stand in the folder of a profile."
        rule_file.fault(problem, "Put it at payers/NAME/FILE.toml, NAME in lower case with digits and _.")
    if not is_text(head.get(ADDITION)):
        remedy = 'Begin with addition = "what it is, in words of your own".'
        rule_file.fault("`addition` is not text.", remedy, key=ADDITION)
    check_origin(rule_file, base)
    if head.get("implements") != [RULE]:
        remedy = f'Write implements = ["{RULE}"].'
        rule_file.fault("`implements` is another rule than that of the parts.", remedy, key="implements")


def _quantity(rule_file: RuleFile, name: str, table: dict[str, Any], base: Mapping[str, Quantity]) -> Quantity | None:
    """The quantity that a table adds, or None where a fault was noted."""
    before, place = rule_file.fault_count, rule_file.at(name)
    part = part_named(name)
    if part is None:
        known = ", ".join(f"medicare.pfs.{each}.CODE" for each in TOTALS_OF)
        place.fault("Only parts of relative values may be added.", f"Write one of {known}, all of it in quotes.")
        return None
    if name in base:
        place.fault("The rules have a value of this already.", "Say what is otherwise in a file with `exception`.")
    if not any(total in base for total in part.totals):
        place.fault(f"{part.code} has no total relative value units here.", "Add parts of codes that have a price.")
    place.check_keys(table, _QUANTITY_KEYS)
    values = table.get("values")
    if table.get("unit") != UNIT:
        place.fault(f"{name} is read in {UNIT}, and its unit is {table.get('unit')}.", f'Write unit = "{UNIT}".')
    if not is_text(table.get("says")):
        place.fault("`says` is missing.", "Say in one sentence of your own what the quantity means.")
    if "note" in table and not is_text(table["note"]):
        place.fault("`note` is not text.", "Write it in quotes, or leave it out.")
    if table.get("rules") != [RULE]:
        place.fault("`rules` is another rule than that of the parts.", f'Write rules = ["{RULE}"].')
    if not isinstance(values, list) or not values or not all(isinstance(value, dict) for value in values):
        place.fault("`values` is not a list of dated values.", "Write values = [{effective = ..., ...}].")
        return None
    for nth, value in enumerate(values):
        check_value(rule_file.at(name, nth), value, UNIT)
    if rule_file.fault_count == before:
        check_dates(rule_file, name, values)
    if rule_file.fault_count > before:
        return None
    readings = tuple(readings_of(name, UNIT, (RULE,), values))
    return Quantity(name, rule_file.name, UNIT, table["says"], table.get("note", ""), (RULE,), readings)
