"""What stands beside the facts, against an archive: bindings of command keys, and counts of refusals.

Neither is in a leaf, so no checkpoint covers them; whoever kept an archive can tell. Both only grow: a key is bound
once, for ever, and a count goes up. Promise: both sides are read once, in their order, and nothing is held.
Not promised: keys bound and counts raised since the archive was made; that a count was not raised too high.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ledger.store.archive.format import BlockReader, Section
from ledger.store.archive.records import decode_key, decode_refusal
from ledger.store.archive.rows import KeyRow, RefusalRow
from ledger.store.engine import Snapshot
from ledger.store.fsck_fact import Verdict
from ledger.store.verifying.naming import Finding, Named


class _Binding(NamedTuple):
    """What a key is bound to; the digest of its content may be blanked by an erasure, and says nothing here."""

    token: str
    outcome: str
    positions: tuple[int, ...]


def beside_the_facts(stored: Snapshot, archive: Path) -> Iterator[Finding]:
    """Every key and count that the archive has and the ledger has not, or has otherwise."""
    yield from _keys(stored, archive)
    yield from _refusals(stored, archive)


def _keys(stored: Snapshot, archive: Path) -> Iterator[Finding]:
    here = (_Binding(token, outcome, _positions(positions)) for token, _, outcome, positions, _ in stored.bound_keys())
    mine = next(here, None)
    for kept in _archived_keys(archive):
        while mine is not None and mine.token < kept.token:
            mine = next(here, None)
        if mine is None or mine.token != kept.token:
            yield _of_key(Named.DELETED, "A command key that the archive has is gone.", kept.positions)
        elif mine != kept:
            words = "A command key is not bound to the facts that the archive says it is bound to."
            yield _of_key(Named.EDITED, words, kept.positions)


def _refusals(stored: Snapshot, archive: Path) -> Iterator[Finding]:
    here = map(RefusalRow._make, stored.refusals())
    mine = next(here, None)
    for kept in _archived_refusals(archive):
        while mine is not None and mine.token < kept.token:
            mine = next(here, None)
        if mine is None or mine.token != kept.token:
            yield _of_count(Named.DELETED, "A count of refusals that the archive has is gone.", kept.position)
        elif mine.position != kept.position or mine.times < kept.times:
            yield _of_count(Named.EDITED, "A count of refusals is lower than in the archive.", kept.position)


def _archived_keys(archive: Path) -> Iterator[_Binding]:
    for record in _records(archive, Section.KEYS):
        row: KeyRow = decode_key(record)
        yield _Binding(row.token, row.outcome, row.positions)


def _archived_refusals(archive: Path) -> Iterator[RefusalRow]:
    return map(decode_refusal, _records(archive, Section.REFUSALS))


def _records(archive: Path, section: Section) -> Iterator[bytes]:
    with archive.open("rb") as opened:
        for block in BlockReader(opened).blocks():
            if block.section == section:
                yield from block.records()


def _positions(value: object) -> tuple[int, ...]:
    return tuple(value) if isinstance(value, list) else ()


def _of_key(named: Named, words: str, positions: tuple[int, ...]) -> Finding:
    return Finding(Verdict.KEY_DIFFERS, positions[0] if positions else None, None, words, named)


def _of_count(named: Named, words: str, position: int) -> Finding:
    return Finding(Verdict.COUNT_DIFFERS, position, None, words, named)
