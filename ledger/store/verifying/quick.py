"""One fast pass over the stored facts: header, leaf, body digests, tags, places, times and numbers of streams.

Promise: whatever of a fact disagrees with its leaf is an issue with its position, the same that the deep pass
(ledger/store/fsck.py) finds, but for what needs a key or the fact's meaning: words are not opened, and no event is
made. Facts come out as tiles of 256 leaves in the order of the log. Memory is eight bytes a stream and one tile.
Not promised: that the leaves are those that were sealed; log.py compares.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from ledger.proof.leaf import DIGEST_BYTES, MalformedHeader, decode_prefix
from ledger.store.batch_check import FOREIGN, BatchCheck, columns
from ledger.store.batches import Rows
from ledger.store.body import decode_body
from ledger.store.fsck_fact import Issue, StoredFact, StoredTag, Verdict, header_issues, leaf_issues
from ledger.terms.errors import LedgerDamaged, NeedsNewerProgram

TILE: Final = 256
"""Leaves of a tile (C2SP tlog-tiles)."""
HOLE: Final = bytes(DIGEST_BYTES)
"""Stands for the leaf of a fact that is not there."""
STRAY: Final = 1_000_000
"""A row so far behind the last one is no fact of the log, and the places between them are not counted."""


class Found(NamedTuple):
    """An issue and the position of the fact that has it; None where it is a stream's."""

    position: int | None
    issue: Issue
    tag: str | None = None


class Seen(NamedTuple):
    """A checkpoint as the ledger's clock saw it."""

    size: int
    """How many facts it covers."""
    not_before: int
    """In microseconds: none behind it is dated before."""


class Tile(NamedTuple):
    """The leaves of the places 256 n + 1 to at most 256 n + 256, as they are stored, and what is wrong with them."""

    n: int
    leaves: list[bytes]
    found: list[Found]


class Streams:
    """How many facts each stream has so far, and how many it says it has."""

    def __init__(self, rows: Iterable[tuple[int, str, int]], *, from_start: bool = True) -> None:
        self.from_start = from_start
        heads = [(tag_id, head) for tag_id, _, head in rows]
        self._ids = array("q", (tag_id for tag_id, _ in heads))
        self._heads = array("q", (head for _, head in heads))
        dense = bool(heads) and heads[0][0] > 0 and heads[-1][0] <= 2 * len(heads) + TILE
        self.seen: Any = array("q", bytes(8 * (heads[-1][0] + 1))) if dense else defaultdict(int)

    def gaps(self, members: Iterable[tuple[Any, ...]]) -> Iterator[Found]:
        """Count these tags; those whose number is not the next one of their stream."""
        seen = self.seen
        for position, _, tag_id, tag, seq, _ in members:
            count = seen[tag_id]
            if seq != count + 1 and (count or self.from_start or seq < 1):
                yield Found(
                    position, Issue(Verdict.STREAM_GAP, f"The stream goes from fact {count} to fact {seq}."), tag
                )
            seen[tag_id] = seq

    def differing(self) -> Iterator[tuple[int, int, int]]:
        """(stream, how many facts it says it has, how many it has) of those that differ."""
        for tag_id, head in zip(self._ids, self._heads, strict=True):
            count = self.seen[tag_id]
            if count != head and (count or self.from_start):
                yield tag_id, head, count


class QuickPass:
    """Checks the facts behind a position, one batch behind the other."""

    def __init__(self, ledger_id: str, streams: Streams, *, after: int = 0, seen: Iterable[Seen] = ()) -> None:
        """`seen` are checkpoints in their order: what lies behind one was not there when it was signed."""
        assert after % TILE == 0, "a pass begins where a tile does"
        self._ledger_id = ledger_id
        self._streams = streams
        self._batches = BatchCheck(ledger_id)
        self._n = after // TILE
        self._leaves: list[bytes] = []
        self._recorded_at = 0
        self._seen = [*reversed([*seen])]
        self._not_before = 0
        self.last = after
        """The highest position so far."""
        self.facts = 0
        """How many rows were checked."""

    def tiles(self, batches: Iterable[Rows]) -> Iterator[Tile]:
        """The tiles in order, the last one as far as it goes; what is wrong behind all facts comes without leaves.

        A batch is looked at as a whole first, as nearly all are sound; fact by fact where something does not agree.
        """
        found: list[Found] = []
        for facts, members in batches:
            if not self._take(facts, members, found):
                found += self._one_by_one(facts, members)
            for at in range(TILE, len(self._leaves) + 1, TILE):
                yield Tile(self._n, self._leaves[at - TILE : at], found)
                self._n, found = self._n + 1, []
            self._leaves = self._leaves[len(self._leaves) // TILE * TILE :]
        if self._leaves or found:
            yield Tile(self._n, self._leaves, found)

    # --- a batch as a whole -------------------------------------------------------------------------------------------

    def _take(self, facts: Sequence[tuple[Any, ...]], members: Sequence[tuple[Any, ...]], found: list[Found]) -> bool:
        """Take in a batch if all of it agrees; else nothing is changed. Numbers of streams may be found to be wrong."""
        if not facts or not members:
            return False
        leaves = self._batches.leaves(facts, columns(members), self.last, self._recorded_at)
        if leaves is None or not all(type(member[2]) is int for member in members):
            return False
        times = [row[5] for row in facts]
        seen, not_before = len(self._seen), self._not_before
        if times[0] < not_before:
            return False
        while seen and self._seen[seen - 1].size < facts[-1][0]:
            seen, not_before = seen - 1, self._seen[seen - 1].not_before
            # Later facts of the batch are dated no earlier.
            if times[max(self._seen[seen].size - self.last, 0)] < not_before:
                return False
        del self._seen[seen:]
        self._not_before = not_before
        self._recorded_at = times[-1]
        self.facts += len(facts)
        self.last = facts[-1][0]
        self._leaves += leaves
        found += self._streams.gaps(members)
        return True

    # --- fact by fact -------------------------------------------------------------------------------------------------

    def _one_by_one(self, facts: Iterable[tuple[Any, ...]], members: Sequence[tuple[Any, ...]]) -> Iterator[Found]:
        at = 0
        for row in facts:
            position = row[0]
            while at < len(members) and not _reaches(members[at][0], position):
                yield _without_fact(members[at][0])
                at += 1
            start = at
            while at < len(members) and members[at][0] == position:
                at += 1
            gap = position - self.last - 1
            if gap:
                yield self._gap(position, gap)
                if not 0 < gap <= STRAY:
                    continue
                self._leaves += [HOLE] * gap
            yield from self._check(row, members[start:at])
            leaf = row[7]
            self._leaves.append(leaf if type(leaf) is bytes and len(leaf) == DIGEST_BYTES else HOLE)
            self.last = position
        for member in members[at:]:
            yield _without_fact(member[0])

    def _gap(self, position: int, gap: int) -> Found:
        if 0 < gap <= STRAY:
            words = f"Facts are missing: {self.last + 1} to {position - 1}."
        else:
            words = "A row stands far from all facts: it is none of this log."
        return Found(position, Issue(Verdict.POSITION_GAP, words))

    def _check(self, row: tuple[Any, ...], mine: Sequence[tuple[Any, ...]]) -> Iterator[Found]:
        self.facts += 1
        position, recorded_at = row[0], row[5]
        is_sound = self._is_sound(row, mine)
        try:
            yield from self._streams.gaps(mine)
            if recorded_at < self._recorded_at:
                words = "The fact is dated before the one that precedes it."
                yield Found(position, Issue(Verdict.TIME_RUNS_BACK, words))
            self._recorded_at = recorded_at
            while self._seen and self._seen[-1].size < position:
                self._not_before = self._seen.pop().not_before
            if recorded_at < self._not_before:
                words = (
                    "The fact is dated before the ledger's clock saw a checkpoint that does not cover it: it was dated"
                    " back, or the clock was wrong."
                )
                yield Found(position, Issue(Verdict.TIME_RUNS_BACK, words))
        except FOREIGN:
            is_sound = False
        if not is_sound:
            for issue in self.issues(row, mine):
                yield Found(position, issue)

    def _is_sound(self, row: tuple[Any, ...], mine: Sequence[tuple[Any, ...]]) -> bool:
        """Whether everything that a leaf commits to agrees with it."""
        return bool(mine) and self._batches.leaves((row,), columns(mine), row[0] - 1, row[5]) is not None

    def issues(self, row: tuple[Any, ...], mine: Sequence[tuple[Any, ...]]) -> Iterator[Issue]:
        """Everything about a fact that does not agree, slowly: for those that the fast check stopped at."""
        fact = StoredFact._make(row)
        if not fact.is_well_formed:
            yield Issue(Verdict.BODY_DAMAGED, "The fact's row holds values of another kind.")
            return
        yield from leaf_issues(fact, stored_tags(mine))
        try:
            yield from header_issues(self._ledger_id, fact, decode_prefix(fact.prefix), decode_body(fact.state))
        except NeedsNewerProgram as error:
            yield Issue(Verdict.NEWER_PROGRAM, error.happened)
        except LedgerDamaged as error:
            yield Issue(Verdict.BODY_DAMAGED, error.happened)
        except MalformedHeader as error:
            yield Issue(Verdict.HEADER_DIFFERS, f"The stored header is none: {error}.")


def stored_tags(mine: Iterable[tuple[Any, ...]]) -> list[StoredTag]:
    """Rows of `members` as the tags of one fact."""
    return [StoredTag(position, ordinal, tag, seq, salt) for position, ordinal, _, tag, seq, salt in mine]


def _reaches(member: object, position: int) -> bool:
    """Whether a tag row is at a position or behind it; SQLite sorts what is no number behind all numbers."""
    return not isinstance(member, int) or member >= position


def _without_fact(position: Any) -> Found:
    where = position if isinstance(position, int) else None
    return Found(where, Issue(Verdict.TAGS_DIFFER, "A tag names a fact that is not there."))
