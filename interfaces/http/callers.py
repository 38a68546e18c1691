"""Who calls, before the ledger says what they may do."""

from datetime import datetime
from typing import NamedTuple


class Caller(NamedTuple):
    """Somebody who was let in, and for what."""

    login: str
    scopes: frozenset[str]
    practices: frozenset[str] | None
    """The practices that this key is for; None: wherever the roles of its login reach."""
    expires_at: datetime | None
    name: str = ""
    """What operators call it in logs and limits."""


class Denied(NamedTuple):
    """Somebody who was not let in: the status and code of the answer, and words that repeat nothing of what came."""

    status: int
    code: str
    happened: str
    remedy: str
    login: str | None = None
    """The login that was claimed, where it is one that the ledger knows."""
