"""A batch of facts against their headers and leaves in one look, column by column: nearly always all of it agrees.

Promise: the leaves are told only where everything that they commit to agrees: bodies with the prefixes of the headers,
home streams with the first tags, and places, times, tags and prefixes with the leaves. Not promised: what does not
agree, or in which fact: whoever is told nothing looks at the facts one by one (header_check.py).
"""

import struct
from collections.abc import Iterable, Sequence
from hashlib import sha256
from itertools import chain, compress, count, repeat
from operator import not_, sub
from typing import Any, Final, NamedTuple

from ledger.proof.leaf import TAG_SALT_BYTES
from ledger.store.header_check import BLIND, HeaderCheck
from ledger.terms.errors import LedgerDamaged, NeedsNewerProgram

FOREIGN: Final = (TypeError, AttributeError, ValueError, LookupError, OverflowError, struct.error)
"""What comes of values of another kind: SQLite keeps whatever somebody put in."""
_LEAF: Final = b"\x00"
_TAG: Final = struct.Struct(">32sq")
_TAIL: Final = struct.Struct(">qqI")


class Members(NamedTuple):
    """The tags of a batch of facts, a column each, by position and ordinal."""

    positions: tuple[Any, ...]
    ordinals: tuple[Any, ...]
    tags: tuple[Any, ...]
    seqs: tuple[Any, ...]
    salts: tuple[Any, ...]


def columns(members: Iterable[tuple[Any, ...]]) -> Members:
    """Rows that begin with position and ordinal and end with tag, number and salt, by column."""
    positions, ordinals, *_, tags, seqs, salts = zip(*members, strict=True)
    return Members(positions, ordinals, tags, seqs, salts)


class BatchCheck:
    """Checks batches of the facts of one ledger."""

    def __init__(self, ledger_id: str) -> None:
        self._headers = HeaderCheck(ledger_id)

    def leaves(
        self, facts: Sequence[tuple[Any, ...]], members: Members, after: int, recorded_at: int
    ) -> list[bytes] | None:
        """The leaves of the facts behind position `after`; None where something does not agree.

        `facts` are (position, home, version, topic, state, recorded_at, prefix, leaf). They stand one behind the other,
        and none of them was recorded before `recorded_at`, nor before the one that precedes it.
        """
        try:
            return self._agreed(facts, members, after, recorded_at)
        except (*FOREIGN, LedgerDamaged, NeedsNewerProgram):
            return None

    def _agreed(
        self, facts: Sequence[tuple[Any, ...]], members: Members, after: int, recorded_at: int
    ) -> list[bytes] | None:
        positions, homes, versions, topics, states, times, prefixes, leaves = zip(*facts, strict=True)
        starts = list(compress(count(), map(not_, members.ordinals)))
        sizes = list(map(sub, [*starts[1:], len(members.ordinals)], starts))
        if (
            list(positions) != list(range(after + 1, after + 1 + len(sizes)))
            or list(members.positions) != list(chain.from_iterable(map(repeat, positions, sizes)))
            or list(members.ordinals) != list(chain.from_iterable(map(range, sizes)))
            # A longer salt could take in how the tag begins.
            or set(map(len, members.salts)) != {TAG_SALT_BYTES}
            or list(map(members.tags.__getitem__, starts)) != list(homes)
            or list(map(members.seqs.__getitem__, starts)) != list(versions)
            or times[0] < recorded_at
            or sorted(times) != list(times)
        ):
            return None
        places = map(_TAIL.pack, count(after), times, sizes)
        made = _leaves(prefixes, places, starts, sizes, _entries(members))
        return made if made == list(leaves) and self._headers.agree(topics, states, prefixes) else None


def _entries(members: Members) -> list[bytes]:
    """The tags as headers show them, with their numbers."""
    pack = _TAG.pack
    rows = zip(members.tags, members.seqs, members.salts, strict=True)
    return [pack(sha256(BLIND + salt + tag.encode()).digest(), seq) for tag, seq, salt in rows]


def _leaves(
    prefixes: Iterable[bytes],
    places: Iterable[bytes],
    starts: Iterable[int],
    sizes: Iterable[int],
    entries: list[bytes],
) -> list[bytes]:
    """The leaf of each fact; `places` are how tails begin, `starts` and `sizes` say which tags are whose."""
    made = []
    for prefix, place, start, size in zip(prefixes, places, starts, sizes, strict=True):
        others = entries[start + 1 : start + size]
        others.sort()
        made.append(sha256(b"".join((_LEAF, prefix, place, entries[start], *others))).digest())
    return made
