"""The keys that sign the ledger's log, as facts in the ledger's own stream: adopted, replaced, retired.

A key is its name, its kind and its public half; the private half is in no ledger. While two keys of a kind are adopted
both sign, which is how one takes over from the other. TOPIC and field names are the storage format.
"""

from dataclasses import dataclass, replace
from typing import Annotated, ClassVar, Literal

from pydantic import StringConstraints

from ledger.streams.base import Event, Fact
from ledger.terms.identity import LEDGER_TAG, Digest

KeyKind = Literal["log", "clock"]
"""`log` signs checkpoints; `clock` is the ledger's own cosigner, which says when."""
KeyName = Annotated[str, StringConstraints(pattern=r"^[^\s+\x00-\x1f\x7f]{1,200}$")]
"""A name as notes have it: no spaces, no plus (C2SP signed-note)."""


class LogKeyAdopted(Event):
    """A key signs the log from now on; beside the one that it replaces, until that is retired."""

    TOPIC: ClassVar[str] = "log_key_adopted"
    name: KeyName
    kind: KeyKind
    public_key: Digest
    """The 32 bytes of the Ed25519 public key, in hex."""
    replaces: Digest | None = None
    """The public key that it takes over from."""

    def tags(self) -> tuple[str, ...]:
        return (LEDGER_TAG,)


class LogKeyRetired(Event):
    """A key signs nothing from now on; what it signed before stays signed."""

    TOPIC: ClassVar[str] = "log_key_retired"
    name: KeyName
    kind: KeyKind
    public_key: Digest
    reason: Literal["replaced", "lost", "exposed"]

    def tags(self) -> tuple[str, ...]:
        return (LEDGER_TAG,)


@dataclass(frozen=True, slots=True)
class LogKey:
    """A key of the log: from which position on it signs, and from which on it does not."""

    name: str
    kind: KeyKind
    public_key: str
    adopted_at: int
    replaces: str | None = None
    retired_at: int | None = None
    reason: str | None = None

    @property
    def is_in_use(self) -> bool:
        """Whether it signs now."""
        return self.retired_at is None


@dataclass(frozen=True, slots=True)
class LogKeys:
    """Every key that the ledger adopted, in order."""

    keys: tuple[LogKey, ...] = ()

    def get(self, public_key: str, kind: str) -> LogKey | None:
        """A key by its public half."""
        return next((key for key in self.keys if (key.public_key, key.kind) == (public_key, kind)), None)

    def in_use(self, kind: str | None = None) -> tuple[LogKey, ...]:
        """The keys that sign now."""
        return tuple(key for key in self.keys if key.is_in_use and kind in {None, key.kind})


def evolve_log_keys(state: LogKeys, fact: Fact) -> LogKeys:
    """The keys of the log after one more fact."""
    match fact.event:
        case LogKeyAdopted() as e:
            adopted = LogKey(e.name, e.kind, e.public_key, fact.position, e.replaces)
            return LogKeys((*state.keys, adopted))
        case LogKeyRetired() as e:
            return LogKeys(tuple(_retired(key, e, fact.position) for key in state.keys))
    return state


def _retired(key: LogKey, event: LogKeyRetired, position: int) -> LogKey:
    if not key.is_in_use or (key.public_key, key.kind) != (event.public_key, event.kind):
        return key
    return replace(key, retired_at=position, reason=event.reason)
