"""What the world does to a ledger, as exceptions. What users do is a Refused (outcome.py), never an exception.

LedgerError
 +-- StoreUnavailable      the database cannot be reached or written now; nothing was recorded
 +-- OutcomeUnknown        the connection broke during a commit; ask again with the same key
 +-- LedgerDamaged         stored bytes are not what was written
 +-- NeedsNewerProgram     the ledger names a format, formula or event version that this program does not know
 +-- WrongKey              the master key does not open this ledger's vault
 +-- NotALedger            there is no ledger at the given place, or there is one already
"""


class LedgerError(Exception):
    """Root of everything that the world does to a ledger; `remedy` says what a person should do next."""

    def __init__(self, happened: str, remedy: str = "") -> None:
        super().__init__(f"{happened} {remedy}".strip())
        self.happened = happened
        self.remedy = remedy


class StoreUnavailable(LedgerError):
    """The database cannot be reached or written now; nothing was recorded."""


class OutcomeUnknown(LedgerError):
    """The connection broke during a commit; asking again with the same key tells what became of it."""


class LedgerDamaged(LedgerError):
    """Stored bytes are not what was written."""


class NeedsNewerProgram(LedgerError):
    """The ledger names a format, formula or event version that this program does not know."""


class WrongKey(LedgerError):
    """The master key does not open this ledger's vault."""


class NotALedger(LedgerError):
    """There is no ledger at the given place, or there is one already."""
