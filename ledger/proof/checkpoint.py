"""Checkpoints of the log, and the files that prove a fact in one, or one in the next.

A checkpoint is a note whose text is origin, size and root, a line each (C2SP tlog-checkpoint). A proof is one file: the
fact's index or the old size, the path, and the checkpoint's note as it was signed (tlog-proof, tlog-witness).

Promise: what verifies was signed by a key named as the log itself. Not promised: that the log showed everybody the same
checkpoint, for which see who cosigned it.
"""

import re
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from ledger.proof.merkle import DIGEST_BYTES, EMPTY_ROOT, verify_consistency, verify_inclusion
from ledger.proof.note import BadProof as BadProof  # noqa: PLC0414 (named here for whoever reads proofs)
from ledger.proof.note import Checked, VerifierKey, base64_bytes, check, parse_note

PROOF_FORMAT: Final = "c2sp.org/tlog-proof@v1"
SIZE_MAX: Final = 2**63 - 1

_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,18}")


class Checkpoint(NamedTuple):
    """How many leaves a log had, and their root. Extension lines are kept and mean nothing here."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        """The text that is signed."""
        lines = (self.origin, str(self.size), b64encode(self.root).decode(), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True, slots=True)
class TlogProof:
    """Index (from 0), path and checkpoint note of one leaf; `extra` is proven by nothing."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    def render(self) -> bytes:
        """The proof as a file."""
        extra = "" if self.extra is None else f"extra {b64encode(self.extra).decode()}\n"
        return _file(f"{PROOF_FORMAT}\n{extra}index {self.index}\n", self.path, self.checkpoint)


class Consistency(NamedTuple):
    """That a checkpoint continues one of `old` leaves: what a witness is sent (C2SP tlog-witness)."""

    old: int
    path: tuple[bytes, ...]
    checkpoint: bytes

    def render(self) -> bytes:
        """The request as a file."""
        return _file(f"old {self.old}\n", self.path, self.checkpoint)


def parse_checkpoint(text: str) -> Checkpoint:
    """The checkpoint that a note's text is; BadProof where it is none."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
        raise BadProof("a checkpoint is three lines or more, none of them empty")
    origin, size, root, *extensions = lines[:-1]
    checkpoint = Checkpoint(origin, _number(size), _digest(root), tuple(extensions))
    if checkpoint.size == 0 and checkpoint.root != EMPTY_ROOT:
        raise BadProof("a log without leaves has another root")
    return checkpoint


def open_checkpoint(data: bytes, keys: Iterable[VerifierKey]) -> tuple[Checkpoint, Checked]:
    """The checkpoint in this note, and who signed it; BadProof also where the log's own key is not among them."""
    note = parse_note(data)
    checked = check(note, keys)
    checkpoint = parse_checkpoint(note.text)
    if checkpoint.origin not in checked.signed_by:
        raise BadProof("the log itself did not sign this checkpoint")
    return checkpoint, checked


def parse_proof(data: bytes) -> TlogProof:
    """The proof that this file is; BadProof where it is none. The note in it is not looked at yet."""
    (first, *lines), checkpoint = _parted(data)
    extra = base64_bytes(lines.pop(0)[6:]) if lines and lines[0].startswith("extra ") else None
    if first != PROOF_FORMAT or not lines or not lines[0].startswith("index "):
        raise BadProof(f"a proof begins with {PROOF_FORMAT} and says the index of its leaf")
    return TlogProof(_number(lines[0][6:]), tuple(map(_digest, lines[1:])), checkpoint, extra)


def parse_consistency(data: bytes) -> Consistency:
    """The proof of consistency that this file is; BadProof where it is none."""
    (first, *lines), checkpoint = _parted(data)
    if not first.startswith("old ") or len(lines) > 63:
        raise BadProof("a proof of consistency says the old size and has 63 hashes at most")
    return Consistency(_number(first[4:]), tuple(map(_digest, lines)), checkpoint)


def verify_proof(proof: TlogProof, leaf: bytes, keys: Iterable[VerifierKey]) -> tuple[Checkpoint, Checked]:
    """The signed checkpoint that this leaf hash is proven to be in; raises BadProof."""
    checkpoint, checked = open_checkpoint(proof.checkpoint, keys)
    if not verify_inclusion(leaf, proof.index, checkpoint.size, proof.path, checkpoint.root):
        raise BadProof("the path does not lead from this fact to the root of the checkpoint")
    return checkpoint, checked


def verify_continued(old: Checkpoint, proof: Consistency, keys: Iterable[VerifierKey]) -> tuple[Checkpoint, Checked]:
    """The signed checkpoint that is proven to continue this earlier one of its log; raises BadProof."""
    new, checked = open_checkpoint(proof.checkpoint, keys)
    if (old.origin, old.size) != (new.origin, proof.old):
        raise BadProof("the proof starts from another checkpoint than the one that was kept")
    if not verify_consistency(old.size, old.root, new.size, new.root, proof.path):
        raise BadProof("the checkpoint does not continue the one that was kept: history was rewritten or rolled back")
    return new, checked


def _file(head: str, path: Iterable[bytes], checkpoint: bytes) -> bytes:
    return "".join((head, *(f"{b64encode(node).decode()}\n" for node in path), "\n")).encode() + checkpoint


def _parted(data: bytes) -> tuple[list[str], bytes]:
    head, blank, checkpoint = data.partition(b"\n\n")
    if not blank or not head.isascii():
        raise BadProof("above a blank line and its checkpoint a proof is plain ASCII")
    return head.decode().split("\n"), checkpoint


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text) or int(text) > SIZE_MAX:
        raise BadProof("a number is written in digits, without zeros before it")
    return int(text)


def _digest(text: str) -> bytes:
    if len(data := base64_bytes(text)) != DIGEST_BYTES:
        raise BadProof("a hash is a SHA-256")
    return data
