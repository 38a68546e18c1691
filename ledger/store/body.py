"""The stored body of a fact, taken apart and put together (architecture, section 5).

body = u8 format version, u32 length and envelope JSON, u32 length and clear JSON, u32 count, then per sealed part:
       16-byte subject salt, u32 length and subject, u32 length and scope, 12-byte nonce, u32 length and ciphertext

Promise: decoding reverses encoding, and bytes that are no body are LedgerDamaged, never half a fact. The envelope
and the sealed parts are found without being read, so that folding a stream parses neither.
Not promised: that the JSON makes an event (upcast.py), or that a ciphertext opens (seal.py).
"""

import struct
from typing import Final, NamedTuple

from ledger.terms.errors import LedgerDamaged, NeedsNewerProgram

FORMAT: Final = 1
SUBJECT_SALT_BYTES: Final = 16
NONCE_BYTES: Final = 12

_U32: Final = struct.Struct(">I")
_HEAD: Final = struct.Struct(">BI")
"""Format version and length of the envelope."""
_REMEDY: Final = "Stop writing, keep this disk, and run `ccm-ledger verify` on the last good copy."


class SealedPart(NamedTuple):
    """The words about one subject, encrypted; the salt blinds the subject's tag in the header."""

    salt: bytes
    subject: str
    scope: str
    nonce: bytes
    ciphertext: bytes


class Body(NamedTuple):
    """The three parts of a stored body."""

    envelope: bytes
    clear: bytes
    parts: tuple[SealedPart, ...]


def encode_body(envelope: bytes, clear: bytes, parts: tuple[SealedPart, ...] = ()) -> bytes:
    """The body as stored."""
    pieces = [
        _FORMAT_BYTE,
        _U32.pack(len(envelope)),
        envelope,
        _U32.pack(len(clear)),
        clear,
        _U32.pack(len(parts)),
    ]
    for part in parts:
        assert len(part.salt) == SUBJECT_SALT_BYTES
        assert len(part.nonce) == NONCE_BYTES
        pieces += (
            part.salt,
            variable(part.subject.encode()),
            variable(part.scope.encode()),
            part.nonce,
            variable(part.ciphertext),
        )
    return b"".join(pieces)


def split_body(state: bytes) -> tuple[int, int]:
    """Where the clear JSON starts and ends: the envelope is `state[5:start - 4]`, the rest is sealed.

    This is the whole of what a fold needs. Raises LedgerDamaged or NeedsNewerProgram.
    """
    if not isinstance(state, bytes):
        raise damaged()  # a column of SQLite holds whatever somebody put in
    try:
        form, envelope_bytes = _HEAD.unpack_from(state)
        if form == FORMAT:
            start = 9 + envelope_bytes
            end = start + _U32.unpack_from(state, start - 4)[0]
            if end <= len(state):
                return start, end
    except struct.error:
        pass
    raise damaged() if state[:1] == _FORMAT_BYTE else _foreign(state)


def decode_body(state: bytes) -> Body:
    """The body taken apart whole; LedgerDamaged where the bytes are cut short or too long."""
    start, end = split_body(state)
    at, parts = end + 4, []
    for _ in range(int.from_bytes(state[end:at], "big")):
        part, at = _part_at(state, at)
        parts.append(part)
    if at != len(state):
        raise damaged()
    return Body(state[5 : start - 4], state[start:end], tuple(parts))


def variable(data: bytes) -> bytes:
    """`data` with its length before it."""
    return _U32.pack(len(data)) + data


def damaged() -> LedgerDamaged:
    """What to raise where stored bytes are not what was written."""
    return LedgerDamaged("A stored body cannot be taken apart: its bytes changed after they were written.", _REMEDY)


def _part_at(state: bytes, at: int) -> tuple[SealedPart, int]:
    salt, at = _take(state, at, SUBJECT_SALT_BYTES)
    subject, at = _take_variable(state, at)
    scope, at = _take_variable(state, at)
    nonce, at = _take(state, at, NONCE_BYTES)
    ciphertext, at = _take_variable(state, at)
    try:
        return SealedPart(salt, subject.decode(), scope.decode(), nonce, ciphertext), at
    except UnicodeDecodeError as error:
        raise damaged() from error


def _take_variable(state: bytes, at: int) -> tuple[bytes, int]:
    length, at = _take(state, at, _U32.size)
    return _take(state, at, int.from_bytes(length, "big"))


def _take(state: bytes, at: int, count: int) -> tuple[bytes, int]:
    if at + count > len(state):
        raise damaged()
    return state[at : at + count], at + count


def _foreign(state: bytes) -> Exception:
    if state and state[0] > FORMAT:
        return NeedsNewerProgram(
            f"The ledger holds a stored body of format {state[0]}; this program knows formats up to {FORMAT}.",
            "Install a newer version of ccm-ledger.",
        )
    return damaged()


_FORMAT_BYTE: Final = bytes([FORMAT])
