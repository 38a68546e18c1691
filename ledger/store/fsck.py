"""Verification: whether the ledger on this disk is whole, fact by fact, and the Merkle root of what is there.

Promise: every stored byte of a fact, its tags, its place, its time and its leaf are recomputed from each other, and
what does not agree is named with its position and a verdict. Reading is one consistent snapshot, in order, with memory
of eight bytes a fact; nothing is written.
Not promised: see NOT_PROVEN. Who can rewrite the whole database can rewrite it consistently: only a root that left
the machine shows that.
"""

from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Final, NamedTuple

from ledger.proof.leaf import DIGEST_BYTES
from ledger.proof.merkle import MerkleFrontier
from ledger.store.connection import Ledger
from ledger.store.engine import Snapshot, Unreadable
from ledger.store.fsck_counts import CountChecker
from ledger.store.fsck_erasures import ErasureChecker
from ledger.store.fsck_fact import FactChecker, StoredFact, StoredTag, Verdict
from ledger.store.fsck_keys import KeyChecker
from ledger.store.verifying.naming import Finding, Named, usual_name
from ledger.store.verifying.refining import by_rows_alone, refined
from ledger.streams.base import Event
from ledger.streams.governance import LedgerOpened

FINDINGS_MAX: Final = 1_000
PROGRESS_STEP: Final = 1_000

REWRITTEN_WHOLE: Final = (
    "A history rewritten whole, and signed anew with the log's key: that shows to an outside witness alone, who kept a"
    " checkpoint, a published copy or an archive."
)
CUT_OFF: Final = "Facts cut off at the end with everything that points to them, where no checkpoint covers them."
UNCHANGED_KEYS: Final = "Bindings of keys that were answered `unchanged` are covered by no proof."
NOT_PROVEN: Final = (REWRITTEN_WHOLE, CUT_OFF, UNCHANGED_KEYS)
"""What a clean verification does not show; `ccm-ledger verify` says so."""


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
    risen: int = 0
    """Counts of refusals that rose after a fact closed them: a program's clock was slow, or somebody raised them."""
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
    with ledger.engine.snapshot() as stored, ledger.vault.held():
        try:
            run.check_database(stored)
            run.check_facts(stored)
            run.check_streams(stored)
            run.check_keys(stored)
            run.check_erasures()
            run.check_reading_sets(stored)
        except Unreadable as error:
            run.find(Verdict.FILE_DAMAGED, f"The database cannot be read to its end: {error.happened}.")
        else:
            run.name(stored)
    return run.result()


class _Run:
    """One verification under way."""

    def __init__(self, ledger: Ledger, progress: Progress | None) -> None:
        self._progress = progress
        self._checker = FactChecker(ledger.mapper)
        self._keys = KeyChecker()
        self._erasures = ErasureChecker()
        self._vault = ledger.vault
        self._simulated = ledger.simulated
        self._frontier = MerkleFrontier()
        self._findings: list[Finding] = []
        self._further = 0
        self._risen = 0
        self._last = 0

    def find(
        self,
        verdict: Verdict,
        words: str,
        *,
        position: int | None = None,
        tag: str | None = None,
        named: Named | None = None,
    ) -> None:
        """Take down a finding, or count it where there are too many to list."""
        if len(self._findings) < FINDINGS_MAX:
            self._findings.append(Finding(verdict, position, tag, words, named or usual_name(verdict)))
        else:
            self._further += 1

    def name(self, stored: Snapshot) -> None:
        """Give the findings the names that they have together: what moved was not edited."""
        self._findings = list(refined(self._findings, by_rows_alone(stored, self._findings, self._last)))

    def result(self) -> Verification:
        """What was found."""
        return Verification(
            findings=tuple(self._findings),
            further=self._further,
            facts=self._frontier.size,
            root=self._frontier.root().hex(),
            erased=self._checker.erased,
            risen=self._risen,
        )

    def check_database(self, stored: Snapshot) -> None:
        """The database's own checks, and the tables and guards that the migrations must have left."""
        for words in stored.database_trouble():
            self.find(Verdict.FILE_DAMAGED, words)
        for words in stored.schema_trouble():
            self.find(Verdict.SCHEMA_DIFFERS, words)

    def check_facts(self, stored: Snapshot) -> None:
        """Every fact against its header, its leaf, its tags, its place and its time."""
        total = stored.fact_count()
        tags, has_readings = _Tags(stored), _remembering(stored.has_reading_set)
        counts = CountChecker(stored.refusal)
        recorded_at = 0
        for done, row in enumerate(map(StoredFact._make, stored.facts()), 1):
            for position in tags.skip_to(row.position):
                self.find(Verdict.TAGS_DIFFER, "A tag names a fact that is not there.", position=position)
            own_tags = tags.take(row.position)
            if row.is_well_formed:
                self._check_place(row, recorded_at)
                for verdict, words in self._checker.issues(row, own_tags, has_readings):
                    self.find(verdict, words, position=row.position)
                is_read, key = self._checker.key
                if is_read:
                    self._keys.take(row.position, row.topic, key)
                self._erasures.take(row.position, self._checker.event, self._checker.gone)
                self._check_opening(row.position, self._checker.event)
                if differs := counts.issue(row):
                    self.find(*differs, position=row.position)
                recorded_at = row.recorded_at
            else:
                self.find(Verdict.BODY_DAMAGED, "The fact's row holds values of another kind.", position=row.position)
            is_leaf = row.is_well_formed and len(row.leaf) == DIGEST_BYTES
            self._frontier.append(row.leaf if is_leaf else bytes(DIGEST_BYTES))
            self._last = row.position
            if self._progress is not None and (done % PROGRESS_STEP == 0 or done == total):
                self._progress(done, total)
        self._risen = counts.risen
        for position in tags.skip_to(None):
            self.find(Verdict.TAGS_DIFFER, "A tag names a fact that is not there.", position=position)

    def check_streams(self, stored: Snapshot) -> None:
        """Every stream counts its facts without gaps, in the order of the ledger, up to its head."""
        streams = stored.streams()
        stream, count, last = next(streams, None), 0, 0
        for tag_id, seq, position in stored.numbers():
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

    def check_keys(self, stored: Snapshot) -> None:
        """Every key and every count of refusals points to facts that are there, and every fact's key to that fact."""
        for token, _, outcome, positions, _ in stored.bound_keys():
            if outcome not in {"accepted", "unchanged", "parked"} or not self._are_positions(positions):
                self.find(
                    Verdict.KEY_DANGLES,
                    f"A command key ({outcome}) is bound to facts that are not there: {positions}.",
                    named=None if self._are_numbers(positions) else Named.EDITED,
                )
            else:
                self._keys.bound(token, outcome, positions)
        for position, (verdict, words) in self._keys.issues(row[0] for row in stored.bound_keys()):
            self.find(verdict, words, position=position)
        for _, position, _ in stored.refusals():
            if not self._is_position(position):
                self.find(Verdict.KEY_DANGLES, f"Refusals are counted for a fact that is not there: {position}.")

    def check_erasures(self) -> None:
        """Every key that is gone was taken by an erasure, and every erasure that is done took its keys."""
        for position, (verdict, words) in self._erasures.issues(self._vault):
            self.find(verdict, words, position=position)

    def check_reading_sets(self, stored: Snapshot) -> None:
        """Every reading set is what its digest says."""
        for digest, content in stored.reading_sets():
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

    def _check_opening(self, position: int, event: Event | None) -> None:
        if isinstance(event, LedgerOpened) and event.simulated != self._simulated:
            words = "The ledger's row and the fact that opened it do not agree on whether the ledger is simulated."
            self.find(Verdict.SIMULATED_DIFFERS, words, position=position)

    def _check_head(self, stream: tuple[int, str, int], count: int) -> None:
        if stream[2] != count:
            self.find(
                Verdict.HEAD_DIFFERS, f"The stream says it holds {stream[2]} facts and holds {count}.", tag=stream[1]
            )

    def _are_numbers(self, value: object) -> bool:
        return isinstance(value, list) and all(isinstance(each, int) and each > 0 for each in value)

    def _are_positions(self, value: object) -> bool:
        return isinstance(value, list) and all(map(self._is_position, value))

    def _is_position(self, value: object) -> bool:
        return isinstance(value, int) and 0 < value <= self._last


class _Tags:
    """The tag rows of the facts, in step with the facts."""

    def __init__(self, stored: Snapshot) -> None:
        self._rows = map(StoredTag._make, stored.tag_rows())
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


def _remembering(has_reading_set: Callable[[bytes], bool]) -> Callable[[bytes], bool]:
    """The same question, asked once for each set that is there: thousands of facts rest on one."""
    there: set[bytes] = set()

    def has(digest: bytes) -> bool:
        if digest not in there and has_reading_set(digest):
            there.add(digest)
        return digest in there

    return has
