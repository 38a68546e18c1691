"""The leaves of facts that are about to be sealed, made anew from everything that is stored of them.

Promise: what is sealed was recomputed from the stored bytes: the header's prefix from the body, the leaf from prefix,
place, time and tags, the home stream from the first tag; the first fact that does not agree stops the sealing and is
named. No key is needed. Not promised: what an older fact says now (`verify --log`), or that sealed words open.

A batch is looked at as a whole first, as it is nearly always in order; one by one where it is not, to say which fact.
"""

import struct
from collections.abc import Iterator
from hashlib import sha256
from operator import itemgetter
from typing import Any, Final, NoReturn

from ledger.proof.leaf import DIGEST_BYTES
from ledger.store.checkpoints.rows import Batch
from ledger.store.header_check import BLIND, HeaderCheck, header_of, leaf_of
from ledger.terms.errors import LedgerDamaged

REMEDY: Final = "Nothing was signed. Stop writing, keep this disk, and run `ccm-ledger verify`."
_LEAF: Final = b"\x00"
_TAG: Final = struct.Struct(">32sq")
_TAIL: Final = struct.Struct(">qqI")
_FOREIGN: Final = (TypeError, AttributeError, ValueError, LookupError, struct.error)
"""What comes of values of another kind: SQLite keeps whatever somebody put in."""


class LeafCheck:
    """Checks facts of one ledger in their order."""

    def __init__(self, ledger_id: str) -> None:
        self._headers = HeaderCheck(ledger_id)

    def leaves(self, batch: Batch, after: int, until: int, recorded_at: int) -> list[bytes]:
        """The leaves of the facts behind position `after` up to `until`, which were recorded at `recorded_at` or later.

        LedgerDamaged at the first fact that is missing or not what its header says.
        """
        try:
            found = self._all_at_once(batch, after, recorded_at)
        except _FOREIGN:
            found = None
        if found is None or len(found) != until - after:
            self._blame(batch, after, until, recorded_at)
        return found

    def _all_at_once(self, batch: Batch, after: int, recorded_at: int) -> list[bytes] | None:
        """The leaves; None where something of the batch does not agree."""
        facts, members = batch
        starts = [at for at, member in enumerate(members) if member[1] == 0]
        ends = [*starts[1:], len(members)]
        sizes = [end - start for start, end in zip(starts, ends, strict=True)]
        places = [place for place, size in enumerate(sizes, after + 1) for _ in range(size)]
        if (
            list(map(itemgetter(0), facts)) != list(range(after + 1, after + 1 + len(sizes)))
            or list(map(itemgetter(0), members)) != places
            or list(map(itemgetter(1), members)) != [ordinal for size in sizes for ordinal in range(size)]
        ):
            return None
        pack, tail, differs = _TAG.pack, _TAIL.pack, self._headers.differs
        tags = [pack(sha256(BLIND + salt + tag.encode()).digest(), seq) for _, _, tag, seq, salt in members]
        leaves = []
        for (position, home, version, topic, state, at, prefix, leaf), start, end in zip(
            facts, starts, ends, strict=True
        ):
            first = members[start]
            others = tags[start + 1 : end]
            others.sort()
            header = b"".join((_LEAF, prefix, tail(position - 1, at, end - start), tags[start], *others))
            made = sha256(header).digest()
            if made != leaf or first[2] != home or first[3] != version or at < recorded_at:
                return None
            if differs(topic, state, prefix) is not None:
                return None
            recorded_at = at
            leaves.append(made)
        return leaves

    def _blame(self, batch: Batch, after: int, until: int, recorded_at: int) -> NoReturn:
        """Say which fact does not agree, and in what."""
        position = after
        members = iter(batch.members)
        member = next(members, None)
        try:
            for place, home, version, topic, state, at, prefix, leaf in batch.facts:
                position += 1
                own = []
                while member is not None and member[0] == position:
                    own.append(member)
                    member = next(members, None)
                if place != position:
                    _refuse(position, "it is not there")
                if [each[1] for each in own] != list(range(len(own))):
                    _refuse(position, "its tags are not in their order")
                if not own or (own[0][2], own[0][3]) != (home, version):
                    _refuse(position, "its home stream is not that of its first tag")
                if at < recorded_at:
                    _refuse(position, "it is dated before the one that precedes it")
                tags = [(salt, tag.encode(), seq) for _, _, tag, seq, salt in own]
                if leaf_of(prefix, position, at, tags) != leaf or len(leaf) != DIGEST_BYTES:
                    _refuse(position, "its leaf is not the hash of its header, place, time and tags")
                if words := self._headers.differs(topic, state, prefix):
                    _refuse(position, words[:1].lower() + words[1:].rstrip("."))
                recorded_at = at
        except _FOREIGN:
            _refuse(position, "its row holds values of another kind")
        words = "it is not there" if position < until else "tags name a fact that is not there"
        _refuse(position + 1, words)


def _refuse(position: int, words: str) -> NoReturn:
    raise LedgerDamaged(f"The fact at position {position} cannot be sealed: {words}.", REMEDY)


def headers(batch: Batch) -> Iterator[bytes]:
    """The whole headers of facts, as they are hashed; TypeError and its like where rows hold other kinds of values."""
    tags: dict[int, list[tuple[bytes, bytes, int]]] = {}
    for position, _, tag, seq, salt in batch.members:
        tags.setdefault(position, []).append((salt, tag.encode(), seq))
    for position, _, _, _, _, recorded_at, prefix, _ in batch.facts:
        yield header_of(prefix, position, recorded_at, tags[position])


def stored_leaves(batch: Batch) -> list[Any]:
    """The leaves as the rows say them."""
    return [row[7] for row in batch.facts]
