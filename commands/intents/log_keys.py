"""Commands about the keys that sign the log; their private halves pass through no command."""

from typing import ClassVar, Literal

from commands.intents.base import Command
from ledger.streams.log_keys import KeyKind, KeyName
from ledger.terms.identity import Digest


class AdoptLogKey(Command):
    """Let a key sign the log from now on, beside the one that it takes over from."""

    NAME: ClassVar = "adopt_log_key"
    KIND: ClassVar = "act"
    name: KeyName
    """`ccm-ledger/<ledger id>`, and `/clock` behind it for the ledger's own cosigner."""
    kind: KeyKind
    public_key: Digest
    """The 32 bytes of the Ed25519 public key, in hex."""
    replaces: Digest | None = None
    """The public key that it takes over from; both sign until that one is retired."""


class RetireLogKey(Command):
    """Let a key of the log sign nothing from now on."""

    NAME: ClassVar = "retire_log_key"
    KIND: ClassVar = "act"
    kind: KeyKind
    public_key: Digest
    reason: Literal["replaced", "lost", "exposed"]
