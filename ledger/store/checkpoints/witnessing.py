"""A witness at work: did the log sign this checkpoint, and does it follow from the one seen before (C2SP tlog-witness).

The request says from which size on and proves it, and holds the note (ledger/proof/checkpoint.py, Consistency).
What is answered is the line of a cosignature, which says: at this second this was the largest tree that I saw of that
log, and it goes on from everything that I saw before (C2SP tlog-cosignature).

Promise: nothing is answered about a checkpoint that is not proven to go on from the one seen before. Not promised:
that the log shows the same to others; several witnesses are for that.
"""

from typing import Final, NamedTuple

from ledger.proof.checkpoint import BadProof, Checkpoint, Consistency, open_checkpoint, parse_consistency
from ledger.proof.merkle import verify_consistency
from ledger.proof.note import VerifierKey, check, parse_note, render_note
from ledger.streams.witnessing import WatchedLog
from ledger.terms.errors import LedgerError

SIGNATURE_BYTES: Final = 64
"""Of Ed25519 (RFC 8032)."""


class WitnessRefused(LedgerError):
    """The checkpoint is not vouched for: unreadable, signed by nobody known, or not proven to follow."""


class Contradicted(WitnessRefused):
    """The log signed another root at the size that was seen before: with that note this one proves two histories."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        super().__init__(
            f"The log signed two roots of {checkpoint.size} facts: it shows different histories to different people.",
            "Keep both notes and ask its operator; nothing that it proves can be relied on until that is explained.",
        )
        self.checkpoint = checkpoint


def parse_request(data: bytes) -> Consistency:
    """The request that these bytes are; WitnessRefused where they are none."""
    try:
        return parse_consistency(data)
    except BadProof as error:
        raise _unreadable() from error


def origin_of(request: Consistency) -> str:
    """Which log a request says that it is about; nothing of it is checked yet."""
    try:
        return parse_note(request.checkpoint).text.partition("\n")[0]
    except BadProof as error:
        raise _unreadable() from error


def of_log_alone(request: Consistency) -> str:
    """The note of a request with the log's own signatures, which is what is put on record."""
    note = parse_note(request.checkpoint)
    origin = note.text.partition("\n")[0]
    own = tuple(line for line in note.signatures if line.name == origin and len(line.data) == SIGNATURE_BYTES)
    return render_note(note._replace(signatures=own)).decode()


def examined(request: Consistency, seen: WatchedLog) -> Checkpoint:
    """The checkpoint of a request, signed by the log and proven to follow from what was `seen`.

    Raises Contradicted where it is of the size seen before and has another root, and WitnessRefused, in order: nobody
    watches the log; no known key of the log signed it; the proof begins elsewhere; it does not hold.
    """
    if not seen.origin:
        raise WitnessRefused(
            "This ledger watches no log of that origin.", "Name it and its keys first: `ccm-ledger witness trust`."
        )
    try:
        checkpoint, _ = open_checkpoint(request.checkpoint, map(VerifierKey.parse, seen.keys))
    except BadProof as error:
        raise WitnessRefused(
            f"The checkpoint is signed by no key that this log is known by: {error}.",
            "Where the log changed its key, ask its operator, and name the new one with `ccm-ledger witness trust`.",
        ) from error
    if checkpoint.origin != seen.origin:
        raise _unreadable()
    if checkpoint.extensions:
        raise WitnessRefused(
            "The checkpoint has further lines, and what they say would be kept in the clear.",
            "Ask its operator for a checkpoint of three lines: origin, size and root.",
        )
    root = bytes.fromhex(seen.root)
    if seen.root and checkpoint.size == seen.size and checkpoint.root != root:
        raise Contradicted(checkpoint)
    if request.old != seen.size or checkpoint.size < seen.size:
        raise WitnessRefused(
            f"The checkpoint has {checkpoint.size} facts and its proof begins at {request.old}; seen before were"
            f" {seen.size}.",
            "Ask the log for a proof from the checkpoint that `ccm-ledger witness list` shows.",
        )
    if seen.size and not verify_consistency(seen.size, root, checkpoint.size, checkpoint.root, request.path):
        raise WitnessRefused(
            f"Nothing proves that the checkpoint of {checkpoint.size} facts goes on from the one of {seen.size}.",
            "Ask the log for its proof again; a log that cannot give one has rewritten what it had signed.",
        )
    return checkpoint


class Accepted(NamedTuple):
    """A cosignature that holds: whose it is, the second it names, and the line."""

    name: str
    key_id: bytes
    seconds: int
    line: bytes


def accepted(note: bytes, lines: bytes, witness: VerifierKey) -> Accepted:
    """The cosignature by this witness among the lines that it answered about a note.

    WitnessRefused where there is none, or it is of another checkpoint.
    """
    try:
        signed = parse_note(note)
        given = parse_note(signed.text.encode() + b"\n" + lines)
        own = given._replace(signatures=tuple(each for each in given.signatures if each.key_id == witness.key_id))
        ((name, seconds),) = check(own, (witness,)).cosigned
    except ValueError as error:
        raise WitnessRefused(
            f"The answer is no cosignature by that witness under this checkpoint: {error}.",
            "Check that the witness was asked about the checkpoint that is named, and that --key is its key.",
        ) from error
    return Accepted(name, witness.key_id, seconds, own.signatures[0].line().encode())


def _unreadable() -> WitnessRefused:
    return WitnessRefused(
        "The file is no request to a witness.", "Make it with `ccm-ledger witness request` on the ledger that asks."
    )
