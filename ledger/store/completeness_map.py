"""The completeness map, made: entries into buckets, buckets into a tree, and the path of one bucket.

Promise: pure and the same for the same facts, in whatever batches they are counted, so that two who hold the same
ledger make the same root. What the bytes mean, and how a path is verified, stands in ledger/proof/completeness.py.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from ledger.proof.completeness import (
    CLASSES,
    ENTRY,
    START,
    Entry,
    Map,
    bucket_hash,
    bucket_number,
    map_interior,
    map_root,
    next_head,
    subject_key,
    subjects_of,
)

A_BUCKET: Final = 8
"""About how many entries share a bucket."""


class Counted(NamedTuple):
    """What a map knows of one fact."""

    position: int
    fact_class: str
    tags: tuple[str, ...]
    leaf: bytes


def counted_of(facts: Iterable[tuple[int, bytes, bytes]], members: Iterable[tuple[int, str]]) -> list[Counted]:
    """Facts, as (position, prefix, leaf), with their memberships, as (position, tag); both in ledger order."""
    tags: dict[int, list[str]] = {}
    for position, tag in members:
        tags.setdefault(position, []).append(tag)
    return [Counted(at, class_of(prefix), tuple(tags.get(at, ())), leaf) for at, prefix, leaf in facts]


def class_of(prefix: bytes) -> str:
    """The class that the prefix of a header says, read without the rest: ledger, topic, version, class."""
    at = 1
    for _ in range(2):
        at += 4 + int.from_bytes(prefix[at : at + 4], "big")
    at += 4
    return prefix[at + 4 : at + 4 + int.from_bytes(prefix[at : at + 4], "big")].decode()


class Wanted(NamedTuple):
    """A map that is to be made: the last position that it covers, and its depth."""

    up_to: int
    depth: int


def depth_for(entries: int) -> int:
    """How deep a map of so many entries is where it is made from scratch."""
    return max(-(-entries // A_BUCKET) - 1, 0).bit_length()


def next_depth(entries: int, depth: int) -> int:
    """How deep a map goes on: as before, until its buckets hold more than sixteen entries each."""
    fitting = depth_for(entries)
    return fitting if fitting > depth + 1 else depth


def bucket_of(entries: Iterable[Entry]) -> bytes:
    """The entries of one bucket as bytes, sorted."""
    return b"".join(sorted(ENTRY.pack(one.key, one.fact_class, one.count, one.head) for one in entries))


def buckets_of(entries: Iterable[Entry], depth: int) -> list[bytes]:
    """All entries in the 2 ** depth buckets that their keys belong to."""
    found: list[list[Entry]] = [[] for _ in range(1 << depth)]
    for one in entries:
        found[bucket_number(one.key, depth)].append(one)
    return [bucket_of(bucket) for bucket in found]


def levels_of(bucket_hashes: Iterable[bytes]) -> list[list[bytes]]:
    """The tree over the hashes of all buckets: the hashes first, the top last."""
    levels = [list(bucket_hashes)]
    while len(nodes := levels[-1]) > 1:
        levels.append([map_interior(nodes[at], nodes[at + 1]) for at in range(0, len(nodes), 2)])
    return levels


def changed(levels: Sequence[list[bytes]], bucket_hashes: Mapping[int, bytes]) -> None:
    """Put other hashes in the place of some buckets', and hash again what stands above them."""
    for number, value in bucket_hashes.items():
        levels[0][number] = value
    touched = set(bucket_hashes)
    for level, nodes in enumerate(levels[1:]):
        touched = {number >> 1 for number in touched}
        for number in touched:
            nodes[number] = map_interior(*levels[level][2 * number : 2 * number + 2])


def path_in(levels: Sequence[Sequence[bytes]], number: int) -> tuple[bytes, ...]:
    """The siblings that lead from the bucket of this number to the top."""
    return tuple(nodes[number >> level ^ 1] for level, nodes in enumerate(levels[:-1]))


def map_of(entries: Sequence[Entry], depth: int, up_to: int) -> tuple[Map, list[bytes], list[list[bytes]]]:
    """The whole map of these entries: what its fact says, its buckets, and the tree over them."""
    buckets = buckets_of(entries, depth)
    levels = levels_of(bucket_hash(bucket) for bucket in buckets)
    return Map(depth, up_to, len(entries), map_root(depth, up_to, len(entries), levels[-1][0])), buckets, levels


Fetch = Callable[[set[int]], Iterable[Entry]]
"""Given the numbers of buckets, answers every entry that is in them."""


class Tally:
    """Counts facts by subject and class. What was counted before is fetched bucket by bucket, where it is needed."""

    def __init__(self, ledger: str, depth: int = 0, fetch: Fetch | None = None) -> None:
        self._ledger = ledger
        self._depth = depth
        self._fetch = fetch
        self._heads: dict[tuple[bytes, int], tuple[int, bytes]] = {}
        self._fetched: set[int] = set()
        self.added = 0
        """How many subjects and classes had no facts before."""

    def take(self, facts: Iterable[Counted]) -> set[tuple[bytes, int]]:
        """Count these facts, which follow those before in ledger order; whose counts have changed."""
        told = [(key, leaf) for fact in facts for key, leaf in self._told(fact)]
        changed = {key for key, _ in told}
        self.fetch({bucket_number(key, self._depth) for key, _ in changed})
        heads = self._heads
        for key, leaf in told:
            if key in heads:
                count, head = heads[key]
            else:
                (count, head), self.added = (0, START), self.added + 1
            heads[key] = count + 1, next_head(head, leaf)
        return changed

    def fetch(self, numbers: set[int]) -> None:
        """Have everything that was counted before in these buckets."""
        missing = numbers - self._fetched
        if self._fetch is None or not missing:
            return
        self._fetched |= missing
        self._heads.update(((one.key, one.fact_class), (one.count, one.head)) for one in self._fetch(missing))

    def entries(self) -> list[Entry]:
        """Every entry that is known here: whole buckets, as far as they were fetched."""
        return [Entry(key, fact_class, *counted) for (key, fact_class), counted in self._heads.items()]

    def of(self, keys: Iterable[tuple[bytes, int]]) -> list[Entry]:
        """The entries under these keys."""
        return [Entry(*key, *self._heads[key]) for key in keys]

    def __len__(self) -> int:
        return len(self._heads)

    def _told(self, fact: Counted) -> Iterator[tuple[tuple[bytes, int], bytes]]:
        number = CLASSES.index(fact.fact_class)
        for subject in subjects_of(fact.tags):
            yield (_key(self._ledger, subject), number), fact.leaf


_key = lru_cache(maxsize=1 << 16)(subject_key)


class MapRoots:
    """Makes maps anew while the facts go by once, for whoever verifies the roots on record.

    Memory: one head for each subject and class, the tree of one depth, and a batch of facts.
    """

    def __init__(self, ledger: str, wanted: Iterable[Wanted]) -> None:
        self._tally, self._tree = Tally(ledger), _Tree(0)
        self._wanted = sorted(set(wanted), reverse=True)
        self._batch: list[Counted] = []
        self.found: dict[Wanted, Map] = {}
        """The maps that were reached."""

    def take(self, fact: Counted) -> None:
        """The next fact, from the first on and in ledger order."""
        while self._wanted and self._wanted[-1].up_to < fact.position:
            self._make(self._wanted.pop())
        if self._wanted:  # behind the last map nothing is counted any more
            self._batch.append(fact)
            if len(self._batch) == _AT_ONCE:
                self._count()

    def finish(self) -> dict[Wanted, Map]:
        """All maps; one that covers more than was taken is that of everything."""
        while self._wanted:
            self._make(self._wanted.pop())
        return self.found

    def _make(self, wanted: Wanted) -> None:
        self._count()
        if self._tree.depth != wanted.depth:
            self._tree = _Tree(wanted.depth)
            self._tree.touch((one.key, one.fact_class) for one in self._tally.entries())
        up_to, depth = wanted
        entries = len(self._tally)
        self.found[wanted] = Map(depth, up_to, entries, map_root(depth, up_to, entries, self._tree.top(self._tally)))

    def _count(self) -> None:
        self._tree.touch(self._tally.take(self._batch))
        self._batch.clear()


def maps_of(ledger: str, facts: Iterable[Counted], wanted: Iterable[Wanted]) -> dict[Wanted, Map]:
    """The maps that these facts, all from the first on and in ledger order, give."""
    roots = MapRoots(ledger, wanted)
    for fact in facts:
        roots.take(fact)
    return roots.finish()


_AT_ONCE: Final = 4_096


class _Tree:
    """The tree of a map that grows: only what changed is hashed again."""

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self._keys: dict[int, set[tuple[bytes, int]]] = {}
        self._changed: set[int] = set()
        self._levels = levels_of([bucket_hash(b"")] * (1 << depth))

    def touch(self, keys: Iterable[tuple[bytes, int]]) -> None:
        """These entries are new or count more."""
        for key in keys:
            number = bucket_number(key[0], self.depth)
            self._keys.setdefault(number, set()).add(key)
            self._changed.add(number)

    def top(self, tally: Tally) -> bytes:
        """The top of the tree over the entries as they are now."""
        hashes = {number: bucket_hash(bucket_of(tally.of(self._keys[number]))) for number in self._changed}
        changed(self._levels, hashes)
        self._changed.clear()
        return self._levels[-1][0]
