"""The map of completeness of one ledger: brought up to now, put into its tables, and one bucket of it handed out.

Promise: a map is that of the facts, in whatever steps it came about. Whatever is read of the tables is held against
the root that they say; where they are lost or wrong, the map is made anew from facts. A proof leads to the root in the
map's fact, or is not handed out. Tables follow facts: a fact of a map is appended before its tables are written, so
whoever is killed between the two leaves tables that are brought up next time. Not promised: that a map is true of what
the ledger was never told.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal, NamedTuple

from ledger.proof.checkpoint import BadProof
from ledger.proof.completeness import (
    CLASSES,
    ENTRY,
    Entry,
    Map,
    bucket_hash,
    bucket_number,
    map_root,
    subject_key,
    verify_map_proof,
)
from ledger.store.checkpoints.completeness_rows import TILE, MapRows
from ledger.store.completeness_map import Tally, bucket_of, changed, depth_for, levels_of, map_of, next_depth, path_in
from ledger.store.connection import Ledger
from ledger.streams.completeness import CompletenessMapped, Mapped, evolve
from ledger.terms.errors import LedgerDamaged
from ledger.terms.identity import COMPLETENESS_TAG

FactClassName = Literal["record", "review", "access"]
READ_AT_ONCE: Final = 4_096
_HASH: Final = 32
_Levels = list[list[bytes]]


class CompletenessProof(NamedTuple):
    """That a map has just this entry of a subject and class, or none."""

    subject: str
    fact_class: FactClassName
    map: int
    """The position of the fact that holds the root."""
    up_to: int
    """The last position that the map covers."""
    depth: int
    entries: bytes
    """The bucket."""
    path: tuple[bytes, ...]


class Grown(NamedTuple):
    """A map that is ready to be recorded and written."""

    base: Map | None
    """What the tables say: it is written only in the place of just that."""
    rows: MapRows

    @property
    def said(self) -> Map:
        """What its fact says."""
        return self.rows.said


class _Astray(Exception):
    """The tables are not those of the map that they say they are."""


class Completeness:
    """Makes and proves the maps of one ledger; not to be shared between threads."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._store = ledger.engine.completeness_store()
        self._known: tuple[Map, _Levels, Mapping[int, bytes] | None] | None = None

    def next_map(self) -> Grown:
        """The map of every fact that is there now."""
        until = self._ledger.refresh()
        return self._grown(until, None)

    def write(self, grown: Grown) -> bool:
        """Put a map whose fact is recorded into the tables; False, and nothing done, where somebody else has."""
        return self._store.write(grown.base, grown.rows)

    def newest(self, until: int | None = None) -> Mapped:
        """The newest map on record, as known at a position."""
        mapped = Mapped()
        for fact in self._ledger.read(COMPLETENESS_TAG, until=until):
            mapped = evolve(mapped, fact)
        return mapped

    def proof(self, subject: str, fact_class: FactClassName, size: int) -> CompletenessProof | None:
        """The proof by the newest map among the first `size` facts; None where there is no map among them.

        LedgerDamaged where the facts give another root than the one on record.
        """
        newest, position = self.newest(size)
        if newest is None:
            return None
        said = said_by(newest)
        key = subject_key(self._ledger.ledger_id, subject)
        try:
            bucket, path = self._bucket(said, key)
            verify_map_proof(said, key, CLASSES.index(fact_class), bucket, path)
        except (_Astray, BadProof):
            bucket, path = self._bucket(said, key, from_facts=True)
        return CompletenessProof(subject, fact_class, position, said.up_to, said.depth, bucket, path)

    # --- a map, brought up --------------------------------------------------------------------------------------------

    def _grown(self, until: int, depth: int | None) -> Grown:
        """The map up to a position, out of the tables where they reach no further; else out of facts alone."""
        while True:
            base = self._store.state()
            try:
                if base is not None and base.up_to <= until:
                    return self._brought_up(base, until, depth)
            except _Astray:
                if self._store.state() != base:
                    continue  # another map was written while this one was read
            return Grown(base, self._from_facts(until, depth))

    def _brought_up(self, base: Map, until: int, depth: int | None) -> Grown:
        levels = self._levels(base)
        fetch = _Fetch(self, levels)
        tally = Tally(self._ledger.ledger_id, base.depth, fetch)
        numbers: set[int] = set()
        for after, end in _steps(base.up_to, until):
            keys = tally.take(self._store.counted(after, end))
            numbers |= {bucket_number(key, base.depth) for key, _ in keys}
        count = base.entries + tally.added
        depth = next_depth(count, base.depth) if depth is None else depth
        if depth != base.depth:
            tally.fetch(set(range(1 << base.depth)))
            return Grown(base, _whole(tally.entries(), depth, until))
        buckets = _grouped(tally.entries(), depth, numbers)
        changed(levels, {number: bucket_hash(bucket) for number, bucket in buckets.items()})
        said = Map(depth, until, count, map_root(depth, until, count, levels[-1][0]))
        tiles = {n: b"".join(levels[0][n * TILE : (n + 1) * TILE]) for n in {number // TILE for number in numbers}}
        return Grown(base, MapRows(said, buckets, tiles, is_whole=False))

    def _from_facts(self, until: int, depth: int | None) -> MapRows:
        tally = Tally(self._ledger.ledger_id)
        for after, end in _steps(0, until):
            tally.take(self._store.counted(after, end))
        entries = tally.entries()
        return _whole(entries, depth_for(len(entries)) if depth is None else depth, until)

    def _levels(self, said: Map) -> _Levels:
        """The tree over the stored hashes, which must lead to the root."""
        hashes = self._store.hashes()
        if len(hashes) != _HASH << said.depth:
            raise _Astray
        levels = levels_of(hashes[at : at + _HASH] for at in range(0, len(hashes), _HASH))
        if map_root(said.depth, said.up_to, said.entries, levels[-1][0]) != said.root:
            raise _Astray
        return levels

    def stored_buckets(self, levels: _Levels, numbers: Iterable[int]) -> dict[int, bytes]:
        """Buckets out of the tables, each of which must have its hash."""
        wanted = list(numbers)
        stored = self._store.buckets(wanted)
        buckets = {number: stored.get(number, b"") for number in wanted}
        if any(bucket_hash(bucket) != levels[0][number] for number, bucket in buckets.items()):
            raise _Astray
        return buckets

    # --- one bucket of a map that is on record ------------------------------------------------------------------------

    def _bucket(self, said: Map, key: bytes, *, from_facts: bool = False) -> tuple[bytes, tuple[bytes, ...]]:
        number = bucket_number(key, said.depth)
        if from_facts or self._known is None or self._known[0] != said:
            self._known = self._opened(said, from_facts=from_facts)
        _, levels, buckets = self._known
        bucket = self.stored_buckets(levels, (number,))[number] if buckets is None else buckets.get(number, b"")
        return bucket, path_in(levels, number)

    def _opened(self, said: Map, *, from_facts: bool) -> tuple[Map, _Levels, Mapping[int, bytes] | None]:
        """The tree of a map on record, and its buckets where they are not those of the tables."""
        state = self._store.state()
        if state == said and not from_facts:
            return said, self._levels(said), None
        grown = None if from_facts else self._grown(said.up_to, said.depth)
        if grown is None or grown.said != said:
            grown = Grown(state, self._from_facts(said.up_to, said.depth))
        if grown.said != said:
            raise LedgerDamaged(
                f"The facts up to position {said.up_to} give another map of completeness than the one on record.",
                "Stop writing, keep this disk, and run `ccm-ledger verify --log`.",
            )
        is_newer = grown.base is None or grown.base.up_to <= said.up_to
        if is_newer and self.write(grown) and not grown.rows.is_whole:
            return said, self._levels(said), None
        rows = grown.rows if grown.rows.is_whole else self._from_facts(said.up_to, said.depth)
        return said, _levels_in(rows), rows.buckets


def said_by(event: CompletenessMapped) -> Map:
    """What a fact on record says of its map."""
    return Map(event.depth, event.up_to, event.entries, bytes.fromhex(event.root))


class _Fetch:
    """Entries out of the tables, bucket by bucket."""

    def __init__(self, completeness: Completeness, levels: _Levels) -> None:
        self._completeness = completeness
        self._hashes = [list(levels[0])]

    def __call__(self, numbers: set[int]) -> Iterator[Entry]:
        for bucket in self._completeness.stored_buckets(self._hashes, numbers).values():
            yield from (Entry(*fields) for fields in ENTRY.iter_unpack(bucket))


def _steps(after: int, until: int) -> Iterator[tuple[int, int]]:
    for start in range(after, until, READ_AT_ONCE):
        yield start, min(start + READ_AT_ONCE, until)


def _grouped(entries: Iterable[Entry], depth: int, numbers: Iterable[int]) -> dict[int, bytes]:
    """The buckets of these numbers, of which all entries are at hand."""
    found: dict[int, list[Entry]] = {number: [] for number in numbers}
    for one in entries:
        found.setdefault(bucket_number(one.key, depth), []).append(one)
    return {number: bucket_of(bucket) for number, bucket in found.items()}


def _whole(entries: list[Entry], depth: int, until: int) -> MapRows:
    said, buckets, levels = map_of(entries, depth, until)
    tiles = {at // TILE: b"".join(levels[0][at : at + TILE]) for at in range(0, len(levels[0]), TILE)}
    return MapRows(said, dict(enumerate(buckets)), tiles, is_whole=True)


def _levels_in(rows: MapRows) -> _Levels:
    return levels_of(bucket_hash(rows.buckets.get(number, b"")) for number in range(1 << rows.said.depth))
