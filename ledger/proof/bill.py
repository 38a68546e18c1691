"""A bill in one file: facts as disclosed, and the proof that they are in the log, unchanged and complete.

Promise: every disclosed byte is the one whose digest stands in a leaf of the signed log. Not promised: that the facts
are true or support the claim, if any (`ccm-ledger verify-bill`); who signed a timestamp (`openssl ts -verify`).
"""

import json
import struct
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import reduce
from hashlib import sha256
from typing import Any, Final, NamedTuple

from ledger.proof.checkpoint import BadProof, Checkpoint, open_checkpoint
from ledger.proof.completeness import CLASSES, START, Map, next_head, subject_key, subjects_of, verify_map_proof
from ledger.proof.leaf import Prefix, TagSeq, Tail, blinded, commitment, decode_header, leaf_hash
from ledger.proof.merkle import verify_inclusion
from ledger.proof.note import Checked, VerifierKey, base64_bytes

FORMAT: Final = "ccm-ledger bill 1"
CLAIM_TOPIC: Final = "claim_released"
MAP_TOPIC: Final = "completeness_mapped"

_SHA256: Final = bytes.fromhex("608648016503040201")
_TST_INFO: Final = bytes.fromhex("2a864886f70d0109100104")


class Report(NamedTuple):
    """What is proven, and what a reader must know besides: withheld, claimed only, or left to other programs."""

    proven: tuple[str, ...]
    noted: tuple[str, ...]


class Shown(NamedTuple):
    """One fact of a file, after all that is disclosed of it was held against its header."""

    prefix: Prefix
    tail: Tail
    leaf: bytes
    withheld: int
    """How many of its pieces (envelope, clear part, sealed parts) are not in the file."""
    tags: frozenset[str]
    envelope: Mapping[str, Any]
    clear: Mapping[str, Any]


def said_of(checkpoint: Checkpoint, checked: Checked) -> tuple[str, ...]:
    """In words, which checkpoint it is, and who signed and cosigned it when."""
    seen = [f"{name} saw it at {datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%SZ}" for name, at in checked.cosigned]
    return f"{checkpoint.origin} signed a checkpoint of {checkpoint.size} facts", *seen


def verify_bill(data: bytes, keys: Sequence[VerifierKey] = ()) -> Report:
    """What the file proves, by these keys or else by its own; ValueError at the first thing that is not as it says."""
    try:
        return _verify(data, keys)
    except (LookupError, TypeError, AttributeError, OSError, OverflowError, RecursionError, struct.error) as error:
        raise BadProof("the file is not written as a bill") from error


def _verify(data: bytes, keys: Sequence[VerifierKey]) -> Report:
    names = "format ledger claim checkpoint timestamps keys facts completeness readings derivation"
    form, ledger, claim, note, tokens, own_keys, raw, maps, readings, derived = _fields(_json(data.decode()), names)
    in_file = [VerifierKey.parse(key) for key in own_keys]
    checkpoint, checked = open_checkpoint(note.encode(), keys or in_file)
    if (form, checkpoint.origin) != (FORMAT, f"ccm-ledger/{ledger}"):
        raise BadProof("the file is of another format, or its checkpoint of another ledger")
    facts = {}
    for one in raw:
        position, path, shown = _shown(one, ledger)
        if position in facts or shown.tail.leaf_index != position - 1:
            raise BadProof("a fact stands at another position than its header says")
        if not verify_inclusion(shown.leaf, position - 1, checkpoint.size, path, checkpoint.root):
            raise BadProof(f"the fact at position {position} is not in the log of this checkpoint")
        facts[position] = shown
    releases = [one for one in facts.values() if (one.prefix.topic, one.clear.get("claim")) == (CLAIM_TOPIC, claim)]
    if claim is not None and not releases:
        raise BadProof("no fact in the file releases the claim that it is about")
    about = subjects_of([one["subject"] for one in maps] if claim is None else releases[0].tags)
    rested_on = {one.envelope.get("readings") for one in facts.values()}
    if not {sha256(base64_bytes(one)).hexdigest() for one in readings} <= rested_on:
        raise BadProof("no fact in the file rests on one of its readings")
    proven = [*said_of(checkpoint, checked), f"{len(facts)} facts are in it, unchanged since"]
    noted = [f"{sum(one.withheld for one in facts.values())} pieces of these facts are withheld"]
    noted += [] if keys else ["all this by the keys in the file itself; name the log's own with --key"]
    noted += [] if maps else ["no completeness is in the file: whoever made it could leave out any fact"]
    for token in tokens:
        proven.append(f"a timestamp of {_timestamp(base64_bytes(token), checkpoint.text())} names this checkpoint")
        noted.append("who signed the timestamp is for `openssl ts -verify` to say")
    told = [_complete(one, facts, checkpoint.size, about) for one in maps]
    proven, noted = [*proven, *(counts for counts, _ in told)], [*noted, *(headers for _, headers in told)]
    if derived:
        noted.append("what the operator's program made of the facts is for `ccm-ledger verify-bill` to judge again")
    return Report(tuple(proven), tuple(noted))


def _shown(raw: Any, ledger: str) -> tuple[int, list[bytes], Shown]:
    names = "position header path tags envelope clear parts"
    position, header, path, tags, envelope, clear, parts = _fields(raw, names)
    prefix, tail = decode_header(base64_bytes(header))
    known = [_fields(one, "tag salt seq") for one in tags]
    true = prefix.ledger == ledger and len(parts) == len(prefix.parts)
    true &= {TagSeq(blinded(tag, _hex(salt)), seq) for tag, salt, seq in known} <= set(tail.tags)
    for text, digest in ((envelope, prefix.envelope), (clear, prefix.clear)):
        true &= text is None or sha256(text.encode()).digest() == digest
    for part, digests in zip(parts, prefix.parts, strict=False):
        if part is not None:
            subject, subject_salt, salt, plaintext = _fields(part, "subject subject_salt salt plaintext")
            true &= blinded(subject, _hex(subject_salt)) == digests.subject
            true &= commitment(_hex(salt), base64_bytes(plaintext)) == digests.commitment
    if not true:
        raise BadProof(f"what is disclosed of the fact at position {position} is not what its header commits to")
    leaf, withheld = leaf_hash(base64_bytes(header), b""), [envelope, clear, *parts].count(None)
    read = (frozenset(tag for tag, _, _ in known), _json(envelope or "{}"), _json(clear or "{}"))
    return position, [base64_bytes(node) for node in path], Shown(prefix, tail, leaf, withheld, *read)


def _complete(raw: Any, facts: Mapping[int, Shown], size: int, claimed: set[str]) -> tuple[str, str]:
    """The completeness that one entry of the file proves, and what it leaves open behind the map."""
    subject, fact_class, at, depth, bucket, path = _fields(raw, "subject class map depth entries path")
    clear = facts[at].clear
    said = Map(clear["depth"], clear["up_to"], clear["entries"], _hex(clear["root"]))
    if facts[at].prefix.topic != MAP_TOPIC or said.depth != depth or said.up_to >= at:
        raise BadProof("the fact that should hold the completeness map does not")
    key, nodes = subject_key(facts[at].prefix.ledger, subject), [base64_bytes(node) for node in path]
    entry = verify_map_proof(said, key, CLASSES.index(fact_class), base64_bytes(bucket), nodes)
    count, head = (entry.count, entry.head) if entry else (0, START)
    of_class = {place: one for place, one in facts.items() if one.prefix.fact_class == fact_class}
    mine = {place for place, one in of_class.items() if subject in subjects_of(one.tags)}
    covered = [of_class[place].leaf for place in sorted(mine) if place <= said.up_to]
    if (len(covered), reduce(next_head, covered, START)) != (count, head):
        raise BadProof(f"the map counts {count} {fact_class} facts of the subject, or others than those in the file")
    behind = range(said.up_to + 1, size + 1)
    if any(place not in facts for place in behind):
        raise BadProof("headers behind the completeness map are missing")
    untold = {place for place, one in of_class.items() if len(one.tags) < len(one.tail.tags)} - mine
    closed = sorted(untold & set(behind))
    patient, *month = subject.split("/")[1:]
    what = f"{'the' if f'patient/{patient}' in claimed else 'another'} patient{''.join(f' in {one}' for one in month)}"
    counts = f"the operator's map has {count} {fact_class} facts of {what} up to position {said.up_to}"
    headers = f"{len(closed)} {fact_class} facts behind that map are shown as headers only, at positions {closed}"
    return f"{counts}: all are in the file, and {len(mine) - count} after them", headers


def _timestamp(token: bytes, text: str) -> str:
    """The time in an RFC 3161 token over this text (section 2.4.2); walks its DER, and looks at no signature."""
    (_, content_info), *_ = _der(token)
    *_, (_, signed_data) = [_der(explicit)[0] for _, explicit in _der(content_info)[1:]]
    (_, kind), (_, content) = _der(_der(signed_data)[2][1])
    (_, info), *_ = _der(_der(content)[0][1])
    _, _, (_, imprint), _, (_, time), *_ = _der(info)
    (_, algorithm), (_, digest) = _der(imprint)
    if (kind, _der(algorithm)[0][1], digest) != (_TST_INFO, _SHA256, sha256(text.encode()).digest()):
        raise BadProof("a timestamp is of something else than this checkpoint")
    return time.decode("ascii")


def _der(data: bytes) -> list[tuple[int, bytes]]:
    """The elements that stand one after the other in these bytes, each a tag and its content."""
    found, at = [], 0
    while at < len(data):
        tag, length, at = data[at], data[at + 1], at + 2
        if length & 0x80:
            start, at = at, at + (length & 0x7F)
            length = int.from_bytes(data[start:at], "big")
        found.append((tag, data[at : at + length]))
        at += length
    if at != len(data):
        raise BadProof("a timestamp token is cut short")
    return found


def _fields(raw: Any, names: str) -> list[Any]:
    """The values under exactly these names."""
    if not isinstance(raw, dict) or set(raw) != set(names.split()):
        raise BadProof(f"something in the file does not consist of: {names}")
    return [raw[name] for name in names.split()]


def _json(text: str) -> Any:
    """What this JSON says; ValueError where a name comes twice or a number is no whole number."""

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(found)) < len(found):
            raise BadProof("a name comes twice")
        return dict(found)

    return json.loads(text, object_pairs_hook=pairs, parse_float=int, parse_constant=int)


def _hex(text: str) -> bytes:
    if (data := bytes.fromhex(text)).hex() != text:
        raise BadProof("hex is written in small letters")
    return data
