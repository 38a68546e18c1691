"""What the two databases offer, in one shape: SQLite for one desk, PostgreSQL for everything that is shared.

Promise: whatever implements Engine keeps facts in one gapless order, appends a group as one durable commit under the
append lock, and answers with rows whose bytes were not touched. Nothing above this line knows which database it is;
one contract suite runs over both. Not promised: that stored bytes make facts; the mapper reads them.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from ledger.store.append import Prepared
from ledger.store.checkpoints.completeness_rows import CompletenessStore
from ledger.store.checkpoints.rows import LogStore
from ledger.store.heads import Head, HeadCache
from ledger.store.mapper import Row
from ledger.streams.base import Appended, KeyBinding, Moved
from ledger.terms.errors import LedgerDamaged


class Info(NamedTuple):
    """What a ledger says about itself, for ever."""

    ledger_id: str
    format: int
    simulated: bool
    created_at: int


class TagOf(NamedTuple):
    """A tag of a fact, and the number of the fact among those of the tag."""

    tag: str
    seq: int


class SaltedTag(NamedTuple):
    """A tag of a fact with its number, and the salt that blinds it in the header."""

    tag: str
    seq: int
    salt: bytes


class StoredWhole(NamedTuple):
    """A fact with everything that its header is made of; its tags in order, the home stream first."""

    position: int
    topic: str
    recorded_at: int
    prefix: bytes
    state: bytes
    tags: tuple[SaltedTag, ...]


class RefusalCount(NamedTuple):
    """A refusal that is recorded once: its token, the position of its fact, and how many times it happened."""

    token: str
    position: int
    times: int


class Stats(NamedTuple):
    """The size of a ledger."""

    facts: int
    streams: int
    keys: int
    reading_sets: int
    refusals: int


Placed = list[Appended | Moved]


class Engine(Protocol):
    """One open ledger in one database. Threads may share it; its exceptions are those of ledger/terms/errors.py."""

    info: Info
    is_far: bool
    """Whether a question costs a way over the network."""

    @property
    def epoch(self) -> int:
        """Counts how often what is known of this ledger was forgotten, as another server took its place."""
        ...

    def append(
        self, group: Sequence[Prepared], heads: HeadCache, now: datetime, *, destroyed: int, epoch: int
    ) -> Placed | None:
        """The answers to the proposals, all of them durable.

        `destroyed` is how many data keys were destroyed before the group was sealed: None, and nothing recorded, where
        more are by now. `epoch` is when it was decided: in a later one every proposal is Moved.
        """
        ...

    def look(self, heads: HeadCache, tokens: Sequence[str]) -> tuple[int, dict[str, KeyBinding]]:
        """Bring the heads up to date; the highest position, and what these keys are bound to, as of one moment."""
        ...

    def heads_of(self, tags: Sequence[str]) -> dict[str, Head]:
        """The heads of those of these streams that exist."""
        ...

    def stream(self, tag_id: int, *, after: int, until: int | None, limit: int) -> list[Row]:
        """The rows of one stream behind sequence `after`, up to position `until`, at most `limit`, in order."""
        ...

    def together(self, tag_ids: Sequence[int], *, until: int | None) -> list[Row]:
        """The rows of several streams up to position `until`, in ledger order, none twice."""
        ...

    def bodies(self, tag_ids: Sequence[int]) -> list[tuple[int, int, str, bytes]]:
        """(tag_id, position, topic, stored body) of several streams, in no order.

        To sort them would move every body once more, where only a few positions will be wanted.
        """
        ...

    def follow(self, after: int, limit: int) -> list[Row]:
        """The rows behind position `after`, at most `limit`, in order."""
        ...

    def at(self, positions: Sequence[int]) -> list[Row]:
        """The rows at these positions, in order of position; positions that do not exist are left out."""
        ...

    def state_at(self, position: int) -> bytes | None:
        """The stored body at a position."""
        ...

    def position_at(self, micros: int) -> int:
        """The highest position recorded at or before an instant; 0 where there is none."""
        ...

    def tags_of(self, position: int) -> tuple[TagOf, ...]:
        """The tags of a fact, its home stream first."""
        ...

    def disclosed(self, positions: Sequence[int]) -> list[StoredWhole]:
        """The facts at these positions with the salts of their tags, in order of position; absent ones are left out."""
        ...

    def tags_starting(self, prefix: str) -> list[str]:
        """The streams whose name begins with `prefix`, in order of their names."""
        ...

    def reading_set(self, digest: bytes) -> bytes | None:
        """The canonical bytes of a reading set."""
        ...

    def refusal_counts(self, after: int) -> list[RefusalCount]:
        """The counts of refusals recorded behind position `after`, in order of position."""
        ...

    def stats(self) -> Stats:
        """How much the ledger holds."""
        ...

    def blank_contents(self, positions: Sequence[int]) -> int:
        """Blank the content of every key bound to one of these facts, durably; how many such keys are blank now."""
        ...

    def snapshot(self) -> AbstractContextManager["Snapshot"]:
        """Everything that is stored, as of one moment, for `verify` and for archives."""
        ...

    def log_store(self) -> LogStore:
        """The tiles and checkpoints of this ledger's log."""
        ...

    def completeness_store(self) -> CompletenessStore:
        """The tables of the newest map of completeness."""
        ...

    def read_models(self) -> "StoredReadModels":
        """The read models of this ledger, opened anew; the caller closes them."""
        ...

    def discard_read_models(self) -> None:
        """Throw the read models away: every row is made anew from facts."""
        ...

    def close(self) -> None:
        """Give everything back; a second call does nothing."""
        ...


class Unreadable(LedgerDamaged):
    """A snapshot cannot be read to its end: the database's own pages are damaged."""


class Snapshot(Protocol):
    """A ledger's tables as of one moment, row by row in their order; memory does not grow with the ledger."""

    def database_trouble(self) -> Iterator[str]:
        """What the database's own checks find."""
        ...

    def schema_trouble(self) -> Iterator[str]:
        """Which tables, guards and functions are not those that the migrations make."""
        ...

    def fact_count(self) -> int:
        """How many facts there are."""
        ...

    def facts(self, after: int = 0) -> Iterator[tuple[Any, ...]]:
        """(position, home, version, topic, state, recorded_at, prefix, leaf), by position; those behind `after`."""
        ...

    def members(self, after: int = 0) -> Iterator[tuple[Any, ...]]:
        """(position, ordinal, tag_id, tag or None, seq, salt), by position and ordinal; those behind `after`."""
        ...

    def tag_rows(self) -> Iterator[tuple[Any, ...]]:
        """(position, ordinal, tag or None, seq, salt), by position and ordinal."""
        ...

    def streams(self) -> Iterator[tuple[int, str, int]]:
        """(tag_id, tag, head), by tag_id."""
        ...

    def numbers(self) -> Iterator[tuple[int, int, int]]:
        """(tag_id, seq, position), by tag_id and seq."""
        ...

    def bound_keys(self) -> Iterator[tuple[str, bytes | None, str, Any, Any]]:
        """(token, content, outcome, positions, ids), by token; positions and ids decoded, or as they are if damaged."""
        ...

    def refusals(self) -> Iterator[tuple[str, int, int]]:
        """(token, position, count), by token."""
        ...

    def refusal(self, token: str) -> tuple[int, int] | None:
        """Position and count of the refusal that is counted under a token."""
        ...

    def reading_sets(self) -> Iterator[tuple[Any, Any]]:
        """(digest, content), by digest; as they are if damaged."""
        ...

    def has_reading_set(self, digest: bytes) -> bool:
        """Whether a reading set is stored."""
        ...

    def log_tiles(self) -> Iterator[tuple[Any, ...]]:
        """(level, n, hashes), by level and n."""
        ...

    def log_checkpoints(self) -> Iterator[tuple[Any, ...]]:
        """(number, size, note, created_at), by number."""
        ...

    def log_cosignatures(self) -> Iterator[tuple[Any, ...]]:
        """(checkpoint, name, key_id, at, line), by checkpoint, name, key and time."""
        ...

    def log_timestamps(self) -> Iterator[tuple[Any, ...]]:
        """(checkpoint, digest, at, token), by checkpoint and digest."""
        ...


Statement = tuple[str, Sequence[Sequence[Any]]]
"""One statement and the rows of values that it is executed with."""


class StoredRows(Protocol):
    """Queries over one committed state of the read models."""

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows that a query answers."""
        ...


class StoredReadModels(StoredRows, Protocol):
    """Rows and the position that they stand for, in one transaction. A `name` is a set of tables with one position."""

    def is_whole(self) -> bool:
        """Whether the database finds nothing wrong in its own pages."""
        ...

    def position(self, name: str) -> int | None:
        """The position that the rows of a set stand for; None where the set was never made."""
        ...

    def at_one_moment(self) -> AbstractContextManager[StoredRows]:
        """Several queries over one committed state."""
        ...

    def write(self, name: str, *, expected: int | None, position: int, statements: Sequence[Statement]) -> bool:
        """Execute the statements and move the set to `position`; False, and nothing done, where it is elsewhere."""
        ...

    def run(self, statements: Sequence[Statement]) -> None:
        """Execute statements that belong to no position: tables under construction, and notes on a follower."""
        ...

    def replace(self, name: str, *, position: int, under: tuple[str, int], statements: Sequence[Statement]) -> bool:
        """Put a rebuilt set in place, at a position that may be lower; False, and nothing done, where `under` moved on.

        `under` is the name and the number that the rebuild claimed with `write` before it began.
        """
        ...

    def close(self) -> None:
        """Close every connection."""
        ...
