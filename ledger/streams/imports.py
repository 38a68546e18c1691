"""Documents that came in: a file or a body of a source was read, and what became of its rows.

One stream for each source and UTC day, so that a night's deliveries are compared by reading one short stream. Whoever
imports says what became of the rows; the rows themselves are facts, refusals and parked deliveries of their own.
TOPIC and field names are the storage format.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from ledger.streams.base import Event, Fact
from ledger.streams.by_id import ById
from ledger.terms.identity import Token, imports_tag
from ledger.terms.people import SourceName

DocumentKind = Literal["fhir", "time_log", "lines", "acknowledgment", "remittance"]
"""What was read: charts, a time log, lines of `submit`, or the answers of a payer."""


class DocumentImported(Event):
    """A document of a source was read to its end: what became of its rows, each counted once."""

    TOPIC: ClassVar[str] = "document_imported"
    source: SourceName
    on: date
    """The UTC day of the import."""
    kind: DocumentKind
    document: Token
    """The token of the SHA-256 of its bytes: a short file could be guessed from the digest itself."""
    accepted: int = Field(ge=0)
    unchanged: int = Field(ge=0)
    refused: int = Field(ge=0)
    parked: int = Field(ge=0)

    def tags(self) -> tuple[str, ...]:
        return (imports_tag(self.source, self.on),)

    @property
    def rows(self) -> int:
        """How many rows, resources or lines were answered."""
        return self.accepted + self.unchanged + self.refused + self.parked


@dataclass(frozen=True, slots=True)
class Imports:
    """The documents of one source on one day, each import that came to something else once."""

    by_outcome: ById[tuple[DocumentImported, int]] = field(default_factory=ById)

    @property
    def documents(self) -> tuple[tuple[DocumentImported, int], ...]:
        """The imports and their positions, in order."""
        return tuple(sorted(self.by_outcome, key=lambda each: each[1]))

    def at(self, event: DocumentImported) -> int | None:
        """Where the same document with the same outcome is on record; None where it is not."""
        found = self.by_outcome.get(_outcome(event))
        return found[1] if found is not None else None


def evolve(state: Imports, fact: Fact) -> Imports:
    """The documents of a source's day after one more fact."""
    match fact.event:
        case DocumentImported() as e:
            return Imports(state.by_outcome.put(_outcome(e), (e, fact.position)))
    return state


def _outcome(event: DocumentImported) -> str:
    counts = f"{event.accepted}.{event.unchanged}.{event.refused}.{event.parked}"
    return f"{event.kind}/{counts}/{event.document}"
