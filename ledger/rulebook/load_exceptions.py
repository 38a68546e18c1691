"""Payers' profiles in, exceptions out: files below `payers/`, each a labelled exception to a named base.

`payers/acme/consent.toml` belongs to the profile acme. It begins with `exception` (what it is, in words of our own),
`base` (the rules that it departs from: medicare), `applies_to` (the payer's word, the kind of coverage, or both),
`implements` and `checked`; then it has one table for each quantity that it says otherwise, under the full name in
quotes: `["medicare.ccm.consent.methods"]`, with `says` and dated `values`. Unit and rule ids are those of the base. A
payer without a family's code or without a price says `absent = true` in place of a value. Outside the dates of an
exception the base holds.

Promise: what loads speaks of quantities that exist, in their units, with a citation for every value; and no two
exceptions speak of one quantity on one day where one coverage can fall under both, or where one profile says both: such
a pair is refused and both are named. The order of files decides nothing. Not promised: that a payer really asks for it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from itertools import combinations
from typing import Any, Final, NamedTuple

from ledger.rulebook.carried_out import CARRIED_OUT
from ledger.rulebook.dated_values import check_cites, check_dates, check_value, check_words, readings_of
from ledger.rulebook.reading import ABSENT, Quantity, Reading, Value
from ledger.rulebook.relative_values import part_named
from ledger.rulebook.rule_file import Place, RuleFile, check_origin
from ledger.rulebook.units import is_list_of, is_payer, is_rule_id, is_text
from ledger.rulebook.views import EXCEPTION_MARK, PayerException, base_name
from ledger.terms.people import COVERAGE_KINDS

PAYERS: Final = "payers/"
"""The folder of the profiles, below the rulebook folder."""

BASE_KIND: Final = "medicare_ffs"
"""The kind of coverage that the base is the law of."""
_LEVELS: Final = "level_"
"""Codes of APCM, which have no rules of their own and are needed all three."""
_NEEDED: Final[dict[str, tuple[Value, ...]]] = {"medicare.ccm.activities.not_counted.unlisted": (("unlisted",),)}
_PRICES: Final = ("rvu", "dollars_per_rvu")
_APPLIES: Final = ("payer", "kind")
_FILE_KEYS: Final = ("exception", "base", "applies_to", "implements", "checked")
_QUANTITY_KEYS: Final = ("says", "values", "note")


def load_exceptions(
    rule_files: Sequence[RuleFile], base: Mapping[str, Quantity], sources: Mapping[str, str]
) -> tuple[PayerException, ...]:
    """The exceptions that these files spell, in order of files; faults are noted in the files."""
    found = [(rule_file, _exception(rule_file, base, sources)) for rule_file in rule_files if rule_file.is_read]
    sound = [(rule_file, exception) for rule_file, exception in found if exception is not None]
    for (other, earlier), (rule_file, later) in combinations(sound, 2):
        if earlier.profile == later.profile or earlier.may_meet(later):
            _note_collisions(earlier, later, rule_file, other)
    return tuple(exception for _, exception in sound)


def _exception(rule_file: RuleFile, base: Mapping[str, Quantity], sources: Mapping[str, str]) -> PayerException | None:
    """The exception that a file spells, or None where its head has a fault."""
    before = rule_file.fault_count
    tables = {key: value for key, value in rule_file.tables.items() if isinstance(value, dict) and key != "applies_to"}
    rule_file.at("").check_keys(rule_file.tables.keys() - tables.keys(), _FILE_KEYS)
    profile = _profile(rule_file)
    applies = _applies_to(rule_file)
    _check_head(rule_file, base)
    if not tables:
        rule_file.fault("The exception says nothing otherwise.", 'Add a table ["medicare...."], or remove the file.')
    found = [
        _quantity(rule_file, name, table, base, f"{name}{EXCEPTION_MARK}{profile}") for name, table in tables.items()
    ]
    quantities = tuple(quantity for quantity in found if quantity is not None)
    for quantity in quantities:
        for nth, reading in enumerate(quantity.readings):
            check_cites(rule_file.at(base_name(quantity.name), nth), reading.cite, sources)
    if rule_file.fault_count == before:
        _check_implements(rule_file, quantities)
    if rule_file.fault_count > before:
        return None
    return PayerException(
        profile=profile,
        label=rule_file.tables["exception"],
        base=rule_file.tables["base"],
        file=rule_file.name,
        payer=applies.payer,
        kind=applies.kind,
        quantities=quantities,
    )


# --- the head of a file ---------------------------------------------------------------------------------------


class _Applies(NamedTuple):
    payer: str | None
    kind: str | None


def _profile(rule_file: RuleFile) -> str:
    """The folder that the file stands in."""
    parts = rule_file.name.split("/")
    if len(parts) != 3 or not is_payer(parts[1]):
        problem = "The file does not stand in the folder of a profile."
        rule_file.fault(problem, "Put it at payers/NAME/FILE.toml, NAME in lower case with digits and _.")
        return ""
    return parts[1]


def _applies_to(rule_file: RuleFile) -> _Applies:
    given = rule_file.tables.get("applies_to")
    if not isinstance(given, dict) or not given:
        rule_file.fault(
            "`applies_to` does not say whom the exception applies to.",
            'Write applies_to = {payer = "acme"}, {kind = "medicare_advantage"}, or both.',
            key="applies_to",
        )
        return _Applies(None, None)
    rule_file.at("").check_keys(given, _APPLIES)
    payer, kind = given.get("payer"), given.get("kind")
    if "payer" in given and not (isinstance(payer, str) and is_payer(payer)):
        remedy = "Write it as coverage is recorded: lower case, digits and _, in quotes."
        rule_file.fault("`payer` is not a payer's word.", remedy, key="applies_to")
    if "kind" in given and kind not in COVERAGE_KINDS:
        rule_file.fault(
            "`kind` is not a kind of coverage.", f"Use one of {', '.join(COVERAGE_KINDS)}.", key="applies_to"
        )
    if kind == BASE_KIND and "payer" not in given:
        problem = "Medicare FFS is the base itself; an exception to all of it would replace the law."
        remedy = 'Name a payer as well: applies_to = {payer = "acme", kind = "medicare_ffs"}.'
        rule_file.fault(problem, remedy, key="applies_to")
    return _Applies(payer, kind)


def _check_head(rule_file: RuleFile, base: Mapping[str, Quantity]) -> None:
    """Notes what the file does not say of itself: what it is, from what it departs, since when, by which rule ids."""
    head = rule_file.tables
    if not is_text(head.get("exception")):
        remedy = 'Begin with exception = "what it is, in words of your own".'
        rule_file.fault("`exception` is missing.", remedy, key="exception")
    check_origin(rule_file, base)
    if not is_list_of(head.get("implements"), is_rule_id):
        remedy = 'Write implements = ["CCM-CODE-01", ...].'
        rule_file.fault("`implements` is not a list of rule ids.", remedy, key="implements")


def _check_implements(rule_file: RuleFile, quantities: tuple[Quantity, ...]) -> None:
    used = {rule for quantity in quantities for rule in quantity.rules}
    for rule in rule_file.tables["implements"]:
        if rule not in used:
            remedy = "Take it out; rule ids are those of the base."
            rule_file.fault(f"No quantity here implements {rule}.", remedy, key="implements")


# --- its quantities -------------------------------------------------------------------------------------------


def _quantity(
    rule_file: RuleFile, name: str, table: dict[str, Any], base: Mapping[str, Quantity], own_name: str
) -> Quantity | None:
    """What a table says instead of its base, or None where a fault was noted."""
    before = rule_file.fault_count
    below = base.get(name)
    place = rule_file.at(name)
    if below is None:
        _note_unknown(place, name, base, rule_file.tables.get("base"))
        return None
    place.check_keys(table, _QUANTITY_KEYS)
    values = table.get("values")
    if not is_text(table.get("says")):
        place.fault("`says` is missing.", "Say in one sentence of your own what is otherwise.")
    if "note" in table and not is_text(table["note"]):
        place.fault("`note` is not text.", "Write it in quotes, or leave it out.")
    if not isinstance(values, list) or not values or not all(isinstance(value, dict) for value in values):
        place.fault("`values` is not a list of dated values.", "Write values = [{effective = ..., ...}].")
        return None
    may_be_absent = _may_be_absent(below)
    for nth, value in enumerate(values):
        if ABSENT in value and not may_be_absent:
            problem = "`absent` is for the codes of families and for prices; judging needs a value here."
            rule_file.at(name, nth).fault(problem, "Write the value that holds for this payer.")
        else:
            check_value(rule_file.at(name, nth), value, below.unit, may_be_absent=may_be_absent)
    if rule_file.fault_count == before:
        check_dates(rule_file, name, values)
    if rule_file.fault_count > before:
        return None
    readings = tuple(readings_of(own_name, below.unit, below.rules, values))
    for nth, reading in enumerate(readings):
        _check_judged(rule_file.at(name, nth), reading, base)
    if rule_file.fault_count > before:
        return None
    return Quantity(own_name, rule_file.name, below.unit, table["says"], table.get("note", ""), below.rules, readings)


def _check_judged(place: Place, reading: Reading, base: Mapping[str, Quantity]) -> None:
    """Notes a value by which this program could not judge a month: one that code carries out, a code without rules."""
    name = base_name(reading.name)
    only = _NEEDED.get(name) or CARRIED_OUT.get(name)
    if only is not None and reading.value not in only:
        place.fault("This program judges by one answer here, and it is another.", f"It is {_shown(only)}.")
    if not reading.is_absent:
        check_words(place, name, reading.value)
    group, is_family, part = name.partition(".families.")
    if not is_family or reading.unit != "code" or part.startswith(_LEVELS):
        return
    needed = ("minutes_minimum",) if part.endswith("_base") else ("minutes_step", "units_max")
    if not all(_holds(base.get(f"{group}.{reading.value}.{each}"), reading) for each in needed):
        remedy = f"Name a code with {' and '.join(needed)} under {group}, for the days on which they hold."
        place.fault(f"No rules of {reading.value} hold on all of these days.", remedy)


def _holds(quantity: Quantity | None, reading: Reading) -> bool:
    """Whether a quantity has a value on all days of a reading; its own values have no gap."""
    if quantity is None:
        return False
    first, last = quantity.readings[0].effective, quantity.readings[-1].until or date.max
    return first <= reading.effective and (reading.until or date.max) <= last


def _shown(values: tuple[Value, ...]) -> str:
    return " or ".join(", ".join(value) if isinstance(value, tuple) else str(value).lower() for value in values)


def _may_be_absent(below: Quantity) -> bool:
    """Whether a payer may be without it: a family's code, a price, a choice that a clinic is asked for."""
    is_code = below.unit == "code" and ".families." in below.name and f".{_LEVELS}" not in below.name
    return is_code or below.unit in _PRICES or below.name.endswith(".rhc.choice_policy")


def _note_unknown(place: Place, name: str, base: Mapping[str, Quantity], named: object) -> None:
    if isinstance(named, str) and name == named:
        place.fault("The name of a quantity is not in quotes.", f'Write ["{name}.ccm..."], all of it in quotes.')
        return
    if part_named(name) is not None:
        remedy = "Add it in a file of its own that begins with `addition`, for every payer."
        place.fault(f"No rule is called {name}.", remedy)
        return
    near = get_close_matches(name, base, n=1)
    meant = f"Did you mean `{near[0]}`?" if near else "`rules list` shows all names."
    place.fault(f"No rule is called {name}.", meant)


# --- two at once ----------------------------------------------------------------------------------------------


def _note_collisions(earlier: PayerException, later: PayerException, at: RuleFile, other: RuleFile) -> None:
    """Notes each quantity of which both speak on one day, at the later file, with the place in the earlier one."""
    first = {base_name(quantity.name): quantity for quantity in earlier.quantities}
    for quantity in later.quantities:
        name = base_name(quantity.name)
        if name not in first:
            continue
        for nth, reading in enumerate(quantity.readings):
            for beside, standing in _on_same_days(first[name], reading):
                begins = max(reading.effective, standing.effective)
                place = f"{other.name}:{other.line_of(name, beside)}"
                at.at(name, nth).fault(
                    f"Two exceptions are true at once from {begins}: {later.label!r} here, and {earlier.label!r} "
                    f"at {place}.",
                    "End one before the other begins, or narrow `applies_to` so that no coverage falls under both.",
                )


def _on_same_days(quantity: Quantity, reading: Reading) -> Iterator[tuple[int, Reading]]:
    for nth, standing in enumerate(quantity.readings):
        ends, other_ends = reading.until or date.max, standing.until or date.max
        if reading.effective <= other_ends and standing.effective <= ends:
            yield nth, standing
