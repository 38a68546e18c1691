"""The maps of completeness on record: how many facts of each class every patient and patient-month has, as one root.

A map is the operator's word for everything up to a position, signed with the log that holds it: whoever holds the
ledger can make the same root again, or show that it is another. It is a review fact; no decision about care reads it.
TOPIC and field names are the storage format, which the offline verifier reads (ledger/proof/bill.py).
"""

from typing import ClassVar, NamedTuple

from pydantic import Field

from ledger.streams.base import Event, Fact, FactClass
from ledger.terms.identity import COMPLETENESS_TAG, Digest

DEPTH_MAX = 32
"""A map of four thousand million buckets."""


class CompletenessMapped(Event):
    """The root of the map of all facts up to a position: whoever withholds one of them contradicts it."""

    TOPIC: ClassVar[str] = "completeness_mapped"
    FACT: ClassVar[FactClass] = FactClass.REVIEW
    depth: int = Field(ge=0, le=DEPTH_MAX)
    """How many bits of a key are the number of its bucket."""
    up_to: int = Field(ge=1)
    """The last position that is counted."""
    entries: int = Field(ge=0)
    """How many subjects and classes have facts."""
    root: Digest

    def tags(self) -> tuple[str, ...]:
        return (COMPLETENESS_TAG,)


class Mapped(NamedTuple):
    """The newest map, and the fact that holds it."""

    map: CompletenessMapped | None = None
    position: int = 0


def evolve(state: Mapped, fact: Fact) -> Mapped:
    """The newest map after one more fact: the one that covers more."""
    match fact.event:
        case CompletenessMapped(up_to=up_to) as e if state.map is None or up_to > state.map.up_to:
            return Mapped(e, fact.position)
    return state
