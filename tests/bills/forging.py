"""A log of its own for bills under test, and forgers who write whole new logs: what they change is proven, and false.

The tree is that of RFC 9162, section 2.1.3.1, written down again here in a few lines, so that nothing of the store that
seals logs takes part.
"""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.proof.checkpoint import Checkpoint
from ledger.proof.leaf import decode_header, encode_prefix, encode_tail, leaf_hash
from ledger.proof.merkle import interior, root_of
from ledger.proof.note import NOTE_KEY, Note, Signature, VerifierKey, render_note
from ledger.store.connection import Ledger
from projections.exports.bill import Anchor
from projections.exports.bill_file import Bill, BillFact

OWN_SEED = bytes(range(32))
FORGERS_SEED = bytes(range(1, 33))
Change = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass
class SignedLog:
    """Leaves in order, signed by a key that anybody can make."""

    ledger: str
    leaves: list[bytes]
    seed: bytes = OWN_SEED

    @property
    def key(self) -> VerifierKey:
        """The public key of the log."""
        public = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        return VerifierKey(f"ccm-ledger/{self.ledger}", NOTE_KEY, public)

    def note(self) -> str:
        """The signed checkpoint of all leaves."""
        text = Checkpoint(self.key.name, len(self.leaves), root_of(self.leaves)).text()
        signature = Ed25519PrivateKey.from_private_bytes(self.seed).sign(text.encode())
        return render_note(Note(text, (Signature(self.key.name, self.key.key_id, signature),))).decode()

    def path(self, position: int) -> tuple[bytes, ...]:
        """The inclusion path of the fact at a position."""
        return tuple(_path(position - 1, self.leaves))

    def anchor(self) -> Anchor:
        """What a bill stands on."""
        return Anchor(self.ledger, self.note(), len(self.leaves), self.path, (self.key.render(),))


def log_of(ledger: Ledger) -> SignedLog:
    """The log of a ledger as it is now."""
    with ledger.engine.snapshot() as snapshot:
        return SignedLog(ledger.ledger_id, [bytes(fact[-1]) for fact in snapshot.facts()])


def _path(index: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    half = 1 << (len(leaves) - 1).bit_length() - 1
    if index < half:
        return [*_path(index, leaves[:half]), _root(leaves[half:])]
    return [*_path(index - half, leaves[half:]), _root(leaves[:half])]


def _root(leaves: list[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return interior(_root(leaves[:half]), _root(leaves[half:]))


# --- forgers ----------------------------------------------------------------------------------------------------------


def said_otherwise(fact: BillFact, change: Change) -> BillFact:
    """The fact with another clear part, and a header that commits to it."""
    clear = json.dumps(change(json.loads(fact.clear or "{}")), separators=(",", ":"), ensure_ascii=False)
    prefix, tail = decode_header(base64.b64decode(fact.header))
    prefix = prefix._replace(clear=sha256(clear.encode()).digest())
    header = encode_prefix(prefix) + encode_tail(*tail[:2], tail.tags)
    return fact.model_copy(update={"clear": clear, "header": base64.b64encode(header).decode()})


def signed_anew(bill: Bill, facts: tuple[BillFact, ...], log: SignedLog) -> Bill:
    """A bill of these facts under a log that was written for them, signed by the forger."""
    leaves = list(log.leaves)
    for fact in facts:
        leaves[fact.position - 1] = leaf_hash(base64.b64decode(fact.header), b"")
    forged = SignedLog(log.ledger, leaves, FORGERS_SEED)
    paths = {
        fact.position: tuple(base64.b64encode(node).decode() for node in forged.path(fact.position)) for fact in facts
    }
    shown = tuple(fact.model_copy(update={"path": paths[fact.position]}) for fact in facts)
    return bill.model_copy(update={"facts": shown, "checkpoint": forged.note(), "keys": (forged.key.render(),)})


def forged(bill: Bill, log: SignedLog, topic: str, change: Change, number: int = 0) -> Bill:
    """The bill of somebody who wrote one of its facts anew (the numbered one of its kind), with the whole log."""
    (chosen,) = list(bill.of_topic(topic))[number : number + 1]
    facts = tuple(said_otherwise(fact, change) if fact is chosen else fact for fact in bill.facts)
    return signed_anew(bill, facts, log)


def without(bill: Bill, topic: str, number: int = 0) -> Bill:
    """The bill with one of its facts left out."""
    left_out = list(bill.of_topic(topic))[number]
    return bill.model_copy(update={"facts": tuple(fact for fact in bill.facts if fact is not left_out)})
