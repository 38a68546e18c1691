"""What PostgreSQL says, in the words of ledger/terms/errors.py.

Promise: no psycopg or eventsourcing exception leaves the store room through a `naming_errors()` block. A commit whose
fate cannot be known is OutcomeUnknown and never passes for a failure. No message repeats a row, a parameter or a
password: PostgreSQL puts values of a row into its own texts, so only its codes are used.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
import psycopg_pool

from ledger.terms.errors import LedgerDamaged, LedgerError, NotALedger, OutcomeUnknown, StoreUnavailable, WrongKey

_VERIFY: Final = "Stop writing, keep this server as it is, and run `ccm-ledger verify`."
_AGAIN: Final = "Send it again under the same key: what was recorded is not recorded twice."

_NAMED: Final[dict[str, tuple[type[LedgerError], str, str]]] = {
    "53100": (
        StoreUnavailable,
        "What was not answered is not recorded: the server's disk is full.",
        "Make room and send it again.",
    ),
    "53300": (StoreUnavailable, "The server has no connection left for this program.", "Raise max_connections."),
    "55P03": (
        StoreUnavailable,
        "What was not answered is not recorded: another program kept the ledger locked for too long.",
        "Send it again; if it goes on, look in pg_stat_activity for who holds the lock on append_lock.",
    ),
    "40P01": (
        StoreUnavailable,
        "Nothing was recorded: the server broke a deadlock with another program's work on these tables.",
        "Send it again; find out which program locks tables of the ledger by hand.",
    ),
    "40001": (StoreUnavailable, "Nothing was recorded: another transaction came first.", "Send it again."),
    "57014": (StoreUnavailable, "Nothing was recorded: the server cancelled the work.", "Send it again."),
    "25006": (
        StoreUnavailable,
        "Nothing was recorded: the server is a standby or read-only.",
        "Name the primary server, or promote this one: docs/deploy.md says how.",
    ),
    "42501": (
        StoreUnavailable,
        "This login may not do that on this ledger.",
        "Grant it the ledger's writer and projector: the commands of this program record who looked (docs/deploy.md).",
    ),
    "28P01": (WrongKey, "The server does not accept the password.", "Check CCM_LEDGER_PASSWORD_FILE or ~/.pgpass."),
    "28000": (WrongKey, "The server does not let this login in.", "Check the user in the address and pg_hba.conf."),
    "3D000": (NotALedger, "The server has no such database.", "Check the address, or create the database."),
    "3F000": (NotALedger, "The database has no such ledger.", "Check its name, or make it: `ccm-ledger init`."),
    "42P01": (LedgerDamaged, "A table of the ledger is gone.", _VERIFY),
    "42703": (LedgerDamaged, "A column of the ledger is gone.", _VERIFY),
    "42883": (LedgerDamaged, "A function of the ledger is gone.", _VERIFY),
    "58030": (OutcomeUnknown, "The server's disk failed.", f"Check it. {_AGAIN}"),
    "CCM04": (LedgerDamaged, "The ledger or its vault does not say who it is.", _VERIFY),
    "CCM01": (
        StoreUnavailable,
        "Nothing was recorded: synchronous_commit is off for this login, and what is acknowledged must be durable.",
        "Set synchronous_commit = on for the server, the database and the login.",
    ),
}
_CLASSES: Final[dict[str, tuple[type[LedgerError], str, str]]] = {
    "08": (OutcomeUnknown, "The connection to the server broke.", _AGAIN),
    "23": (
        LedgerDamaged,
        "The ledger's tables contradict each other, so nothing was recorded: rows are gone or were put in.",
        _VERIFY,
    ),
    "53": (StoreUnavailable, "Nothing was recorded: the server has run out of a resource.", "Look into its log."),
    "57": (OutcomeUnknown, "The server is being stopped or was restarted.", _AGAIN),
    "XX": (LedgerDamaged, "The server finds its own files damaged.", _VERIFY),
}


@contextmanager
def naming_errors() -> Iterator[None]:
    """Turn the database's exceptions into a LedgerError that says what happened and what to do next."""
    try:
        yield
    except (psycopg.Error, psycopg_pool.PoolTimeout) as error:
        raise named(error) from None  # its text may hold values of rows


@contextmanager
def naming_questions(
    happened: str = "The connection to the server broke, or the server was restarted.",
    remedy: str = "Ask again: nothing was to be recorded.",
) -> Iterator[None]:
    """The same where no fact was to be recorded: no outcome is unknown, the store was not there (StoreUnavailable)."""
    try:
        yield
    except OutcomeUnknown:
        raise StoreUnavailable(happened, remedy) from None
    except (psycopg.Error, psycopg_pool.PoolTimeout) as error:
        trouble = named(error)
        if isinstance(trouble, OutcomeUnknown):
            trouble = StoreUnavailable(happened, remedy)
        raise trouble from None


def named(error: Exception) -> LedgerError:
    """The LedgerError that speaks of this exception."""
    code = getattr(error, "sqlstate", None)
    if code in _NAMED or (code and code[:2] in _CLASSES):
        kind, happened, remedy = _NAMED.get(code) or _CLASSES[code[:2]]
        return kind(happened, remedy)
    if isinstance(error, psycopg_pool.PoolTimeout | psycopg.errors.ConnectionTimeout):
        return StoreUnavailable("The server does not answer.", "Check that it runs and that the network reaches it.")
    if isinstance(error, psycopg.OperationalError) and code is None:
        return OutcomeUnknown("The connection to the server broke.", _AGAIN)
    return StoreUnavailable(f"The server refused the work (SQLSTATE {code or 'none'}).", "Nothing was recorded.")


def is_broken(error: Exception) -> bool:
    """Whether the connection is gone, so that nobody knows what became of the statement under way."""
    code = getattr(error, "sqlstate", None)
    return isinstance(error, psycopg.OperationalError) and (code is None or code[:2] == "08" or code[:3] == "57P")


def is_passing(error: Exception) -> bool:
    """Whether the server said that it undid everything and that trying again may help."""
    return getattr(error, "sqlstate", None) in {"40P01", "40001"}
