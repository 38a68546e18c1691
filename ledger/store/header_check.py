"""Whether a stored fact is what its header says, without a key: for archives and for sealing.

Promise: envelope, clear part, blinded subjects and ciphertexts are hashed anew and compared with the prefix of the
header, ledger and topic with its beginning; so a leaf commits to what is stored. Not promised: that sealed words open
to what was committed to: that needs the master key (`verify`).
"""

import struct
from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from ledger.proof.leaf import DIGEST_BYTES, MalformedHeader, decode_prefix, encode_tail, leaf_hash
from ledger.store.body import FORMAT, NONCE_BYTES, SUBJECT_SALT_BYTES, damaged, split_body
from ledger.terms.errors import LedgerDamaged, NeedsNewerProgram

BLIND: Final = b"\x02"
"""What a blinded name begins with (ledger/proof/leaf.py)."""
_DIGESTS: Final = 3 * DIGEST_BYTES
_DIGESTS_HEAD: Final = 2 * DIGEST_BYTES + 4
"""Envelope, clear part and the number of sealed parts."""
_NONE: Final = bytes(4)
_HEAD: Final = struct.Struct(">BI")
"""What a body begins with (ledger/store/body.py)."""
_PART: Final = struct.Struct(f">{SUBJECT_SALT_BYTES}sI")
"""What a sealed part begins with."""
_PART_HEAD: Final = 4 + _PART.size
_ONE: Final = b"\x00\x00\x00\x01"
_U32: Final = struct.Struct(">I")


class HeaderCheck:
    """Compares the facts of one ledger with their headers; what many of them share is hashed once."""

    def __init__(self, ledger_id: str) -> None:
        self._ledger_id = ledger_id
        self._starts: dict[bytes, str] = {}
        self._known: dict[str, bytes] = {}
        """How the last header of a topic began."""
        self._envelope = (b"", b"")

    def differs(self, topic: str, state: bytes, prefix: bytes) -> str | None:
        """In what the stored body is not that of the header, in words; None where it is.

        NeedsNewerProgram where a newer program wrote the body.
        """
        try:
            start, end = split_body(state)
            found = state[5 : start - 4]
            if self._envelope[0] != found:
                self._envelope = (found, sha256(found).digest())
            head = self._envelope[1] + sha256(state[start:end]).digest() + state[end : end + 4]
            parts = () if state[end:] == _NONE else _parts(state, end)
        except NeedsNewerProgram:
            raise
        except LedgerDamaged:
            return "The stored body cannot be taken apart."
        at = len(prefix) - _DIGESTS_HEAD - _DIGESTS * len(parts)
        if at < 0 or prefix[at : at + _DIGESTS_HEAD] != head or not self._is_start(prefix[:at], topic, prefix):
            return "The header is not that of the stored body."
        at += _DIGESTS_HEAD
        for part in parts:
            # Behind it stands the commitment to words that nobody opens here; it is part of the leaf.
            if prefix[at : at + 2 * DIGEST_BYTES] != part:
                return "The header is not that of the stored body."
            at += _DIGESTS
        return None

    def agree(self, topics: Iterable[str], states: Iterable[bytes], prefixes: Iterable[bytes]) -> bool:
        """Whether each of many bodies is that of its header: `differs`, written out for bodies with one sealed part.

        Raises struct.error where a body is cut short, TypeError and its like where values are of another kind, and as
        `differs`.
        """
        head, u32, part, digest_of = _HEAD.unpack_from, _U32.unpack_from, _PART.unpack_from, sha256
        known, (envelope, digest) = self._known.get, self._envelope
        for topic, state, prefix in zip(topics, states, prefixes, strict=True):
            form, length = head(state)
            start = 9 + length
            end = start + u32(state, start - 4)[0]
            if state[end : end + 4] == _ONE and form == FORMAT:
                found = state[5 : start - 4]
                if found != envelope:
                    envelope, digest = found, digest_of(found).digest()
                salt, length = part(state, end + 4)
                subject_at = end + _PART_HEAD
                scope_at = subject_at + length
                length_at = scope_at + 4 + u32(state, scope_at)[0] + NONCE_BYTES
                ciphertext = state[length_at + 4 :]
                clear = digest_of(state[start:end]).digest()
                subject = digest_of(BLIND + salt + state[subject_at:scope_at]).digest()
                sealed = digest_of(ciphertext).digest()
                # Last stands the commitment to words that nobody opens here; it is part of the leaf.
                made = b"".join((known(topic, b""), digest, clear, _ONE, subject, sealed, prefix[-DIGEST_BYTES:]))
                if made == prefix and len(ciphertext) == u32(state, length_at)[0]:
                    continue
            if self.differs(topic, state, prefix) is not None:
                return False
        self._envelope = (envelope, digest)
        return True

    def _is_start(self, start: bytes, topic: str, prefix: bytes) -> bool:
        """Whether the header names this ledger and the fact's topic; the same bytes are taken apart once."""
        if start not in self._starts:
            try:
                decoded = decode_prefix(prefix)
            except MalformedHeader:
                return False
            if decoded.ledger != self._ledger_id:
                return False
            self._starts[start] = decoded.topic
        self._known[self._starts[start]] = start
        return self._starts[start] == topic


def leaf_of(prefix: bytes, position: int, recorded_at: int, tags: Iterable[tuple[bytes, bytes, int]]) -> bytes:
    """The leaf that a fact's header has; `tags` are (salt, name, number), the home stream first."""
    return leaf_hash(prefix, _tail(position, recorded_at, tags))


def header_of(prefix: bytes, position: int, recorded_at: int, tags: Iterable[tuple[bytes, bytes, int]]) -> bytes:
    """The whole header of a fact; `tags` as for `leaf_of`."""
    return prefix + _tail(position, recorded_at, tags)


def _tail(position: int, recorded_at: int, tags: Iterable[tuple[bytes, bytes, int]]) -> bytes:
    blinded = [(sha256(BLIND + salt + tag).digest(), seq) for salt, tag, seq in tags]
    return encode_tail(position - 1, recorded_at, blinded)


def _parts(state: bytes, end: int) -> list[bytes]:
    """Of each sealed part the blinded subject and the digest of the ciphertext, as in a header.

    The same as `decode_body` sees; here nothing is kept. Raises as it does.
    """
    at, parts = end + 4, []
    for _ in range(int.from_bytes(state[end:at], "big")):
        salt_end = at + SUBJECT_SALT_BYTES
        subject_at = salt_end + 4
        scope_at = subject_at + int.from_bytes(state[salt_end:subject_at], "big")
        length_at = scope_at + 4 + int.from_bytes(state[scope_at : scope_at + 4], "big") + NONCE_BYTES
        end = length_at + 4 + int.from_bytes(state[length_at : length_at + 4], "big")
        if end > len(state):
            raise damaged()
        subject = sha256(BLIND + state[at:salt_end] + state[subject_at:scope_at]).digest()
        parts.append(subject + sha256(state[length_at + 4 : end]).digest())
        at = end
    if at != len(state):
        raise damaged()
    return parts
