"""Logs of other ledgers that this one watches: which keys they sign with, and the newest checkpoint seen of each.

A witness keeps what it saw where its own operator cannot change it either: as facts. TOPIC and field names are the
storage format. Not promised: that a checkpoint's signature or proof was right; that is checked before the fact
(ledger/store/checkpoints/witnessing.py), and anybody can check the note that is kept.
"""

from dataclasses import dataclass, replace
from typing import Annotated, ClassVar, Final

from pydantic import Field, StringConstraints

from ledger.streams.base import Event, Fact
from ledger.terms.identity import Digest, Token, witnessed_tag

KEYS_MAX: Final = 16
NOTE_MAX: Final = 32_768
Origin = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\s+]+$")]
"""How a log calls itself in the first line of its checkpoints (C2SP tlog-checkpoint)."""
KeyText = Annotated[
    str, StringConstraints(min_length=10, max_length=400, pattern=r"^[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+=*$")
]
"""A public key as a note's tools write it (C2SP signed-note, verifier keys)."""
NoteText = Annotated[str, StringConstraints(min_length=1, max_length=NOTE_MAX, pattern=r"\S")]


class _OfLog(Event):
    """What all facts about one watched log share."""

    log: Token
    """The token of its origin, which names the stream."""

    def tags(self) -> tuple[str, ...]:
        return (witnessed_tag(self.log),)


class LogTrusted(_OfLog):
    """The log of another ledger is watched from now on, by these keys; a later word replaces them."""

    TOPIC: ClassVar[str] = "log_trusted"
    origin: Origin
    keys: tuple[KeyText, ...] = Field(min_length=1, max_length=KEYS_MAX)


class CheckpointWitnessed(_OfLog):
    """A checkpoint of a watched log was seen, signed by a known key and consistent with the one seen before it."""

    TOPIC: ClassVar[str] = "checkpoint_witnessed"
    size: int = Field(ge=0)
    root: Digest
    note: NoteText


class CheckpointContradicted(_OfLog):
    """A watched log signed a checkpoint that cannot follow from the one seen before it: two histories were shown."""

    TOPIC: ClassVar[str] = "checkpoint_contradicted"
    size: int = Field(ge=0)
    root: Digest
    note: NoteText


@dataclass(frozen=True, slots=True)
class WatchedLog:
    """What is known of one watched log; an empty origin: it is not watched."""

    origin: str = ""
    keys: tuple[str, ...] = ()
    trusted_at: int = 0
    """The position of the fact that names its keys."""
    size: int = 0
    root: str = ""
    """Of the newest checkpoint that was seen, in hex; empty where none was."""
    note: str = ""
    seen_at: int = 0
    """The position of the fact that it was seen in."""
    contradictions: tuple[tuple[str, int], ...] = ()
    """(root, position) of checkpoints that contradict what was seen."""


def evolve(state: WatchedLog, fact: Fact) -> WatchedLog:
    """A watched log after one more fact."""
    match fact.event:
        case LogTrusted() as e:
            return replace(state, origin=e.origin, keys=e.keys, trusted_at=fact.position)
        case CheckpointWitnessed() as e:
            return replace(state, size=e.size, root=e.root, note=e.note, seen_at=fact.position)
        case CheckpointContradicted() as e:
            return replace(state, contradictions=(*state.contradictions, (e.root, fact.position)))
    return state
