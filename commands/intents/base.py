"""What every command shares: strict frozen models, references to people, and the line that carries a command.

Promise: a field that is not listed is refused, a value of another type is refused, nothing is coerced or guessed.
"""

from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from ledger.terms.calendar import GivenInstant
from ledger.terms.people import Outside, SourceName


class Wire(BaseModel):
    """A frozen, strict piece of a command."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class OutsideName(Wire):
    """An identifier that some system gave a patient or a staff member."""

    system: SourceName
    value: Outside


Ref = str | OutsideName
"""A patient or staff member: the ledger's opaque id, or an identifier of a registered system."""


class Command(Wire):
    """One intent, in the imperative.

    `NAME` is what the wire calls it; `KIND` says whether it may be refused for its content. A patient who was merged
    into another stands for that other one (resolving.py), except in the fields of `AS_NAMED`.
    """

    NAME: ClassVar[str]
    KIND: ClassVar[Literal["act", "testimony"]]
    AS_NAMED: ClassVar[frozenset[str]] = frozenset()
    """Fields that mean just the patient whom they name, also one who was merged into another."""


class Actor(Wire):
    """Who asks, as claimed: a staff reference, and for whom."""

    id: Ref
    on_behalf_of: Ref | None = None


class SourceLine(Wire):
    """The system that delivers, its own id and version of the row, and when it wrote the row down."""

    system: SourceName
    id: Outside | None = None
    version: Outside | None = None
    recorded_at: GivenInstant | None = None


class CommandLine(Wire):
    """One line of `submit`. `data` is the command's own model; `clock` only exists in a simulated ledger."""

    v: Literal[1]
    key: Outside
    command: str
    actor: Actor | None = None
    source: SourceLine | None = None
    correlation: Outside | None = None
    expect: dict[str, int] = Field(default_factory=dict)
    clock: GivenInstant | None = None
    data: Any
