"""Where a fact stood before, told from old leaf hashes alone.

A leaf hides its header, and a header holds the fact's place, time and numbers: whoever takes out one fact and
recomputes the others gives every later leaf another hash. So each row that is there is tried at the places where it may
have stood, with the numbers that it would have had there; a hash that fits is proof. What was learned of one row (how
far it moved, and how many facts its streams lost) is tried first on the next.

Promise: an origin that is told is certain. Not promised: that every origin is found: TRIES_MAX bounds the search, and
what is not found is told as unknown, which aligning.py calls edited.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Final, NamedTuple

from ledger.proof.leaf import encode_tail, leaf_hash
from ledger.store.verifying.aligning import Row

TRIES_MAX: Final = 1_000_000
"""Hashes tried in one tracing: a second or two."""
RUN_MAX: Final = 3
"""Neighbours that went or came at once."""
_TAGS_MAX: Final = 6
"""Past so many tags the numbers of the further ones are taken as learned."""


class Member(NamedTuple):
    """A tag of a fact: its stream, as any value that is the same for the same stream, blinded, and its number."""

    stream: object
    blinded: bytes
    seq: int


class Header(NamedTuple):
    """What the leaf of a fact that is there is made of."""

    position: int
    prefix: bytes
    recorded_at: int
    members: tuple[Member, ...]


def traced(headers: Sequence[Header], old: Mapping[int, bytes]) -> list[Row]:
    """The origins of facts, by position; `old` are the leaves that stood at the places from the first of these on."""
    return _Tracing(headers, old).rows()


class _Tracing:
    def __init__(self, headers: Sequence[Header], old: Mapping[int, bytes]) -> None:
        self._headers = headers
        self._old = old
        self._tries = 0
        self._shift = 0
        self._behind: Counter[object] = Counter()
        """How much higher each stream's numbers were."""

    def rows(self) -> list[Row]:
        origins: list[int | None] = []
        while len(origins) < len(self._headers):
            origins += self._next(len(origins))
        self._cross(origins)
        return [Row(header.position, origin) for header, origin in zip(self._headers, origins, strict=True)]

    def _next(self, at: int) -> list[int | None]:
        """The origins of the next fact, or of some that came in front of one that is known."""
        header = self._headers[at]
        place = header.position + self._shift
        for gone in range(RUN_MAX + 1):
            if self._was_at(header, place + gone, range(-1, 2) if not gone else range(gone + 1)):
                self._shift += gone
                return [place + gone]
        for come in range(1, RUN_MAX + 1):
            if at + come < len(self._headers) and self._came(at, come, place):
                self._shift -= come
                return [*([None] * come), place]
        return [None]

    def _came(self, at: int, count: int, place: int) -> bool:
        """Whether so many facts came in front of one that stood where the first of them stands."""
        before = self._behind.copy()
        for header in self._headers[at : at + count]:
            self._behind.subtract(member.stream for member in header.members)
        if self._was_at(self._headers[at + count], place, range(1)):
            return True
        self._behind = before
        return False

    def _was_at(self, header: Header, place: int, steps: range) -> bool:
        """Whether the fact stood there, its numbers as learned or off by one of these steps; learns what fits."""
        leaf = self._old.get(place)
        if leaf is None:
            return False
        known = [self._behind[member.stream] for member in header.members]
        for offs in _offsets(len(known), steps):
            seqs = [member.seq + more + off for member, more, off in zip(header.members, known, offs, strict=True)]
            if self._fits(header, place, header.recorded_at, seqs, leaf):
                for member, off in zip(header.members, offs, strict=True):
                    self._behind[member.stream] += off
                return True
        return False

    def _fits(self, header: Header, place: int, recorded_at: int, seqs: Sequence[int], leaf: bytes) -> bool:
        if self._tries >= TRIES_MAX:
            return False
        self._tries += 1
        tags = [(member.blinded, seq) for member, seq in zip(header.members, seqs, strict=True)]
        if not tags or min(seqs) < 1:
            return False
        return leaf_hash(header.prefix, encode_tail(place - 1, recorded_at, tags)) == leaf

    def _cross(self, origins: list[int | None]) -> None:
        """Facts of unknown origin, at the places that none claims: those that changed places with each other."""
        claimed = set(origins)
        vacant = [place for place in sorted(self._old) if place not in claimed]
        unknown = [at for at, origin in enumerate(origins) if origin is None]
        times = {header.position: header.recorded_at for header in self._headers}
        if not vacant or not unknown:
            return
        counts = self._counts(origins, vacant)
        for at in unknown:
            for place in vacant:
                if self._stood(self._headers[at], place, times.get(place), counts[place]):
                    origins[at] = place
                    vacant.remove(place)
                    break

    def _counts(self, origins: Sequence[int | None], vacant: Sequence[int]) -> dict[int, Counter[object]]:
        """For each vacant place, the number that the next fact of each stream would have had there."""
        known = [(origin, header) for origin, header in zip(origins, self._headers, strict=True) if origin is not None]
        known.sort(key=lambda pair: pair[0])
        first: dict[object, int] = {}
        for header in self._headers:
            for member in header.members:
                first.setdefault(member.stream, member.seq)
        counts: dict[int, Counter[object]] = {}
        now, passed = Counter(first), 0
        for place in vacant:
            while passed < len(known) and known[passed][0] < place:
                now.update(member.stream for member in known[passed][1].members)
                passed += 1
            counts[place] = now.copy()
            if self._tries >= TRIES_MAX or len(counts) * len(now) > TRIES_MAX:
                break
        return {place: counts.get(place, Counter()) for place in vacant}

    def _stood(self, header: Header, place: int, time_there: int | None, counts: Counter[object]) -> bool:
        leaf = self._old[place]
        for recorded_at in dict.fromkeys((header.recorded_at, time_there or header.recorded_at)):
            for offs in _offsets(len(header.members), range(-1, 2)):
                seqs = [counts[member.stream] + off for member, off in zip(header.members, offs, strict=True)]
                if self._fits(header, place, recorded_at, seqs, leaf):
                    return True
        return False


def _offsets(count: int, steps: range) -> Iterator[tuple[int, ...]]:
    """How far each number may be off, none of them first."""
    free = min(count, _TAGS_MAX)
    fixed = (0,) * (count - free)
    ordered = sorted(steps, key=abs)
    return (chosen + fixed for chosen in product(ordered, repeat=free))
