"""Verification: whether the ledger on this disk is whole, fact by fact, and the Merkle root of what is there.

Promise: every stored byte of a fact, its tags, its place, its time and its leaf are recomputed from each other, and
what does not agree is named with its position and a verdict. Reading is one consistent snapshot, in order, with memory
that does not grow with the ledger; nothing is written.
Not promised: see NOT_PROVEN. Who can rewrite the whole database can rewrite it consistently: only a root that left
the machine shows that.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Final, NamedTuple

import orjson

from ledger.proof.leaf import DIGEST_BYTES
from ledger.proof.merkle import MerkleFrontier
from ledger.store.connection import Ledger
from ledger.store.fsck_fact import FactChecker, StoredFact, StoredTag, Verdict
from ledger.store.migrate import Family, migrate, pending
from ledger.store.recorder_sqlite import LedgerConnection
from ledger.store.sqlite_errors import naming_errors
from ledger.terms.errors import LedgerError

FINDINGS_MAX: Final = 1_000
PROGRESS_STEP: Final = 1_000

NOT_PROVEN: Final = (
    "No outside witness yet: a rewrite of the whole ledger shows only against a root that is kept elsewhere.",
    "Facts cut off at the end together with their tags, heads and keys leave a shorter ledger that is whole in itself.",
    "Bindings of keys that were answered `unchanged` are covered by no proof.",
)
"""What a clean verification does not show; `ccm-ledger verify` says so."""

_FACTS: Final = (
    "SELECT rowid, originator_id, originator_version, topic, state, recorded_at, prefix, leaf"
    " FROM stored_events ORDER BY rowid"
)
_TAG_ROWS: Final = (
    "SELECT t.position, t.ordinal, g.tag, t.seq, t.salt FROM event_tags t LEFT JOIN tags g ON g.tag_id = t.tag_id"
    " ORDER BY t.position, t.ordinal"
)
_STREAMS: Final = "SELECT tag_id, tag, head FROM tags ORDER BY tag_id"
_SEQS: Final = "SELECT tag_id, seq, position FROM event_tags INDEXED BY event_tags_by_tag ORDER BY tag_id, seq"
_SCHEMA: Final = "SELECT type || ' ' || name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"


class Finding(NamedTuple):
    """One thing that does not agree: the verdict, where, and what it means, in words without identifiers."""

    verdict: Verdict
    position: int | None
    tag: str | None
    words: str


class Verification(NamedTuple):
    """What a verification found."""

    findings: tuple[Finding, ...]
    further: int
    """Findings past the first thousand, counted only."""
    facts: int
    root: str
    """The Merkle root of the stored leaves, in hex."""
    erased: int
    """Sealed parts whose key was destroyed: their commitments stand, their words are gone."""
    not_proven: tuple[str, ...] = NOT_PROVEN

    @property
    def is_sound(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


Progress = Callable[[int, int], None]


def verify(ledger: Ledger, progress: Progress | None = None) -> Verification:
    """Check the whole ledger. `progress` is told (facts checked, facts in all) now and then.

    Damage is a finding and never an exception; StoreUnavailable still says that the files cannot be read now.
    """
    run = _Run(ledger, progress)
    with _snapshot(ledger) as connection:
        try:
            run.check_file(connection)
            run.check_schema(connection, "sqlite")
            run.check_facts(connection)
            run.check_streams(connection)
            run.check_keys(connection)
            run.check_reading_sets(connection)
        except sqlite3.DatabaseError as error:
            run.find(Verdict.FILE_DAMAGED, f"The database cannot be read to its end: {error}.")
    return run.result()


class _Run:
    """One verification under way."""

    def __init__(self, ledger: Ledger, progress: Progress | None) -> None:
        self._progress = progress
        self._checker = FactChecker(ledger.mapper)
        self._frontier = MerkleFrontier()
        self._findings: list[Finding] = []
        self._further = 0
        self._last = 0

    def find(self, verdict: Verdict, words: str, *, position: int | None = None, tag: str | None = None) -> None:
        """Take down a finding, or count it where there are too many to list."""
        if len(self._findings) < FINDINGS_MAX:
            self._findings.append(Finding(verdict, position, tag, words))
        else:
            self._further += 1

    def result(self) -> Verification:
        """What was found."""
        return Verification(
            findings=tuple(self._findings),
            further=self._further,
            facts=self._frontier.size,
            root=self._frontier.root().hex(),
            erased=self._checker.erased,
        )

    def check_file(self, connection: sqlite3.Connection) -> None:
        """SQLite's own check of pages and indexes."""
        for (line,) in connection.execute("PRAGMA integrity_check(100)").fetchall():
            if line != "ok":
                self.find(Verdict.FILE_DAMAGED, f"SQLite finds its file damaged: {line}.")

    def check_schema(self, connection: sqlite3.Connection, family: Family) -> None:
        """The migrations that were applied, and the tables and triggers that they must have left."""
        try:
            unapplied = pending(connection, family)
        except LedgerError as error:
            self.find(Verdict.SCHEMA_DIFFERS, error.happened)
            return
        assert not unapplied, "a ledger is migrated when it is opened"
        with _blank(family) as blank:
            wanted = dict(blank.execute(_SCHEMA).fetchall())
        found = dict(connection.execute(_SCHEMA).fetchall())
        for name in sorted(wanted.keys() | found.keys()):
            if wanted.get(name) != found.get(name):
                self.find(Verdict.SCHEMA_DIFFERS, f"The {name} is not the one that the migrations make.")

    def check_facts(self, connection: sqlite3.Connection) -> None:
        """Every fact against its header, its leaf, its tags, its place and its time."""
        total = connection.execute("SELECT COUNT(*) FROM stored_events").fetchone()[0]
        tags, has_readings = _Tags(connection), _has_reading_set(connection)
        recorded_at = 0
        for done, row in enumerate(map(StoredFact._make, connection.execute(_FACTS)), 1):
            for position in tags.skip_to(row.position):
                self.find(Verdict.TAGS_DIFFER, "A tag names a fact that is not there.", position=position)
            own_tags = tags.take(row.position)
            if row.is_well_formed:
                self._check_place(row, recorded_at)
                for verdict, words in self._checker.issues(row, own_tags, has_readings):
                    self.find(verdict, words, position=row.position)
                recorded_at = row.recorded_at
            else:
                self.find(Verdict.BODY_DAMAGED, "The fact's row holds values of another kind.", position=row.position)
            is_leaf = row.is_well_formed and len(row.leaf) == DIGEST_BYTES
            self._frontier.append(row.leaf if is_leaf else bytes(DIGEST_BYTES))
            self._last = row.position
            if self._progress is not None and (done % PROGRESS_STEP == 0 or done == total):
                self._progress(done, total)
        for position in tags.skip_to(None):
            self.find(Verdict.TAGS_DIFFER, "A tag names a fact that is not there.", position=position)

    def check_streams(self, connection: sqlite3.Connection) -> None:
        """Every stream counts its facts without gaps, in the order of the ledger, up to its head."""
        streams = connection.execute(_STREAMS)
        stream, count, last = next(streams, None), 0, 0
        for tag_id, seq, position in connection.execute(_SEQS):
            while stream is not None and stream[0] < tag_id:
                self._check_head(stream, count)
                stream, count, last = next(streams, None), 0, 0
            tag = stream[1] if stream is not None and stream[0] == tag_id else None
            if seq != count + 1:
                self.find(
                    Verdict.STREAM_GAP, f"The stream goes from fact {count} to fact {seq}.", position=position, tag=tag
                )
            elif position <= last:
                self.find(
                    Verdict.STREAM_GAP, "The stream's order is not the ledger's order.", position=position, tag=tag
                )
            count, last = seq, position
        while stream is not None:
            self._check_head(stream, count)
            stream, count = next(streams, None), 0

    def check_keys(self, connection: sqlite3.Connection) -> None:
        """Every key and every count of refusals points to facts that are there."""
        for outcome, positions in connection.execute("SELECT outcome, positions FROM command_keys"):
            if outcome not in {"accepted", "unchanged", "parked"} or not self._are_positions(positions):
                self.find(
                    Verdict.KEY_DANGLES, f"A command key ({outcome}) is bound to facts that are not there: {positions}."
                )
        for (position,) in connection.execute("SELECT position FROM refusal_count"):
            if not self._is_position(position):
                self.find(Verdict.KEY_DANGLES, f"Refusals are counted for a fact that is not there: {position}.")

    def check_reading_sets(self, connection: sqlite3.Connection) -> None:
        """Every reading set is what its digest says."""
        for digest, content in connection.execute("SELECT digest, content FROM reading_sets"):
            if not isinstance(content, bytes) or sha256(content).digest() != digest:
                self.find(
                    Verdict.READING_SET_DIFFERS,
                    "The readings stored under a digest are not those that a decision rested on.",
                )

    def _check_place(self, row: StoredFact, recorded_at: int) -> None:
        if row.position != self._last + 1:
            self.find(
                Verdict.POSITION_GAP,
                f"Facts are missing: {self._last + 1} to {row.position - 1}.",
                position=row.position,
            )
        if row.recorded_at < recorded_at:
            self.find(
                Verdict.TIME_RUNS_BACK, "The fact is dated before the one that precedes it.", position=row.position
            )

    def _check_head(self, stream: tuple[int, str, int], count: int) -> None:
        if stream[2] != count:
            self.find(
                Verdict.HEAD_DIFFERS, f"The stream says it holds {stream[2]} facts and holds {count}.", tag=stream[1]
            )

    def _are_positions(self, text: str) -> bool:
        try:
            positions = orjson.loads(text)
        except (TypeError, ValueError):
            return False
        return isinstance(positions, list) and all(map(self._is_position, positions))

    def _is_position(self, value: object) -> bool:
        return isinstance(value, int) and 0 < value <= self._last


class _Tags:
    """The tag rows of the facts, in step with the facts."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._rows = map(StoredTag._make, connection.execute(_TAG_ROWS))
        self._next = next(self._rows, None)

    def take(self, position: int) -> list[StoredTag]:
        """The tag rows of one fact, by ordinal."""
        taken = []
        while self._next is not None and self._next.position == position:
            taken.append(self._next)
            self._next = next(self._rows, None)
        return taken

    def skip_to(self, position: int | None) -> Iterator[int]:
        """Pass over tag rows of facts that are not there, answering their positions; None: to the end."""
        while self._next is not None and (position is None or self._next.position < position):
            yield self._next.position
            self._next = next(self._rows, None)


def _has_reading_set(connection: sqlite3.Connection) -> Callable[[str], bool]:
    query = "SELECT 1 FROM reading_sets WHERE digest = ?"
    return lambda digest: connection.execute(query, (bytes.fromhex(digest),)).fetchone() is not None


@contextmanager
def _snapshot(ledger: Ledger) -> Iterator[sqlite3.Connection]:
    with naming_errors(), ledger.recorder.datastore.get_connection(commit=False) as pooled:
        assert isinstance(pooled, LedgerConnection)
        connection, row_factory = pooled.sqlite, pooled.sqlite.row_factory
        connection.row_factory = None
        connection.execute("BEGIN")
        try:
            yield connection
        finally:
            connection.rollback()
            connection.row_factory = row_factory


@contextmanager
def _blank(family: Family) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        migrate(connection, family, 0)
        yield connection
    finally:
        connection.close()
