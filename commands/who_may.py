"""Who may give which command where, in one word for each role: the table that docs/access.md shows.

It is told from the matrix and from what deciders ask themselves; tests/http/test_access_matrix.py puts every cell to
the deciders. A cell says where a role must be held. That an act belongs to one person (the designee, the performer, the
signer) is for the decider.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from commands.authority import MATRIX, REACH
from commands.by_key import NEVER_BY_KEY, PLACED_BY_DELIVERY, PLACED_BY_FACTS
from commands.catalog import CATALOG
from commands.resolving import reference_fields
from ledger.terms.people import Role

Cell = Literal["any", "own", "all", "told", "no"]
"""any: the role in some practice is enough. own: in a practice that it is about, or in all. all: in all practices.
told: recorded as testimony, in no capacity. no: refused."""
Confined = Literal["own", "facts", "no", "never"]
"""What a key does that is confined to practices. own: what names a patient, a practice or a
delivery within. facts: what turns out to be about nobody outside. no: what is about the whole ledger. never: what
no key does, confined or not."""

DECIDED_REACH: Final[Mapping[str, str]] = MappingProxyType(
    {
        "register_staff": "the practices of the roles that are given",
        "record_licence": "a practice in which the person works",
        "record_qualifying_status": "a practice in which the person works",
        "record_rendering_details": "a practice in which the person works",
        "record_exclusion_check": "a practice in which the person works",
        "record_departure": "the practices of the roles that end",
        "assign_practice": "the patient's practice, or the one that is named",
        "resolve_delivery": "the practice of the patient who is named, or whose claim is; a staff member anywhere",
        "settle_review": "the practice of the patient whom the review is about",
    }
)
"""Commands whose deciders find out by themselves which practice they are about: the role is held there, or in all."""


def cell(command: str, role: Role) -> Cell:
    """Where a role gives a command."""
    if role not in MATRIX[command]:
        return "told" if CATALOG[command].command.KIND == "testimony" else "no"
    reach = REACH.get(command, "anywhere")
    if reach == "ledger":
        return "all"
    return "own" if reach != "anywhere" or command in DECIDED_REACH else "any"


def by_confined_key(command: str) -> Confined:
    """What a key that is confined to practices may do with a command, beyond what the roles behind it may."""
    model = CATALOG[command].command
    is_placed = (
        any(kind in ("patient", "any") for _, kind in reference_fields(model)) or "practice" in model.model_fields
    )
    if command == NEVER_BY_KEY:
        return "never"
    if command in PLACED_BY_FACTS:
        return "facts"
    return "own" if is_placed or command == PLACED_BY_DELIVERY else "no"
