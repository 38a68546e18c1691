"""Import: an archive into an empty place, and the check of an archive without one.

Promise: rows are stored as they were, nothing is decided again, and nobody can open the ledger before the last byte was
checked. A file that is cut short or changed is refused before anything is made. An import that was interrupted is gone
on with by the same command: what is there must be what this file begins with, row for row. No key is needed.
Not promised: that the ledger is written to in one place only: an archive is that ledger, and two copies that are both
written to are two different ledgers with one name.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

from ledger.store.archive import records
from ledger.store.archive.checking import Checker
from ledger.store.archive.format import ArchiveRefused, Block, BlockReader, Reason, Section
from ledger.store.archive.records import MalformedRecord
from ledger.store.archive.rows import AnyRow, FactRow, LedgerRow, Trailer
from ledger.store.archive.tables import Target, target
from ledger.store.connection import Place
from ledger.terms.errors import NotALedger
from ledger.terms.ports import Clock

Progress = Callable[[int, int], None]
One = TypeVar("One")

_DECODERS: Final[dict[Section, Callable[[bytes], AnyRow]]] = {
    Section.STREAMS: records.decode_stream,
    Section.FACTS: records.decode_fact,
    Section.KEYS: records.decode_key,
    Section.READING_SETS: records.decode_reading_set,
    Section.REFUSALS: records.decode_refusal,
    Section.DATA_KEYS: records.decode_data_key,
}


class Archived(NamedTuple):
    """What a whole archive holds."""

    ledger: LedgerRow
    trailer: Trailer
    there: int = 0
    """How many facts an earlier import had brought already."""


def check_archive(file: Path, *, progress: Callable[[int], Progress] | None = None) -> Archived:
    """Check every byte and every row of an archive; ArchiveRefused or NeedsNewerProgram."""
    total = _framed(file)
    reading = _Reading(file, progress(total) if progress is not None else None, total)
    for _ in reading.parts():
        pass
    return reading.result()


def import_archive(
    file: Path,
    place: Place,
    clock: Clock,
    *,
    start_over: bool = False,
    progress: Callable[[int], Progress] | None = None,
) -> Archived:
    """Make the ledger of an archive at an empty place, or go on with an import that was interrupted.

    Raises ArchiveRefused or NeedsNewerProgram (nothing can be opened there), NotALedger where there is a ledger
    already, StoreUnavailable. With `start_over` what an interrupted import left is thrown away first.
    """
    total = _framed(file)
    reading = _Reading(file, progress(total) if progress is not None else None, total)
    with target(place, clock) as into:
        if start_over:
            into.start_over()
        filling = _Filling(into)
        with closing(filling):
            for section, rows in reading.parts():
                if section is None:
                    into.begin(reading.ledger)
                else:
                    filling.take(section, rows)
            filling.end()
        into.finish(reading.result().trailer)
    return reading.result()._replace(there=filling.there)


def _framed(file: Path) -> int:
    """How many facts a file promises, once its blocks and its digest are known to be whole."""
    try:
        with file.open("rb") as opened:
            reader = BlockReader(opened)
            for block in reader.blocks():
                last = block
            trailer = _trailer(last)
            if trailer.digest != reader.digest():
                raise ArchiveRefused(Reason.DIGEST_DIFFERS, "The SHA-256 of the file is not the one that its end says.")
    except FileNotFoundError as error:
        raise NotALedger("There is no such archive.", "Name the file of an archive.") from error
    except ArchiveRefused as refused:
        # Read once more, fact by fact: a person wants to know how far it is whole.
        for _ in _Reading(file, None, 0).parts():
            pass
        raise refused from None
    return trailer.facts


class _Reading:
    """One pass over a file, everything checked."""

    def __init__(self, file: Path, progress: Progress | None, total: int) -> None:
        self._file = file
        self._progress = progress
        self._total = total
        self._checker: Checker | None = None
        self._ledger: LedgerRow | None = None
        self._trailer: Trailer | None = None

    @property
    def ledger(self) -> LedgerRow:
        """What the ledger says about itself, once the first part was read."""
        assert self._ledger is not None, "an archive begins with the ledger"
        return self._ledger

    def result(self) -> Archived:
        """What was read, to the end."""
        assert self._trailer is not None, "an archive ends with its trailer"
        return Archived(self.ledger, self._trailer)

    def parts(self) -> Iterator[tuple[Section | None, Sequence[AnyRow]]]:
        """(None, ()) once the ledger is known, then the rows of each block, checked."""
        with self._file.open("rb") as opened:
            reader = BlockReader(opened)
            try:
                for block in reader.blocks():
                    yield from self._part(block, reader)
            except ArchiveRefused as refused:
                if refused.position is not None or self._checker is None:
                    raise
                raise ArchiveRefused(
                    refused.reason,
                    refused.words,
                    byte=refused.byte,
                    behind=self._checker.facts,
                    remedy=refused.remedy,
                ) from None

    def _part(self, block: Block, reader: BlockReader) -> Iterator[tuple[Section | None, Sequence[AnyRow]]]:
        if block.section == Section.LEDGER:
            self._ledger = _one(block, records.decode_ledger)
            self._checker = Checker(self._ledger)
            yield None, ()
            return
        assert self._checker is not None, "the reader has checked the order of sections"
        if block.section == Section.TRAILER:
            self._trailer = _trailer(block)
            self._checker.compare(self._checker.trailer(reader.digest()), self._trailer)
            return
        section = Section(block.section)
        rows = _rows(block, _DECODERS[section])
        self._checker.check(section, rows)
        yield section, rows
        if self._progress is not None and section is Section.FACTS:
            self._progress(self._checker.facts, self._total)


class _Filling:
    """Rows on their way into a target: those that are there already are compared, the others are loaded."""

    def __init__(self, into: Target) -> None:
        self._into = into
        self._found: dict[Section, Generator[AnyRow, None, None]] = {}
        self.there = 0

    def take(self, section: Section, rows: Sequence[AnyRow]) -> None:
        """The next rows of a section."""
        found = self._rows(section)
        known = 0
        for row, old in zip(rows, found, strict=False):
            if row != old:
                raise _not_a_prefix(row.position if isinstance(row, FactRow) else None)
            known += 1
        if section is Section.FACTS:
            self.there += known
        if known < len(rows):
            self._into.load(section, rows[known:])

    def end(self) -> None:
        """ArchiveRefused where more is there than the archive holds."""
        for section in _DECODERS:
            if next(self._rows(section), None) is not None:
                raise _not_a_prefix(None)

    def close(self) -> None:
        """Read no further."""
        for rows in self._found.values():
            rows.close()

    def _rows(self, section: Section) -> Generator[AnyRow, None, None]:
        if section not in self._found:
            # A section ends before the next begins: no reader stays open while rows are loaded.
            if any(next(earlier, None) is not None for earlier in self._found.values()):
                raise _not_a_prefix(None)
            self._found[section] = self._into.rows(section)
        return self._found[section]


def _not_a_prefix(position: int | None) -> ArchiveRefused:
    return ArchiveRefused(
        Reason.NOT_A_PREFIX,
        "What an interrupted import left there is not what this archive begins with.",
        position=position,
        remedy="Import the archive that was begun with, or begin anew: --start-over.",
    )


def _rows(block: Block, decode: Callable[[bytes], AnyRow]) -> list[AnyRow]:
    try:
        return [decode(record) for record in block.records()]
    except MalformedRecord as error:
        raise ArchiveRefused(Reason.RECORD_MALFORMED, "A record is not of its section.", byte=block.at) from error


def _one(block: Block, decode: Callable[[bytes], One]) -> One:
    found = list(islice(block.records(), 2))
    try:
        if len(found) == 1:
            return decode(found[0])
    except MalformedRecord:
        pass
    raise ArchiveRefused(Reason.RECORD_MALFORMED, "A section of one record holds something else.", byte=block.at)


def _trailer(block: Block) -> Trailer:
    return _one(block, records.decode_trailer)
