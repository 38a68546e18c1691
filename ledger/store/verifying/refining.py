"""The usual names of findings made exact: what moved is reordered, what slid up because another fact went is deleted.

Promise: pure but for the rows that are read again; a finding keeps its verdict, position and words, and gets the name
that the changes around it give. Not promised: names for what only a newer program can read.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

from ledger.store.engine import Snapshot
from ledger.store.fsck_fact import Verdict
from ledger.store.verifying.aligning import Change, Row, changes
from ledger.store.verifying.diagnosing import displaced, present
from ledger.store.verifying.naming import Finding, Named

_OF_PLACE: Final = frozenset(
    {
        Verdict.HOME_DIFFERS,
        Verdict.LEAF_DIFFERS,
        Verdict.POSITION_GAP,
        Verdict.STREAM_GAP,
        Verdict.TAGS_DIFFER,
        Verdict.TIME_RUNS_BACK,
    }
)
"""Verdicts that a fact gets for standing where it does not belong."""


def by_rows_alone(stored: Snapshot, findings: Sequence[Finding], last: int) -> list[Change]:
    """What the rows themselves tell of facts that moved, went or came; `last` is the highest position."""
    places = [each.position for each in findings if each.position is not None and each.verdict in _OF_PLACE]
    if not places:
        return []
    failing = {place for place in places if place <= last}
    gone = _beyond(places, last)
    first = max(min(failing, default=last), 1)
    here = present(stored.facts(first - 1), stored.members(first - 1))
    if not here:
        return gone
    leaves = {fact.leaf for fact in here if fact.position in failing}
    originals = {row[7]: row[0] for row in stored.facts() if row[7] in leaves and row[0] not in failing}
    rows = displaced(here, failing, originals)
    copies = set(originals.values())
    # Where a copy stands need not have been a place before.
    stop = max(first - 1, *(row.origin or row.position for row in rows if not _is_copy(row, copies)), 0)
    return [*changes(rows, first, stop), *gone]


def refined(findings: Iterable[Finding], told: Sequence[Change]) -> Iterator[Finding]:
    """The findings with the names that the changes give them."""
    exact = {place: change.named for change in told for place in range(change.position, change.position + change.facts)}
    slides = sorted((each.position, each.named) for each in told if each.named in {Named.DELETED, Named.INSERTED})
    for finding in findings:
        position = finding.position
        if position is None or finding.verdict not in _OF_PLACE or finding.named is Named.FOREIGN:
            yield finding
        elif position in exact:
            yield finding._replace(named=exact[position])
        else:
            before = [named for place, named in slides if place <= position]
            is_slid = before and finding.verdict in {Verdict.LEAF_DIFFERS, Verdict.POSITION_GAP}
            yield finding._replace(named=before[-1]) if is_slid else finding


def _is_copy(row: Row, copies: Collection[int]) -> bool:
    return row.origin != row.position and row.origin in copies


def _beyond(places: Iterable[int], last: int) -> list[Change]:
    """Tags that name facts behind the last one: the end was cut off."""
    gone = [place for place in places if place > last]
    return [Change(Named.TRUNCATED, min(gone), max(gone) - min(gone) + 1)] if gone else []
