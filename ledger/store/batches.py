"""The rows of facts and of their tags, side by side in batches.

Promise: every row goes by exactly once and in its order, each tag with the fact that it names; what names no fact comes
at the latest behind all facts. Memory is a batch of facts and some tags. Not promised: that a row is what it should be.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final, NamedTuple

AT_ONCE: Final = 64
"""Facts of a batch: few enough that they stay in the processor's cache while they are hashed."""
_TAGS_AT_ONCE: Final = 4 * AT_ONCE
_BEHIND: Final = 2**63
"""Behind every position that a database can hold."""


class Rows(NamedTuple):
    """Some facts, and the tags of all positions up to the last of them."""

    facts: list[tuple[Any, ...]]
    """(position, home, version, topic, state, recorded_at, prefix, leaf) by position."""
    members: list[tuple[Any, ...]]
    """(position, ordinal, tag_id, tag or None, seq, salt) by position and ordinal."""


def side_by_side(facts: Iterable[tuple[Any, ...]], members: Iterable[tuple[Any, ...]]) -> Iterator[Rows]:
    """The rows in batches; tags that name no fact come last, without facts."""
    facts, members = iter(facts), iter(members)
    ahead: list[tuple[Any, ...]] = []
    while batch := list(islice(facts, AT_ONCE)):
        last = batch[-1][0]
        while not ahead or _place(ahead[-1]) <= last:
            more = list(islice(members, _TAGS_AT_ONCE))
            if not more:
                break
            ahead += more
        until = bisect_right(ahead, last, key=_place)
        yield Rows(batch, ahead[:until])
        ahead = ahead[until:]
    while ahead:
        yield Rows([], ahead)
        ahead = list(islice(members, _TAGS_AT_ONCE))


def _place(member: tuple[Any, ...]) -> int:
    """The position that a tag names; SQLite sorts what is no number behind all numbers."""
    position = member[0]
    return position if isinstance(position, int) else _BEHIND
