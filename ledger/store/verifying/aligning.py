"""Which facts were changed, removed, added or moved: the rows that are there against those that were there.

Each row has an origin: the position at which the evidence (tiles, entries, an archive, or the row's own leaf) knows it,
or none. The longest run of origins that still ascends is what stayed; what is not in it moved; what is missing between
two that stayed was edited where something else stands there, deleted where nothing does.
Promise: pure, and every difference gets exactly one name; n log n for n rows that differ. Not promised: that
the evidence is right; notes.py says which of it a signed checkpoint vouches for.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from ledger.store.verifying.naming import Named


class Row(NamedTuple):
    """A fact that is there: its position, and the position at which the evidence knows it."""

    position: int
    origin: int | None


class Change(NamedTuple):
    """What happened to so many `facts` that stand (or stood, where they are gone) at `position` and behind."""

    named: Named
    position: int
    facts: int = 1


def changes(rows: Sequence[Row], first: int, last: int) -> list[Change]:
    """What happened to the places `first` to `last` of the evidence, given the rows from `first` on, by position.

    Rows behind `last` that the evidence does not know are no change: it ends there.
    """
    owners = _owners(rows, first, last)
    stayed = _ascending([(index, origin) for origin, index in owners.items()])
    claimed = owners.keys()
    found = [Change(Named.REORDERED, rows[index].position) for index in owners.values() if index not in stayed]
    owner_at = {index: origin for origin, index in owners.items()}
    behind, new = first - 1, list[int]()
    for index, row in enumerate(rows):
        if index in stayed:
            missing = [place for place in range(behind + 1, owner_at[index]) if place not in claimed]
            found += _between(missing, new)
            behind, new = owner_at[index], []
        elif index not in owner_at:
            new.append(row.position)
    missing = [place for place in range(behind + 1, last + 1) if place not in claimed]
    copies = {row.position for index, row in enumerate(rows) if row.origin is not None and index not in owner_at}
    found += _at_the_end(missing, new, copies)
    return list(_runs(sorted(found, key=lambda change: (change.position, change.named))))


def _owners(rows: Sequence[Row], first: int, last: int) -> dict[int, int]:
    """Which row stands for each place of the evidence: the one that never moved, or else the first that claims it."""
    owners: dict[int, int] = {}
    for index, (position, origin) in enumerate(rows):
        if origin is not None and first <= origin <= last and (origin not in owners or origin == position):
            owners[origin] = index
    return dict(sorted(owners.items(), key=lambda owner: owner[1]))


def _ascending(claims: Iterable[tuple[int, int]]) -> set[int]:
    """The indexes of a longest ascending run of origins, by patience sorting."""
    tops: list[int] = []
    top_index: list[int] = []
    before: dict[int, int | None] = {}
    for index, origin in claims:
        at = bisect_left(tops, origin)
        before[index] = top_index[at - 1] if at else None
        if at == len(tops):
            tops.append(origin)
            top_index.append(index)
        else:
            tops[at], top_index[at] = origin, index
    run: set[int] = set()
    here = top_index[-1] if top_index else None
    while here is not None:
        run.add(here)
        here = before[here]
    return run


def _between(missing: Sequence[int], new: Sequence[int]) -> Iterator[Change]:
    """What stands for something else was edited; what is left over was removed or added."""
    edited = set(missing) & set(new)
    gone = [place for place in missing if place not in edited]
    come = [position for position in new if position not in edited]
    pairs = min(len(gone), len(come))
    yield from (Change(Named.EDITED, position) for position in (*sorted(edited), *come[:pairs]))
    yield from (Change(Named.DELETED, place) for place in gone[pairs:])
    yield from (Change(Named.INSERTED, position) for position in come[pairs:])


def _at_the_end(missing: Sequence[int], new: Sequence[int], copies: Collection[int]) -> Iterator[Change]:
    """Behind the last fact that stayed: what is gone was cut off; what the evidence never knew is not its matter."""
    for change in _between(missing, new):
        if change.named is Named.DELETED:
            yield change._replace(named=Named.TRUNCATED)
        elif change.named is not Named.INSERTED or change.position in copies:
            yield change


def _runs(found: Iterable[Change]) -> Iterator[Change]:
    """Neighbours of one name as one change."""
    run: Change | None = None
    for change in found:
        if run is not None and (change.named, change.position) == (run.named, run.position + run.facts):
            run = run._replace(facts=run.facts + change.facts)
            continue
        if run is not None:
            yield run
        run = change
    if run is not None:
        yield run
