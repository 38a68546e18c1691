"""Signed checkpoints as evidence: whose they are, which keys signed them, and which keys may.

Keys come from the ledger's own facts and from whoever verifies (`--key`). Where he names keys, only these are trusted
at first, otherwise those that signed the ledger's first checkpoint; and another key of the ledger only from a
checkpoint on that a trusted one signed as well: that is how a rotation is done, and how a thief who adopts a key of his
own is told from one. A retired key vouches for no checkpoint, the ledger's own or a kept one, over more than was sealed
when it was retired, and from one of the ledger's own to the next its clock does not run back and something new is said.
A note that one key of the log signed twice is none.

Promise: a checkpoint is evidence only under a signature of a trusted key that is true; everything else has a name.
Not promised: that a trusted key was kept safe.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ledger.proof.checkpoint import BadProof, Checkpoint, parse_checkpoint
from ledger.proof.note import (
    COSIGNER_KEY,
    NOTE_KEY,
    BadNote,
    Note,
    Signature,
    VerifierKey,
    cosigned_message,
    parse_note,
)
from ledger.store.fsck_fact import Verdict
from ledger.store.verifying.naming import Finding, Named

SECONDS_BYTES = 8


class Anchor(NamedTuple):
    """A checkpoint that a trusted key signed."""

    size: int
    root: bytes
    source: str
    """Where it comes from, in words: `the ledger's checkpoint 7`, `kept note 2`."""
    is_own: bool
    """Whether it lies in the ledger's own database, where whoever changes facts can change it too."""


class Signed(NamedTuple):
    """A note taken apart, before anybody asks whether it may be trusted."""

    checkpoint: Checkpoint
    by: frozenset[VerifierKey]
    """The known keys whose signatures are true."""
    false: tuple[Signature, ...]
    """Lines of known keys that are false."""
    unknown: tuple[Signature, ...]
    """Lines of keys that are not known."""


def signed(data: bytes, known: Iterable[VerifierKey]) -> Signed:
    """The checkpoint in a note and who signed it; BadNote or BadProof where it is none."""
    note = parse_note(data)
    checkpoint = parse_checkpoint(note.text)
    keys = {(key.name, key.key_id): key for key in known}
    by, false, unknown = set[VerifierKey](), list[Signature](), list[Signature]()
    for line in note.signatures:
        key = keys.get((line.name, line.key_id))
        if key is None:
            unknown.append(line)
        elif key in by and key.kind == NOTE_KEY:
            raise BadNote("a key of the log signed it twice")
        elif is_true(note, line, key):
            by.add(key)
        else:
            false.append(line)
    return Signed(checkpoint, frozenset(by), tuple(false), tuple(unknown))


def is_true(note: Note, line: Signature, key: VerifierKey) -> bool:
    """Whether a line under a note was signed by this key (RFC 8032; tlog-cosignature for cosigners)."""
    message, data = note.text.encode(), line.data
    if key.kind == COSIGNER_KEY:
        seconds, data = int.from_bytes(data[:SECONDS_BYTES], "big"), data[SECONDS_BYTES:]
        message = cosigned_message(note.text, seconds)
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(data, message)
    except (InvalidSignature, ValueError):
        return False
    return True


class Judge:
    """Opens notes of one log, and remembers which keys are trusted."""

    def __init__(self, origin: str, adopted: Mapping[VerifierKey, int | None], named: Sequence[VerifierKey]) -> None:
        """`adopted` holds the ledger's keys with the positions at which they were retired."""
        self._origin = origin
        self._retired = {key: position for key, position in adopted.items() if position is not None}
        self._clock = {key for key in adopted if key.kind == COSIGNER_KEY and key.name.startswith(origin)}
        self._own_sizes: list[int] = []
        self._said = 0
        self._known = {*adopted, *named}
        self._of_log = {key for key in self._known if key.name == origin and key.kind == NOTE_KEY}
        self._chosen = {key for key in named if key in self._of_log}
        self._trusted = set(self._chosen)
        self._signed: tuple[Checkpoint, frozenset[VerifierKey]] | None = None
        self.cosignatures = 0
        """Lines of known cosigners that are true."""
        self.heard = 0
        """The latest second that the ledger's clock truly said under one of the ledger's own checkpoints so far."""

    @property
    def known(self) -> frozenset[VerifierKey]:
        """Every key that the ledger adopted or that was named."""
        return frozenset(self._known)

    def open(self, data: bytes, source: str, *, is_own: bool, size: int | None = None) -> Anchor | Finding:
        """What the note is evidence of, or why it is none. `size` is what its row says, where it has one."""
        try:
            found = signed(data, self._known)
        except (BadNote, BadProof) as error:
            return _finding(Verdict.NOTE_DAMAGED, Named.EDITED, f"{source} is no signed checkpoint: {error}.")
        checkpoint = found.checkpoint
        if checkpoint.origin != self._origin:
            return _finding(Verdict.ANOTHER_LEDGER, Named.FOREIGN, f"{source} is of another log.")
        if found.false:
            return _finding(Verdict.NOTE_DAMAGED, Named.EDITED, f"{source} was changed after it was signed.")
        trusted = self._trusted_for(is_own=is_own)
        if not found.by & trusted:
            if is_own and not self._chosen and found.by & self._of_log:
                words = f"{source} is signed by a key that the ledger adopted, and that no key before it vouches for."
                return _finding(Verdict.SIGNER_UNKNOWN, Named.UNKNOWN_KEY, words)
            return _unsigned(found, source, self._origin)
        vouching = frozenset(key for key in found.by if not self._is_past(key, checkpoint.size))
        if not vouching & trusted:
            at = self._retired[min(found.by & trusted)]
            words = f"{source} is signed by a key alone that was retired before it, at position {at}."
            return _finding(Verdict.SIGNER_UNKNOWN, Named.UNKNOWN_KEY, words)
        self._trusted |= vouching & self._of_log
        self.cosignatures += sum(key.kind == COSIGNER_KEY for key in found.by)
        if size is not None and size != checkpoint.size:
            words = f"{source} is another one: its row says {size} facts, its note {checkpoint.size}."
            return _finding(Verdict.NOTE_DAMAGED, Named.EDITED, words)
        if is_own:
            self._own_sizes.append(checkpoint.size)
            if (refuted := self._refuted(found, data, source)) is not None:
                return refuted
        return Anchor(checkpoint.size, checkpoint.root, source, is_own)

    def _trusted_for(self, *, is_own: bool) -> set[VerifierKey]:
        """The keys of the log of which one must have signed.

        Where none was named, a checkpoint that was kept may bear any key that the ledger adopted; among the ledger's
        own, the first one says which keys there are, and from there on each hands over to the next.
        """
        if self._chosen:
            return self._trusted
        return self._of_log if not is_own or not self._trusted else self._trusted

    def _is_past(self, key: VerifierKey, size: int) -> bool:
        """Whether a key was retired before so much was sealed.

        Where a checkpoint of the ledger's own covers its end, the one before it says how much was sealed then.
        """
        at = self._retired.get(key)
        if at is None:
            return False
        sealed = [own for own in self._own_sizes if own < at]
        return size >= (at if len(sealed) == len(self._own_sizes) else max(sealed, default=0) + 1)

    def _is_said_again(self, found: Signed) -> bool:
        """Whether the same checkpoint stands before it, and no key of the log signs that had not; takes it down."""
        before, by = self._signed, found.by & self._of_log
        self._signed = (found.checkpoint, frozenset(by))
        return before is not None and before[0] == found.checkpoint and by <= before[1]

    def _refuted(self, found: Signed, data: bytes, source: str) -> Finding | None:
        """What the ledger's earlier checkpoints say against one of its checkpoints."""
        if self._is_said_again(found):
            words = f"{source} says nothing but what the one before it says: it was put between."
            return _finding(Verdict.CHECKPOINT_DIFFERS, Named.INSERTED, words)
        said = self._said_by_clock(parse_note(data).signatures)
        if said and min(said) < self._said:
            words = f"Under {source} the ledger's clock says an earlier time than under the one before it."
            return _finding(Verdict.NOTE_DAMAGED, Named.EDITED, words)
        self._said = max((self._said, *said))
        self.heard = max(self.heard, self._said)
        return None

    def clock_said(self, data: bytes) -> int | None:
        """The latest second that the ledger's clock says within a note that was opened; None where it signed none."""
        return max(self._said_by_clock(parse_note(data).signatures), default=None)

    def _said_by_clock(self, lines: Iterable[Signature]) -> list[int]:
        ids = {(key.name, key.key_id) for key in self._clock}
        return [int.from_bytes(line.data[:SECONDS_BYTES], "big") for line in lines if (line.name, line.key_id) in ids]

    def cosigned(self, data: bytes, lines: Iterable[Signature], source: str) -> Iterator[Finding]:
        """What is wrong with lines that were put under a note after it was signed."""
        try:
            note = parse_note(data)
        except BadNote:
            return  # said of the note itself
        keys = {(key.name, key.key_id): key for key in self._known}
        for line in lines:
            key = keys.get((line.name, line.key_id))
            if key is not None and is_true(note, line, key):
                self.cosignatures += 1
                said = self._said_by_clock((line,))
                self.heard = max((self.heard, *said))
                if said and min(said) < self._said:
                    words = f"Under {source} the ledger's clock says an earlier time than it had said when it was made."
                    yield _finding(Verdict.NOTE_DAMAGED, Named.EDITED, words)
            elif key is not None:
                words = f"A cosignature under {source} is false: it, or the checkpoint, was changed."
                yield _finding(Verdict.NOTE_DAMAGED, Named.EDITED, words)
            elif line.name.startswith(self._origin):
                words = f"{source} bears a cosignature of this ledger's own name by a key that it never adopted."
                yield _finding(Verdict.SIGNER_UNKNOWN, Named.UNKNOWN_KEY, words)


def _unsigned(found: Signed, source: str, origin: str) -> Finding:
    if any(line.name == origin for line in found.unknown) or found.by:
        words = f"{source} is signed by a key that is not one of this log's, or that nobody vouches for."
        return _finding(Verdict.SIGNER_UNKNOWN, Named.UNKNOWN_KEY, words)
    return _finding(Verdict.NOTE_DAMAGED, Named.EDITED, f"{source} is not signed by the log itself.")


def _finding(verdict: Verdict, named: Named, words: str) -> Finding:
    return Finding(verdict, None, None, words[:1].upper() + words[1:], named)
