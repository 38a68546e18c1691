"""The leaves of facts that are about to be sealed, made anew from everything that is stored of them.

Promise: what is sealed was recomputed from the stored bytes: the header's prefix from the body, the leaf from prefix,
place, time and tags, the home stream from the first tag; the first fact that does not agree stops the sealing and is
named. No key is needed. Not promised: what an older fact says now (`verify --log`), or that sealed words open.

A batch is looked at as a whole first, as it is nearly always in order; one by one where it is not, to say which fact.
"""

from collections.abc import Iterator
from typing import Any, Final, NoReturn

from ledger.proof.leaf import DIGEST_BYTES, TAG_SALT_BYTES
from ledger.store.batch_check import FOREIGN, BatchCheck, columns
from ledger.store.checkpoints.rows import Batch
from ledger.store.header_check import HeaderCheck, header_of, leaf_of
from ledger.terms.errors import LedgerDamaged

REMEDY: Final = "Nothing was signed. Stop writing, keep this disk, and run `ccm-ledger verify`."


class LeafCheck:
    """Checks facts of one ledger in their order."""

    def __init__(self, ledger_id: str) -> None:
        self._batches = BatchCheck(ledger_id)
        self._headers = HeaderCheck(ledger_id)

    def leaves(self, batch: Batch, after: int, until: int, recorded_at: int) -> list[bytes]:
        """The leaves of the facts behind position `after` up to `until`, which were recorded at `recorded_at` or later.

        LedgerDamaged at the first fact that is missing or not what its header says.
        """
        found = self._batches.leaves(batch.facts, columns(batch.members), after, recorded_at) if batch.members else None
        if found is None or len(found) != until - after:
            self._blame(batch, after, until, recorded_at)
        return found

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
                if any(len(each[4]) != TAG_SALT_BYTES for each in own):
                    _refuse(position, "the salt of a tag has another length")
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
        except FOREIGN:
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
