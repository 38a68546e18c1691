"""Commands of a witness: watch the log of another ledger, say which checkpoint of it was seen, or that two disagree."""

from base64 import b64encode
from typing import Annotated, ClassVar, Final

from pydantic import Field, StringConstraints, model_validator

from commands.intents.base import POSITION_MAX, Command
from ledger.streams.witnessing import KEYS_MAX, NOTE_MAX, KeyText, Origin
from ledger.terms.identity import Digest

_SIGNATURE: Final = r"\u2014 [^\s+]{1,200} [A-Za-z0-9+/]{91}="
"""A line under a checkpoint: a name, and base64 of four bytes of a key's id and the 64 of an Ed25519 signature."""
NOTE_SHAPE: Final = rf"^[^\s+]+\n[0-9]+\n[A-Za-z0-9+/]{{43}}=\n\n({_SIGNATURE}\n)+$"
SignedText = Annotated[str, StringConstraints(max_length=NOTE_MAX, pattern=NOTE_SHAPE)]
"""A signed checkpoint of three lines and the log's own signatures. It is kept in the clear, so there is room in it for
nothing else: no further line, no line of somebody else's name."""


class TrustLog(Command):
    """Watch the log of another ledger, by the public keys that it signs with."""

    NAME: ClassVar = "trust_log"
    KIND: ClassVar = "act"
    origin: Origin
    keys: tuple[KeyText, ...] = Field(min_length=1, max_length=KEYS_MAX)

    @model_validator(mode="after")
    def _of_one_name(self) -> "TrustLog":
        if any(key.partition("+")[0] != self.origin for key in self.keys):
            raise ValueError("the keys of a log bear its name")
        return self


class _OfCheckpoint(Command):
    origin: Origin
    size: int = Field(ge=0, le=POSITION_MAX)
    root: Digest
    note: SignedText
    """The checkpoint with the signatures of its log."""

    @model_validator(mode="after")
    def _is_of_this_checkpoint(self) -> "_OfCheckpoint":
        text, _, lines = self.note.partition("\n\n")
        root = b64encode(bytes.fromhex(self.root)).decode()
        if text != f"{self.origin}\n{self.size}\n{root}":
            raise ValueError("the note is the one of this checkpoint")
        if any(line.split(" ")[1] != self.origin for line in lines.splitlines()):
            raise ValueError("under the note stand signatures of its log alone")
        return self


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
