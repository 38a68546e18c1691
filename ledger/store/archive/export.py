"""Export: a whole ledger, as of one moment, into one file.

Promise: the file gets its name when it is whole and on the disk; an export that was cut short leaves FILE.unfinished,
which no import takes. Every fact is checked on its way out, so that no backup turns out damaged when it is needed.
Others may append meanwhile: they are in the file as far as they had come when the export began. Memory does not grow
with the ledger, but for thirty bytes a stream. No key is needed, and none is written that is not wrapped.
"""

import fcntl
import os
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from ledger.store.archive import records
from ledger.store.archive.checking import Checker
from ledger.store.archive.format import ArchiveRefused, BlockWriter, Reason, Section
from ledger.store.archive.rows import LedgerRow, Trailer
from ledger.store.archive.tables import Tables, source
from ledger.store.connection import Place
from ledger.store.durable import sync_folder
from ledger.terms.errors import StoreUnavailable
from ledger.terms.ports import Clock

UNFINISHED: Final = ".unfinished"
PROGRESS_STEP: Final = 500
Progress = Callable[[int, int], None]

_ENCODERS: Final[dict[Section, Callable[..., bytes]]] = {
    Section.STREAMS: records.encode_stream,
    Section.FACTS: records.encode_fact,
    Section.KEYS: records.encode_key,
    Section.READING_SETS: records.encode_reading_set,
    Section.REFUSALS: records.encode_refusal,
    Section.DATA_KEYS: records.encode_data_key,
}


class Exported(NamedTuple):
    """What was written."""

    ledger: LedgerRow
    trailer: Trailer
    size: int
    """Bytes of the file."""


def export_ledger(
    place: Place, file: Path, clock: Clock, *, progress: Callable[[int], Progress] | None = None
) -> Exported:
    """Write the ledger at a place into a new file; `progress` is told the number of facts, and answers what to tell.

    Raises as `open_ledger`, StoreUnavailable where the file is there already or cannot be written, and ArchiveRefused
    where the ledger is damaged.
    """
    with source(place, clock) as tables, _written(file) as out:
        return _export(tables, out, progress)


def _export(tables: Tables, out: BinaryIO, progress: Callable[[int], Progress] | None) -> Exported:
    ledger = tables.ledger()
    checker, writer = Checker(ledger), BlockWriter(out)
    writer.put(Section.LEDGER, records.encode_ledger(ledger))
    total = tables.fact_count()
    told = progress(total) if progress is not None else None
    for section, encode in _ENCODERS.items():
        for row in tables.rows(section):
            try:
                checker.check(section, (row,))
                record = encode(row)
            except (TypeError, AttributeError, struct.error) as error:
                # SQLite keeps whatever somebody put into a column.
                raise ArchiveRefused(
                    Reason.RECORD_MALFORMED,
                    "A row of the ledger holds values of another kind.",
                    behind=checker.facts,
                    remedy="Run `ccm-ledger verify` on the ledger.",
                ) from error
            writer.put(section, record)
            if told is not None and section is Section.FACTS and checker.facts % PROGRESS_STEP == 0:
                told(checker.facts, total)
    writer.flush()
    trailer = checker.trailer(writer.digest())
    writer.put(Section.TRAILER, records.encode_trailer(trailer))
    writer.flush()
    return Exported(ledger, trailer, out.tell())


@contextmanager
def _written(file: Path) -> Iterator[BinaryIO]:
    """A file that appears under its name when it is whole and durable, readable by its owner alone."""
    unfinished = file.with_name(file.name + UNFINISHED)
    if file.exists():
        raise _unwritable("there is a file of that name already", "Name another file; an archive is never overwritten.")
    try:
        # Never through a link that somebody laid there, and never into a file that others can read.
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        os.fchmod(handle, 0o600)
    except OSError as error:
        raise _unwritable(f"the file cannot be made there ({error.strerror})", "Name another place.") from error
    with os.fdopen(handle, "wb") as out:
        try:
            fcntl.flock(out, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise _unwritable("another export is writing that file", "Wait for it, or name another file.") from error
        try:
            out.truncate()
            yield out
            out.flush()
            os.fsync(out.fileno())
        except OSError as error:
            raise _unwritable(f"the disk did not take it ({error.strerror})", "Make room and export again.") from error
        unfinished.rename(file)
    sync_folder(file.parent)


def _unwritable(why: str, remedy: str) -> StoreUnavailable:
    return StoreUnavailable(f"No archive was written: {why}.", remedy)
