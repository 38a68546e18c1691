"""What SQLite says, in the words of ledger/terms/errors.py.

Promise: no sqlite3 or eventsourcing exception leaves the store room through a `naming_errors()` block. A commit whose
fate cannot be known is OutcomeUnknown and never passes for a failure.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from eventsourcing.persistence import PersistenceError

from ledger.terms.errors import LedgerDamaged, LedgerError, NotALedger, OutcomeUnknown, StoreUnavailable

_LOW_BYTE = 0xFF


@contextmanager
def naming_errors() -> Iterator[None]:
    """Turn the database's exceptions into a LedgerError that says what happened and what to do next."""
    try:
        yield
    except sqlite3.Error as error:
        raise named(error) from error
    except PersistenceError as error:
        cause = error.__cause__
        raise named(cause if isinstance(cause, sqlite3.Error) else error) from error


def is_busy(error: sqlite3.Error) -> bool:
    """Whether another process holds the lock, so that trying again helps."""
    return _code(error) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def named(error: Exception) -> LedgerError:
    """The LedgerError that speaks of this exception."""
    match _code(error):
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StoreUnavailable(
                "What was not answered is not recorded: other programs kept the ledger locked for too long.",
                "Send it again; if it goes on, look for a program that stopped in the middle of its work.",
            )
        case sqlite3.SQLITE_FULL:
            return StoreUnavailable(
                "What was not answered is not recorded: the disk that holds the ledger is full.",
                "Make room and send it again.",
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH | sqlite3.SQLITE_CANTOPEN:
            return StoreUnavailable(
                "The ledger's files cannot be opened for writing.",
                "Give this account read and write access to the ledger's folder and both databases in it.",
            )
        case sqlite3.SQLITE_NOTADB:
            return NotALedger(
                "The file is no SQLite database.",
                "Name the folder of a ledger, or restore its files from a backup.",
            )
        case sqlite3.SQLITE_CORRUPT:
            return LedgerDamaged(
                "A database file of the ledger is damaged.",
                "Stop writing, keep this disk, and run `ccm-ledger verify` on the last good copy.",
            )
        case sqlite3.SQLITE_IOERR:
            return OutcomeUnknown(
                "The disk failed while the ledger was being written or read.",
                "Check the disk, then send it again under the same key: what was recorded is not recorded twice.",
            )
        case sqlite3.SQLITE_CONSTRAINT | sqlite3.SQLITE_MISMATCH:
            return LedgerDamaged(
                "The ledger's tables contradict each other, so nothing was recorded: rows are gone or were put in.",
                "Stop writing, keep this disk, and run `ccm-ledger verify`.",
            )
        case sqlite3.SQLITE_ERROR if "no such" in str(error):
            return LedgerDamaged(
                "A table or column of the ledger is gone, so nothing was recorded.",
                "Stop writing, keep this disk, and restore the file from a backup.",
            )
        case _:
            return StoreUnavailable(f"The database refused the work: {error}.", "Nothing was recorded.")


def _code(error: Exception) -> int:
    code = getattr(error, "sqlite_errorcode", None)
    return code & _LOW_BYTE if isinstance(code, int) else sqlite3.SQLITE_ERROR
