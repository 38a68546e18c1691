"""Who calls: the Authorization header against the keys of a ledger and the issuers of tokens.

Promise: whoever is not let in is told the same, whatever was wrong, and nothing of what came is repeated; only the
holder of a whole key or of a proven token is told that its time is over. A key is looked up in the ledger that is
asked for and in no other; its secret is compared in the same time, also where nobody knows the id. Not promised: what
a caller may do; that is for scopes, roles and practices.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from interfaces.http.tokens import Proven, TokenReader
from ledger.streams.governance import Governance
from ledger.terms.api_keys import Presented, fingerprint, is_digest, presented
from ledger.terms.refusals import refused

KNOWN_MAX: Final = 4_096
"""Callers of a ledger that are remembered."""
BELIEVED_FOR: Final = timedelta(minutes=1)
"""So long a token is not checked again: its issuer's keys may have changed."""


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
    """The login that was proven, where one was."""


class _Known(NamedTuple):
    """A caller that was let in before, and until when that is believed."""

    caller: Caller
    until: datetime


class Callers:
    """Lets callers in, and remembers them while the ledger's own state stays as it was."""

    def __init__(self, now: Callable[[], datetime], tokens: TokenReader) -> None:
        self._now = now
        self._tokens = tokens
        self._known: dict[str, tuple[Governance, dict[bytes, _Known]]] = {}

    def __call__(self, authorization: str | None, governance: Governance, ledger: str = "") -> Caller | Denied:
        """Who calls, or why they are not let in. `ledger` is the name by which callers of it are remembered."""
        now = self._now()
        text = bearer(authorization)
        if text is None:
            return not_authenticated()
        known = self._of(ledger, governance)
        mark = fingerprint(text)
        before = known.get(mark)
        if before is not None and now < before.until:
            return before.caller
        found = authenticate(text, governance, now, self._tokens)
        if isinstance(found, Caller):
            if len(known) >= KNOWN_MAX:
                known.clear()
            ends = found.expires_at or now + BELIEVED_FOR
            known[mark] = _Known(found, min(ends, now + BELIEVED_FOR))
        return found

    def may_wait(self, authorization: str | None, governance: Governance, ledger: str = "") -> bool:
        """Whether asking may wait for an issuer's keys: then it is asked in a thread of its own."""
        text = bearer(authorization)
        if text is None or fingerprint(text) in self._of(ledger, governance):
            return False
        return presented(text) is None and self._tokens.may_wait(text, self._now())

    def _of(self, ledger: str, governance: Governance) -> dict[bytes, _Known]:
        """Who is known to a ledger; nobody any more once its state is another one, for a key may be revoked in it."""
        held = self._known.get(ledger)
        if held is None or held[0] is not governance:
            held = self._known[ledger] = (governance, {})
        return held[1]


def authenticate(text: str, governance: Governance, now: datetime, tokens: TokenReader) -> Caller | Denied:
    """Who has a key or a token, or why they are not let in."""
    key = presented(text)
    if key is not None:
        return _of_key(key, governance, now)
    proven = tokens.read(text, now)
    return _of_token(proven, governance) if proven is not None else not_authenticated()


def bearer(authorization: str | None) -> str | None:
    """What stands behind `Bearer`; None where nothing does."""
    scheme, _, text = (authorization or "").partition(" ")
    return text if scheme.lower() == "bearer" and text and text.isascii() and " " not in text else None


def not_authenticated(login: str | None = None) -> Denied:
    """The answer to whoever is not known here, whatever the reason."""
    return Denied(
        401,
        "not_authenticated",
        "The request brings no key or token that this server lets in here.",
        "Send `Authorization: Bearer KEY` with a key of this ledger.",
        login,
    )


def _of_key(key: Presented, governance: Governance, now: datetime) -> Caller | Denied:
    known = governance.api_keys.get(key.key)
    if not is_digest(known.digest if known else None, key.digest) or known is None:
        # The id alone proves nothing: whose it is may not be said, not even on record.
        return not_authenticated()
    if known.revoked_at is not None:
        return _over("api_key_revoked", known.login)
    if known.has_expired(now):
        return _over("api_key_expired", known.login)
    return Caller(known.login, known.scopes, known.practices, known.expires_at, known.name)


def _of_token(proven: Proven, governance: Governance) -> Caller | Denied:
    """Somebody whom an issuer vouches for, where this ledger knows the login: for a staff member or a source."""
    is_source = any(governance.delivers(source.system, proven.login) for source in governance.sources)
    if governance.staff_of(proven.login) is None and not is_source:
        # To whom a ledger is not open, it is not there either.
        return not_authenticated(proven.login)
    if proven.is_expired:
        return _over("token_expired", proven.login)
    return Caller(proven.login, proven.scopes, None, proven.expires_at, proven.name)


def _over(code: str, login: str) -> Denied:
    refusal = refused(code)
    return Denied(401, code, refusal.happened, refusal.remedy, login)
