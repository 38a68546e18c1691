"""Whether the rows of an archive are a whole ledger: on the way out, on the way in, and when a file is only looked at.

Promise: every fact is checked against its header, its leaf, its body, its place and its streams; every other row
against its order and the facts that it names; the counts, the root and the digest against the trailer. What does not
agree is ArchiveRefused with the position. Nothing is decided, and no key is needed. Memory is one fact and some thirty
bytes for each stream.
Not promised: that sealed words open, or open to what was committed to: that needs the master key (`verify`).
"""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Final, NoReturn

from ledger.proof.leaf import DIGEST_BYTES, TAG_SALT_BYTES
from ledger.proof.merkle import MerkleFrontier
from ledger.store.archive.format import ArchiveRefused, Reason, Section
from ledger.store.archive.rows import (
    AnyRow,
    DataKeyRow,
    FactRow,
    KeyRow,
    LedgerRow,
    ReadingSetRow,
    RefusalRow,
    StreamRow,
    TagRow,
    Trailer,
)
from ledger.store.body import FORMAT
from ledger.store.header_check import HeaderCheck, leaf_of
from ledger.store.vault import FORMAT as VAULT_FORMAT
from ledger.terms.errors import NeedsNewerProgram

OUTCOMES: Final = frozenset({"accepted", "unchanged", "parked"})
CLOCKS: Final = frozenset({"server", "program", "lines"})


class Checker:
    """Checks the rows of one ledger in the order of an archive, and counts them."""

    def __init__(self, ledger: LedgerRow) -> None:
        _check_ledger(ledger)
        self._headers = HeaderCheck(ledger.ledger_id)
        self._frontier = MerkleFrontier()
        self._recorded_at = 0
        self._streams = _Streams()
        self._counts = dict.fromkeys(Section, 0)
        self._last: dict[Section, bytes] = {}
        self._checks: dict[Section, Callable[..., None]] = {
            Section.STREAMS: self._stream,
            Section.FACTS: self._fact,
            Section.KEYS: self._key,
            Section.READING_SETS: self._reading_set,
            Section.REFUSALS: self._refusal,
            Section.DATA_KEYS: self._data_key,
        }

    @property
    def facts(self) -> int:
        """How many facts were checked; the position of the last."""
        return self._frontier.size

    def check(self, section: Section, rows: Sequence[AnyRow]) -> None:
        """Check rows of one section."""
        check = self._checks[section]
        for row in rows:
            check(row)
        self._counts[section] += len(rows)

    def trailer(self, digest: bytes) -> Trailer:
        """What the rows come to; ArchiveRefused where a stream holds other facts than it says."""
        if (lacking := self._streams.lacking()) is not None:
            self._refuse(Reason.STREAM_GAP, f"Stream {lacking} holds other facts than it says.")
        return Trailer(
            facts=self._counts[Section.FACTS],
            streams=self._counts[Section.STREAMS],
            keys=self._counts[Section.KEYS],
            reading_sets=self._counts[Section.READING_SETS],
            refusals=self._counts[Section.REFUSALS],
            data_keys=self._counts[Section.DATA_KEYS],
            root=self._frontier.root(),
            digest=digest,
        )

    def compare(self, found: Trailer, wanted: Trailer) -> None:
        """ArchiveRefused where an archive does not hold what its trailer says."""
        if found[:6] != wanted[:6]:
            self._refuse(Reason.COUNTS_DIFFER, "The archive holds other numbers of rows than its end says.")
        if found.root != wanted.root:
            self._refuse(Reason.ROOT_DIFFERS, "The Merkle root is not the one that the archive's end says.")
        if found.digest != wanted.digest:
            self._refuse(Reason.DIGEST_DIFFERS, "The SHA-256 of the archive is not the one that its end says.")

    def _stream(self, row: StreamRow) -> None:
        if not self._streams.add(row):
            self._refuse(Reason.ORDER_BROKEN, f"Stream {row.tag_id} is out of its order, or holds nothing.")

    def _fact(self, row: FactRow) -> None:
        position = self._frontier.size + 1
        if row.position != position:
            self._refuse(Reason.POSITION_GAP, f"Position {row.position} stands where {position} should.", row.position)
        if row.recorded_at < self._recorded_at:
            self._refuse(Reason.TIME_RUNS_BACK, "The fact is dated before the one that precedes it.", position)
        if not row.tags or len(row.leaf) != DIGEST_BYTES:
            self._refuse(Reason.LEAF_DIFFERS, "The fact has no stream, or its leaf is none.", position)
        if not self._streams.count(row.tags):
            self._refuse(Reason.STREAM_GAP, "The fact is not the next one of each of its streams.", position)
        tags = [(salt, tag, seq) for _, seq, salt, tag in row.tags]
        if leaf_of(row.prefix, position, row.recorded_at, tags) != row.leaf:
            self._refuse(
                Reason.LEAF_DIFFERS,
                "The leaf is not the hash of the header: place, time, tags or header differ.",
                position,
            )
        if words := self._headers.differs(row.topic, row.state, row.prefix):
            self._refuse(Reason.HEADER_DIFFERS, words, position)
        self._frontier.append(row.leaf)
        self._recorded_at = row.recorded_at

    def _key(self, row: KeyRow) -> None:
        self._ascending(Section.KEYS, row.token.encode())
        if row.outcome not in OUTCOMES or not all(map(self._is_position, row.positions)):
            self._refuse(Reason.KEY_DANGLES, "A command key is bound to what is not there.")

    def _reading_set(self, row: ReadingSetRow) -> None:
        self._ascending(Section.READING_SETS, row.digest)
        if sha256(row.content).digest() != row.digest:
            self._refuse(Reason.READING_SET_DIFFERS, "A reading set is not what its digest says.")

    def _refusal(self, row: RefusalRow) -> None:
        self._ascending(Section.REFUSALS, row.token.encode())
        if not self._is_position(row.position) or row.times < 1:
            self._refuse(Reason.KEY_DANGLES, "Refusals are counted for a fact that is not there.")

    def _data_key(self, row: DataKeyRow) -> None:
        self._ascending(Section.DATA_KEYS, row.scope.encode())

    def _ascending(self, section: Section, name: bytes) -> None:
        if section in self._last and name <= self._last[section]:
            self._refuse(Reason.ORDER_BROKEN, f"The rows of section {section.value} are not in their order.")
        self._last[section] = name

    def _is_position(self, position: int) -> bool:
        return 0 < position <= self._frontier.size

    def _refuse(self, reason: Reason, words: str, position: int | None = None) -> NoReturn:
        remedy = "Check the ledger that it came from: `ccm-ledger verify`. Then export it again."
        raise ArchiveRefused(reason, words, position=position, remedy=remedy)


class _Streams:
    """How many facts each stream has so far: four numbers a stream, found by halving."""

    def __init__(self) -> None:
        self._ids = array("q")
        self._heads = array("q")
        self._names = array("q")
        self._seen = array("q")

    def add(self, row: StreamRow) -> bool:
        """Take in a stream; False where it is not behind the last, or would be empty."""
        if row.head < 1 or row.tag_id < 1 or (self._ids and row.tag_id <= self._ids[-1]):
            return False
        self._ids.append(row.tag_id)
        self._heads.append(row.head)
        self._names.append(hash(row.tag.encode()))
        self._seen.append(0)
        return True

    def count(self, tags: Sequence[TagRow]) -> bool:
        """Count a fact in its streams; False where it is not the next one in each, or a stream is none of these."""
        ids, seen, names = self._ids, self._seen, self._names
        for tag_id, seq, salt, tag in tags:
            at = tag_id - 1
            if not 0 <= at < len(ids) or ids[at] != tag_id:  # where ids have gaps
                at = bisect_left(ids, tag_id)
                if at == len(ids) or ids[at] != tag_id:
                    return False
            if names[at] != hash(tag) or seq != seen[at] + 1 or len(salt) != TAG_SALT_BYTES:
                return False
            seen[at] = seq
        return True

    def lacking(self) -> int | None:
        """The id of a stream whose count is not its head."""
        if self._seen == self._heads:
            return None
        pairs = zip(self._ids, self._seen, self._heads, strict=True)
        return next(tag_id for tag_id, seen, head in pairs if seen != head)


def _check_ledger(row: LedgerRow) -> None:
    for what, found, known in (("format", row.format, FORMAT), ("vault format", row.vault_format, VAULT_FORMAT)):
        if found > known:
            raise NeedsNewerProgram(
                f"The archived ledger has {what} {found}; this program knows up to {known}.",
                "Install a newer version of ccm-ledger.",
            )
    if row.clock not in CLOCKS or [name for name, _ in row.named] != sorted({name for name, _ in row.named}):
        raise ArchiveRefused(Reason.RECORD_MALFORMED, "What the ledger says about itself is not whole.")
