"""What every command shares: strict frozen models, references to people, and the line that carries a command.

Promise: a field that is not listed is refused, a value of another type is refused, nothing is coerced or guessed.
"""

from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from ledger.terms.calendar import GivenInstant
from ledger.terms.people import WORDS_MAX, Outside, SourceName

POSITION_MAX: Final = 10**15
Position = Annotated[int, Field(ge=1, le=POSITION_MAX)]
"""A position or a count: bounded, for a number beyond 64 bits is read by one reader and not by the next."""
RevisionNumber = Annotated[int, Field(ge=1, le=100_000)]
"""The number of a care plan revision, counted from 1."""
Stated = Annotated[str, StringConstraints(min_length=1, max_length=WORDS_MAX, pattern=r"\S")]
"""Free text that a command cannot do without: blank is no reason, no evidence and no statement."""
OutsideValue = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*[^\x00-\x1f\x7f\s][^\x00-\x1f\x7f]*$"),
]
"""What an outside system calls somebody: as Outside, and not blank."""


class Wire(BaseModel):
    """A frozen, strict piece of a command."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class OutsideName(Wire):
    """An identifier that some system gave a patient or a staff member."""

    system: SourceName
    value: OutsideValue


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
    expect: dict[str, Annotated[int, Field(ge=0, le=POSITION_MAX)]] = Field(default_factory=dict)
    clock: GivenInstant | None = None
    data: Any
