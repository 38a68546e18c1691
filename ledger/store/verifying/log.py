"""`verify --log`: leaves, tree, tiles, checkpoints, cosignatures, tags and numbers of streams, and what others kept.

Promise: one consistent snapshot is read once, in order; every leaf is recomputed from the stored bytes, every tile and
checkpoint from the leaves, and what was kept elsewhere is compared with both. Each finding bears the name that the
evidence carries (naming.py). Nothing is written, no word is opened, and no key but public ones is needed.
Not promised: what needs a fact's meaning or its words; that is the deep pass (ledger/store/fsck.py).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from ledger.proof.note import VerifierKey
from ledger.store.batches import Rows, side_by_side
from ledger.store.checkpoints.log_keys import log_name
from ledger.store.checkpoints.map_check import MapCheck
from ledger.store.checkpoints.tiles import WIDTH
from ledger.store.checkpoints.timestamping import TrustedRoots
from ledger.store.connection import Ledger
from ledger.store.engine import Snapshot, Unreadable
from ledger.store.fsck_fact import Verdict
from ledger.store.verifying import bracketing
from ledger.store.verifying.aligning import Change
from ledger.store.verifying.beside import beside_the_facts
from ledger.store.verifying.bracketing import Sizes
from ledger.store.verifying.diagnosing import compared, present, told
from ledger.store.verifying.naming import NOTICES, Bracket, Finding, Named, foremost, usual_name
from ledger.store.verifying.opening import Anchor, Judge
from ledger.store.verifying.own_checkpoints import OwnCheckpoints
from ledger.store.verifying.own_log import OwnLog, level_zero
from ledger.store.verifying.own_notes import OwnWord, own_word
from ledger.store.verifying.quick import QuickPass, Seen, Streams
from ledger.store.verifying.refining import by_rows_alone, refined
from ledger.store.verifying.roots import Roots, split
from ledger.store.verifying.sources import ArchivedLog, Copy, OwnTiles, PublishedFolder, opened_archive

FINDINGS_MAX: Final = 1_000


class Evidence(NamedTuple):
    """What was kept outside the ledger, and which keys are trusted."""

    notes: tuple[bytes, ...] = ()
    """Notes of checkpoints."""
    folder: Path | None = None
    """A copy of the published tiles."""
    archive: Path | None = None
    since: bytes | None = None
    """The note of a checkpoint up to which the tiles are believed, once they lead to its root."""
    keys: tuple[VerifierKey, ...] = ()
    roots: TrustedRoots = ()
    """Of the authorities whose timestamps are trusted."""


class LogVerification(NamedTuple):
    """What a verification of the log found."""

    findings: tuple[Finding, ...]
    further: int
    """Findings past the first thousand, counted only."""
    names: tuple[Named, ...]
    """The names of all findings, those that weigh most first."""
    facts: int
    root: str
    """The Merkle root of the stored leaves, in hex."""
    sealed: int
    """How many facts the ledger's own checkpoints cover."""
    unsealed: int
    """Facts behind them: a notice, and no damage."""
    unsealed_since: int | None
    """When the first of them was recorded, in microseconds."""
    trusted: int
    """Up to which position the tiles were believed and the facts not looked at."""
    checkpoints: int
    """Checkpoints that were opened, the ledger's own and those that were kept."""
    cosignatures: int
    """Lines of cosigners that are true."""
    bracket: Bracket | None
    """Between which checkpoints history was rewritten."""
    last_good: int
    """The largest size at which facts and a trusted checkpoint agree."""

    @property
    def is_sound(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


Progress = Callable[[int, int], None]


def verify_log(ledger: Ledger, evidence: Evidence = Evidence(), progress: Progress | None = None) -> LogVerification:  # noqa: B008
    """Check the log of a ledger. `progress` is told (facts checked, facts in all) now and then.

    Damage is a finding and never an exception; StoreUnavailable still says that the files cannot be read now.
    """
    ledger.refresh()
    run = _Run(ledger.ledger_id, evidence, own_word(ledger), progress)
    with ledger.engine.snapshot() as stored:
        try:
            run.open_checkpoints(stored)
            run.open_kept()
            run.pass_facts(stored, MapCheck(ledger))
            run.compare(stored)
        except Unreadable as error:
            run.find(Verdict.FILE_DAMAGED, f"The database cannot be read to its end: {error.happened}.")
        return run.result()


class _Run:
    """One verification under way."""

    def __init__(self, ledger_id: str, evidence: Evidence, own: OwnWord, progress: Progress | None) -> None:
        self._ledger_id = ledger_id
        self._evidence = evidence
        self._judge = Judge(log_name(ledger_id), own.keys, evidence.keys)
        self._is_simulated = own.is_simulated
        self._seen: list[Seen] = []
        self._progress = progress
        self._anchors: list[Anchor] = []
        self._findings: list[Finding] = []
        self._copies: list[Copy] = []
        self._firsts: dict[int, int] = {}
        self._since = self._trusted_to = 0
        self._stored_size = 0
        self._rows = Roots(())
        self._own = OwnLog((), 0, ())
        self._now = Sizes(0, {}, {})
        self._facts = 0
        self._unsealed_since: int | None = None
        self._bracket: Bracket | None = None

    def find(self, verdict: Verdict, words: str, *, position: int | None = None, named: Named | None = None) -> None:
        """Take down a finding."""
        self._findings.append(Finding(verdict, position, None, words, named or usual_name(verdict)))

    # --- checkpoints --------------------------------------------------------------------------------------------------

    def open_checkpoints(self, stored: Snapshot) -> None:
        """The ledger's own checkpoints in their order, and what was put under them."""
        own = OwnCheckpoints(self._judge, self._evidence.roots, is_simulated=self._is_simulated)
        for each in own.opened(stored):
            self._take(each)
        self._stored_size, self._seen = own.size, own.seen

    def open_kept(self) -> None:
        """The notes, folders and archives that were kept elsewhere."""
        for number, note in enumerate(self._evidence.notes, 1):
            self._take(self._judge.open(note, f"kept note {number}", is_own=False))
        if self._evidence.since is not None:
            self._open_since(self._evidence.since)
        if self._evidence.folder is not None:
            self._open_folder(PublishedFolder(self._evidence.folder))
        if self._evidence.archive is not None:
            archive = opened_archive(self._evidence.archive, self._ledger_id)
            if isinstance(archive, ArchivedLog):
                self._copies.append(archive)
            else:
                self._findings.append(archive)

    def _take(self, opened: Anchor | Finding) -> bool:
        if isinstance(opened, Finding):
            self._findings.append(opened)
            return False
        self._anchors.append(opened)
        return True

    def _open_since(self, note: bytes) -> None:
        if self._take(self._judge.open(note, "the checkpoint to go on from", is_own=False)):
            self._since = self._anchors[-1].size

    def _open_folder(self, folder: PublishedFolder) -> None:
        notes = folder.notes()
        if not notes:
            self.find(Verdict.NOTE_DAMAGED, "The published folder has no checkpoint.", named=Named.DELETED)
        for number, note in enumerate(notes):
            source = "the published checkpoint" if not number else f"published checkpoint {number}"
            if self._take(self._judge.open(note, source, is_own=False)) and not number:
                folder.size = self._anchors[-1].size
        if folder.size:
            self._copies.append(folder)

    # --- facts and tiles ----------------------------------------------------------------------------------------------

    def pass_facts(self, stored: Snapshot, maps: MapCheck) -> None:
        """Every fact, tile by tile, beside the tiles of the ledger and of every copy."""
        sizes = [each.size for each in self._anchors]
        self._rows = Roots(sizes)
        self._own = OwnLog(stored.log_tiles(), self._stored_size, sizes)
        after = self._trusted_to = self._trusted(stored)
        streams = Streams(stored.streams(), from_start=not after)
        total = 0 if self._progress is None else stored.fact_count()
        check = QuickPass(self._ledger_id, streams, after=after, seen=self._seen)
        rows: Iterable[Rows] = side_by_side(stored.facts(after), stored.members(after))
        if not after:  # a map counts from the first fact on
            rows = maps.heard(rows)
        for tile in check.tiles(rows):
            for found in tile.found:
                verdict, words = found.issue
                self._findings.append(Finding(verdict, found.position, found.tag, words, usual_name(verdict)))
            if tile.leaves:
                self._rows.add(tile.leaves)
                self._own.take(tile.n, tile.leaves, self._rows)
                self._look_at_copies(tile.n, tile.leaves)
            if self._progress is not None:
                self._progress(after + check.facts, total)
        self._own.finish(self._rows)
        self._findings += self._own.found
        for position, words in maps.refuted() if not after else ():
            self.find(Verdict.MAP_DIFFERS, words, position=position)
        self._facts = check.last
        names = {tag_id: tag for tag_id, tag, _ in stored.streams()} if any(streams.differing()) else {}
        for tag_id, head, count in streams.differing():
            words = f"The stream says it holds {head} facts and holds {count}."
            self._findings.append(Finding(Verdict.HEAD_DIFFERS, None, names[tag_id], words, Named.EDITED))

    def _trusted(self, stored: Snapshot) -> int:
        """Where the pass begins: at the tile in which the checkpoint to go on from ends, if the tiles lead to it."""
        after = self._since // WIDTH * WIDTH
        if not after:
            return 0
        nodes: list[bytes] = []
        for level, n, content in stored.log_tiles():
            if (level, n) == (1, len(nodes) // WIDTH) and isinstance(content, bytes):
                nodes += split(content)
        believed = Roots((self._since,))
        believed.trust(nodes[: after // WIDTH])
        last = dict(level_zero(stored.log_tiles(), after // WIDTH, after // WIDTH)).get(after // WIDTH, b"")
        believed.add(split(last)[: self._since - after])
        anchor = next(each for each in reversed(self._anchors) if each.size == self._since and not each.is_own)
        if believed.size != self._since or believed.root() != anchor.root:
            words = "The ledger's tiles do not lead to the checkpoint to go on from: everything is looked at."
            self.find(Verdict.TILE_DIFFERS, words, named=Named.REWRITTEN)
            return 0
        self._rows.trust(nodes[: after // WIDTH])
        self._own.trust(after, nodes[: after // WIDTH])
        # Smaller checkpoints lie in what is believed; they are compared when everything is.
        self._anchors = [each for each in self._anchors if each.size >= after]
        return after

    def _look_at_copies(self, n: int, leaves: Sequence[bytes]) -> None:
        here = b"".join(leaves)
        for index, copy in enumerate(self._copies):
            if index not in self._firsts and n * WIDTH < copy.size:
                there = copy.tile(n)
                if there[: len(here)] != here[: len(there)] or len(there) > len(here):
                    self._firsts[index] = n * WIDTH + 1

    # --- what it comes to ---------------------------------------------------------------------------------------------

    def compare(self, stored: Snapshot) -> None:
        """Compare everything with everything, and give each finding its name."""
        now = self._now = Sizes(self._facts, self._rows.at, self._own.roots.at)
        changes = self._changes(stored)
        differs = bool(self._firsts) and any(each.named is not Named.TRUNCATED for each in changes)
        self._bracket = bracketing.bracket(self._anchors, now, differs=differs)
        self._findings += bracketing.judged(self._anchors, now, self._bracket, stated=self._stored_size)
        changes += by_rows_alone(stored, self._findings, self._facts)
        self._findings = list(refined(self._findings, changes))
        if self._evidence.archive is not None and not self._findings:
            # Where facts differ, positions do as well, and keys that point to them say nothing more.
            self._findings += beside_the_facts(stored, self._evidence.archive)
        if self._stored_size < self._facts:
            self._unsealed_since = next((row[5] for row in stored.facts(self._stored_size)), None)

    def _changes(self, stored: Snapshot) -> list[Change]:
        """What happened to facts, by every copy that differs from them."""
        found: list[Change] = []
        own = bracketing.vouched(self._anchors, self._now)
        first = self._own.first
        if first and first > own:
            words = "The tiles do not hold the leaf of this fact, and no checkpoint speaks for them."
            self.find(Verdict.TILE_DIFFERS, words, position=first)
        elif first:
            tiles = dict(level_zero(stored.log_tiles(), (first - 1) // WIDTH, (own - 1) // WIDTH))
            found += self._by(stored, OwnTiles(tiles, own), first)
        for index, copy in enumerate(self._copies):
            first = self._firsts.get(index, 0)
            if not first and copy.size > self._facts:
                first = self._facts + 1
            if first:
                found += self._by(stored, copy, first)
        return found

    def _by(self, stored: Snapshot, copy: Copy, first: int) -> Iterator[Change]:
        here = present(stored.facts(first - 1), stored.members(first - 1))
        rolled_back = not isinstance(copy, OwnTiles) and self._stored_size <= self._facts
        for change in compared(here, first, copy):
            name = Named.ROLLED_BACK if change.named is Named.TRUNCATED and rolled_back else change.named
            words = told(change, copy.words)
            self._findings.append(Finding(Verdict.LOG_DIFFERS, change.position, None, words, name))
            yield change

    def result(self) -> LogVerification:
        """What was found."""
        size = min(self._stored_size, self._facts)
        good = [each.size for each in self._anchors if self._now.rows_lead_to(each)]
        names = frozenset(each.named for each in self._findings if each.named is not None)
        return LogVerification(
            findings=tuple(self._findings[:FINDINGS_MAX]),
            further=max(len(self._findings) - FINDINGS_MAX, 0),
            names=foremost(names - NOTICES),
            facts=self._facts,
            root=self._rows.root().hex(),
            sealed=self._stored_size,
            unsealed=self._facts - size,
            unsealed_since=self._unsealed_since,
            trusted=self._trusted_to,
            checkpoints=len(self._anchors),
            cosignatures=self._judge.cosignatures,
            bracket=self._bracket,
            last_good=max(good, default=0),
        )
