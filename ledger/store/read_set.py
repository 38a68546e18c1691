"""What a question read: the streams whose heads it looked at, or everything; and the newest fact among them.

Promise: whatever is folded, read or listed while `noting` is open is noted, also where it was held already; an
answer cannot have changed while the newest position of its read set is the same. Reads and logins are left out: that
somebody looked moves no answer, but one that shows who looked. Not promised: that an answer did change where the
position moved.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from ledger.streams.access import AttemptDenied, AttemptsCounted, LoginUsed, RecordRead

if TYPE_CHECKING:
    from ledger.store.engine import Engine
    from ledger.store.heads import Head

STEP: Final = 512
_KEPT_MAX: Final = 32_768
_ACCESSES: Final = frozenset(event.TOPIC for event in (RecordRead, LoginUsed, AttemptDenied, AttemptsCounted))
"""What asking itself leaves behind. Disclosures and elevations are of the class access too, and somebody's word."""
_LOOKS: Final = "accessed/"


class ReadSet:
    """The streams that a question looked at."""

    def __init__(self) -> None:
        self.tags: set[str] = set()
        self.is_everything = False
        """Whether any fact of the ledger may stand in the answer: a list, or words whose keys may be destroyed."""

    @property
    def has_accesses(self) -> bool:
        """Whether somebody's looks are part of the answer, which then changes by being read."""
        return any(tag.startswith(_LOOKS) for tag in self.tags)


class Reads:
    """What is read of an open ledger, while somebody wants to know; one question of one thread at a time."""

    def __init__(self, engine: "Engine") -> None:
        self.noted: ReadSet | None = None
        self._engine = engine
        self._kept: OrderedDict[int, tuple[int, int]] = OrderedDict()
        self._looked_up_to = 0
        self._newest = 0

    @contextmanager
    def noting(self) -> Iterator[ReadSet]:
        """Note what is read while this is open."""
        assert self.noted is None, "one question at a time"
        self.noted = found = ReadSet()
        try:
            yield found
        finally:
            self.noted = None

    def note(self, tags: Iterable[str]) -> None:
        """These streams are read."""
        if self.noted is not None:
            self.noted.tags.update(tags)

    def note_everything(self) -> None:
        """Any fact may stand in the answer: the read models are asked, or sealed words opened."""
        if self.noted is not None:
            self.noted.is_everything = True

    def newest(self, read: ReadSet, heads: "Mapping[str, Head]", position: int) -> int:
        """The newest position of a read set in a ledger of so many facts; `heads` are those of its streams."""
        if read.is_everything:
            return self._of_everything(position)
        return max((self._of_stream(tag_id, count) for tag_id, count in heads.values() if count), default=0)

    def _of_everything(self, position: int) -> int:
        """The newest fact up to a position that is no access; only what came since is looked at."""
        until = position
        while until > self._looked_up_to:
            after = max(until - STEP, self._looked_up_to)
            rows = self._engine.follow(after, until - after)
            newest = max((row.position for row in rows if row.topic not in _ACCESSES), default=0)
            if newest:
                self._newest = newest
                break
            until = after
        self._looked_up_to = max(self._looked_up_to, position)
        return self._newest

    def _of_stream(self, tag_id: int, count: int) -> int:
        held = self._kept.get(tag_id)
        if held is None or held[0] != count:
            rows = self._engine.stream(tag_id, after=count - 1, until=None, limit=1)
            held = self._kept[tag_id] = (count, rows[0].position if rows else 0)
            while len(self._kept) > _KEPT_MAX:
                self._kept.popitem(last=False)
        return held[1]
