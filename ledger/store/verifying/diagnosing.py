"""What was done to the facts of a stretch of the log, from the rows that are there and whatever old leaves are at hand.

Promise: each fact's origin is told from a leaf hash or a header that fits, never guessed; where nothing fits, the fact
was edited. Not promised: more than WINDOW facts at once; behind them only that the rest differs as well.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from ledger.proof.leaf import DIGEST_BYTES, blinded
from ledger.store.checkpoints.tiles import WIDTH
from ledger.store.fsck_fact import StoredFact, leaf_at
from ledger.store.verifying.aligning import Change, Row, changes
from ledger.store.verifying.naming import Named
from ledger.store.verifying.quick import stored_tags
from ledger.store.verifying.roots import split
from ledger.store.verifying.sources import Copy, mark_of
from ledger.store.verifying.tracing import Header, Member, traced

WINDOW: Final = 20_000
"""Facts that are held in memory at once."""
TRIES_MAX: Final = 400_000


class Present(NamedTuple):
    """A fact that is there, with the rows of its tags."""

    row: tuple[Any, ...]
    members: tuple[tuple[Any, ...], ...]

    @property
    def position(self) -> int:
        """Where it stands."""
        position: int = self.row[0]
        return position

    @property
    def leaf(self) -> object:
        """Its leaf, as the row says."""
        return self.row[7]


def present(facts: Iterable[tuple[Any, ...]], members: Iterable[tuple[Any, ...]]) -> list[Present]:
    """At most WINDOW facts with their tags, by position."""
    rows: dict[int, tuple[tuple[Any, ...], list[tuple[Any, ...]]]] = {}
    for row in facts:
        if len(rows) == WINDOW:
            break
        rows[row[0]] = (row, [])
    last = max(rows, default=0)
    for member in members:
        if not isinstance(member[0], int) or member[0] > last:
            break
        if member[0] in rows:
            rows[member[0]][1].append(member)
    return [Present(row, tuple(mine)) for row, mine in rows.values()]


def compared(here: Sequence[Present], first: int, copy: Copy) -> list[Change]:
    """What happened to the facts from position `first` on, given old leaves; empty where nothing did."""
    end = min(copy.size, first + WINDOW - 1)
    old = _old_leaves(copy, first, end)
    is_cut = end < copy.size or len(here) == WINDOW
    known = _origins(here, old, copy.marks(first, end))
    found = changes(known, first, end)
    # The window may end among facts that moved: what is missing at its very end stands behind it.
    return [each for each in found if not (is_cut and each.named is Named.TRUNCATED)]


def displaced(here: Sequence[Present], failing: Iterable[int], originals: Mapping[object, int]) -> list[Row]:
    """Where facts say themselves that they stood, by a leaf that fits another place than theirs.

    `originals` are the places of sound facts by their leaves: a fact that bears the leaf of one of them is a copy.
    """
    wrong = set(failing)
    by_place = {fact.position: fact for fact in here}
    last = max(by_place, default=0)
    vacant = [place for place in range(min(by_place, default=1), last) if place not in by_place]
    places = [*sorted(wrong), *vacant, last + 1, last + 2, last + 3]
    tries, found, shift = 0, list[Row](), 0
    for fact in here:
        position = fact.position
        if position not in wrong:
            found.append(Row(position, position))
            continue
        origin = originals.get(fact.leaf)
        if origin is None:
            for place in dict.fromkeys((position, position + shift, *places)):
                tries += 1
                if tries < TRIES_MAX and _says_place(fact, place, by_place.get(place)):
                    origin, shift = place, place - position
                    break
        found.append(Row(position, origin))
    return found


def _says_place(fact: Present, place: int, there: Present | None) -> bool:
    """Whether the leaf is that of this very header at another place, under its tags or those that are left there."""
    row = StoredFact._make(fact.row)
    if not row.is_well_formed or place < 1:
        return False
    for members in (fact.members, there.members if there is not None else ()):
        tags = stored_tags(members)
        is_whole = bool(tags) and all(tag.is_in_place(ordinal) for ordinal, tag in enumerate(tags))
        if is_whole and leaf_at(row, place, tags) == row.leaf:
            return True
    return False


def _old_leaves(copy: Copy, first: int, end: int) -> dict[int, bytes]:
    numbers = range((first - 1) // WIDTH, (end - 1) // WIDTH + 1 if end >= first else 0)
    leaves = (pair for n in numbers for pair in enumerate(split(copy.tile(n)), n * WIDTH + 1))
    return {position: leaf for position, leaf in leaves if first <= position <= end}


def _origins(here: Sequence[Present], old: Mapping[int, bytes], marks: Mapping[int, bytes]) -> list[Row]:
    """Where each fact stood: told by its leaf, by a place and numbers that give an old leaf, or else by its header."""
    places: dict[object, int] = {leaf: position for position, leaf in old.items()}
    own = [each.position if old.get(each.position) == each.leaf else places.get(each.leaf) for each in here]
    if all(origin is not None or each.position not in old for origin, each in zip(own, here, strict=True)):
        return [Row(each.position, origin) for origin, each in zip(own, here, strict=True)]
    rows = traced([_header(each) for each in here], old)
    found = [
        row if row.origin is not None else Row(row.position, origin) for row, origin in zip(rows, own, strict=True)
    ]
    return _by_marks(here, found, marks) if marks else found


def _by_marks(here: Sequence[Present], found: Sequence[Row], marks: Mapping[int, bytes]) -> list[Row]:
    """The origins that are still open, by what of a header does not depend on the place.

    A fact whose mark has stayed where it stood has another time or other numbers: it was edited.
    """
    claimed = {row.origin for row in found}
    places_of: dict[object, list[int]] = {}
    for position, mark in marks.items():
        if position not in claimed:
            places_of.setdefault(mark, []).append(position)
    rows, shift = [], 0
    for each, (position, known) in zip(here, found, strict=True):
        origin = known
        if origin is None and (places := places_of.get(_mark(each))):
            nearest = min(places, key=lambda place, wanted=position + shift: abs(place - wanted))  # type: ignore[misc]
            places.remove(nearest)
            origin = nearest if nearest != position else None
        if origin is not None:
            shift = origin - position
        rows.append(Row(position, origin))
    return rows


def _mark(fact: Present) -> bytes:
    header = _header(fact)
    return mark_of(header.prefix, (member.blinded for member in header.members))


def _header(fact: Present) -> Header:
    row = StoredFact._make(fact.row)
    tags = stored_tags(fact.members)
    if not row.is_well_formed or not all(tag.is_in_place(ordinal) for ordinal, tag in enumerate(tags)):
        return Header(fact.position, bytes(DIGEST_BYTES), 0, ())
    members = tuple(Member(tag.tag, blinded(tag.tag or "", tag.salt), tag.seq) for tag in tags)
    return Header(row.position, row.prefix, row.recorded_at, members)


def told(change: Change, words: str) -> str:
    """What happened there, in words; `words` say what was compared."""
    facts, verb = ("the fact", "is") if change.facts == 1 else (f"{change.facts} facts from here on", "are")
    happened = {
        Named.EDITED: f"{facts} {verb} not what stood here",
        Named.DELETED: f"{facts} {verb} gone",
        Named.TRUNCATED: f"{facts} to the end {verb} gone",
        Named.INSERTED: f"{facts} {verb} not known there",
        Named.REORDERED: f"{facts} stood in another place",
    }[change.named]
    return f"{words} say otherwise: {happened}."
