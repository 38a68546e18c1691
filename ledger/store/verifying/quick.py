"""One fast pass over the stored facts: header, leaf, body digests, tags, places, times and numbers of streams.

Promise: whatever of a fact disagrees with its leaf is an issue with its position, the same that the deep pass
(ledger/store/fsck.py) finds, but for what needs a key or the fact's meaning: words are not opened, and no event is
made. Facts come out as tiles of 256 leaves in the order of the log. Memory is eight bytes a stream and one tile.
Not promised: that the leaves are those that were sealed; log.py compares.
"""

import struct
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import chain
from typing import Any, Final, NamedTuple

from ledger.proof.leaf import DIGEST_BYTES, MalformedHeader, decode_prefix
from ledger.store.body import decode_body
from ledger.store.fsck_fact import Issue, StoredFact, StoredTag, Verdict, header_issues, leaf_issues
from ledger.store.header_check import BLIND, HeaderCheck
from ledger.terms.errors import LedgerDamaged, NeedsNewerProgram

TILE: Final = 256
"""Leaves of a tile (C2SP tlog-tiles)."""
HOLE: Final = bytes(DIGEST_BYTES)
"""Stands for the leaf of a fact that is not there."""
STRAY: Final = 1_000_000
"""A row so far behind the last one is no fact of the log, and the places between them are not counted."""

_PLACE: Final = struct.Struct(">qqI")
_TAG: Final = struct.Struct(">32sq")
_MALFORMED: Final = (TypeError, ValueError, AttributeError, IndexError, OverflowError, struct.error)
_NOBODY: Final = (None,) * 6


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

    def differing(self) -> Iterator[tuple[int, int, int]]:
        """(stream, how many facts it says it has, how many it has) of those that differ."""
        for tag_id, head in zip(self._ids, self._heads, strict=True):
            count = self.seen[tag_id]
            if count != head and (count or self.from_start):
                yield tag_id, head, count


class QuickPass:
    """Checks the facts behind a position, one behind the other."""

    def __init__(self, ledger_id: str, streams: Streams, *, after: int = 0, seen: Iterable[Seen] = ()) -> None:
        """`seen` are checkpoints in their order: what lies behind one was not there when it was signed."""
        assert after % TILE == 0, "a pass begins where a tile does"
        self._ledger_id = ledger_id
        self._streams = streams
        self._headers = HeaderCheck(ledger_id)
        self._after = after
        self._recorded_at = 0
        self._seen = [*reversed([*seen])]
        self._not_before = 0
        self.last = after
        """The highest position so far."""
        self.facts = 0
        """How many rows were checked."""

    def tiles(self, facts: Iterable[tuple[Any, ...]], members: Iterable[tuple[Any, ...]]) -> Iterator[Tile]:
        """The tiles in order, the last one as far as it goes; what is wrong behind all facts comes without leaves.

        `facts` are (position, home, version, topic, state, recorded_at, prefix, leaf) by position, `members`
        (position, ordinal, tag_id, tag or None, seq, salt) by position and ordinal.
        """
        n, leaves, found = self._after // TILE, list[bytes](), list[Found]()
        following = chain(members, (_NOBODY,))
        member = next(following)
        for row in facts:
            position = row[0]
            while member[0] is not None and not _reaches(member[0], position):
                found.append(_without_fact(member[0]))
                member = next(following)
            mine = []
            while member[0] == position:
                mine.append(member)
                member = next(following)
            gap = position - self.last - 1
            if gap:
                found += self._gap(position, gap)
                if not 0 < gap <= STRAY:
                    continue
                for _ in range(gap):
                    leaves.append(HOLE)
                    if len(leaves) == TILE:
                        yield Tile(n, leaves, found)
                        n, leaves, found = n + 1, [], []
            self._check(row, mine, found)
            leaf = row[7]
            leaves.append(leaf if type(leaf) is bytes and len(leaf) == DIGEST_BYTES else HOLE)
            self.last = position
            if len(leaves) == TILE:
                yield Tile(n, leaves, found)
                n, leaves, found = n + 1, [], []
        while member[0] is not None:
            found.append(_without_fact(member[0]))
            member = next(following)
        if leaves or found:
            yield Tile(n, leaves, found)

    def _gap(self, position: int, gap: int) -> Iterator[Found]:
        if 0 < gap <= STRAY:
            words = f"Facts are missing: {self.last + 1} to {position - 1}."
        else:
            words = "A row stands far from all facts: it is none of this log."
        yield Found(position, Issue(Verdict.POSITION_GAP, words))

    def _check(self, row: tuple[Any, ...], mine: Sequence[tuple[Any, ...]], found: list[Found]) -> None:
        self.facts += 1
        position, recorded_at, seen = row[0], row[5], self._streams.seen
        try:
            is_sound = self._is_sound(row, mine)
        except (*_MALFORMED, LedgerDamaged, NeedsNewerProgram):
            is_sound = False
        try:
            for _, _, tag_id, tag, seq, _ in mine:
                count = seen[tag_id]
                if seq != count + 1 and (count or self._streams.from_start or seq < 1):
                    words = f"The stream goes from fact {count} to fact {seq}."
                    found.append(Found(position, Issue(Verdict.STREAM_GAP, words), tag))
                seen[tag_id] = seq
            if recorded_at < self._recorded_at:
                words = "The fact is dated before the one that precedes it."
                found.append(Found(position, Issue(Verdict.TIME_RUNS_BACK, words)))
            self._recorded_at = recorded_at
            while self._seen and self._seen[-1].size < position:
                self._not_before = self._seen.pop().not_before
            if recorded_at < self._not_before:
                words = (
                    "The fact is dated before the ledger's clock saw a checkpoint that does not cover it: it was dated"
                    " back, or the clock was wrong."
                )
                found.append(Found(position, Issue(Verdict.TIME_RUNS_BACK, words)))
        except _MALFORMED:
            is_sound = False
        if not is_sound:
            found += (Found(position, issue) for issue in self.issues(row, mine))

    def _is_sound(self, row: tuple[Any, ...], mine: Sequence[tuple[Any, ...]]) -> bool:
        """Whether everything that a leaf commits to agrees with it; may raise where values are of another kind."""
        position, home, version, topic, state, recorded_at, prefix, leaf = row
        entries = [_TAG.pack(sha256(BLIND + salt + tag.encode()).digest(), seq) for _, _, _, tag, seq, salt in mine]
        if mine[0][3] != home or mine[0][4] != version or mine[0][1] != 0 or mine[-1][1] != len(mine) - 1:
            return False
        if len(entries) > 2:
            entries[1:] = sorted(entries[1:])
        place = _PLACE.pack(position - 1, recorded_at, len(entries))
        if sha256(b"".join((b"\x00", prefix, place, *entries))).digest() != leaf:
            return False
        return self._headers.differs(topic, state, prefix) is None

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
