"""Facts as they are handed out with their proofs: the header whole, the bytes that it commits to, and the salts.

Promise: what is handed out is what the header was made of, so that whoever gets a part of it can hash it again; words
leave the store as salt and plaintext, never as keys. Not promised: that anybody may see them; whoever asks decides
which of it goes into a file, and has the read recorded before.
"""

from collections.abc import Iterable
from typing import NamedTuple

from ledger.proof.leaf import blinded, encode_tail
from ledger.store.body import SealedPart, decode_body
from ledger.store.connection import Ledger
from ledger.store.engine import SaltedTag, StoredWhole


class OpenedPart(NamedTuple):
    """The words of one sealed part: subject and plaintext, each with the salt that its digest in the header needs."""

    subject: str
    subject_salt: bytes
    salt: bytes
    plaintext: bytes


class Disclosed(NamedTuple):
    """One fact with everything that a proof of it, or of a part of it, is made of."""

    position: int
    recorded_at: int
    """In microseconds."""
    topic: str
    header: bytes
    envelope: bytes
    clear: bytes
    tags: tuple[SaltedTag, ...]
    """The home stream first."""
    parts: tuple[SealedPart, ...]


class Disclosing:
    """Hands out facts of one ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def facts(self, positions: Iterable[int]) -> list[Disclosed]:
        """The facts at these positions, in order; LedgerDamaged where a body cannot be taken apart."""
        return [_disclosed(row) for row in self._ledger.engine.disclosed(sorted(set(positions)))]

    def opened(self, fact: Disclosed, part: SealedPart) -> OpenedPart | None:
        """The words of a sealed part of a fact; None where their key is gone."""
        salted = self._ledger.mapper.unseal(part, fact.topic)
        return None if salted is None else OpenedPart(part.subject, part.salt, *salted)

    def reading_set(self, digest: str) -> bytes | None:
        """The canonical bytes of a reading set."""
        return self._ledger.reading_set(digest)


def _disclosed(row: StoredWhole) -> Disclosed:
    body = decode_body(row.state)
    tail = encode_tail(
        row.position - 1, row.recorded_at, [(blinded(each.tag, each.salt), each.seq) for each in row.tags]
    )
    header = row.prefix + tail
    return Disclosed(row.position, row.recorded_at, row.topic, header, body.envelope, body.clear, row.tags, body.parts)
