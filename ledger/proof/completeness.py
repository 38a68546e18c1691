"""The completeness map: how many facts of each class every patient and patient-month has, and what they are.

Each subject and class has an entry: count, and head, the running hash of the leaves. Entries whose keys begin with the
same `depth` bits share a bucket, a leaf of a tree of 2 ** depth; its top, hashed with what the map covers, is the root,
which a fact carries into the log. Promise: a bucket shows the one entry of a subject, or that there is none. Not
promised: that the map is true: it is the operator's signed claim, which whoever holds the ledger can refute.
"""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, NamedTuple

from ledger.proof.checkpoint import BadProof

CLASSES: Final = ("record", "review", "access")
ENTRY: Final = struct.Struct(">32sBQ32s")
"""An entry in its bucket: key, class, count, head."""
START: Final = bytes(32)
"""The head of a subject without facts."""

_COVERS: Final = struct.Struct(">BQQ")
_OF_PATIENT: Final = ("patient", "care_plan", "care_month", "claims", "refusals", "accessed", "reviewed", "erasure")


@dataclass(frozen=True, slots=True)
class Entry:
    """How many facts of one class (an index of CLASSES) a subject has, and the head of their leaves."""

    key: bytes
    fact_class: int
    count: int
    head: bytes


class Map(NamedTuple):
    """What a map fact says: bits of a bucket's number, the last position covered, how many entries, and the root."""

    depth: int
    up_to: int
    entries: int
    root: bytes


def subjects_of(tags: Iterable[str]) -> set[str]:
    """The subjects, `patient/<id>` and `care_month/<id>/<month>`, that a fact with these tags is about."""
    found = set()
    for tag in tags:
        kind, _, rest = tag.partition("/")
        if kind in _OF_PATIENT and rest.startswith("pt_"):
            found |= {"patient/" + rest.partition("/")[0]} | ({tag} if kind == "care_month" else set())
    return found


def subject_key(ledger: str, subject: str) -> bytes:
    """The key of a subject: SHA-256(0x04 || u32 length || ledger id || u32 length || subject)."""
    sized = (struct.pack(">I", len(field)) + field for field in (ledger.encode(), subject.encode()))
    return sha256(b"\x04" + b"".join(sized)).digest()


def next_head(head: bytes, leaf: bytes) -> bytes:
    """The head after one more fact."""
    return sha256(b"\x03" + head + leaf).digest()


def bucket_hash(bucket: bytes) -> bytes:
    """The hash of one bucket's bytes."""
    return sha256(b"\x05" + bucket).digest()


def bucket_number(key: bytes, depth: int) -> int:
    """The number of the bucket that a key belongs to: its first `depth` bits."""
    return int.from_bytes(key, "big") >> 256 - depth


def map_interior(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node over two of them."""
    return sha256(b"\x06" + left + right).digest()


def map_root(depth: int, up_to: int, entries: int, top: bytes) -> bytes:
    """The root of a map: SHA-256(0x07 || u8 depth || u64 position || u64 entries || top)."""
    return sha256(b"\x07" + _COVERS.pack(depth, up_to, entries) + top).digest()


def verify_map_proof(said: Map, key: bytes, fact_class: int, bucket: bytes, path: Sequence[bytes]) -> Entry | None:
    """The entry of this key and class, None where it has none; BadProof where the map does not hold this bucket."""
    if len(bucket) % ENTRY.size or len(path) != said.depth or any(len(node) != 32 for node in path):
        raise BadProof("the completeness proof has another shape than its map")
    number, node = bucket_number(key, said.depth), bucket_hash(bucket)
    for level, sibling in enumerate(path):
        node = map_interior(sibling, node) if number >> level & 1 else map_interior(node, sibling)
    if map_root(said.depth, said.up_to, said.entries, node) != said.root:
        raise BadProof("the completeness proof does not lead to the root of its map")
    entries = [Entry(*fields) for fields in ENTRY.iter_unpack(bucket)]
    order = [(one.key, one.fact_class) for one in entries]
    if order != sorted(set(order)) or any(bucket_number(one.key, said.depth) != number for one in entries):
        raise BadProof("the bucket of the map is not in order")
    return next((one for one in entries if (one.key, one.fact_class) == (key, fact_class)), None)
