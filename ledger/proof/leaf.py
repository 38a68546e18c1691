"""The header and the leaf of one fact: which bytes the Merkle log commits to (architecture, section 5).

header    = prefix || tail; every number is big-endian, every variable field has a u32 length before it
prefix    = u8 format version, ledger id, topic, u32 event version, class, SHA-256(envelope), SHA-256(clear part),
            u32 count, then per sealed part: blinded subject, SHA-256(ciphertext), SHA-256(salt || plaintext)
tail      = i64 leaf index, i64 recorded_at in microseconds, u32 count, then per tag: blinded tag, i64 seq;
            the home tag first, the rest sorted by these forty bytes
leaf_hash = SHA-256(0x00 || header);  blinded(tag) = SHA-256(0x02 || 16-byte salt || tag)

Promise: one fact has exactly one header, and decoding reverses encoding. A header says nothing about a person: subjects
and tags are blinded, sealed words are a salted commitment. Not promised: that a leaf is in a log (merkle.py).
"""

import struct
from collections.abc import Iterable
from hashlib import sha256
from typing import Final, NamedTuple

FORMAT: Final = 1
DIGEST_BYTES: Final = 32
TAG_SALT_BYTES: Final = 16
CONTENT_SALT_BYTES: Final = 32

_U32: Final = struct.Struct(">I")
_TAIL: Final = struct.Struct(">qqI")
_TAG: Final = struct.Struct(">32sq")


class MalformedHeader(ValueError):
    """The bytes are no header of this format."""


class SealedDigests(NamedTuple):
    """What a header says of one sealed part: the subject, blinded; the ciphertext; the commitment to its content."""

    subject: bytes
    ciphertext: bytes
    commitment: bytes


class Prefix(NamedTuple):
    """What the writer knows before the lock is taken."""

    ledger: str
    topic: str
    version: int
    fact_class: str
    envelope: bytes
    clear: bytes
    parts: tuple[SealedDigests, ...]


class TagSeq(NamedTuple):
    """A blinded tag, and the number of this fact among the facts of that tag."""

    blinded: bytes
    seq: int


class Tail(NamedTuple):
    """What the store assigns under the lock. The first tag is the home stream."""

    leaf_index: int
    recorded_at: int
    tags: tuple[TagSeq, ...]


def leaf_hash(prefix: bytes, tail: bytes) -> bytes:
    """The RFC 6962 leaf hash of the header `prefix || tail`."""
    return sha256(b"\x00" + prefix + tail).digest()


def blinded(tag: str, salt: bytes) -> bytes:
    """The tag as a header shows it: only who has the salt can tell which. MalformedHeader for any other length."""
    return sha256(b"\x02" + _whole(salt, TAG_SALT_BYTES) + tag.encode()).digest()


def commitment(salt: bytes, plaintext: bytes) -> bytes:
    """The commitment to sealed content, by 32 random bytes sealed with it. MalformedHeader for any other length."""
    return sha256(_whole(salt, CONTENT_SALT_BYTES) + plaintext).digest()


def _whole(salt: bytes, length: int) -> bytes:
    if len(salt) != length:  # a longer one could take in how the text begins
        raise MalformedHeader(f"the salt has {length} bytes")
    return salt


def encode_prefix(prefix: Prefix) -> bytes:
    """The prefix as bytes; AssertionError where a digest has another length than 32."""
    digests = [prefix.envelope, prefix.clear, *(digest for part in prefix.parts for digest in part)]
    assert all(len(digest) == DIGEST_BYTES for digest in digests)
    start = prefix_start(prefix.ledger, prefix.topic, prefix.version, prefix.fact_class)
    return b"".join((start, *digests[:2], _U32.pack(len(prefix.parts)), *digests[2:]))


def prefix_start(ledger: str, topic: str, version: int, fact_class: str) -> bytes:
    """The fields of a prefix that are the same for every fact of one ledger, topic and version."""
    return b"".join((bytes([FORMAT]), _variable(ledger), _variable(topic), _U32.pack(version), _variable(fact_class)))


def encode_tail(index: int, recorded_at: int, tags: Iterable[tuple[bytes, int]]) -> bytes:
    """The tail as bytes. `tags` holds (blinded tag, seq), the home stream first; the others are sorted here."""
    home, *rest = [_TAG.pack(tag, seq) for tag, seq in tags]
    rest.sort()
    return b"".join((_TAIL.pack(index, recorded_at, len(rest) + 1), home, *rest))


def decode_header(header: bytes) -> tuple[Prefix, Tail]:
    """The header taken apart; MalformedHeader where it is cut short, too long, unsorted or of another format."""
    prefix, end = _prefix_at(header)
    return prefix, decode_tail(header[end:])


def decode_prefix(data: bytes) -> Prefix:
    """A prefix that stands alone, taken apart; raises as `decode_header`."""
    prefix, end = _prefix_at(data)
    if end != len(data):
        raise MalformedHeader("bytes follow the last sealed part")
    return prefix


def decode_tail(data: bytes) -> Tail:
    """A tail that stands alone, taken apart; raises as `decode_header`."""
    reader = _Reader(data)
    index, recorded_at, count = _TAIL.unpack(reader.take(_TAIL.size))
    if count < 1 or len(data) != _TAIL.size + count * _TAG.size:
        raise MalformedHeader("the tail does not hold as many tags as it says")
    entries = [reader.take(_TAG.size) for _ in range(count)]
    if entries[1:] != sorted(entries[1:]):
        raise MalformedHeader("the tags are not sorted")
    return Tail(index, recorded_at, tuple(TagSeq(*_TAG.unpack(entry)) for entry in entries))


def _prefix_at(data: bytes) -> tuple[Prefix, int]:
    reader = _Reader(data)
    if reader.take(1)[0] != FORMAT:
        raise MalformedHeader("the format version is not one that this program knows")
    ledger, topic, version, fact_class = reader.text(), reader.text(), reader.u32(), reader.text()
    envelope, clear = reader.take(DIGEST_BYTES), reader.take(DIGEST_BYTES)
    parts = tuple(SealedDigests(*(reader.take(DIGEST_BYTES) for _ in range(3))) for _ in range(reader.u32()))
    return Prefix(ledger, topic, version, fact_class, envelope, clear, parts), reader.at


def _variable(text: str) -> bytes:
    data = text.encode()
    return _U32.pack(len(data)) + data


class _Reader:
    """Takes fields off the front of bytes; a field that is cut short is MalformedHeader."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, count: int) -> bytes:
        piece = self.data[self.at : self.at + count]
        if len(piece) != count:
            raise MalformedHeader("the bytes end inside a field")
        self.at += count
        return piece

    def u32(self) -> int:
        return int.from_bytes(self.take(_U32.size), "big")

    def text(self) -> str:
        try:
            return self.take(self.u32()).decode()
        except UnicodeDecodeError as error:
            raise MalformedHeader("a name is not UTF-8") from error
