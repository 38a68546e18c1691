"""Rule files in, rulebook out: a strict loader that lists every fault with file, line and remedy.

A rule file `medicare/ccm/99490.toml` begins with `implements` (the rule ids that it carries out) and
`checked` (the day on which its values were last compared with their sources), then has one table for each
quantity: table `[minutes_minimum]` is the quantity medicare.ccm.99490.minutes_minimum. `sources.toml`
spells out the keys that citations name in brackets; `register.toml` says of every rule id what is made of it.
Files below `payers/` are exceptions to these, see load_exceptions.py.

Promise: what loads has a citation for every value, values of the type that the unit asks for, and dates
that follow each other without gap or overlap (a value without `until` holds until the next one begins). An
edition that a ledger has adopted must load for ever: a later loader may allow more, never less. Not
promised: that the law is right.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from ledger.rulebook.additions import ADDITION, load_additions
from ledger.rulebook.dated_values import SOURCES, check_cites, check_dates, check_value, check_words, readings_of
from ledger.rulebook.errors import Diagnostic, RulebookError
from ledger.rulebook.load_exceptions import PAYERS, load_exceptions
from ledger.rulebook.reading import Quantity
from ledger.rulebook.register import REGISTER, Register, check_applied, check_cited, check_named
from ledger.rulebook.rule_file import Place, RuleFile
from ledger.rulebook.rules import Rulebook
from ledger.rulebook.sites import Sites
from ledger.rulebook.soundness import check_root, check_together, check_values
from ledger.rulebook.units import UNITS, is_list_of, is_name, is_rule_id, is_text
from ledger.rulebook.views import Addition, PayerException

_FILE_KEYS: Final = ("implements", "checked")
_QUANTITY_KEYS: Final = ("unit", "says", "rules", "values", "note")


def load_rulebook(files: Mapping[str, bytes], *, first_time: bool = True) -> Rulebook:
    """The rulebook that these rule files (path below the rulebook folder, content) spell.

    `first_time`: also what is asked of rules that nobody adopted yet (soundness.py), and the register; an edition that
    was adopted is opened without: see `rulebook_of`.
    Raises RulebookError with one diagnostic for each fault of any file; what departs from the base is looked at once
    the base loads, and what must agree between rules once all of them load.
    """
    faults: list[Diagnostic] = []
    names = sorted(files.keys() - {SOURCES, REGISTER})
    sources = _sources(RuleFile(SOURCES, files[SOURCES], faults)) if SOURCES in files else {}
    register = Register(files[REGISTER]) if REGISTER in files else None
    base = [RuleFile(name, files[name], faults) for name in names if not name.startswith(PAYERS)]
    found = [(rule_file, _quantities(rule_file)) for rule_file in base]
    for rule_file, held in found:
        _check_cites(rule_file, held, sources)
    quantities = {quantity.name: quantity for _, held in found for quantity in held}
    sites = Sites()
    if first_time:
        _check_register(register, RuleFile(REGISTER, files.get(REGISTER, b""), faults), found, sources)
        check_root(base)
        for rule_file, held in found:
            sites.add(rule_file, held)
            check_values(rule_file, held, sites)
    additions: tuple[Addition, ...] = ()
    exceptions: tuple[PayerException, ...] = ()
    if not faults:  # what departs from rules with faults cannot be told right from wrong
        ours = [RuleFile(name, files[name], faults) for name in names if name.startswith(PAYERS)]
        additions = load_additions([each for each in ours if ADDITION in each.tables], quantities, sources)
        quantities |= {quantity.name: quantity for addition in additions for quantity in addition.quantities}
        exceptions = load_exceptions([each for each in ours if ADDITION not in each.tables], quantities, sources)
        if first_time:
            _check_ours({each.name: each for each in ours}, (*additions, *exceptions), sites)
    if first_time and not faults:
        check_together(quantities, exceptions, sites)
    if faults:
        raise RulebookError(tuple(faults))
    return Rulebook(quantities.values(), sources, exceptions, register, additions)


Found = list[tuple[RuleFile, list[Quantity]]]


def _check_register(register: Register | None, listed: RuleFile, found: Found, sources: Mapping[str, str]) -> None:
    """Notes what is wrong between the register, where there is one, and the rule files."""
    if register is None:
        return
    entries = register.check(listed)
    for rule_file, held in found:
        if listed.is_read:
            check_named(rule_file, held, listed.tables)
    check_applied(listed, entries, [quantity for _, held in found for quantity in held])
    check_cited(listed, entries, sources, SOURCES)


def _check_ours(rule_files: Mapping[str, RuleFile], said: Iterable[Addition | PayerException], sites: Sites) -> None:
    """Notes what no profile should say, and remembers where it says it."""
    for each in said:
        sites.add(rule_files[each.file], each.quantities, by_full_name=True)
        check_values(rule_files[each.file], each.quantities, sites)


def _sources(rule_file: RuleFile) -> dict[str, str]:
    for key, words in rule_file.tables.items():
        if not is_text(words):
            rule_file.fault(f"Source {key} is not spelled out.", f'Write {key} = "title and publisher".', key=key)
    return rule_file.tables


def _quantities(rule_file: RuleFile) -> list[Quantity]:
    if not rule_file.is_read:
        return []
    tables = {key: table for key, table in rule_file.tables.items() if isinstance(table, dict)}
    rule_file.at("").check_keys(rule_file.tables.keys() - tables.keys(), _FILE_KEYS)
    if type(rule_file.tables.get("checked")) is not date:
        problem = "`checked` is missing or not a date."
        rule_file.fault(problem, "Write checked = YYYY-MM-DD above the tables.", key="checked")
    implements = rule_file.tables.get("implements")
    if not is_list_of(implements, is_rule_id):
        problem = "`implements` is not a list of rule ids."
        rule_file.fault(problem, 'Write implements = ["CCM-CODE-01", ...].', key="implements")
        return []
    found = [_quantity(rule_file, name, table, implements) for name, table in tables.items()]
    used = {rule for quantity in found if quantity for rule in quantity.rules}
    for rule in implements:
        if rule not in used and None not in found:
            remedy = "Name it in `rules`, or take it out."
            rule_file.fault(f"No quantity here names {rule}.", remedy, key="implements")
    return [quantity for quantity in found if quantity]


def _quantity(rule_file: RuleFile, name: str, table: dict[str, Any], implements: list[str]) -> Quantity | None:
    """The quantity that a table spells, or None where a fault was noted."""
    before = rule_file.fault_count
    _check_table(rule_file.at(name), name, table, implements)
    if rule_file.fault_count == before:
        for nth, value in enumerate(table["values"]):
            check_value(rule_file.at(name, nth), value, table["unit"])
    if rule_file.fault_count == before:
        check_dates(rule_file, name, table["values"])
    if rule_file.fault_count > before:
        return None
    path = ".".join((*rule_file.name.removesuffix(".toml").split("/"), name))
    for nth, value in enumerate(table["values"]):
        check_words(rule_file.at(name, nth), path, value["value"])
    if rule_file.fault_count > before:
        return None
    rules = tuple(table["rules"])
    return Quantity(
        name=path,
        file=rule_file.name,
        unit=table["unit"],
        says=table["says"],
        note=table.get("note", ""),
        rules=rules,
        readings=tuple(readings_of(path, table["unit"], rules, table["values"])),
    )


def _check_table(place: Place, name: str, table: dict[str, Any], implements: list[str]) -> None:
    """Notes what a quantity lacks before its values are looked at."""
    place.check_keys(table, _QUANTITY_KEYS)
    unit, rules, values = table.get("unit"), table.get("rules"), table.get("values")
    if is_name(name) is None:
        place.fault("The name has other characters than letters, digits and _.", "Rename the table.")
    if not isinstance(unit, str) or unit not in UNITS:
        place.fault(f"Unit {unit!r} is not known.", f"Use one of {', '.join(UNITS)}.")
    if not is_text(table.get("says")):
        place.fault("`says` is missing.", "Say in one sentence of our own what the quantity means.")
    if "note" in table and not is_text(table["note"]):
        place.fault("`note` is not text.", "Write it in quotes, or leave it out.")
    if not is_list_of(rules, is_rule_id) or not set(rules) <= set(implements):
        place.fault("`rules` is not a list of ids from `implements`.", "Name the ids of this quantity.")
    if not isinstance(values, list) or not values or not all(isinstance(value, dict) for value in values):
        place.fault("`values` is not a list of dated values.", "Write values = [{effective = ..., ...}].")


def _check_cites(rule_file: RuleFile, quantities: list[Quantity], sources: Mapping[str, str]) -> None:
    for quantity in quantities:
        for nth, reading in enumerate(quantity.readings):
            check_cites(rule_file.at(quantity.name.rsplit(".", 1)[1], nth), reading.cite, sources)
