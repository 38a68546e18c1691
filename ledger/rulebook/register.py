"""The register: every rule id of the law, in one of four states, so that none is forgotten in silence.

`register.toml` stands beside the rule files and is part of the edition. One table for each id:

    [CCM-CODE-01]
    says = "our own label, one line"
    state = "applied"            applied | due | informational | not_modelled
    by = ["ledger/terms/people.py"]   applied: which module or act carries it, where no quantity alone does
    lives = "commands/claims"         due: where it will live
    why = "..."                       not modelled: the reason; may stand with informational
    cite = "CMS FAQ [S10]"            its source; applied rules have theirs with their quantities
    note = "..."                      what is left of it, and where

Promise: an entry that was read has a state and what that state asks for. Editions adopted before there was a register
have none. Not promised: that a module named in `by` does what it says. Tests show that, and which they are is no part
of the law (tests/rulebook/shown_by.toml).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, final, get_args

from ledger.rulebook.errors import Diagnostic, RulebookError
from ledger.rulebook.reading import Quantity
from ledger.rulebook.rule_file import Place, RuleFile
from ledger.rulebook.units import is_list_of, is_rule_id, is_text, source_keys

REGISTER: Final = "register.toml"

State = Literal["applied", "due", "informational", "not_modelled"]
"""What this program makes of a rule: it is applied, will be, needs nothing done, or is left out for a reason."""
STATES: Final[tuple[State, ...]] = get_args(State)

_KEYS: Final = ("says", "state", "by", "lives", "why", "cite", "note")
_ONLY_WITH: Final[Mapping[str, tuple[State, ...]]] = {
    "by": ("applied",),
    "lives": ("due",),
    "why": ("not_modelled", "informational"),
}
_NEEDED: Final[Mapping[str, tuple[State, str]]] = {
    "lives": ("due", "Say in which room and module it will live."),
    "why": ("not_modelled", "Say why it is left out."),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """What the register says of one rule id."""

    id: str
    says: str
    state: State
    by: tuple[str, ...]
    """The modules or acts that carry an applied rule besides quantities, or instead of them."""
    lives: str
    """Where a due rule will live; empty for the others."""
    why: str
    cite: str
    """Its source; empty for applied rules, whose quantities cite theirs."""
    note: str
    """What is left of it, and where."""


@final
class Register:
    """The register of one edition. It is read when somebody asks, because no month is judged by it."""

    __slots__ = ("_content", "_entries")

    def __init__(self, content: bytes) -> None:
        self._content: Final = content
        self._entries: tuple[Entry, ...] | None = None

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries in the order of the file. Raises RulebookError with every fault of the file."""
        if self._entries is None:
            faults: list[Diagnostic] = []
            found = self.check(RuleFile(REGISTER, self._content, faults))
            if faults:
                raise RulebookError(tuple(faults))
            self._entries = found
        return self._entries

    def check(self, rule_file: RuleFile) -> tuple[Entry, ...]:
        """The entries that could be read; the faults of the others are noted."""
        found = (_entry(rule_file.at(rule), rule, table) for rule, table in rule_file.tables.items())
        return tuple(entry for entry in found if entry is not None)


def check_named(rule_file: RuleFile, quantities: list[Quantity], registered: Mapping[str, Any]) -> None:
    """Notes each id that a rule file names and the register lacks, once, where it is named first."""
    seen: set[str] = set()
    for quantity in quantities:
        for rule in quantity.rules:
            if rule not in registered and rule not in seen:
                seen.add(rule)
                place = rule_file.at(quantity.name.rsplit(".", 1)[1])
                place.fault(f"{rule} is not in {REGISTER}.", f"Add [{rule}] there with its state.")


def check_applied(rule_file: RuleFile, entries: tuple[Entry, ...], quantities: list[Quantity]) -> None:
    """Notes each applied id that no quantity of any file names and no module carries."""
    named = {rule for quantity in quantities for rule in quantity.rules}
    for entry in entries:
        if entry.state == "applied" and not entry.by and entry.id not in named:
            remedy = "Name it in `rules` of a quantity, say `by` which module carries it, or give it another state."
            rule_file.at(entry.id).fault("Nothing names this applied rule.", remedy)


def check_cited(rule_file: RuleFile, entries: tuple[Entry, ...], sources: Mapping[str, str], spelled_in: str) -> None:
    """Notes each source key of an entry that nobody spelled out."""
    for entry in entries:
        for key in source_keys(entry.cite):
            if key not in sources:
                rule_file.at(entry.id).fault(f"Source [{key}] is not in {spelled_in}.", "Spell it out there.")


def _entry(place: Place, rule: str, table: Any) -> Entry | None:
    """The entry that a table spells, or None where a fault was noted."""
    before = place.rule_file.fault_count
    if not is_rule_id(rule):
        place.fault(f"{rule} is not a rule id.", "Write it as [CCM-CODE-01].")
    elif not isinstance(table, dict):
        place.fault(f"{rule} is not a table.", f"Write [{rule}] with `says` and `state` below it.")
    else:
        _check_entry(place, table)
    if place.rule_file.fault_count > before:
        return None
    return Entry(
        id=rule,
        says=table["says"],
        state=table["state"],
        by=tuple(table.get("by", ())),
        lives=table.get("lives", ""),
        why=table.get("why", ""),
        cite=table.get("cite", ""),
        note=table.get("note", ""),
    )


def _check_entry(place: Place, table: dict[str, Any]) -> None:
    place.check_keys(table, _KEYS)
    state = table.get("state")
    if not is_text(table.get("says")) or "\n" in table["says"]:
        place.fault("`says` is missing or not one line.", "Say in one line of our own what the rule asks.")
    if state not in STATES:
        place.fault(f"State {state!r} is not known.", f"Use one of {', '.join(STATES)}.")
        return
    for key, (needing, remedy) in _NEEDED.items():
        if state == needing and key not in table:
            place.fault(f"`{key}` is missing: the rule is {needing}.", remedy)
    for key, states in _ONLY_WITH.items():
        if key in table and state not in states:
            place.fault(f"`{key}` does not go with the state {state}.", "Take it out, or mend the state.")
    if "by" in table and not is_list_of(table["by"], is_text):
        place.fault("`by` is not a list of different words.", 'Write by = ["...", ...].')
    if state != "applied" and "cite" not in table:
        place.fault("The entry has no citation.", "Add `cite`: the rule or paper that says so.")
    for key in ("lives", "why", "cite", "note"):
        if key in table and not is_text(table[key]):
            place.fault(f"`{key}` is not text.", "Write it in quotes, or leave it out.")
