"""What an erasure does to a store: keys destroyed, digests of deliveries blanked; and what is left of the facts.

Promise: each step may be repeated, and a run that was cut anywhere ends as one that was not; facts, leaves, tags and
commitments stay as they are, so every proof holds. After `destroy` no process opens the words, also one that had opened
them before; nothing can be sealed under these scopes again, also where there never was a key. After `blank_contents` a
key that was used answers `key_of_erased_content`. Not promised: that copies elsewhere are gone: backups of the vault,
the log of a database server, files that were exported.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from ledger.proof.leaf import decode_prefix
from ledger.store.body import decode_body
from ledger.store.connection import Ledger
from ledger.store.instants import from_micros

_CHUNK: Final = 512


class LostPart(NamedTuple):
    """One sealed part whose words are gone: under which key they were, and what still commits to them."""

    scope: str
    commitment: str
    """SHA-256(salt || words) in hex, as in the header of the fact: nobody can open it, and nobody can claim another."""


class LostWords(NamedTuple):
    """A fact that lost words."""

    position: int
    topic: str
    recorded_at: datetime
    parts: tuple[LostPart, ...]


def destroy(ledger: Ledger, scopes: Iterable[str]) -> None:
    """Destroy the data keys of these scopes. StoreUnavailable where a copy stayed behind: to be asked again."""
    ledger.vault.destroy(scopes)


def blank_contents(ledger: Ledger, positions: Collection[int]) -> int:
    """Blank the digest of what was delivered under every key that is bound to one of these facts; how many are blank.

    StoreUnavailable where a copy stayed behind in the database's log: to be asked again.
    """
    return ledger.engine.blank_contents(sorted(positions)) if positions else 0


def words_under(ledger: Ledger, tags: Sequence[str], scopes: Collection[str]) -> Iterator[LostWords]:
    """The facts of these streams that hold words under one of these key scopes, in ledger order; opens nothing."""
    named = frozenset(scopes)
    facts = ledger.read_all(tags)
    sealed = [fact.position for fact in facts if any(each.scope in named for each in fact.event.sealing())]
    for at in range(0, len(sealed), _CHUNK):
        for row in ledger.engine.at(sealed[at : at + _CHUNK]):
            digests = decode_prefix(row.prefix).parts
            parts = zip(decode_body(row.state).parts, digests, strict=True)
            lost = tuple(LostPart(part.scope, said.commitment.hex()) for part, said in parts if part.scope in named)
            if lost:
                yield LostWords(row.position, row.topic, from_micros(row.recorded_at), lost)
