"""What is made of every rule id of the law: the register, joined with the quantities that name each id.

Used by `rules coverage` and docs/rulebook.md. Promise: each id of the register stands here once, in its order, with
every quantity that names it. An edition without a register answers with the ids that its quantities name, in no state.
Not promised: that the list of ids is the whole law; it is what this project read of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from ledger.rulebook.reading import Quantity
from ledger.rulebook.register import STATES, Entry, State
from ledger.rulebook.rules import Rulebook
from ledger.rulebook.units import source_keys

CHAPTERS: Final = {
    "CODE": "Codes and thresholds",
    "G0511": "G0511 in rural health clinics and health centers",
    "UNIT": "Units",
    "RATE": "Prices",
    "CONSENT": "Consent",
    "INIT": "Initiating visit",
    "ELIG": "Eligibility",
    "PLAN": "Care plan",
    "REC": "Records",
    "ACCESS": "Access and continuity",
    "CARE": "Scope of care",
    "TIME": "Counting time",
    "STAFF": "Who does the work",
    "ONE": "Who bills: one a month",
    "NPI": "NPI",
    "CONF": "Other services of the month",
    "CLAIM": "Claims",
    "PAY": "The patient's share",
    "OVP": "Overpayments",
    "RET": "Retention",
    "AUD": "What oversight found",
    "RED": "Red flags",
    "AMEND": "Late entries and corrections",
    "HIPAA": "Privacy and security",
    "P2": "Records of substance use treatment",
    "P11": "Electronic signatures",
    "FHIR": "Audit records for exchange",
}
"""The word in an id after CCM -> the heading of its chapter, in the order of the rules."""


@dataclass(frozen=True, slots=True)
class Covered:
    """One rule id: what is made of it, and by what."""

    id: str
    says: str
    state: State | None
    """None where the edition has no register."""
    quantities: tuple[Quantity, ...]
    """The quantities that name the id; what an applied rule is judged by."""
    by: tuple[str, ...]
    lives: str
    why: str
    cite: str
    note: str

    @property
    def chapter(self) -> str:
        """The heading under which the id stands."""
        word = self.id.split("-")[1]
        return CHAPTERS.get(word, word)

    @property
    def sources(self) -> tuple[str, ...]:
        """The keys of the sources that it cites itself, or the values of its quantities do, in order."""
        cites = [reading.cite for quantity in self.quantities for reading in quantity.readings]
        return tuple(sorted({key for cite in (self.cite, *cites) for key in source_keys(cite)}))

    def as_dict(self) -> dict[str, Any]:
        """The same in plain values, ready for JSON."""
        return {
            "id": self.id,
            "chapter": self.chapter,
            "says": self.says or None,
            "state": self.state,
            "quantities": [{"name": quantity.name, "file": quantity.file} for quantity in self.quantities],
            "by": list(self.by),
            "lives": self.lives or None,
            "why": self.why or None,
            "cite": self.cite or None,
            "note": self.note or None,
            "sources": list(self.sources),
        }


def coverage(book: Rulebook) -> tuple[Covered, ...]:
    """Every rule id with its state and what carries it. Raises RulebookError where the register does not load."""
    if book.register is None:
        return tuple(_unregistered(rule, quantities) for rule, quantities in book.by_rule.items())
    return tuple(_covered(entry, book.by_rule.get(entry.id, ())) for entry in book.register.entries)


def counts(covered: Iterable[Covered]) -> dict[State, int]:
    """How many ids are in each state; every state is named."""
    states = [each.state for each in covered]
    return {state: states.count(state) for state in STATES}


def _covered(entry: Entry, quantities: tuple[Quantity, ...]) -> Covered:
    return Covered(
        id=entry.id,
        says=entry.says,
        state=entry.state,
        quantities=quantities,
        by=entry.by,
        lives=entry.lives,
        why=entry.why,
        cite=entry.cite,
        note=entry.note,
    )


def _unregistered(rule: str, quantities: tuple[Quantity, ...]) -> Covered:
    return Covered(rule, "", None, quantities, by=(), lives="", why="", cite="", note="")
