"""Commands of a witness: watch the log of another ledger, say which checkpoint of it was seen, or that two disagree."""

from typing import ClassVar

from pydantic import Field

from commands.intents.base import POSITION_MAX, Command
from ledger.streams.witnessing import KEYS_MAX, KeyText, NoteText, Origin
from ledger.terms.identity import Digest


class TrustLog(Command):
    """Watch the log of another ledger, by the public keys that it signs with."""

    NAME: ClassVar = "trust_log"
    KIND: ClassVar = "act"
    origin: Origin
    keys: tuple[KeyText, ...] = Field(min_length=1, max_length=KEYS_MAX)


class _OfCheckpoint(Command):
    origin: Origin
    size: int = Field(ge=0, le=POSITION_MAX)
    root: Digest
    note: NoteText
    """The whole note as it was signed."""


class WitnessCheckpoint(_OfCheckpoint):
    """Say that a checkpoint of a watched log was seen, and proven to follow from the one seen before."""

    NAME: ClassVar = "witness_checkpoint"
    KIND: ClassVar = "act"
    after: int = Field(ge=0, le=POSITION_MAX)
    """The size of the checkpoint seen before, from which it was proven to follow; 0: there was none."""


class ReportContradiction(_OfCheckpoint):
    """Say that a watched log signed a checkpoint that cannot follow from the one seen before."""

    NAME: ClassVar = "report_contradiction"
    KIND: ClassVar = "act"
